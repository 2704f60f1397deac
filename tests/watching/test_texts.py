"""Encodings of files and of standard input."""

from __future__ import annotations

import gzip
import io
import sys
from pathlib import Path

import pytest

from sextet.watching.heard import Heard
from sextet.watching.texts import file_lines, standard_input

TEXT = "Zählpunkt;Zeit;€\nKüche;2024-01-01;1,5\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_files_and_standard_input_are_read_in_their_encoding(
    encoding: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path, packed in ((tmp_path / "a.csv", False), (tmp_path / "a.csv.gz", True)):
        coded = TEXT.encode(encoding)
        path.write_bytes(gzip.compress(coded) if packed else coded)
        heard = Heard()
        with file_lines(path, heard) as lines:
            assert "".join(lines) == TEXT
        assert bool(heard.notes) == (encoding == "cp1252")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(io.BytesIO(TEXT.encode(encoding)))))
    assert "".join(standard_input()) == TEXT


def test_standard_input_that_is_text_already(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(TEXT))
    assert "".join(standard_input()) == TEXT
