"""A profile that nobody measured: times follow known costs, so that a test knows what must come out."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

from sextet.planner.kernel import Kernel, kernels_for
from sextet.planner.profile import FIGURES, KernelTime, Machine, Profile, StepTime, Timing
from sextet.planner.standing import BATCH, SHAPE, member_specs

VALUES = {
    "dispatch": 4e-6,
    "call": 5e-4,
    "random": 2e8,
    "gather": 3e4,
    "floor": 6e8,
    "frame": 0.04,
    "activation": 0.006,
}


def costs(kernel: Kernel) -> float:
    """Seconds of a processor with 100 GFLOP/s and 10 GB/s, 20 us a kernel and 200 us a step of a recurrent layer."""
    total = 0.0
    for one in (*kernel.operations, *kernel.around):
        steps = one.sequential if one.sequential > 1 else 0
        total += 2e-5 + steps * 2e-4 + one.flops / 1e11 + one.bytes() / 1e10
    return total


def made_profile(
    seconds: Callable[[Kernel], float] = costs,
    *,
    device: str = "cpu",
    card: str = "",
    figures: Iterable[str] = tuple(FIGURES),
    steps: bool = False,
) -> Profile:
    """Return a profile whose kernels take what `seconds` says."""
    machine = Machine(
        device=device,  # type: ignore[arg-type]
        name=card or "Made Processor",
        card=card,
        framework="tensorflow",
        version="2.21.0",
        date="2026-11-25",
        cores=2,
        memory=24e9,
        capability="6.1" if card else "",
    )
    kernels = tuple(
        KernelTime(kernel=one, time=Timing(value=seconds(one), spread=0.1, samples=9)) for one in kernels_for(device)
    )
    whole = tuple(
        StepTime(spec=spec, shape=SHAPE, batch=BATCH, time=Timing(value=0.1, spread=0.2, samples=9), memory=2e8)
        for spec in (member_specs().values() if steps else ())
    )
    found = {name: Timing(value=VALUES[name], spread=0.0, samples=5) for name in figures}
    assert all(math.isfinite(one.time.value) for one in kernels)
    return Profile(machine=machine, kernels=kernels, figures=found, steps=whole)
