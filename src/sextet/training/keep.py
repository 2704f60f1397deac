"""Where the training of a member is kept while it goes on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Keep:
    """Where the training of a member is kept while it goes on, so that it can go on after a stop.

    Attributes:
        checkpoints: folder of its checkpoints, of this training alone; None: there are none.
        minutes: between two of them.
        log: file of its metrics, a line of JSON an epoch.
        board: folder of TensorBoard's event files; None: there are none.
    """

    checkpoints: Path | None
    log: Path
    minutes: float = 5.0
    board: Path | None = None
