"""From layers to work: a forward pass, and a training step with loss, backward pass and AdamW."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from sextet.core.window import WindowShape
from sextet.planner.layers import Layer
from sextet.planner.members import layers_of
from sextet.planner.operations import Elementwise, Operation, Work
from sextet.planner.profile import DeviceKind, StepTime
from sextet.specs.patchtst import PatchTSTSpec
from sextet.specs.presets import MemberSpec

STATES = 3
"""Values kept for each trained one: first and second moment of AdamW (arXiv 1711.05101) and the moving average of the
weights that `TrainConfig.ema` asks for."""

_STEP = {"reads": 5, "writes": 4, "flops_per_value": 20}
STEP_LAUNCHES = 21
"""What Keras launches for each variable: clip 3, decay 3, moments 7, step 5, moving average 4; one is the operation."""
LOSS_LAUNCHES = 12


def compiles(spec: MemberSpec, cards: int = 1) -> bool:
    """Return whether Keras compiles a member's training step with XLA on so many GPUs.

    With `jit_compile="auto"`, as `training.fit` asks for, Keras 3 leaves XLA out where a layer can use cuDNN (LSTM,
    GRU) and under a distribution strategy; so it is PatchTST on one card.
    """
    return isinstance(spec, PatchTSTSpec) and cards == 1


def member_work(
    spec: MemberSpec, shape: WindowShape, batch: int, *, training: bool = True, compiled: bool = False
) -> Work:
    """Return the work of one call of a member on one card: a training step, or a forecast.

    Args:
        spec: of the member, every field chosen.
        shape: of the windows.
        batch: windows of the call on that card.
        training: whether it learns.
        compiled: whether XLA joins what is between the operations, see `compiles`; what it launches beyond one an
            operation is then taken to be none.

    Raises:
        ConfigError: a field is open, or the member is the user's own.
    """
    layers = layers_of(spec, shape, batch)
    values = shape.lookback * shape.past_channels + shape.horizon * shape.future_channels + shape.static_features
    targets = 3 * shape.horizon if training else 0  # target, weight and label
    answer = batch * shape.horizon * len(shape.levels)
    work = work_of(spec.name, layers, batch, answer, input_bytes=4 * batch * (values + targets), training=training)
    return replace(work, launches=0, passed=(), compiled=True) if compiled else work


def step_work(step: StepTime, device: DeviceKind) -> Work:
    """Return the work of a training step that a profile of such a device holds."""
    compiled = device == "gpu" and compiles(step.spec)
    return member_work(step.spec, step.shape, step.batch, compiled=compiled)


def work_of(
    name: str,
    layers: Sequence[Layer],
    batch: int,
    answer: int,
    *,
    input_bytes: int,
    training: bool = True,
    states: int = STATES,
) -> Work:
    """Return the work of a network of `layers` whose answer has so many values; `states` of the optimiser."""
    operations: list[Operation] = [one for layer in layers for one in layer.operations]
    launches = sum(layer.launches for layer in layers)
    variables = [size for layer in layers for size in layer.variables]
    kept: list[tuple[str, int]] = []
    passed: Counter[tuple[int, bool]] = Counter()
    drawn = 0
    for layer in layers:
        if layer.launches and layer.passed:
            passed[layer.passed, layer.narrow] += layer.launches * (2 if training and layer.learns else 1)
    if training and layers:
        for layer in layers:
            operations += layer.backward
            launches += layer.launches if layer.learns else 0
            drawn += layer.masks
        passed[answer, True] += LOSS_LAUNCHES
        operations += [Elementwise(answer, 2, 1, 6)] * 2  # the loss and its gradient
        launches += LOSS_LAUNCHES
        operations += [Elementwise(size, **_STEP) for size in variables]
        launches += STEP_LAUNCHES * len(variables)
        kept = [(layer.name, layer.kept + -(-layer.masks // 4)) for layer in layers if layer.kept or layer.masks]
    return Work(
        name=name,
        operations=tuple(Counter(operations).items()),
        parameters=sum(variables),
        batch=batch,
        training=training,
        input_bytes=input_bytes,
        launches=launches,
        fixed=sum(layer.fixed for layer in layers),
        states=states,
        kept=tuple(kept),
        passed=tuple((values, count, narrow) for (values, narrow), count in passed.items()),
        drawn=drawn,
    )
