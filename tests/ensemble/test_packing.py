"""The files of a run as one value."""

from __future__ import annotations

from pathlib import Path

from sextet.ensemble.packing import packed, unpacked


def test_files_come_back_where_they_were(tmp_path: Path) -> None:
    (tmp_path / "a" / "members").mkdir(parents=True)
    (tmp_path / "a" / "manifest.json").write_bytes(b"{}")
    (tmp_path / "a" / "members" / "gru.onnx").write_bytes(b"\0graph")
    files = packed(tmp_path / "a")
    assert files == {"manifest.json": b"{}", "members/gru.onnx": b"\0graph"}
    (tmp_path / "b").mkdir()
    assert packed(unpacked(files, tmp_path / "b")) == files
