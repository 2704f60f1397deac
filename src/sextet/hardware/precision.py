"""In which precision cards train best, and why: by their compute capability and their rate in FP16."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sextet.core.errors import ConfigError
from sextet.hardware.capability import Capability
from sextet.hardware.catalogue import device

FLOAT32, FLOAT16, BFLOAT16 = "float32", "mixed_float16", "mixed_bfloat16"
_HALF, _BRAIN = Capability(7, 0), Capability(8, 0)
_FAST = 1.5
"""Times the rate of FP32 from which FP16 without tensor cores is called fast: a P100 has 2, a P40 1."""


@dataclass(frozen=True)
class Precision:
    """A precision and why it was chosen.

    Attributes:
        policy: name of Keras' dtype policy: "float32", "mixed_float16" or "mixed_bfloat16".
        reason: one sentence.
    """

    policy: str
    reason: str


def best(cards: Iterable[tuple[str, Capability]]) -> Precision:
    """Return the precision for cards that train one network together, from their names and capabilities.

    Tensor cores, which multiply half floats and add up in FP32, came with compute capability 7.0, those for bfloat16
    with 8.0 (CUDA C++ Programming Guide, compute capabilities). All replicas of a network have one precision: that of
    the card that can least.
    """
    choices = {name: _of(name, capability) for name, capability in cards}
    if not choices:
        return Precision(FLOAT32, "There is no GPU: a CPU computes half floats in float32 and converts them each time.")
    order = (FLOAT32, FLOAT16, BFLOAT16)
    name, least = min(choices.items(), key=lambda item: order.index(item[1].policy))
    if len({one.policy for one in choices.values()}) > 1:
        return Precision(least.policy, f"All cards train in the precision of the {name}: {least.reason}")
    return least


def _of(name: str, capability: Capability) -> Precision:
    card = f"{name} (compute capability {capability})"
    if capability >= _BRAIN:
        return Precision(
            BFLOAT16,
            f"{card} has tensor cores for bfloat16, which has the range of float32: half the memory for activations, "
            "and the loss need not be scaled.",
        )
    if capability >= _HALF:
        share = _fp16_share(name)
        cores = (
            f"computes FP16 at {share:.1f} times its FP32 rate"
            if share is not None and not _has_tensor_cores(name)
            else "has tensor cores for FP16"
        )
        return Precision(
            FLOAT16,
            f"{card} {cores} and none for bfloat16; the loss is scaled so that small gradients stay above zero.",
        )
    share = _fp16_share(name)
    if share is not None and share >= _FAST:
        return Precision(
            FLOAT32,
            f"{card} computes FP16 at {share:.1f} times its FP32 rate but has no tensor cores, and libraries use that "
            "rate in some operations only; try --precision mixed_float16 and compare the losses.",
        )
    same = "at its FP32 rate at best" if share is not None else "no faster than FP32"
    return Precision(FLOAT32, f"{card} has no tensor cores and computes FP16 {same}: half floats gain nothing.")


def _fp16_share(name: str) -> float | None:
    """FP16 without tensor cores over FP32, where the catalogue has both."""
    try:
        found = device(name)
    except ConfigError:
        return None
    return found.fp16_tflops / found.fp32_tflops if found.fp16_tflops else None


def _has_tensor_cores(name: str) -> bool:
    try:
        return device(name).tensor_fp16_tflops is not None
    except ConfigError:
        return False
