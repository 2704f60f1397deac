"""A training that has not ended, on disk beside its run: what is finished stays there until the run is whole.

    RUN.unfinished/
      request.json           what was asked, how the data are read, and the hash of the data once they were
      data.npz               the data as read, so that nothing else is needed to go on
      training/members/*     members that are finished, each with the record of its training
      training/checkpoints/  of members that are being trained
      training/log/*.jsonl   metrics, a line an epoch
      training/caught-up/    members that were trained on (--catch-up)
      run/                   the run while it is being written, at the end
      lock                   held by the process that works here

Nothing is pickled. Whatever was cut off while it was written is written again.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from sextet.core.errors import RunError
from sextet.core.files import atomic_writer, sha256, write_text
from sextet.core.lock import held, holder
from sextet.core.panel import Panel
from sextet.data.fingerprint import fingerprint
from sextet.runtime.run_folder import (
    ENDING,
    MANIFEST,
    RunFolder,
    beside_run,
    refuse_other,
    sweep,
    take_place,
    with_a_name,
)
from sextet.runtime.stored_panel import panel_from_arrays, panel_to_arrays

REQUEST, DATA, SEALED = "request.json", "data.npz", "sealed"
ANEW = "Begin it anew: the same command with --fresh."
TRAINING, RUN, LOCK = "training", "run", "lock"


class Unfinished:
    """The folder of a training that has not ended.

    Attributes:
        out: the run that it will be.
        path: the folder.
        training: where members are trained.
        run: where the run is written.
    """

    def __init__(self, out: Path) -> None:
        """Look at the training of the run `out`."""
        self.out = out
        self.path = beside_run(Path(os.path.abspath(out)))
        self.training = self.path / TRAINING
        self.run = self.path / RUN

    @classmethod
    def at(cls, path: Path) -> Unfinished:
        """Look at the training of the run `path`, or of which `path` is the folder itself."""
        path = with_a_name(path)
        name = path.name
        is_itself = name.endswith(ENDING) and name != ENDING and not (path / MANIFEST).is_file()
        return cls(path.with_name(name.removesuffix(ENDING)) if is_itself else path)

    @property
    def exists(self) -> bool:
        """Whether there is such a training; what one leaves that was cut off while it tidied up is none."""
        return self.path.is_dir() and not self._done()

    @property
    def begun(self) -> bool:
        """Whether it has trained anything that would be lost with it."""
        return any(any(self.training.glob(part)) for part in ("members/*.training.json", "checkpoints/*/*.checkpoint"))

    @contextmanager
    def held(self) -> Iterator[None]:
        """Work here, and nobody else meanwhile; where it fails before anything was trained, nothing stays.

        Raises:
            ConfigError: another process works here, or `out` is something else than a run.
        """
        refuse_other(self.out)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with held(self.path / LOCK, f"is training the run {self.out}"):
            sweep(self.out)
            if self._done():
                self._clear()
            try:
                yield
            except BaseException:
                if not self.begun:
                    shutil.rmtree(self.path, ignore_errors=True)
                raise

    def worker(self) -> int | None:
        """Id of the process that works here, 0 where it cannot be told; None where nobody does."""
        return holder(self.path / LOCK)

    def request(self) -> dict[str, Any] | None:
        """What was asked; None where the training was stopped before it was written down.

        Raises:
            RunError: it is damaged.
        """
        path = self.path / REQUEST
        if not path.is_file():
            return None
        try:
            return dict(json.loads(path.read_text(encoding="utf-8")))
        except (ValueError, TypeError) as error:
            raise RunError(f"The unfinished training is damaged: {path} cannot be read ({error}). {ANEW}") from error

    def begin(self, request: Mapping[str, Any]) -> None:
        """Write down what is asked; whatever an earlier training left here goes."""
        self._clear()
        self._write(request)

    def renew(self, request: Mapping[str, Any]) -> None:
        """Write down anew what is asked; what was found out since stays."""
        known = self.request() or {}
        self._write({**request, **({"data": known["data"]} if "data" in known else {})})

    def store(self, panel: Panel) -> None:
        """Keep the data as they were read.

        Raises:
            ResourceError: the disk is full.
        """
        path = self.path / DATA
        arrays = {**panel_to_arrays(panel), "notes": np.array(json.dumps(panel.notes))}
        with atomic_writer(path) as file:
            np.savez(file, **arrays)  # type: ignore[arg-type]
        data = {"sha256": sha256(path), "bytes": path.stat().st_size, "fingerprint": fingerprint(panel)}
        self._write({**(self.request() or {}), "data": data})

    def panel(self) -> Panel | None:
        """The data as they were read; None where the training was stopped before they were.

        Raises:
            RunError: they are damaged.
        """
        known, path = (self.request() or {}).get("data"), self.path / DATA
        if known is None:
            return None
        if not path.is_file() or path.stat().st_size != known["bytes"] or sha256(path) != known["sha256"]:
            raise RunError(f"The unfinished training is damaged: {path} is not what was written. {ANEW}")
        with np.load(path, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        return panel_from_arrays(arrays).with_notes(*json.loads(str(arrays["notes"])))

    def new_run(self) -> RunFolder:
        """Return an empty folder for the run."""
        shutil.rmtree(self.run, ignore_errors=True)
        self.run.mkdir()
        return RunFolder(self.run)

    def finish(self) -> None:
        """Put the run, which is whole, at its place; this folder goes."""
        write_text(self.path / SEALED, sha256(self.run / MANIFEST))
        take_place(self.run, self.out)
        (self.path / REQUEST).unlink(missing_ok=True)  # first of all, so that half of it is no training any more
        shutil.rmtree(self.path, ignore_errors=True)

    def _done(self) -> bool:
        """Whether the run has taken its place, and only the folder is left."""
        sealed, manifest = self.path / SEALED, self.out / MANIFEST
        whole = sealed.is_file() and manifest.is_file() and not self.run.exists()
        return whole and sealed.read_text(encoding="utf-8") == sha256(manifest)

    def _clear(self) -> None:
        for path in self.path.iterdir():
            if path.is_dir():
                shutil.rmtree(path)
            elif path.name != LOCK:
                path.unlink()

    def _write(self, request: Mapping[str, Any]) -> None:
        write_text(self.path / REQUEST, json.dumps(request, indent=1, ensure_ascii=False))
