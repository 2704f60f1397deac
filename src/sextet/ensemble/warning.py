"""How likely a spike is and when that is worth an alert, learned on validation; how warnings did on `test`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sextet.core.window import WindowIndex
from sextet.data.prepare import Prepared
from sextet.ensemble.combining import Answered, Heard
from sextet.ensemble.examining import Examination
from sextet.ensemble.ground import Ground
from sextet.metrics.exceedance import mass_of
from sextet.metrics.lead_time import lead_times
from sextet.report.evaluation import SpikeTest
from sextet.runtime.combination import Combination
from sextet.runtime.crew import spike_probability
from sextet.spikes.alert_policy import AlertPolicy, Costs, alert_steps, choose_policy
from sextet.spikes.alerts import score_warnings
from sextet.spikes.blend import WarningBlend
from sextet.spikes.labels import SpikeModel

RIVAL = "upper quantile"
ALONE = "spike-detector alone"
ENSEMBLE = "ensemble"

MOST_STEPS = 4_000_000  # of evidence, above which windows are left out: 44 MB


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What was said of spikes in windows that no member was trained on, and what came; `[W, H]` unless said otherwise.

    Attributes:
        probability: of the member that warns.
        score: normal score of the mass that the ensemble's quantiles put above the spike level.
        label: 1 where a spike came.
        valid: where that is known.
        weight: `[W]` share of each window that no later one holds: cutoffs may lie closer than a horizon.
    """

    probability: NDArray[np.floating]
    score: NDArray[np.floating]
    label: NDArray[np.int8]
    valid: NDArray[np.bool_]
    weight: NDArray[np.float64]

    @classmethod
    def joined(cls, parts: Sequence[Evidence]) -> Evidence:
        """Return the evidence of all parts; of more than four million steps every n-th window."""
        each = 1 + sum(part.valid.size for part in parts) // MOST_STEPS
        whole = {name: np.concatenate([vars(part)[name][::each] for part in parts]) for name in vars(parts[0])}
        return cls(**{**whole, "weight": np.minimum(each * whole["weight"], 1.0)})


@dataclass(frozen=True, kw_only=True)
class Policies:
    """How likely a spike is, and when to alert.

    Attributes:
        blend: of what the member that warns says and what the ensemble's quantiles say.
        own: when to alert, on the blended probability; silent without a member that warns.
        rivals: the same for other alarms: the upper quantile alone (the obvious alternative), the member alone.
        evidence: what they were learned from; None without a member that warns.
    """

    blend: WarningBlend
    own: AlertPolicy
    rivals: Mapping[str, AlertPolicy]
    evidence: Evidence | None = None

    @classmethod
    def learned(cls, evidence: Evidence, costs: Costs | None) -> Policies:
        """Learn the blend, and choose thresholds for the best F1 or the least cost."""
        probability, score, truth, valid = evidence.probability, evidence.score, evidence.label, evidence.valid
        blend = WarningBlend.fit(probability, score, truth, valid, evidence.weight)
        alarms = {RIVAL: mass_of(score), ALONE: probability}
        return cls(
            blend=blend,
            own=choose_policy(blend.apply(probability, score), truth, valid, costs),
            rivals={name: choose_policy(alarm, truth, valid, costs) for name, alarm in alarms.items()},
            evidence=evidence,
        )

    def after(self, passed: Evidence, costs: Costs | None) -> Policies:
        """Learn anew, what came of the windows `passed` among the evidence."""
        known = (passed,) if self.evidence is None else (self.evidence, passed)
        return Policies.learned(Evidence.joined(known), costs)


