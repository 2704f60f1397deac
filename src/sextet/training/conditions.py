"""What a training goes on under, besides what is learned from what: who listens, and on which devices."""

from __future__ import annotations

from dataclasses import dataclass, field

from sextet.core.progress import Progress, Silent
from sextet.specs.compute_config import ComputeConfig
from sextet.training.keep import Keep


@dataclass(frozen=True, kw_only=True)
class Conditions:
    """Conditions of a training.

    Attributes:
        progress: told of every epoch, a few times a second in between, and of notes.
        compute: on what it is trained.
        keep: where checkpoints and metrics are kept, and a checkpoint found goes on; None: nowhere.
    """

    progress: Progress = field(default_factory=Silent)
    compute: ComputeConfig = field(default_factory=ComputeConfig)
    keep: Keep | None = None


ORDINARY = Conditions()
"""Nobody listens, and all devices are used as they do best."""
