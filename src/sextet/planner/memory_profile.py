"""Memory of work on a machine that was measured: what its members took corrects what is counted.

    growth = fixed + graph x calls + share x counted

`counted` is what `planner.memory` counts without margin; `calls` are the operations of the step's graph, which the
framework keeps as objects of its own; `fixed` are thread pools, caches of compiled kernels and the like. The three are
Gaussian, and measured members are observations of the sum (Bayesian linear regression; Bishop 2006, section 3.3).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from functools import cache

import numpy as np
from numpy.typing import NDArray

from sextet.planner.memory import MARGIN, MIB, Parts, framework_bytes, memory_parts
from sextet.planner.operations import Work
from sextet.planner.profile import Profile
from sextet.planner.timing.device import Software
from sextet.planner.timing.profiled import NORMAL_90
from sextet.planner.work import member_work

# Means and standard deviations of fixed and graph, bytes, and share, before any member is measured. On a processor the
# framework's own objects lie in the same memory; on a card the allocator holds arrays alone.
_PRIOR = {
    "cpu": ((80.0 * MIB, 0.12 * MIB, 1.0), (40.0 * MIB, 0.08 * MIB, 0.15)),
    "gpu": ((8.0 * MIB, 0.0, MARGIN), (16.0 * MIB, 1e-6 * MIB, 0.15)),
}
NOISE = 0.05
"""Standard deviation of a measured growth, as a share of it."""


@dataclass(frozen=True)
class Growth:
    """Bytes that work adds to what the framework holds, and the ends of an 80 % interval."""

    value: float
    low: float
    high: float


def counted(parts: Parts) -> float:
    """Return the bytes that are counted layer by layer, without what the framework holds."""
    return parts.total - parts.context


def calls(work: Work) -> int:
    """Return the operations of the graph of a step."""
    return sum(count for _, count in work.operations) + work.launches


def measured_parts(
    work: Work, profile: Profile, software: Software, precision: str = "float32", cards: int = 1
) -> Parts:
    """Return the peak part by part on the machine that a profile was measured on; the total is what was measured.

    What goes beyond the counted bytes is margin: thread pools, objects of the graph, workspace. Where measured members
    took less than is counted, every counted part is so much smaller.
    """
    plain = memory_parts(work, software, precision, margin=1.0, cards=cards)
    grown, bytes_ = predict_growth(work, profile, precision, cards).value, counted(plain)
    share = min(grown / bytes_, 1.0) if bytes_ > 0 else 1.0
    sizes = {one.name: share * getattr(plain, one.name) for one in fields(Parts) if one.name not in ("kept", "context")}
    kept = tuple((name, share * size) for name, size in plain.kept)
    margin = max(grown - share * bytes_, 0.0)
    return Parts(context=framework_bytes(profile, software), kept=kept, **{**sizes, "margin": margin})


def predict_growth(work: Work, profile: Profile, precision: str = "float32", cards: int = 1) -> Growth:
    """Return by how much work raises the memory of the machine that a profile was measured on.

    On a processor that is resident memory above what the process holds with the framework loaded, on a card what the
    framework's allocator holds.

    Raises:
        ConfigError: the precision is not known.
    """
    software = Software(framework=profile.machine.framework)
    mean, spread = _learned(profile, software)
    features = _features(work, software, precision, cards)
    value = float(features @ mean)
    error = NORMAL_90 * math.sqrt(float(features @ spread @ features) + (NOISE * value) ** 2)
    return Growth(value, max(value - error, 0.5 * value), value + error)


def _features(work: Work, software: Software, precision: str = "float32", cards: int = 1) -> NDArray[np.float64]:
    bytes_ = counted(memory_parts(work, software, precision, margin=1.0, cards=cards))
    return np.array([1.0, float(calls(work)), bytes_])


@cache
def _learned(profile: Profile, software: Software) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return means and covariance of the three coefficients."""
    means, deviations = (np.array(part) for part in _PRIOR[profile.machine.device])
    spread = np.diag(deviations**2)
    steps = [one for one in profile.steps if one.memory is not None]
    if not steps:
        return means, spread
    table = np.array([_features(member_work(one.spec, one.shape, one.batch), software) for one in steps])
    grown = np.array([float(one.memory or 0.0) for one in steps])
    gain = spread @ table.T @ np.linalg.inv(table @ spread @ table.T + np.diag((NOISE * grown) ** 2))
    return means + gain @ (grown - table @ means), spread - gain @ table @ spread
