"""What rules would have done on past data: how often each would have acted, and what that did to the error."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sextet.baselines.history import thinned
from sextet.core.errors import DataError
from sextet.core.forecast import Forecast
from sextet.core.panel import Panel
from sextet.core.quantiles import LEVELS, read_quantiles
from sextet.core.window import WindowIndex
from sextet.data.prepare import prepare
from sextet.data.scale import Scaler
from sextet.data.windows import targets, window_ordinals, windows, with_observed
from sextet.rules.rule import Rule
from sextet.rules.rule_alerts import raised
from sextet.rules.rule_based import fit_rule_based
from sextet.rules.scene import Reals, Scene
from sextet.rules.user_rules import UserRules, changed

Mask = NDArray[np.bool_]
Answering = Callable[[UserRules], Forecast]
"""Gives the forecast of the windows under some rules."""

_LEARNED = 0.6  # share of the rows that the simple forecast is chosen and scaled on
_KINDS = ("seasonal-naive", "damped-drift", "calendar-profile")
_LONGEST = 168  # steps that are forecast where nothing is said


@dataclass(frozen=True, kw_only=True)
class Effect:
    """What a rule, or all together, would have done.

    Attributes:
        name: of the rule, or "all rules".
        text: in words.
        held: steps at which it held.
        changed: steps at which it acted and the forecast became another.
        alerts: alerts that it would have raised.
        muted: steps at which it would have silenced alerts.
        mae_before, mae_after, pinball_before, pinball_after: of the forecast over the changed steps whose target was
            observed, in the unit of the target; NaN where there is none.
        mae_all_before, mae_all_after: over all observed steps.
    """

    name: str
    text: str
    held: int
    changed: int
    alerts: int
    muted: int
    mae_before: float
    mae_after: float
    pinball_before: float
    pinball_after: float
    mae_all_before: float
    mae_all_after: float


@dataclass(frozen=True, kw_only=True)
class Rehearsal:
    """What was tried, and on what.

    Attributes:
        scene: the windows and their forecast without rules.
        effects: of each rule alone, in their order.
        together: of all.
    """

    scene: Scene
    effects: tuple[Effect, ...]
    together: Effect


def rehearse(rules: UserRules, panel: Panel, index: WindowIndex, answering: Answering) -> Rehearsal:
    """Try rules one by one, and all together, on past windows.

    Args:
        rules: of the user.
        panel: the data.
        index: past windows, whose targets are there.
        answering: gives their forecast under some rules.
    """
    plain = answering(UserRules())
    scene = Scene(
        panel=panel,
        index=index,
        quantiles=plain.quantiles,
        levels=plain.levels,
        spike_probability=plain.spike_probability,
    )
    truth, _ = targets(panel, index, scene.shape[1])
    effects = tuple(
        _effect(rule.name, rule.text, (rule,), (scene, plain, truth), answering(UserRules(rules=(rule,))))
        for rule in rules.rules
    )
    text = f"{len(rules.rules)} together"
    return Rehearsal(
        scene=scene,
        effects=effects,
        together=_effect("all rules", text, rules.rules, (scene, plain, truth), answering(rules)),
    )


def past_windows(panel: Panel, horizon: int, most: int) -> WindowIndex:
    """Return at most `most` windows, evenly spread over the part of each series that no simple forecast learns from.

    Raises:
        DataError: no series is long enough.
    """
    start = np.maximum((panel.known * _LEARNED).astype(np.int64), 1)
    index = windows(panel, start, panel.known, horizon, step=max(1, horizon))
    index = thinned(with_observed(panel, index, horizon), most)
    if not len(index):
        longest = int(panel.known.max(initial=0))
        raise DataError(
            f"Expected a series with a window of {horizon} steps in its last {1 - _LEARNED:.0%} of rows to try the "
            f"rules on; the longest has {longest} rows. Give a longer history or a shorter --horizon."
        )
    return index


def usual_horizon(panel: Panel) -> int:
    """Return how many steps are forecast where nothing is said: a season, and at most a tenth of the longest series."""
    longest = int(panel.known.max(initial=1))
    return max(1, min(panel.frequency.season, _LONGEST, longest // 10))


def simple_forecast(panel: Panel, index: WindowIndex, horizon: int) -> tuple[Answering, str]:
    """Return a forecast that needs no run, the best of a few simple ones on the first rows, and what it does.

    All rules that change forecasts act on it, as in the Rule-Based member.

    Raises:
        DataError: there is too little to choose one on.
    """
    learned = np.maximum((panel.known * _LEARNED).astype(np.int64), 1)
    prepared = prepare(panel, Scaler.fit(panel, learned))
    select = windows(panel, np.maximum(learned // 2, 1), learned, horizon)
    model = fit_rule_based(prepared, select, horizon, kinds=_KINDS)
    quantiles = prepared.scaler.from_z(model.answer(prepared, index).quantiles, index.series)
    stamps = panel.frequency.stamps(window_ordinals(panel, index, 1, horizon))
    plain = Forecast(
        ids=tuple(panel.ids[s] for s in index.series),
        cutoff=stamps[:, 0],
        stamps=stamps[:, 1:],
        levels=LEVELS,
        quantiles=quantiles,
        tz=panel.tz,
    )

    def answering(rules: UserRules) -> Forecast:
        scene = Scene(panel=panel, index=index, quantiles=quantiles, levels=LEVELS)
        after, acted = changed(rules.changing, scene)
        return replace(plain, quantiles=after, rules=acted)

    return answering, model.label


def _effect(
    name: str, text: str, rules: Sequence[Rule], before: tuple[Scene, Forecast, Reals], after: Forecast
) -> Effect:
    scene, plain, truth = before
    held = np.zeros(scene.shape, dtype=bool)
    for rule in rules:
        held |= rule.holds(scene)
    acted = np.zeros(scene.shape, dtype=bool)
    for rule in rules:
        if rule.changes and rule.name in after.rules:
            acted |= after.rules[rule.name]
    # other steps may move too: the online calibration of a run follows the errors that a rule leaves
    where = acted & (after.quantiles != plain.quantiles).any(axis=-1)
    looked = Scene(
        panel=scene.panel,
        index=scene.index,
        quantiles=after.quantiles,
        levels=after.levels,
        spike_probability=after.spike_probability,
    )
    alerts, muted, _ = raised(rules, looked, after)
    seen = np.isfinite(truth)
    scores = [_errors(one, truth) for one in (plain, after)]
    picked = [[_mean(values, where & seen) for values in pair] for pair in scores]
    whole = [_mean(pair[0], seen) for pair in scores]
    return Effect(
        name=name,
        text=text,
        held=int(held.sum()),
        changed=int(where.sum()),
        alerts=len(alerts),
        muted=int(muted.sum()),
        mae_before=picked[0][0],
        mae_after=picked[1][0],
        pinball_before=picked[0][1],
        pinball_after=picked[1][1],
        mae_all_before=whole[0],
        mae_all_after=whole[1],
    )


def _errors(forecast: Forecast, truth: Reals) -> tuple[Reals, Reals]:
    """Absolute error of the median, and pinball loss over the levels, at each step `[W, H]`."""
    median = read_quantiles(forecast.quantiles, (0.5,), forecast.levels)[..., 0]
    gap = truth[..., None] - forecast.quantiles
    levels = np.asarray(forecast.levels)
    return np.abs(truth - median), np.maximum(levels * gap, (levels - 1.0) * gap).mean(axis=-1)


def _mean(values: Reals, where: Mask) -> float:
    return float(values[where].mean()) if where.any() else float("nan")
