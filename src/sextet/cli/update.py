"""`sextet update`: new data change weights and calibration, not the members."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sextet.cli.data_flags import ColumnFlags
from sextet.cli.flags import ExistingRun
from sextet.cli.output import Output

if TYPE_CHECKING:
    from rich.console import Console

    from sextet.app.update import UpdateResult

Data = Annotated[
    Path,
    typer.Option("--data", "-d", metavar="FILE", help="Data with the new targets, columns as the run was trained on."),
]

_SCALED = ("mae", "rmse", "pinball")  # scores that mean something in scaled space, where zero is no zero


def update(run: ExistingRun, data: Data, columns: ColumnFlags, output: Output) -> None:
    """Estimate the weights and the calibration of a run anew on new data, without training.

    The forecasts that follow start at the end of the new data. A failed update leaves the run as it was.
    """
    from sextet.app.update import update as run_update

    output.kept = lambda: f"The run {run} is as it was."
    progress = output.progress()
    with output.working():
        result = run_update(run, data=data, options=columns.options(), progress=progress)
    output.note(result.notes)
    output.news({"run": run, **vars(result)}, lambda console: show_change(console, run, result))


def show_change(console: Console, run: Path, result: UpdateResult) -> None:
    """Print what the update changed."""
    from sextet.cli.tables import Column, number, print_table
    from sextet.report.naming import shown

    told = {"before": result.before, "after": result.after}
    if result.rejected is not None:
        told["rejected"] = result.rejected
    rows = [
        {"score": name.replace("_", " "), **{key: scores.get(name) for key, scores in told.items()}}
        for name in result.before
        if name in _SCALED or name.startswith(("coverage", "width"))
    ]
    titles = {"before": "before", "after": "after", "rejected": "new weights, not taken"}
    columns = (
        Column(key="score", title="score"),
        *(Column(key=key, title=titles[key], spec="4") for key in told),
    )
    print_table(console, "On the newest data, in scaled space; none was fitted on them", columns, rows)
    weights = ", ".join(f"{shown(name)} {number(100 * weight, '.1f')} %" for name, weight in result.weights.items())
    console.print(f"Weights now: {weights}.")
    console.print(f"Updated {run}.", soft_wrap=True)
