"""The window as a member sees it: cropped to its lookback, normalised, with what undoes the normalisation."""

from __future__ import annotations

from dataclasses import dataclass

from sextet.core.window import WindowShape
from sextet.members.backend import Tensor, keras, layers, ops
from sextet.members.layers.quantile_head import MonotoneQuantiles, with_median_moved
from sextet.members.layers.shared_norm import SharedNorm
from sextet.members.layers.window_norm import Restore, WindowNorm
from sextet.specs.neural import NeuralSpec

WINDOW_NORM = "window_norm"
"""Name of the layer that measures the window; its outputs are the window, its level and its spread."""

SKIP = "skip"
"""Name of the linear map from history to median; `training.prime` fits it in closed form."""


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A window inside a network.

    Attributes:
        inputs: the network's inputs by name.
        steps: `[B, l, channels]`, the normalised history: target, its change, observed mask, then the rest.
        context: `[B, features]`, what holds for the whole window, or None.
        future: `[B, H, F]`, or None.
        level, spread: `[B, 1]`.
        line: `[B, l + H * F]`, what the linear map sees: the normalised history of the target, then what is known of
            the horizon.
    """

    inputs: dict[str, Tensor]
    steps: Tensor
    context: Tensor | None
    future: Tensor | None
    level: Tensor
    spread: Tensor
    line: Tensor


def network_inputs(shape: WindowShape) -> dict[str, Tensor]:
    """Return the named inputs; `future` and `static` exist only where there is something in them."""
    inputs = {"past": keras.Input((shape.lookback, shape.past_channels), name="past")}
    if shape.future_channels:
        inputs["future"] = keras.Input((shape.horizon, shape.future_channels), name="future")
    if shape.static_features:
        inputs["static"] = keras.Input((shape.static_features,), name="static")
    return inputs


def usable_lookback(wanted: int, shape: WindowShape, segment: int) -> int:
    """Return the member's own lookback: within the window, in whole segments, at least one."""
    steps = min(wanted, shape.lookback)
    return max(steps - steps % segment, min(segment, shape.lookback))


def usable_segment(wanted: int, shape: WindowShape) -> int:
    """Return the member's segment: no longer than the window."""
    return min(wanted, shape.lookback)


def open_scene(spec: NeuralSpec, shape: WindowShape, segment: int = 1) -> Scene:
    """Return the window of a new network for `spec`; its history has whole segments of `segment` steps."""
    inputs = network_inputs(shape)
    past = inputs["past"][:, -usable_lookback(spec.lookback, shape, segment) :, :]
    steps, level, spread = WindowNorm(spec.normalisation, name=WINDOW_NORM, dtype="float32")(past)
    if not spec.covariates:
        steps = steps[..., :2]
    elif not spec.past_covariates:
        steps = ops.concatenate([steps[..., :2], steps[..., shape.past_channels - shape.future_channels :]], axis=-1)
    line = [steps[..., 0]]
    if spec.covariates and "future" in inputs:
        line.append(ops.reshape(inputs["future"], (-1, shape.horizon * shape.future_channels)))
    steps = _sharpened(steps)
    context = []
    if spec.level_features:
        # the absolute level matters where a series reverts to its mean
        context = [level, ops.log(spread)]
    if "static" in inputs and spec.covariates:
        context.append(inputs["static"])
    return Scene(
        inputs=inputs,
        steps=steps,
        context=ops.concatenate(context, axis=-1) if context else None,
        future=inputs.get("future") if spec.covariates else None,
        level=level,
        spread=spread,
        line=ops.concatenate(line, axis=-1),
    )


def _sharpened(steps: Tensor) -> Tensor:
    """Add the target's change from step to step, and bring value and change to unit scale over the data.

    On a smooth series the changes are a tenth of the values and would be learned late.
    """
    value = steps[..., :1]
    change = value - ops.concatenate([value[:, :1], value[:, :-1]], axis=1)
    both = SharedNorm(center=False, scale=False, momentum=0.9, dtype="float32", name="input_scale")(
        ops.concatenate([value, change], axis=-1)
    )
    return ops.concatenate([both, steps[..., 1:]], axis=-1)


def close_scene(spec: NeuralSpec, scene: Scene, raw: Tensor, shape: WindowShape, name: str = "quantiles") -> Tensor:
    """Turn raw values `[B, H, Q]` into quantiles of the window's own space, in float32 whatever the policy."""
    raw = ops.cast(raw, "float32")
    if spec.skip:
        zeros = {"kernel_initializer": "zeros", "trainable": False, "dtype": "float32"}
        line = layers.Dense(shape.horizon, **zeros, name=SKIP)(scene.line)
        raw = with_median_moved(raw, line[..., None], shape.levels)
    quantiles = MonotoneQuantiles(shape.levels, name="monotone", dtype="float32")(raw)
    return Restore(name=name, dtype="float32")(quantiles, scene.level, scene.spread)
