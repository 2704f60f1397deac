"""The options of the commands, grouped as frozen dataclasses; `command.py` lays them out flat for typer."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

from typer import Argument, Option

from sextet.cli.alert_flags import CostFlags
from sextet.cli.budget_flags import BUDGET, BudgetFlags
from sextet.cli.keep_flags import KeepFlags
from sextet.cli.place_flags import PlaceFlags, RayFlags
from sextet.core.errors import ConfigError

_DOMAIN = "What forecasts may be"
_SPLIT = "Split of time"
_ROLL = "Rolling origin"
_OUTPUT = "Output"

ExistingRun = Annotated[Path, Argument(metavar="RUN", show_default=False, help="Folder of a run.")]


class Transform(StrEnum):
    """How targets are transformed before they are scaled."""

    AUTO = "auto"
    NONE = "none"
    LOG1P = "log1p"
    BOXCOX = "boxcox"
    ASINH = "asinh"


@dataclass(frozen=True, kw_only=True)
class OutputFlags:
    """What goes to the terminal."""

    json: Annotated[
        bool,
        Option("--json", help="Print the result as one JSON object, nothing else there.", rich_help_panel=_OUTPUT),
    ] = False
    quiet: Annotated[
        bool,
        Option("--quiet", "-q", help="Print nothing but errors and what was asked for.", rich_help_panel=_OUTPUT),
    ] = False


@dataclass(frozen=True, kw_only=True)
class GoalFlags(KeepFlags):
    """What a training must be told, unless it goes on with another."""

    horizon: Annotated[
        int | None, Option("--horizon", min=1, metavar="N", help="Steps to forecast.", show_default="required")
    ] = None
    out: Annotated[
        Path | None,
        Option("--out", "-o", metavar="RUN", help="Folder of the run.", show_default="required, but for --dry-run"),
    ] = None


@dataclass(frozen=True, kw_only=True)
class FoldFlags(BudgetFlags, PlaceFlags):
    """What is trained, how long, and where."""


@dataclass(frozen=True, kw_only=True)
class TrialFlags(BudgetFlags, RayFlags):
    """What is trained, how long, and by which machines."""


@dataclass(frozen=True, kw_only=True)
class TrainingFlags(FoldFlags):
    """What is trained, how long, and on what."""

    dry_run: Annotated[
        bool,
        Option(
            "--dry-run",
            help="Train nothing: check data and rules, and say on which devices, in which precision, batch and "
            "placement it would be, what is kept safe, and what it would take.",
            rich_help_panel=BUDGET,
        ),
    ] = False


@dataclass(frozen=True, kw_only=True)
class TargetFlags:
    """What is known about the target."""

    transform: Annotated[
        Transform | None,
        Option(
            "--transform", help="Transform of the target before scaling.", show_default="auto", rich_help_panel=_DOMAIN
        ),
    ] = None
    nonnegative: Annotated[
        bool, Option("--nonnegative", help="Forecasts are never below zero.", rich_help_panel=_DOMAIN)
    ] = False
    spike_threshold: Annotated[
        float | None,
        Option(
            "--spike-threshold",
            metavar="X",
            help="A target above X is a spike, in the unit of the data.",
            show_default="learned",
            rich_help_panel=_DOMAIN,
        ),
    ] = None


@dataclass(frozen=True, kw_only=True)
class DomainFlags(TargetFlags, CostFlags):
    """What is known about the target, and how the report calls it."""

    rules: Annotated[
        Path | None,
        Option(
            "--rules",
            metavar="FILE",
            help="TOML file of rules: what you know and the data do not say; see sextet rules check.",
            rich_help_panel=_DOMAIN,
        ),
    ] = None
    title: Annotated[
        str | None,
        Option(
            "--title",
            metavar="TEXT",
            help="Title of the report.",
            show_default="name of the file",
            rich_help_panel=_DOMAIN,
        ),
    ] = None
    unit: Annotated[
        str,
        Option("--unit", metavar="TEXT", help="Unit of the target, for the report.", rich_help_panel=_DOMAIN),
    ] = ""


@dataclass(frozen=True, kw_only=True)
class PartFlags:
    """Where the parts of time end."""

    train_end: Annotated[
        str | None,
        Option(
            "--train-end",
            metavar="ROW|DATE",
            help="Where training ends: a number of rows, or its last date or stamp, such as 2016-10-31.",
            rich_help_panel=_SPLIT,
        ),
    ] = None
    validation_end: Annotated[
        str | None,
        Option(
            "--validation-end",
            "--val-end",
            metavar="ROW|DATE",
            help="Where validation ends, said likewise.",
            rich_help_panel=_SPLIT,
        ),
    ] = None
    test_end: Annotated[
        str | None,
        Option("--test-end", metavar="ROW|DATE", help="Where the test ends, said likewise.", rich_help_panel=_SPLIT),
    ] = None
    validation: Annotated[
        float | None,
        Option(
            "--validation",
            min=0.0,
            max=1.0,
            metavar="SHARE",
            help="Share of the rows for validation.",
            show_default="0.2",
            rich_help_panel=_SPLIT,
        ),
    ] = None
    test: Annotated[
        float | None,
        Option(
            "--test",
            min=0.0,
            max=1.0,
            metavar="SHARE",
            help="Share of the rows for the test; 0 for a run meant for use.",
            show_default="0.1",
            rich_help_panel=_SPLIT,
        ),
    ] = None


@dataclass(frozen=True, kw_only=True)
class SplitFlags(PartFlags):
    """How each series is cut in time."""

    step: Annotated[
        int | None,
        Option(
            "--step", min=1, metavar="N", help="Rows between test cutoffs.", show_default="1", rich_help_panel=_SPLIT
        ),
    ] = None


@dataclass(frozen=True, kw_only=True)
class BacktestGoalFlags:
    """What a backtest must be told."""

    horizon: Annotated[int, Option("--horizon", min=1, metavar="N", help="Steps to forecast.")]
    out: Annotated[Path, Option("--out", "-o", metavar="DIR", help="Folder of the backtest.")] = Path("runs/backtest")


@dataclass(frozen=True, kw_only=True)
class RollFlags(PartFlags):
    """What is forecast in a backtest, and from which fits."""

    windows: Annotated[
        int | None,
        Option(
            "--windows",
            min=1,
            metavar="K",
            help="Forecast the last K cutoffs of each series.",
            show_default="every cutoff of the test part",
            rich_help_panel=_ROLL,
        ),
    ] = None
    step: Annotated[
        int | None,
        Option(
            "--step",
            min=1,
            metavar="N",
            help="Rows between cutoffs; 1 forecasts from every row.",
            show_default="the horizon",
            rich_help_panel=_ROLL,
        ),
    ] = None
    refit: Annotated[
        int,
        Option(
            "--refit",
            min=0,
            metavar="N",
            help="Fit everything anew every N cutoffs, on what is known by then; 0 fits once.",
            rich_help_panel=_ROLL,
        ),
    ] = 0
    scaled: Annotated[
        bool,
        Option(
            "--scaled",
            help="Also score series standardised by the training part, as papers on long horizons do.",
            rich_help_panel=_ROLL,
        ),
    ] = False
    baselines: Annotated[
        str,
        Option(
            "--baselines",
            metavar="NAMES",
            help="Baselines to compare with: ridge, seasonal-naive, naive, autoets, mstl, autotheta.",
            rich_help_panel=_ROLL,
        ),
    ] = "ridge,seasonal-naive,naive"
    forecasts: Annotated[
        bool,
        Option("--forecasts/--no-forecasts", help="Write every forecast of every model.", rich_help_panel=_ROLL),
    ] = True
    fresh: Annotated[
        bool,
        Option("--fresh", help="Start anew what an earlier backtest began at --out.", rich_help_panel=_ROLL),
    ] = False


def levels(text: str) -> tuple[float, ...]:
    """Read interval levels in percent: "80,95" -> (80, 95).

    Raises:
        ConfigError: a part is not such a percentage, or the list is empty or repeats one.
    """
    from sextet.core.quantiles import interval

    found: list[float] = []
    for part in text.split(","):
        try:
            level = float(part.strip().rstrip("%"))
        except ValueError:
            level = float("nan")
        if level != level or level in found:
            raise ConfigError(
                f"Expected --levels as distinct percentages, such as 80,95; got {part.strip()!r} in {text!r}."
            )
        try:
            interval(level)
        except ConfigError as error:
            raise ConfigError(f"--levels {text}: {error}") from None
        found.append(int(level) if level == int(level) else level)
    return tuple(found)


def given(flags: object) -> dict[str, Any]:
    """Return the fields of a group of flags by name, choices as plain text."""
    return {name: value.value if isinstance(value, StrEnum) else value for name, value in vars(flags).items()}
