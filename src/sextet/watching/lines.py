"""Rows from lines of text, one at a time: CSV, or one JSON object a line."""

from __future__ import annotations

import csv
import json
import math
import operator
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from sextet.core.errors import DataError
from sextet.watching.clock import Clock
from sextet.watching.layout import Columns, Layout, layout_of_names, layout_of_values


class Row(NamedTuple):
    """One observation.

    Attributes:
        series: its name, empty for a stream of one.
        stamp: time as it came.
        second: the same in seconds.
        value: NaN where there is no number.
        covariates: what a run was trained with besides, likewise.
    """

    series: str
    stamp: str
    second: float
    value: float
    covariates: tuple[float, ...] = ()


Unreadable = Callable[[int, str], None]


def rows_of(lines: Iterable[str], columns: Columns, unreadable: Unreadable, source: str = "the data") -> Iterator[Row]:
    """Read rows from lines; a line that cannot be read is told to `unreadable` (line number, why) and passed over.

    Args:
        lines: CSV with or without a line of names (comma, semicolon or tab), or JSON objects.
        columns: which field is what.
        unreadable: told of lines passed over.
        source: what errors call the data.

    Raises:
        DataError: the first line does not say which field is what.
    """
    stream = iter(lines)
    first = next((line for line in stream if line.strip()), None)
    if first is None:
        return
    first = first.removeprefix("\ufeff")
    if first.lstrip().startswith("{"):
        yield from _objects(first, stream, columns, unreadable, source)
    else:
        yield from _fields(first, stream, columns, unreadable, source)


def _fields(first: str, rest: Iterator[str], columns: Columns, unreadable: Unreadable, source: str) -> Iterator[Row]:
    mark = max(",;\t", key=first.count)
    clock = Clock()
    head = [part.strip() for part in next(csv.reader([first], delimiter=mark))]
    named = not any(clock.second(part) is not None for part in head)
    if not named:
        refuse_nameless(columns, source)
    if named:
        layout = layout_of_names(head, columns, source)
    elif any((columns.id, columns.time, columns.target)):
        raise DataError(f"{source}: --id, --time and --target need a first line of column names; got {first[:80]!r}.")
    else:
        layout = layout_of_values(head, clock, source)
        yield from _read(iter([head]), layout, clock, unreadable, 1)
    yield from _read(csv.reader(rest, delimiter=mark), layout, clock, unreadable, 2)


def _read(
    records: Iterator[list[str]], layout: Layout, clock: Clock, unreadable: Unreadable, number: int
) -> Iterator[Row]:
    time, target, width = int(layout.time), int(layout.target), layout.width
    series = _joining(layout.ids)
    more = [int(place) for place in layout.covariates]
    second_of = clock.second
    while True:
        try:
            fields = next(records)
        except StopIteration:
            return
        except csv.Error as error:
            unreadable(number, str(error))
            number += 1
            continue
        if len(fields) == width:
            stamp = fields[time]
            second = second_of(stamp)
            if second is None:
                unreadable(number, f"{stamp[:40]!r} is no time")
            else:
                covariates = tuple([number_of(fields[place]) for place in more]) if more else ()
                yield Row(series(fields), stamp, second, number_of(fields[target]), covariates)
        elif fields:
            unreadable(number, f"{len(fields)} fields in place of {width}")
        number += 1


def _joining(ids: Sequence[int | str]) -> Callable[[list[str]], str]:
    """Return what reads the name of a line's series off its fields."""
    if not ids:
        return lambda fields: ""
    places = [int(place) for place in ids]
    if len(places) == 1:
        return operator.itemgetter(places[0])
    return lambda fields: "/".join([fields[place] for place in places])


def _objects(first: str, rest: Iterator[str], columns: Columns, unreadable: Unreadable, source: str) -> Iterator[Row]:
    clock = Clock()
    layout: Layout | None = None
    for number, line in enumerate(_chain(first, rest), 1):
        if not line.strip():
            continue
        try:
            entry = json.loads(line)
        except ValueError:
            entry = None
        if not isinstance(entry, dict):
            unreadable(number, "no JSON object")
            continue
        if layout is None:
            layout = layout_of_names(list(entry), columns, source, keys=True)
        stamp = str(entry.get(layout.time, ""))
        second = clock.second(stamp)
        if second is None:
            unreadable(number, f"{stamp[:40]!r} is no time")
            continue
        series = "/".join(str(entry.get(name, "")) for name in layout.ids)
        covariates = tuple(_entry(entry.get(name)) for name in layout.covariates)
        yield Row(series, stamp, second, _entry(entry.get(layout.target)), covariates)


def refuse_nameless(columns: Columns, source: str) -> None:
    """Refuse rows without names where a run needs covariates.

    Raises:
        DataError: it does.
    """
    if columns.covariates:
        raise DataError(
            f"{source}: the run was trained with {', '.join(columns.covariates)}, which rows without names do not "
            "tell. Give a first line of column names, JSON objects, or a frame."
        )


def _entry(value: object) -> float:
    return math.nan if isinstance(value, bool) else number_of(str(value))


def number_of(text: str) -> float:
    """Read a number; NaN where the text is none, so that one bad reading is a missing one."""
    try:
        return float(text)
    except ValueError:
        return math.nan


def _chain(first: str, rest: Iterator[str]) -> Iterator[str]:
    yield first
    yield from rest
