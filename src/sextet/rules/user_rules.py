"""How the rules of a user act: on the Rule-Based member's quantiles, on the ensemble's answer, and on alerts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sextet.core.answer import Answer
from sextet.core.forecast import Forecast
from sextet.core.panel import Panel
from sextet.core.window import WindowIndex
from sextet.data.prepare import Prepared
from sextet.data.scale import Scaler
from sextet.rules.action import Action
from sextet.rules.idle import MEMBER, idle_notes
from sextet.rules.rule import Rule
from sextet.rules.rule_alerts import raised
from sextet.rules.rules_file import read_rules
from sextet.rules.scene import Reals, Scene, unknown_covariate, unknown_static

Mask = NDArray[np.bool_]
Levels = tuple[float, ...]
Warned = NDArray[np.floating] | None

_FARTHEST = 50.0  # scaled space: where a value goes that the transform does not take, such as 0 with Box-Cox


@dataclass(frozen=True, kw_only=True)
class Ruled:
    """A forecast that rules have acted on.

    Attributes:
        forecast: it.
        muted: `[W, H]` where alerts are silenced, those of rules being silenced already.
    """

    forecast: Forecast
    muted: Mask


@dataclass(frozen=True, kw_only=True)
class UserRules:
    """The rules of a run, in the order of their file.

    They act in order of priority, the highest last; those of one priority in their order, each on what the one before
    left. Rules that raise alerts then look at the result.
    """

    rules: tuple[Rule, ...] = ()

    @property
    def texts(self) -> tuple[str, ...]:
        """Each rule in words, with its name."""
        return tuple(f"{rule.name}: {rule.text}" for rule in self.rules)

    @cached_property
    def changing(self) -> tuple[Rule, ...]:
        """Those that change forecasts, in the order in which they act."""
        return tuple(sorted((rule for rule in self.rules if rule.changes), key=lambda rule: rule.priority))

    @property
    def final(self) -> tuple[Rule, ...]:
        """Those of them that act on the ensemble's answer."""
        return tuple(rule for rule in self.changing if rule.final)

    @property
    def reach(self) -> int:
        """Rows of history before the cutoff that they read."""
        return max((rule.uses.reach for rule in self.rules), default=0)

    def check_names(self, panel: Panel) -> None:
        """Refuse rules about columns that the data do not have.

        Raises:
            ConfigError: a rule names a covariate or an attribute that is not there; rule and nearest name are said.
        """
        for rule in self.rules:
            for name in sorted(rule.uses.covariates - {*panel.future_names, *panel.past_names}):
                raise _in_rule(rule, unknown_covariate(name, panel))
            for name in sorted(rule.uses.static - set(panel.static_names)):
                raise _in_rule(rule, unknown_static(name, panel))

    def in_member(
        self, answer: Answer, prepared: Prepared, index: WindowIndex, levels: Levels, warned: Warned
    ) -> Answer:
        """Return the Rule-Based member's answer, in scaled space, after the rules that change forecasts.

        Args:
            answer: of the windows.
            prepared: the data.
            index: the windows.
            levels: of the quantiles.
            warned: `[W, H]` probability of a spike, or None where no member warns.
        """
        if not self.changing or not len(index):
            return answer
        scaler = prepared.scaler
        scene = Scene(
            panel=prepared.panel,
            index=index,
            quantiles=scaler.from_z(answer.quantiles, index.series),
            levels=levels,
            spike_probability=warned,
        )
        quantiles, acted = changed(self.changing, scene, scaler.nonnegative)
        return replace(answer, quantiles=in_z(answer.quantiles, quantiles, acted, scaler, index), rules=acted)

    def in_answer(self, scene: Scene, *, nonnegative: bool = False) -> tuple[Scene, dict[str, Mask]]:
        """Return the ensemble's answer after the final rules, and rule name -> `[W, H]` where it acted.

        What is set cannot spike: its probability is 0.

        Args:
            scene: the answer.
            nonnegative: what rules leave is never below 0.
        """
        quantiles, acted = changed(self.final, scene, nonnegative)
        probability = _unless_set(scene.spike_probability, self.final, acted)
        return replace(scene, quantiles=quantiles, spike_probability=probability), acted

    def applied(self, forecast: Forecast, panel: Panel, index: WindowIndex, *, nonnegative: bool = False) -> Ruled:
        """Return the forecast with the final rules applied to the ensemble, and with the alerts of rules.

        Adds a note for each rule that changed something, and for each that cannot act.

        Args:
            forecast: W windows, in the unit of the target; `rules` says what acted in the Rule-Based member.
            panel: the data.
            index: the windows.
            nonnegative: forecasts are never below 0.
        """
        if not self.rules or not forecast.quantiles.size:
            return Ruled(forecast=forecast, muted=np.zeros(forecast.stamps.shape, dtype=bool))
        scene = Scene(
            panel=panel,
            index=index,
            quantiles=forecast.quantiles,
            levels=forecast.levels,
            spike_probability=forecast.spike_probability,
        )
        notes = idle_notes(self.rules, panel, forecast.members)
        after, acted = self.in_answer(scene, nonnegative=nonnegative)
        touched = dict(forecast.rules)
        for rule in self.changing:
            notes += _changes(rule, scene, acted if rule.final else forecast.rules, forecast)
        forecast = replace(
            forecast,
            quantiles=after.quantiles,
            spike_probability=_unless_set(forecast.spike_probability, self.final, acted),
            spike_size=_unless_set(forecast.spike_size, self.final, acted),
        )
        found, muted, heard = raised(self.rules, after, forecast)
        for name, mask in (*acted.items(), *heard.items()):
            touched[name] = touched[name] | mask if name in touched else mask
        alerts = tuple(sorted((*forecast.alerts, *found), key=lambda alert: (alert.start, alert.series)))
        told = replace(forecast, alerts=alerts, notes=(*forecast.notes, *notes), rules=touched)
        return Ruled(forecast=told, muted=muted)


