"""Fan charts of a backtest: a few windows read back from the files of its forecasts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sextet.core.panel import Panel
from sextet.core.window import WindowIndex
from sextet.report.evaluation import Evaluation
from sextet.report.fan import fan_charts
from sextet.report.plain import evenly
from sextet.report.view import Absent, Band, Fan, FanWindow

_SERIES = 8
_WINDOWS = 12  # of each series
_LEVELS = (0.025, 0.1, 0.5, 0.9, 0.975)
_COLUMNS = ("{}-lo-95", "{}-lo-80", "sextet", "{}-hi-80", "{}-hi-95")
_BANDS = (80.0, 95.0)  # what the files hold


@dataclass(frozen=True, kw_only=True)
class _Windows:
    """Windows of all files, in the order they stand there.

    Attributes:
        file, group: `[W]` where each stands: number of the file and of its row group.
        place: `[W]` which window of its group it is.
        series: `[W]` number in the panel.
        row: `[W]` first target in the panel.
        error: `[W]` mean absolute error of the ensemble, NaN without a target.
        size: `[W]` mean of |target|.
    """

    file: NDArray[np.int64]
    group: NDArray[np.int64]
    place: NDArray[np.int64]
    series: NDArray[np.int64]
    row: NDArray[np.int64]
    error: NDArray[np.float64]
    size: NDArray[np.float64]


def backtest_fan(
    panel: Panel, files: Sequence[Path], horizon: int, members: Sequence[str], baselines: Sequence[str], unit: str
) -> Fan | Absent:
    """Choose windows of at most eight series, from the one forecast best to the worst, and build their charts.

    Args:
        panel: the data; what came before a window is read from it.
        files: of forecasts, as a backtest writes them; a row group holds whole windows.
        horizon: rows of a window.
        members: whose medians are shown.
        baselines: likewise.
        unit: of the target.
    """
    found = [path for path in files if path.is_file()]
    if not found:
        return {"absent": "There are no fan charts because forecasts were not written."}
    listed = _listed(panel, found, horizon)
    chosen = _chosen(listed)
    if not len(chosen):
        return {"absent": "There are no fan charts because no window holds an observed target."}
    fan = fan_charts(panel, _evaluation(found, listed, chosen, horizon, (members, baselines)), None, unit)
    if "absent" in fan:
        return fan
    series, windows = len(np.unique(listed.series[chosen])), len(fan["windows"])
    left_out = ""
    if windows < len(listed.series):
        left_out = (
            f"{windows:,} of {len(listed.series):,} windows are shown, of {series:,} of "
            f"{len(np.unique(listed.series)):,} series: evenly from the best to the worst forecast, evenly in time, "
            "and the one with the largest error."
        )
    kept = [{**window, **_kept(window)} for window in fan["windows"]]
    return {**fan, "windows": kept, "left_out": left_out}  # type: ignore[typeddict-item]


def _kept(window: FanWindow) -> dict[str, list[Band] | None]:
    """The bands that the files hold; others would be guessed between them."""
    static, online = window["static"], window["online"]
    return {
        "static": [band for band in static if band["level"] in _BANDS],
        "online": None if online is None else [band for band in online if band["level"] in _BANDS],
    }


def _listed(panel: Panel, files: Sequence[Path], horizon: int) -> _Windows:
    """Go through all files, a row group at a time."""
    numbers = {name: number for number, name in enumerate(panel.ids)}
    parts: list[list[NDArray[Any]]] = []
    for at, group, table in _groups(files, ["unique_id", "ds", "y", "sextet"]):
        heads = table.take(np.arange(0, table.num_rows, horizon))
        series = np.array([numbers[name] for name in heads["unique_id"].to_pylist()], dtype=np.int64)
        first = panel.frequency.ordinals(_stamps(heads["ds"]))
        y, median = (np.asarray(table[name], dtype=np.float64).reshape(-1, horizon) for name in ("y", "sextet"))
        seen = np.isfinite(y)
        count = np.where(seen.any(axis=1), seen.sum(axis=1), np.nan)
        parts.append(
            [
                np.full(len(series), at),
                np.full(len(series), group),
                np.arange(len(series)),
                series,
                first - panel.first[series] + panel.offsets[series],
                np.where(seen, np.abs(y - median), 0.0).sum(axis=1) / count,
                np.where(seen, np.abs(y), 0.0).sum(axis=1) / count,
            ]
        )
    file, group_of, place, series, row, error, size = (np.concatenate(column) for column in zip(*parts, strict=True))
    return _Windows(file=file, group=group_of, place=place, series=series, row=row, error=error, size=size)


def _chosen(listed: _Windows) -> NDArray[np.int64]:
    """Positions of the windows to show, in the order of the files."""
    known = np.flatnonzero(np.isfinite(listed.error))
    tested, place = np.unique(listed.series[known], return_inverse=True)
    missed, size = (np.bincount(place, weights=values[known]) for values in (listed.error, listed.size))
    ranked = tested[np.argsort(missed / np.maximum(size, 1e-12), kind="stable")]
    picks: list[int] = []
    for series in ranked[evenly(len(ranked), _SERIES)]:
        mine = known[listed.series[known] == series]
        mine = mine[np.argsort(listed.row[mine], kind="stable")]
        worst = int(mine[np.argmax(listed.error[mine])])
        picks += {*mine[evenly(len(mine), _WINDOWS)].tolist(), worst}
    return np.array(sorted(picks), dtype=np.int64)


def _evaluation(
    files: Sequence[Path],
    listed: _Windows,
    chosen: NDArray[np.int64],
    horizon: int,
    names: tuple[Sequence[str], Sequence[str]],
) -> Evaluation:
    """Read the windows `chosen`; those of one row group stand together."""
    members, baselines = names
    wanted: dict[tuple[int, int], list[int]] = {}
    for window in chosen.tolist():
        wanted.setdefault((int(listed.file[window]), int(listed.group[window])), []).append(window)
    columns = [name.format(kind) for kind in ("sextet", "sextet-online") for name in _COLUMNS]
    columns = list(dict.fromkeys([*columns, "y", *members, *baselines]))
    read: dict[str, list[NDArray[np.float64]]] = {name: [] for name in columns}
    for at, group, table in _groups(files, columns, wanted):
        rows = (listed.place[wanted[at, group]][:, None] * horizon + np.arange(horizon)).ravel()
        some = table.take(rows)
        for name in columns:
            read[name].append(np.asarray(some[name], dtype=np.float64).reshape(-1, horizon))
    told = {name: np.concatenate(parts) for name, parts in read.items()}
    static, online = (
        np.stack([told[name.format(kind)] for name in _COLUMNS], axis=-1) for kind in ("sextet", "sextet-online")
    )
    return Evaluation(
        index=WindowIndex(series=listed.series[chosen].astype(np.int32), row=listed.row[chosen]),
        target=told["y"],
        levels=_LEVELS,
        quantiles=static,
        online=online,
        members={name: told[name] for name in members},
        baselines={name: told[name] for name in baselines},
        reference=baselines[0] if baselines else "",
    )


def _groups(
    files: Sequence[Path], columns: list[str], wanted: dict[tuple[int, int], list[int]] | None = None
) -> Iterator[tuple[int, int, Any]]:
    """Yield number of the file, number of the row group, and its table; only those `wanted` where given."""
    import pyarrow.parquet as pq

    for at, path in enumerate(files):
        with pq.ParquetFile(path) as file:
            for group in range(file.num_row_groups):
                if wanted is None or (at, group) in wanted:
                    yield at, group, file.read_row_group(group, columns=columns)


def _stamps(column: Any) -> NDArray[np.datetime64]:
    """Stamps without their zone, as the panel counts them: UTC where there is one."""
    import pyarrow as pa

    return np.asarray(column.cast(pa.int64()), dtype=np.int64).view("datetime64[ns]")
