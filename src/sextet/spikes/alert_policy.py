"""When an alert is raised: at the threshold that did best on `calibrate`, by F1 or by what mistakes cost the user."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sextet.core.errors import ConfigError
from sextet.metrics.events import best_f1, detection, episodes

Reals = NDArray[np.floating]
Labels = NDArray[np.integer] | NDArray[np.floating] | NDArray[np.bool_]
Mask = NDArray[np.bool_]

_FLOOR = 0.5  # threshold where there is nothing to choose it on: more likely than not
_LEAST_SPIKES = 5  # spiked steps below which the best F1 is luck
_LEAST_GAIN = 3.0  # times the share of spikes: an alarm right less often than that is hardly better than chance
_CUTS = 64  # thresholds that are tried for a cost
_HALF_ODDS = 0.5  # an alert goes on down to half the odds that raised it

GAP = 1
"""Steps below the threshold between two that are not, up to which both belong to one alert."""

NAN = math.nan


@dataclass(frozen=True, kw_only=True)
class Costs:
    """What mistakes cost, in any one unit; only their ratio matters.

    Attributes:
        miss: of a spike that no alert covers.
        false_alarm: of an alert that covers no spike.
    """

    miss: float
    false_alarm: float

    def __post_init__(self) -> None:
        """Check both.

        Raises:
            ConfigError: one is not a finite number above 0.
        """
        for name, value in vars(self).items():
            if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < math.inf:
                raise ConfigError(
                    f"Expected the cost of a {name.replace('_', ' ')} as a number above 0; got {value!r}."
                )

    @classmethod
    def of(cls, miss: float | None, false_alarm: float | None) -> Costs | None:
        """Return both costs, None where neither was said.

        Raises:
            ConfigError: only one was, or one is not above 0.
        """
        if miss is None and false_alarm is None:
            return None
        if miss is None or false_alarm is None:
            there, lacking = ("false_alarm", "miss") if miss is None else ("miss", "false_alarm")
            raise ConfigError(
                f"{there}_cost was given without {lacking}_cost, and it is their ratio that decides. Give both, such "
                "as --miss-cost 20 --false-alarm-cost 1."
            )
        return cls(miss=miss, false_alarm=false_alarm)

    @property
    def probability(self) -> float:
        """Probability from which on an alert costs less than silence, were probabilities exact."""
        return self.false_alarm / (self.false_alarm + self.miss)


@dataclass(frozen=True, kw_only=True)
class AlertPolicy:
    """When an alert is raised, and how such alerts did where that was chosen.

    Attributes:
        threshold: a step whose probability is at or above it raises an alert; infinite: none ever does.
        spikes: spiked steps it was chosen on.
        precision, recall, f1: over steps, at the threshold there; NaN without a spike or a warning.
        miss_cost, false_alarm_cost: what it was chosen for; NaN: for the best F1.
        events: spikes there, each counted in every forecast that it lies in.
        curve: (threshold, events missed, false alarms) there, for a choice by other costs.
    """

    threshold: float
    spikes: int = 0
    precision: float = NAN
    recall: float = NAN
    f1: float = NAN
    miss_cost: float = NAN
    false_alarm_cost: float = NAN
    events: int = 0
    curve: tuple[tuple[float, int, int], ...] = ()

    @classmethod
    def silent(cls) -> AlertPolicy:
        """The policy of a run without a member that warns: no alert ever."""
        return cls(threshold=math.inf)

    @property
    def release(self) -> float:
        """Probability down to which an alert goes on: half the odds of the threshold, so that it does not flap."""
        if not 0 < self.threshold < 1:
            return self.threshold
        odds = _HALF_ODDS * self.threshold / (1.0 - self.threshold)
        return odds / (1.0 + odds)

    def at_cost(self, costs: Costs) -> AlertPolicy:
        """Return the policy with the threshold that would have cost least where this one was chosen.

        With fewer than five events there it is the one that is best if probabilities are exact.
        """
        if self == AlertPolicy.silent():
            return self
        chosen = costs.probability
        if self.events >= _LEAST_SPIKES and self.curve:
            rows = [*self.curve, (math.inf, self.events, 0)]
            spent = [costs.miss * missed + costs.false_alarm * alarms for _, missed, alarms in rows]
            least = min(spent)
            # of thresholds that cost the same, the one nearest to what probabilities themselves say
            best = [cut for (cut, _, _), cost in zip(rows, spent, strict=True) if cost == least]
            chosen = min(best, key=lambda cut: abs(min(cut, 1.0) - costs.probability))
        return replace(
            self,
            threshold=chosen,
            precision=NAN,
            recall=NAN,
            f1=NAN,
            miss_cost=float(costs.miss),
            false_alarm_cost=float(costs.false_alarm),
        )

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return the policy as plain arrays."""
        plain: dict[str, NDArray[Any]] = {key: np.array(value) for key, value in vars(self).items() if key != "curve"}
        return plain | {"curve": np.array(self.curve, dtype=np.float64).reshape(-1, 3)}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> AlertPolicy:
        """Make the policy again from `to_arrays`; what an older run does not have is as if it were not known."""
        known: dict[str, Any] = {}
        for key in ("threshold", "precision", "recall", "f1", "miss_cost", "false_alarm_cost"):
            if key in arrays:
                known[key] = float(arrays[key])
        for key in ("spikes", "events"):
            if key in arrays:
                known[key] = int(arrays[key])
        rows = arrays.get("curve", np.zeros((0, 3)))
        return cls(**known, curve=tuple((float(cut), int(missed), int(alarms)) for cut, missed, alarms in rows))


