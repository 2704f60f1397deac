"""Scores of a stream of windows: the same as of all at once, whatever the chunks."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sextet.backtesting import scoring
from sextet.backtesting.fold_fit import FoldFit, fit_fold, fit_on
from sextet.backtesting.fold_scores import FoldScores
from sextet.backtesting.scoring import FoldScoring, Yardstick, chunks
from sextet.backtesting.summary import warning_rows
from sextet.combine.weights import refit_weights
from sextet.core.answer import Answer
from sextet.core.progress import Silent
from sextet.core.window import WindowIndex
from sextet.data.fitting import read_to_fit
from sextet.data.options import DataOptions
from sextet.data.prepare import Prepared
from sextet.data.scale import Scaler
from sextet.data.split import SplitConfig
from sextet.data.windows import targets
from sextet.ensemble.combining import learn
from sextet.ensemble.examining import Examination, examine
from sextet.ensemble.ground import Ground, lay_ground
from sextet.ensemble.ruling import ruling_of
from sextet.ensemble.warning import learn_policies, spike_test, warning_scores
from sextet.metrics.lead_time import LeadTimes, lead_times
from sextet.metrics.leaderboard import leaderboard
from sextet.metrics.point import seasonal_scale
from sextet.rules.rule_based import RuleBasedModel
from sextet.rules.user_rules import UserRules, parse_rules
from sextet.runtime.crew import Crew
from sextet.specs.presets import parse_members
from sextet.specs.run_config import RunConfig

from .conftest import HORIZON


class Warner(RuleBasedModel):
    """The Rule-Based member's forecast, with a probability of a spike that follows its upper quantile."""

    def answer(self, prepared: Prepared, index: WindowIndex) -> Answer:
        said = super().answer(prepared, index)
        height = said.quantiles[..., -1]
        return Answer(quantiles=said.quantiles * np.float32(1.1), spike_probability=1 / (1 + np.exp(-height)))


@pytest.fixture(scope="module")
def ground(frame: pd.DataFrame) -> Ground:
    config = RunConfig(horizon=HORIZON, members=parse_members("rule-based"), split=SplitConfig(test=0.3), lookback=24)
    return lay_ground(read_to_fit(frame, DataOptions(), config.split, HORIZON), config)


@pytest.fixture(scope="module")
def fit(ground: Ground, tmp_path_factory: pytest.TempPathFactory) -> FoldFit:
    """Two members, one of which warns, and two baselines."""
    fitted = fit_fold(ground, tmp_path_factory.mktemp("fold"), ("seasonal-naive", "naive"), Silent())
    (one,) = fitted.crew.members.values()
    assert isinstance(one, RuleBasedModel)
    crew = Crew(members={"rule-based": one, "warner": Warner(**vars(one))}, shape=ground.shape)
    learned = learn(crew, ground)
    policies = learn_policies(ground, learned.combination, learned.heard)
    return replace(fitted, crew=crew, combination=learned.combination, evidence=learned.evidence, policies=policies)


def yardstick(ground: Ground, rules: UserRules | None = None) -> Yardstick:
    return Yardstick(
        standard=Scaler.fit(ground.panel, ground.split.train),
        mase=seasonal_scale(ground.panel, ground.split.train),
        rules=rules or UserRules(),
    )


def examined(ground: Ground, fit: FoldFit, index: WindowIndex, rules: UserRules | None = None) -> Examination:
    ruling = ruling_of(ground, rules or UserRules(), fit.policies)
    return examine(fit.crew, fit.combination, fit.baselines, ruling, index, ground.split.train)


def rows_of(scores: FoldScores) -> dict[str, dict[str, float]]:
    rows = leaderboard({name: one.total() for name, one in scores.models.items()})
    return {str(row.pop("model")): row for row in rows}  # type: ignore[misc]


@pytest.mark.parametrize(
    "text", ["", "cap = {middle}", "then = {{ multiply = 0.5 }}\nfinal = true", "then = {{ set = 0 }}\nfinal = true"]
)
def test_scores_are_those_of_the_examination(ground: Ground, fit: FoldFit, text: str) -> None:
    index = ground.scored_windows("test")
    text = text.format(middle=float(np.nanmedian(ground.panel.y)))
    rules = parse_rules(f"[[rule]]\n{text}" if text else "")
    found = rows_of(FoldScoring(fit, yardstick(ground, rules), None).run(index, Silent()))
    exam = examined(ground, fit, index, rules)
    if text:
        free = {str(row["model"]): row["mae"] for row in examined(ground, fit, index).rows}
        ruled = {str(row["model"]): row["mae"] for row in exam.rows}
        assert {name for name in free if free[name] != ruled[name]} == {"sextet", "sextet-online"}
    assert {str(row["model"]) for row in exam.rows} == set(found)
    for row in exam.rows:
        for key, value in row.items():
            if key != "model":
                assert found[str(row["model"])][key] == pytest.approx(value, rel=1e-4), (row["model"], key)


