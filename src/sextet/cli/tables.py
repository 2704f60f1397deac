"""Tables on the terminal: they fit its width, and say with words and signs what colour would only underline."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich import box
from rich.console import Console
from rich.measure import Measurement
from rich.table import Table

from sextet.report.naming import is_ensemble, shown

ACCURACY = "accuracy % = 100 x (1 - WAPE)"
_MISSING = "-"


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of a table.

    Attributes:
        key: its key in the rows.
        title: its heading.
        spec: format of its numbers; a bare count is significant digits; "" is text.
        rank: columns of the highest rank go first when the terminal is narrow; 0 always stays.
        scale: numbers are multiplied by it: 100 for shares shown in percent.
    """

    key: str
    title: str
    spec: str = ""
    rank: int = 0
    scale: float = 1.0


LEADERBOARD = (
    Column(key="model", title="model"),
    Column(key="mae", title="MAE", spec="4"),
    Column(key="accuracy_percent", title="accuracy %", spec=".2f", rank=1),
    Column(key="skill", title="skill %", spec="+.1f", rank=2, scale=100),
    Column(key="rmse", title="RMSE", spec="4", rank=4),
    Column(key="mase", title="MASE", spec=".3f", rank=5),
    Column(key="wape", title="WAPE %", spec=".2f", rank=6, scale=100),
    Column(key="pinball", title="pinball", spec="4", rank=3),
    Column(key="coverage_80", title="80 % covers", spec=".1f", rank=3, scale=100),
    Column(key="width_80", title="80 % width", spec="4", rank=7),
    Column(key="coverage_95", title="95 % covers", spec=".1f", rank=7, scale=100),
    Column(key="width_95", title="95 % width", spec="4", rank=8),
)


SCALED = (
    Column(key="model", title="model"),
    Column(key="mse", title="MSE", spec=".4f"),
    Column(key="mae", title="MAE", spec=".4f"),
    Column(key="pinball", title="pinball", spec=".4f", rank=1),
    Column(key="coverage_80", title="80 % covers", spec=".1f", rank=2, scale=100),
    Column(key="width_80", title="80 % width", spec=".4f", rank=3),
)


def print_scaled(console: Console, rows: Sequence[Mapping[str, Any]]) -> None:
    """Print the scores of standardised series, best MAE first."""
    named = [{**row, "model": _marked(str(row["model"]))} for row in rows]
    print_table(console, "On series standardised by the training part", SCALED, named)


def print_leaderboard(
    console: Console,
    rows: Sequence[Mapping[str, Any]],
    title: str = "Leaderboard on the test part, best MAE first",
    columns: Sequence[Column] = LEADERBOARD,
) -> None:
    """Print the leaderboard, best first; the ensemble is marked with a star."""
    if not rows:
        console.print("No leaderboard: the run keeps no test part (--test 0).")
        return
    named = [{**row, "model": _marked(str(row["model"]))} for row in rows]
    left_out = print_table(console, title, columns, named)
    points = rows[0].get("n")
    scored = f" Scored on {int(points):,} points, by the median." if points else ""
    console.print(f"* the ensemble. {ACCURACY}; skill % = 100 x (1 - MAE / MAE of seasonal naive).{scored}")
    if left_out:
        console.print(
            f"Left out to fit {console.width} columns: {', '.join(left_out)}. A wider terminal or --json shows all."
        )


def print_table(
    console: Console, title: str, columns: Sequence[Column], rows: Sequence[Mapping[str, Any]]
) -> list[str]:
    """Print a table of those columns that some row has and that fit, and return the titles of those that do not."""
    present = [column for column in columns if any(row.get(column.key) is not None for row in rows)]
    kept = list(present)
    while True:
        table = _table(title, kept, rows)
        widest = max(column.rank for column in kept)
        unbounded = console.options.update(max_width=10_000)
        if widest == 0 or Measurement.get(console, unbounded, table).maximum <= console.width:
            break
        kept = [column for column in kept if column.rank < widest]
    console.print(table)
    return [column.title for column in present if column not in kept]


def facts(console: Console, pairs: Sequence[tuple[str, str]]) -> None:
    """Print names and values, one pair a line, values aligned."""
    wide = max((len(name) for name, _ in pairs), default=0)
    for name, value in pairs:
        console.print(f"{name:<{wide}}  {value}", soft_wrap=True)


def number(value: Any, spec: str = "4", scale: float = 1.0) -> str:
    """Write a number by a format or, where `spec` is a bare count, with so many significant digits.

    Gives "-" where there is none, and powers of ten only above a billion and below a millionth.
    """
    if value is None or value != value:
        return _MISSING
    scaled = float(value) * scale
    if not spec.isdigit():
        return format(scaled, spec)
    size = abs(scaled)
    if size and not 1e-6 <= size < 1e9:
        return format(scaled, f".{int(spec) - 1}e")
    before = math.floor(math.log10(size)) if size else 0
    return format(scaled, f",.{max(int(spec) - 1 - before, 0)}f")


def _table(title: str, columns: Sequence[Column], rows: Sequence[Mapping[str, Any]]) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        table.add_column(column.title, justify="right" if column.spec else "left", no_wrap=True)
    for row in rows:
        style = "bold" if str(row.get("model", "")).startswith("* ") else None
        table.add_row(*(_cell(column, row.get(column.key)) for column in columns), style=style)
    return table


def _cell(column: Column, value: Any) -> str:
    if column.spec:
        return number(value, column.spec, column.scale)
    return _MISSING if value is None else str(value)


def _marked(name: str) -> str:
    return f"{'*' if is_ensemble(name) else ' '} {shown(name)}"
