"""A network together with its loss, so that Keras' own fit loop can train it, also under a distribution strategy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sextet.members.backend import Tensor, keras, tf
from sextet.members.layers.shared_norm import counted
from sextet.training.devices.spread import Spread
from sextet.training.feeder import Feeder
from sextet.training.losses import forecast_loss, spike_loss
from sextet.training.step import Step


class Learner(keras.Model):  # type: ignore[misc]
    """Wraps a network; its loss sees all outputs at once, which losses per output cannot.

    The network stays as it is: it alone is kept. A step is one of `training.step`, not of Keras.
    """

    def __init__(
        self,
        network: keras.Model,
        levels: Sequence[float],
        emphasis: float = 0.0,
        parts: int = 1,
        halved: Callable[[int], None] | None = None,
        strategy: Any = None,
    ) -> None:
        """Train `network` on the pinball loss of `levels` (`emphasis` on the median), and on spikes where it warns.

        A batch is cut into `parts`; where it still does not fit into memory, into more, and `halved` is told how many.
        `strategy` is the one in whose scope the network was built, and the optimiser must be; the learner itself is
        made outside of it, so that Keras' fit loop does not distribute what it is fed with (see `devices.spread`).
        """
        super().__init__(name=f"{network.name}-learner")
        self.network = network
        self.parts = parts
        self.halved = halved or (lambda parts: None)
        self.strategy = strategy or tf.distribute.get_strategy()
        self.spread: Spread | None = None
        self.built = True  # the network is; where it is fed with numbers of steps, Keras could not build on them
        self._levels = tuple(levels)
        self._emphasis = emphasis
        self._loss = spike_loss if "spike_probability" in network.output else forecast_loss

    def call(self, inputs: dict[str, Tensor], training: bool = False) -> dict[str, Tensor]:
        """Answer as the network does."""
        answer: dict[str, Tensor] = self.network(inputs, training=training)
        return answer

    def share(self, inputs: dict[str, Tensor], truth: dict[str, Tensor], parts: int) -> Tensor:
        """Return what a part of a batch adds to the loss of the whole batch, cut into so many parts.

        Args:
            inputs: of the network.
            truth: as `Feeder` yields it, with the totals of the whole batch.
            parts: over which the regularisation of layers is divided.
        """
        with counted(truth.get("real")):
            answer = self(inputs, training=True)
        loss = self._loss(truth, answer, self._levels, self._emphasis)
        for extra in self.losses:
            loss = loss + extra / parts
        return loss

    def fed_by(self, feeder: Feeder) -> Feeder:
        """Let `feeder` feed it, step by step; returns it."""
        self.spread = Spread(feeder.shared_by(self.strategy.num_replicas_in_sync).at, self.strategy)
        return feeder

    def make_train_function(self, force: bool = False) -> None:
        """Make the step that Keras' fit loop calls."""
        known: Step | None = self.train_function
        if known is None or force:
            self.train_function: Step | None = Step(self)

    def count_loss(self, loss: Tensor) -> None:
        """Let a step's loss count in that of the epoch."""
        self._loss_tracker.update_state(loss)

    def loss_so_far(self) -> Tensor:
        """Return the mean loss of the epoch's steps."""
        return self._loss_tracker.result()
