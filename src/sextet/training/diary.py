"""Writes down how a member's training goes: a line of JSON an epoch and, where wanted, TensorBoard's event files.

A training that goes on where it was stopped takes back the epochs that it will repeat, so that each stands there once.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from sextet.core.files import write_text
from sextet.members.backend import keras, tf
from sextet.training.monitor import Monitor

SUFFIX = ".sextet"
"""Ending of our event files; no other file of a TensorBoard folder is touched."""

SHOWN = ("loss", "select", "learning_rate", "seconds", "examples_per_second")


class Diary(keras.callbacks.Callback):  # type: ignore[misc]
    """Writes an entry after each epoch that the monitor, called before it, has judged.

    An entry has `member`, `epoch` from 1, `step` (optimiser steps by then), `loss` (training), `select`,
    `learning_rate`, `seconds` (of the epoch, judging included) and `examples_per_second` (windows).
    """

    def __init__(self, member: str, monitor: Monitor, *, batch: int, log: Path, board: Path | None = None) -> None:
        """Write to the file `log` and to the folder `board`; what is there of this member stays.

        Args:
            member: its name.
            monitor: whose history is written down.
            batch: windows a step.
            log: file of lines, of this member alone.
            board: folder of event files.
        """
        super().__init__()
        self._member = member
        self._monitor = monitor
        self._batch = batch
        self._log = log
        self._board = board
        self._writer: Any = None

    def begin(self, epoch: int) -> None:
        """Take back what was written of epochs after the first `epoch`."""
        known = [row for row in entries(self._log) if row["epoch"] <= epoch]
        write_text(self._log, "".join(_line(row) for row in known))
        if self._board is None:
            return
        for old in self._board.glob(f"events.out.tfevents.*{SUFFIX}"):
            old.unlink()
        self._writer = tf.summary.create_file_writer(str(self._board), filename_suffix=SUFFIX)
        for row in known:
            self._show(row)
        self._writer.flush()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Write the entry of the epoch."""
        history = self._monitor.history
        if not history or history[-1]["epoch"] != epoch + 1:
            return  # its loss was not a number
        judged, steps = history[-1], self.params["steps"]
        row = {
            "member": self._member,
            "epoch": epoch + 1,
            "step": (epoch + 1) * steps,
            "loss": judged["loss"],
            "select": judged["select"],
            "learning_rate": float(self.model.optimizer.learning_rate),
            "seconds": judged["seconds"],
            "examples_per_second": steps * self._batch / judged["seconds"],
        }
        append_line(self._log, row)
        if self._writer is not None:
            self._show(row)
            self._writer.flush()

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        """Close the event file."""
        if self._writer is not None:
            self._writer.close()

    def _show(self, row: dict[str, Any]) -> None:
        # tf.summary.scalar would need TensorBoard installed here; it is needed only where the logs are looked at
        kind = tf.compat.v1.SummaryMetadata(plugin_data={"plugin_name": "scalars"})
        with self._writer.as_default(step=row["epoch"]):
            for name in SHOWN:
                tf.summary.write(name, float(row[name]), metadata=kind)


def entries(log: Path) -> list[dict[str, Any]]:
    """Read the entries of a log; none where there is none. A last line that was cut off is left out."""
    if not log.is_file():
        return []
    whole, _, _ = log.read_text(encoding="utf-8").rpartition("\n")
    return [json.loads(line) for line in whole.splitlines()]


def append_line(log: Path, row: dict[str, Any]) -> None:
    """Append an entry, and wait until it is on the disk."""
    with open(log, "a", encoding="utf-8") as file:
        file.write(_line(row))
        file.flush()
        os.fsync(file.fileno())


def _line(row: dict[str, Any]) -> str:
    return json.dumps(row) + "\n"
