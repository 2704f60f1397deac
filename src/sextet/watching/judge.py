"""How surprising is the next value of a series: a statistical model of one series, in constant memory and time.

A value is looked at alone, and as the mean of the last `SHORT` values: a level that moved or a calm that ended shows
in the mean long before in any one value. Each of the two is compared with the long-run level and with what is usual
at this time (`watching.habit`, or the forecast of a run), and each of the four distances has a streaming tail
(`watching.tail`) that says how probable one as large is. Level and habit are joined by Fisher's method: for two
probabilities with product P, P (1 - ln P). The two are not independent, so the result ranks surprises and is smaller
than they are frequent.
"""

from __future__ import annotations

import math
from collections import deque
from typing import Any, NamedTuple

from sextet.watching.habit import Habit
from sextet.watching.tail import NEVER, Succession

SHORT = 12  # values in the short mean
_LONG = 3000.0  # values over which the level is averaged, the late ones weighing more
_LIMIT = 1e100  # what is beyond counts as this, so that sums stay finite
# One odd reading is common, a stretch of them is not: the probability of a value alone counts as its root.
_ALONE = 0.5
VALUE, MEAN = 0, 1


class Foretold(NamedTuple):
    """What a forecast says of one value.

    Attributes:
        low, high: bounds of its interval.
        distance: of the value from the median, as a normal score; 0 or more.
    """

    low: float
    high: float
    distance: float


class Judge:
    """The model of one series.

    Attributes:
        probability: of the last value judged, 1 where nothing surprises.
        odd: which of `VALUE` and `MEAN` is the less probable.
        level: long-run level before that value.
        seen: `[2]` the value and the short mean.
        usual: `[2]` their usual range at this time before that value, or None.
        foretold: whether a forecast gave that of the value.
        led: whether forecasts take the place of the habit of values: where there is none for a row, its level counts
            alone.
    """

    __slots__ = (
        "count",
        "foretold",
        "habits",
        "led",
        "level",
        "mean",
        "odd",
        "probability",
        "recent",
        "seen",
        "tails",
        "usual",
    )

    def __init__(self) -> None:
        """Begin with nothing seen."""
        self.count = 0
        self.mean = 0.0
        self.recent: deque[float] = deque(maxlen=SHORT)
        self.habits: tuple[Habit, Habit] | None = None
        self.tails = tuple(Succession() for _ in range(4))  # value: level, habit; mean: level, habit
        self.probability, self.odd, self.level = 1.0, MEAN, 0.0
        self.foretold = self.led = False
        self.seen = [0.0, 0.0]
        self.usual: list[tuple[float, float] | None] = [None, None]

    def set_step(self, step: float) -> None:
        """Say how many seconds lie between readings; until then nothing is known of habits."""
        self.habits = (Habit(step), Habit(step))

    @property
    def ready(self) -> bool:
        """Whether the last value could be judged: its forecast can always, its level after the warm-up."""
        return self.foretold or self.tails[0].now.ready

    def judge(self, second: float, value: float, foretold: Foretold | None = None) -> float:
        """Return how probable a value at least this surprising was, then learn it.

        Args:
            second: its time, seconds since any fixed midnight.
            value: finite.
            foretold: a forecast to hold the value alone against, in place of what is usual at this time.
        """
        value = min(max(value, -_LIMIT), _LIMIT)
        self.count += 1
        if self.count == 1:
            self.mean = value
        level = self.mean
        self.recent.append(value)
        short = sum(self.recent) / len(self.recent)
        self.level = level
        self.foretold = foretold is not None
        alone = self._view(VALUE, second, value, foretold)
        joint = self._view(MEAN, second, short, None)
        self.mean = level + max(1.0 / _LONG, 1.0 / self.count) * (value - level)
        early = not self.tails[2 * MEAN].now.ready  # of the mean nothing is known
        self.odd = VALUE if (alone < 1.0 or (early and self.ready)) and alone <= joint else MEAN
        if alone < 1.0:
            alone **= _ALONE
        self.probability = alone if alone < joint else joint
        return self.probability

    def _view(self, view: int, second: float, seen: float, foretold: Foretold | None) -> float:
        self.seen[view] = seen
        chance = self.tails[2 * view].judge(abs(seen - self.level))
        usual: tuple[float, float] | None = None
        if self.habits is not None:
            habit = self.habits[view]
            usual = habit.range(second)
            habit.learn(second, seen)
        if foretold is not None:
            usual, distance = (foretold.low, foretold.high), foretold.distance
        elif view == VALUE and self.led:
            usual = None
        elif usual is not None:
            low, high = usual
            distance = seen - high if seen > high else low - seen if seen < low else 0.0
        self.usual[view] = usual
        if usual is None:
            return chance
        tail = self.tails[2 * view + 1]
        other = tail.judge(distance)
        if not tail.now.ready:
            if foretold is None:
                return chance
            other = max(math.erfc(distance / math.sqrt(2.0)), NEVER)
        if not self.tails[2 * view].now.ready:
            return other
        both = chance * other
        return both * (1.0 - math.log(both)) if both < 1.0 else 1.0

    def expected(self, view: int, risk: float) -> tuple[float, float]:
        """Return the range in which the value or the short mean is no surprise at `risk`: outside, it may be one.

        What surprises lies outside the range of the level or of the habit, each taken at the probability whose square
        Fisher's method turns into `risk`; so the range is what both have in common. Where a forecast took the place
        of the habit, its interval is the range, unless what is seen lies within.

        Args:
            view: `VALUE` or `MEAN`.
            risk: probability at which a surprise begins.
        """
        seen, usual = self.seen[view], self.usual[view]
        known = self.tails[2 * view].now.ready
        if view == VALUE and self.foretold and usual is not None and not (known and usual[0] <= seen <= usual[1]):
            return usual
        tail = self.tails[2 * view + 1].now
        joined = usual is not None and tail.ready
        each = math.sqrt(_product_at(risk)) if joined else risk
        reach = self.tails[2 * view].now.level(each)
        low, high = self.level - reach, self.level + reach
        if joined and usual is not None and not (self.foretold and view == VALUE):
            more = tail.level(each)
            low, high = max(low, usual[0] - more), min(high, usual[1] + more)
            if low > high:  # the level moved: what is usual at this time says more
                low, high = usual[0] - more, usual[1] + more
        return low, high

    def to_json(self) -> dict[str, Any]:
        """Return the state as plain values."""
        return {
            "count": self.count,
            "mean": self.mean,
            "recent": list(self.recent),
            "habits": None if self.habits is None else [habit.to_json() for habit in self.habits],
            "tails": [tail.to_json() for tail in self.tails],
        }

    @classmethod
    def from_json(cls, state: dict[str, Any]) -> Judge:
        """Go on from `to_json`."""
        judge = cls()
        judge.count, judge.mean = int(state["count"]), float(state["mean"])
        judge.recent.extend(state["recent"])
        if state["habits"] is not None:
            first, second = (Habit.from_json(part) for part in state["habits"])
            judge.habits = (first, second)
        judge.tails = tuple(Succession.from_json(part) for part in state["tails"])
        return judge


def _product_at(risk: float) -> float:
    """The product P of two probabilities that Fisher's method turns into `risk`: P (1 - ln P) = risk."""
    product = risk
    for _ in range(20):
        product = risk / (1.0 - math.log(product))
    return product
