"""What was warned of and has not ended, so that no alert is raised twice however often forecasts are made.

A forecast made an hour later warns of the same spike again. The ledger knows an alert by its series, who raised it and
the time it covers: one that overlaps, or lies a step beside, an alert that is open is that alert, with its id.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import numpy as np

from sextet.core.errors import DataError
from sextet.core.files import write_text
from sextet.core.forecast import Alert, Forecast
from sextet.data.local_stamps import iso_texts
from sextet.spikes.alerts import SEVERITIES, named

SCHEMA = 1
Status = Literal["raised", "again", "worse", "ongoing", "withdrawn", "ended"]
NEWS: tuple[Status, ...] = ("raised", "again", "worse", "withdrawn")
"""What somebody has to be told; an alert that goes on, or whose time has passed, is none."""


@dataclass(frozen=True, kw_only=True)
class Told:
    """One alert and what is new about it.

    Attributes:
        status: "raised"; "worse": more severe than it ever was; "ongoing"; "withdrawn": its time is to come and the
            forecast no longer says it; "again": it was withdrawn and is said once more; or "ended": its time has
            passed.
        alert: as it is now; one that is withdrawn or has ended, as it was last.
    """

    status: Status
    alert: Alert


@dataclass(frozen=True)
class AlertLedger:
    """What is known of alerts whose time has not passed.

    Attributes:
        open: those that stand, each at its worst severity so far.
        withdrawn: those that the last forecast did not say.
    """

    open: tuple[Alert, ...] = ()
    withdrawn: tuple[Alert, ...] = ()

    def take(self, forecast: Forecast) -> tuple[AlertLedger, tuple[Told, ...]]:
        """Hold the alerts of a forecast against those that are known.

        Args:
            forecast: of the newest cutoff of each series; series it does not have stay as they are.

        Returns:
            The ledger after it, and what is told of each alert.
        """
        step = _step(forecast)
        known = [*self.open, *self.withdrawn]
        told: list[Told] = []
        kept: list[Alert] = []
        for group in _together(forecast.alerts, known, step):
            mine = [one for one in known if _same(one, group, step)]
            known = [one for one in known if one not in mine]
            now = named(replace(group, id=mine[0].id) if mine else group)
            worst = max((*mine, now), key=_grade).severity
            told.append(Told(status=self._status(mine, worst), alert=now))
            # what it was at worst is remembered, so that going to and fro tells nothing new
            kept.append(replace(now, severity=worst))
        cutoffs = dict(zip(forecast.ids, forecast.cutoff, strict=True))
        gone: list[Alert] = []
        for one in known:
            stands = one in self.open
            if one.series not in cutoffs:
                (kept if stands else gone).append(one)
            elif one.end > cutoffs[one.series]:
                gone.append(one)
                told += [Told(status="withdrawn", alert=one)] if stands else []
            elif stands:
                told.append(Told(status="ended", alert=one))
        return AlertLedger(_in_order(kept), _in_order(gone)), tuple(told)

    def _status(self, mine: Sequence[Alert], worst: str) -> Status:
        if not mine:
            return "raised"
        if all(one in self.withdrawn for one in mine):
            return "again"
        return "worse" if SEVERITIES.index(worst) > max(map(_grade, mine)) else "ongoing"

    @classmethod
    def read(cls, path: Path) -> AlertLedger:
        """Read what `write` wrote; an empty ledger where there is no file.

        Raises:
            DataError: the file is not a ledger.
        """
        if not path.exists():
            return cls()
        try:
            plain = json.loads(path.read_text(encoding="utf-8"))
            if plain["schema"] != SCHEMA:
                raise ValueError(f"schema {plain['schema']!r} instead of {SCHEMA}")
            return cls(*(tuple(map(_alert, plain[kind])) for kind in ("open", "withdrawn")))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise DataError(
                f"Expected {path} as a ledger of alerts that sextet wrote; it cannot be read ({error!r}). "
                "Give another file, or remove it to begin anew: alerts that are open are raised again then."
            ) from error

    def write(self, path: Path) -> None:
        """Write the ledger as JSON, atomically."""
        kinds = {"open": [*map(plain, self.open)], "withdrawn": [*map(plain, self.withdrawn)]}
        write_text(path, json.dumps({"schema": SCHEMA, **kinds}, indent=1))


def plain(alert: Alert) -> dict[str, Any]:
    """Return an alert as plain values; a probability or size that is not known as None.

    Stamps are ISO text: with their offset in the zone of the data where it has one.
    """
    row = {field.name: getattr(alert, field.name) for field in fields(alert)}
    at = np.array([alert.start, alert.end], dtype="datetime64[ns]")
    texts = at.astype(str).tolist() if alert.tz is None else iso_texts(at, alert.tz)
    stamps = dict(zip(("start", "end"), texts, strict=True))
    lists = {key: list(row[key]) for key in ("members", "against", "rules")}
    numbers = {key: None if np.isnan(row[key]) else float(row[key]) for key in ("probability", "size")}
    return {**row, **stamps, **lists, **numbers}


def _alert(row: Mapping[str, Any]) -> Alert:
    if row["severity"] not in SEVERITIES or not row["id"]:
        raise ValueError(f"an alert with severity {row['severity']!r} and id {row['id']!r}")
    stamps = {key: _stamp(row[key]) for key in ("start", "end")}
    lists = {key: tuple(map(str, row[key])) for key in ("members", "against", "rules")}
    numbers = {key: float("nan") if row[key] is None else float(row[key]) for key in ("probability", "size")}
    return Alert(**{**row, **stamps, **lists, **numbers})


def _stamp(text: str) -> np.datetime64:
    """A stamp as `plain` wrote it: UTC where it has an offset."""
    at = datetime.fromisoformat(text)
    return (
        np.datetime64(text, "ns") if at.tzinfo is None else np.datetime64(at.astimezone(UTC).replace(tzinfo=None), "ns")
    )


def _together(alerts: Iterable[Alert], known: Sequence[Alert], step: np.timedelta64) -> list[Alert]:
    """Join alerts that lie on one known alert: it is that one still, with a quieter stretch in it."""
    found: list[Alert] = []
    for alert in alerts:
        for place, other in enumerate(found):
            if any(_same(one, alert, step) and _same(one, other, step) for one in known):
                more = max(alert, other, key=lambda one: np.nan_to_num(one.probability))
                worst = max(alert, other, key=_grade).severity
                start, end = min(alert.start, other.start), max(alert.end, other.end)
                found[place] = replace(more, start=start, end=end, severity=worst)
                break
        else:
            found.append(alert)
    return found


def _grade(alert: Alert) -> int:
    return SEVERITIES.index(alert.severity)


def _in_order(alerts: Iterable[Alert]) -> tuple[Alert, ...]:
    return tuple(sorted(alerts, key=lambda one: (one.start, one.series, one.raised_by)))


def _same(known: Alert, alert: Alert, step: np.timedelta64) -> bool:
    """Whether two alerts are one: of one series, by one witness, overlapping or a step apart."""
    if (known.series, known.raised_by) != (alert.series, alert.raised_by):
        return False
    return bool(known.start <= alert.end + step and alert.start <= known.end + step)


def _step(forecast: Forecast) -> np.timedelta64:
    """Length of a step; the shortest there is, where steps are months."""
    ahead: Iterable[Any] = (forecast.stamps[:, 0] - forecast.cutoff).ravel()
    return min(ahead, default=np.timedelta64(0, "ns"))