def test_chunks_change_nothing(ground: Ground, fit: FoldFit, monkeypatch: pytest.MonkeyPatch) -> None:
    """Chunks of seven windows cut every series in many places; online calibration goes on across the cuts."""
    index = ground.scored_windows("test")
    whole = FoldScoring(fit, yardstick(ground), None).run(index, Silent())
    monkeypatch.setattr(scoring, "CHUNK_VALUES", 1)
    monkeypatch.setattr(scoring, "BATCH", 7)
    pieces = FoldScoring(fit, yardstick(ground), None).run(index, Silent())
    assert rows_of(pieces) == {name: pytest.approx(row, rel=1e-9, nan_ok=True) for name, row in rows_of(whole).items()}
    assert pieces.alarms["ensemble"].scores() == pytest.approx(whole.alarms["ensemble"].scores(), nan_ok=True)
    assert warning_rows(pieces)["ensemble"] == pytest.approx(warning_rows(whole)["ensemble"], nan_ok=True)
    assert pieces.spikes["sextet"].points == whole.spikes["sextet"].points > 0
    np.testing.assert_allclose(pieces.truth, whole.truth)


def test_warnings_are_scored_as_a_run_scores_them(ground: Ground, fit: FoldFit) -> None:
    """The rivals see what the examination's see; the ensemble's own follows the online quantiles that are shipped."""
    index = ground.scored_windows("test")
    exam = examined(ground, fit, index)
    wanted = warning_scores(spike_test(exam, fit.policies, ground.prepared))
    found = FoldScoring(fit, yardstick(ground), None).run(index, Silent()).alarms
    assert set(found) == set(wanted)
    alone = found["spike-detector alone"].scores()
    for key, value in wanted["spike-detector alone"].items():
        assert alone[key] == pytest.approx(value, rel=1e-3, abs=1e-4, nan_ok=True), key


def test_scores_survive_a_file_and_add_up(ground: Ground, fit: FoldFit, tmp_path: Path) -> None:
    index = ground.scored_windows("test")
    half = len(index) // 2
    parts = []
    for number, part in enumerate((slice(0, half), slice(half, None))):
        done = FoldScoring(fit, yardstick(ground), None).run(index.take(part), Silent())
        done.write(tmp_path / f"{number}.npz")
        parts.append(FoldScores.read(tmp_path / f"{number}.npz"))
        assert rows_of(parts[-1]) == rows_of(done)
    total = FoldScores(truth=np.zeros(ground.panel.series))
    for part in parts:
        total.add(part)
    assert total.windows == len(index) == sum(part.windows for part in parts)
    members = {name: one.total().points for name, one in total.models.items()}
    assert len(set(members.values())) == 1
    static = FoldScoring(fit, yardstick(ground), None).run(index, Silent())
    assert rows_of(total)["warner"] == pytest.approx(rows_of(static)["warner"], rel=1e-9)
    leads, wanted = total.leads["upper quantile"].times(), _leads(ground, fit, index)
    assert leads.summary()["events"] == len(wanted.first) > 0
    np.testing.assert_array_equal(leads.asked, wanted.asked)
    assert total.alarms["ensemble"].steps.sum() == static.alarms["ensemble"].steps.sum()
    assert set(total.fit_seconds) == {"rule-based", "seasonal-naive", "naive", "combining"}


def _leads(ground: Ground, fit: FoldFit, index: WindowIndex) -> LeadTimes:
    exam = examined(ground, fit, index)
    tested = spike_test(exam, fit.policies, ground.prepared)
    assert tested is not None
    return lead_times(tested.probability >= tested.threshold, tested.label, index.series, index.row)


def test_a_backtest_tells_how_long_ahead_it_warned(ground: Ground, fit: FoldFit) -> None:
    """The member that warns is not adapted on the way, so its leads are those of the examination."""
    index = ground.scored_windows("test")
    exam = examined(ground, fit, index)
    wanted = warning_scores(spike_test(exam, fit.policies, ground.prepared), index)
    found = warning_rows(FoldScoring(fit, yardstick(ground), None).run(index, Silent()))
    for key in ("events", "events_warned", "lead_first", "lead_held"):
        assert found["spike-detector alone"][key] == pytest.approx(wanted["spike-detector alone"][key], nan_ok=True)
    assert found["ensemble"]["events"] > 0


def test_what_a_spike_looks_like_is_learned_from_all_of_validation(ground: Ground, fit: FoldFit) -> None:
    learned = learn(fit.crew, ground)
    policies = learn_policies(ground, learned.combination, learned.heard)
    assert policies.evidence is not None
    rows = sum(len(ground.scored_windows(part)) for part in ("select", "weigh", "calibrate"))
    assert len(policies.evidence.label) == rows
    assert policies.evidence.weight.max() == 1.0  # the last window of each series and part
    assert np.quantile(policies.evidence.weight, 0.5) == pytest.approx(1 / HORIZON)  # cutoffs one row apart


