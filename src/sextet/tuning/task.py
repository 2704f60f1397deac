"""What a worker is asked to train, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sextet.specs.presets import NeuralMemberSpec
from sextet.specs.train_config import TrainConfig

Kind = Literal["search", "again", "crew"]
State = Literal["complete", "pruned", "cut", "failed"]


@dataclass(frozen=True, kw_only=True)
class Job:
    """One training.

    Attributes:
        spec: of the member, every field chosen.
        reference: the loss on `select` that counts as 1.
        answers: file that what it answers for `weigh` goes to, or None.
        below: answers are kept only where the loss on `select` is below this.
    """

    spec: NeuralMemberSpec
    reference: float = 1.0
    answers: Path | None = None
    below: float = float("inf")


@dataclass(frozen=True, kw_only=True)
class Task:
    """A trial: one training, or several whose losses are averaged.

    Attributes:
        arm: what is searched: a member, or the training that all share.
        number: of the trial within it.
        kind: "search"; "again" with another seed; or "crew", a member under the training found.
        jobs: what to train, one after the other.
        train: the training budget.
        trial: id of the trial in the study, which epochs are told to and which may prune it; None for no pruning.
        until: when to stop, in seconds since the epoch; None: at the end.
    """

    arm: str
    number: int
    kind: Kind
    jobs: tuple[Job, ...]
    train: TrainConfig
    trial: int | None = None
    until: float | None = None


@dataclass(frozen=True, kw_only=True)
class Result:
    """What came of a task.

    Attributes:
        arm, number, kind: the task's.
        state: "complete", "pruned" by its epochs, "cut" by the clock, or "failed".
        value: mean of loss / reference on `select`; NaN unless complete.
        seconds: wall time.
        text: why it failed, or empty.
    """

    arm: str
    number: int
    kind: Kind
    state: State
    value: float
    seconds: float
    text: str = ""
