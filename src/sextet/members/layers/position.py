"""Learned positions of tokens."""

from __future__ import annotations

from sextet.members.backend import PACKAGE, Tensor, keras, layers, ops


@keras.saving.register_keras_serializable(package=PACKAGE)
class LearnedPosition(layers.Layer):  # type: ignore[misc]
    """Adds a learned vector to each position of `[B, N, D]`."""

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Make one vector a position."""
        self.embedding = self.add_weight(
            shape=(input_shape[1], input_shape[2]),
            initializer=keras.initializers.RandomNormal(stddev=0.1),
            name="embedding",
        )

    def call(self, inputs: Tensor) -> Tensor:
        """Return the inputs with their positions."""
        return inputs + ops.cast(self.embedding, inputs.dtype)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Return the shape of the input."""
        return tuple(input_shape)
