"""The options of `sextet train` that say how a training is kept, and that one goes on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from typer import Option

_KEEP = "Keeping the training"


@dataclass(frozen=True, kw_only=True)
class KeepFlags:
    """How a training is kept while it goes on."""

    resume: Annotated[
        Path | None,
        Option(
            "--resume",
            metavar="RUN",
            help="Go on with the training of RUN that was stopped; nothing else need be said.",
            rich_help_panel=_KEEP,
        ),
    ] = None
    fresh: Annotated[
        bool, Option("--fresh", help="Give up a training that was stopped at --out.", rich_help_panel=_KEEP)
    ] = False
    checkpoint_minutes: Annotated[
        float | None,
        Option(
            "--checkpoint-minutes",
            min=0.0,
            metavar="N",
            help="Minutes between checkpoints while a member trains; 0: only members that are finished are kept.",
            show_default="5",
            rich_help_panel=_KEEP,
        ),
    ] = None
    tensorboard: Annotated[
        Path | None,
        Option(
            "--tensorboard",
            metavar="DIR",
            help="Folder for TensorBoard's logs, one folder a member in it.",
            rich_help_panel=_KEEP,
        ),
    ] = None
