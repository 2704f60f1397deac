"""What each member said and weighed for a forecast, as rows and as a table."""

from __future__ import annotations

from typing import Any

from rich.console import Console

from sextet.cli.tables import Column, print_table
from sextet.core.forecast import Forecast
from sextet.core.quantiles import read_quantiles
from sextet.report.naming import shown
from sextet.report.plain import stamp_text

SERIES_SHOWN = 10  # tables on the terminal; --json has every series
_COLUMNS = (
    Column(key="member", title="member"),
    Column(key="weight_first", title="weight % first", spec=".1f", scale=100),
    Column(key="weight_last", title="weight % last", spec=".1f", scale=100),
    Column(key="first", title="said first", spec="5"),
    Column(key="last", title="said last", spec="5"),
)


def rows(made: Forecast) -> list[dict[str, Any]]:
    """Return one row a series, step and member: unique_id, ds, member, median it said, weight it had."""
    said = {name: read_quantiles(values, (0.5,), made.levels)[..., 0] for name, values in made.members.items()}
    return [
        {
            "unique_id": series,
            "ds": made.stamps[window, step],
            "member": name,
            "median": values[window, step],
            "weight": made.weights[name][window, step] if name in made.weights else None,
        }
        for window, series in enumerate(made.ids)
        for step in range(made.stamps.shape[1])
        for name, values in said.items()
    ]


def print_explanation(console: Console, made: Forecast) -> None:
    """Print a table a series: what each member said and weighed at the first and at the last step."""
    said = {name: read_quantiles(values, (0.5,), made.levels)[..., 0] for name, values in made.members.items()}
    whole = read_quantiles(made.quantiles, (0.5,), made.levels)[..., 0]
    for window, series in enumerate(made.ids[:SERIES_SHOWN]):
        table = [
            {
                "member": shown(name),
                "weight_first": made.weights[name][window, 0],
                "weight_last": made.weights[name][window, -1],
                "first": values[window, 0],
                "last": values[window, -1],
            }
            for name, values in said.items()
        ]
        table.sort(key=lambda row: -float(row["weight_first"]))
        table.append({"member": "Ensemble, calibrated", "first": whole[window, 0], "last": whole[window, -1]})
        when = f"{stamp_text(made.stamps[window, 0])} (first) to {stamp_text(made.stamps[window, -1])} (last)"
        print_table(console, f"{series}: {when}", _COLUMNS, table)
    if len(made.ids) > SERIES_SHOWN:
        console.print(f"{len(made.ids) - SERIES_SHOWN} more series: --explain --json has them all.")
