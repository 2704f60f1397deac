"""What a long call tells while it runs; the command line draws it, tests record it, by default nobody listens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, kw_only=True)
class Tick:
    """Where the training of one member stands.

    Attributes:
        member: its name.
        epoch, epochs: current epoch from 1, and the last of the round, see `training.rounds`.
        step, steps: step within the epoch from 1, and steps an epoch.
        loss: mean training loss of the epoch so far.
        select: loss on the select part after the last finished epoch, or None before the first.
        seconds_left: time left of the round if no epoch is saved by early stopping, in seconds.
        judged: the epoch has just ended, and `select` is its own loss.
    """

    member: str
    epoch: int
    epochs: int
    step: int
    steps: int
    loss: float
    select: float | None
    seconds_left: float
    judged: bool = False


class Progress(Protocol):
    """A listener; calls come from the thread that trains, in order."""

    def stage(self, text: str) -> None:
        """A new stage began: "reading data", "training GRU", "learning weights"."""

    def tick(self, tick: Tick) -> None:
        """A member's training moved on."""

    def member_done(self, member: str, seconds: float, select: float) -> None:
        """A member finished training."""

    def note(self, text: str) -> None:
        """Something the user should know."""


class Silent:
    """Listens to nothing."""

    def stage(self, text: str) -> None:
        """Ignore."""

    def tick(self, tick: Tick) -> None:
        """Ignore."""

    def member_done(self, member: str, seconds: float, select: float) -> None:
        """Ignore."""

    def note(self, text: str) -> None:
        """Ignore."""
