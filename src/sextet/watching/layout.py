"""Which field of a stream's lines is what: told by names in the first line, or by what the fields hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sextet.core.errors import ConfigError, DataError, nearest
from sextet.data.options import names as parts_of
from sextet.watching.clock import Clock

_TIMES = ("ds", "date", "datetime", "timestamp", "time", "stamp")
_IDS = ("unique_id", "id", "series", "series_id", "item_id", "sensor", "name")
_TARGETS = ("y", "value")


@dataclass(frozen=True, kw_only=True)
class Columns:
    """What the user says; None: found by the usual names.

    Attributes:
        id: field of the series' name; several name it together, "a,b", joined with "/".
        time: field of the stamp.
        target: field of the value.
        covariates: fields of what a run was trained with besides; not for the user to say.
    """

    id: str | None = None
    time: str | None = None
    target: str | None = None
    covariates: tuple[str, ...] = ()

    @classmethod
    def of(cls, named: Mapping[str, str | int | None] | None) -> Columns:
        """Make it of a mapping.

        Raises:
            ConfigError: a key is none of id, time and target.
        """
        wrong = [key for key in named or {} if key not in ("id", "time", "target")]
        if wrong:
            raise ConfigError(f"Expected columns by 'id', 'time' and 'target'; got {wrong[0]!r}.")
        texts = {key: str(name) for key, name in (named or {}).items() if name is not None}
        return cls(id=texts.get("id"), time=texts.get("time"), target=texts.get("target"))


@dataclass(frozen=True, kw_only=True)
class Layout:
    """Places of the fields, or their keys where lines are JSON objects.

    Attributes:
        time, target: of stamp and value.
        ids: of the series' name, several joined with "/"; none: one series.
        width: fields a line has; 0 for JSON.
        covariates: of the run's covariates, in its order.
    """

    time: int | str
    target: int | str
    ids: tuple[int | str, ...]
    width: int
    covariates: tuple[int | str, ...] = ()


def layout_of_names(names: Sequence[str], columns: Columns, source: str, *, keys: bool = False) -> Layout:
    """Find the fields in a line of names, or among the keys of a JSON object.

    Raises:
        DataError: one is not there, or several could be it.
    """
    time = _find(names, columns.time, _TIMES, "the time", "--time", source)
    series = _series(names, columns)
    for name in series:
        if name not in names:
            raise DataError(_absent(source, name, names))
    for name in columns.covariates:
        if name not in names:
            raise DataError(f"{_absent(source, name, names)} The run was trained with it.")
    left = [name for name in names if name not in (time, *series, *columns.covariates)]
    if columns.target is None and len(left) == 1:
        target = left[0]
    else:
        target = _find(left, columns.target, _TARGETS, "the value", "--target", source)
    place = (lambda name: name) if keys else list(names).index
    return Layout(
        time=place(time),
        target=place(target),
        ids=tuple(place(name) for name in series),
        width=0 if keys else len(names),
        covariates=tuple(place(name) for name in columns.covariates),
    )


def layout_of_values(fields: Sequence[str], clock: Clock, source: str) -> Layout:
    """Find the fields of lines without names: `stamp,value` or `series,stamp,value`.

    Raises:
        DataError: the line is neither.
    """
    stamps = [place for place, text in enumerate(fields) if clock.second(text) is not None]
    if len(fields) == 2 and 0 in stamps:
        return Layout(time=0, target=1, ids=(), width=2)
    if len(fields) == 3 and 1 in stamps:
        return Layout(time=1, target=2, ids=(0,), width=3)
    raise DataError(
        f"{source}: expected a first line of column names such as unique_id,ds,y, or lines such as "
        f"2024-01-31 13:00,1.5 or sensor,2024-01-31 13:00,1.5; got {','.join(fields)[:80]!r}."
    )


def _series(names: Sequence[str], columns: Columns) -> tuple[str, ...]:
    if columns.id is None:
        return tuple(name for name in _IDS if name in names)[:1]
    return (columns.id,) if columns.id in names else parts_of(columns.id)


def _find(names: Sequence[str], wanted: str | None, usual: Sequence[str], what: str, flag: str, source: str) -> str:
    if wanted is not None:
        if wanted not in names:
            raise DataError(_absent(source, wanted, names))
        return wanted
    lower = {name.lower(): name for name in names}
    found = next((lower[name] for name in usual if name in lower), None)
    if found is None:
        raise DataError(f"{source}: which column is {what}? It has: {', '.join(names)}. Name it with {flag}.")
    return found


def _absent(source: str, wanted: str, names: Sequence[str]) -> str:
    return f"{source} has no column {wanted!r}{nearest(wanted, names) or '.'} It has: {', '.join(names)}."
