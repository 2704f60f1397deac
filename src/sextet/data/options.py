"""What the user says about a data set: which columns are what, and how stamps are to be read."""

from __future__ import annotations

import numbers
import os
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sextet.core.errors import ConfigError
from sextet.core.kinds import settle_fields

_SINGLE = ("id", "time", "weight", "spike_label")
_MANY = ("target", "past", "future", "static")

_ORDERS = ("day/month/year", "month/day/year")


def names(value: str | Iterable[str] | None) -> tuple[str, ...]:
    """Read column names given as "a,b", as a sequence of names, or not at all."""
    if value is None:
        return ()
    parts = value.split(",") if isinstance(value, str) else [str(part) for part in value]
    return tuple(part.strip() for part in parts if part.strip())


def _as_text(column: Any) -> Any:
    """Return a column that is called by a number, as in a pivoted frame, by its text; of several each."""
    column = column.tolist() if hasattr(column, "tolist") else column  # of numpy or pandas
    if isinstance(column, list | tuple):
        return tuple(_as_text(one) for one in column)
    return str(column) if isinstance(column, numbers.Integral) and not isinstance(column, bool) else column


@dataclass(frozen=True, kw_only=True)
class DataOptions:
    """How to read a data set; the names are those of the command line.

    Attributes:
        id: column that names the series; default `unique_id`, else detected, else one series. Several columns name
            them together, joined with "/"; each of these may be static as well.
        time: column of stamps; default `ds`, else detected.
        target: column to forecast; default `y`, else detected. Several columns are a wide table's series.
        freq: pandas-style frequency of the stamps, such as "5min"; default: inferred.
        past: covariates known up to now only.
        future: covariates known ahead; rows after the last target carry them, or `future_data` does.
        static: columns with one value a series; text is turned into one column of 0/1 a value.
        future_data: file or frame with id, time and the future covariates beyond the end.
        resample: frequency that readings are averaged onto, such as "5min"; empty steps stay missing.
        tz: time zone of stamps that carry none ("Europe/Berlin"), and of the calendar.
        dates: "day/month/year" or "month/day/year", for stamps that could be read both ways; default: found.
        decimal: sign before decimals, "." or ",", in columns that could be read both ways; default: found.
        skip_short: leave out series that are too short instead of stopping.
        weight: column of sample weights, 0 or more.
        spike_label: column that says 1 where the target is a spike, else 0.
    """

    id: str | tuple[str, ...] | None = None
    time: str | None = None
    target: str | tuple[str, ...] | None = None
    freq: str | None = None
    past: tuple[str, ...] = ()
    future: tuple[str, ...] = ()
    static: tuple[str, ...] = ()
    future_data: str | os.PathLike[str] | Any | None = None
    resample: str | None = None
    tz: str | None = None
    dates: str | None = None
    decimal: str | None = None
    skip_short: bool = False
    weight: str | None = None
    spike_label: str | None = None

    def __post_init__(self) -> None:
        """Accept "a,b" for lists of columns and refuse what contradicts itself."""
        for field in (*_SINGLE, *_MANY):
            object.__setattr__(self, field, _as_text(getattr(self, field)))
        settle_fields(self, "DataOptions", unsaid=True)
        for field in _MANY[1:]:
            object.__setattr__(self, field, names(getattr(self, field)))
        if self.freq and self.resample:
            raise ConfigError(
                f"Expected either a frequency ({self.freq!r}) or a resampling rule ({self.resample!r}), not both: "
                "--resample brings its own frequency."
            )
        if self.decimal not in (None, ".", ","):
            raise ConfigError(f"Expected . or , as the sign before decimals; got {self.decimal!r}.")
        if self.dates not in (None, *_ORDERS):
            raise ConfigError(f"Expected {' or '.join(_ORDERS)} as the order of dates; got {self.dates!r}.")
        roles: dict[str, str] = {}
        together = names(self.id) if len(names(self.id)) > 1 else ()
        for role, column in self._roles():
            if column in roles and roles[column] != role and not (role == "static" and column in together):
                raise ConfigError(f"Column {column!r} is given both as {roles[column]} and as {role}; choose one.")
            roles[column] = role

    @property
    def targets(self) -> tuple[str, ...]:
        """The target columns named, empty where none is."""
        return names(self.target)

    def _roles(self) -> list[tuple[str, str]]:
        single = [("time", self.time), ("weight", self.weight), ("spike label", self.spike_label)]
        covariates = {"past": self.past, "future": self.future, "static": self.static}
        many = {"id": names(self.id), "target": self.targets, **covariates}
        return [(role, column) for role, column in single if column] + [
            (role, column) for role, columns in many.items() for column in columns
        ]
