"""Which grid the stamps lie on: inferred, or checked against the one named; readings averaged onto a grid."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sextet.core.errors import ConfigError, DataError
from sextet.core.frequency import Frequency
from sextet.core.weekdays import WEEKDAYS, weekday
from sextet.data.clock import DAY_NS
from sextet.data.pieces import pieces
from sextet.data.rows import Rows

_SAMPLE = 1 << 21
_MONDAY = 4 * DAY_NS  # 1970-01-05: weeks that are averaged begin on Mondays
_NICE = (
    *("s", "2s", "5s", "10s", "15s", "30s", "min", "2min", "5min", "10min", "15min", "20min", "30min"),
    *("h", "2h", "3h", "4h", "6h", "8h", "12h", "D", "W", "MS", "QS", "YS"),
)


def option_frequency(text: str, option: str) -> Frequency:
    """Read a frequency given by an option.

    Raises:
        ConfigError: it is none; names the option.
    """
    try:
        return Frequency.parse(text)
    except ConfigError as error:
        raise ConfigError(f"{option}: {error}") from error


def find_frequency(rows: Rows, named: Frequency | None) -> tuple[Frequency, str]:
    """The grid that sorted rows lie on, with a note; `named` is what the user says it is.

    Raises:
        DataError: stamps do not lie on one grid; names the first that does not, and the nearest frequency.
    """
    steps = _steps(rows)
    if named is not None:
        frequency = _placed(rows, named)
        off = _first_off(rows, frequency)
        if off is not None:
            raise _irregular(rows, off, steps, frequency)
        return frequency, ""
    if not len(steps):
        raise DataError(
            f"{rows.source.name}, column {rows.time!r}: every series has a single time, so the step between times "
            "cannot be seen. Name it with --freq, such as --freq h, or name the column of series with --id."
        )
    for candidate in _candidates(rows, steps):
        frequency = _placed(rows, candidate)
        if _first_off(rows, frequency) is None:
            return frequency, f"Frequency {frequency.name} was inferred from the times."
    usual = _placed(rows, Frequency(kind="fixed", step=_usual(steps)))
    raise _irregular(rows, _first_off(rows, usual) or 0, steps, usual, guessed=True)


def averaged(rows: Rows, frequency: Frequency, label: str | None = None) -> tuple[Rows, Frequency]:
    """Average sorted readings onto a grid: each step's mean of what was observed, named by its start.

    A step is labelled a spike (column `label`) where one of its readings is; a step without a reading stays missing.
    """
    if frequency.kind == "fixed" and frequency.step % (7 * DAY_NS) == 0:
        frequency = replace(frequency, origin=_MONDAY)
    ordinals = np.empty_like(rows.ns)
    for part in pieces(rows.ns):
        ordinals[part] = frequency.ordinals(rows.ns[part].view("datetime64[ns]"))
    new = np.ones(len(ordinals), dtype=bool)
    new[1:] = (ordinals[1:] != ordinals[:-1]) | (rows.codes[1:] != rows.codes[:-1])
    starts = np.flatnonzero(new)
    merged = rows.take(starts)
    ns = frequency.stamps(ordinals[starts]).view(np.int64)
    y = _means(rows.y, starts)
    columns = {name: _means(column, starts).astype(np.float32) for name, column in rows.columns.items()}
    if label is not None:
        columns[label] = np.maximum.reduceat(np.nan_to_num(rows.columns[label], nan=0.0), starts)
    return replace(merged, ns=ns, y=y, columns=columns), frequency


def _means(values: NDArray[np.floating], starts: NDArray[np.int64]) -> NDArray[np.float64]:
    if not len(values):
        return np.zeros(0)
    seen = np.isfinite(values)
    count = np.add.reduceat(seen.astype(np.float64), starts)
    total = np.add.reduceat(np.where(seen, values, 0.0).astype(np.float64), starts)
    with np.errstate(invalid="ignore"):
        out: NDArray[np.float64] = np.where(count > 0, total / count, np.nan)
    return out


def _steps(rows: Rows) -> NDArray[np.int64]:
    """Steps in nanoseconds between neighbours of one series, of the first rows."""
    ns, codes = rows.ns[:_SAMPLE], rows.codes[:_SAMPLE]
    steps: NDArray[np.int64] = np.diff(ns)[codes[1:] == codes[:-1]]
    positive: NDArray[np.int64] = steps[steps > 0]
    return positive


def _usual(steps: NDArray[np.int64]) -> int:
    values, counts = np.unique(steps, return_counts=True)
    return int(values[np.argmax(counts)])


def _candidates(rows: Rows, steps: NDArray[np.int64]) -> Iterator[Frequency]:
    usual = _usual(steps)
    days = usual / DAY_NS
    for months, low, high in ((1, 28, 31), (3, 89, 92), (6, 180, 185), (12, 365, 366)):
        if low <= days <= high:
            yield Frequency(kind="month", step=months)
            yield Frequency(kind="month", step=months, month_end=True)
    if usual == DAY_NS and _on_business_days(rows, steps):
        yield Frequency(kind="business", step=1)
    yield Frequency(kind="fixed", step=usual)
    common = int(np.gcd.reduce(steps))
    # a finer step than the usual one counts only where it is really there, not when one stamp is off
    if common < usual and float((steps == common).mean()) >= 0.1:
        yield Frequency(kind="fixed", step=common)


def _on_business_days(rows: Rows, steps: NDArray[np.int64]) -> bool:
    """Whether all days are Monday to Friday, and some series goes on after a weekend."""
    if not (steps == 3 * DAY_NS).any():
        return False
    return all(bool((weekday(rows.ns[part] // DAY_NS) < 5).all()) for part in pieces(rows.ns))


def _placed(rows: Rows, frequency: Frequency) -> Frequency:
    return frequency.anchored(rows.ns[:1].view("datetime64[ns]")[0])


def _first_off(rows: Rows, frequency: Frequency) -> int | None:
    for part in pieces(rows.ns):
        on = frequency.on_grid(rows.ns[part].view("datetime64[ns]"))
        if not on.all():
            return int(part.start + np.argmin(on))
    return None


def _irregular(
    rows: Rows, off: int, steps: NDArray[np.int64], frequency: Frequency, *, guessed: bool = False
) -> DataError:
    near = _nearest(float(np.median(steps))) if len(steps) else frequency.name
    inside = off > 0 and rows.codes[off - 1] == rows.codes[off]
    gap = int(rows.ns[off] - rows.ns[off - 1]) if inside else 0
    after = f" comes {_duration(gap)} after the one before it" if inside else " lies off the grid of the first series"
    usual = f"most times are {_duration(_usual(steps))} apart" if guessed else f"--freq is {frequency.name}"
    if frequency.kind == "fixed" and frequency.step == 7 * DAY_NS and not rows.ns[off] % DAY_NS:
        return DataError(
            f"{rows.place(off)}, column {rows.time!r}: irregular times. {rows.stamp(off)} of series "
            f"{rows.ids[rows.codes[off]]!r}{after}, while {usual}. {_weekdays(rows)}. Move all dates onto one day of "
            "the week; --resample W would put two of these weeks into one where the day changes."
        )
    return DataError(
        f"{rows.place(off)}, column {rows.time!r}: irregular times. {rows.stamp(off)} of series "
        f"{rows.ids[rows.codes[off]]!r}{after}, while {usual}. The nearest frequency is {near}: average the readings "
        f"onto it with --resample {near}, or name the true one with --freq."
    )


def _weekdays(rows: Rows) -> str:
    """Say on which days of the week the times lie, the most frequent first."""
    days = Counter(weekday(rows.ns // DAY_NS).tolist())
    return "Dates are " + ", ".join(f"{count:,} {WEEKDAYS[day]}s" for day, count in days.most_common())


def _nearest(step: float) -> str:
    sizes = {name: _size(Frequency.parse(name)) for name in _NICE}
    return min(_NICE, key=lambda name: abs(np.log(sizes[name] / step)))


def _size(frequency: Frequency) -> float:
    return frequency.step * (30.44 * DAY_NS if frequency.kind == "month" else 1.0)


def _duration(ns: int) -> str:
    for unit, size in (("days", DAY_NS), ("h", 3_600_000_000_000), ("min", 60_000_000_000), ("s", 1_000_000_000)):
        if ns >= size:
            return f"{ns / size:.4g} {unit}"
    return f"{ns} ns"
