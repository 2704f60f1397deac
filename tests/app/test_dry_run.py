"""What a training would do, said without it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from sextet.app.dry_run import dry_run
from sextet.app.requests import TrainRequest
from sextet.core.errors import DataError, HardwareError
from sextet.planner.timing.step_times import StepTimes
from sextet.samples import synthetic
from sextet.specs.presets import PRESETS

from ..doctor.described import DescribedHost
from ..rigs import P40, machine

V100 = {"name": "Tesla V100-SXM2-16GB", "capability": "7.0", "memory": [16384, 16000], "width": [16, 16]}
NO_TENSORFLOW = """
import sys
from sextet.cli import main
sys.argv = ["sextet", *sys.argv[1:]]
try:
    main.main()
finally:
    heavy = sorted({name.split(".")[0] for name in sys.modules} & {"tensorflow", "keras", "ray", "jax", "torch"})
    print("loaded:", heavy, file=sys.stderr)
"""


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three hourly series."""
    path = tmp_path_factory.mktemp("data") / "data.csv"
    synthetic(series=3, rows=2000, freq="h", seed=1).drop(columns="spike_label").to_csv(path, index=False)
    return path


def _of(file: Path, tmp_path: Path, *cards: dict[str, object], **options: object):
    request = TrainRequest(source=file, horizon=24, out=tmp_path / "run", **options)  # type: ignore[arg-type]
    return dry_run(request, DescribedHost(machine(*cards)), StepTimes(tmp_path / "steps.json"))


def test_three_p40s(file: Path, tmp_path: Path) -> None:
    said = _of(file, tmp_path, P40, P40, P40)
    assert said.devices["title"] == "3x Tesla P40" and said.devices["count"] == 3
    assert said.precision["policy"] == "float32" and "P40" in said.precision["why"]
    assert said.placement["placement"] == "member" and said.placement["at_once"] == 3
    assert said.placement["seconds"]["member"] < said.placement["seconds"]["data"]
    assert said.batch["global"] == said.batch["each"] == 256
    assert [row["name"] for row in said.members] == list(PRESETS["v6"])
    assert all(0 < row["memory_gib"] < row["room_gib"] for row in said.members if row["name"] != "rule-based")
    assert said.data["rows"] == 6000 and said.data["series"] == 3 and said.data["whole"]
    assert said.checkpoints["minutes"] == 5 and "--resume" in said.checkpoints["why"]


def test_two_cards_that_share_a_batch(file: Path, tmp_path: Path) -> None:
    said = _of(file, tmp_path, V100, V100, placement="data")
    assert said.placement["placement"] == "data" and "was asked for" in said.placement["why"]
    assert (said.batch["global"], said.batch["each"]) == (256, 128)
    assert said.precision["policy"] == "mixed_float16"
    assert said.devices["communication"]


def test_nothing_is_written(file: Path, tmp_path: Path) -> None:
    _of(file, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_what_the_training_would_refuse_is_refused(file: Path, tmp_path: Path) -> None:
    with pytest.raises(HardwareError, match="--device cpu"):
        _of(file, tmp_path, device="gpu")
    with pytest.raises(DataError, match="There is no file"):
        _of(file.with_name("dat.csv"), tmp_path)


def test_the_sizes_are_those_of_the_training(file: Path) -> None:
    from sextet.data.read import read_panel
    from sextet.ensemble.ground import lay_ground
    from sextet.ensemble.sketch import sketch
    from sextet.specs.run_config import RunConfig

    panel, config = read_panel(file), RunConfig(horizon=24)
    drawn, ground = sketch(panel, config), lay_ground(panel, config)
    assert drawn.shape == ground.shape
    assert [spec.name for spec in drawn.specs] == [spec.name for spec in ground.specs]
    assert drawn.windows == pytest.approx(len(ground.train_windows()), rel=0.02)


@pytest.mark.parametrize("more", [[], ["--json"], ["--quiet"]])
def test_from_the_command_line_without_tensorflow(file: Path, tmp_path: Path, more: list[str]) -> None:
    command = ["train", str(file), "--horizon", "24", "--out", str(tmp_path / "run"), "--dry-run", *more]
    done = subprocess.run(
        [sys.executable, "-c", NO_TENSORFLOW, *command, "--device", "cpu"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == "loaded: []\n"
    if "--json" in more:
        said = json.loads(done.stdout)
        assert set(said) >= {"devices", "precision", "batch", "placement", "checkpoints", "members"}
    else:
        words = ("devices", "precision", "batch", "placement", "checkpoints", "PatchTST", "Nothing was trained")
        assert all(word in done.stdout for word in words)


def test_a_frame_is_fine_too(tmp_path: Path) -> None:
    frame = pd.DataFrame({"ds": pd.date_range("2024-01-01", periods=400, freq="D"), "y": range(400)})
    said = dry_run(TrainRequest(source=frame, horizon=7, out=tmp_path / "run", members="gru"), DescribedHost(machine()))
    assert [row["name"] for row in said.members] == ["gru"]
