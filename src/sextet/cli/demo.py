"""`sextet demo`: the whole way on real data that a dependency ships."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sextet.cli.output import Output
from sextet.cli.train import kept, show_result

Out = Annotated[Path, typer.Option("--out", "-o", metavar="DIR", help="Folder of the run.")]
Quick = Annotated[bool, typer.Option("--quick/--full", help="Small budget, done in minutes, or the whole one.")]


def demo(output: Output, out: Out = Path("runs/glucose"), quick: Quick = True) -> None:
    """Train on the glucose sample: readings of one person every 5 minutes, with real gaps and real spikes.

    The sample comes with the package bokeh_sampledata, which the extra `samples` brings; no network is needed.
    """
    from sextet.app.demo import demo as run_demo

    output.kept = lambda: kept(out)
    progress = output.progress()
    with output.working():
        result = run_demo(out, progress=progress, quick=quick)
    output.note(result.notes)
    output.news(vars(result), lambda console: show_result(console, result))
