"""What is said of series that cannot be cut as asked: which option asks for too much, and what would do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sextet.core.panel import Panel
from sextet.data.bounds import end_rows
from sextet.data.local_stamps import minute_text

if TYPE_CHECKING:
    from sextet.data.split import Split, SplitConfig

LONGER = "Give a longer history or a shorter horizon"


def too_short(panel: Panel, config: SplitConfig, horizon: int, need: int) -> str:
    """Say that series have fewer than the `need` rows that every part needs to hold a window."""
    short, s = panel.known < need, int(np.argmin(panel.known))
    rows = int(panel.known[s])
    more = f" ({short.sum()} series are too short)" if short.sum() > 1 else ""
    return (
        f"Series {panel.ids[s]!r} has {rows} rows of history; {asking(config, horizon)} needs at least {need} to "
        f"train, choose, weigh, calibrate and test{more}. {instead(config, horizon, rows)}{_left_out(short)}"
    )


def asking(config: SplitConfig, horizon: int) -> str:
    """Say what asks for the rows that a series needs: the option that counts them, else the horizon."""
    test = f" and a test of {config.test_rows(horizon)} rows" if config.tests else ""
    if isinstance(config.test_end, int):
        return f"{config.called('test_end')} {config.test_end}"
    if isinstance(config.validation_end, int):
        return f"{config.called('validation_end')} {config.validation_end}{test.replace(' and', ' with')}"
    if isinstance(config.train_end, int):
        return f"{config.called('train_end')} {config.train_end} with a validation of {3 * horizon} rows{test}"
    if config.windows is not None and config.windows > 1:
        return f"{config.called('windows')} {config.windows}, {config.step} rows apart, with a horizon of {horizon}"
    return f"a horizon of {horizon}"


def instead(config: SplitConfig, horizon: int, rows: int) -> str:
    """Say what would do for a series of `rows` rows, in a sentence without its end."""
    test = config.test_rows(horizon)
    if isinstance(config.test_end, int):
        name, most, least = "test_end", rows, 5 * horizon + 1
    elif isinstance(config.validation_end, int):
        name, most, least = "validation_end", rows - test, 4 * horizon + 1
    elif isinstance(config.train_end, int):
        share = 0 if config.windows else int(rows * config.test)
        name, most, least = "train_end", rows - 3 * horizon - max(test, share), horizon + 1
    elif config.windows is not None and config.windows > 1:
        name, most, least = "windows", (rows - 6 * horizon) // config.step + 1, 1
    else:
        name, most, least = "", 0, 1
    return f"Give {config.called(name)} {most} or less" if most >= least else LONGER


def without_window(panel: Panel, config: SplitConfig, part: str, sizes: NDArray[np.int64], horizon: int) -> str:
    """Say which part of which series holds no window.

    Args:
        panel: the data.
        config: how it is cut.
        part: name of the part.
        sizes: `[S]` rows of the part in each series.
        horizon: steps forecast.
    """
    poor = sizes < horizon + (part == "train")
    s = int(np.argmax(poor))
    if where := outside(panel, config, s):
        return where + _left_out(poor)
    counted = {} if config.windows is None else {"windows": config.windows}
    asked = {**counted, **config.bounds()}
    said = f" with {', '.join(f'{config.called(name)} {value}' for name, value in asked.items())}" if asked else ""
    span = " (from {} to {})".format(*_span(panel, s)) if any(isinstance(v, str) for v in asked.values()) else ""
    ends = "{}, {} or {}".format(*(config.called(name) for name in ("train_end", "validation_end", "test_end")))
    move = f"Give fewer than {config.windows} windows, or move" if counted else "Move"
    return (
        f"The part {part!r} of series {panel.ids[s]!r}{span} gets {max(int(sizes[s]), 0)} rows{said}, which hold no "
        f"window of horizon {horizon}. {move} {ends} apart{_left_out(poor)}"
    )


def without_targets(panel: Panel, part: str, split: Split) -> str:
    """Say that no series has a target in a part that is trained on or chosen by, and between which times there is none.

    Args:
        panel: the data.
        part: name of the part.
        split: how it is cut.
    """
    first, last = split.bounds(part)  # type: ignore[arg-type]
    s = int(np.argmax(panel.known))
    stamps, known = panel.stamps(s), np.flatnonzero(np.isfinite(panel.y[panel.rows(s)][: panel.known[s]]))
    begin, end = minute_text(stamps[first[s]], panel.tz), minute_text(stamps[last[s] - 1], panel.tz)
    before, after = known[known < first[s]], known[known >= last[s]]
    gap, do = "", "Give data that have targets there"
    if len(before) and len(after):
        low, high = (minute_text(stamps[row], panel.tz) for row in (before[-1], after[0]))
        gap = f": between {low} and {high} none is known"
        do = f"Give the rows from {high} on where they are enough to learn from, else those up to {low}"
    which = f"Series {panel.ids[s]!r} has" if panel.series == 1 else f"None of {panel.series} series has"
    return (
        f"{which} {'no' if panel.series == 1 else 'a'} target in the part {part!r}, from {begin} to {end}{gap}. {do}."
    )


def outside(panel: Panel, config: SplitConfig, series: int) -> str:
    """Say which ends of parts lie as dates outside the data of a series, in a sentence without its end; else ""."""
    dates = {name: bound for name, bound in config.bounds().items() if isinstance(bound, str)}
    rows = {name: int(end_rows(panel, bound, config.called(name))[series]) for name, bound in dates.items()}
    begin, end = _span(panel, series)
    before = [name for name in dates if rows[name] < 1]
    after = [name for name in dates if rows[name] >= panel.known[series] and name != "test_end"]
    for names, where, do in (
        (after, f"after which the data of series {panel.ids[series]!r} have no row; the data end at {end}", "earlier"),
        (before, f"before the data of series {panel.ids[series]!r} begin, at {begin}", "later"),
    ):
        if names:
            said = " and ".join(f"{config.called(name)} {dates[name]}" for name in names)
            verb = "is a date" if len(names) == 1 else "are dates"
            return f"{said} {verb} {where}. Give {do} dates"
    return ""


def _left_out(poor: NDArray[np.bool_]) -> str:
    """The end of a sentence on what to do: to go on without some series, where others are left."""
    return "." if poor.all() else ", or leave such series out with --skip-short."


def _span(panel: Panel, series: int) -> tuple[str, str]:
    """First and last stamp of a series' history, by the data's clock."""
    first, last = panel.stamps(series)[[0, int(panel.known[series]) - 1]]
    return minute_text(first, panel.tz), minute_text(last, panel.tz)