def parse_rules(text: str, source: str = "rules.toml") -> UserRules:
    """Read the text of a rules file; see `docs/rules.md` for what a rule may say.

    Raises:
        ConfigError: it cannot be understood; line, column, rule, key and remedy are named.
    """
    return UserRules(rules=read_rules(text, source))


def changed(rules: tuple[Rule, ...], scene: Scene, nonnegative: bool = False) -> tuple[Reals, dict[str, Mask]]:
    """Let rules act on the quantiles of a scene, one after the other, each on what the one before left.

    Args:
        rules: those that change forecasts, in their order.
        scene: what they look at.
        nonnegative: what they leave is never below 0.

    Returns:
        The quantiles `[W, H, Q]`, and rule name -> `[W, H]` where it acted.
    """
    acted: dict[str, Mask] = {}
    for rule in rules:
        where = rule.holds(scene)
        done = np.zeros(scene.shape, dtype=bool)
        for action in rule.actions if where.any() else ():
            if action.changes:
                quantiles, here = action.act(scene.quantiles, action.amount(scene), where)
                if nonnegative:
                    quantiles = np.maximum(quantiles, 0.0)
                done |= here & (_sets(action) | (quantiles != scene.quantiles).any(axis=-1))
                scene = replace(scene, quantiles=quantiles)
        acted[rule.name] = acted[rule.name] | done if rule.name in acted else done
    return scene.quantiles, acted


def in_z(
    z: NDArray[np.floating],
    quantiles: NDArray[np.floating],
    acted: Mapping[str, Mask],
    scaler: Scaler,
    index: WindowIndex,
) -> NDArray[np.floating]:
    """Return `z [W, H, Q]`, in scaled space, with what rules left of it where they acted.

    Args:
        z: before rules.
        quantiles: after them, in the unit of the target.
        acted: rule name -> `[W, H]` where it acted.
        scaler: between the two.
        index: the windows.
    """
    where = np.zeros(z.shape[:2], dtype=bool)
    for mask in acted.values():
        where |= mask
    if not where.any():
        return z
    return np.where(where[..., None], _scaled(scaler, quantiles, index), z).astype(z.dtype)


def _scaled(scaler: Scaler, quantiles: NDArray[np.floating], index: WindowIndex) -> Reals:
    """Scale quantiles; what a transform does not take lies far out."""
    with np.errstate(all="ignore"):
        z = scaler.to_z(quantiles, index.series)
    return np.nan_to_num(z, nan=-_FARTHEST, posinf=_FARTHEST, neginf=-_FARTHEST)


def _unless_set(values: NDArray[Any] | None, rules: tuple[Rule, ...], acted: Mapping[str, Mask]) -> NDArray[Any] | None:
    """What is set cannot spike: probability and size of one are 0 there."""
    for rule in rules:
        if values is not None and any(_sets(action) for action in rule.actions):
            values = np.where(acted[rule.name], 0.0, values)
    return values


def _sets(action: Action) -> bool:
    return action.kind in ("set", "closed")


def _changes(rule: Rule, scene: Scene, acted: Mapping[str, Mask], forecast: Forecast) -> list[str]:
    """Say what a rule did, if anything."""
    steps = int(acted[rule.name].sum()) if rule.name in acted else 0
    if not steps:
        return []
    count = f"changed {steps} of {scene.shape[0] * scene.shape[1]} steps"
    if rule.final:
        return [f"Rule {rule.name!r} ({rule.text}) {count}."]
    weight = forecast.weights.get(MEMBER)
    weighs = "" if weight is None else f", which weighs {float(np.mean(weight)):.0%} on average"
    return [f"Rule {rule.name!r} ({rule.text}) {count} of the Rule-Based member{weighs}."]


def _in_rule(rule: Rule, error: Exception) -> Exception:
    return type(error)(f"Rule {rule.name!r}: {error}")
