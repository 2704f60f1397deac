"""The whole way with real processes: train, forecast, show, report, update, what breaks, and Ctrl-C."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

pytestmark = [pytest.mark.slow]
pytest.importorskip("tensorflow", reason="training needs the extra train")

COMMAND = [sys.executable, "-m", "sextet.cli.main"]
HORIZON = 6


def _sextet(*arguments: object, code: int = 0) -> subprocess.CompletedProcess[str]:
    """Run the command line; it must end with `code`, and never with a traceback."""
    words = [*COMMAND, *(str(argument) for argument in arguments)]
    done = subprocess.run(words, capture_output=True, text=True, encoding="utf-8", check=False, timeout=600)
    assert done.returncode == code, f"{arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}"
    assert "Traceback" not in done.stderr
    return done


def _write(path: Path, rows: int, first: int = 0) -> Path:
    """Write two hourly series, with a daily course, a spike now and then, and a gap."""
    chance = np.random.default_rng(3)
    noise = chance.normal(0, 2, (2, first + rows)) + 40 * (chance.random((2, first + rows)) < 0.02)
    start = np.datetime64("2024-01-01T00", "h")
    with open(path, "w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(["unique_id", "ds", "y"])
        for number, name in enumerate(("north", "süd")):
            for row in range(first, first + rows):
                if number == 1 and 50 <= row < 55:
                    continue
                value = 50 + 20 * np.sin(2 * np.pi * row / 24) + noise[number, row]
                table.writerow([name, str(start + row), f"{value:.2f}"])
    return path


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small file of series."""
    return _write(tmp_path_factory.mktemp("data") / "data.csv", 600)


@pytest.fixture(scope="module")
def trained(data: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict]:
    """A run trained by the command line, and what it said about it."""
    run = tmp_path_factory.mktemp("runs") / "run"
    done = _sextet("train", data, "--horizon", HORIZON, "--out", run, "--quick", "--epochs", 1, "--json")
    return run, json.loads(done.stdout)


@pytest.fixture
def run(trained: tuple[Path, dict], tmp_path: Path) -> Path:
    """A copy of the run that a test may change."""
    return Path(shutil.copytree(trained[0], tmp_path / "run"))


def _rows(path: Path) -> list[dict[str, str]]:
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_train_says_what_it_made(trained):
    run, said = trained
    assert said["run"] == str(run) and Path(said["report"]).is_file()
    models = [row["model"].lower().replace("_", "").replace(" ", "").replace("-", "") for row in said["leaderboard"]]
    for name in ("lstm", "gru", "cnnlstm", "patchtst", "seasonalnaive", "ridge"):
        assert any(name in model for model in models), (name, models)
    assert all(row["accuracy_percent"] == pytest.approx(100 * (1 - row["wape"])) for row in said["leaderboard"])


def test_forecast_to_csv_parquet_and_standard_output(run, tmp_path):
    pq = pytest.importorskip("pyarrow.parquet")
    _sextet("forecast", run, "--out", tmp_path / "f.csv", "--levels", "50,90")
    rows = _rows(tmp_path / "f.csv")
    assert [row["unique_id"] for row in rows] == ["north"] * HORIZON + ["süd"] * HORIZON
    assert np.datetime64(rows[0]["ds"]) == np.datetime64("2024-01-01T00") + np.timedelta64(600, "h")
    for row in rows:
        ladder = [float(row[f"sextet{name}"]) for name in ("-lo-90", "-lo-50", "", "-hi-50", "-hi-90")]
        assert ladder == sorted(ladder)
    _sextet("forecast", run, "--out", tmp_path / "f.parquet", "--levels", "50,90")
    table = pq.read_table(tmp_path / "f.parquet").to_pydict()
    np.testing.assert_allclose(table["sextet"], [float(row["sextet"]) for row in rows], rtol=1e-6)
    done = _sextet("forecast", run, "--out", "-", "--levels", "50,90")
    assert done.stdout == (tmp_path / "f.csv").read_text(encoding="utf-8")


def test_forecast_says_what_each_member_weighed(run):
    told = json.loads(_sextet("forecast", run, "--json", "--explain").stdout)
    assert len(told["forecast"]) == 2 * HORIZON
    first = [row for row in told["explanation"] if row["unique_id"] == "north"]
    first = [row for row in first if row["ds"] == first[0]["ds"]]
    assert sum(row["weight"] or 0 for row in first) == pytest.approx(1, abs=1e-5)
    point = told["forecast"][0]["sextet"]
    assert sum(row["contribution"] for row in first) == pytest.approx(point, rel=1e-4)


def test_forecast_after_new_data(run, tmp_path):
    longer = _write(tmp_path / "longer.csv", 650)
    _sextet("forecast", run, "--data", longer, "--out", tmp_path / "f.csv")
    first = _rows(tmp_path / "f.csv")[0]
    assert np.datetime64(first["ds"]) == np.datetime64("2024-01-01T00") + np.timedelta64(650, "h")


