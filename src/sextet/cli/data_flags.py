"""The options of the commands that say how a data file is read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Option

if TYPE_CHECKING:
    from sextet.data.options import DataOptions

_COLUMNS = "Columns of the data"
READING = "Reading the data"

Dates = Annotated[
    str | None,
    Option(
        "--dates",
        metavar="ORDER",
        help="day/month/year or month/day/year, where dates such as 01/02/2024 could be read both ways.",
        show_default="found",
        rich_help_panel=READING,
    ),
]
Decimal = Annotated[
    str | None,
    Option(
        "--decimal",
        metavar="SIGN",
        help="Sign before decimals, . or , where numbers such as 1.036 could be read both ways.",
        show_default="found",
        rich_help_panel=READING,
    ),
]


@dataclass(frozen=True, kw_only=True)
class DataFlags:
    """How the data file is read."""

    id: Annotated[
        str | None,
        Option(
            "--id",
            metavar="COL",
            help="Column that names the series; several, with commas, name them together.",
            show_default="unique_id where there is one",
            rich_help_panel=_COLUMNS,
        ),
    ] = None
    time: Annotated[
        str | None,
        Option(
            "--time", metavar="COL", help="Column of the time stamps.", show_default="found", rich_help_panel=_COLUMNS
        ),
    ] = None
    target: Annotated[
        str | None,
        Option(
            "--target",
            metavar="COL",
            help="Column to forecast; several with commas are one series each.",
            show_default="found",
            rich_help_panel=_COLUMNS,
        ),
    ] = None
    past: Annotated[
        str | None,
        Option(
            "--past", metavar="A,B", help="Covariates known up to now only, such as weather.", rich_help_panel=_COLUMNS
        ),
    ] = None
    future: Annotated[
        str | None,
        Option(
            "--future",
            metavar="C,D",
            help="Covariates known ahead for the whole horizon, such as prices or holidays.",
            rich_help_panel=_COLUMNS,
        ),
    ] = None
    static: Annotated[
        str | None,
        Option("--static", metavar="E", help="Attributes that a series keeps for good.", rich_help_panel=_COLUMNS),
    ] = None
    weight: Annotated[
        str | None,
        Option("--weight", metavar="COL", help="Column of sample weights.", rich_help_panel=_COLUMNS),
    ] = None
    spike_label: Annotated[
        str | None,
        Option(
            "--spike-label", metavar="COL", help="Column that is 1 where a spike is, else 0.", rich_help_panel=_COLUMNS
        ),
    ] = None
    future_data: Annotated[
        Path | None,
        Option(
            "--future-data",
            metavar="FILE",
            help="File with the --future covariates after the last known target.",
            rich_help_panel=READING,
        ),
    ] = None
    freq: Annotated[
        str | None,
        Option(
            "--freq",
            metavar="FREQ",
            help="Step between stamps: 5min, h, D, W, B, MS.",
            show_default="found",
            rich_help_panel=READING,
        ),
    ] = None
    resample: Annotated[
        str | None,
        Option(
            "--resample",
            metavar="RULE",
            help="Average readings onto a regular grid of this step, such as 5min; empty steps stay missing.",
            rich_help_panel=READING,
        ),
    ] = None
    tz: Annotated[
        str | None,
        Option(
            "--tz",
            metavar="ZONE",
            help="Time zone of stamps that carry none and of the calendar, such as Europe/Berlin.",
            rich_help_panel=READING,
        ),
    ] = None
    dates: Dates = None
    decimal: Decimal = None
    skip_short: Annotated[
        bool,
        Option("--skip-short", help="Leave out series that are too short.", rich_help_panel=READING),
    ] = False


@dataclass(frozen=True, kw_only=True)
class ColumnFlags:
    """Which columns of new data hold what the run was trained on, where they are called otherwise."""

    id: Annotated[
        str | None,
        Option(
            "--id",
            metavar="COL",
            help="Column that names the series.",
            show_default="as in training",
            rich_help_panel=_COLUMNS,
        ),
    ] = None
    time: Annotated[
        str | None,
        Option(
            "--time",
            metavar="COL",
            help="Column of the time stamps.",
            show_default="as in training",
            rich_help_panel=_COLUMNS,
        ),
    ] = None
    target: Annotated[
        str | None,
        Option(
            "--target",
            metavar="COL",
            help="Column of the target.",
            show_default="as in training",
            rich_help_panel=_COLUMNS,
        ),
    ] = None

    def options(self) -> DataOptions | None:
        """Return what they say of reading; None where they say nothing."""
        from sextet.data.options import DataOptions

        said = any((self.id, self.time, self.target))
        return DataOptions(id=self.id, time=self.time, target=self.target) if said else None
