"""One series of a stream: its clock, its model and its alerts."""

from __future__ import annotations

import math
import time
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING, Any, Protocol

from sextet.watching.finding import Finding, alert_id, reason_of, severity_of
from sextet.watching.gate import Gate
from sextet.watching.habit import DAY
from sextet.watching.judge import VALUE, Foretold, Judge

if TYPE_CHECKING:
    from sextet.watching.rehearsal import Past

_STEPS_TO_KNOW = 20  # distances between rows from which the usual one is told
_LATE = 1.5  # usual distances beyond which a row is missing
_FEW_STEPS = 5  # distances from which the usual one is guessed, to tell what lies far ahead
_YEAR = 366 * DAY
_FAR = 1_000  # usual distances, and at least a day, beyond which a row is far ahead


class Foretell(Protocol):
    """Gives what a run expects of a row, then learns it."""

    def past(self, series: str) -> list[Past]:
        """Return the rows of a series that the run holds, in order, the last with what it says of them."""

    def until(self, series: str) -> float:
        """Return the time in seconds before which the run holds the rows of a series; minus infinity: it holds none."""

    def __call__(self, series: str, second: float, value: float, covariates: tuple[float, ...] = ()) -> Foretold | None:
        """Return what was expected of `value` at `second`; None where the run cannot tell."""

    def to_json(self) -> dict[str, Any]:
        """Return what was learned as plain values."""

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from `to_json`."""


class SeriesWatch:
    """A series, row after row.

    Attributes:
        rows: judged.
        missing: rows without a number.
        gaps: stamps that did not come.
        late: rows older than the last one; neither judged nor learned.
        duplicates: rows with the stamp of the last one, likewise.
        astray: rows far ahead of all before, likewise; the first after a long gap is one, since only the next row tells
            that from a stamp such as 2099-12-31, after which all others would be late.
        held: rows from before the end of the run's data, likewise: it was trained on what it has of them.
        passed: rows up to where an earlier watch, whose state this one goes on from, had come.
        alerts: begun.
    """

    COUNTS = ("rows", "missing", "gaps", "late", "duplicates", "astray", "held", "passed", "alerts")
    __slots__ = (
        *COUNTS,
        "ahead",
        "alert",
        "begun",
        "gate",
        "judge",
        "last",
        "name",
        "resumed",
        "since",
        "step",
        "steps",
    )

    def __init__(self, name: str, risk: float) -> None:
        """Begin with nothing seen."""
        self.name = name
        self.judge, self.gate = Judge(), Gate(risk)
        self.last = self.resumed = -math.inf
        self.step = 0.0  # usual seconds between rows; 0 while not known
        self.steps: list[float] = []
        self.alert: str | None = None
        self.ahead: float | None = None  # of a row that was set aside just now
        self.begun = False  # whether the run was asked for its history
        self.since = -math.inf  # time of the first row after it
        self.rows = self.missing = self.gaps = self.late = self.duplicates = self.astray = 0
        self.held = self.passed = self.alerts = 0

    def take(
        self,
        stamp: str,
        second: float,
        value: float,
        every: bool = False,
        foretell: Foretell | None = None,
        covariates: tuple[float, ...] = (),
    ) -> Finding | None:
        """Judge a row; return the finding where an alert begins or gets worse, with `every` of each.

        Args:
            stamp: its time as it came.
            second: the same in seconds.
            value: NaN or infinite where there is no number.
            every: whether each finding is wanted.
            foretell: gives the forecast of a run for (series, second, value, covariates).
            covariates: of the row, in the order of the run.
        """
        if foretell is not None and not self.begun:
            self._begin(foretell)
        if second <= self.last:
            self._old(second)
            return None
        if second < self.since:
            self.held += 1
            return None
        if self._far(second):
            self.astray += 1
            return None
        self._tick(second)
        told = foretell(self.name, second, value, covariates) if foretell is not None else None
        if value - value != 0.0:
            self.missing += 1
            return None
        probability = self.judge.judge(second, value, told)
        self.rows += 1
        event = self.gate.step(probability)
        if event == "start":
            self.alert = alert_id(self.name, stamp)
            self.alerts += 1
        elif event != "worse" and not every:
            return None
        return self._finding(stamp, value, event)

    def _begin(self, foretell: Foretell) -> None:
        """Learn what the run holds of the series, where nothing is known of it yet."""
        self.begun, self.since = True, foretell.until(self.name)
        self.judge.led = True
        if self.judge.count:
            return
        past = foretell.past(self.name)
        if len(past) > 1:
            self._set_step(median(after.second - row.second for row, after in pairwise(past)))
        for row in past:
            if math.isfinite(row.value):
                self.judge.judge(row.second, row.value, row.told)

    def _old(self, second: float) -> None:
        if second < self.since:
            self.held += 1
        elif second <= self.resumed:
            self.passed += 1
        elif second == self.last:
            self.duplicates += 1
        else:
            self.late += 1

    def _far(self, second: float) -> bool:
        """Whether a row is far ahead of all before, and no row near it has come just before.

        One more than a year after now is, whatever comes beside it, unless the rows before were of such times too.
        """
        usual = self.step or (median(self.steps) if len(self.steps) >= _FEW_STEPS else 0.0)
        far = max(_FAR * usual, DAY)
        last = self.last if self.last > -math.inf else self.since
        if last == -math.inf or (self.last == -math.inf and second - time.time() < _YEAR):
            return False
        near = self.ahead is not None and 0 < second - self.ahead <= far
        if not usual or second - last <= far or (near and not (second - time.time() > _YEAR > last - time.time())):
            self.ahead = None
            return False
        self.ahead = second
        return True

    def _tick(self, second: float) -> None:
        apart = second - self.last
        self.last = second
        if self.step:
            if _LATE * self.step < apart < math.inf:
                self.gaps += round(apart / self.step) - 1
        elif apart < math.inf:
            self.steps.append(apart)
            if len(self.steps) >= _STEPS_TO_KNOW:
                self._set_step(median(self.steps))
                self.gaps = sum(round(part / self.step) - 1 for part in self.steps if part > _LATE * self.step)
                self.steps = []

    def _set_step(self, step: float) -> None:
        self.step = step
        self.judge.set_step(step)
        self.gate.set_step(step)

    def _finding(self, stamp: str, value: float, event: str) -> Finding:
        judge, risk = self.judge, self.gate.risk
        low, high = judge.expected(judge.odd, risk)
        ready = judge.ready
        told = event in ("start", "worse")
        finding = Finding(
            series=self.name,
            stamp=stamp,
            value=value,
            judged="value" if judge.odd == VALUE else "mean",
            seen=judge.seen[judge.odd],
            low=low if ready else math.nan,
            high=high if ready else math.nan,
            probability=judge.probability,
            event=event,
            alert=self.alert if self.gate.open or event == "end" else None,
            severity=severity_of(judge.probability) if told else "",
            reason=self._reason((low, high)) if told else "",
        )
        if event == "end":
            self.alert = None
        return finding

    def _reason(self, bounds: tuple[float, float]) -> str:
        judge = self.judge
        alone = judge.odd == VALUE
        what = "The value" if alone else f"The mean of the last {len(judge.recent)} values"
        if alone and judge.foretold:
            against = "by the forecast"
        elif judge.usual[judge.odd] is not None:
            daily = judge.habits is None or judge.habits[0].period <= DAY
            against = "at this time" if daily else "on this day of the week"
        else:
            against = "at its level"
        return reason_of(judge.seen[judge.odd], what, bounds, judge.probability, against)

    def counts(self) -> dict[str, int]:
        """Return what was counted by name."""
        return {name: getattr(self, name) for name in self.COUNTS}

    def to_json(self) -> dict[str, Any]:
        """Return the state as plain values."""
        plain = {name: getattr(self, name) for name in ("name", "step", "steps", "alert", *self.COUNTS)}
        last = None if self.last == -math.inf else self.last
        return {**plain, "last": last, "judge": self.judge.to_json(), "gate": self.gate.to_json()}

    @classmethod
    def from_json(cls, state: dict[str, Any]) -> SeriesWatch:
        """Go on from `to_json`."""
        watch = cls(state["name"], state["gate"]["risk"])
        for name in ("step", "steps", "alert", *cls.COUNTS):
            late = name in ("astray", "held")  # what states of earlier versions lack
            setattr(watch, name, state.get(name, 0) if late else state[name])
        watch.last = watch.resumed = -math.inf if state["last"] is None else float(state["last"])
        watch.judge, watch.gate = Judge.from_json(state["judge"]), Gate.from_json(state["gate"])
        watch.gate.set_step(watch.step)
        return watch
