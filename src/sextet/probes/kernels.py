"""Measures kernels, launches, memory and the input pipeline on one device; runs in a process of its own.

    python -P kernels.py cpu|gpu SECONDS

Writes one line of JSON for the machine, one before each thing it makes ready, and one for each with its samples. All
things are measured in turn, round after round until the time is over, so that what else runs here disturbs all alike.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sextet.hardware.cudnn_workspace import limit_workspace
from sextet.planner.kernel import Kernel, kernels_for
from sextet.planner.operations import Elementwise, Gemm
from sextet.planner.standing import BATCH, FRAME, SHAPE, WIDE

MARK = "SEXTET-CALIBRATE "
LEAST_ROUNDS = 5
MOST_SAMPLES = 400
CHAIN_S = 2e-3  # a chain of equal kernels lasts about so long, that the call around it counts little
TINY = 512  # operations in the chain that tells what one more operation costs
MAKING = 0.6  # share of the time for making kernels ready; the rest is for rounds
PAGE = 4096


@dataclass
class Subject:
    """One thing that is measured.

    Attributes:
        label: what the lines call it: {"kernel": place} or {"figure": name}.
        call: does it once and waits for the end.
        times: how often the thing happens in a call.
        samples: seconds of a call.
        plain: grappler leaves it as it is; in a chain it would remove kernels whose results nobody reads.
    """

    label: dict[str, Any]
    call: Callable[[], Any]
    times: int = 1
    samples: list[float] = field(default_factory=list)
    plain: bool = True


def say(**values: object) -> None:
    """Write one line for whoever started this."""
    print(MARK + json.dumps(values), flush=True)


def resident() -> int:
    """Return the bytes of this process that are in memory; 0 where the system does not say (not Linux)."""
    try:
        return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * PAGE
    except (OSError, ValueError):
        return 0


def prepare(device: str) -> Any:
    """Import TensorFlow and set it up."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    os.environ["KERAS_BACKEND"] = "tensorflow"
    limit_workspace()  # as in training
    if device == "cpu":
        os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
    import tensorflow as tf

    for gpu in tf.config.list_physical_devices("GPU"):
        tf.config.experimental.set_memory_growth(gpu, True)
    return tf


def chained(tf: Any, make: Callable[[], Any], times: int, where: str) -> Callable[[], Any]:
    """Return a call of a graph that does `make` so many times, one after the other, and waits for the end.

    The last result is an answer of the graph, so that nothing that makes it can be left out.
    """

    @tf.function(jit_compile=False)  # type: ignore[untyped-decorator]
    def graph() -> Any:
        with tf.device(where):
            last: list[Any] = []
            for _ in range(times):
                with tf.control_dependencies(tf.nest.flatten(last)):
                    last = [make()]
            kept = tf.nest.flatten(last)
            with tf.control_dependencies(kept):
                return tf.constant(0.0), [one for one in kept if tf.is_tensor(one)]

    return lambda: graph()[0].numpy()


def variable(tf: Any, *shape: int, precision: str = "float32") -> Any:
    """Return a variable of normal values."""
    return tf.Variable(tf.cast(tf.random.normal(shape), precision))


def gemm(tf: Any, kernel: Kernel) -> Callable[[], Any]:
    """A matrix product."""
    one: Any = kernel.operation
    left = (one.k, one.m) if one.first_transposed else (one.m, one.k)
    right = (one.n, one.k) if one.second_transposed else (one.k, one.n)
    many = (one.batch,) if one.batch > 1 else ()
    first, second = (variable(tf, *many, *size, precision=kernel.precision) for size in (left, right))
    return lambda: tf.matmul(first, second, transpose_a=one.first_transposed, transpose_b=one.second_transposed)


