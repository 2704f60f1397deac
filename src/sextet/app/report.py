"""Write a run's report again."""

from __future__ import annotations

from pathlib import Path

from sextet.core.files import place_for
from sextet.report.html import write_report as write_html
from sextet.runtime.run_folder import RunFolder


def write_report(run: Path, out: Path | None = None) -> Path:
    """Write the HTML report of a run from what it stored; returns the report's path.

    Args:
        run: the run's folder.
        out: where to; None: `report.html` in the run.

    Raises:
        ConfigError: the folder of `out` is not there.
        RunError: the run is damaged.
    """
    if out is not None:
        place_for(out, "the report")
    return write_html(RunFolder(run).json("view.json"), out or run / "report.html")
