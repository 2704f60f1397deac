"""Rows from lines of text, one at a time: CSV, or one JSON object a line."""

from __future__ import annotations

import contextlib
import csv
import json
import operator
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import TYPE_CHECKING

from sextet.core.errors import DataError
from sextet.data.hints import Hints
from sextet.watching.clock import Clock
from sextet.watching.heard import Heard
from sextet.watching.layout import Columns, Layout, layout_of_names, layout_of_values
from sextet.watching.reading import Raw, Reading, Row

if TYPE_CHECKING:
    from sextet.watching.wall_clock import WallClock


@dataclass(frozen=True, kw_only=True)
class Stream:
    """Where rows come from, and what is known of them.

    Attributes:
        name: what errors call it.
        columns: which field is what.
        heard: is told of what cannot be read.
        hints: what is known of how stamps and numbers are written.
        ahead: rows to look at before the first is read; 0: a live stream.
        zone: the clock by which stamps are that name no zone; None: they are as if in UTC.
    """

    name: str
    columns: Columns
    heard: Heard
    hints: Hints = Hints()
    ahead: int = 0
    zone: WallClock | None = None

    def reading(self, layout: Layout, names: Sequence[str], *, grouped: bool = False, epoch: bool = False) -> Reading:
        """Return what reads its rows, of which `names` are the fields."""
        values = (layout.target, *layout.covariates)
        called = [names[place] if names and isinstance(place, int) else str(place) for place in values]
        return Reading(
            self.heard, called, hints=self.hints, grouped=grouped, ahead=self.ahead, epoch=epoch, zone=self.zone
        )


def rows_of(lines: Iterable[str], stream: Stream) -> Iterator[Row]:
    """Read rows from lines; of one that cannot be read `stream.heard` is told, and it is passed over.

    Args:
        lines: CSV with or without a line of names (comma, semicolon, tab or bar), or JSON objects.
        stream: what they are.

    Raises:
        DataError: the first line does not say which field is what.
    """
    rest = enumerate(lines, 1)
    number, first = next(((number, line) for number, line in rest if line.strip()), (0, ""))
    stated = re.fullmatch(r"sep=(.)\s*", first.removeprefix("\ufeff"))
    if stated:
        number, first = next(((number, line) for number, line in rest if line.strip()), (0, ""))
    if not first:
        return
    first = first.removeprefix("\ufeff")
    body = (line for _, line in rest)
    if first.lstrip().startswith("{"):
        yield from _objects(chain([first], body), number, stream)
    else:
        yield from _fields(first, body, number, stated[1] if stated else _mark(first), stream)


def _mark(first: str) -> str:
    """The sign between fields: commas may also be before decimals, so of as many another one counts."""
    return max(";\t|,", key=first.count)


def _fields(first: str, rest: Iterator[str], number: int, mark: str, stream: Stream) -> Iterator[Row]:
    columns, name = stream.columns, stream.name
    head = [part.strip() for part in next(csv.reader([first], delimiter=mark))]
    named = not any(Clock().second(part) is not None for part in head)
    if named:
        ahead = list(islice(rest, max(stream.ahead, 1)))
        layout = layout_of_names(head, columns, name, rows=_sample(ahead, mark))
        rest = chain(ahead, rest)
        reading = stream.reading(layout, head, grouped=mark == ",", epoch=True)
    else:
        refuse_nameless(columns, name)
        if any((columns.id, columns.time, columns.target)):
            raise DataError(f"{name}: --id, --time and --target need a first line of column names; got {first[:80]!r}.")
        layout = layout_of_values(head, Clock(), name)
        reading = stream.reading(layout, (), grouped=mark == ",")
        yield from _read(iter([head]), number, layout, reading)
    yield from _read(csv.reader(rest, delimiter=mark), number + 1, layout, reading)
    yield from reading.end()


def _sample(lines: Sequence[str], mark: str) -> list[list[str]]:
    """The fields of lines, as far as they can be read."""
    found: list[list[str]] = []
    with contextlib.suppress(csv.Error):
        found.extend(csv.reader(lines, delimiter=mark))
    return found


def _read(records: Iterator[list[str]], number: int, layout: Layout, reading: Reading) -> Iterator[Row]:
    time, width = int(layout.time), layout.width
    series = _joining(layout.ids)
    places = [int(layout.target), *(int(place) for place in layout.covariates)]
    take, heard, wide = reading.take, reading.heard, [(name, int(place)) for name, place in layout.wide]
    while True:
        try:
            fields = next(records)
        except StopIteration:
            return
        except csv.Error as error:
            heard.row(number, str(error))
            number += 1
            continue
        if wide and len(fields) == width:
            for name, place in wide:
                yield from take(Raw(number, name, fields[time], [fields[place], *(fields[at] for at in places[1:])]))
        elif len(fields) == width:
            yield from take(Raw(number, series(fields), fields[time], [fields[place] for place in places]))
        elif fields:
            heard.row(number, f"{len(fields)} fields in place of {width}")
        number += 1


def _joining(ids: Sequence[int | str]) -> Callable[[list[str]], str]:
    """Return what reads the name of a line's series off its fields."""
    if not ids:
        return lambda fields: ""
    places = [int(place) for place in ids]
    if len(places) == 1:
        return operator.itemgetter(places[0])
    return lambda fields: "/".join([fields[place] for place in places])


def _objects(lines: Iterator[str], number: int, stream: Stream) -> Iterator[Row]:
    layout: Layout | None = None
    reading = None
    for at, line in enumerate(lines, number):
        if not line.strip():
            continue
        try:
            entry = json.loads(line)
        except ValueError:
            entry = None
        if not isinstance(entry, dict):
            stream.heard.row(at, "no JSON object")
            continue
        if layout is None or reading is None:
            layout = layout_of_names(
                list(entry), stream.columns, stream.name, keys=True, rows=[[str(value) for value in entry.values()]]
            )
            reading = stream.reading(layout, (), epoch=True)
        series = "/".join(str(entry.get(name, "")) for name in layout.ids)
        for name, target in layout.wide or ((series, layout.target),):
            values = [entry.get(place) for place in (target, *layout.covariates)]
            yield from reading.take(Raw(at, name, str(entry.get(layout.time, "")), values))
    if reading is not None:
        yield from reading.end()


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
