"""The first rows of a file, for who wants to know what it is like and not what it says."""

from __future__ import annotations

import gzip
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

WHOLE_BYTES = 6 << 20
"""Bytes of a file up to which all of it is read."""

PART_BYTES = 2 << 20
"""Bytes read of a longer one."""

_GZIP, _PARQUET = b"\x1f\x8b", b"PAR1"


@dataclass(frozen=True, kw_only=True)
class Sample:
    """Rows to read instead of a source.

    Attributes:
        source: what `read_panel` takes: the source itself, or its first rows.
        share: of the source that these are; 1: all of it.
    """

    source: Any
    share: float = 1.0


def sample(source: Any, folder: Path) -> Sample:
    """Return a source, or the first rows of a file that is long, written to `folder` where they are text.

    Raises:
        OSError: the file cannot be read.
    """
    if not isinstance(source, str | os.PathLike) or not Path(source).is_file():
        return Sample(source=source)
    path = Path(source)
    size = path.stat().st_size
    if size <= WHOLE_BYTES:
        return Sample(source=source)
    with open(path, "rb") as file:
        start = file.read(4)
    if start == _PARQUET:
        return _of_parquet(path)
    packed = start[:2] == _GZIP
    with gzip.open(path, "rb") if packed else open(path, "rb") as text:
        part = text.read(PART_BYTES)
        read = text.fileobj.tell() if packed else PART_BYTES  # type: ignore[union-attr]
    beside = folder / (path.name.removesuffix(".gz") if packed else path.name)
    beside.write_bytes(part[: part.rfind(b"\n") + 1])
    return Sample(source=beside, share=min(read / size, 1.0))


def _of_parquet(path: Path) -> Sample:
    from pyarrow import ArrowException, Table, parquet

    try:
        file = parquet.ParquetFile(path)
        rows = file.metadata.num_rows
        batch = next(file.iter_batches(batch_size=100_000), None)
    except ArrowException:
        return Sample(source=path)  # read_panel says what is wrong
    if batch is None or not rows:
        return Sample(source=path)
    return Sample(source=Table.from_batches([batch]), share=batch.num_rows / rows)
