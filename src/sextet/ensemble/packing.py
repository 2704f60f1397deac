"""The files of a run as one value, for a pickle or a copy, and back."""

from __future__ import annotations

from pathlib import Path

from sextet.core.files import write_bytes


def packed(folder: Path) -> dict[str, bytes]:
    """Return the content of every file in a folder and those below, by its path from there."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def unpacked(files: dict[str, bytes], parent: Path) -> Path:
    """Write files into a new folder below `parent`; return it."""
    folder = parent / "run"
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write_bytes(path, content)
    return folder
