"""What each member said and weighed for a forecast, as a table for each series."""

from __future__ import annotations

from rich.console import Console

from sextet.cli.tables import Column, print_table
from sextet.combine.explain import explain, touched_by
from sextet.core.forecast import Forecast
from sextet.data.local_stamps import stamp_text
from sextet.report.naming import shown

SERIES_SHOWN = 10  # tables on the terminal; --json has every series
_COLUMNS = (
    Column(key="member", title="member"),
    Column(key="weight_first", title="weight % first", spec=".1f", scale=100),
    Column(key="weight_last", title="weight % last", spec=".1f", scale=100),
    Column(key="said_first", title="said first", spec="5"),
    Column(key="said_last", title="said last", spec="5"),
    Column(key="adds_first", title="adds first", spec="5", rank=1),
    Column(key="adds_last", title="adds last", spec="5", rank=1),
)


def print_explanation(console: Console, made: Forecast) -> None:
    """Print a table a series: at the first and last step, what each member said, weighed and so adds."""
    windows, horizon = made.stamps.shape
    told = explain(made)
    each = len(told.member) // (windows * horizon)  # rows a step: the members and, where any, the adjustment
    shape = (windows, horizon, each)
    parts = {"weight": told.weight, "said": told.said, "adds": told.contribution}
    columns = {name: values.reshape(shape) for name, values in parts.items()}
    point = columns["adds"].sum(axis=-1)
    for window, series in enumerate(made.ids[:SERIES_SHOWN]):
        table: list[dict[str, object]] = [{"member": shown(str(name))} for name in told.member[:each]]
        for name, values in columns.items():
            for row, first, last in zip(table, values[window, 0], values[window, -1], strict=True):
                row |= {f"{name}_first": first, f"{name}_last": last}
        table.append({"member": "Forecast", "adds_first": point[window, 0], "adds_last": point[window, -1]})
        first, last = (stamp_text(stamp, made.tz) for stamp in (made.stamps[window, 0], made.stamps[window, -1]))
        when = f"{first} (first) to {last} (last)"
        print_table(console, f"{series}: {when}", _COLUMNS, table)
        for rule in touched_by(made, window):
            console.print(f"touched by the rule {rule}", soft_wrap=True)
    if windows > SERIES_SHOWN:
        console.print(f"{windows - SERIES_SHOWN} more series: --explain --json has them all.")
