"""What a rule does: to the quantiles of a forecast, or to its alerts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sextet.core.percent import percent
from sextet.rules.expression import Expression
from sextet.rules.scene import Reals, Scene

Kind = Literal[
    "floor", "cap", "set", "multiply", "add", "blend", "closed", "alert", "alert_above", "alert_below", "mute"
]
Mask = NDArray[np.bool_]

CHANGES = ("floor", "cap", "set", "multiply", "add", "blend", "closed")


@dataclass(frozen=True, kw_only=True)
class Action:
    """One thing that a rule does.

    Attributes:
        kind: hold the forecast at or above (floor) or at or below (cap) a value, set it to one, multiply it, add to
            it, draw it to a value by `weight` (blend); raise an alert, wherever the rule holds or where the target is
            likely to lie above or below a value; silence alerts (mute). "closed" is "set" in other words.
        value: in the unit of the target, a factor with multiply; None for alert and mute.
        weight: of the value in a blend, 0..1; the forecast has the rest.
        probability: alert_above and alert_below: raised at this probability.
        severity: alerts only.
        reason: alert only: said with it; empty: the rule in words.
    """

    kind: Kind
    value: Expression | None = None
    weight: float = 0.5
    probability: float = 0.5
    severity: str = "warning"
    reason: str = ""

    @property
    def changes(self) -> bool:
        """Whether it changes forecasts."""
        return self.kind in CHANGES

    @property
    def alerts(self) -> bool:
        """Whether it raises alerts."""
        return self.kind.startswith("alert")

    @property
    def text(self) -> str:
        """The action in words."""
        value = self.value.text if self.value else ""
        return {
            "floor": f"at least {value}",
            "cap": f"at most {value}",
            "set": f"set to {value}",
            "closed": f"{value} while closed",
            "multiply": f"multiplied by {value}",
            "add": f"{value} added",
            "blend": f"drawn by {self.weight:.0%} to {value}",
            "alert": f"{self.severity} alert",
            "alert_above": f"alert when above {value} with a probability of {percent(self.probability)}",
            "alert_below": f"alert when below {value} with a probability of {percent(self.probability)}",
            "mute": "alerts silenced",
        }[self.kind]

    def amount(self, scene: Scene) -> Reals:
        """Return its value at each step, `[W, H]`; NaN where missing or where it has none."""
        if self.value is None:
            return np.full(scene.shape, np.nan)
        return np.broadcast_to(self.value.number(scene), scene.shape)

    def act(self, quantiles: Reals, amount: Reals, where: Mask) -> tuple[Reals, Mask]:
        """Change quantiles `[W, H, Q]` where `[W, H]` is True and the amount is known; return them and where that was.

        Quantiles never cross: every change keeps their order, but for a factor below 0, after which they are ordered
        anew.
        """
        acts = where & np.isfinite(amount)
        value = np.where(acts, amount, 0.0)[..., None]
        if self.kind == "floor":
            changed = np.maximum(quantiles, value)
        elif self.kind == "cap":
            changed = np.minimum(quantiles, value)
        elif self.kind == "multiply":
            changed = np.sort(quantiles * value, axis=-1) if (value < 0).any() else quantiles * value
        elif self.kind == "add":
            changed = quantiles + value
        elif self.kind == "blend":
            changed = quantiles * (1.0 - self.weight) + value * self.weight
        else:
            changed = np.broadcast_to(value, quantiles.shape)
        return np.where(acts[..., None], changed, quantiles), acts
