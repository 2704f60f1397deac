"""Checking a rules file, and what its rules do to a run, from training to the explanation of a forecast."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sextet.app.forecast import forecast
from sextet.app.requests import TrainRequest
from sextet.app.rules_check import RulesCheckRequest, check_rules
from sextet.app.train import train
from sextet.combine.explain import explain
from sextet.core.answer import Answer
from sextet.core.errors import ConfigError
from sextet.core.progress import Silent
from sextet.core.quantiles import LEVELS
from sextet.data.windows import origin_windows
from sextet.ensemble.ensemble import Ensemble
from sextet.rules.user_rules import parse_rules
from sextet.runtime.run import Run
from sextet.spikes.alerts import AlertPolicy

RULES = """
[[rule]]
name = "guess"
when = "step <= 2 and lag(30) > -1e9"
then = { set = "rolling_max(200)" }

[[rule]]
name = "never"
then = { cap = -1000 }
when = "step == 3"
final = true

[[rule]]
name = "look"
when = "step >= 5"
then = { alert = { severity = "critical", reason = "Look" } }
"""


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    path = tmp_path / "rules.toml"
    path.write_text(RULES, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def ruled_run(frame: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run of the Rule-Based member alone, trained with rules."""
    folder = tmp_path_factory.mktemp("ruled")
    (folder / "rules.toml").write_text(RULES, encoding="utf-8")
    train(TrainRequest(source=frame, horizon=6, out=folder / "run", members="rule-based", rules=folder / "rules.toml"))
    return folder / "run"


def test_a_file_alone_is_read_and_tried_on_a_calendar(rules: Path) -> None:
    found = check_rules(RulesCheckRequest(rules=rules))
    assert found.valid and [name for name, _ in found.rules] == ["guess", "never", "look"]
    assert (found.warnings, found.effects, found.windows) == ((), (), 0)


def test_what_cannot_be_understood_is_in_the_result(tmp_path: Path) -> None:
    path = tmp_path / "bad.toml"
    path.write_text("[[rule]]\nwhen = 'forecats > 3'\nthen = { cap = 1 }\n[[rule]]\nflor = 1", encoding="utf-8")
    found = check_rules(RulesCheckRequest(rules=path, data="not-read.csv"))
    assert not found.valid and found.effects == ()
    assert [(problem.line, problem.column) for problem in found.problems] == [(2, 9), (5, 1)]
    with pytest.raises(ConfigError, match="there is no such file"):
        check_rules(RulesCheckRequest(rules=tmp_path / "none.toml"))
    with pytest.raises(ConfigError, match="that is a folder"):
        check_rules(RulesCheckRequest(rules=tmp_path))


def test_an_error_hides_no_warning_and_bounds_that_cross_are_one(tmp_path: Path) -> None:
    path = tmp_path / "crossed.toml"
    crossed = "[[rule]]\nname = 'a'\ncap = 10\n[[rule]]\nname = 'b'\nfloor = 20\n"
    path.write_text(crossed, encoding="utf-8")
    found = check_rules(RulesCheckRequest(rules=path))
    assert found.valid and "The cap of 'a' lies below the floor of 'b'" in found.warnings[0]
    path.write_text(crossed + "[[rule]]\nwhen = 'forcast > valu'\nthen = { cap = 'x' }", encoding="utf-8")
    beside = check_rules(RulesCheckRequest(rules=path))
    assert not beside.valid and beside.warnings == found.warnings
    assert [(problem.line, problem.column) for problem in beside.problems] == [(8, 9), (8, 19), (9, 17)]


@pytest.mark.parametrize("text", ["", "\n# nothing yet\n"])
def test_a_file_without_rules_is_told(tmp_path: Path, text: str) -> None:
    path = tmp_path / "empty.toml"
    path.write_text(text, encoding="utf-8")
    found = check_rules(RulesCheckRequest(rules=path, data="not-read.csv"))
    (line,) = found.warnings
    assert found.valid and f"There are no rules in {path}" in line and "[[rule]]" in line


def test_contradictions_are_told_when_a_training_begins(frame: pd.DataFrame, tmp_path: Path) -> None:
    class Heard(Silent):
        def __init__(self) -> None:
            self.notes: list[str] = []

        def note(self, text: str) -> None:
            self.notes.append(text)

    path, heard = tmp_path / "rules.toml", Heard()
    path.write_text("[[rule]]\nname = 'a'\ncap = 10\n[[rule]]\nname = 'b'\nfloor = 20\n", encoding="utf-8")
    train(TrainRequest(source=frame, horizon=6, out=tmp_path / "run", members="rule-based", rules=path), heard)
    assert any("The cap of 'a' lies below the floor of 'b'" in note for note in heard.notes)


def test_with_data_each_rule_is_tried_on_a_simple_forecast(rules: Path, frame: pd.DataFrame) -> None:
    found = check_rules(RulesCheckRequest(rules=rules, data=frame, horizon=6, windows=40))
    guess, never, look, together = found.effects
    assert (found.windows, found.horizon) == (40, 6) and found.forecast
    assert guess.held == 2 * 40 and never.changed == never.held == 40 and look.alerts == 40
    assert never.mae_after > never.mae_before and together.held == 40 * 5


