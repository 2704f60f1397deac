"""`sextet rules check`: whether a rules file can be understood, and what its rules would have done."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sextet.cli.command import command
from sextet.cli.data_flags import DataFlags
from sextet.cli.failure import WRONG
from sextet.cli.output import Output

if TYPE_CHECKING:
    from rich.console import Console

    from sextet.app.rules_check import RulesCheckResult

_TRY = "What the rules are tried on"

RulesFile = Annotated[Path, typer.Argument(metavar="FILE", show_default=False, help="TOML file of rules.")]
Data = Annotated[
    Path | None,
    typer.Option(
        "--data", "-d", metavar="FILE", help="Past data, with their targets, to try the rules on.", rich_help_panel=_TRY
    ),
]
Run = Annotated[
    Path | None,
    typer.Option(
        "--run",
        metavar="RUN",
        help="Try them on the forecasts of this run, not on a simple forecast.",
        rich_help_panel=_TRY,
    ),
]
Horizon = Annotated[
    int | None,
    typer.Option(
        "--horizon",
        min=1,
        metavar="N",
        help="Steps a window, without a run.",
        show_default="a season",
        rich_help_panel=_TRY,
    ),
]
Windows = Annotated[
    int, typer.Option("--windows", min=1, metavar="K", help="Most windows that are tried.", rich_help_panel=_TRY)
]

rules = typer.Typer(
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    rich_markup_mode="rich",
    help="Check the rules of a file, and try them on past data.",
)


def check(
    file: RulesFile,
    flags: DataFlags,
    output: Output,
    data: Data = None,
    run: Run = None,
    horizon: Horizon = None,
    windows: Windows = 300,
) -> None:
    """Say whether the rules of a file can be understood, what is odd about them, and what they would have done.

    All that cannot be understood is named with line and column, exit code 2; what is odd is a warning, exit code 0.
    With --data each rule is tried on past windows: how often it would have held and acted, and what that would have
    done to the error.

    Example: sextet rules check rules.toml --data sales.csv
    """
    from sextet.app.rules_check import RulesCheckRequest, check_rules
    from sextet.cli.train import options_of

    request = RulesCheckRequest(
        rules=file, data=data, options=options_of(flags), run=run, horizon=horizon, windows=windows
    )
    progress = output.progress()
    with output.working():
        result = check_rules(request, progress=progress)
    if not result.valid and not output.json:
        from sextet.core.errors import ConfigError

        warned = (f"warning: {warning}" for warning in result.warnings)
        raise ConfigError("\n".join([*(problem.text for problem in result.problems), *warned]))
    output.answer(_plain(result), lambda console: show_check(console, result))
    if not result.valid:
        raise typer.Exit(WRONG)


command(rules, "check")(check)


@rules.callback()
def group() -> None:
    """Check the rules of a file, and try them on past data."""


def _plain(result: RulesCheckResult) -> dict[str, Any]:
    return {**vars(result), "rules": [{"name": name, "text": text} for name, text in result.rules]}


def show_check(console: Console, result: RulesCheckResult) -> None:
    """Print the rules, what they would have done and what is odd."""
    from sextet.cli.tables import Column, print_table

    for name, text in result.rules:
        console.print(f"{name}: {text}", soft_wrap=True)
    if result.effects:
        columns = (
            Column(key="name", title="rule"),
            Column(key="held", title="holds", spec=",.0f"),
            Column(key="changed", title="changes", spec=",.0f"),
            Column(key="mae_before", title="MAE there", spec="4"),
            Column(key="mae_after", title="with it", spec="4"),
            Column(key="pinball_before", title="pinball there", spec="4", rank=1),
            Column(key="pinball_after", title="with it", spec="4", rank=1),
            Column(key="mae_all_before", title="MAE overall", spec="4", rank=2),
            Column(key="mae_all_after", title="with it", spec="4", rank=2),
            Column(key="alerts", title="alerts", spec=",.0f"),
            Column(key="muted", title="silences", spec=",.0f"),
        )
        title = f"On {result.windows:,} past windows of {result.horizon} steps"
        console.print(f"\nTried on a forecast by: {result.forecast}.", soft_wrap=True)
        print_table(console, title, columns, [vars(effect) for effect in result.effects])
    for warning in result.warnings:
        console.print(f"warning: {warning}", soft_wrap=True)
    count = len(result.rules)
    if count:
        console.print(f"{count} {'rule' if count == 1 else 'rules'}, each understood.", soft_wrap=True)
