"""The run folder: whole or refused."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from sextet.core.errors import ConfigError, RunError
from sextet.runtime.run_folder import MANIFEST, SCHEMA, RunFolder, building


def _run(path: Path, value: float = 1.0) -> RunFolder:
    with building(path) as folder:
        folder.write_json("config.json", {"value": value})
        folder.write_arrays("scaler.npz", {"a": np.arange(3.0), "names": np.array(["ä", "b"])})
        folder.seal(["config.json", "scaler.npz"], folder.write_state({"w": np.full(2, value)}))
    return RunFolder(path)


def test_reads_what_was_written(tmp_path: Path) -> None:
    run = _run(tmp_path / "run")
    assert run.json("config.json") == {"value": 1.0}
    arrays = run.arrays("scaler.npz")
    assert arrays["names"].tolist() == ["ä", "b"]
    assert run.arrays(run.state)["w"].tolist() == [1.0, 1.0]
    run.check()


def test_nothing_is_left_beside_the_run(tmp_path: Path) -> None:
    _run(tmp_path / "run")
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_a_failed_build_leaves_the_old_run_as_it_was(tmp_path: Path) -> None:
    _run(tmp_path / "run", value=1.0)
    with pytest.raises(ZeroDivisionError), building(tmp_path / "run") as folder:
        folder.write_json("config.json", {"value": 2.0})
        raise ZeroDivisionError
    assert RunFolder(tmp_path / "run").json("config.json") == {"value": 1.0}
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_a_new_run_replaces_an_old_one(tmp_path: Path) -> None:
    _run(tmp_path / "run", value=1.0)
    assert _run(tmp_path / "run", value=2.0).json("config.json") == {"value": 2.0}


def test_a_folder_with_something_else_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    with pytest.raises(ConfigError, match="not a run"), building(tmp_path / "mine"):
        pass
    assert (tmp_path / "mine" / "thesis.txt").read_text() == "years of work"


@pytest.mark.parametrize("name", ["config.json", "scaler.npz", "state-0001.npz"])
def test_a_damaged_file_is_named(tmp_path: Path, name: str) -> None:
    run = _run(tmp_path / "run")
    content = bytearray((tmp_path / "run" / name).read_bytes())
    content[len(content) // 2] ^= 1
    (tmp_path / "run" / name).write_bytes(content)
    with pytest.raises(RunError, match=name):
        run.check()


def test_a_missing_or_short_file_is_named(tmp_path: Path) -> None:
    run = _run(tmp_path / "run")
    path = tmp_path / "run" / "scaler.npz"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(RunError, match=r"scaler\.npz"):
        run.arrays("scaler.npz")
    path.unlink()
    with pytest.raises(RunError, match=r"scaler\.npz is missing"):
        run.arrays("scaler.npz")


def test_without_a_manifest_it_is_not_a_whole_run(tmp_path: Path) -> None:
    _run(tmp_path / "run")
    (tmp_path / "run" / MANIFEST).unlink()
    with pytest.raises(RunError, match="not a whole run"):
        RunFolder(tmp_path / "run").check()
    with pytest.raises(RunError, match="found nothing"):
        RunFolder(tmp_path / "nowhere").check()


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"schema": 1}'])
def test_a_broken_manifest_is_refused(tmp_path: Path, content: str) -> None:
    _run(tmp_path / "run")
    (tmp_path / "run" / MANIFEST).write_text(content)
    with pytest.raises(RunError, match=MANIFEST):
        RunFolder(tmp_path / "run").check()


def test_another_schema_is_refused(tmp_path: Path) -> None:
    _run(tmp_path / "run")
    manifest = json.loads((tmp_path / "run" / MANIFEST).read_text())
    (tmp_path / "run" / MANIFEST).write_text(json.dumps({**manifest, "schema": SCHEMA + 1}))
    with pytest.raises(RunError, match=f"schema {SCHEMA + 1}"):
        RunFolder(tmp_path / "run").check()


def test_a_new_state_takes_the_place_of_the_old_one_with_the_manifest(tmp_path: Path) -> None:
    run = _run(tmp_path / "run")
    name = run.write_state({"w": np.full(2, 7.0)})
    assert RunFolder(tmp_path / "run").state == "state-0001.npz"  # until sealed the old state stands
    run.seal(["config.json", "scaler.npz"], name)
    again = RunFolder(tmp_path / "run")
    assert again.arrays(again.state)["w"].tolist() == [7.0, 7.0]
    assert [path.name for path in (tmp_path / "run").glob("state-*")] == ["state-0002.npz"]
