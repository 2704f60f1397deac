"""Checkpoints of a training on disk: the newest, the one before it, and which of them can be trusted.

A file is one line, `sextet checkpoint 1 SHA-256`, and then an npz without pickle, whose entry `meta` is JSON text. It
is written beside, synced and renamed, so it is whole or absent; the hash finds what a disk does to it later.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sextet.core.files import write_bytes

SUFFIX = ".checkpoint"
KEPT = 2
_FORMAT = "sextet checkpoint 1"
_META = "meta"


@dataclass(frozen=True, kw_only=True)
class Checkpoint:
    """A training between two steps.

    Attributes:
        epoch: epochs that are done.
        step: optimiser steps of the epoch after them that are done.
        arrays: name -> array, of any kind but objects.
        meta: plain values, as JSON has them.
    """

    epoch: int
    step: int
    arrays: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    meta: Mapping[str, Any] = field(default_factory=dict)


class Checkpoints:
    """The checkpoints of one training, in a folder of their own.

    Attributes:
        damaged: files that could not be trusted when they were read.
    """

    def __init__(self, folder: Path) -> None:
        """Keep checkpoints in `folder`; nothing is read or made yet."""
        self.folder = folder
        self.damaged: list[Path] = []

    def save(self, checkpoint: Checkpoint) -> Path:
        """Write a checkpoint; the one before it is kept, older ones are removed.

        Raises:
            ResourceError: the disk is full; those that are there stay.
        """
        there = self._files()
        path = self.folder / f"{self._number(there[-1]) + 1 if there else 1:06d}{SUFFIX}"
        write_bytes(path, _encoded(checkpoint))
        for old in [*there, path][:-KEPT]:
            old.unlink(missing_ok=True)
        return path

    def latest(self) -> Checkpoint | None:
        """Return the newest checkpoint that is as it was written; None without one. One that is not is removed."""
        for unfinished in self.folder.glob(f".*{SUFFIX}.*"):  # a process that was killed had begun it
            unfinished.unlink(missing_ok=True)
        for path in reversed(self._files()):
            found = read(path)
            if found is not None:
                return found
            self.damaged.append(path)
            path.unlink(missing_ok=True)
        return None

    def _files(self) -> list[Path]:
        return sorted(self.folder.glob(f"[0-9]*{SUFFIX}"), key=self._number)

    @staticmethod
    def _number(path: Path) -> int:
        return int(path.name.removesuffix(SUFFIX))


def read(path: Path) -> Checkpoint | None:
    """Read a checkpoint; None where the file is not what was written."""
    head, _, body = path.read_bytes().partition(b"\n")
    if head.decode("ascii", "replace") != f"{_FORMAT} {hashlib.sha256(body).hexdigest()}":
        return None
    with np.load(io.BytesIO(body), allow_pickle=False) as stored:
        arrays = {name: stored[name] for name in stored.files}
    meta = json.loads(str(arrays.pop(_META)))
    return Checkpoint(epoch=meta.pop("epoch"), step=meta.pop("step"), arrays=arrays, meta=meta)


def _encoded(checkpoint: Checkpoint) -> bytes:
    meta = {**checkpoint.meta, "epoch": checkpoint.epoch, "step": checkpoint.step}
    buffer = io.BytesIO()
    np.savez(buffer, **{_META: np.array(json.dumps(meta)), **checkpoint.arrays})  # type: ignore[arg-type]
    body = buffer.getvalue()
    return f"{_FORMAT} {hashlib.sha256(body).hexdigest()}\n".encode("ascii") + body
