"""What every worker process of sextet has in common: it leaves Ctrl-C to its parent, and ends when that is gone."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.context import SpawnContext

_THREADS = ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS")


def spawning() -> SpawnContext:
    """Return how worker processes are started: anew, since TensorFlow does not survive a fork."""
    return multiprocessing.get_context("spawn")


def settle(threads: int) -> None:
    """Make a worker process ready, before TensorFlow is loaded in it.

    Args:
        threads: that its computations may use.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_follow_parent, daemon=True).start()
    for name in _THREADS:
        os.environ[name] = str(threads)
    os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")  # several processes may share a card


@contextmanager
def without_main() -> Iterator[None]:
    """Start processes inside that do not run the script of this one: it may train without asking who runs it."""
    main = sys.modules["__main__"]
    kept = {name: getattr(main, name) for name in ("__file__", "__spec__") if hasattr(main, name)}
    try:
        main.__spec__ = None
        if "__file__" in kept:
            del main.__file__
        yield
    finally:
        for name, value in kept.items():
            setattr(main, name, value)


def _follow_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
