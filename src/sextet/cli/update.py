"""`sextet update`: new data change weights and calibration, not the members."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sextet.cli.flags import ExistingRun
from sextet.cli.output import Output

if TYPE_CHECKING:
    from rich.console import Console

    from sextet.app.update import UpdateResult

Data = Annotated[
    Path,
    typer.Option("--data", "-d", metavar="FILE", help="Data with the new targets, columns as the run was trained on."),
]


def update(run: ExistingRun, data: Data, output: Output) -> None:
    """Estimate the weights and the calibration of a run anew on new data, without training.

    The forecasts that follow start at the end of the new data. A failed update leaves the run as it was.
    """
    from sextet.app.update import update as run_update

    output.kept = lambda: f"The run {run} is as it was."
    progress = output.progress()
    with output.working():
        result = run_update(run, data=data, progress=progress)
    output.result({"run": run, **vars(result)}, lambda console: show_change(console, run, result))


def show_change(console: Console, run: Path, result: UpdateResult) -> None:
    """Print what the update changed, value by value."""
    from sextet.cli.tables import Column, number, print_table

    before, after = dict(_leaves(result.before)), dict(_leaves(result.after))
    rows = [
        {"what": name, "before": _text(before.get(name), number), "after": _text(after.get(name), number)}
        for name in {**before, **after}
    ]
    if rows:
        columns = (
            Column(key="what", title=""),
            Column(key="before", title="before"),
            Column(key="after", title="after"),
        )
        print_table(console, f"Update of {run}", columns, rows)
    for note in result.notes:
        console.print(f"note: {note}", soft_wrap=True)
    console.print(f"Updated {run}.", soft_wrap=True)


def _leaves(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{prefix}{name} ")
        else:
            yield f"{prefix}{name}", value


def _text(value: Any, number: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return "-" if value is None else str(value)
    return str(number(value))
