"""Alarms against events, each a stretch of time: which were found, how early, and how often an alarm was wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sextet.core.errors import DataError

_DAY = np.timedelta64(1, "D")


@dataclass(frozen=True, kw_only=True)
class EventScores:
    """How alarms did, counted by events.

    Attributes:
        events, found: events, and those of them that an alarm touched.
        alarms, right: alarms, and those of them that touched an event.
        precision: right / alarms; NaN without an alarm.
        recall: found / events; NaN without an event.
        f1: harmonic mean of the two, 0 where both are 0; NaN where one is NaN.
        lead: `[found]` start of the event minus start of its first alarm, in order of time: above 0 before the
            event began, below 0 after. Rows, or timedelta64 for stamps.
        false_alarms_a_day: wrong alarms a day of `days`; NaN where it is not given.
    """

    events: int
    found: int
    alarms: int
    right: int
    precision: float
    recall: float
    f1: float
    lead: NDArray[Any]
    false_alarms_a_day: float

    @property
    def median_lead(self) -> Any:
        """The median lead; None where nothing was found."""
        return np.median(self.lead) if len(self.lead) else None


def event_scores(alarms: ArrayLike, events: ArrayLike, *, tolerance: Any = 0, days: float | None = None) -> EventScores:
    """Score alarms by events.

    An alarm touches an event where their stretches, the event's made longer by the tolerance at both ends, have a
    moment in common. An alarm may touch several events and an event several alarms; each counts once.

    Args:
        alarms: `[A, 2]` first and last row or stamp of each, or `[A]` of alarms of one moment.
        events: `[E, 2]` or `[E]` likewise; all rows (numbers) or all stamps (datetime64).
        tolerance: rows or timedelta64 that an alarm may come before an event's start or after its end; 0 or more.
        days: days observed, for the rate of false alarms.

    Raises:
        DataError: a stretch ends before it starts, the tolerance is below 0, or days are not above 0.
    """
    told, real = _stretches(alarms, "alarm"), _stretches(events, "event")
    reach = (
        np.timedelta64(0, "ns") if _timed(told, real) and isinstance(tolerance, int) and tolerance == 0 else tolerance
    )
    if reach < 0 * reach:
        raise DataError(f"Expected a tolerance of at least 0; got {tolerance}.")
    if days is not None and not days > 0:
        raise DataError(f"Expected days above 0; got {days}.")
    touch = (told[None, :, 0] <= real[:, 1, None] + reach) & (told[None, :, 1] >= real[:, 0, None] - reach)
    if not len(told) or not len(real):
        touch = np.zeros((len(real), len(told)), dtype=bool)
    hit = touch.any(axis=1)
    right = int(touch.any(axis=0).sum())
    precision = right / len(told) if len(told) else np.nan
    recall = int(hit.sum()) / len(real) if len(real) else np.nan
    both = precision + recall
    return EventScores(
        events=len(real),
        found=int(hit.sum()),
        alarms=len(told),
        right=right,
        precision=float(precision),
        recall=float(recall),
        f1=float(2 * precision * recall / both) if both else float(both),
        lead=real[hit, 0] - told[np.argmax(touch[hit], axis=1), 0] if hit.any() else real[:0, 0] - real[:0, 0],
        false_alarms_a_day=np.nan if days is None else (len(told) - right) / days,
    )


def days_between(first: np.datetime64, last: np.datetime64) -> float:
    """Days from the first to the last stamp observed."""
    return float((last - first) / _DAY)


def _stretches(values: ArrayLike, what: str) -> NDArray[Any]:
    """`[n, 2]` in order of start."""
    found = np.asarray(values)
    if found.size == 0:
        return np.zeros((0, 2), dtype=found.dtype)
    if found.ndim == 1:
        found = np.stack([found, found], axis=1)
    if found.ndim != 2 or found.shape[1] != 2:
        raise DataError(f"Expected each {what} as a moment or as its first and last; got shape {found.shape}.")
    wrong = np.flatnonzero(found[:, 1] < found[:, 0])
    if len(wrong):
        first, last = found[wrong[0]]
        raise DataError(f"Expected each {what} to end after it starts; got {first} to {last}.")
    return np.asarray(found[np.argsort(found[:, 0], kind="stable")])


def _timed(*parts: NDArray[Any]) -> bool:
    return any(part.dtype.kind == "M" for part in parts)
