"""The columns that a run was trained on, looked for in new data: none is guessed in place of one that is not there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sextet.core.errors import DataError, nearest
from sextet.data.columns import Roles
from sextet.data.options import DataOptions
from sextet.data.source import Source

_USUAL = {"time": "ds", "id": "unique_id", "target": "y"}
_WORDS = {"time": "time", "id": "names of the series", "target": "target"}


@dataclass(frozen=True, kw_only=True)
class TrainedColumns:
    """What new data are held against.

    Attributes:
        names: role ("time", "id", "target") -> column; a role that no single column had is not there, and of runs of
            earlier versions none is known.
        series: names of the series that the run knows: of a wide table they are columns.
    """

    names: Mapping[str, str]
    series: tuple[str, ...] = ()


def columns_of(roles: Roles) -> dict[str, str]:
    """Return the columns by role, for a run to keep; of a wide table that of the time alone."""
    target = roles.targets[0] if len(roles.targets) == 1 else None
    found = {"time": roles.time, "id": roles.id, "target": target}
    return {role: name for role, name in found.items() if name is not None}


def as_trained(source: Source, options: DataOptions, trained: TrainedColumns) -> DataOptions:
    """Return options that name the columns of training.

    What the options name stands. A column that is called `unique_id`, `ds` or `y` does for its role, and so do columns
    that are called as known series are. Where the run knows one series, it needs no name.

    Raises:
        DataError: a column is not there, and nothing says which one holds the same.
    """
    unsaid = {role: name for role, name in trained.names.items() if not getattr(options, role)}
    there = {role: name for role, name in unsaid.items() if name in source.columns}
    wide = any(name in trained.series for name in source.columns)
    absent = [
        role
        for role in unsaid
        if role not in there
        and _USUAL[role] not in source.columns
        and not (wide and role != "time")
        and not (role == "id" and len(trained.series) == 1)
    ]
    if absent:
        raise _refusal(source, {role: unsaid[role] for role in absent})
    return replace(options, **there)  # type: ignore[arg-type]


def _refusal(source: Source, absent: Mapping[str, str]) -> DataError:
    wanted = " and ".join(f"column {name!r} for the {_WORDS[role]}" for role, name in absent.items())
    near = nearest(next(iter(absent.values())), source.columns)
    flags = ", ".join(f"--{role} COL" for role in absent)
    listed = ", ".join(source.columns[:12]) + (", ..." if len(source.columns) > 12 else "")
    return DataError(
        f"{source.name} has no {wanted}, as the run was trained on{near or '.'} It has: {listed}. If another column "
        f"holds the same, name it: {flags}."
    )
