"""When a spike probability is worth an alert, chosen on `calibrate`, and how warnings did on `test`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sextet.data.prepare import Prepared
from sextet.ensemble.combining import Answered
from sextet.ensemble.examining import Examination
from sextet.report.evaluation import SpikeTest
from sextet.runtime.combination import Combination
from sextet.runtime.crew import spike_probability
from sextet.spikes.alerts import AlertPolicy, choose_policy, score_warnings
from sextet.spikes.labels import SpikeModel

RIVAL = "upper quantile"


@dataclass(frozen=True, kw_only=True)
class Policies:
    """When to alert.

    Attributes:
        own: on the spike probability of the member that warns; silent without one.
        rival: on the probability above the spike level read off the ensemble's quantiles: the obvious alternative.
    """

    own: AlertPolicy
    rival: AlertPolicy


def choose_policies(heard: Answered, combination: Combination, spikes: SpikeModel, prepared: Prepared) -> Policies:
    """Choose both thresholds for the best F1 on `calibrate`."""
    probability = spike_probability(heard.answers)
    if probability is None:
        return Policies(own=AlertPolicy.silent(), rival=AlertPolicy.silent())
    raw = combination.raw(heard.answers, heard.index.series)
    quantiles = prepared.scaler.from_z(combination.calibration.apply(raw), heard.index.series)
    alarm = spikes.quantile_alarm(prepared.panel, heard.index, quantiles)
    truth, valid = _truth(prepared, heard.index.row, heard.target)
    return Policies(
        own=choose_policy(probability, truth, valid),
        rival=choose_policy(alarm, truth, valid),
    )


def spike_test(exam: Examination, policies: Policies, spikes: SpikeModel, prepared: Prepared) -> SpikeTest | None:
    """Return the warnings on the test windows beside what came true; None without a member that warns."""
    if exam.probability is None:
        return None
    alarm = spikes.quantile_alarm(prepared.panel, exam.index, exam.quantiles)
    truth, valid = _truth(prepared, exam.index.row, exam.target)
    return SpikeTest(
        probability=exam.probability,
        label=np.where(valid, truth, np.nan).astype(np.float32),
        threshold=policies.own.threshold,
        rivals={RIVAL: alarm.astype(np.float32)},
        rival_thresholds={RIVAL: policies.rival.threshold},
    )


def warning_scores(tested: SpikeTest | None) -> dict[str, dict[str, float]]:
    """Return the scores of the warnings and of the rival by name; empty without a member that warns."""
    if tested is None:
        return {}
    valid = np.isfinite(tested.label)
    label = np.nan_to_num(tested.label)
    alarms = {"spike-detector": (tested.probability, tested.threshold)}
    alarms |= {name: (tested.rivals[name], tested.rival_thresholds[name]) for name in tested.rivals}
    return {name: score_warnings(score, label, threshold, valid) for name, (score, threshold) in alarms.items()}


def _truth(
    prepared: Prepared, row: NDArray[np.int64], target: NDArray[np.floating]
) -> tuple[NDArray[np.int8], NDArray[np.bool_]]:
    label = prepared.panel.label
    rows = row[:, None] + np.arange(target.shape[1])
    truth = np.zeros(rows.shape, dtype=np.int8) if label is None else label[rows]
    return truth, np.isfinite(target)