def test_forecast_needs_no_tensorflow(run, tmp_path):
    code = (
        "import sys; from sextet.cli.main import main\n"
        f"sys.argv = ['sextet', 'forecast', {str(run)!r}, '--out', {str(tmp_path / 'f.csv')!r}, '--quiet']\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code, end.code\n"
        "print([name for name in ('tensorflow', 'keras', 'pandas', 'scipy', 'rich') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_show(run):
    text = _sextet("show", run).stdout
    for word in ("PatchTST", "Seasonal naive", "accuracy % = 100 x (1 - WAPE)", str(run)):
        assert word in text
    value = json.loads(_sextet("show", run, "--json").stdout)
    assert value["horizon"] == HORIZON and value["frequency"] == "h"
    assert sum(member["weight"] for member in value["members"]) == pytest.approx(1, abs=1e-3)


def test_report_is_written_again(run):
    (run / "report.html").unlink()
    _sextet("report", run)
    assert (run / "report.html").stat().st_size > 10_000
    _sextet("report", run, "--out", run.parent / "page.html", "--quiet")
    assert (run.parent / "page.html").is_file()


def test_update_moves_the_start_of_the_forecast(run, tmp_path):
    longer = _write(tmp_path / "longer.csv", 700)
    value = json.loads(_sextet("update", run, "--data", longer, "--json").stdout)
    assert value["before"] and value["after"]
    _sextet("forecast", run, "--out", tmp_path / "f.csv")
    first = _rows(tmp_path / "f.csv")[0]
    assert np.datetime64(first["ds"]) == np.datetime64("2024-01-01T00") + np.timedelta64(700, "h")


def test_a_damaged_run_is_refused_by_the_name_of_the_file(run):
    graph = sorted(run.rglob("*.onnx"))[0]
    graph.write_bytes(graph.read_bytes()[:-10])
    for command in (("forecast", run, "--out", "-"), ("show", run)):
        done = _sextet(*command, code=2)
        assert graph.name in done.stderr and done.stdout == ""
    (run / "manifest.json").unlink()
    assert "manifest.json" in _sextet("forecast", run, code=2).stderr


def _folder_hash(folder: Path) -> str:
    parts = [path.relative_to(folder).as_posix().encode() + path.read_bytes() for path in sorted(folder.rglob("*.*"))]
    return hashlib.sha256(b"".join(parts)).hexdigest()


def test_a_failed_update_leaves_the_run(run, tmp_path):
    before = _folder_hash(run)
    bad = tmp_path / "bad.csv"
    bad.write_text("unique_id,ds,y\nnorth,2024-02-30,1\n", encoding="utf-8")
    done = _sextet("update", run, "--data", bad, code=2)
    assert "bad.csv" in done.stderr
    assert _folder_hash(run) == before


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "empty"),
        ("unique_id,ds,y\na,2024-01-01,one\n", "one"),
        ("unique_id,ds,y\na,2024-01-01,1\na,2024-01-01,2\na,2024-01-02,3\n", "2024-01-01"),
        ("unique_id,ds,y\n" + "".join(f"a,2024-01-{day:02d},{day}\n" for day in range(1, 9)), "8 rows"),
    ],
)
def test_data_that_cannot_be_used(tmp_path, text, says):
    path = tmp_path / "bad.csv"
    path.write_text(text, encoding="utf-8")
    done = _sextet("train", path, "--horizon", 2, "--out", tmp_path / "run", "--quick", code=2)
    assert says in done.stderr and done.stdout == ""
    assert not (tmp_path / "run").exists()


def test_files_that_are_not_there(tmp_path):
    assert "none.csv" in _sextet("train", tmp_path / "none.csv", "--horizon", 2, "--out", tmp_path / "r", code=2).stderr
    assert str(tmp_path / "none") in _sextet("forecast", tmp_path / "none", code=2).stderr


def test_an_output_that_is_no_table(run):
    assert ".parquet" in _sextet("forecast", run, "--out", "forecast.xlsx", code=2).stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_is_exit_code_3(run):
    with open("/dev/full", "w", encoding="utf-8") as full:
        words = [*COMMAND, "forecast", str(run), "--out", "-"]
        done = subprocess.run(words, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 3 and "no space left" in done.stderr


@pytest.mark.skipif(os.name != "posix", reason="sends SIGINT, which Windows has not")
def test_ctrl_c_while_training(data, tmp_path):
    out = tmp_path / "run"
    words = [*COMMAND, "train", str(data), "--horizon", "6", "--out", str(out), "--members", "gru,lstm"]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    for line in process.stderr:
        if "epoch" in line:
            break
    process.send_signal(signal.SIGINT)
    said, err = process.communicate(timeout=120)
    assert process.returncode == 130, err
    assert said == "" and "Traceback" not in err
    assert f"Interrupted. No run was written to {out}." in err
    assert list(tmp_path.iterdir()) == []  # no half of a run, hidden or not
