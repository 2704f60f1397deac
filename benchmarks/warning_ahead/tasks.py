"""The tasks: what a spike is, fixed before anything is trained, and the backtest that warns of it."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from protocols.catalogue import BY_NAME
from protocols.cell import Cell
from protocols.running import Setting, request_of

DETECTOR = "spike-detector"


@dataclass(frozen=True, kw_only=True)
class Task:
    """Spikes of one data set.

    Attributes:
        name: on the command line and of files.
        cell: name of the protocol cell whose backtest is asked.
        threshold: a target above it is a spike, in the unit of the data; None: above the level that the peaks over
            threshold of the training part give.
        what: the same in words.
    """

    name: str
    cell: str
    threshold: float | None = None
    what: str = "above the level of late plus a threshold that the training part exceeds once in a hundred rows"

    @property
    def protocol(self) -> Cell:
        """The protocol cell."""
        return BY_NAME[self.cell]

    def folder(self, setting: Setting) -> Path:
        """Where the backtest lies: that of the cell, or one of its own beside it where spikes are told otherwise."""
        usual = setting.folder(self.protocol)
        return usual if self.threshold is None else usual.with_name(f"{usual.name}-above-{self.threshold:g}")

    def request(self, setting: Setting) -> Any:
        """The `BacktestRequest`: that of the cell, spikes told as the task tells them.

        Raises:
            ProtocolError: a file is missing, or not what the protocol knows.
        """
        problem = self.protocol.load(setting.data)
        problem.proof.check()
        asked = request_of(self.protocol, problem, setting)
        return replace(asked, spike_threshold=self.threshold, out=self.folder(setting))


TASKS = {
    task.name: task
    for task in (
        Task(name="Glucose", cell="Glucose"),
        Task(name="Glucose-180", cell="Glucose", threshold=180.0, what="above 180 mg/dL"),
        Task(name="EPF-NP", cell="EPF-NP"),
        Task(name="EPF-DE", cell="EPF-DE"),
    )
}


def take_over(source: Path, target: Path) -> list[str]:
    """Copy what is trained in one backtest to another that tells spikes otherwise: all members but the one that warns.

    Only the Spike Detector learns from labels. Files that are there are kept; returns those copied.
    """
    taken = []
    for file in sorted(source.glob("folds/**/members/*")):
        there = target / file.relative_to(source)
        if file.name.startswith((".", f"{DETECTOR}.")) or there.exists():
            continue
        there.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, there)
        taken.append(str(file.relative_to(source)))
    return taken
