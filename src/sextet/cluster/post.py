"""Where all that is told by the nodes arrives, and where what they keep safe is put: one actor beside the driver."""

from __future__ import annotations

import contextlib
import threading
from pathlib import Path
from typing import Any

from sextet.cluster.session import Cluster, ray_module
from sextet.core.files import write_bytes
from sextet.ensemble.relay import Told

MIRROR_SECONDS = 2.0
"""How often a node looks for a new checkpoint to send."""

LASTING = {"num_cpus": 0, "max_restarts": -1, "max_task_retries": -1}
"""Options of an actor that is begun again where its process dies, as where memory runs out; what matters is on disk."""

Files = dict[str, bytes]
"""Content by path, relative to a folder."""


class Post:
    """The actor; it runs on the node of the driver, whose disk it writes to."""

    def __init__(self) -> None:
        """Begin with nothing told."""
        self._told: list[Told] = []
        self._begun: dict[str, str] = {}

    def tell(self, told: Told) -> None:
        """Take a message."""
        self._told.append(told)

    def drain(self) -> list[Told]:
        """Return what was told since the last time."""
        told, self._told = self._told, []
        return told

    def begin(self, what: str, host: str, folder: str, kept: tuple[str, ...]) -> Files:
        """Take note that `what` begins on `host`; return what was kept of it, the globs `kept` of `folder`."""
        files = read_files(Path(folder), kept)
        before = self._begun.get(what)
        if before is not None:
            on = "goes on from its checkpoint" if any("checkpoint" in name for name in files) else "is begun anew"
            self._told.append(("note", (f"{before} was lost while it trained {what}: it {on} on {host}.",)))
        self._begun[what] = host
        return files

    def keep(self, folder: str, place: str, files: Files, there: tuple[str, ...]) -> None:
        """Put files into `folder`; of those in its `place`, what is not `there` any more goes."""
        put_files(Path(folder), files)
        inside = Path(folder) / place
        for path in inside.iterdir() if inside.is_dir() else ():
            if path.name not in there and path.is_file() and path.suffix == ".checkpoint":
                path.unlink(missing_ok=True)


def post_office(cluster: Cluster) -> Any:
    """Begin the actor on the node of this process."""
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy as On

    ray = ray_module()
    return ray.remote(Post).options(scheduling_strategy=On(cluster.here, soft=False), **LASTING).remote()


class Mirror:
    """Sends the checkpoints of a training to the post while it goes on, in a thread of its own."""

    def __init__(self, post: Any, folder: Path, place: str, target: str) -> None:
        """Mirror `place` of the local `folder` to the same place of the driver's folder `target`."""
        self._post, self._folder, self._place, self._target = post, folder, place, target
        self._sent: dict[str, tuple[int, int]] = {}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Mirror:
        """Begin to watch."""
        self._thread.start()
        return self

    def __exit__(self, *problem: object) -> None:
        """Stop watching."""
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(MIRROR_SECONDS):
            # a training does not end because it could not be kept safe
            with contextlib.suppress(Exception):
                self._send()

    def _send(self) -> None:
        ray = ray_module()
        inside = self._folder / self._place
        there = sorted(inside.glob("*.checkpoint")) if inside.is_dir() else []
        stamps = {path.name: (path.stat().st_mtime_ns, path.stat().st_size) for path in there}
        new = [path for path in there if self._sent.get(path.name) != stamps[path.name]]
        if new:
            files = {f"{self._place}/{path.name}": path.read_bytes() for path in new}
            ray.get(self._post.keep.remote(self._target, self._place, files, tuple(stamps)))
            self._sent = stamps


def read_files(folder: Path, kept: tuple[str, ...]) -> Files:
    """Return the files of `folder` that the globs `kept` name."""
    found = {path for pattern in kept for path in folder.glob(pattern) if path.is_file()}
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(found)}


def put_files(folder: Path, files: Files) -> None:
    """Write files into `folder`; records of members and scores of folds last, since they say that all else is there."""
    for name, content in sorted(files.items(), key=lambda file: file[0].endswith((".training.json", "/scores.npz"))):
        write_bytes(folder / name, content)
