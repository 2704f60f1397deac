"""`sextet watch`: each observation is judged as it comes."""

from __future__ import annotations

import contextlib
import json
import math
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from typer import Argument, Option

from sextet.cli.data_flags import READING, Dates, Decimal
from sextet.cli.output import Output, plain
from sextet.core.errors import DataError

if TYPE_CHECKING:
    from sextet.watching.finding import Finding
    from sextet.watching.heard import Heard

_COLUMNS = "Columns"
_NOTED = {
    "missing": "without a number",
    "late": "late, passed over",
    "duplicates": "with a stamp seen before, passed over",
    "astray": "alone far ahead of all before, set aside",
    "held": "from before the end of the run's data, passed over",
    "passed": "up to where an earlier watch had come, passed over",
    "unreadable": "that could not be read",
}

_EXPECTED = (
    "Expected columns such as unique_id, ds, y, with stamps such as 2024-01-31 13:00 and numbers; --id, --time and "
    "--target name them."
)
_TAKEN = ("rows", "missing", "passed", "late", "duplicates", "astray", "held", "unreadable")
_MIXED = 0.25  # share of rows passed over for their time from which several series may have come as one
_UNREAD_SHOWN = 3  # lines that could not be read, told with their reason

Run = Annotated[
    Path | None,
    Argument(metavar="[RUN]", show_default=False, help="Folder of a run, whose forecast is what is expected."),
]
Data = Annotated[str, Option("--data", "-d", metavar="FILE", help="CSV, JSON lines or Parquet; - for standard input.")]


@dataclass(frozen=True, kw_only=True)
class WatchFlags:
    """How is watched."""

    every: Annotated[bool, Option("--all", help="A line for each row judged, not only alerts.")] = False
    risk: Annotated[
        float | None,
        Option(
            "--risk",
            metavar="P",
            help="Probability at or below which a surprise is an alert; smaller means fewer alerts.",
            show_default="0.002",
        ),
    ] = None
    state: Annotated[
        Path | None,
        Option("--state", metavar="FILE", help="Keep what was learned in FILE, and go on from it where it exists."),
    ] = None
    refresh: Annotated[
        int | None,
        Option(
            "--refresh",
            metavar="N",
            help="With a run: rows after which its forecast is made anew.",
            show_default="the horizon",
        ),
    ] = None
    id: Annotated[
        str | None,
        Option(
            "--id",
            metavar="COLUMN",
            help="Column that names the series; several, with commas, name them together.",
            show_default="found",
            rich_help_panel=_COLUMNS,
        ),
    ] = None
    time: Annotated[
        str | None,
        Option("--time", metavar="COLUMN", help="Column of stamps.", show_default="found", rich_help_panel=_COLUMNS),
    ] = None
    target: Annotated[
        str | None,
        Option("--target", metavar="COLUMN", help="Column of values.", show_default="found", rich_help_panel=_COLUMNS),
    ] = None
    dates: Dates = None
    decimal: Decimal = None
    tz: Annotated[
        str | None,
        Option(
            "--tz",
            metavar="ZONE",
            help="Time zone of stamps that carry none, such as Europe/Berlin.",
            show_default="that of the run",
            rich_help_panel=READING,
        ),
    ] = None


def watch(data: Data, flags: WatchFlags, output: Output, run: Run = None) -> None:
    """Judge each observation as it comes, and say where an alert begins or gets worse, and why.

    One line for each on standard output, at once; with --json a JSON object a line. Without a run a statistical model
    learns from the stream alone. What was counted (gaps, late and duplicate rows) follows on standard error.
    """
    from sextet.app.watch import watch as run_watch

    asked = vars(flags)
    columns = {name: asked[name] for name in ("id", "time", "target", "dates", "decimal", "tz")}
    options = {name: asked[name] for name in ("every", "risk", "state", "refresh")}
    watching = run_watch(data, run, **options, columns=columns)
    with contextlib.closing(watching):  # also after Ctrl-C, or where the reader of a pipe went away
        for finding in watching:
            if output.json:
                print(json.dumps(plain(finding.to_json()), ensure_ascii=False, allow_nan=False), flush=True)
            else:
                print(line_of(finding), flush=True)
    counts = watching.counts()
    if not counts["rows"] + counts["missing"] + counts["passed"] + counts["late"] + counts["held"]:
        why = "".join(f" Line {number}: {reason}." for number, reason in watching.heard.unread[:1])
        raise DataError(f"No row of {_name(data)} could be read.{why} {_EXPECTED}")
    if not output.quiet:
        tell(counts, watching.heard)
    if wrong := _mostly_wrong(counts, watching.heard):
        if data != "-":
            raise DataError(f"{_name(data)}: {wrong}")
        print(f"note: {_name(data)}: {wrong}", file=sys.stderr)


