"""Frames and files made for the tests of reading."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sextet.core.errors import ConfigError, DataError
from sextet.data.options import DataOptions
from sextet.data.read import read_panel


def frame(rows: int = 48, ids: tuple[str, ...] = ("a", "b"), freq: str = "h") -> pd.DataFrame:
    stamps = pd.date_range("2024-01-01", periods=rows, freq=freq)
    return pd.concat(
        [
            pd.DataFrame({"unique_id": name, "ds": stamps, "y": np.arange(rows) + 100.0 * k})
            for k, name in enumerate(ids)
        ],
        ignore_index=True,
    )


def write(folder: Path, text: str, name: str = "data.csv", encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def hourly(rows: int, line: str = "{stamp},{y}\n", header: str = "ds,y\n") -> str:
    stamps = pd.date_range("2024-01-01", periods=rows, freq="h")
    return header + "".join(line.format(stamp=stamp, y=k + 0.5) for k, stamp in enumerate(stamps))


def message(path: object, options: DataOptions | None = None, **named: int) -> str:
    with pytest.raises((DataError, ConfigError)) as error:
        read_panel(path, options, **named)
    return str(error.value)
