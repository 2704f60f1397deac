"""The first rows of long files."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sextet.data import sample as module
from sextet.data.read import read_panel
from sextet.data.sample import sample


@pytest.fixture
def frame(monkeypatch: pytest.MonkeyPatch) -> pd.DataFrame:
    """An hourly series, longer than what is read in whole."""
    monkeypatch.setattr(module, "WHOLE_BYTES", 20_000)
    monkeypatch.setattr(module, "PART_BYTES", 5_000)
    stamps = pd.date_range("2020-01-01", periods=4000, freq="h")
    return pd.DataFrame({"unique_id": "a", "ds": stamps, "y": np.arange(4000.0)})


def test_a_short_file_and_a_frame_are_taken_whole(tmp_path: Path, frame: pd.DataFrame) -> None:
    frame.head(10).to_csv(tmp_path / "short.csv", index=False)
    assert sample(tmp_path / "short.csv", tmp_path).share == 1
    assert sample(frame, tmp_path).source is frame


@pytest.mark.parametrize("name", ["long.csv", "long.csv.gz"])
def test_of_text_whole_lines_are_read(tmp_path: Path, frame: pd.DataFrame, name: str) -> None:
    folder = tmp_path / "sample"
    folder.mkdir()
    text = frame.to_csv(index=False).encode()
    noise = np.random.default_rng(0).integers(0, 9, 200_000).astype("U1")
    (tmp_path / name).write_bytes(gzip.compress(text + "".join(noise).encode(), 1) if name.endswith("gz") else text)
    part = sample(tmp_path / name, folder)
    rows = int(read_panel(part.source).known.sum())
    assert 0 < part.share < 1 and 50 < rows < 1000
    if name.endswith("csv"):
        assert rows / part.share == pytest.approx(4000, rel=0.05)


def test_parquet_knows_its_rows(tmp_path: Path, frame: pd.DataFrame) -> None:
    long = pd.concat([frame.assign(unique_id=str(number), y=np.random.rand(4000)) for number in range(60)])
    long.to_parquet(tmp_path / "long.parquet")
    part = sample(tmp_path / "long.parquet", tmp_path)
    assert part.share == pytest.approx(100_000 / 240_000)
