"""What of a stack the checks compared with anything: what they did not is said, lest it pass for right."""

from __future__ import annotations

from sextet.doctor.case import Case
from sextet.doctor.checks.tensorflow import row_of
from sextet.doctor.checks.torch import build_of
from sextet.doctor.facts import NAMES

# What checks compare with each other. "sextet" is there where no framework is named, "plugin" is JAX's for CUDA.
_PAIRS = (
    *(("tensorflow", other) for other in ("python", "system", "keras", "numpy", "cuda", "cudnn", "driver", "cards")),
    *(("sextet", other) for other in ("python", "keras", "numpy", "cards")),
    *(("jax", other) for other in ("python", "system", "cudnn")),
    *(("plugin", other) for other in ("jax", "cards")),
    *(("cards", other) for other in ("torch", "cuda", "cudnn", "driver")),
    ("driver", "cuda"),
    ("driver", "system"),
)


def unjudged(case: Case) -> tuple[str, ...]:
    """Return the names, as a report has them, of what a stack holds and no check compared with anything."""
    held = {name for name, _ in case.stack.given} | ({"cards"} if case.cards else set())
    there = _comparable(case, held)
    compared = {name for pair in _PAIRS if there.issuperset(pair) for name in pair}
    if case.stack.system == "Linux":
        compared.add("system")  # what a stack is taken to run on where it does not say
    return tuple(NAMES.get(name, name) for name in (*_ORDER, "cards") if name in held - compared)


_ORDER = ("python", "tensorflow", "keras", "numpy", "cuda", "cudnn", "driver", "jax", "torch", "system")


def _comparable(case: Case, held: set[str]) -> set[str]:
    stack, there = case.stack, set(held)
    if stack.tensorflow is not None and row_of(case) is None:
        there.discard("tensorflow")  # not known to the matrix, so nothing is known to go with it
    if (build := build_of(case)) and not build.startswith("cu"):
        there.discard("torch")  # not for a GPU of NVIDIA
    if stack.bare:
        there.add("sextet")
    if stack.jax is not None and (stack.cuda or stack.cudnn):
        there.add("plugin")
    return there
