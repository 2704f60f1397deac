"""How a Parquet file is known, and what is said of one that is none. Nothing of Arrow is loaded."""

from __future__ import annotations

from pathlib import Path

PARQUET_MAGIC = b"PAR1"
PARQUET_SUFFIXES = (".parquet", ".pq")


def no_parquet(path: Path, start: bytes) -> str:
    """Say that a file is no Parquet, whose name says it is; `start` are its first bytes."""
    text = start.decode("utf-8", errors="replace").replace("\n", "").isprintable()
    what = "it is text" if text else f"it begins with {start!r}"
    return (
        f"{path} is named as a Parquet file, but is none: {what}. Write it as Parquet, or name it .csv if it holds "
        "comma-separated text."
    )
