"""The comparison with other systems: the task they get, the answers they give, how these are scored and kept."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from competitors import run as program
from competitors import systems
from competitors.scoring import last_value, scores, table
from competitors.sets import SETS, Budgets
from competitors.systems import SYSTEMS, System, SystemFailed, environment
from competitors.task import Account, Task, forward_filled, read_answer, write_answer
from sextet.core.quantiles import LEVELS

ROWS, HORIZON = 400, 4
ANSWERER = """
import sys
from pathlib import Path
import numpy as np
from competitors.task import Account, Task, write_answer
task, out = Task.load(Path(sys.argv[1])), Path(sys.argv[2])
print("trained by", task.seconds)
last = np.broadcast_to(task.y[task.cutoffs - 1][:, None, None], (len(task.cutoffs), task.horizon, len(task.levels)))
account = Account(train_seconds=1.0, predict_seconds=0.5, lookback=8, versions={}, models={}, notes=("a note",))
write_answer(out, task, last + np.linspace(-3, 3, len(task.levels)), account)
"""


@pytest.fixture
def task() -> Task:
    chance = np.random.default_rng(4)
    y = 50 + np.cumsum(chance.normal(size=ROWS))
    past = np.stack([chance.normal(5, 2, ROWS), np.full(ROWS, 7.0)], axis=1)
    return Task(
        name="walk",
        unit="m",
        horizon=HORIZON,
        lookback=16,
        levels=LEVELS,
        train_end=240,
        validation_end=320,
        seconds=60.0,
        cores=1,
        seed=0,
        past_names=("noise", "constant"),
        stamps=np.datetime64("2024-01-01", "s") + np.arange(ROWS) * np.timedelta64(600, "s"),
        y=y,
        past=past,
        cutoffs=np.arange(320, ROWS - HORIZON + 1, HORIZON),
    )


@pytest.fixture
def account() -> Account:
    return Account(train_seconds=61.0, predict_seconds=2.0, lookback=16, versions={"a": "1"}, models={}, notes=("n",))


@pytest.fixture
def answerer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> System:
    """A system that runs in this environment and repeats the last value, with a fixed spread."""
    (tmp_path / "answerer.py").write_text(ANSWERER)
    (tmp_path / "competitors").symlink_to(systems.HERE)
    monkeypatch.setattr(systems, "HERE", tmp_path / "competitors")  # modules are looked for in its parent
    return System(name="answerer", label="Answerer", module="answerer")


def _same(a: Task, b: Task) -> bool:
    return all(np.array_equal(value, getattr(b, name)) for name, value in vars(a).items())


def test_a_task_comes_back_as_it_was_saved(task, tmp_path):
    task.save(tmp_path)
    loaded = Task.load(tmp_path)
    assert _same(task, loaded)
    assert loaded.levels == LEVELS and loaded.freq == "10min"


@pytest.mark.parametrize(("seconds", "freq"), [(300, "5min"), (5400, "90min"), (7200, "2h"), (86_400, "1D"), (7, "7s")])
def test_a_frequency_is_named_by_its_largest_unit(task, seconds, freq):
    stamps = np.datetime64("2024-01-01", "s") + np.arange(ROWS) * np.timedelta64(seconds, "s")
    assert replace(task, stamps=stamps).freq == freq


def test_scaling_and_filling_look_at_nothing_after_them(task):
    y = task.y.copy()
    y[[0, 1, 100, 101, 390]] = np.nan
    gaps = replace(task, y=y)
    known = y[: task.train_end]
    filled = gaps.scaled_target()
    np.testing.assert_allclose(filled[100], (y[99] - np.nanmean(known)) / np.nanstd(known), rtol=1e-5)
    np.testing.assert_allclose(filled[[101, 390]], filled[[99, 389]])
    later = replace(gaps, y=np.where(np.arange(ROWS) < 320, y, 1e6), past=task.past + (np.arange(ROWS) >= 320)[:, None])
    np.testing.assert_array_equal(later.scaled_target()[:320], filled[:320])
    np.testing.assert_array_equal(later.scaled_past()[:320], gaps.scaled_past()[:320])


def test_covariates_are_standardised_by_their_training_rows_and_a_constant_stays_finite(task):
    scaled = task.scaled_past()
    np.testing.assert_allclose(scaled[: task.train_end, 0].std(), 1.0, rtol=1e-4)
    np.testing.assert_array_equal(scaled[:, 1], 0.0)


def test_values_before_the_first_observed_one_get_that_one():
    np.testing.assert_array_equal(forward_filled(np.array([np.nan, 2.0, np.nan, 3.0])), [2.0, 2.0, 2.0, 3.0])
    np.testing.assert_array_equal(forward_filled(np.full(3, np.nan)), np.zeros(3))


def test_the_clock_turns_once_a_day_and_once_a_week(task):
    clock = task.clock()
    np.testing.assert_allclose(clock[0], [0.0, 1.0, 0.0, 1.0], atol=1e-6)  # a Monday at midnight
    np.testing.assert_allclose(clock[144, :2], clock[0, :2], atol=1e-5)
    assert abs(clock[144, 2] - np.sin(2 * np.pi / 7)) < 1e-5


def test_parts_of_validation_follow_each_other_and_end_before_the_test(task):
    assert task.validation_ends() == (280, 300, 320)
    windows = task.windows(300, 320, 1)
    assert windows[0] == 300 and windows[-1] + HORIZON == 320


def test_scores_by_hand(task):
    y = task.y.copy()
    y[task.cutoffs[0]] = np.nan
    gaps = replace(task, y=y)
    spread = np.linspace(-1, 1, len(LEVELS))
    quantiles = np.nan_to_num(gaps.truth, nan=0.0)[..., None] + 0.5 + spread
    found = scores(gaps, quantiles)
    assert found["points"] == gaps.truth.size - 1
    assert found["mae"] == pytest.approx(0.5)
    errors = -0.5 - spread
    assert found["pinball"] == pytest.approx(
        np.mean([max(q * e, (q - 1) * e) for q, e in zip(LEVELS, errors, strict=True)])
    )
    assert found["coverage_80"] == 1.0
    assert scores(gaps, quantiles + 10)["coverage_80"] == 0.0


def test_crossing_quantiles_are_sorted_for_everyone(task):
    quantiles = task.truth[..., None] + np.linspace(-1, 1, len(LEVELS))
    assert scores(task, quantiles[..., ::-1]) == scores(task, quantiles)


def test_the_last_value_is_the_last_observed_one(task):
    y = task.y.copy()
    y[task.cutoffs - 1] = np.nan
    wanted = np.nanmean(np.abs(replace(task, y=y).truth - y[task.cutoffs - 2][:, None]))
    assert last_value(replace(task, y=y))["mae"] == pytest.approx(wanted)


@pytest.mark.parametrize("spoil", [lambda q: q[:-1], lambda q: q[..., :-1], lambda q: np.where(q > q.min(), q, np.nan)])
def test_an_answer_of_another_shape_or_with_holes_is_refused(task, account, tmp_path, spoil):
    quantiles = task.truth[..., None] + np.zeros(len(LEVELS)) + np.arange(len(LEVELS))
    with pytest.raises(ValueError, match="Expected"):
        write_answer(tmp_path, task, spoil(quantiles), account)


def test_an_answer_comes_back_and_belongs_to_its_cutoffs(task, account, tmp_path):
    quantiles = task.truth[..., None] + np.zeros(len(LEVELS))
    write_answer(tmp_path, task, quantiles, account)
    read, said = read_answer(tmp_path, task)
    np.testing.assert_array_equal(read, quantiles)
    assert said == account
    with pytest.raises(ValueError, match="other cutoffs"):
        read_answer(tmp_path, replace(task, cutoffs=task.cutoffs - 1))


def test_what_is_over_a_budget_is_said(task, account):
    assert program.over(task, account) == []  # 61 of 60 seconds: a step that had begun
    late = replace(account, train_seconds=70.0, lookback=17)
    assert program.over(task, late) == ["time", "lookback"]


def test_a_system_runs_is_scored_kept_and_not_run_again(task, answerer, tmp_path):
    folder = tmp_path / "out"
    task.save(folder / "task")
    program.compare(answerer, task, folder, tmp_path / "envs")
    result = json.loads((folder / "answerer.json").read_text())
    assert result["scores"]["mae"] == pytest.approx(last_value(task)["mae"])
    assert result["notes"] == ["a note"] and result["seconds"]["train"] == 1.0
    assert "trained by 60" in (folder / "answerer" / "log.txt").read_text()
    assert "Answerer" in table(task, [result])

    (folder / "answerer" / "log.txt").write_text("left alone")
    program.compare(answerer, task, folder, tmp_path / "envs")
    assert (folder / "answerer" / "log.txt").read_text() == "left alone"
    assert program.stored(folder, "answerer", replace(task, seconds=61.0)) is None
    program.compare(answerer, task, folder, tmp_path / "envs", again=True)
    assert "trained by 60" in (folder / "answerer" / "log.txt").read_text()


def test_a_system_that_fails_leaves_no_result_and_says_where_its_output_is(task, tmp_path):
    folder = tmp_path / "out"
    task.save(folder / "task")
    with pytest.raises(SystemFailed, match=r"code 1; see .*log\.txt"):
        program.compare(System(name="none", label="None", module="there_is_none"), task, folder, tmp_path / "envs")
    assert program.stored(folder, "none", task) is None


def test_an_environment_that_is_as_pinned_is_left_alone(tmp_path, monkeypatch):
    pinned = tmp_path / "pinned.txt"
    pinned.write_text("a==1\n")
    system = System(name="one", label="One", module="m", requirements=pinned)
    calls: list[list[str]] = []

    def pretend(command, check):
        calls.append(command)
        python = tmp_path / "envs" / "one" / "bin" / "python"
        python.parent.mkdir(parents=True, exist_ok=True)
        python.touch()
        return type("Done", (), {"returncode": 0})()

    monkeypatch.setattr(systems.subprocess, "run", pretend)
    environment(system, tmp_path / "envs")
    assert len(calls) == 2
    environment(system, tmp_path / "envs")
    assert len(calls) == 2
    pinned.write_text("a==2\n")
    environment(system, tmp_path / "envs")
    assert len(calls) == 4
    assert environment(replace(system, requirements=None), tmp_path / "envs") == Path(sys.executable)


def test_every_competitor_is_pinned_and_none_brings_cuda():
    for system in SYSTEMS.values():
        if system.requirements:
            lines = system.requirements.read_text().splitlines()
            assert "torch==2.13.0" in lines
            assert all("==" in line and "@" not in line and "nvidia" not in line for line in lines)


@pytest.mark.parametrize("wrong", [["--set", "none"], ["--set", "glucose", "--only", "prophet"], ["--minutes", "0"]])
def test_what_there_is_not_is_refused(wrong):
    with pytest.raises(SystemExit) as ended:
        program.main(wrong if "--set" in wrong else ["--set", "glucose", *wrong])
    assert ended.value.code == 2


def test_a_file_that_is_not_there_ends_with_one_message(tmp_path, capsys):
    assert program.main(["--set", "appliances", "--data", str(tmp_path), "--out", str(tmp_path / "out")]) == 2
    assert "appliances_energy" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_the_task_of_glucose_is_that_of_the_protocol():
    pytest.importorskip("bokeh_sampledata", reason="the sample is not installed")
    task = SETS["glucose"](Path("."), Budgets(minutes=15, cores=2))
    assert last_value(task) == {"points": 10_711, "mae": pytest.approx(19.53, abs=0.005)}
    assert (task.horizon, task.lookback, task.validation_end, task.seconds) == (12, 144, 57_770 - 11_544, 900.0)
    assert not task.past_names and task.train_end == round(0.8 * task.validation_end)


@pytest.mark.shared_data
def test_the_task_of_appliances_is_that_of_the_protocol(shared_data):
    task = SETS["appliances"](shared_data / "sensors", Budgets(minutes=15, cores=2, lookback=100))
    assert last_value(task)["points"] == 164 * 24
    assert (len(task.past_names), task.horizon, task.lookback, len(task.y)) == (26, 24, 100, 19_735)
    assert task.cutoffs[0] == task.validation_end == 15_788
