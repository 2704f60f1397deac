"""Rows as they were given, as arrays: series codes, stamps, target and further columns, before any grid."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sextet.core.errors import DataError
from sextet.data import local_stamps
from sextet.data.arrow_arrays import from_texts
from sextet.data.columns import Roles
from sextet.data.growth import GrowingArray
from sextet.data.hints import Hints
from sextet.data.number_columns import number_styles
from sextet.data.number_text import number_style
from sextet.data.source import Source
from sextet.data.stamp_order import ORDERS
from sextet.data.stamp_sample import ambiguous_stamps
from sextet.data.stamp_text import NAIVE, offset_name
from sextet.data.values import (
    BadValueError,
    StampStyle,
    names,
    numbers,
    plain,
    refusal,
    stamp_style,
    stamps,
)

Nanoseconds = NDArray[np.int64]
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Rows:
    """N rows of S series.

    Attributes:
        source: where they came from, for messages.
        time: name of the time column, for messages.
        ids: `[S]` series names in order of appearance.
        codes: `[N]` int32 series of each row.
        ns: `[N]` nanoseconds since 1970: UTC where `tz` is given, else wall clock.
        y: `[N]` float64 target, NaN where missing; empty for rows of future covariates only.
        columns: further columns of numbers, `[N]` float32, by name.
        static: columns of `[N]` float32 with the same value in all rows of a series, by name.
        tz: time zone that the stamps themselves name, or None.
        order: `[N]` row of the source that each row was; None: the same.
        notes: what was detected.
        clock: zone by whose clock messages say stamps, once `ns` is UTC on the grid's clock; None: as `ns` has them.
        decimal: the sign before decimals in columns of text; None: there was none.
        dates: whether day or month comes first in its stamps, as `Hints` has it; None: neither does.
    """

    source: Source
    time: str
    ids: tuple[str, ...]
    codes: NDArray[np.int32]
    ns: Nanoseconds
    y: NDArray[np.float64]
    columns: dict[str, NDArray[np.float32]] = field(default_factory=dict)
    static: dict[str, NDArray[np.float32]] = field(default_factory=dict)
    tz: str | None = None
    order: NDArray[np.int64] | None = None
    notes: tuple[str, ...] = ()
    clock: str | None = None
    decimal: str | None = None
    dates: str | None = None

    def place(self, row: int) -> str:
        """How to find a row in its source."""
        return f"{self.source.name}, {self.source.place(row if self.order is None else int(self.order[row]))}"

    def stamp(self, row: int) -> str:
        """The stamp of a row as text."""
        return self.text(self.ns[row])

    def text(self, ns: np.int64) -> str:
        """Nanoseconds as the text of a stamp by the clock of these rows."""
        if self.clock is not None:
            return local_stamps.stamp_text(np.datetime64(int(ns), "ns"), self.clock)
        return stamp_text(ns)

    def take(self, which: NDArray[np.integer] | NDArray[np.bool_]) -> Rows:
        """The rows at positions `which`, columns one after the other to save memory."""
        positions = np.flatnonzero(which) if which.dtype == np.bool_ else which
        return replace(
            self,
            codes=self.codes[which],
            ns=self.ns[which],
            y=self.y[which] if len(self.y) else self.y,
            columns={name: column[which] for name, column in self.columns.items()},
            static={name: column[which] for name, column in self.static.items()},
            order=positions.astype(np.int64, copy=False) if self.order is None else self.order[positions],
        )


def stamp_text(ns: np.int64) -> str:
    """Nanoseconds since 1970 as the text of a stamp."""
    return str(np.datetime_as_string(np.datetime64(int(ns), "ns"), unit="auto")).replace("T", " ")


def read_rows(source: Source, roles: Roles, tz: str | None = None, hints: Hints | None = None) -> Rows:
    """Read the columns of a source.

    Args:
        source: where they are.
        roles: which of them.
        tz: the zone the user names, which allows several offsets.
        hints: what is known of how values are written.

    Raises:
        DataError: a value cannot be what its column should hold, or offsets from UTC contradict one another.
    """
    reader = _Reader(source, roles, hints or Hints())
    count = 0
    for batch in source.batches(reader.wanted):
        reader.add(batch, count)
        count += batch.num_rows
        del batch  # before the next one is made
    if not count:
        raise DataError(f"{source.name} is empty. Expected one row a time and series.")
    pa.default_memory_pool().release_unused()
    return reader.rows(tz)


_STATIC = ("a value, the same in all rows of a series", "Fill that column, or leave it out of --static.")


class _Reader:
    """Collects converted pieces of columns."""

    def __init__(self, source: Source, roles: Roles, hints: Hints) -> None:
        self.source, self.roles = source, roles
        have = set(source.columns)
        self.numeric = tuple(dict.fromkeys(name for name in roles.numeric if name in have))
        self.wanted = tuple(
            dict.fromkeys(
                name
                for name in (roles.id, roles.time, *roles.targets, *self.numeric, *roles.static)
                if name is not None
            )
        )
        self.styles, self.decimal, self.number_notes = number_styles(
            source, (*roles.targets, *self.numeric), hints.decimal
        )
        self.stamp_style = self._stamp_style(hints)
        self.dates = self.stamp_style.layout if self.stamp_style.layout in ORDERS else None
        self.ids: dict[str, int] = {}
        self.categories: dict[str, dict[str, int]] = {name: {} for name in roles.static}
        self.zones: dict[int, int] = {}
        self.codes = GrowingArray(np.int32, source.rows if roles.id is not None else 0)
        self.ns = GrowingArray(np.int64, source.rows)
        kinds: dict[str, Any] = {name: np.float32 for name in self.numeric}
        kinds |= {name: np.int32 for name in roles.static} | {name: np.float64 for name in roles.targets}
        self.columns = {name: GrowingArray(kind, source.rows) for name, kind in kinds.items()}

    def add(self, batch: pa.RecordBatch, before: int) -> None:
        roles = self.roles
        if roles.id is not None:
            self.codes.add(self._codes(batch, roles.id, before, self.ids))
        ns, minutes = self._convert(roles.time, before, partial(stamps, batch.column(roles.time), self.stamp_style))
        self.ns.add(ns)
        for zone in {int(minutes.min()), int(minutes.max())} if len(minutes) else ():
            self.zones.setdefault(zone, before + int(np.argmax(minutes == zone)))
        for name, style in self.styles.items():
            self.columns[name].add(self._convert(name, before, partial(numbers, batch.column(name), style)))
        for name in roles.static:
            self.columns[name].add(self._codes(batch, name, before, self.categories[name], *_STATIC))

    def rows(self, tz: str | None) -> Rows:
        zone = self._zone(tz)
        stamp_note = (self.stamp_style.note,) if self.stamp_style.note else ()
        notes = (*self.roles.notes, *stamp_note, *self.number_notes)
        ns = self.ns.take()
        columns = {name: self.columns[name].take() for name in self.numeric}
        if self.roles.wide:
            return self._wide(ns, columns, zone, notes)
        codes = self.codes.take() if self.roles.id is not None else np.zeros(len(ns), dtype=np.int32)
        ids = tuple(self.ids) if self.roles.id is not None else (self.roles.targets or ("y",))
        y = self.columns[self.roles.targets[0]].take() if self.roles.targets else np.zeros(0)
        return Rows(
            source=self.source,
            time=self.roles.time,
            ids=ids,
            codes=codes,
            ns=ns,
            y=y,
            columns=columns,
            static=self._static(),
            tz=zone,
            notes=notes,
            decimal=self.decimal,
            dates=self.dates,
        )

    def _wide(
        self, ns: Nanoseconds, columns: dict[str, NDArray[np.float32]], zone: str | None, notes: tuple[str, ...]
    ) -> Rows:
        count, series = len(ns), len(self.roles.targets)
        y = np.empty(count * series)
        for s, name in enumerate(self.roles.targets):
            y[s * count : (s + 1) * count] = self.columns[name].take()
        return Rows(
            source=self.source,
            time=self.roles.time,
            ids=self.roles.targets,
            codes=np.repeat(np.arange(series, dtype=np.int32), count),
            ns=np.tile(ns, series),
            y=y,
            columns={name: np.tile(column, series) for name, column in columns.items()},
            tz=zone,
            order=np.tile(np.arange(count, dtype=np.int64), series),
            notes=notes,
            decimal=self.decimal,
            dates=self.dates,
        )

    def _static(self) -> dict[str, NDArray[np.float32]]:
        """Numbers as they are; text as one column of 0/1 a value."""
        out = {}
        for name in self.roles.static:
            codes, known = self.columns[name].take(), list(self.categories[name])
            try:
                values = numbers(from_texts(known), number_style(known, self.source.grouped, self.decimal))
                out[name] = values.astype(np.float32)[codes]
            except BadValueError:
                for code, value in enumerate(known):
                    out[f"{name}={value}"] = (codes == code).astype(np.float32)
        return out

    def _codes(
        self, batch: pa.RecordBatch, name: str, before: int, known: dict[str, int], *words: str
    ) -> NDArray[np.int32]:
        codes, found = self._convert(name, before, partial(names, batch.column(name), *words))
        numbering = np.array([known.setdefault(value, len(known)) for value in found] or [0], dtype=np.int32)
        return numbering[codes]

    def _convert(self, column: str, before: int, convert: Callable[[], T]) -> T:
        try:
            return convert()
        except BadValueError as error:
            place = self.source.place(before + error.position)
            raise refusal(self.source.name, place, column, error) from error

    def _stamp_style(self, hints: Hints) -> StampStyle:
        name = self.roles.time
        sample = plain(self.source.head[name])
        style = stamp_style(sample, hints)
        if style is not None and not style.sure:
            style = stamp_style(ambiguous_stamps(self.source, name), hints) or style
        if style is None:
            value = next((v for v in sample.to_pylist() if v is not None), None)
            raise DataError(
                f"{self.source.name}, {self.source.place(0)}, column {name!r}: expected dates or times such as "
                f"2024-01-31 or 2024-01-31T13:00, or seconds since 1970, got {value!r}. Write its values so, or name "
                "another column of times with --time."
            )
        return style

    def _zone(self, tz: str | None) -> str | None:
        named = [zone for zone in self.zones if zone != NAIVE]
        mixed = len(named) > 1 and tz is None
        if named and (mixed or NAIVE in self.zones):
            shown = [
                f"{'no zone' if zone == NAIVE else offset_name(zone)} at {self.source.place(row)}"
                for zone, row in list(self.zones.items())[:2]
            ]
            remedy = "Write all of them in one zone" + (
                ", or name the zone they belong to, such as --tz Europe/Berlin." if NAIVE not in self.zones else "."
            )
            raise DataError(
                f"{self.source.name}, column {self.roles.time!r}: mixed time zones, {' and '.join(shown)}. {remedy}"
            )
        if not named:
            return None
        kind = plain(self.source.head[self.roles.time]).type
        return str(kind.tz) if pa.types.is_timestamp(kind) and kind.tz else offset_name(named[0])
