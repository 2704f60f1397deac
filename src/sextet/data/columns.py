"""Which column is what: as the user says, by the usual names, or by what the columns hold."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import pyarrow as pa
import pyarrow.compute as pc

from sextet.core.errors import DataError, nearest
from sextet.data.day_times import refuse_times_of_day
from sextet.data.options import DataOptions, names
from sextet.data.source import Source
from sextet.data.usual_names import IDS, TIMES, UNNAMED
from sextet.data.values import is_blank, is_text, is_time, looks_numeric, plain, stamp_style


@dataclass(frozen=True, kw_only=True)
class Roles:
    """The columns of a source by their role.

    Attributes:
        id: column of series names; None: one series, or a wide table.
        time: column of stamps.
        targets: one column, or of a wide table one a series.
        past, future, static: covariates.
        weight, label: sample weights and the user's spike labels.
        notes: what was detected, in sentences.
        maybe_ids: columns of names without a role, where the user did not say which name the series.
    """

    id: str | None
    time: str
    targets: tuple[str, ...]
    past: tuple[str, ...]
    future: tuple[str, ...]
    static: tuple[str, ...]
    weight: str | None
    label: str | None
    notes: tuple[str, ...]
    maybe_ids: tuple[str, ...] = ()

    @property
    def wide(self) -> bool:
        """Whether each target column is a series."""
        return self.id is None and len(self.targets) > 1

    @property
    def numeric(self) -> tuple[str, ...]:
        """Columns other than the targets that are read as numbers, row by row."""
        extra = tuple(name for name in (self.weight, self.label) if name)
        return (*self.past, *self.future, *extra)


def find_roles(source: Source, options: DataOptions, optional: tuple[str, ...] = ()) -> Roles:
    """Assign the columns of a source; a column of weights or labels among `optional` may be absent.

    Raises:
        DataError: a named column is not there, or a needed one can be neither found nor guessed.
    """
    named = (*options.targets, *options.past, *options.future, *options.static)
    weight, label = (
        None if name in optional and name not in source.columns else name
        for name in (options.weight, options.spike_label)
    )
    id = id_column(options.id, source.columns)
    parts = (id,) if id in source.columns else names(options.id)
    singles = tuple(name for name in (*parts, options.time, weight, label) if name)
    elsewhere = options.future if options.future_data is not None else ()
    need_columns(source, (name for name in (*singles, *named) if name not in elsewhere))
    notes: list[str] = []
    taken = {*named, *singles}
    time = options.time or _find_time(source, options, taken, notes)
    taken.add(time)
    name = id or _find_id(source, options, time, taken, notes)
    taken |= {name, *names(options.id)} if name else set()
    targets = options.targets or _find_targets(source, name, taken, notes)
    if len(targets) > 1 and name is not None:
        raise DataError(
            f"{source.name}: {len(targets)} target columns ({_listed(targets)}) and also the id column {name!r}. "
            "Name one target with --target, or remove the id column from a wide table."
        )
    if len(targets) > 1 and options.static:
        raise DataError(
            f"{source.name}: a wide table ({len(targets)} series in columns) has no static columns; "
            f"got {', '.join(options.static)}. Give the data as unique_id, ds, y and the static columns."
        )
    roles = Roles(
        id=name,
        time=time,
        targets=targets,
        past=options.past,
        future=options.future,
        static=options.static,
        weight=weight,
        label=label,
        notes=(),
    )
    taken |= set(targets)
    said = options.id is not None or roles.wide
    maybe = () if said else tuple(name for name in source.columns if name not in taken and _holds_names(source, name))
    unused = [column for column in source.columns if column not in taken and column.lower() not in UNNAMED]
    if unused:
        or_id = f", or the names of the series with --id {maybe[0]}" if maybe and name is None else ""
        notes.append(f"Columns not used: {_listed(unused)}. Name covariates with --past, --future or --static{or_id}.")
    return replace(roles, notes=tuple(notes), maybe_ids=maybe)


def id_column(id: str | tuple[str, ...] | None, columns: Iterable[str]) -> str | None:
    """Return the column that names the series: what was said where there is one of that name, else its parts joined."""
    return id if isinstance(id, str) and id in columns else ",".join(names(id)) or None


def need_columns(source: Source, wanted: Iterable[str]) -> None:
    """Check that named columns are there.

    Raises:
        DataError: one is not; lists what is there and the nearest name.
    """
    for name in wanted:
        if name not in source.columns:
            raise DataError(
                f"{source.name} has no column {name!r}{nearest(name, source.columns) or '.'} "
                f"It has: {_listed(source.columns)}. Name the right one."
            )


def _find_time(source: Source, options: DataOptions, taken: set[str], notes: list[str]) -> str:
    if "ds" in source.columns and "ds" not in taken:
        return "ds"
    free = [name for name in source.columns if name not in taken]
    found = [name for name in free if _holds_time(source.head, name)]
    if len(found) > 1:  # dates go before whole numbers that may be seconds since 1970
        found = [name for name in found if not _counts_time(source.head, name)] or found
    usual = [name for name in found if name.lower() in TIMES]
    if len(found) > 1 and len(usual) == 1:
        found = usual
    misplaced = [name for name in names(options.id) if name in source.columns and _holds_time(source.head, name)]
    if not found and misplaced:
        raise DataError(
            f"{source.name}: column {misplaced[0]!r} was named for the series (--id), but holds times, and no other "
            f"column does. Name it with --time {misplaced[0]} instead."
        )
    if len(found) != 1:
        what = f"several could be it: {_listed(found)}" if found else f"its columns are {_listed(source.columns)}"
        raise DataError(
            f"{source.name} has no column 'ds' for the time, and {what}. Name it with --time "
            "(dates such as 2024-01-31 13:00, or stamps of a frame)."
        )
    notes.append(f"Column {found[0]!r} was taken for the time.")
    return found[0]


def _holds_time(head: pa.Table, name: str) -> bool:
    column = plain(head[name])
    if is_time(column.type):
        return True
    if is_blank(column):
        return False
    if name.lower() in TIMES:
        return stamp_style(column) is not None
    if is_text(column.type) and not looks_numeric(column, True):
        return stamp_style(column) is not None
    return False


def _counts_time(head: pa.Table, name: str) -> bool:
    style = stamp_style(plain(head[name]))
    return style is not None and style.counted


def _find_id(source: Source, options: DataOptions, time: str, taken: set[str], notes: list[str]) -> str | None:
    if "unique_id" in source.columns and "unique_id" not in taken:
        return "unique_id"
    if len(options.targets) > 1:
        return None
    free = [name for name in source.columns if name not in taken and _holds_names(source, name)]
    usual = [name for name in free if name.lower() in IDS]
    stamps = plain(source.head[time])
    repeated = pc.count_distinct(stamps).as_py() < len(stamps)
    for name in free if repeated else ():
        refuse_times_of_day(source.name, time, name, [text for text in plain(source.head[name]).to_pylist() if text])
    found = usual if len(usual) == 1 else free if repeated and len(free) == 1 else []
    if found:
        notes.append(f"Column {found[0]!r} was taken for the names of the series.")
        return found[0]
    return None


def _holds_names(source: Source, name: str) -> bool:
    column = plain(source.head[name])
    if name.lower() in IDS and pa.types.is_integer(column.type):
        return bool(pc.count_distinct(column).as_py() < len(column))
    return is_text(column.type) and not is_blank(column) and not looks_numeric(column, source.grouped)


def _find_targets(source: Source, name: str | None, taken: set[str], notes: list[str]) -> tuple[str, ...]:
    if "y" in source.columns and "y" not in taken:
        return ("y",)
    free = [
        column
        for column in source.columns
        if column not in taken
        and column.lower() not in UNNAMED
        and (looks_numeric(source.head[column], source.grouped) or is_blank(source.head[column]))
    ]
    full = [column for column in free if not is_blank(source.head[column])]
    if not full:
        raise DataError(
            f"{source.name} has no column 'y' to forecast, and no other column of numbers. "
            f"Its columns are {_listed(source.columns)}. Name it with --target."
        )
    if len(full) == 1 and (name is not None or len(free) == 1):
        notes.append(f"Column {full[0]!r} was taken for the target.")
        return (full[0],)
    if name is not None:
        raise DataError(
            f"{source.name} has no column 'y' to forecast, and several columns of numbers: {_listed(full)}. "
            "Name the target with --target."
        )
    notes.append(f"The table is wide: each of its {len(free)} columns of numbers is a series ({_listed(free)}).")
    return tuple(free)


def _listed(names: Iterable[str]) -> str:
    every = list(names)
    return ", ".join(every[:12]) + (f" and {len(every) - 12} more" if len(every) > 12 else "")