def test_windows_that_passed_teach_what_comes_before_a_spike(ground: Ground, fit: FoldFit, tmp_path: Path) -> None:
    index = ground.scored_windows("test")
    known = fit.policies.evidence
    assert known is not None
    after = fit_on(fit, index, ground, tmp_path, Silent()).policies
    assert after.evidence is not None
    assert len(after.evidence.label) == len(known.label) + len(index)
    target, observed = targets(ground.panel, index, HORIZON)
    np.testing.assert_array_equal(after.evidence.valid[len(known.label) :], observed)
    rows = index.row[:, None] + np.arange(HORIZON)
    spiked = (ground.spikes.label(ground.panel)[rows] > 0) & np.isfinite(target)
    assert spiked.any()
    np.testing.assert_array_equal((after.evidence.label > 0)[len(known.label) :] & observed, spiked)
    assert after.blend != fit.policies.blend


def test_final_rules_act_on_the_ensemble_and_all_rules_in_the_rule_based_member(ground: Ground, fit: FoldFit) -> None:
    limit = float(np.nanmin(ground.panel.y)) - 1e4
    index = ground.scored_windows("test")
    free = rows_of(FoldScoring(fit, yardstick(ground), None).run(index, Silent()))
    for final, plates in (("true", ("sextet", "sextet-online", "rule-based")), ("false", ("rule-based",))):
        rules = parse_rules(f'[[rule]]\nname = "plate"\nfinal = {final}\ncap = {limit}\n')
        with_rules = replace(fit, crew=replace(fit.crew, rules=rules))
        ruled = rows_of(FoldScoring(with_rules, yardstick(ground, rules), None).run(index, Silent()))
        assert ruled["naive"] == free["naive"]
        for name in plates:
            assert ruled[name]["width_80"] == pytest.approx(0.0, abs=1e-6 * abs(limit))
            assert ruled[name]["mae"] > free[name]["mae"]
        # in the ensemble the member that is cut weighs as much as it did
        assert ruled["sextet"]["mae"] > free["sextet"]["mae"]


def test_rules_see_the_probability_of_a_spike_that_a_forecast_gives(ground: Ground, fit: FoldFit) -> None:
    index = ground.scored_windows("test")
    free = rows_of(FoldScoring(fit, yardstick(ground), None).run(index, Silent()))
    for text, same in (("spike_probability > 1", True), ("spike_probability >= 0", False)):
        rules = parse_rules(f"[[rule]]\nwhen = '{text}'\nthen = {{ set = -1000 }}\nfinal = true")
        ruled = rows_of(FoldScoring(fit, yardstick(ground, rules), None).run(index, Silent()))
        assert (ruled["sextet"] == free["sextet"]) is same
        with_rules = replace(fit, crew=replace(fit.crew, rules=rules))  # in the member too
        inside = rows_of(FoldScoring(with_rules, yardstick(ground), None).run(index, Silent()))
        assert (inside["rule-based"] == free["rule-based"]) is same


@given(counts=st.lists(st.integers(1, 30), max_size=8), size=st.integers(1, 20))
def test_chunks_are_whole_series_or_parts_of_one(counts: list[int], size: int) -> None:
    series = np.repeat(np.arange(len(counts)), counts)
    parts = list(chunks(series, size))
    assert [i for part in parts for i in range(part.start, part.stop)] == list(range(len(series)))
    for part in parts:
        held = series[part]
        assert 0 < len(held) <= size
        if len(set(held.tolist())) > 1:
            assert all((series == s).sum() == (held == s).sum() for s in set(held.tolist()))


def test_windows_that_passed_teach_whom_to_trust(ground: Ground, fit: FoldFit, tmp_path: Path) -> None:
    index = ground.scored_windows("test")
    before = replace(
        fit.combination.weights, choice={"entropy": 0.01, "block": None, "series": None, "regime": None}, member=None
    )
    some = replace(fit, combination=replace(fit.combination, weights=before))
    after = fit_on(some, index, ground, tmp_path, Silent())
    observed = targets(ground.panel, index, HORIZON)[1]
    assert after.evidence.seen == fit.evidence.seen + int(observed.sum())
    first = np.array([index.row[index.series == one].min() for one in range(ground.panel.series)])
    passed = after.evidence.cutoff >= first[after.evidence.series]
    assert 0.8 < passed.mean() / (observed.sum() / after.evidence.seen) < 1.25
    wanted = refit_weights(before, after.evidence).table
    np.testing.assert_array_equal(after.combination.weights.table, wanted)
    assert not np.array_equal(wanted, refit_weights(before, fit.evidence).table)
