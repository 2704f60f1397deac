"""Streaming peaks over threshold: how probable is a value at least as large as this one, given those before it.

SPOT of Siffer, Fouque, Termier and Largouet (KDD 2017): the threshold t is a high quantile of a first stretch; the
excesses over it, the peaks, follow a generalised Pareto distribution, and

    P(X > x) = N_t / n x (1 + gamma (x - t) / sigma)^(-1 / gamma)

with N_t peaks among n values. What is fed here is a distance from an expectation that moves with the data, which
makes it the variant for drifting streams (DSPOT). Two things differ from the paper. Peaks that raised an alarm are
learned like others: what has happened before is no surprise when it happens again. And a tail is followed by a
younger one every `SPAN` values, so that a stream that grew calm or wild is judged by its own late past.
"""

from __future__ import annotations

import math
from collections import deque
from typing import Any

import numpy as np

from sextet.spikes.threshold import fit_pareto

START = 150  # values that the threshold is chosen on; until then nothing is judged
SPAN = 10_000  # values after which a younger tail takes over; it has then seen as many itself
_SHARE = 0.02  # of the first stretch above the threshold
_LEAST = 8  # peaks in the first stretch
_KEPT = 300  # peaks remembered
_REFIT = 8  # refitted whenever an eighth of the peaks is new
_SHAPES = (0.0, 0.45)  # a handful of peaks gives any; below 0 a tail ends, and what lies beyond would be impossible
_DETAIL = 0.25
NEVER = 1e-15
"""Least probability that is told."""


class Tail:
    """The upper tail of a stream of numbers, in constant memory."""

    __slots__ = ("age", "first", "fresh", "peaks", "scale", "shape", "since", "start")

    def __init__(self) -> None:
        """Begin with nothing seen."""
        self.age = 0  # values seen
        self.first: list[float] | None = []  # the first stretch, until the threshold is chosen
        self.start = math.inf  # t
        self.peaks: deque[float] = deque(maxlen=_KEPT)
        self.since: deque[int] = deque(maxlen=_KEPT)  # age at each peak
        self.shape = 0.0
        self.scale = 1.0
        self.fresh = 0

    @property
    def ready(self) -> bool:
        """Whether it can judge."""
        return self.first is None

    def probability(self, value: float) -> float:
        """Return how probable it is that a value reaches this one, 1 at or below the threshold."""
        if value <= self.start:
            return 1.0
        return max(self._share() * self._survival(value - self.start), NEVER)

    def level(self, risk: float) -> float:
        """Return the value exceeded with probability `risk`; infinite while it cannot judge."""
        if self.first is not None:
            return math.inf
        ratio = min(risk / self._share(), 1.0)
        if abs(self.shape) < 1e-9:
            return self.start - self.scale * math.log(ratio)
        return float(self.start + self.scale / self.shape * (ratio**-self.shape - 1.0))

    def learn(self, value: float) -> None:
        """Take a value into the past."""
        self.age += 1
        if self.first is not None:
            self.first.append(value)
            if len(self.first) >= START:
                self._choose(self.first)
        elif value > self.start:
            self.peaks.append(value - self.start)
            self.since.append(self.age)
            self.fresh += 1
            if self.fresh * _REFIT >= len(self.peaks):
                self._fit()

    def _choose(self, first: list[float]) -> None:
        ranked = sorted(first)
        self.start = ranked[-1 - max(_LEAST, round(_SHARE * len(ranked)))]
        self.first = None
        above = [value - self.start for value in ranked if value > self.start]
        # A stretch without any departure still needs a scale to begin with: a hundredth of the level.
        self.peaks.extend(above or [max(abs(self.start), 1e-9) * 0.01])
        self.since.extend([0] * len(self.peaks))
        self._fit()

    def _fit(self) -> None:
        self.fresh = 0
        peaks = np.array(self.peaks)
        shape, _ = fit_pareto(peaks, detail=_DETAIL)
        self.shape = min(max(shape, _SHAPES[0]), _SHAPES[1])
        self.scale = max(float(peaks.mean()) * (1.0 - self.shape), 1e-300)  # keeps the mean of the peaks

    def _share(self) -> float:
        forgotten = self.since[0] if len(self.peaks) == _KEPT else 0
        return len(self.peaks) / max(self.age - forgotten, len(self.peaks))

    def _survival(self, excess: float) -> float:
        if abs(self.shape) < 1e-9:
            return math.exp(-min(excess / self.scale, 700.0))
        return math.exp(-min(math.log1p(self.shape * excess / self.scale) / self.shape, 700.0))

    def to_json(self) -> dict[str, Any]:
        """Return the state as plain values."""
        state = {name: getattr(self, name) for name in self.__slots__}
        state |= {name: list(state[name]) for name in ("peaks", "since")}
        return state | {"start": None if self.first is not None else self.start}

    @classmethod
    def from_json(cls, state: dict[str, Any]) -> Tail:
        """Go on from `to_json`."""
        tail = cls()
        for name in cls.__slots__:
            kept = state[name]
            setattr(tail, name, deque(kept, maxlen=_KEPT) if name in ("peaks", "since") else kept)
        if tail.first is not None:
            tail.start = math.inf
        return tail


class Succession:
    """A tail and the younger one that will follow it."""

    __slots__ = ("now", "reigned", "younger")

    def __init__(self) -> None:
        """Begin; the first tail reigns for two spans."""
        self.now = Tail()
        self.younger: Tail | None = None
        self.reigned = 0

    def judge(self, value: float) -> float:
        """Return the probability of a value that large, then learn it."""
        now = self.now
        chance = 1.0 if value <= now.start else now.probability(value)
        if value > now.start or now.first is not None:
            now.learn(value)
        else:
            now.age += 1
        if self.younger is not None:
            self.younger.learn(value)
        self.reigned += 1
        if self.reigned % SPAN == 0:
            self._follow()
        return chance

    def _follow(self) -> None:
        if self.younger is not None:
            self.now = self.younger
        self.younger = Tail()

    def to_json(self) -> dict[str, Any]:
        """Return the state as plain values."""
        younger = None if self.younger is None else self.younger.to_json()
        return {"now": self.now.to_json(), "younger": younger, "reigned": self.reigned}

    @classmethod
    def from_json(cls, state: dict[str, Any]) -> Succession:
        """Go on from `to_json`."""
        line = cls()
        line.now = Tail.from_json(state["now"])
        line.younger = None if state["younger"] is None else Tail.from_json(state["younger"])
        line.reigned = int(state["reigned"])
        return line