def layered(tf: Any, layer: Any, kernel: Kernel, *shape: int, calls: Any = None) -> Callable[[], Any]:
    """Run a layer of Keras over [shape], forward or forward and backward."""
    layer.build((None, *shape[1:])) if calls is None else layer.build((None, *shape[1:]), (None, *shape[1:]))
    values = variable(tf, *shape)
    call = calls or (lambda inputs: layer(inputs, training=True))

    def forward() -> Any:
        return call(values.read_value())

    def both() -> Any:
        inputs = values.read_value()
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            # the gradient of a sum is one for each value, as dense as that of a loss
            answer = tf.reduce_sum(call(inputs))
        found = tape.gradient(answer, [inputs, *[one.value for one in layer.trainable_variables]])
        return [answer, *[one for one in found if one is not None]]

    return both if kernel.passes == "both" else forward


def recurrent(tf: Any, kernel: Kernel) -> Callable[[], Any]:
    """A recurrent layer of Keras, which takes cuDNN on a GPU."""
    one: Any = kernel.operation
    kind = {"lstm": tf.keras.layers.LSTM, "gru": tf.keras.layers.GRU, "rnn": tf.keras.layers.SimpleRNN}[one.cell]
    return layered(tf, kind(one.hidden), kernel, one.batch, one.steps, one.inputs)


def convolution(tf: Any, kernel: Kernel) -> Callable[[], Any]:
    """A convolution of Keras over time or over images."""
    one: Any = kernel.operation
    if one.height == 1:
        layer = tf.keras.layers.Conv1D(one.filters, one.kernel_width, strides=one.stride_width, use_bias=False)
        return layered(tf, layer, kernel, one.batch, one.width, one.channels)
    layer = tf.keras.layers.Conv2D(
        one.filters,
        (one.kernel_height, one.kernel_width),
        strides=(one.stride_height, one.stride_width),
        padding="same" if one.pad_height or one.pad_width else "valid",
        use_bias=False,
    )
    return layered(tf, layer, kernel, one.batch, one.height, one.width, one.channels)


def attention(tf: Any, kernel: Kernel) -> Callable[[], Any]:
    """Attention of Keras with its four projections."""
    one: Any = kernel.operation
    layer = tf.keras.layers.MultiHeadAttention(one.heads, one.width)
    shape = one.batch, one.queries, one.heads * one.width
    return layered(tf, layer, kernel, *shape, calls=lambda inputs: layer(inputs, inputs, training=True))


def elementwise(tf: Any, kernel: Kernel) -> Callable[[], Any]:
    """A product of two arrays, or the hyperbolic tangent of one."""
    one: Any = kernel.operation
    first = variable(tf, one.values, precision=kernel.precision)
    if one.reads < 2:
        return lambda: tf.tanh(first)
    second = variable(tf, one.values, precision=kernel.precision)
    return lambda: tf.multiply(first, second)


def normalisation(tf: Any, kernel: Kernel) -> Callable[[], Any]:
    """A softmax, or a layer or batch normalisation of Keras."""
    one: Any = kernel.operation
    kinds = {
        "softmax": tf.keras.layers.Softmax,
        "layer": tf.keras.layers.LayerNormalization,
        "batch": tf.keras.layers.BatchNormalization,
    }
    return layered(tf, kinds[one.kind](), kernel, one.rows, one.width)


def update(tf: Any, kernel: Kernel) -> Callable[[], Any]:
    """A step of the optimiser that sextet trains with, over one variable."""
    one: Any = kernel.operation
    keras = tf.keras
    weights = keras.Variable(tf.random.normal((one.values,)))
    optimizer = keras.optimizers.AdamW(1e-3, weight_decay=1e-4, global_clipnorm=1.0, use_ema=True, ema_momentum=0.99)
    optimizer.build([weights])
    gradient = variable(tf, one.values)

    def step() -> Any:
        optimizer.apply([gradient.read_value()], [weights])
        return weights.value.read_value()[0]

    return step


MAKERS: dict[str, Callable[[Any, Kernel], Callable[[], Any]]] = {
    "gemm": gemm,
    "recurrent": recurrent,
    "convolution": convolution,
    "attention": attention,
    "elementwise": elementwise,
    "normalisation": normalisation,
    "update": update,
}


