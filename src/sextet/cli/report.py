"""`sextet report`: the HTML report of a run, written again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sextet.cli.flags import ExistingRun
from sextet.cli.output import Output

Out = Annotated[
    Path | None, typer.Option("--out", "-o", metavar="FILE", help="HTML file.", show_default="report.html in the run")
]


def report(run: ExistingRun, output: Output, out: Out = None) -> None:
    """Write the HTML report of a run again: one file that opens in any browser, without network."""
    from sextet.app.report import write_report

    with output.working():
        written = write_report(run, out)
    output.news({"report": written}, lambda console: console.print(f"report  {written}", soft_wrap=True))
