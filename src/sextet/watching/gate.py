"""When a surprise becomes an alert, and when the alert is over.

An alert begins where the probability falls to the risk, and stays one alert until at least `SPEAKS` rows after its
start have passed, `SPEAKS_DAILY` of daily or coarser data, and the last `CALM` rows held no surprise: what flaps is one
alert. It gets worse where a surprise is of a higher severity than each before it, so at most once for each severity.
Alerts that come often each ask for a smaller probability, as a bell that always rings is no longer heard.
"""

from __future__ import annotations

import math
from typing import Any, Literal

from sextet.watching.finding import SEVERITIES, severity_of
from sextet.watching.habit import DAY

RISK = 0.002
"""Default probability at or below which a surprise is an alert."""

SPEAKS = 100  # rows for which an alert speaks at least
SPEAKS_DAILY = 14  # where rows are a day or more apart: 100 would be months in which nothing else is told
CALM = 12  # rows without a surprise that end it
_HABITUATION = 0.2  # each recent alert adds this much to the power of the risk
_FORGET = 2000.0  # rows after which a recent alert counts a third

_KEPT = ("last", "least", "load", "open", "risk", "row", "started")  # in a state; the rest follows from the step

Step = Literal["", "start", "more", "worse", "end"]


class Gate:
    """The alerts of one series, one after the other.

    Attributes:
        open: whether an alert is going on.
        started: row at which it began.
        last: row of its last surprise.
        least: its smallest probability.
        speaks: rows for which it goes on at least.
    """

    __slots__ = (*_KEPT, "speaks")

    def __init__(self, risk: float = RISK) -> None:
        """Begin without an alert."""
        self.risk = risk
        self.row = -1
        self.open = False
        self.started = self.last = -1
        self.least = 1.0
        self.load = 0.0
        self.speaks = SPEAKS

    def set_step(self, step: float) -> None:
        """Say how many seconds lie between readings; until then they are taken to be less than a day apart."""
        self.speaks = SPEAKS_DAILY if step >= DAY else SPEAKS

    def step(self, probability: float) -> Step:
        """Take the probability of the next row; say whether an alert starts, goes on, gets worse or ended."""
        self.row += 1
        row = self.row
        if probability > self.risk:
            if self.open and row - self.last > CALM and row - self.started >= self.speaks:
                self.open = False
                return "end"
            return ""
        if self.open:
            self.last = row
            worse = _grade(probability) > _grade(self.least)
            self.least = min(self.least, probability)
            return "worse" if worse else "more"
        faded = self.load * math.exp(-(row - self.started) / _FORGET)
        if probability > self.risk ** (1.0 + _HABITUATION * faded):
            return ""
        self.open, self.load = True, faded + 1.0
        self.started = self.last = row
        self.least = probability
        return "start"

    def to_json(self) -> dict[str, Any]:
        """Return the state as plain values."""
        return {name: getattr(self, name) for name in _KEPT}

    @classmethod
    def from_json(cls, state: dict[str, Any]) -> Gate:
        """Go on from `to_json`; say the step between readings by `set_step`."""
        gate = cls()
        for name in _KEPT:
            setattr(gate, name, state[name])
        return gate


def _grade(probability: float) -> int:
    return SEVERITIES.index(severity_of(probability))