def times_of(kernel: Kernel) -> int:
    """Return how often a kernel runs in a chain: the quick ones often; layers of Keras are long enough."""
    operation = kernel.operation
    if not isinstance(operation, Gemm | Elementwise) or kernel.kind == "update":
        return 1
    guess = operation.flops / 1e11 + operation.bytes() / 1e10 + 5e-6
    return int(min(max(CHAIN_S / guess, 1), 64))


def figures(tf: Any, where: str) -> Iterator[Subject]:
    """Yield what is measured besides kernels: calls, launches, random numbers, windows gathered."""
    yield Subject({"figure": "call"}, chained(tf, tf.no_op, 1, where))
    small = variable(tf, 16)
    yield Subject({"figure": "dispatch"}, chained(tf, lambda: tf.multiply(small, 1.5), TINY, where), TINY)
    numbers = chained(tf, lambda: tf.random.stateless_uniform(WIDE, (1, 2)), 1, where)
    yield Subject({"figure": "random"}, numbers, WIDE[0] * WIDE[1])
    yield gathering()


def activation(tf: Any, where: str) -> Subject:
    """GELU and dropout over a wide array, forward and backward, as grappler leaves them."""
    from sextet.members.backend import ops

    values = variable(tf, *WIDE)
    noise = tf.keras.layers.Dropout(0.2)

    def both() -> Any:
        inputs = values.read_value()
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            answer = noise(ops.gelu(inputs, approximate=True), training=True)
            loss = tf.reduce_sum(tf.square(answer))
        return [loss, tape.gradient(loss, inputs)]

    return Subject({"figure": "activation"}, chained(tf, both, 1, where), plain=False)


def gathering() -> Subject:
    """Windows as training gathers them: an hourly series, a long lookback, target, mask and calendar."""
    import numpy as np

    from sextet.core.frequency import Frequency
    from sextet.core.panel import Panel
    from sextet.core.window import WindowIndex
    from sextet.data.prepare import prepare as prepared_of
    from sextet.data.prepare import shape
    from sextet.data.scale import Scaler
    from sextet.data.windows import gather
    from sextet.planner.standing import GATHERED

    rows, lookback, horizon, batch = 20_000, GATHERED.lookback, GATHERED.horizon, 256
    nothing = np.zeros((rows, 0), dtype=np.float32)
    panel = Panel(
        ids=("a",),
        frequency=Frequency.parse("h"),
        offsets=np.array([0, rows]),
        first=np.array([400_000]),
        known=np.array([rows]),
        y=np.sin(np.arange(rows) / 24),
        past=nothing,
        future=nothing,
        static=np.zeros((1, 0), dtype=np.float32),
    )
    prepared = prepared_of(panel, Scaler.fit(panel, panel.known))
    windows = shape(prepared, lookback, horizon)
    row = np.random.default_rng(0).integers(lookback, rows - horizon, batch)
    index = WindowIndex(series=np.zeros(batch, dtype=np.int32), row=np.sort(row))
    return Subject({"figure": "gather"}, lambda: gather(prepared, index, windows), batch)


def frame(where: str) -> Subject:
    """A training step of a network that is hardly more than what all members have in common."""
    import numpy as np

    from sextet.members.backend import keras, ops, tf
    from sextet.members.layers.scene import close_scene, open_scene
    from sextet.specs.train_config import TrainConfig
    from sextet.training.devices.station import Station
    from sextet.training.learner import Learner
    from sextet.training.optimiser import optimizer

    with tf.device(where):
        scene = open_scene(FRAME, SHAPE)
        flat = ops.reshape(scene.steps, (-1, scene.steps.shape[1] * scene.steps.shape[2]))
        raw = ops.repeat(keras.layers.Dense(SHAPE.horizon)(flat)[..., None], len(SHAPE.levels), axis=-1)
        network = keras.Model(scene.inputs, {"quantiles": close_scene(FRAME, scene, raw, SHAPE)})
        learner = Learner(network, SHAPE.levels, 1.0)
        learner.compile(optimizer=optimizer(TrainConfig()), jit_compile=Station().compiled(), auto_scale_loss=False)
    rng = np.random.default_rng(0)
    past = rng.normal(size=(BATCH, SHAPE.lookback, SHAPE.past_channels)).astype(np.float32)
    future = rng.normal(size=(BATCH, SHAPE.horizon, SHAPE.future_channels)).astype(np.float32)
    target = rng.normal(size=(BATCH, SHAPE.horizon)).astype(np.float32)
    truth = {"target": target, "weight": np.ones_like(target), "label": np.zeros_like(target)}
    inputs = {"past": past, "future": future}
    return Subject({"figure": "frame"}, lambda: learner.train_on_batch(inputs, truth), plain=False)