def _mostly_wrong(counts: dict[str, int], heard: Heard) -> str:
    """Say that most rows could not be read, with a line that shows why; "" where they could."""
    taken = sum(counts[name] for name in _TAKEN)
    before = counts["late"] + counts["duplicates"]
    if before * 2 > taken:
        return f"{before:,} of {taken:,} rows are of times that their series had passed, so that they were not judged."
    bad = counts["unreadable"] + counts["numberless"]
    if bad * 2 <= taken:
        return ""
    shown = [*heard.odd, *heard.unread][:1] if counts["numberless"] > counts["unreadable"] else heard.unread[:1]
    why = "".join(f" Line {number}: {reason}." for number, reason in shown)
    return f"{bad:,} of {taken:,} rows could not be read.{why} {_EXPECTED}"


def line_of(finding: Finding) -> str:
    """Write a finding as one line of text."""
    where = f"{finding.stamp}  {finding.series}".rstrip()
    expected = "" if math.isnan(finding.low) else f"expected {finding.low:.6g} to {finding.high:.6g}  "
    if expected and finding.judged == "mean":  # the range is of what was judged, so that is said before it
        expected = f"mean {finding.seen:.6g}  {expected}"
    score = f"{where}  {finding.value:.6g}  {expected}p={finding.probability:.2g}"
    if finding.event in ("start", "worse"):
        again = "worse: " if finding.event == "worse" else ""
        return f"{score}  {again}{finding.severity.upper()} {finding.alert}: {finding.reason}"
    return f"{score}  {finding.event} {finding.alert or ''}".rstrip()


def tell(counts: dict[str, int], heard: Heard) -> None:
    """Say on standard error what was counted, and how the data were read where that was not plain."""
    parts = [f"{counts[name]:,} {text}" for name, text in _NOTED.items() if counts[name]]
    noted = f" Rows {', '.join(parts)}." if parts else ""
    noted += f" {counts['gaps']:,} stamps did not come." if counts["gaps"] else ""
    print(
        f"{counts['alerts']:,} alerts in {counts['rows']:,} rows of {counts['series']:,} series.{noted}",
        file=sys.stderr,
    )
    if counts["rows"] and counts["warming"]:
        print(
            f"note: {counts['warming']:,} of {counts['series']:,} series without the 150 rows of the warm-up, before "
            "which nothing is an alert. Of a series that a run knows there is no warm-up.",
            file=sys.stderr,
        )
    before = counts["late"] + counts["duplicates"]
    if before > _MIXED * (counts["rows"] + before):
        print(
            "note: where rows of several series came as one, name the column of series with --id, several with commas; "
            "where one stamp lay ahead of its time, such as in another year, all rows after it are late: correct it.",
            file=sys.stderr,
        )
    if counts["held"] and not counts["rows"]:
        print(
            "note: the run's data end after these rows, so that it judges none of them. Without the run they are "
            "judged by a statistical model; if they are new, look at their year.",
            file=sys.stderr,
        )
    for note in heard.notes:
        print(f"note: {note}", file=sys.stderr)
    for number, reason in heard.unread[:_UNREAD_SHOWN]:
        print(f"note: line {number} was passed over: {reason}.", file=sys.stderr)
    more = counts["unreadable"] - _UNREAD_SHOWN
    if more > 0:
        print(f"note: and {more:,} more {'line' if more == 1 else 'lines'} that could not be read.", file=sys.stderr)
    if heard.odd:
        number, reason = heard.odd[0]
        others = f", and so of {counts['numberless'] - 1:,} more" if counts["numberless"] > 1 else ""
        print(f"note: the value of line {number} was taken as missing: {reason}{others}.", file=sys.stderr)


def _name(data: Any) -> str:
    return "standard input" if str(data) == "-" else str(data)
