"""How likely a spike is and when that is worth an alert, learned on `calibrate`; how warnings did on `test`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sextet.core.window import WindowIndex
from sextet.data.prepare import Prepared
from sextet.ensemble.combining import Answered
from sextet.ensemble.examining import Examination
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


@dataclass(frozen=True, kw_only=True)
class Policies:
    """How likely a spike is, and when to alert.

    Attributes:
        blend: of what the member that warns says and what the ensemble's quantiles say.
        own: when to alert, on the blended probability; silent without a member that warns.
        rivals: the same for other alarms: the upper quantile alone (the obvious alternative), the member alone.
    """

    blend: WarningBlend
    own: AlertPolicy
    rivals: Mapping[str, AlertPolicy]


def choose_policies(
    heard: Sequence[Answered],
    combination: Combination,
    spikes: SpikeModel,
    prepared: Prepared,
    costs: Costs | None = None,
) -> Policies:
    """Learn the blend on all of `heard`, and choose thresholds on its last part, for the best F1 or the least cost.

    Args:
        heard: what was answered for `weigh` and for `calibrate`; no member was trained on either.
        combination: weights and calibration.
        spikes: what a spike is.
        prepared: the data.
        costs: of a miss and of a false alarm, or None.
    """
    if spike_probability(heard[-1].answers) is None:
        return Policies(blend=WarningBlend(), own=AlertPolicy.silent(), rivals={})
    evidence = [_evidence(part, combination, spikes, prepared) for part in heard]
    blend = WarningBlend.fit(*(np.concatenate(column) for column in zip(*evidence, strict=True)))
    probability, score, truth, valid = evidence[-1]
    alarms = {RIVAL: mass_of(score), ALONE: probability}
    return Policies(
        blend=blend,
        own=choose_policy(blend.apply(probability, score), truth, valid, costs),
        rivals={name: choose_policy(alarm, truth, valid, costs) for name, alarm in alarms.items()},
    )


def _evidence(
    part: Answered, combination: Combination, spikes: SpikeModel, prepared: Prepared
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int8], NDArray[np.bool_]]:
    """The member's probability, the quantiles' score, the label and where it is known, each `[W, H]`."""
    raw = combination.raw(part.answers, part.index.series)
    quantiles = prepared.scaler.from_z(combination.calibration.apply(raw), part.index.series)
    probability = np.asarray(spike_probability(part.answers), dtype=np.float64)
    score = spikes.quantile_score(prepared.panel, part.index, quantiles)
    return probability, score, *_truth(prepared, part.index.row, part.target)


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
