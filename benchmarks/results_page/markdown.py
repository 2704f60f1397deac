"""Pieces of a Markdown page."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

NONE = "Nothing is measured yet."


def number(value: object, digits: int | None = None) -> str:
    """Show a figure: a count as it is, four digits behind the point below 1, fewer above; a dash for none."""
    if value is None or isinstance(value, str | bool):
        return "–" if value is None else str(value)
    if isinstance(value, int):
        return f"{value:,}"
    figure = float(value)  # type: ignore[arg-type]
    if not math.isfinite(figure):
        return "–"
    if digits is None:
        size = abs(figure)
        digits = 4 if size < 1 else 3 if size < 10 else 2 if size < 1000 else 0
    return f"{figure:,.{digits}f}"


def percent(value: float, digits: int = 1) -> str:
    """Show a share as percent."""
    return f"{number(100 * value, digits)} %"


def table(headers: Sequence[str], rows: Iterable[Sequence[str]], left: int = 1) -> str:
    """Return a table whose first `left` columns are aligned left, the others right."""
    marks = ["---" if column < left else "---:" for column in range(len(headers))]
    lines = [headers, marks, *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def page(blocks: Iterable[str]) -> str:
    """Put blocks one below the other, an empty line between them."""
    return "\n\n".join(block.strip("\n") for block in blocks if block) + "\n"
