"""`sextet train`: a data file in, a run out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sextet.cli.data_flags import DataFlags
from sextet.cli.flags import DomainFlags, GoalFlags, SplitFlags, TrainingFlags, given
from sextet.cli.output import Output
from sextet.core.errors import ConfigError

if TYPE_CHECKING:
    from rich.console import Console

    from sextet.app.requests import TrainResult
    from sextet.data.options import DataOptions

Source = Annotated[
    Path, typer.Argument(metavar="FILE", show_default=False, help="CSV or Parquet file, long or wide; .gz too.")
]


# how a training is done, which may change where it goes on
_MEANS = ("checkpoint_minutes", "tensorboard", "placement", "gpus", "communication", "memory_limit")

MaybeSource = Annotated[
    Path | None,
    typer.Argument(
        metavar="FILE", show_default="required", help="CSV or Parquet file, long or wide; .gz too. None with --resume."
    ),
]


def train(
    goal: GoalFlags,
    budget: TrainingFlags,
    data: DataFlags,
    domain: DomainFlags,
    split: SplitFlags,
    output: Output,
    source: MaybeSource = None,
) -> None:
    """Train the members on a data file, combine and calibrate them, and write the run and its report.

    FILE has one row a time and series, with columns such as unique_id, ds and y, or one column a series. A training
    that was stopped is kept beside RUN, in RUN.unfinished; --resume RUN, or the same command again, goes on with it.

    Example: sextet train sales.csv --horizon 28 --future price,promotion --nonnegative --out runs/sales
    """
    if goal.resume is not None:
        refuse_beside_resume(source, (goal, budget, data, domain, split))
        _resume(goal.resume, goal, budget, output)
        return
    from sextet.app.requests import TrainRequest

    source, horizon, out = _required(source, goal, dry=budget.dry_run)
    if not budget.dry_run:
        output.kept = lambda: kept(out)
    request = TrainRequest(
        source=source,
        horizon=horizon,
        out=out,
        data=options_of(data),
        fresh=goal.fresh,
        checkpoint_minutes=goal.checkpoint_minutes,
        tensorboard=goal.tensorboard,
        **{name: value for name, value in given(budget).items() if name != "dry_run"},
        **given(domain),
        **given(split),
    )
    if budget.dry_run:
        from sextet.app.dry_run import dry_run
        from sextet.cli.dry_run import show_dry_run

        with output.working():
            said = dry_run(request)
        output.note(said.notes)
        output.answer(vars(said), lambda console: show_dry_run(console, said))
        return
    from sextet.app.train import train as run_training

    progress = output.progress()
    with output.working():
        result = run_training(request, progress=progress)
    output.note(result.notes)
    output.news(vars(result), lambda console: show_result(console, result))


def _required(source: Path | None, goal: GoalFlags, *, dry: bool) -> tuple[Path, int, Path]:
    """Return what a training must be told; a dry run, which writes nothing, need not be told where.

    Raises:
        ConfigError: it was not; what is missing is named.
    """
    from sextet.app.requests import UNSAID

    out = UNSAID if dry and goal.out is None else goal.out
    if source is None or goal.horizon is None or out is None:
        wanted = {"FILE": source, "--horizon": goal.horizon, "--out": out}
        missing = ", ".join(name for name, value in wanted.items() if value is None)
        raise ConfigError(
            f"{missing} missing. Usage: sextet train FILE --horizon N --out RUN, or sextet train --resume RUN "
            "to go on with a training that was stopped."
        )
    return source, goal.horizon, out


def _resume(run: Path, goal: GoalFlags, budget: TrainingFlags, output: Output) -> None:
    from sextet.app.resume import resume

    output.kept = lambda: kept(run)
    progress = output.progress()
    device = None if budget.device == TrainingFlags.device else budget.device.value
    said = {**given(goal), **given(budget)}
    with output.working():
        means = {name: said[name] for name in _MEANS}
        result = resume(run, progress, device=device, ray=budget.ray, **means)
    output.note(result.notes)
    output.news(vars(result), lambda console: show_result(console, result))


def refuse_beside_resume(source: Path | None, groups: Sequence[Any]) -> None:
    """Refuse what cannot be said anew where a training goes on.

    Raises:
        ConfigError: something was; it is named.
    """
    free = ("resume", "device", "ray", *_MEANS)
    said = [
        f"--{field.name.replace('_', '-')}"
        for group in groups
        for field in fields(group)
        if field.name not in free and getattr(group, field.name) != field.default
    ]
    if source is not None:
        said.insert(0, str(source))
    if said:
        raise ConfigError(
            f"--resume goes on with what was asked then; leave out {', '.join(said)}. To begin another training: the "
            "whole command without --resume, with --fresh."
        )


def options_of(flags: DataFlags) -> DataOptions:
    """Return how the data are to be read, from the flags."""
    from sextet.data.options import DataOptions, names

    columns = {"past": names(flags.past), "future": names(flags.future), "static": names(flags.static)}
    return DataOptions(**{**given(flags), **columns})


def show_result(console: Console, result: TrainResult) -> None:
    """Print the leaderboard and where the run and its report are."""
    from sextet.cli.tables import facts, print_leaderboard

    print_leaderboard(console, result.leaderboard)
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
    from sextet.runtime.unfinished import Unfinished

    unfinished = Unfinished.at(out)
    there = (unfinished.out / "manifest.json").is_file()
    before = f"The run that was at {unfinished.out} before is as it was." if there else ""
    if unfinished.exists and unfinished.begun:
        go_on = f"What was trained is kept; go on with: sextet train --resume {unfinished.out}"
        return f"{before} {go_on}" if before else go_on
    return before or f"No run was written to {out}."