def choose_policy(
    probability: Reals, label: Labels, valid: Mask | None = None, costs: Costs | None = None
) -> AlertPolicy:
    """Choose the alert threshold on `calibrate`: the one with the best F1 over steps, or the least cost over alerts.

    Where even the best one is hardly more often right than an alarm at random, or there are fewer than five spikes
    to judge by, the threshold is 0.5, or what the costs say of exact probabilities: better no alert than many that
    mean nothing.

    Args:
        probability: `[W, H]` of a spike.
        label: `[W, H]` 1 where one came.
        valid: `[W, H]` where the target was observed; None: everywhere.
        costs: of a miss and of a false alarm; None: for the best F1.
    """
    best = best_f1(probability, label, valid)
    spikes = 0 if best is None else best.hits + best.misses
    judged = np.size(label) if valid is None else int(np.count_nonzero(valid))
    share = spikes / max(judged, 1)
    least = min(_LEAST_GAIN * share, (1.0 + share) / 2)
    if best is None or spikes < _LEAST_SPIKES or best.precision < least:
        best = detection(probability, label, _FLOOR, valid)
    events, curve = _alerts_by_threshold(probability, label, valid)
    policy = AlertPolicy(
        threshold=best.threshold,
        spikes=spikes,
        precision=best.precision,
        recall=best.recall,
        f1=best.f1,
        events=events,
        curve=curve,
    )
    if costs is None:
        return policy
    policy = policy.at_cost(costs)
    if not math.isfinite(policy.threshold):
        return policy
    found = detection(probability, label, policy.threshold, valid)
    return replace(policy, precision=found.precision, recall=found.recall, f1=found.f1)


def alert_steps(probability: Reals, policy: AlertPolicy) -> Mask:
    """Return `[W, H]` the steps that alerts cover: down to the release level around each that is at the threshold."""
    return _steps_of(alert_episodes(probability, policy), np.shape(probability))


def alert_episodes(probability: Reals, policy: AlertPolicy, gap: int = GAP) -> NDArray[np.int64]:
    """Return `[E, 3]` rows (window, first step, last step), one for each alert."""
    chance = np.nan_to_num(np.asarray(probability, dtype=np.float64))
    found = episodes(chance >= policy.release, gap)
    raised = np.cumsum(np.pad(chance >= policy.threshold, ((0, 0), (1, 0))), axis=1)
    window, first, last = found.T
    kept: NDArray[np.int64] = found[raised[window, last + 1] > raised[window, first]]
    return kept


def _alerts_by_threshold(
    probability: Reals, label: Labels, valid: Mask | None
) -> tuple[int, tuple[tuple[float, int, int], ...]]:
    """Number of spikes, each counted in every window, and (threshold, missed, false alarms) for thresholds tried."""
    known = np.ones(np.shape(label), dtype=bool) if valid is None else np.asarray(valid, dtype=bool)
    truth = (np.asarray(label) != 0) & known
    events = episodes(truth)
    if not len(events):
        return 0, ()
    chance = np.where(known, np.nan_to_num(np.asarray(probability, dtype=np.float64)), 0.0)
    seen = chance[known]
    levels = 1.0 - np.geomspace(1.0, 1.0 / len(seen), _CUTS)
    cuts = np.unique(np.quantile(seen, levels, method="higher"))
    rows = []
    for cut in cuts[cuts > 0].tolist():
        alerts = alert_episodes(chance, AlertPolicy(threshold=cut))
        missed = _without(_steps_of(alerts, truth.shape), events)
        rows.append((float(cut), missed, _without(truth, alerts)))
    return len(events), tuple(rows)


def _steps_of(found: NDArray[np.int64], shape: tuple[int, ...]) -> Mask:
    """Return `[W, H]` the steps of episodes."""
    mask = np.zeros(shape, dtype=bool)
    for window, first, last in found:
        mask[window, first : last + 1] = True
    return mask


def _without(mask: Mask, found: NDArray[np.int64]) -> int:
    """How many of the episodes `found` hold no step of `mask`."""
    total = np.cumsum(np.pad(mask, ((0, 0), (1, 0))), axis=1)
    window, first, last = found.T
    return int(np.count_nonzero(total[window, last + 1] == total[window, first]))
