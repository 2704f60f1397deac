"""Where members are trained, and by which machines, as options of the command line."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from typer import Option

from sextet.cli.budget_flags import BUDGET


class Placement(StrEnum):
    """Where members are trained."""

    AUTO = "auto"
    DATA = "data"
    MEMBER = "member"


@dataclass(frozen=True, kw_only=True)
class RayFlags:
    """Which machines do the work."""

    ray: Annotated[
        str | None,
        Option(
            "--ray",
            metavar="ADDRESS",
            help="Do the work on a Ray cluster that this machine is part of: auto, HOST:PORT, or local for one of this "
            "machine alone.",
            rich_help_panel=BUDGET,
        ),
    ] = None


@dataclass(frozen=True, kw_only=True)
class PlaceFlags(RayFlags):
    """Where members are trained."""

    placement: Annotated[
        Placement | None,
        Option(
            "--placement",
            help="data trains each member over all GPUs; member each on a GPU of its own, or in a process of its own "
            "where there is none, several at once; auto takes whichever is predicted to end sooner.",
            show_default="auto",
            rich_help_panel=BUDGET,
        ),
    ] = None
