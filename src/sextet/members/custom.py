"""A user's own Keras model as a member: cut to the windows, checked, and made to answer quantiles."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, final

from sextet.core.errors import ConfigError, nearest
from sextet.core.window import WindowShape
from sextet.members.backend import PACKAGE, Tensor, keras, layers, ops
from sextet.members.layers.scene import network_inputs
from sextet.members.member import Member
from sextet.members.source import load_function
from sextet.specs.custom import CustomSpec

POINT = "point_quantiles"
"""Name of the layer that makes quantiles of a point forecast; training fills its distances."""


@keras.saving.register_keras_serializable(package=PACKAGE)
class PointQuantiles(layers.Layer):  # type: ignore[misc]
    """Points `[B, H]` -> quantiles `[B, H, Q]`: the point plus a distance for each step and level.

    The distances are quantiles of the errors on `select`, set after training; until then they are 0, and the
    pinball loss over levels that are symmetric around the median is half the absolute error.
    """

    def __init__(self, count: int, **kwargs: Any) -> None:
        """Answer `count` levels."""
        super().__init__(**kwargs)
        self.count = count

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Make the distances."""
        self.distances = self.add_weight(
            shape=(input_shape[1], self.count), initializer="zeros", trainable=False, name="distances"
        )

    def call(self, point: Tensor) -> Tensor:
        """Return the quantiles."""
        return point[..., None] + self.distances

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Return `[B, H, Q]`."""
        return (*input_shape, self.count)

    def get_config(self) -> dict[str, Any]:
        """Return what makes the layer anew."""
        return {**super().get_config(), "count": self.count}


@final
class Custom(Member):
    """Wraps the user's model so that it is a network like the others."""

    def __init__(self, spec: CustomSpec) -> None:
        """Build what `spec` describes."""
        self.spec = spec

    def build(self, shape: WindowShape) -> keras.Model:
        """Build the user's model for windows of `shape` and wrap it.

        Raises:
            ConfigError: the model cannot be built, takes other inputs than a window has, or answers in another
                shape than a forecast; says what was expected and what came.
        """
        own = replace(shape, lookback=min(self.spec.lookback or shape.lookback, shape.lookback))
        model = self._model(own)
        inputs = network_inputs(shape)
        try:
            answer = model(self._fed(model, inputs))
        except ConfigError:
            raise
        except Exception as error:  # whatever the user's layers raise
            raise ConfigError(f"{self.spec.name}: the model cannot be called on windows: {error}") from error
        return keras.Model(inputs, self._outputs(answer, shape), name=self.spec.name)

    def _model(self, shape: WindowShape) -> keras.Model:
        """Return the user's model, with weights that no other training touches."""
        build = self.spec.build
        if build is None:
            if not self.spec.source:
                raise ConfigError(
                    f"{self.spec.name}: a run keeps a custom member's answers, not its code. To train it again, "
                    "give CustomSpec its build function, or source='file.py:function'."
                )
            build = load_function(self.spec.source)
        if isinstance(build, keras.Model):
            return self._copied(build)
        try:
            model = build(shape)
        except Exception as error:  # whatever the user's function raises
            raise ConfigError(f"{self.spec.name}: build(shape) failed: {type(error).__name__}: {error}") from error
        if not isinstance(model, keras.Model):
            raise ConfigError(f"{self.spec.name}: build(shape) must return a keras.Model; got {type(model).__name__}.")
        return model

    def _copied(self, model: keras.Model) -> keras.Model:
        if not model.built:
            raise ConfigError(f"{self.spec.name}: the model has no input shape yet; give it one, or a build function.")
        try:
            copy = keras.models.clone_model(model)
            copy.set_weights(model.get_weights())
        except Exception as error:  # a subclassed model that does not say how to make it anew
            raise ConfigError(
                f"{self.spec.name}: the model cannot be copied ({error}); give a function build(shape) instead."
            ) from error
        return copy

    def _fed(self, model: keras.Model, inputs: dict[str, Tensor]) -> Any:
        """Return the window's inputs as the model takes them: by name, the latest steps, the first channels."""
        taken = getattr(model, "input", None)
        if taken is None:
            if not getattr(model, "inputs", None):
                return inputs  # a subclassed model: it is given everything
            (taken,) = model.inputs  # a Sequential model has one
        if isinstance(taken, dict):
            return {name: self._cut(inputs, name, tensor) for name, tensor in taken.items()}
        if isinstance(taken, list | tuple):
            return [self._cut(inputs, tensor.name, tensor) for tensor in taken]
        return self._cut(inputs, taken.name if taken.name in inputs else "past", taken)

    def _cut(self, inputs: dict[str, Tensor], name: str, taken: Tensor) -> Tensor:
        if name not in inputs:
            raise ConfigError(
                f"{self.spec.name}: the model has an input {name!r}{nearest(name, inputs) or '.'} "
                f"A window has {', '.join(inputs)}."
            )
        given = inputs[name]
        wanted = tuple(taken.shape[1:])
        fits = len(wanted) == len(given.shape) - 1 and all(
            size is None or (size <= has if free else size == has)
            for size, has, free in zip(wanted, given.shape[1:], (name == "past", True), strict=False)
        )
        if not fits:
            raise ConfigError(
                f"{self.spec.name}: the input {name!r} of the model has the shape {wanted}; "
                f"a window has {tuple(given.shape[1:])} (fewer channels are cut, and fewer steps of 'past')."
            )
        if name == "past" and wanted[0] is not None:
            given = given[:, -wanted[0] :]
        return given if wanted[-1] is None else given[..., : wanted[-1]]

    def _outputs(self, answer: Any, shape: WindowShape) -> dict[str, Tensor]:
        if isinstance(answer, dict) and "quantiles" in answer:
            answer = answer["quantiles"]
        got = tuple(getattr(answer, "shape", ()))[1:]
        count = len(shape.levels)
        if got == (shape.horizon, count) and count > 1:
            # put in order where the user's levels cross (Chernozhukov et al., Econometrica 78, 2010)
            return {"quantiles": layers.Activation("linear", name="quantiles", dtype="float32")(ops.sort(answer))}
        if got == (shape.horizon, 1):
            answer, got = answer[..., 0], got[:1]
        if got == (shape.horizon,):
            quantiles = PointQuantiles(count, name=POINT, dtype="float32")(answer)
            return {"quantiles": layers.Activation("linear", name="quantiles", dtype="float32")(quantiles)}
        raise ConfigError(
            f"{self.spec.name}: the model must answer quantiles [batch, {shape.horizon}, {count}] or points "
            f"[batch, {shape.horizon}]; got {_shape_text(got)}."
        )


def _shape_text(sizes: tuple[int | None, ...]) -> str:
    return f"[batch, {', '.join(map(str, sizes))}]" if sizes else "an output without a shape"
