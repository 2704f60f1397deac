"""Peak memory of one card, part by part, and what fits.

    peak = context + margin x (weights + gradients + optimiser + fixed + inputs + kept + transient)

`kept` is what the forward pass keeps for the backward pass, layer by layer. `transient` is what lives only for a while:
in the backward pass the gradients of one layer's values, as much as that layer keeps; in the optimiser's step two
arrays as large as the largest variable (the square root of the second moment, and what it divides); the larger of the
two. Where XLA compiles the step it keeps less of both (`JOINED`). `margin` is what the allocator's blocks waste and
what the libraries take as workspace. `context` is what the driver, the framework and its libraries hold before the
first layer. The margin is fitted by `benchmarks/planner_memory.py`, `JOINED` by `planner_batches.py`; everything else
is counted.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

from sextet.hardware.catalogue import Device
from sextet.planner.figures import Prediction
from sextet.planner.operations import (
    BYTES,
    Attention,
    Convolution,
    Elementwise,
    Gemm,
    Normalisation,
    Operation,
    Recurrent,
    Work,
    check_precision,
)
from sextet.planner.profile import Profile
from sextet.planner.timing.device import Software

MIB = 2**20

MARGIN = 1.15
"""Fitted by `benchmarks/planner_memory.py`."""

JOINED = 0.56
"""Share of `kept` and `transient` that is left where XLA compiles a step: element-wise results are computed again where
they are read, not kept. From PatchTST's steps on an H200, 0.55 to 0.57 at widths of 16 and 128 and at 1,024 to 65,536
windows (`benchmarks/planner_batches.py`)."""

COMPILING = 64 * MIB
"""What stays beyond that of its first step, in which libraries try kernels: at 256 windows 139 MiB were taken at the
peak, of which later steps need 71 (`benchmarks/profiles/h200.toml`)."""

CONTEXT = {"library": 300 * MIB, "pytorch": 560 * MIB, "tensorflow": 560 * MIB}
"""Bytes before the first layer. PyTorch's is what DLinear, a model of 0.14 million parameters, leaves of the 687 MiB it
was measured at (LTSF-Linear's table); on a V100 Hugging Face saw 1,343 MiB ("model memory anatomy"). TensorFlow's is
taken to be the same, unverified; that of a process that only calls cuDNN is unverified too."""

USABLE = 0.97
"""Share of a card's memory that a process can fill. Of four cards, batches chosen to fill them reached 0.971 (RTX 2080
Ti) to 0.987 (V100), and 0.93 on average (Lambda's deeplearning-benchmark, monitor logs)."""

CORRECTED = 15 / 16
"""Share of GDDR that is left where error correction is on, as it is on data-centre cards when they leave the factory:
the check bits lie in the memory itself. HBM has room of its own for them. A T4 so shows
15,360 of 16,384 MiB; no page of NVIDIA's was read for it (unverified)."""

BELOW, ABOVE = 1.15, 1.35
"""Factors of the 80 % interval. Above is wider: code that runs operation by operation keeps more than it must (BERT as
NVIDIA wrote it keeps 1.4 times what is counted here). Both are squared where extrapolated."""

TOGETHER = (
    "Data parallel does not add the cards' memory together: each card holds every weight, gradient and optimiser state "
    "and the activations of its own share of the batch, so what must fit is one card."
)
"""What to say of several cards."""


@dataclass(frozen=True, kw_only=True)
class Parts:
    """Bytes of the peak by what holds them.

    Attributes:
        context: driver, framework and libraries.
        weights, gradients, optimiser: of trained variables; fixed: of the others.
        inputs: of a batch and the one after it.
        kept: (layer, bytes) of the activations.
        transient: what lives only for a while at the peak.
        margin: what blocks waste, and workspace.
    """

    context: float
    weights: float
    gradients: float
    optimiser: float
    fixed: float
    inputs: float
    kept: tuple[tuple[str, float], ...]
    transient: float
    margin: float

    @property
    def activations(self) -> float:
        """Bytes of all activations kept."""
        return sum(size for _, size in self.kept)

    @property
    def total(self) -> float:
        """Bytes of the peak."""
        single = sum(getattr(self, one.name) for one in fields(self) if one.name != "kept")
        return float(single) + self.activations


def memory_parts(
    work: Work, software: Software, precision: str = "float32", margin: float = MARGIN, cards: int = 1
) -> Parts:
    """Return the peak part by part; `cards` that train together pack their gradients into one buffer more.

    The buffer is that of TensorFlow's NcclAllReduce, one pack by default. Half precision keeps FP32 weights and
    gradients and a copy of the weights in half, and activations in half (Micikevicius et al., arXiv 1710.03740).

    Raises:
        ConfigError: the precision is not known.
    """
    size = check_precision(precision)
    full = BYTES["float32"]
    copies = full + (size if size < full else 0)
    left, workspace = (JOINED, COMPILING) if work.compiled and work.training else (1.0, 0)
    whole = tuple((name, float(size * values)) for name, values in _kept(work))
    kept = tuple((name, left * bytes_) for name, bytes_ in whole)
    learned = work.parameters if work.training else 0
    counted = {
        "weights": float(copies * work.parameters),
        "gradients": float(full * learned) * (2 if cards > 1 else 1),
        "optimiser": float(full * work.states * learned),
        "fixed": float(full * work.fixed),
        "inputs": 2.0 * work.input_bytes,
        "transient": left * _transient(work, whole, size),
    }
    all_counted = sum(counted.values()) + sum(bytes_ for _, bytes_ in kept)
    more = (margin - 1) * all_counted + workspace
    return Parts(context=float(CONTEXT[software.framework]), kept=kept, margin=more, **counted)


def predict_memory(
    work: Work,
    device: Device,
    software: Software,
    precision: str = "float32",
    cards: int = 1,
    profile: Profile | None = None,
) -> Prediction:
    """Return the peak bytes of a card that does `work`, with an 80 % interval.

    Args:
        work: of one card; generic stacks come from `planner.stacks`, members from `planner.work`.
        device: the card; what does not fit is said in a note.
        software: the framework.
        precision: of arithmetic and activations.
        cards: how many train this work together, each with a batch of its own.
        profile: what was measured on the device, which then goes before what was fitted.

    Raises:
        ConfigError: the precision is not known, or the profile is of another device.
    """
    if profile is not None:
        return _measured(work, device, software, precision, cards, profile)
    parts = memory_parts(work, software, precision, cards=cards)
    extrapolated = software.framework != "pytorch" or not work.training
    power = 2 if extrapolated else 1
    low, high = parts.total / BELOW**power, parts.total * ABOVE**power
    notes = []
    if work.compiled and work.training:
        notes.append(
            "What XLA keeps of PatchTST's step was measured on one card, an H200; the interval is wider for it."
        )
    elif extrapolated:
        notes.append("The evidence holds training in PyTorch only; the interval is wider for it.")
    if work.training and not work.kept:
        notes.append("Activations are not known by layer; they are counted from the operations.")
    if parts.total > usable(device):
        notes.append(f"It does not fit: {device} has {usable(device) / 2**30:.1f} GiB for a process.")
    elif high > usable(device):
        notes.append(f"It may not fit: the upper end is above the {usable(device) / 2**30:.1f} GiB of {device}.")
    return Prediction(
        value=parts.total, low=low, high=high, unit="bytes", extrapolated=extrapolated, notes=tuple(notes)
    )


def _measured(
    work: Work, device: Device, software: Software, precision: str, cards: int, profile: Profile
) -> Prediction:
    """Return the peak on a machine that was measured: what its framework holds, and what its members took."""
    from sextet.planner.memory_profile import predict_growth
    from sextet.planner.timing.measured import fit_for

    fit_for(profile, device, software)
    grown = predict_growth(work, profile, precision, cards)
    floor = framework_bytes(profile, software)
    value, high = floor + grown.value, floor + grown.high
    notes = []
    if value > usable(device):
        notes.append(f"It does not fit: {device} has {usable(device) / 2**30:.1f} GiB for a process.")
    elif high > usable(device):
        notes.append(f"It may not fit: the upper end is above the {usable(device) / 2**30:.1f} GiB of {device}.")
    return Prediction(
        value=value,
        low=floor + grown.low,
        high=high,
        unit="bytes",
        notes=(*notes, profile.source),
        source=profile.source,
    )


def framework_bytes(profile: Profile, software: Software) -> float:
    """Return the bytes that the framework holds on a machine that was measured; on a card what the driver takes too."""
    own = profile.figures.get("floor") if profile.machine.device == "cpu" else None
    return own.value if own else float(CONTEXT[software.framework])


def usable(device: Device) -> float:
    """Return the bytes that a process can have of a card."""
    corrected = device.cooling == "passive" and device.memory_type.startswith("GDDR")
    return USABLE * device.memory_bytes * (CORRECTED if corrected else 1.0)


def fits(work: Work, device: Device, software: Software, precision: str = "float32") -> bool:
    """Return whether the best guess of the peak fits into the card."""
    return predict_memory(work, device, software, precision).value <= usable(device)


def _kept(work: Work) -> tuple[tuple[str, int], ...]:
    """Values kept by layer; counted from the forward operations where the work does not say."""
    if work.kept or not work.training:
        return work.kept
    found: dict[str, int] = {}
    for operation, count in work.operations:
        kind = type(operation).__name__
        found[kind] = found.get(kind, 0) + count * _result(operation)
    return tuple((name, values) for name, values in found.items() if values)


def _result(operation: Operation) -> int:
    """Values that a forward operation leaves for its gradient; none for one of the backward pass or the optimiser."""
    match operation:
        case Gemm():
            backward = operation.first_transposed or operation.second_transposed
            return 0 if backward else operation.batch * operation.m * operation.n
        case Elementwise():
            # an activation forward and its gradient look alike but for the arrays they read
            return operation.values if operation.reads <= 1 and operation.writes == 1 else 0
        case Convolution(direction="forward"):
            return operation.batch * operation.filters * operation.out_height * operation.out_width
        case Recurrent(direction="forward"):
            return operation.batch * operation.steps * operation.hidden * (operation.gates + 2)
        case Attention(direction="forward"):
            pairs = operation.queries * operation.keys
            return operation.batch * operation.heads * (pairs + operation.queries * operation.width)
        case Normalisation(direction="forward"):
            return operation.rows * operation.width
    return 0


def _transient(work: Work, kept: tuple[tuple[str, float], ...], size: int) -> float:
    """Bytes that live only for a while at the peak."""
    if not work.training:
        widest = max((_result(operation) for operation, _ in work.operations), default=0)
        return 2.0 * size * widest
    back = max((bytes_ for _, bytes_ in kept), default=0.0)
    if not work.kept:  # then `kept` is by kind of operation, not by layer
        back = float(size * max((_result(operation) for operation, _ in work.operations), default=0))
    # the optimiser's step is the operation that reads the states and writes them again
    steps = [one.values for one, _ in work.operations if isinstance(one, Elementwise) and one.reads >= 4 <= one.writes]
    return max(back, 2.0 * BYTES["float32"] * max(steps, default=0))
