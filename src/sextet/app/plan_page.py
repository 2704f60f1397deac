"""The planner's answer as one HTML file."""

from __future__ import annotations

import datetime
from pathlib import Path

from sextet import __version__
from sextet.core.files import place_for
from sextet.planner.comparison import Comparison
from sextet.report.plan import plan_view, write_plan


def check_page(path: str | Path) -> Path:
    """Return the path where a page can be written, before anything is computed for it.

    Raises:
        ConfigError: the folder is not there, or the path is one.
    """
    return place_for(path, "the page")


def write_page(found: Comparison, path: str | Path, title: str | None = None) -> Path:
    """Write the report of an answer to `path`, atomically, and return the path.

    Args:
        found: the answer.
        path: of the file.
        title: heading; the rigs' names unless given.

    Raises:
        ConfigError: the folder is not there, or the path is one.
        ResourceError: the disk is full.
    """
    view = plan_view(
        found,
        title or _title(found),
        created=datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d %H:%M UTC"),
        versions={"sextet": __version__},
    )
    return write_plan(view, check_page(path))


def _title(found: Comparison) -> str:
    return " or ".join(one.name for one in found.rigs) or "Rigs of the catalogue"
