"""Files appear whole or not at all."""

from __future__ import annotations

import errno
import hashlib
import stat
from pathlib import Path
from typing import Any

import pytest

from sextet.core.errors import ConfigError, ResourceError
from sextet.core.files import atomic_writer, place_for, sha256, write_bytes, write_text, write_with


def names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def test_content_arrives_and_nothing_else_is_left(tmp_path: Path) -> None:
    path = tmp_path / "new" / "a.txt"
    write_text(path, "Grüße")
    assert path.read_bytes() == "Grüße".encode() and names(path.parent) == ["a.txt"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    write_bytes(path, b"second")
    assert path.read_bytes() == b"second"


def test_the_old_file_stays_when_writing_fails(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    write_text(path, "old")
    with pytest.raises(ValueError, match="midway"), atomic_writer(path) as file:
        file.write(b"half of the n")
        raise ValueError("midway")
    assert path.read_text() == "old" and names(tmp_path) == ["a.txt"]


def test_an_interrupt_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), atomic_writer(tmp_path / "a.txt"):
        raise KeyboardInterrupt
    assert names(tmp_path) == []


def test_a_full_disk_says_so(tmp_path: Path) -> None:
    with pytest.raises(ResourceError, match=r"a\.txt"), atomic_writer(tmp_path / "a.txt"):
        raise OSError(errno.ENOSPC, "No space left on device")
    with pytest.raises(PermissionError), atomic_writer(tmp_path / "a.txt"):
        raise PermissionError(errno.EACCES, "denied")
    assert names(tmp_path) == []


@pytest.mark.parametrize("write", [write_text, lambda path, text: write_with(path, lambda name: None)])
def test_where_nobody_may_write_the_file_asked_for_is_named(
    write: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(ConfigError, match=r"file/a\.txt cannot be written: file exists. Name another place"):
        write(tmp_path / "file" / "a.txt", "x")

    def barred(*args: Any, **kwargs: Any) -> None:
        raise PermissionError(errno.EROFS, "read-only", f"{tmp_path}/.a.txt.x7")

    for name in ("mkstemp", "mkdtemp"):
        monkeypatch.setattr(f"tempfile.{name}", barred)
    with pytest.raises(ConfigError, match=r"a\.txt cannot be written: read-only file system.") as refused:
        write(tmp_path / "a.txt", "x")
    assert ".a.txt.x7" not in str(refused.value)


def test_a_library_that_wants_a_name(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "m.bin"
    write_with(path, lambda name: Path(name).write_bytes(b"graph"))
    assert path.read_bytes() == b"graph" and names(path.parent) == ["m.bin"]

    def broken(name: str) -> None:
        Path(name).write_bytes(b"half")
        raise RuntimeError("broken")

    with pytest.raises(RuntimeError):
        write_with(path, broken)
    assert path.read_bytes() == b"graph" and names(path.parent) == ["m.bin"]


def test_a_file_has_its_place_before_anything_is_computed(tmp_path: Path) -> None:
    assert place_for(str(tmp_path / "f.csv"), "the forecast") == tmp_path / "f.csv"
    assert place_for("f.csv", "the forecast") == Path("f.csv")
    with pytest.raises(ConfigError, match="folder that is there for the forecast; .*nosuch is not. Make it first"):
        place_for(tmp_path / "nosuch" / "f.csv", "the forecast")
    with pytest.raises(ConfigError, match="name of a file for the forecast; .* is a folder"):
        place_for(tmp_path, "the forecast")
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_nobody_may_write_to_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.access", lambda path, mode: False)  # who tests may be allowed everything
    with pytest.raises(ConfigError, match="folder for the page that may be written to; .* may not"):
        place_for(tmp_path / "page.html", "the page")


def test_sha256(tmp_path: Path) -> None:
    write_bytes(tmp_path / "a", b"x" * 100_000)
    assert sha256(tmp_path / "a") == hashlib.sha256(b"x" * 100_000).hexdigest()
