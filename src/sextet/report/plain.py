"""Arrays as short plain values for JSON: rounded to what a chart can show, missing as None, stamps as numbers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sextet.core.frequency import Frequency, Stamps
from sextet.report.view import Column, Numbers, Times


def numbers(values: ArrayLike, like: ArrayLike | None = None) -> Numbers:
    """Return `values [n]` rounded to a ten-thousandth of their spread, not finite as None.

    Args:
        values: any numbers.
        like: take the spread from these instead, so that lists drawn together are rounded alike.
    """
    array = np.asarray(values, dtype=np.float64).ravel()
    decimals = _decimals(array if like is None else np.asarray(like, dtype=np.float64))
    rounded = np.round(array, decimals) + 0.0  # + 0.0 turns -0.0 into 0.0
    return [value if np.isfinite(value) else None for value in rounded.tolist()]


def number(value: float | np.floating | None, digits: int = 6) -> float | None:
    """Return `value` with `digits` significant digits; None when missing or not finite."""
    if value is None or not np.isfinite(value):
        return None
    return float(f"{float(value):.{digits}g}") + 0.0


def milliseconds(stamps: Stamps) -> NDArray[np.int64]:
    """Return stamps as milliseconds since 1970."""
    return np.asarray(stamps).astype("datetime64[ms]").astype(np.int64)


def times(stamps: Stamps) -> Times:
    """Return stamps `[n]` as `Times`: start and step where they are evenly spaced, else one by one."""
    at = milliseconds(stamps)
    if len(at) == 0:
        return {"at": []}
    steps = np.diff(at)
    if len(at) == 1 or bool(np.all(steps == steps[0])):
        return {"start": int(at[0]), "step": int(steps[0]) if len(steps) else 0, "count": len(at)}
    return {"at": at.tolist()}


def evenly(count: int, most: int) -> NDArray[np.int64]:
    """Return at most `most` indices below `count`, evenly spaced, first and last included; sorted, unique."""
    if count <= most:
        return np.arange(count, dtype=np.int64)
    return np.unique(np.round(np.linspace(0, count - 1, max(most, 1))).astype(np.int64))


def number_text(value: float | None, unit: str = "", digits: int = 4) -> str:
    """Write a number with `digits` significant digits, thousands separated, and its unit; "–" when missing."""
    if value is None or not np.isfinite(value):
        return "–"
    if value == 0:
        text = "0"
    elif not 1e-4 <= abs(value) < 1e9:
        text = f"{value:.{digits - 1}e}"
    else:
        decimals = min(max(digits - 1 - int(np.floor(np.log10(abs(value)))), 0), 6)
        text = f"{value:,.{decimals}f}".replace("-", "−")
    return f"{text} {unit}".rstrip()


def plural(count: int, noun: str) -> str:
    """Write a count with its noun: "1 row", "1,204 rows", "3 series"."""
    ending = "" if count == 1 or noun.endswith("s") else "s"
    return f"{count:,} {noun}{ending}"


def duration_text(frequency: Frequency, steps: int) -> str:
    """Write how long `steps` of a fixed frequency last: "1 h", "2 d 12 h"; "" for months and business days."""
    if frequency.kind != "fixed":
        return ""
    left, parts = steps * frequency.step, []
    for unit, size in (("d", 86_400_000_000_000), ("h", 3_600_000_000_000), ("min", 60_000_000_000), ("s", 10**9)):
        whole, left = divmod(left, size)
        if whole:
            parts.append(f"{whole:,} {unit}")
    return " ".join(parts[:2])


def clipped(text: str, most: int = 80) -> str:
    """Return the text, its middle left out where it is very long: names must not swell the report."""
    if len(text) <= most:
        return text
    half = (most - 1) // 2
    return f"{text[:half]}…{text[-half:]}"


def few(sentences: Sequence[str], most: int = 40) -> list[str]:
    """Return the first sentences, each of bearable length, and one that says how many are left out."""
    kept = [clipped(text, 400) for text in sentences[:most]]
    return kept if len(sentences) <= most else [*kept, f"{len(sentences) - most:,} further notes are left out."]


def joined(parts: Sequence[str]) -> str:
    """Join sentences that are not empty."""
    return " ".join(part for part in parts if part)


def _decimals(values: NDArray[np.float64]) -> int:
    finite = values[np.isfinite(values)]
    if not len(finite):
        return 4
    spread = float(finite.max() - finite.min()) or float(abs(finite[0])) or 1.0
    return int(np.clip(4 - np.floor(np.log10(spread)), 0, 12))


def column(key: str, label: str, form: str, unit: str = "", hint: str = "") -> Column:
    """Return a column of a table; `form` is one of the formats of `view.Column`."""
    return {"key": key, "label": label, "format": form, "unit": unit, "hint": hint}  # type: ignore[typeddict-item]