def ready(tf: Any, where: str, device: str, end: float, seconds: float) -> Iterator[Subject]:
    """Make things ready and yield them: figures, one kernel of each class, then as many more as there is time for."""
    stop = end - (1 - MAKING) * seconds
    optimise(tf, False)
    for subject in (*figures(tf, where), activation(tf, where)):
        optimise(tf, not subject.plain)
        subject.call()
        yield subject
    seen: set[str] = set()
    for place, kernel in enumerate(kernels_for(device)):
        if time.monotonic() > stop and kernel.kind in seen:
            continue
        say(begins=f"{kernel.passes} of {kernel.operation} in {kernel.precision}")
        try:
            with tf.device(where):
                make = MAKERS[kernel.kind](tf, kernel)
            times = times_of(kernel)
            subject = Subject({"kernel": place}, chained(tf, make, times, where), times, plain=times > 1)
            optimise(tf, not subject.plain)
            subject.call()
        except tf.errors.OpError as error:  # such as a precision that no kernel knows, or too little memory
            say(kernel=place, error=f"{type(error).__name__}: {' '.join(str(error).split())[:300]}")
            continue
        seen.add(kernel.kind)
        yield subject


def optimise(tf: Any, wanted: bool) -> None:
    """Let grappler work on graphs that are called from now on, as in training, or not."""
    tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": not wanted})


def rounds(tf: Any, subjects: list[Subject], end: float) -> None:
    """Measure all subjects in turn until the end, and at least a few rounds."""
    subjects = sorted(subjects, key=lambda one: one.plain)
    done = 0
    while done < LEAST_ROUNDS or (time.monotonic() < end and done < MOST_SAMPLES):
        for subject in subjects:
            optimise(tf, not subject.plain)
            begin = time.perf_counter()
            subject.call()
            subject.samples.append(time.perf_counter() - begin)
        done += 1


def machine(tf: Any, device: str) -> dict[str, Any]:
    """Return what TensorFlow says of itself and of the device."""
    build = tf.sysconfig.get_build_info()
    found: dict[str, Any] = {"framework": "tensorflow", "version": tf.__version__}
    if device == "gpu":
        gpus = tf.config.list_physical_devices("GPU")
        if not gpus:
            raise SystemExit("TensorFlow sees no GPU.")
        details = tf.config.experimental.get_device_details(gpus[0])
        capability = details.get("compute_capability", ())
        found |= {
            "name": details.get("device_name", ""),
            "capability": ".".join(map(str, capability)),
            "cuda": str(build.get("cuda_version", "")),
            "cudnn": str(build.get("cudnn_version", "")),
        }
    return found


def main() -> int:
    """Measure; the exit code."""
    device, seconds = sys.argv[1], float(sys.argv[2])
    end = time.monotonic() + seconds
    before = resident()
    tf = prepare(device)
    where = "GPU:0" if device == "gpu" else "CPU:0"
    say(machine=machine(tf, device), before=before, floor=resident())
    say(begins="a step of what all members have in common")
    framed = frame(where)
    for _ in range(2):
        framed.call()
    subjects = [framed, *ready(tf, where, device, end, seconds)]
    rounds(tf, subjects, end)
    for subject in subjects:
        say(**subject.label, times=subject.times, samples=subject.samples)
    say(done=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
