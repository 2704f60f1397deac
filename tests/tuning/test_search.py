"""How a search goes, with trainings that cost nothing: what it tries, takes, and goes on from."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sextet.core.errors import ConfigError
from sextet.core.panel import Panel
from sextet.specs.custom import CustomSpec
from sextet.tuning.plan import MARGIN, TRAINING
from sextet.tuning.search import Search

from .conftest import EPOCHS, Formula, config, gain, search

Lasting = Callable[..., None]


@pytest.fixture
def lasting(formula: Formula, monkeypatch: pytest.MonkeyPatch) -> Lasting:
    """Lets every training take so many seconds of a clock that stands still otherwise, and lose by a formula."""
    now = [1000.0]
    for module in ("plan", "bench", "search"):
        monkeypatch.setattr(f"sextet.tuning.{module}.time.time", lambda: now[0])

    def make(seconds: float, loss: Callable[[Any, Any], float] = lambda spec, train: 1.0) -> None:
        def slow(spec: Any, train: Any) -> float:
            now[0] += seconds
            return loss(spec, train)

        formula.loss = slow

    return make


def _done(made: Search) -> dict[str, object]:
    made.run()
    return {finding.name: finding for finding in made.found().findings}


def test_the_defaults_come_first_and_what_is_found_beats_them(panel: Panel, tmp_path: Path, formula: Formula) -> None:
    made = search(panel, tmp_path)
    findings = _done(made)
    defaults = {spec.name: spec for spec in made._bench.ground.specs}
    assert [(name, spec) for name, spec, _ in formula.trained[:2]] == [(n, defaults[n]) for n in ("gru", "lstm")]
    found = made.found()
    for name in ("gru", "lstm"):
        finding = findings[name]
        assert finding.verdict == "found" and finding.found < finding.default * (1 - MARGIN)
        assert finding.trials == 12 and "skip off -> on" in finding.changed
        (spec,) = (spec for spec in found.config.members if spec.name == name)
        assert spec.skip and gain(spec, found.config.train) < gain(defaults[name], made._config.train)
    assert findings["rule-based"].verdict in ("default", "left out")
    assert found.weigh["found"] <= found.weigh["default"]


def test_a_hopeless_trial_is_pruned_early(panel: Panel, tmp_path: Path, formula: Formula) -> None:
    made = search(panel, tmp_path)
    findings = _done(made)
    assert findings["gru"].pruned > 0
    pruned = [t for t in made.plan.book.trials("gru") if t.state.name == "PRUNED"]
    completed = [t for t in made.plan.book.trials("gru") if t.state.name == "COMPLETE"]
    assert all(2 <= len(t.intermediate_values) < EPOCHS for t in pruned)
    assert all(len(t.intermediate_values) == EPOCHS for t in completed)


def test_a_win_by_luck_of_the_seed_is_not_taken(panel: Panel, tmp_path: Path, formula: Formula) -> None:
    formula.loss = lambda spec, train: 1.0 - (0.05 if spec.skip and train.seed == 0 else 0.0)
    made = search(panel, tmp_path, config("gru,lstm"))
    findings = _done(made)
    assert any(seed == 1 and spec.skip for _, spec, seed in formula.trained)
    assert {finding.verdict for finding in findings.values()} == {"default"}
    assert made.found().config == config("gru,lstm")


def test_a_win_within_the_margin_is_not_even_tried_again(panel: Panel, tmp_path: Path, formula: Formula) -> None:
    formula.loss = lambda spec, train: 1.0 - (0.9 * MARGIN if spec.skip else 0.0)
    assert {finding.verdict for finding in _done(search(panel, tmp_path)).values()} == {"default"}
    assert {seed for _, _, seed in formula.trained} == {0}


def test_what_does_not_hold_on_weigh_is_not_taken(panel: Panel, tmp_path: Path, formula: Formula) -> None:
    formula.on_weigh = lambda spec: 3.0 if spec.skip else 1.0
    made = search(panel, tmp_path, config("gru,lstm"))
    made.run()
    assert made.found(whole=False).config != config("gru,lstm")
    found = made.found()
    assert found.config.members == config("gru,lstm").members
    assert any("did not hold on the part weigh" in note for note in found.notes)


def test_a_member_that_harms_the_ensemble_is_left_out(panel: Panel, tmp_path: Path, formula: Formula) -> None:
    formula.loss = lambda spec, train: 1.0
    formula.on_weigh = lambda spec: {"gru": 0.1, "lstm": 0.1}.get(spec.name, 8.0)
    made = search(panel, tmp_path, config("gru,lstm,cnn-lstm"), trials=1)
    made.run()
    found = made.found()
    verdicts = {finding.name: finding.verdict for finding in found.findings}
    if "cnn-lstm" in [spec.name for spec in found.config.members]:  # weights near zero may do as well
        assert found.weigh["found"] == found.weigh["default"]
    else:
        assert verdicts["cnn-lstm"] == "left out" and found.weigh["found"] < found.weigh["default"]
    assert len(found.config.members) >= 2


def test_the_training_of_all_is_found_too(panel: Panel, tmp_path: Path, formula: Formula) -> None:
    formula.loss = lambda spec, train: 1.0 if train.learning_rate < 0.002 else 1.5
    made = search(panel, tmp_path, config("gru,lstm"))
    findings = _done(made)
    assert findings[TRAINING].verdict == "found" and "learning_rate" in findings[TRAINING].changed
    assert made.found().config.train.learning_rate < 0.002
    assert made.found().config.train.seed == 0


def test_trials_take_one_round_and_what_is_found_as_many_as_were_asked_for(
    panel: Panel, tmp_path: Path, formula: Formula
) -> None:
    rounds = set()

    def loss(spec: Any, train: Any) -> float:
        rounds.add(train.rounds)
        return 1.0 if train.learning_rate < 0.002 else 1.5

    formula.loss = loss
    start = config("gru,lstm")
    made = search(panel, tmp_path, replace(start, train=replace(start.train, rounds=3)))
    made.run()
    assert rounds == {1}
    found = made.found().config.train
    assert found.rounds == 3 and found.learning_rate < 0.002


def test_half_of_the_members_speak_for_the_training_of_all(panel: Panel, tmp_path: Path, formula: Formula) -> None:
    """Where time ends before the others are trained so."""
    formula.loss = lambda spec, train: 1.0 if train.learning_rate < 0.002 else 1.5
    made = search(panel, tmp_path, config("gru,lstm,cnn-lstm"))
    made.run()
    made.plan.answers("cnn-lstm", made.plan.incumbent("cnn-lstm"), "crew").unlink()
    found = made.found()
    assert found.config.train.learning_rate < 0.002
    assert any("not tried with cnn-lstm: the others speak for it" in note for note in found.notes)
    made.plan.answers("lstm", made.plan.incumbent("lstm"), "crew").unlink()
    found = made.found()
    assert found.config.train == config().train
    assert any("not tried with enough members" in note for note in found.notes)


def test_what_the_clock_would_cut_where_it_matters_is_not_begun(
    panel: Panel, tmp_path: Path, formula: Formula, lasting: Lasting
) -> None:
    lasting(10.0)
    # 20 s for the defaults, 10 s for a trial, 23 s for trying again what it may find
    early = search(panel, tmp_path / "a", config("gru,lstm"), seconds=52.0)
    early.run()
    assert len(formula.trained) == 2
    assert early.found().notes[-1] == (
        "32 s of the budget are left over: another trial, and trying again what it may find, would take 33 s. A larger "
        "--budget, of the whole search, goes on from here."
    )
    formula.trained.clear()
    search(panel, tmp_path / "b", config("gru,lstm"), seconds=54.0).run()
    assert len(formula.trained) == 3


def test_the_same_seed_finds_the_same(panel: Panel, tmp_path: Path, formula: Formula) -> None:
    first, second = search(panel, tmp_path / "a"), search(panel, tmp_path / "b")
    assert _done(first) == _done(second)
    third = search(panel, tmp_path / "c", replace(config(), train=replace(config().train, seed=9)))
    third.run()
    tried = [[t.params for t in made.plan.book.trials("gru")] for made in (first, second, third)]
    assert tried[0] == tried[1] != tried[2]


@pytest.mark.parametrize("after", [0, 1, 5, 17])
def test_an_interrupted_search_ends_as_one_that_was_not(
    panel: Panel, tmp_path: Path, formula: Formula, after: int
) -> None:
    whole = _done(search(panel, tmp_path / "whole"))
    formula.trained.clear()
    formula.stop_after = after
    stopped = search(panel, tmp_path / "stopped")
    with pytest.raises(KeyboardInterrupt):
        stopped.run()
    assert stopped.found(whole=False).config.horizon == 6
    formula.stop_after = None
    assert _done(search(panel, tmp_path / "stopped")) == whole
    assert len(formula.trained) == after + len(formula.trained[after:])


def test_a_finished_search_trains_nothing_more(panel: Panel, tmp_path: Path, formula: Formula) -> None:
    first = _done(search(panel, tmp_path))
    formula.trained.clear()
    assert _done(search(panel, tmp_path)) == first
    assert formula.trained == []
    _done(search(panel, tmp_path, trials=14))
    assert formula.trained


def test_other_data_or_settings_are_another_search(panel: Panel, tmp_path: Path, formula: Formula) -> None:
    _done(search(panel, tmp_path, trials=1))
    with pytest.raises(ConfigError, match="other settings"):
        search(panel, tmp_path, config("gru"))
    with pytest.raises(ConfigError, match="other data"):
        search(replace(panel, y=panel.y + 1), tmp_path)


def test_without_time_the_defaults_stay_and_it_is_said(panel: Panel, tmp_path: Path, formula: Formula) -> None:
    made = search(panel, tmp_path, seconds=1e-9)
    made.run()
    found = made.found()
    assert formula.trained == [] and found.config == config()
    assert any("larger --budget" in note for note in found.notes)
    assert all(finding.default is None for finding in found.findings)


def test_the_clock_cuts_a_trial_that_is_tried_again_later(
    panel: Panel, tmp_path: Path, formula: Formula, lasting: Lasting
) -> None:
    lasting(30.0)
    made = search(panel, tmp_path, seconds=50.0)
    made.run()
    assert [name for name, _, _ in formula.trained] == ["gru", "lstm"]  # 60 s: the second is cut by its first epoch
    assert made.plan.start_of("gru") is not None and made.plan.start_of("lstm") is None
    assert "lstm" in made.found().notes[-1]
    formula.trained.clear()
    more = search(panel, tmp_path, seconds=95.0)
    more.run()
    assert formula.trained[0][0] == "lstm" and more.plan.start_of("lstm") is not None


def test_better_members_get_more_of_the_time(panel: Panel, tmp_path: Path, formula: Formula, lasting: Lasting) -> None:
    lasting(10.0, lambda spec, train: 1.0 if spec.name == "gru" else 1.4)
    made = search(panel, tmp_path, config("gru,lstm"), seconds=600.0)
    made.run()
    trials = {name: len(made.plan.book.trials(name)) for name in ("gru", "lstm")}
    assert trials["gru"] > 2 * trials["lstm"] >= 2


def test_the_test_part_and_calibrate_change_nothing(panel: Panel, tmp_path: Path, formula: Formula) -> None:
    """The formula knows no data; what it is given must be the same where only later rows differ."""
    first = search(panel, tmp_path / "a", trials=1)
    y = panel.y.copy()
    for s in range(panel.series):
        y[panel.offsets[s] + first._bench.ground.split.weigh[s] : panel.offsets[s + 1]] *= -7.0
    second = search(replace(panel, y=y), tmp_path / "b", trials=1)
    benches = [first._bench, second._bench]
    train, other = (bench.ground.train_windows() for bench in benches)
    for index in (train, other, *(b.select for b in benches), *(b.weigh for b in benches)):
        ends = panel.offsets[index.series] + first._bench.ground.split.weigh[index.series]
        assert (index.row + 6 <= ends).all()
    np.testing.assert_array_equal(train.row, other.row)
    assert benches[0].ground.specs == benches[1].ground.specs
    until = panel.offsets[0] + first._bench.ground.split.weigh[0]
    np.testing.assert_array_equal(*(b.ground.prepared.z[panel.offsets[0] : until] for b in benches))


def test_a_model_that_no_file_can_hold_is_refused(panel: Panel, tmp_path: Path) -> None:
    start = replace(config(), members=(CustomSpec(name="mine", build=lambda shape: None),))
    with pytest.raises(ConfigError, match="'mine' is a function or a model, which a config file cannot hold"):
        search(panel, tmp_path, start)


def test_what_is_found_is_plain_json(panel: Panel, tmp_path: Path, formula: Formula) -> None:
    made = search(panel, tmp_path)
    made.run()
    assert type(made._config).from_json(made.found().config.to_json()) == made.found().config
    assert json.loads(made.found().config.to_json())["horizon"] == 6


def test_without_optuna_it_is_said_how_to_get_it() -> None:
    code = (
        "import sys; sys.modules['optuna'] = None\n"
        "from sextet.tuning.book import optuna\n"
        "try: optuna()\nexcept Exception as error: print(type(error).__name__, error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("DependencyError") and "pip install '.[tune]'" in done.stdout
