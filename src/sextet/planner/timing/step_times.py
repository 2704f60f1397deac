"""Step times measured in trainings, kept in a small file, so that the next prediction rests on them.

A row is what one member took on one device. For another shape or batch of the same member on the same device it is
scaled by a yardstick that is kept with it: what the planner predicts for the step where the device is a card of the
catalogue, the arithmetic of the step elsewhere.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from sextet.core.errors import ConfigError, ResourceError
from sextet.core.files import write_text

STEPS = "steps.json"
MOST = 400
"""Rows a file holds; the oldest go."""

ALIKE = 0.01
"""Relative difference of yardsticks below which a step is the one measured."""

_FOLDER = "SEXTET_CACHE"
_VERSION = 2
"""Of the file: in one of version 1 the only epoch of a training may count with compiling in it."""


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What a member took to train.

    Attributes:
        device: what trained it, as `Site.title` writes it.
        member: its name.
        precision: of arithmetic.
        batch: windows a step, of all devices together.
        yardstick: what the step was expected to take, in a unit of its own for each device.
        step: seconds of a step, a share of judging each epoch in it; without it where there was one epoch only.
        start: seconds that the training took besides its steps: building, compiling, exporting.
    """

    device: str
    member: str
    precision: str
    batch: int
    yardstick: float
    step: float
    start: float


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What a step is expected to take, from one that was measured.

    Attributes:
        step: seconds.
        start: seconds besides the steps.
        same: the very step was measured; otherwise another of the member was, and is scaled.
    """

    step: float
    start: float
    same: bool


class StepTimes:
    """Measured step times; a file that is missing or damaged holds none."""

    def __init__(self, path: Path | None = None) -> None:
        """Open the file `path`; None: that of the user."""
        self.path = path or user_file()
        self.rows = _read(self.path)

    def expected(self, device: str, member: str, precision: str, yardstick: float) -> Expected | None:
        """Return what a step takes by the nearest one measured of that member on that device, or None."""
        if not yardstick > 0:
            return None
        fitting = [row for row in self.rows if (row.device, row.member, row.precision) == (device, member, precision)]
        # the newest of equally near ones
        row = min(reversed(fitting), key=lambda one: abs(math.log(yardstick / one.yardstick)), default=None)
        if row is None:
            return None
        factor = yardstick / row.yardstick
        return Expected(step=row.step * factor, start=row.start, same=abs(factor - 1) < ALIKE)

    def add(self, rows: Sequence[Measured]) -> None:
        """Keep rows; one of the same step goes. A folder that cannot be written to is left as it is."""
        new = {_key(row) for row in rows}
        self.rows = [*(row for row in _read(self.path) if _key(row) not in new), *rows][-MOST:]
        # a cache: whoever cannot write there only predicts worse
        with contextlib.suppress(OSError, ConfigError, ResourceError):
            write_steps(self.path, self.rows)


def write_steps(path: Path, rows: Sequence[Measured]) -> None:
    """Write rows to a file."""
    write_text(path, json.dumps({"version": _VERSION, "rows": [asdict(row) for row in rows]}, indent=1))


def user_file() -> Path:
    """Return the user's file: in the folder SEXTET_CACHE names, else where the system keeps caches."""
    named = os.environ.get(_FOLDER)
    if named:
        return Path(named) / STEPS
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return base / "sextet" / STEPS


def _read(path: Path) -> list[Measured]:
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        rows = [Measured(**row) for row in values["rows"]] if values["version"] == _VERSION else []
        return [row for row in rows if min(row.yardstick, row.step) > 0 and row.start >= 0]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def _key(row: Measured) -> tuple[str, str, str, int, float]:
    return row.device, row.member, row.precision, row.batch, round(row.yardstick, 12)