def test_with_a_run_they_are_tried_on_its_own_forecasts(rules: Path, frame: pd.DataFrame, small_run: Path) -> None:
    found = check_rules(RulesCheckRequest(rules=rules, data=frame, run=small_run, windows=20))
    guess, never, _, _ = found.effects
    assert found.horizon == 6 and str(small_run) in found.forecast
    # the only member weighs all, so what it says is what the answer says
    # what the online calibration hears of them moves later windows too; those are not counted
    assert guess.held == guess.changed == 40
    assert never.held == never.changed == 20
    assert never.mae_after > never.mae_before and never.mae_all_after > never.mae_all_before
    for request in ({"run": small_run}, {"run": small_run, "data": frame, "horizon": 3}):
        with pytest.raises(ConfigError, match="--run needs --data|--horizon goes without"):
            check_rules(RulesCheckRequest(rules=rules, **request))


def test_a_rule_about_a_column_that_is_not_there_is_refused_before_training(
    frame: pd.DataFrame, tmp_path: Path
) -> None:
    path = tmp_path / "rules.toml"
    path.write_text("[[rule]]\nname = 'x'\nwhen = 'covariate(\"wind\") > 3'\nthen = { cap = 1 }", encoding="utf-8")
    with pytest.raises(ConfigError, match="Rule 'x': the data has no covariate 'wind'"):
        train(TrainRequest(source=frame, horizon=6, out=tmp_path / "run", members="rule-based", rules=path))
    assert not (tmp_path / "run").exists()
    with pytest.raises(ConfigError, match="Rule 'x': the data has no covariate 'wind'"):
        check_rules(RulesCheckRequest(rules=path, data=frame))


def test_a_run_forecasts_with_its_rules_and_says_so(ruled_run: Path, frame: pd.DataFrame) -> None:
    made = forecast(ruled_run)
    peak = frame.groupby("unique_id")["y"].apply(lambda y: y.iloc[-200:].max()).to_numpy()
    np.testing.assert_allclose(made.members["rule-based"][:, :2, 6], np.stack([peak, peak], axis=1), rtol=1e-5)
    assert (made.quantiles[:, 2] <= -1000).all()  # the answer, every quantile
    assert (made.members["rule-based"][:, 2] < -999).all()
    np.testing.assert_array_equal(made.rules["guess"], [[True] * 2 + [False] * 4] * 2)
    assert [alert.raised_by for alert in made.alerts] == ["rule 'look'"] * 2
    assert made.alerts[0].reason.startswith("Look, from ") and np.isnan(made.alerts[0].probability)
    told = explain(made)
    assert any("'guess'" in note and "weighs 100%" in note for note in told.notes)
    assert [row["rules"] for row in told.rows() if row["member"] == "rule-based"][:6] == [
        *["guess"] * 2, "never", "", *["look"] * 2,
    ]  # fmt: skip
    frame_of = Ensemble.load(ruled_run).explain()
    assert set(frame_of["rules"]) == {"guess", "never", "", "look"}


def test_the_history_that_a_run_keeps_reaches_as_far_as_its_rules(ruled_run: Path, frame: pd.DataFrame) -> None:
    run = Run.load(ruled_run)
    assert run.reach >= 200 and run.rules is run.crew.rules
    kept, given = forecast(run), forecast(run, data=frame)
    np.testing.assert_allclose(kept.quantiles, given.quantiles, rtol=1e-5)


@pytest.mark.parametrize("muted", [False, True])
def test_a_rule_silences_the_spike_detector(small_run: Path, muted: bool) -> None:
    run = Run.load(small_run)
    text = "[[rule]]\nname = 'still'\nwhen = 'step <= 3'\nthen = { mute = true }" if muted else ""
    run = replace(run, rules=parse_rules(text), policy=AlertPolicy(threshold=0.5))
    prepared, index = run.prepared(run.history), origin_windows(run.history)
    shape = (len(index), 6, len(LEVELS))
    chance = np.full(shape[:2], 0.999, np.float32)
    z = np.zeros(shape, np.float32) + np.linspace(-1, 1, len(LEVELS), dtype=np.float32)
    answers = {"rule-based": Answer(quantiles=z, spike_probability=chance, spike_size=np.ones(shape[:2], np.float32))}
    bare = run._in_unit(prepared, index, answers, run.numbers(run.history)[index.series], z)
    made = run._warned(bare, run.history, index, answers, ())
    assert {alert.raised_by for alert in made.alerts} == {"spike-detector"} and len(made.alerts) == 2
    first = made.stamps[0, 3 if muted else 0]
    assert {alert.start for alert in made.alerts} == {first}
    assert made.spike_probability is not None and (made.spike_probability > 0.5).all()  # silenced, not denied
    assert list(made.rules) == (["still"] if muted else [])


def test_a_rule_that_closes_the_night_leaves_the_intervals_of_the_day_alone(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    stamps = pd.date_range("2024-01-01", periods=1500, freq="h")
    day = (stamps.hour >= 8) & (stamps.hour < 20)
    y = np.where(day, 60 + 8 * np.sin(stamps.hour / 3) + rng.normal(0, 1, 1500), 0.35 + rng.normal(0, 0.02, 1500))
    path = tmp_path / "rules.toml"
    path.write_text("[[rule]]\nname = 'shut'\nwhen = 'hours(\"20:00-08:00\")'\nthen = { set = 0 }\n", encoding="utf-8")
    frame = pd.DataFrame({"ds": stamps, "y": y})
    train(TrainRequest(source=frame, horizon=24, out=tmp_path / "run", members="rule-based", rules=path))
    made = forecast(tmp_path / "run")
    shown = (made.stamps[0].astype("datetime64[h]").astype(int) % 24 >= 8) & (
        made.stamps[0].astype("datetime64[h]").astype(int) % 24 < 20
    )
    width = made.quantiles[0, :, -1] - made.quantiles[0, :, 0]
    assert 1 < width[shown].min() and width[shown].max() < 20
    assert np.abs(made.quantiles[0, ~shown]).max() < 0.1
