"""Which field of a stream's lines is what: told by names in the first line, or by what the fields hold."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sextet.core.errors import ConfigError, DataError, nearest
from sextet.data.day_times import refuse_times_of_day
from sextet.data.options import names as parts_of
from sextet.data.usual_names import IDS, TIMES, UNNAMED
from sextet.watching.clock import Clock

_TARGETS = ("y", "value")
_LOOKED_AT = 50  # different values of a field, to see whether it holds texts
_DATE = re.compile(r"\d{1,4}([./-])\d{1,2}\1\d{1,4}")  # 19.01.2022 is made of the signs of numbers
_NUMBER = re.compile(r"[-+]?[\d.,' ]*(e[-+]?\d+)?|nan|na|null|none", re.IGNORECASE)
_ROLES = {"id": "names of the series", "time": "time", "target": "target"}


@dataclass(frozen=True, kw_only=True)
class Columns:
    """What the user says; None: found by the usual names.

    Attributes:
        id: field of the series' name; several name it together, "a,b", joined with "/".
        time: field of the stamp.
        target: field of the value.
        covariates: fields of what a run was trained with besides; not for the user to say.
        trained: fields that a run was trained on, by the roles "id", "time" and "target", likewise.
        series: names of the series that the run knows: of a wide table they are fields.
    """

    id: str | None = None
    time: str | None = None
    target: str | None = None
    covariates: tuple[str, ...] = ()
    trained: Mapping[str, str] = field(default_factory=dict)
    series: tuple[str, ...] = ()

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
        wide: names and places of the series of a wide table, each of which is a field; none: the target is one.
    """

    time: int | str
    target: int | str
    ids: tuple[int | str, ...]
    width: int
    covariates: tuple[int | str, ...] = ()
    wide: tuple[tuple[str, int | str], ...] = ()


