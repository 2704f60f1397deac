"""A run on disk: a folder of plain files with a manifest of their hashes.

    run/
      manifest.json        schema, version, which files belong to the run, their size and SHA-256; written last
      config.json          horizon, frequency, members, columns, split: all that was asked and chosen
      scaler.npz           transform, location and scale per series; covariate scales
      spikes.npz           spike levels per series
      members/*.onnx       one graph a neural member; members/rule-based.npz
      rules.toml           the user's rules, if any
      state-0001.npz       ensemble weights, calibration, alert thresholds, the last lookback of history;
                           `update` writes the next number and then the manifest, so a cut never mixes two
      metrics.json  training.json  environment.json  view.json
      log.jsonl            metrics of every epoch of every member, a line of JSON each
      report.html          made from view.json at any time, so not in the manifest

Arrays are stored without pickle. A file that is missing, longer, shorter or changed is refused by name.
"""

from __future__ import annotations

import glob
import io
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import sextet
from sextet.core import files
from sextet.core.errors import ConfigError, RunError
from sextet.runtime.no_run import what_stands

SCHEMA = 1
MANIFEST = "manifest.json"
ENDING = ".unfinished"  # of the folder, beside a run, of a training that has not ended
Arrays = Mapping[str, NDArray[Any]]


def with_a_name(path: Path) -> Path:
    """Return a path as it is, or whole where it is `.`, `..` or the like, which do not tell their folder's name."""
    return Path(os.path.abspath(path)) if path.name in ("", "..") else path


def beside_run(path: Path) -> Path:
    """Return the folder of the unfinished training of the run `path`."""
    return Path(f"{with_a_name(path)}{ENDING}")


class RunFolder:
    """Reads and writes the files of one run folder; checks every file it reads against the manifest."""

    def __init__(self, path: Path) -> None:
        """Open the folder `path`; nothing is read yet."""
        self.path = path
        self._manifest: dict[str, Any] | None = None

    @property
    def manifest(self) -> dict[str, Any]:
        """The manifest.

        Raises:
            RunError: it is missing, unreadable or of another schema.
        """
        if self._manifest is None:
            self._manifest = self._read_manifest()
        return self._manifest

    def has(self, name: str) -> bool:
        """Whether the file `name` belongs to the run."""
        return name in self.manifest["files"]

    def check(self) -> None:
        """Check every file of the run. Raises RunError naming the first that is damaged."""
        for name in self.manifest["files"]:
            self.checked(name)

    def checked(self, name: str) -> Path:
        """Return the path of the file `name` after checking its size and hash.

        Raises:
            RunError: the file is not of this run, missing or changed.
        """
        known = self.manifest["files"].get(name)
        path = self.path / name
        if known is None:
            raise RunError(f"The run {self.path} has no {name}. It may come from another version; train it again.")
        if not path.is_file():
            raise RunError(f"The run is damaged: {path} is missing. Copy the whole folder again, or train it again.")
        if path.stat().st_size != known["bytes"] or files.sha256(path) != known["sha256"]:
            raise RunError(
                f"The run is damaged: {path} is not what was written (expected {known['bytes']} bytes with SHA-256 "
                f"{known['sha256'][:12]}…, found {path.stat().st_size} bytes). Copy it again, or train it again."
            )
        return path

    def json(self, name: str) -> Any:
        """Read a JSON file of the run."""
        return json.loads(self.checked(name).read_text(encoding="utf-8"))

    def arrays(self, name: str) -> dict[str, NDArray[Any]]:
        """Read an npz file of the run, without pickle."""
        with np.load(self.checked(name), allow_pickle=False) as stored:
            return {key: stored[key] for key in stored.files}

    @property
    def state(self) -> str:
        """Name of the current state file."""
        return str(self.manifest["state"])

    def write_json(self, name: str, value: Any) -> None:
        """Write a JSON file; it joins the run at the next `seal`."""
        files.write_text(self.path / name, json.dumps(value, indent=1, allow_nan=False, ensure_ascii=False))

    def write_arrays(self, name: str, arrays: Arrays) -> None:
        """Write an npz file; it joins the run at the next `seal`."""
        buffer = io.BytesIO()
        np.savez_compressed(buffer, **dict(arrays))  # type: ignore[arg-type]
        files.write_bytes(self.path / name, buffer.getvalue())

    def write_state(self, arrays: Arrays) -> str:
        """Write the next state file and return its name; `seal` makes it the current one."""
        numbers = [int(path.stem.split("-")[1]) for path in self.path.glob("state-*.npz")]
        name = f"state-{max(numbers, default=0) + 1:04d}.npz"
        self.write_arrays(name, arrays)
        return name

    def seal(self, names: list[str], state: str) -> None:
        """Write the manifest over `names`; from then on the run is whole. State files not named are removed."""
        listed = {
            name: {"bytes": (self.path / name).stat().st_size, "sha256": files.sha256(self.path / name)}
            for name in sorted({*names, state})
        }
        manifest = {"schema": SCHEMA, "sextet": sextet.__version__, "state": state, "files": listed}
        self.write_json(MANIFEST, manifest)
        self._manifest = manifest
        for old in self.path.glob("state-*.npz"):
            if old.name != state:
                old.unlink()

    def _read_manifest(self) -> dict[str, Any]:
        path = self.path / MANIFEST
        if not path.is_file() and (beside := beside_run(self.path)).is_dir():
            raise RunError(
                f"{self.path} is no run yet: its training has not ended. sextet show {beside} tells how far it has "
                f"come; sextet train --resume {self.path} goes on with it."
            )
        if not path.is_file():
            raise RunError(what_stands(self.path, MANIFEST))
        try:
            manifest = json.loads(path.read_text(encoding="utf-8"))
            schema, _, _ = manifest["schema"], manifest["state"], manifest["files"]
        except (ValueError, KeyError, TypeError) as error:
            raise RunError(f"The run is damaged: {path} cannot be read ({error}). Copy it again.") from error
        if schema != SCHEMA:
            raise RunError(
                f"{path} has schema {schema}, this sextet {sextet.__version__} reads {SCHEMA}. "
                f"Use the sextet that wrote it ({manifest.get('sextet', 'unknown')}), or train it again."
            )
        return dict(manifest)


