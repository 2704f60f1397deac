"""`sextet train`: a data file in, a run out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sextet.cli.data_flags import DataFlags
from sextet.cli.flags import DomainFlags, GoalFlags, SplitFlags, TrainingFlags, given
from sextet.cli.output import Output

if TYPE_CHECKING:
    from rich.console import Console

    from sextet.app.requests import TrainResult
    from sextet.data.options import DataOptions

Source = Annotated[
    Path, typer.Argument(metavar="FILE", show_default=False, help="CSV or Parquet file, long or wide; .gz too.")
]


def train(
    source: Source,
    goal: GoalFlags,
    budget: TrainingFlags,
    data: DataFlags,
    domain: DomainFlags,
    split: SplitFlags,
    output: Output,
) -> None:
    """Train the members on a data file, combine and calibrate them, and write the run and its report.

    FILE has one row a time and series, with columns such as unique_id, ds and y, or one column a series.

    Example: sextet train sales.csv --horizon 28 --future price,promotion --nonnegative --out runs/sales
    """
    from sextet.app.requests import TrainRequest

    output.kept = lambda: kept(goal.out)
    request = TrainRequest(
        source=source,
        data=options_of(data),
        **given(goal),
        **{name: value for name, value in given(budget).items() if name != "dry_run"},
        **given(domain),
        **given(split),
    )
    if budget.dry_run:
        from sextet.app.dry_run import dry_run
        from sextet.cli.dry_run import show_dry_run

        with output.working():
            said = dry_run(request)
        output.result(vars(said), lambda console: show_dry_run(console, said))
        return
    from sextet.app.train import train as run_training

    progress = output.progress()
    with output.working():
        result = run_training(request, progress=progress)
    output.result(vars(result), lambda console: show_result(console, result, output.untold(result.notes)))


def options_of(flags: DataFlags) -> DataOptions:
    """Return how the data are to be read, from the flags."""
    from sextet.data.options import DataOptions, names

    columns = {"past": names(flags.past), "future": names(flags.future), "static": names(flags.static)}
    return DataOptions(**{**given(flags), **columns})


def show_result(console: Console, result: TrainResult, notes: Sequence[str]) -> None:
    """Print the leaderboard, `notes` and where the run and its report are."""
    from sextet.cli.tables import facts, print_leaderboard

    print_leaderboard(console, result.leaderboard)
    for note in notes:
        console.print(f"note: {note}", soft_wrap=True)
    console.print()
    facts(
        console,
        (
            ("run", str(result.run)),
            ("report", str(result.report)),
            ("forecast", f"sextet forecast {result.run} --out forecast.csv"),
        ),
    )


def kept(out: Path) -> str:
    """Say what an unfinished training left at `out`."""
    if (out / "manifest.json").is_file():
        return f"The run that was at {out} before is as it was."
    return f"No run was written to {out}."