def layout_of_names(
    names: Sequence[str], columns: Columns, source: str, *, keys: bool = False, rows: Sequence[Sequence[Any]] = ()
) -> Layout:
    """Find the fields in a line of names, or among the keys of a JSON object, as the readers of files do.

    Args:
        names: of the fields.
        columns: what is known of them.
        source: what errors call the data.
        keys: whether fields are found by their names.
        rows: the first ones; where no name tells, what they hold does.

    Raises:
        DataError: one is not there, or several could be it.
    """
    held = dict(zip(names, rows[0], strict=False)) if rows else {}
    time = _time(names, columns, held, source)
    series = _series(names, columns, held) or _told_apart(names, columns, time, rows, source)
    for name in series:
        if name not in names:
            raise DataError(_absent(source, name, names))
    for name in columns.covariates:
        if name not in names:
            raise DataError(f"{_absent(source, name, names)} The run was trained with it.")
    left = [name for name in names if name not in (time, *series, *columns.covariates)]
    targets = _targets(left, columns, held, source, alone=not series)
    place = (lambda name: name) if keys else list(names).index
    return Layout(
        time=place(time),
        target=place(targets[0]),
        ids=tuple(place(name) for name in series),
        width=0 if keys else len(names),
        covariates=tuple(place(name) for name in columns.covariates),
        # of a run of several series one column alone is the series that it is called after
        wide=tuple((name, place(name)) for name in targets)
        if len(targets) > 1 or (len(columns.series) > 1 and not series and targets[0] in columns.series)
        else (),
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


def _time(names: Sequence[str], columns: Columns, held: Mapping[str, Any], source: str) -> str:
    if (found := _known("time", names, columns, source) or _usual(names, TIMES)) is not None:
        return found
    stamps = [name for name, value in held.items() if _is_stamp(value)]
    if len(stamps) == 1:
        return stamps[0]
    raise DataError(f"{source}: which column is the time? It has: {', '.join(names)}. Name it with --time.")


def _series(names: Sequence[str], columns: Columns, held: Mapping[str, Any]) -> tuple[str, ...]:
    wanted = columns.id or columns.trained.get("id")
    if wanted is None:
        known = tuple(name for name, value in held.items() if not _is_number(value) and str(value) in columns.series)
        return tuple(name for name in IDS if name in names)[:1] or known[:1]
    if columns.id is None:
        usual = tuple(name for name in IDS[:1] if name in names)
        absent = not (wanted in names or set(parts_of(wanted)) <= set(names))
        # the only series of the run needs no name, and of a wide table they are fields
        if usual or (absent and (len(columns.series) == 1 or any(name in columns.series for name in names))):
            return usual
    return (wanted,) if wanted in names else parts_of(wanted)


def _told_apart(
    names: Sequence[str], columns: Columns, time: str, rows: Sequence[Sequence[Any]], source: str
) -> tuple[str, ...]:
    """The only field of texts, where without it the rows would have the same stamp again."""
    if columns.id is not None or "id" in columns.trained:
        return ()
    held = list(zip(*(row for row in rows if len(row) == len(names)), strict=True))  # the values of each field
    stamps = held[list(names).index(time)] if held else ()
    if len(set(stamps)) == len(stamps):
        return ()
    values = {name: [str(value) for value in dict.fromkeys(column)] for name, column in zip(names, held, strict=True)}
    other = (time, columns.target, *columns.covariates)
    texts = [name for name in names if name not in other and _are_texts(values[name][:_LOOKED_AT])]
    if len(texts) != 1:
        return ()
    refuse_times_of_day(source, time, texts[0], values[texts[0]])
    return (texts[0],)


def _are_texts(values: Sequence[str]) -> bool:
    return not any(_is_number(value) or _is_stamp(value) for value in values)


def _targets(
    left: Sequence[str], columns: Columns, held: Mapping[str, Any], source: str, *, alone: bool
) -> tuple[str, ...]:
    """Fields of values; several of a wide table, which has no names of series beside (`alone`)."""
    wide = tuple(name for name in left if alone and name in columns.series)
    if wide and columns.target is None and columns.trained.get("target") not in left:
        return wide
    if (found := _known("target", left, columns, source)) is not None:
        return (found,)
    if len(left) == 1 or (usual := _usual(left, _TARGETS)) is None:
        numbers = [name for name in held if name in left and _is_number(held[name]) and name.lower() not in UNNAMED]
        if len(left) == 1 or len(numbers) == 1 or (alone and numbers and not columns.series):
            return tuple(numbers or left)
        raise DataError(f"{source}: which column is the value? It has: {', '.join(left)}. Name it with --target.")
    return (usual,)


def _known(role: str, names: Sequence[str], columns: Columns, source: str) -> str | None:
    """The field that the user names, or that the run was trained on; None: neither is said.

    Raises:
        DataError: it is not there, and none that is usually called so.
    """
    said, trained = getattr(columns, role), columns.trained.get(role)
    if said is not None and said not in names:
        raise DataError(_absent(source, said, names))
    if said is not None or trained in names:
        return str(said or trained)
    if trained is not None and _usual(names, {"time": TIMES, "target": _TARGETS}[role][:1]) is None:
        raise DataError(
            f"{_absent(source, trained, names)} The run was trained on it as the {_ROLES[role]}; name the one that "
            f"holds the same with --{role}."
        )
    return None


def _usual(names: Sequence[str], usual: Sequence[str]) -> str | None:
    lower = {name.lower(): name for name in names}
    return next((lower[name] for name in usual if name in lower), None)


def _is_stamp(value: Any) -> bool:
    text = str(value).strip()
    return not _is_number(text) and any(sign.isdigit() for sign in text) and Clock().second(text) is not None


def _is_number(value: Any) -> bool:
    """Whether it looks like a number; a missing value does, where a table is wide."""
    text = str(value).strip()
    return value is None or (_NUMBER.fullmatch(text) is not None and _DATE.fullmatch(text) is None)


def _absent(source: str, wanted: str, names: Sequence[str]) -> str:
    return f"{source} has no column {wanted!r}{nearest(wanted, names) or '.'} It has: {', '.join(names)}."
