"""What a profile says in a few lines."""

from __future__ import annotations

import numpy as np

from sextet.planner.kernel import KINDS
from sextet.planner.profile import FIGURES, Profile
from sextet.planner.timing.device import Software
from sextet.planner.timing.measured import fit_for


def summary(profile: Profile) -> list[tuple[str, str]]:
    """Return (name, text): the best rate of each class, its error on left-out kernels, figures, how quiet it was."""
    fit = fit_for(profile, None, Software(framework=profile.machine.framework))
    found: list[tuple[str, str]] = []
    for kind in KINDS:
        rows = [one for one in profile.kernels if one.kernel.kind == kind and one.kernel.precision == "float32"]
        rate = max(sum(part.flops for part in one.kernel.operations) / one.time.value for one in rows)
        moved = max(sum(part.bytes() for part in one.kernel.operations) / one.time.value for one in rows)
        low, high = np.exp(fit.classes[kind].low) - 1, np.exp(fit.classes[kind].high) - 1
        best = f"{rate / 1e9:.1f} GFLOP/s, {moved / 1e9:.1f} GB/s at best"
        found.append((kind, f"{best}, {len(rows)} kernels, {low:+.0%} {high:+.0%}"))
    for name, unit in FIGURES.items():
        if name in profile.figures:
            found.append((name, f"{profile.figures[name].value:.3g} {unit}"))
    found += [
        (one.spec.name, f"{one.time.value * 1e3:.1f} ms a step, half of them up to {one.time.spread:.0%} slower")
        for one in profile.steps
    ]
    disturbed = float(np.median([one.time.spread for one in profile.kernels]))
    found.append(("disturbance", f"half of the samples were {disturbed:.0%} or more above the quiet time"))
    return found
