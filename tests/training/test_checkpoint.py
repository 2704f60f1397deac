"""Checkpoints: the newest that can be trusted, whatever happens to the files."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sextet.core import files
from sextet.core.errors import ResourceError
from sextet.training.checkpoint import KEPT, Checkpoint, Checkpoints, read


def made(step: int) -> Checkpoint:
    arrays = {"a.0": np.arange(7.0) + step, "a.1": np.array(step), "none": np.zeros((0, 3), np.float32)}
    return Checkpoint(epoch=2, step=step, arrays=arrays, meta={"history": [{"loss": 0.1 + 0.2}], "best": None})


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_what_is_read_is_what_was_written(tmp_path: Path) -> None:
    store = Checkpoints(tmp_path / "gru")
    assert store.latest() is None
    store.save(made(5))
    found = Checkpoints(tmp_path / "gru").latest()
    assert found is not None and (found.epoch, found.step) == (2, 5)
    assert found.meta == {"history": [{"loss": 0.1 + 0.2}], "best": None}
    assert set(found.arrays) == set(made(5).arrays)
    for name, values in made(5).arrays.items():
        np.testing.assert_array_equal(found.arrays[name], values)
        assert found.arrays[name].dtype == values.dtype


def test_the_one_before_is_kept_and_no_more(tmp_path: Path) -> None:
    store = Checkpoints(tmp_path)
    for step in range(1, 13):
        store.save(made(step))
    assert names(tmp_path) == ["000011.checkpoint", "000012.checkpoint"] and KEPT == 2


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(where=st.floats(0, 1, exclude_max=True), cut=st.booleans())
def test_a_damaged_one_is_not_used_and_the_one_before_is(tmp_path: Path, where: float, cut: bool) -> None:
    store = Checkpoints(tmp_path)
    store.save(made(1))
    newest = store.save(made(2))
    content = bytearray(newest.read_bytes())
    place = int(where * len(content))
    if cut:
        del content[place:]
    else:
        content[place] ^= 1
    newest.write_bytes(content)
    again = Checkpoints(tmp_path)
    found = again.latest()
    assert found is not None and found.step == 1
    assert again.damaged == [newest] and not newest.exists()


def test_what_a_killed_process_had_begun_is_swept(tmp_path: Path) -> None:
    store = Checkpoints(tmp_path)
    store.save(made(1))
    (tmp_path / ".000002.checkpoint.x7k").write_bytes(b"half")
    assert Checkpoints(tmp_path).latest() is not None
    assert names(tmp_path) == ["000001.checkpoint"]


def test_a_full_disk_leaves_the_last_good_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Checkpoints(tmp_path)
    store.save(made(1))

    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(ResourceError, match=r"No space left.*000002\.checkpoint"):
        store.save(made(2))
    monkeypatch.undo()
    assert names(tmp_path) == ["000001.checkpoint"]
    assert read(tmp_path / "000001.checkpoint") is not None


_FILL = """
import sys
from pathlib import Path
import numpy as np
from sextet.core.errors import ResourceError
from sextet.training.checkpoint import Checkpoint, Checkpoints
store, step = Checkpoints(Path(sys.argv[1]) / "gru"), 0
try:
    while step < 50:
        step += 1
        size = 1000 * step * step
        store.save(Checkpoint(epoch=0, step=step, arrays={"a": np.zeros(size)}))
except ResourceError as error:
    print(error)
print(step - 1, Checkpoints(Path(sys.argv[1]) / "gru").latest().step)
"""


def test_a_disk_that_really_fills_up(tmp_path: Path) -> None:
    small = f"mount -t tmpfs -o size=2m tmpfs {tmp_path} && exec {sys.executable} -c '{_FILL}' {tmp_path}"
    done = (
        subprocess.run(
            ["unshare", "-rm", "sh", "-c", small], capture_output=True, text=True, check=False, env=dict(os.environ)
        )
        if os.path.exists("/usr/bin/unshare")
        else None
    )
    if done is None or "mount" in done.stderr or "unshare" in done.stderr:
        pytest.skip("this machine lets nobody but root mount a small disk")
    message, count = done.stdout.strip().splitlines()
    assert message.startswith("No space left while writing")
    before, found = count.split()
    assert before == found and int(found) > 1
