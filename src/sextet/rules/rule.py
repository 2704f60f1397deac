"""One rule of a user: when it holds, where, and what it does then."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase

import numpy as np
from numpy.typing import NDArray

from sextet.core.weekdays import weekday
from sextet.rules.action import Action
from sextet.rules.compiling import Uses
from sextet.rules.expression import Expression
from sextet.rules.scene import Scene
from sextet.rules.vocabulary import CLOCK, TIME_OF_DAY, WEEKDAYS

Mask = NDArray[np.bool_]

DAY_MINUTES = 24 * 60


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A rule, valid.

    Attributes:
        name: what messages call it.
        actions: what it does, one after the other.
        when: a condition; None: always.
        hours: (start, end) in minutes of the local day; end before start goes over midnight; None: all day.
        days: weekdays on which the hours start, 0 Monday; None: every day.
        series: names or shell patterns such as "DE*"; None: every series.
        priority: rules of a higher one act later, and so have the last word.
        valid_from, valid_to: first moment, and moment after the last, on the data's clock; None: open.
        final: it acts on the ensemble's answer too, not on the Rule-Based member alone.
    """

    name: str
    actions: tuple[Action, ...]
    when: Expression | None = None
    hours: tuple[int, int] | None = None
    days: tuple[int, ...] | None = None
    series: tuple[str, ...] | None = None
    priority: int = 0
    valid_from: np.datetime64 | None = None
    valid_to: np.datetime64 | None = None
    final: bool = False

    @property
    def changes(self) -> bool:
        """Whether it changes forecasts."""
        return any(action.changes for action in self.actions)

    @property
    def alerts(self) -> bool:
        """Whether it raises alerts."""
        return any(action.alerts for action in self.actions)

    @property
    def mutes(self) -> bool:
        """Whether it silences alerts."""
        return any(action.kind == "mute" for action in self.actions)

    @property
    def condition_uses(self) -> Uses:
        """What its condition needs to be read."""
        uses = self.when.uses if self.when else Uses()
        if self.hours is not None:
            uses = uses | Uses(needs=frozenset({TIME_OF_DAY}))
        return uses | Uses(needs=frozenset({CLOCK})) if self.days is not None else uses

    @property
    def uses(self) -> Uses:
        """What condition and values need to be read."""
        uses = self.condition_uses
        for action in self.actions:
            uses = uses | action.value.uses if action.value else uses
        return uses

    @property
    def text(self) -> str:
        """The rule in words."""
        parts = [", then ".join(action.text for action in self.actions)]
        if self.when is not None:
            parts.append(f"when {' '.join(self.when.text.split())}")
        if self.hours is not None:
            parts.append("from {} to {}".format(*(f"{at // 60:02d}:{at % 60:02d}" for at in self.hours)))
        if self.days is not None:
            parts.append("on " + ", ".join(WEEKDAYS[day] for day in self.days))
        if self.series is not None:
            parts.append("for " + ", ".join(self.series))
        if self.valid_from is not None:
            parts.append(f"from {_shown(self.valid_from)} on")
        if self.valid_to is not None:
            parts.append(f"before {_shown(self.valid_to)}")
        return " ".join(parts)

    def covers(self, ids: tuple[str, ...]) -> Mask:
        """Whether it is about each of the series `ids [W]`, by its key `series`."""
        if self.series is None:
            return np.ones(len(ids), dtype=bool)
        known = {
            name: name in self.series or any(fnmatchcase(name, pattern) for pattern in self.series) for name in set(ids)
        }
        return np.array([known[name] for name in ids], dtype=bool)

    def holds(self, scene: Scene) -> Mask:
        """Where it acts, `[W, H]`: a condition that is unknown, since something is missing, does not hold."""
        where = self.covers(scene.panel.ids)[scene.index.series][:, None] & self.holds_at(
            scene.local.view("datetime64[ns]")
        )
        if self.hours is not None and scene.daily:
            return np.zeros(scene.shape, dtype=bool)
        if self.when is not None and where.any():
            where = where & self.when.condition(scene).yes
        return where

    def holds_at(self, local: NDArray[np.datetime64]) -> Mask:
        """Whether validity, days and hours include each of the local stamps, same shape.

        Hours over midnight belong to the day they start on: "22:00-06:00" on "sat" includes Sunday at 05:00.
        """
        inside = np.ones(local.shape, dtype=bool)
        if self.valid_from is not None:
            inside &= local >= self.valid_from
        if self.valid_to is not None:
            inside &= local < self.valid_to
        if self.hours is None and self.days is None:
            return inside
        day, minute = np.divmod(local.astype("datetime64[m]").astype(np.int64), DAY_MINUTES)
        if self.hours is not None:
            start, end = self.hours
            late = (minute >= start) & (minute < end) if start < end else (minute >= start)
            early = np.zeros(local.shape, dtype=bool) if start < end else minute < end
            inside, day = inside & (late | early), day - early
        if self.days is None:
            return inside
        return np.asarray(inside & np.isin(weekday(day), self.days))


def _shown(stamp: np.datetime64) -> str:
    return str(np.datetime_as_string(stamp, unit="m")).replace("T00:00", "").replace("T", " ")