@contextmanager
def building(out: Path) -> Iterator[RunFolder]:
    """Build a run beside `out`; on success it takes the place of `out`, else nothing at `out` has changed.

    Raises:
        ConfigError: `out` is a file, or a folder that holds something else than a run.
    """
    refuse_other(out)
    out.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(dir=out.parent, prefix=f".{out.name}.training-"))
    try:
        yield RunFolder(beside)
        take_place(beside, out)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def refuse_other(out: Path) -> None:
    """Make sure that a run may be put at `out`.

    Raises:
        ConfigError: there is a file, or a folder that holds something else than a run.
    """
    if out.exists() and not (out / MANIFEST).is_file() and (out.is_file() or any(out.iterdir())):
        raise ConfigError(f"--out {out} exists and is not a run of sextet; choose another folder or empty this one.")


def replaced(out: Path) -> str:
    """Say that a run is at `out`, and what will become of it; empty where there is none."""
    manifest = out / MANIFEST
    if not manifest.is_file():
        return ""
    written = datetime.fromtimestamp(manifest.stat().st_mtime)
    return f"The run at {out}, of {written:%Y-%m-%d %H:%M}, will be replaced when this one is whole."


def take_place(beside: Path, out: Path) -> None:
    """Move the run `beside`, which is whole, to `out`; a run that is there is removed."""
    os.chmod(beside, 0o755)
    if out.exists():
        old = Path(tempfile.mkdtemp(dir=out.parent, prefix=_old(out)))
        os.replace(out, old / out.name)
        os.replace(beside, out)
        shutil.rmtree(old, ignore_errors=True)
    else:
        os.replace(beside, out)


def sweep(out: Path) -> None:
    """Clear what a process left that was killed while a new run took the place of an old one.

    Where it had only moved the old one away, that is put back.
    """
    for old in out.parent.glob(f"{glob.escape(_old(out))}*"):
        if not out.exists() and (old / out.name / MANIFEST).is_file():
            os.replace(old / out.name, out)
        shutil.rmtree(old, ignore_errors=True)


def _old(out: Path) -> str:
    return f".{out.name}.old-"
