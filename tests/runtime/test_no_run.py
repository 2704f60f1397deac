"""What stands where a run was expected is called by its name."""

from __future__ import annotations

from pathlib import Path

import pytest

from sextet.core.errors import RunError
from sextet.runtime.run_folder import MANIFEST, RunFolder


def refused(path: Path) -> str:
    with pytest.raises(RunError) as caught:
        RunFolder(path).check()
    return str(caught.value)


def test_nothing_and_another_folder(tmp_path: Path) -> None:
    assert f"found nothing at {tmp_path / 'gone'}" in refused(tmp_path / "gone")
    assert "not a whole run" in refused(tmp_path)


def test_a_backtest_that_has_not_ended(tmp_path: Path) -> None:
    (tmp_path / "backtest.json").write_text("{}")
    text = refused(tmp_path)
    assert "is a backtest that has not ended" in text and "The same sextet backtest command goes on" in text
    assert "rain it again" not in text


def test_the_folder_of_a_search(tmp_path: Path) -> None:
    pytest.importorskip("optuna", reason="needs the extra tune")
    from sextet.app.tune import search_folder
    from sextet.tuning.book import Book

    out = tmp_path / "demand.24.json"
    Book(search_folder(out), {}, 0, parallel=False)
    text = refused(search_folder(out))
    assert f"{search_folder(out)} is what sextet tune keeps of a search" in text
    assert "The same sextet tune command goes on with it." in text and "rain it again" not in text
    out.write_text("{}")
    assert f"sextet train FILE --config {out} --out RUN" in refused(search_folder(out))


def test_a_folder_that_is_only_called_like_a_search(tmp_path: Path) -> None:
    (tmp_path / "my.search").mkdir()
    assert "not a whole run" in refused(tmp_path / "my.search")


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    for name in ("c.json", "sales.csv"):
        (tmp_path / name).write_text("{}")
        text = refused(tmp_path / name)
        assert f"{name} is a file, and a run is a folder" in text and "nothing" not in text
        assert ("--config" in text) == (name == "c.json")
    (tmp_path / MANIFEST).write_text("{}")
    assert f"It lies in the run {tmp_path}: give that." in refused(tmp_path / "c.json")