def learn_policies(ground: Ground, combination: Combination, heard: Heard) -> Policies:
    """Learn the blend, and choose thresholds for the best F1 or the least cost, on all parts that were heard.

    Args:
        ground: of the fit.
        combination: weights and calibration.
        heard: what was answered for the parts that no member was trained on.
    """
    if spike_probability(heard.whole.answers) is None:
        return Policies(blend=WarningBlend(), own=AlertPolicy.silent(), rivals={})
    parts = [_evidence(part, combination, ground.spikes, ground.prepared) for part in heard.parts]
    return Policies.learned(Evidence.joined(parts), ground.config.costs)


def _evidence(part: Answered, combination: Combination, spikes: SpikeModel, prepared: Prepared) -> Evidence:
    raw = combination.raw(part.answers, part.index.series)
    probability = np.asarray(spike_probability(part.answers))
    return warning_evidence(part.index, probability, combination.calibration.apply(raw), part.target, spikes, prepared)


def warning_evidence(
    index: WindowIndex,
    probability: NDArray[np.floating],
    z: NDArray[np.floating],
    target: NDArray[np.floating],
    spikes: SpikeModel,
    prepared: Prepared,
) -> Evidence:
    """Return the evidence of windows.

    Args:
        index: W windows.
        probability: `[W, H]` of the member that warns.
        z: `[W, H, Q]` the ensemble's calibrated quantiles in scaled space.
        target: `[W, H]` scaled targets, NaN where missing.
        spikes: what a spike is.
        prepared: the data.
    """
    score = spikes.quantile_score(prepared.panel, index, prepared.scaler.from_z(z, index.series))
    label, valid = _truth(prepared, index.row, target)
    apart = np.diff(index.row, append=index.row[-1:] + target.shape[1])
    apart = np.where(np.diff(index.series, append=index.series[-1:]) == 0, apart, target.shape[1])
    return Evidence(
        probability=probability,
        score=score.astype(np.float32),
        label=label,
        valid=valid,
        weight=np.minimum(apart, target.shape[1]) / target.shape[1],
    )


def spike_test(exam: Examination, policies: Policies, prepared: Prepared) -> SpikeTest | None:
    """Return the warnings on the test windows beside what came true; None without a member that warns."""
    if exam.warned is None or exam.score is None or exam.probability is None:
        return None
    truth, valid = _truth(prepared, exam.index.row, exam.target)
    return SpikeTest(
        probability=exam.probability,
        label=np.where(valid, truth, np.nan).astype(np.float32),
        threshold=policies.own.threshold,
        rivals={RIVAL: mass_of(exam.score).astype(np.float32), ALONE: exam.warned},
        rival_thresholds={name: policy.threshold for name, policy in policies.rivals.items()},
    )


def warning_scores(tested: SpikeTest | None, index: WindowIndex | None = None) -> dict[str, dict[str, float]]:
    """Return the scores of the warnings and of the rivals by name; empty without a member that warns.

    With the windows that were tested, also how long before the spike its alerts warned, down to their release; see
    `metrics.lead_time`.
    """
    if tested is None:
        return {}
    valid = np.isfinite(tested.label)
    label = np.nan_to_num(tested.label)
    alarms = {ENSEMBLE: (tested.probability, tested.threshold)}
    alarms |= {name: (tested.rivals[name], tested.rival_thresholds[name]) for name in tested.rivals}
    found = {name: score_warnings(score, label, threshold, valid) for name, (score, threshold) in alarms.items()}
    if index is not None:
        for name, (score, threshold) in alarms.items():
            covered = alert_steps(score, AlertPolicy(threshold=threshold))
            found[name] |= lead_times(covered, tested.label, index.series, index.row).summary()
    return found


def _truth(
    prepared: Prepared, row: NDArray[np.int64], target: NDArray[np.floating]
) -> tuple[NDArray[np.int8], NDArray[np.bool_]]:
    label = prepared.panel.label
    rows = row[:, None] + np.arange(target.shape[1])
    # a window may reach beyond the data; its targets there are not finite
    truth = np.zeros(rows.shape, dtype=np.int8) if label is None else np.take(label, rows, mode="clip")
    return truth, np.isfinite(target)
