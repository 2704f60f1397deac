"""How the rules of a user act on a forecast in the unit of the target."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sextet.core.forecast import Alert, Forecast
from sextet.core.quantiles import read_quantiles
from sextet.data.clock import local_time
from sextet.metrics.events import episodes, period
from sextet.metrics.exceedance import mass_above
from sextet.rules.rule import Rule
from sextet.rules.rules_file import read_rules

Reals = NDArray[np.float64]
Mask = NDArray[np.bool_]

MEMBER = "rule-based"
"""The member whose own forecast the rules are part of."""


@dataclass(frozen=True, kw_only=True)
class UserRules:
    """The rules of a run, in the order of their file.

    Rules that change forecasts act first, each on what the one before left; they act on every quantile alike, so
    that quantiles never cross. Rules that raise alerts then look at the result.
    """

    rules: tuple[Rule, ...] = ()

    @property
    def texts(self) -> tuple[str, ...]:
        """Each rule in words, with its name."""
        return tuple(f"{rule.name}: {rule.text}" for rule in self.rules)

    def applied(self, forecast: Forecast, tz: str | None = None, *, member: str = MEMBER) -> Forecast:
        """Return the forecast with the rules applied to the ensemble and to the Rule-Based member.

        Adds alerts, and a note for each rule that changed something or that is about no series of the forecast.

        Args:
            forecast: W windows, in the unit of the target.
            tz: zone of the clock that hours and days are of, the stamps being UTC; None: the stamps' own clock.
            member: name of the member that rules act on besides the ensemble, where the forecast has it.
        """
        if not self.rules:
            return forecast
        stamps = forecast.stamps.astype("datetime64[ns]")
        local = local_time(stamps.view(np.int64), tz).view("datetime64[ns]")
        daily = _step_of(forecast) >= np.timedelta64(1, "D")
        for rule in sorted(self.rules, key=lambda rule: rule.alerts):  # a stable sort: each kind in its order
            if daily and rule.hours is not None:
                note = f"Rule {rule.name!r} has hours; the data has steps of a day or more, so it does not act."
                forecast = replace(forecast, notes=(*forecast.notes, note))
                continue
            covered = rule.covers(forecast.ids)
            if not covered.any():
                shown = ", ".join(rule.series or ())
                note = f"Rule {rule.name!r} is about {shown}, which no series of this forecast is named."
                forecast = replace(forecast, notes=(*forecast.notes, note))
                continue
            where = covered[:, None] & rule.holds_at(local)
            forecast = _alerted(forecast, rule, where) if rule.alerts else _changed(forecast, rule, where, member)
        return forecast


def parse_rules(text: str, source: str = "rules.toml") -> UserRules:
    """Read the text of a rules file; see `docs/rules.md` for what a rule may say.

    Raises:
        ConfigError: it cannot be understood; line, rule, key and remedy are named.
    """
    return UserRules(rules=read_rules(text, source))


def act(rule: Rule, quantiles: Reals, where: Mask) -> Reals:
    """Return quantiles `[W, H, Q]` with a floor, cap or closed rule applied where `[W, H]` is True."""
    if rule.action == "floor":
        bounded = np.maximum(quantiles, rule.value)
    elif rule.action == "cap":
        bounded = np.minimum(quantiles, rule.value)
    else:
        bounded = np.full_like(quantiles, rule.value)
    return np.where(where[..., None], bounded, quantiles)


def _changed(forecast: Forecast, rule: Rule, where: Mask, member: str) -> Forecast:
    quantiles = act(rule, forecast.quantiles, where)
    members = dict(forecast.members)
    if member in members:
        members[member] = act(rule, members[member], where)
    probability, size = forecast.spike_probability, forecast.spike_size
    if rule.action == "closed":  # what is set cannot spike
        probability = None if probability is None else np.where(where, 0.0, probability)
        size = None if size is None else np.where(where, 0.0, size)
    steps = int((quantiles != forecast.quantiles).any(axis=-1).sum())
    notes = forecast.notes
    if steps:
        notes = (*notes, f"Rule {rule.name!r} ({rule.text}) changed {steps} of {where.size} steps.")
    return replace(
        forecast, quantiles=quantiles, members=members, spike_probability=probability, spike_size=size, notes=notes
    )


def _alerted(forecast: Forecast, rule: Rule, where: Mask) -> Forecast:
    above = rule.action == "alert_above"
    mass = mass_above(forecast.quantiles, np.full(where.shape, rule.value), forecast.levels)
    chance = np.where(where, mass if above else 1.0 - mass, 0.0)
    median = read_quantiles(forecast.quantiles, (0.5,), forecast.levels)[..., 0]
    beyond = np.maximum(median - rule.value if above else rule.value - median, 0.0)
    found = [
        _alert(forecast, rule, window, slice(int(first), int(last) + 1), chance, (median, beyond))
        for window, first, last in episodes(chance >= rule.probability, gap=1)
    ]
    alerts = sorted((*forecast.alerts, *found), key=lambda alert: (alert.start, alert.series))
    return replace(forecast, alerts=tuple(alerts))


def _alert(forecast: Forecast, rule: Rule, window: int, steps: slice, chance: Reals, sizes: Sequence[Reals]) -> Alert:
    median, beyond = (part[window, steps] for part in sizes)
    likely = chance[window, steps]
    peak = int(np.argmax(likely))
    start, end = forecast.stamps[window, steps.start], forecast.stamps[window, steps.stop - 1]
    side, extreme = ("above", median.max()) if rule.action == "alert_above" else ("below", median.min())
    return Alert(
        series=forecast.ids[window],
        start=start,
        end=end,
        probability=float(likely[peak]),
        size=float(beyond[peak]),
        severity=rule.severity,
        raised_by=f"rule {rule.name!r}",
        reason=(
            f"It is likely to lie {side} {rule.value:g} {period(start, end)}, with a probability of "
            f"{likely[peak]:.0%} (the rule asks for {rule.probability:.0%}); the forecast reaches {extreme:.4g}."
        ),
    )


def _step_of(forecast: Forecast) -> np.timedelta64:
    if not forecast.stamps.size:
        return np.timedelta64(0, "ns")
    gaps = forecast.stamps[:, 0] - forecast.cutoff
    return np.timedelta64(gaps.min(), "ns")
