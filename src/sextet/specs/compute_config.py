"""On what a run is trained: devices, precision, how the batch is shared, and how often it is kept safe.

`TrainConfig` says what is learned, this says with which means; by default the means do not change the result beyond
the last digits of a float.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from sextet.core.errors import ConfigError
from sextet.core.kinds import settle_fields
from sextet.specs.check import above_zero, one_of, whole
from sextet.specs.train_config import TrainConfig

PRECISIONS = ("auto", "float32", "mixed_float16", "mixed_bfloat16")
SCALE_BATCH = ("none", "replicas")
SCALE_RATE = ("none", "linear", "sqrt")
COMMUNICATIONS = ("auto", "nccl", "hierarchical", "one")
PLACEMENTS = ("auto", "data", "member")


@dataclass(frozen=True, kw_only=True)
class ComputeConfig:
    """Means of a training.

    Attributes:
        precision: "float32", "mixed_float16", "mixed_bfloat16", or "auto": as the cards do best.
        gpus: how many GPUs at most, the first ones that can be seen; None: all.
        scale_batch: "none" leaves `TrainConfig.batch` the batch of a step, shared by the GPUs; "replicas" gives each
            GPU so many windows.
        scale_rate: what becomes of the learning rate where the batch was scaled: "none", "linear" (times the growth of
            the batch; Goyal et al., arXiv 1706.02677) or "sqrt" (times its root; Krizhevsky, arXiv 1404.5997).
        communication: how GPUs add up gradients: "nccl", "hierarchical" (over main memory in steps), "one" (all to one
            of them), or "auto": as they are linked.
        memory_limit: MiB of each GPU that may be used; None: as much as is needed.
        placement: "data" trains each member over all GPUs, "member" each on a GPU of its own, several at once; "auto"
            takes whichever is predicted to end sooner.
        checkpoint_minutes: minutes between checkpoints within a member's training; 0: none.
        tensorboard: folder for TensorBoard's logs, one folder a member in it; None: none are written.
    """

    precision: str = "auto"
    gpus: int | None = None
    scale_batch: str = "none"
    scale_rate: str = "none"
    communication: str = "auto"
    memory_limit: int | None = None
    placement: str = "auto"
    checkpoint_minutes: float = 5.0
    tensorboard: str | None = None

    def __post_init__(self) -> None:
        """Check every value."""
        owner = "Devices"
        settle_fields(self, owner)
        one_of(owner, "precision", self.precision, PRECISIONS)
        whole(owner, "gpus", self.gpus)
        one_of(owner, "scale_batch", self.scale_batch, SCALE_BATCH)
        one_of(owner, "scale_rate", self.scale_rate, SCALE_RATE)
        one_of(owner, "communication", self.communication, COMMUNICATIONS)
        whole(owner, "memory_limit", self.memory_limit, least=64)
        one_of(owner, "placement", self.placement, PLACEMENTS)
        if self.checkpoint_minutes != 0 or isinstance(self.checkpoint_minutes, bool):
            above_zero(owner, "checkpoint_minutes", self.checkpoint_minutes)

    def scaled(self, train: TrainConfig, replicas: int, windows: int) -> TrainConfig:
        """Return the budget of a training on so many replicas, from what `TrainConfig.for_windows` gave.

        With `scale_batch="replicas"` the batch grows, up to half of the `windows`; an epoch still draws each at most 4
        times, and the learning rate follows as `scale_rate` says.

        Raises:
            ConfigError: there are no replicas.
        """
        if replicas < 1:
            raise ConfigError(f"Expected at least one replica; got {replicas}.")
        if self.scale_batch == "none" or replicas == 1:
            return train
        batch = max(train.batch, min(train.batch * replicas, windows // 2))
        return replace(
            train,
            batch=batch,
            steps=min(train.steps, max(1, -(-4 * windows // batch))),
            learning_rate=scaled_rate(train.learning_rate, batch / train.batch, self.scale_rate),
        )


def scaled_rate(rate: float, growth: float, rule: str = "none") -> float:
    """Return the learning rate for a batch `growth` times as large.

    Raises:
        ConfigError: the rule is none of "none", "linear", "sqrt".
    """
    one_of("Devices", "scale_rate", rule, SCALE_RATE)
    return rate * {"none": 1.0, "linear": growth, "sqrt": math.sqrt(growth)}[rule]
