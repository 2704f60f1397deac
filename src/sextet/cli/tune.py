"""`sextet tune`: a data file in, a file of settings out."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from typer import Option

from sextet.cli.again import typed
from sextet.cli.data_flags import DataFlags
from sextet.cli.flags import SplitFlags, TargetFlags, TrialFlags, given
from sextet.cli.output import Output
from sextet.cli.train import Source, options_of
from sextet.core.errors import ConfigError

if TYPE_CHECKING:
    from rich.console import Console

    from sextet.app.requests import TuneResult

_UNITS = {"h": 3600, "m": 60, "s": 1}


@dataclass(frozen=True, kw_only=True)
class SearchFlags:
    """What a search must be told."""

    horizon: Annotated[int, Option("--horizon", min=1, metavar="N", help="Steps to forecast.")]
    budget: Annotated[
        str | None,
        Option(
            "--budget",
            metavar="TIME",
            help="Time of the whole search, such as 90s, 30m, 2h or 1h30m.",
            show_default="30m, none with --trials",
        ),
    ] = None
    out: Annotated[
        Path, Option("--out", "-o", metavar="FILE", help="File of settings, for `sextet train --config`.")
    ] = Path("best.json")
    trials: Annotated[
        int | None,
        Option(
            "--trials",
            min=1,
            metavar="N",
            help="Most trials of each member; with one worker and no --budget the result follows from the seed.",
            show_default="as time allows",
        ),
    ] = None
    workers: Annotated[
        int, Option("--workers", min=1, metavar="N", help="Trials at once, each in a process with the data.")
    ] = 1


def tune(
    source: Source,
    goal: SearchFlags,
    budget: TrialFlags,
    data: DataFlags,
    target: TargetFlags,
    split: SplitFlags,
    output: Output,
) -> None:
    """Search settings that forecast better than the defaults, and write them to a file for `sextet train --config`.

    Looks at the validation part alone. Stopped or killed, the same command goes on.

    Example: sextet tune sales.csv --horizon 28 --budget 2h --workers 2 --out best.json
    """
    from sextet.app.requests import TuneRequest
    from sextet.app.tune import search_folder
    from sextet.app.tune import tune as run_search

    request = TuneRequest(
        source=source,
        data=options_of(data),
        **{**given(goal), "budget": seconds(goal.budget)},
        **given(budget),
        **given(target),
        **given(split),
    )
    before = goal.out.stat().st_mtime_ns if goal.out.is_file() else 0
    output.kept = lambda: kept(goal.out, search_folder(goal.out), before)
    progress = output.progress()
    with output.working():
        result = run_search(request, progress=progress)
    words = (str(source), "--horizon", str(goal.horizon), *typed(data), "--config", str(goal.out), "--out", "RUN")
    train = f"sextet train {shlex.join(words)}"
    output.note(result.notes)
    output.news(vars(result), lambda console: show_result(console, result, train))


def seconds(text: str | None) -> float | None:
    """Read a time: "90s" -> 90, "1h30m" -> 5400.

    Raises:
        ConfigError: it is not written as hours, minutes and seconds, or is 0.
    """
    if text is None:
        return None
    found = re.fullmatch(r"(?:([\d.]+)h)?(?:([\d.]+)m)?(?:([\d.]+)s)?", text.strip().lower().replace(" ", ""))
    try:
        parts = [float(part or 0) for part in found.groups()] if found else []
    except ValueError:
        parts = []
    total = sum(part * size for part, size in zip(parts, _UNITS.values(), strict=False))
    if not total > 0:
        raise ConfigError(f"Expected --budget as hours, minutes or seconds, such as 2h, 30m or 90s; got {text!r}.")
    return total


def show_result(console: Console, result: TuneResult, train: str) -> None:
    """Print what was tried and found, and the command that trains with it."""
    from sextet.cli.tables import Column, facts, number, print_table
    from sextet.report.naming import shown

    columns = (
        Column(key="name", title="member"),
        Column(key="default", title="default", spec="4", rank=1),
        Column(key="found", title="found", spec="4", rank=1),
        Column(key="gain", title="gain %", spec="+.1f"),
        Column(key="trials", title="trials", spec=".0f", rank=2),
        Column(key="pruned", title="pruned", spec=".0f", rank=2),
        Column(key="verdict", title="taken"),
        Column(key="changed", title="changed", rank=3),
    )
    rows = [{**row, "name": shown(row["name"]), "gain": _gain(row)} for row in result.findings]
    title = "Loss on the part select, mean over the seeds tried; of training, that of members against the defaults"
    left_out = print_table(console, title, columns, rows)
    if left_out:
        console.print(f"Left out to fit {console.width} columns: {', '.join(left_out)}. --json shows all.")
        for row in rows:
            if "changed" in left_out and row["changed"]:
                console.print(f"  {row['name']}: {row['changed']}", soft_wrap=True)
    if result.weigh:
        default, found = result.weigh["default"], result.weigh["found"]
        gain = number(100 * (1 - found / default), "+.2f")
        console.print(f"Ensemble on the part weigh: {number(default)} with defaults, {number(found)} found ({gain} %).")
    console.print()
    facts(console, (("settings", str(result.out)), ("train", train)))


def kept(out: Path, folder: Path, before: int) -> str:
    """Say what an unfinished search left; `before` is when `out` was last written before it, 0 for never."""
    if not folder.is_dir():
        return ""
    written = out.is_file() and out.stat().st_mtime_ns != before
    best = f"{out} holds the best so far, the defaults where nothing better was found yet. " if written else ""
    return f"{best}The same command goes on with the search."


def _gain(row: dict[str, Any]) -> float | None:
    return None if not row["default"] or row["found"] is None else 100 * (1 - row["found"] / row["default"])
