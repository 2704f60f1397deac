"""What the host's processor does in a training, which no card makes shorter.

Measured by `benchmarks/planner_host.py` on one core of a shared x86-64 server with TensorFlow 2.21, in processor
seconds. Another processor may be so much faster or slower: the interval is a factor of two either way.
"""

from __future__ import annotations

from dataclasses import replace

from sextet.core.window import WindowShape
from sextet.planner.clock import HALF_COST
from sextet.planner.figures import Prediction
from sextet.planner.job import JUDGE_BATCH, Job
from sextet.planner.profile import Profile
from sextet.planner.standing import GATHERED
from sextet.specs.presets import MemberSpec

SOURCE = "benchmarks/planner_host.py, one core of a shared x86-64 server, TensorFlow 2.21, 2026-11-25"

START_S = 4.9
"""Importing TensorFlow and what trains with it. Opening a GPU and loading cuDNN come on top and were not measured."""

BUILD_S = {"lstm": 3.2, "gru": 4.6, "cnn-lstm": 4.7, "patchtst": 11.6, "spike-detector": 6.5}
"""Until a member has done its first step and its first forecast."""

XLA_S = 21.8
"""More where XLA compiles PatchTST's step for a card: its first step took 33.25 s on the host of an H200, 11.43 without
XLA. Compiling for the processor took 10.7 on the server of `SOURCE`."""

XLA_SOURCE = "XLA: first steps of PatchTST with it and without, host of an H200, TensorFlow 2.21, 2026-11-26"

BATCH_S, BATCH_VALUE_S = 1.7e-3, 2.9e-9
"""Of a batch of training: handing it over, and each of its values gathered and copied."""

JUDGE_VALUE_S, SCORE_VALUE_S = 1.3e-9, 9.6e-9
"""Each value of a batch of windows that are judged, and each value of their answers scored."""

RULES_S, RULES_ROW_S = 1.5, 80e-6
"""Of the Rule-Based member, and for each row of training. With `PHASED_S` 0.8 to 2.3 times what 1 to 8 series of 3,000
to 18,000 rows took on 2026-11-27, the most where it takes a second."""

PHASED_S = 1.6e-10
"""Of a multiplication of its regressions for each phase of the season, where data suit them (`Job.phased`)."""

FACTOR = 2.0
"""Ends of the interval: another processor, and other work beside it. Gathering that was measured on the machine itself
keeps it, since a value of other windows costs more or less; the spread that was measured comes on top."""


def started(job: Job) -> Prediction:
    """Return the seconds until a process can train."""
    return _predicted(START_S, job)


def built(spec: MemberSpec, job: Job, *, compiled: bool, half: bool = False) -> Prediction:
    """Return the seconds until a member trains: built, traced (`half` precision or not), compiled where XLA does it."""
    seconds = BUILD_S[spec.name] + (XLA_S if compiled else 0.0)
    found = _predicted(seconds * (HALF_COST if half else 1.0), job)
    return replace(found, source=f"{SOURCE}; {XLA_SOURCE}") if compiled else found


def batch_gathered(job: Job, profile: Profile | None = None) -> Prediction:
    """Return the seconds of gathering a batch and handing it to the card, which happens beside the step before.

    Args:
        job: what is trained.
        profile: of the rig's machine; the rate at which it was seen to gather windows goes before that of another one.
    """
    return _gathered(job, job.config.batch, BATCH_VALUE_S, BATCH_S, profile)


def judged(job: Job, profile: Profile | None = None) -> Prediction:
    """Return the seconds of gathering and scoring a batch after an epoch, the forecast itself not counted.

    Arguments as of `batch_gathered`.
    """
    windows = min(JUDGE_BATCH, job.judged)
    answers = windows * job.shape.horizon * len(job.shape.levels)
    return _gathered(job, windows, JUDGE_VALUE_S, SCORE_VALUE_S * answers, profile)


def ruled(job: Job) -> Prediction:
    """Return the seconds of the Rule-Based member, which has no network."""
    return _predicted(rules_seconds(job.rows, job.phased), job)


def rules_seconds(rows: int, phased: float) -> float:
    """Return the processor seconds of the Rule-Based member where the constants were measured.

    Args:
        rows: of training, of all series together.
        phased: multiplications of its regressions for each phase.
    """
    return RULES_S + RULES_ROW_S * rows + PHASED_S * phased


def _values(shape: WindowShape) -> int:
    """Values of a window: history, what is known ahead, and target, weight and label."""
    return shape.lookback * shape.past_channels + shape.horizon * (shape.future_channels + 3) + shape.static_features


def _gathered(job: Job, windows: int, a_value: float, rest: float, profile: Profile | None) -> Prediction:
    """Return the seconds of gathering windows at so many seconds `a_value`, or as measured, and of the `rest`."""
    values = windows * _values(job.shape)
    rate = None if profile is None else profile.figures.get("gather")
    if profile is None or rate is None:
        return _predicted(rest + a_value * values, job)
    found = _predicted(rest, job)
    measured = values / (rate.value * _values(GATHERED))
    return replace(
        found,
        value=found.value + measured,
        low=found.low + measured / FACTOR,
        high=found.high + measured * (1 + rate.spread) * FACTOR,
        source=f"gathering {profile.source}; the rest {SOURCE}",
    )


def _predicted(measured: float, job: Job) -> Prediction:
    seconds = measured / job.host
    return Prediction(value=seconds, low=seconds / FACTOR, high=seconds * FACTOR, unit="s", source=SOURCE)
