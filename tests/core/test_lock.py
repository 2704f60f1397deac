"""A lock that its process takes with it when it ends, however it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from sextet.core.errors import ConfigError
from sextet.core.lock import held, holder

_HOLDING = """
import sys, time
from pathlib import Path
from sextet.core.lock import held
with held(Path(sys.argv[1]), "works here"):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def other(tmp_path: Path):  # type: ignore[no-untyped-def]
    """Another process that holds the lock `tmp_path/lock`."""
    process = subprocess.Popen([sys.executable, "-c", _HOLDING, str(tmp_path / "lock")], stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline().strip() == b"held"
    yield process
    process.kill()
    process.communicate()


def test_one_after_the_other(tmp_path: Path) -> None:
    path = tmp_path / "new" / "lock"
    assert holder(path) is None
    for _ in range(2):
        with held(path, "works here"):
            assert holder(path) == os.getpid()
    assert holder(path) is None


def test_two_at_once_are_refused_and_the_other_is_named(tmp_path: Path, other: subprocess.Popen[bytes]) -> None:
    assert holder(tmp_path / "lock") == other.pid
    with pytest.raises(ConfigError, match=f"{other.pid}.* works here"), held(tmp_path / "lock", "works here"):
        pass


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is of POSIX")
def test_a_kill_leaves_no_lock(tmp_path: Path, other: subprocess.Popen[bytes]) -> None:
    other.send_signal(signal.SIGKILL)
    other.wait()
    with held(tmp_path / "lock", "works here"):
        assert holder(tmp_path / "lock") == os.getpid()


def test_a_lock_that_was_removed_guards_nothing(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with held(path, "works here"):
        path.unlink()
        with held(path, "works here"):
            assert holder(path) == os.getpid()
