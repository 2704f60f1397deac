"""A network together with its loss, so that Keras' own fit loop can train it, also under a distribution strategy."""

from __future__ import annotations

from collections.abc import Sequence

from sextet.members.backend import Tensor, keras, tf
from sextet.training.losses import forecast_loss, spike_loss


class Learner(keras.Model):  # type: ignore[misc]
    """Wraps a network; its loss sees all outputs at once, which losses per output cannot.

    The network stays as it is: it alone is exported and kept.
    """

    def __init__(self, network: keras.Model, levels: Sequence[float], emphasis: float = 0.0) -> None:
        """Train `network` on the pinball loss of `levels` (`emphasis` on the median), and on spikes where it warns."""
        super().__init__(name=f"{network.name}-learner")
        self.network = network
        self._levels = tuple(levels)
        self._emphasis = emphasis
        self._loss = spike_loss if "spike_probability" in network.output else forecast_loss

    def call(self, inputs: dict[str, Tensor], training: bool = False) -> dict[str, Tensor]:
        """Answer as the network does."""
        answer: dict[str, Tensor] = self.network(inputs, training=training)
        return answer

    def compute_loss(
        self,
        x: Tensor = None,
        y: Tensor = None,
        y_pred: Tensor = None,
        sample_weight: Tensor = None,
        training: bool = True,
    ) -> Tensor:
        """Return the loss of a batch: its share of the mean over replicas, plus the regularisation of layers."""
        loss = self._loss(y, y_pred, self._levels, self._emphasis) / tf.distribute.get_strategy().num_replicas_in_sync
        for extra in self.losses:
            loss = loss + self._aggregate_additional_loss(extra)
        return loss
