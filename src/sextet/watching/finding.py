"""What watching gives: a finding a row, and an alert where one begins or gets worse."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any, Literal

Judged = Literal["value", "mean"]

SEVERITIES = ("watch", "warning", "critical")
_WARNING, _CRITICAL = 1e-4, 1e-6  # probabilities at or below which an alert is graded so


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One observation, judged.

    Attributes:
        series: its name; empty where the stream has one series without a name.
        stamp: its time as it came.
        value: as it came.
        judged: what surprised most, the "value" alone or the "mean" of the last ones.
        seen: that number.
        low, high: range within which it would have been no surprise; NaN in the warm-up.
        probability: of an observation at least as surprising, as the model has it; 1 where nothing surprises. It ranks
            surprises; it is no frequency: see `docs/watch.md`.
        event: "start" where an alert begins, "worse" where its severity is higher than it ever was, "more" where
            it goes on, "end" where it is over, else "".
        alert: id of the alert that this row belongs to, or None.
        severity: "watch", "warning" or "critical" on a row where an alert begins or gets worse, else "".
        reason: one sentence there, else "".
    """

    series: str
    stamp: str
    value: float
    judged: Judged
    seen: float
    low: float
    high: float
    probability: float
    event: str
    alert: str | None
    severity: str
    reason: str

    def to_json(self) -> dict[str, Any]:
        """Return the fields by name, the range as one pair."""
        fields = dict(vars(self))
        low, high = fields.pop("low"), fields.pop("high")
        return {"id": fields.pop("alert"), **fields, "expected": [low, high]}


def severity_of(probability: float) -> str:
    """Grade an alert by its probability."""
    return SEVERITIES[(probability <= _WARNING) + (probability <= _CRITICAL)]


def alert_id(series: str, stamp: str) -> str:
    """The id of the alert that began there: the same row has the same id in every watch."""
    return hashlib.sha256(f"{series}\0{stamp}".encode()).hexdigest()[:12]


def reason_of(seen: float, what: str, bounds: tuple[float, float], probability: float, against: str) -> str:
    """Say why, in one sentence.

    Args:
        seen: the number that surprised.
        what: what it is, such as "the value".
        bounds: range that was expected.
        probability: of a surprise as large, as the model has it.
        against: what the range comes from, such as "at this time".
    """
    low, high = bounds
    if seen > high:
        place = f"above the {high:.6g} expected"
    elif seen < low:
        place = f"below the {low:.6g} expected"
    else:
        place = f"far from {(low + high) / 2:.6g}, the middle of what is expected"
    return f"{what} is {seen:.6g}, {place} {against} (p = {probability:.1g})."
