"""The options that say what is trained, how long, and on which devices."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from typer import Option

from sextet.cli.device_flags import DeviceFlags

BUDGET = "Training"


class Device(StrEnum):
    """What a training runs on."""

    AUTO = "auto"
    CPU = "cpu"
    GPU = "gpu"


@dataclass(frozen=True, kw_only=True)
class BudgetFlags(DeviceFlags):
    """What is trained, how long, and on which devices."""

    config: Annotated[
        Path | None,
        Option(
            "--config",
            metavar="FILE",
            help="JSON file of settings, such as `sextet tune` writes; options given here go before it.",
            rich_help_panel=BUDGET,
        ),
    ] = None
    members: Annotated[
        str | None,
        Option(
            "--members",
            metavar="NAMES",
            help="v6 (all six), v5 (all but PatchTST), or names with commas.",
            show_default="v6",
            rich_help_panel=BUDGET,
        ),
    ] = None
    lookback: Annotated[
        int | None,
        Option(
            "--lookback",
            min=1,
            metavar="N",
            help="Steps of history that members see.",
            show_default="from frequency and horizon",
            rich_help_panel=BUDGET,
        ),
    ] = None
    seed: Annotated[
        int | None,
        Option(
            "--seed",
            min=0,
            metavar="N",
            help="The same seed gives the same forecast on one machine.",
            show_default="0",
            rich_help_panel=BUDGET,
        ),
    ] = None
    quick: Annotated[bool, Option("--quick", help="Small budget, for a first look.", rich_help_panel=BUDGET)] = False
    epochs: Annotated[
        int | None,
        Option(
            "--epochs",
            min=1,
            metavar="N",
            help="Most epochs a member, in one round.",
            show_default="rounds of 8",
            rich_help_panel=BUDGET,
        ),
    ] = None
    rounds: Annotated[
        int | None,
        Option(
            "--rounds",
            min=1,
            metavar="N",
            help="Most rounds of these epochs; another only while the last one paid.",
            show_default="4, with --epochs or --quick 1",
            rich_help_panel=BUDGET,
        ),
    ] = None
    batch: Annotated[
        int | None,
        Option("--batch", min=1, metavar="N", help="Windows an optimiser step.", rich_help_panel=BUDGET),
    ] = None
    catch_up: Annotated[
        int | None,
        Option(
            "--catch-up",
            min=0,
            metavar="N",
            help="Epochs for which members are trained on, on everything before the test, once weights and "
            "calibration are learned.",
            show_default="0",
            rich_help_panel=BUDGET,
        ),
    ] = None
    device: Annotated[
        Device,
        Option(
            "--device",
            help="auto uses a GPU where there is one, and stops where it would be left unused; cpu hides GPUs; gpu "
            "insists on one.",
            rich_help_panel=BUDGET,
        ),
    ] = Device.AUTO
