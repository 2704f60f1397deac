"""The planner's answer as one HTML file."""

from __future__ import annotations

import datetime
from pathlib import Path

from sextet import __version__
from sextet.core.errors import ConfigError
from sextet.planner.comparison import Comparison
from sextet.report.plan import plan_view, write_plan


def write_page(found: Comparison, path: str | Path, title: str | None = None) -> Path:
    """Write the report of an answer to `path`, atomically, and return the path.

    Args:
        found: the answer.
        path: of the file.
        title: heading; the rigs' names unless given.

    Raises:
        ConfigError: the folder is not there.
        ResourceError: the disk is full.
    """
    path = Path(path)
    if not path.parent.is_dir():
        raise ConfigError(f"Expected a folder that is there for --html; {path.parent} is not.")
    view = plan_view(
        found,
        title or _title(found),
        created=datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d %H:%M UTC"),
        versions={"sextet": __version__},
    )
    return write_plan(view, path)


def _title(found: Comparison) -> str:
    return " or ".join(one.name for one in found.rigs) or "Rigs of the catalogue"
