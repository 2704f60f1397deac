"""What a training goes on under, besides what is learned from what: who listens, and on which devices."""

from __future__ import annotations

from dataclasses import dataclass, field

from sextet.core.progress import Progress, Silent
from sextet.specs.compute_config import ComputeConfig


@dataclass(frozen=True, kw_only=True)
class Conditions:
    """Conditions of a training.

    Attributes:
        progress: told of every epoch, a few times a second in between, and of notes.
        compute: on what it is trained.
    """

    progress: Progress = field(default_factory=Silent)
    compute: ComputeConfig = field(default_factory=ComputeConfig)


ORDINARY = Conditions()
"""Nobody listens, and all devices are used as they do best."""
