"""Weights: what they are, when they are learned, when they give way."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sextet.combine.evidence import Evidence, gather_evidence
from sextet.combine.weight_search import _folds
from sextet.combine.weights import EnsembleWeights, fit_weights, refit_weights
from sextet.core.errors import SextetError

LEVELS = (0.1, 0.3, 0.5, 0.7, 0.9)
OFFSETS = np.array([-1.28, -0.52, 0.0, 0.52, 1.28])


def pinball(quantiles: np.ndarray, target: np.ndarray) -> float:
    residual = target[..., None] - quantiles
    levels = np.array(LEVELS)
    return float(np.nanmean(np.maximum(levels * residual, (levels - 1) * residual)))


class World:
    """Windows of series whose truth is known and of members with noise of a chosen size by step and series."""

    def __init__(self, noise: np.ndarray, windows: int = 120, series: int = 2, seed: int = 0) -> None:
        rng = np.random.default_rng(seed)
        members, _, horizon = noise.shape
        rows = np.arange(windows)
        signal = rng.normal(size=(series, windows + horizon)).cumsum(axis=1) * 0.1
        self.series = np.repeat(np.arange(series), windows)
        self.row = np.tile(rows, series)
        self.target = signal[self.series[:, None], self.row[:, None] + np.arange(horizon)]
        size = noise[:, np.minimum(self.series, noise.shape[1] - 1)]
        error = rng.normal(size=(members, *self.target.shape)) * size
        self.answers = ((self.target + error)[..., None] + 0.5 * OFFSETS).astype(np.float32)
        self.names = [f"m{i}" for i in range(members)]

    def fit(self, **changes: object) -> EnsembleWeights:
        given_ = {
            "answers": self.answers,
            "target": self.target,
            "series": self.series,
            "levels": LEVELS,
            "names": self.names,
            "row": self.row,
        }
        return fit_weights(**{**given_, **changes})  # type: ignore[arg-type]


def flat(*sizes: float, horizon: int = 8) -> np.ndarray:
    return np.array(sizes)[:, None, None] * np.ones((len(sizes), 1, horizon))


def test_independent_errors_make_the_combination_better_than_every_member_and_equal_weights() -> None:
    weights = World(flat(0.5, 0.6, 2.0)).fit()
    fresh = World(flat(0.5, 0.6, 2.0), seed=9)
    combined = pinball(weights.apply(fresh.answers, fresh.series), fresh.target)
    assert weights.member is None
    assert combined < min(pinball(a, fresh.target) for a in fresh.answers)
    assert combined < pinball(fresh.answers.mean(axis=0), fresh.target)


def test_weights_follow_the_horizon() -> None:
    noise = flat(0.5, 0.5, horizon=24)
    noise[0, :, :6], noise[1, :, 6:] = 0.1, 0.1
    noise[0, :, 6:], noise[1, :, :6] = 1.0, 1.0
    weights = World(noise, windows=300).fit()
    by_step = weights.of(np.array([0]))[0]
    assert by_step[0, 0] > 0.7
    assert by_step[-1, 1] > 0.7


def test_weights_follow_the_series_and_an_unseen_series_gets_the_common_ones() -> None:
    noise = np.ones((2, 2, 6))
    noise[0, 0], noise[1, 1] = 0.1, 0.1
    world = World(noise, windows=300)
    weights = world.fit()
    of = weights.of(np.array([0, 1, -1, 7]))
    assert of[0, 0, 0] > 0.75
    assert of[1, 0, 1] > 0.75
    assert np.allclose(of[2], of[3])
    assert 0.2 < of[2, 0, 0] < 0.8


def test_spiky_steps_get_weights_of_their_own_when_that_wins() -> None:
    rng = np.random.default_rng(1)
    world = World(flat(0.3, 0.3), windows=300)
    spike = (rng.random(world.target.shape) < 0.3).astype(float)
    target = world.target + 3.0 * spike
    answers = world.answers.copy()
    answers[1] += (3.0 * spike).astype(np.float32)[..., None]  # only the second member sees spikes coming
    answers[1] += rng.normal(size=target.shape).astype(np.float32)[..., None] * (1 - spike)[..., None] * 1.0
    weights = world.fit(answers=answers, target=target, regime=spike)
    assert weights.uses_regime
    calm, spiky = weights.of(np.array([0, 0]), np.array([[0.0] * 8, [1.0] * 8]))
    assert calm[0, 0] > 0.7
    assert spiky[0, 1] > 0.7
    assert "spike_weights" in weights.report()
    halfway = weights.of(np.array([0]), np.full((1, 8), 0.5))[0]
    assert halfway == pytest.approx((calm + spiky) / 2)


def test_a_regime_that_says_nothing_is_not_used() -> None:
    world = World(flat(0.5, 0.6))
    noise = (np.random.default_rng(4).random(world.target.shape) < 0.3).astype(float)
    assert not world.fit(regime=noise).uses_regime


def test_it_becomes_the_best_member_when_combining_loses() -> None:
    world = World(flat(0.2, 0.2, 0.2))
    # The others are the first with a part of its error added: no mixture can do better than the first.
    first = world.answers[0]
    error = first - world.target[..., None]
    answers = np.stack([first, first + error, first + 3 * error])
    weights = world.fit(answers=answers)
    assert weights.member == "m0"
    assert weights.of(np.array([0, -1]))[..., 0] == pytest.approx(1.0)
    assert any("the ensemble is m0" in note for note in weights.notes)
    assert np.array_equal(weights.apply(answers, world.series), first)


def test_alike_members_weigh_the_same() -> None:
    world = World(flat(0.5, 0.5, 0.5))
    same = np.stack([world.answers[0]] * 3)
    weights = world.fit(answers=same)
    assert weights.member is None
    assert weights.of(np.array([0]))[0] == pytest.approx(np.full((8, 3), 1 / 3))
    assert "every member weighs the same" in weights.notes[0]


def test_a_member_with_nan_is_named() -> None:
    world = World(flat(0.5, 0.5))
    answers = world.answers.copy()
    answers[1, 3, 2, 0] = np.nan
    with pytest.raises(SextetError, match=r"'m1'.*nan in window 3, step 3, quantile 1"):
        world.fit(answers=answers)
    with pytest.raises(SextetError, match="'m1'"):
        world.fit().apply(answers, world.series)


def test_missing_targets_are_left_out() -> None:
    world = World(flat(0.3, 0.9))
    target = world.target.copy()
    target[::3] = np.nan
    weights = world.fit(target=target)
    assert weights.of(np.array([0]))[0, 0, 0] > 0.6


@pytest.mark.parametrize("windows", [0, 1, 3])
def test_too_little_data_gives_equal_weights_and_says_so(windows: int) -> None:
    world = World(flat(0.3, 0.9, horizon=2), windows=windows, series=1)
    weights = world.fit()
    assert weights.of(np.array([0])) == pytest.approx(0.5)
    assert "Too few observed targets" in weights.notes[0]


def test_nothing_observed_gives_equal_weights() -> None:
    world = World(flat(0.3, 0.9))
    assert world.fit(target=np.full_like(world.target, np.nan)).of(np.array([0])) == pytest.approx(0.5)


def test_one_window_for_each_of_a_few_series_is_weighed_cautiously() -> None:
    world = World(flat(0.3, 0.9, horizon=6), windows=1, series=19)
    weights = world.fit()
    assert 0.5 < weights.of(np.array([0]))[0, 0, 0] < 0.98
    assert any("too short to cross-validate" in note for note in weights.notes)


def test_a_single_member_and_a_single_step_work() -> None:
    alone = World(flat(0.5))
    assert alone.fit().of(np.array([0])).tolist() == [[[1.0]] * 8]
    short = World(flat(0.2, 1.0, horizon=1), windows=200)
    assert short.fit().of(np.array([0]))[0, 0, 0] > 0.7


def test_it_is_deterministic_and_survives_an_npz_without_pickle() -> None:
    world = World(flat(0.4, 0.5, 0.9), windows=200, series=3)
    weights, again = world.fit(), world.fit()
    assert np.array_equal(weights.table, again.table)
    file = io.BytesIO()
    np.savez(file, **weights.to_arrays())
    file.seek(0)
    back = EnsembleWeights.from_arrays(dict(np.load(file, allow_pickle=False)))
    assert np.array_equal(back.apply(world.answers, world.series), weights.apply(world.answers, world.series))
    assert back.report() == weights.report()


def test_order_of_windows_does_not_matter_when_rows_are_given() -> None:
    world = World(flat(0.4, 0.5, 0.9), windows=60)
    mix = np.random.default_rng(0).permutation(len(world.series))
    weights = world.fit()
    mixed = world.fit(
        answers=world.answers[:, mix], target=world.target[mix], series=world.series[mix], row=world.row[mix]
    )
    assert np.allclose(weights.table, mixed.table)


def test_a_wrong_number_of_members_or_shape_is_said() -> None:
    world = World(flat(0.4, 0.5))
    with pytest.raises(SextetError, match="2 members"):
        world.fit().apply(world.answers[:1], world.series)
    with pytest.raises(SextetError, match=r"'m0' must answer \(240, 8, 4\)"):
        world.fit(levels=LEVELS[:4])


def test_longer_horizons_take_the_last_weights() -> None:
    weights = World(flat(0.4, 0.5)).fit()
    longer = weights.of(np.array([0]), horizon=12)
    assert longer.shape == (1, 12, 2)
    assert np.array_equal(longer[0, 7], longer[0, 11])


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 5), st.integers(1, 7), st.integers(1, 3), st.integers(0, 60))
def test_weights_are_on_the_simplex_and_quantiles_never_cross(
    seed: int, members: int, horizon: int, series: int, windows: int
) -> None:
    rng = np.random.default_rng(seed)
    world = World(rng.uniform(0.05, 2, size=(members, series, horizon)), windows=windows, series=series, seed=seed)
    regime = rng.random(world.target.shape)
    weights = world.fit(regime=regime)
    of = weights.of(world.series, regime)
    assert np.all(of >= -1e-12)
    assert np.allclose(of.sum(axis=-1), 1.0)
    assert np.all(np.diff(weights.apply(world.answers, world.series, regime), axis=-1) >= -1e-6)


def test_folds_learn_only_from_targets_that_had_passed() -> None:
    world = World(flat(0.4, 0.5), windows=100)
    evidence = gather_evidence(world.answers, world.target, world.series, LEVELS, None, world.row)
    folds = _folds(evidence)
    assert len(folds) == 3
    for fold in folds:
        start = fold.held_out.cutoff.min()
        known = evidence.cutoff + evidence.step < start
        assert 0 < known.sum() < len(evidence)
        other = _folds(
            gather_evidence(
                world.answers,
                np.where(world.row[:, None] + np.arange(8) < start, world.target, world.target + 100.0),
                world.series,
                LEVELS,
                None,
                world.row,
            )
        )
        same = next(f for f in other if f.held_out.cutoff.min() == start)
        assert np.array_equal(same.fits.both.blocks, fold.fits.both.blocks)


def test_many_series_tell_which_member_to_trust_where_time_is_too_short() -> None:
    world = World(flat(0.2, 1.0, 1.0, horizon=8), windows=1, series=60)
    weights = world.fit()
    assert not any("too short to cross-validate" in note for note in weights.notes)
    assert weights.of(np.array([-1]))[0, :, 0].min() > 0.8


def evidence_in(world: World, after: int = 0) -> Evidence:
    return gather_evidence(world.answers, world.target, world.series, LEVELS, None, world.row + after)


def test_weights_are_fitted_anew_on_more_windows_as_restrained_as_they_were() -> None:
    early, late = World(flat(0.5, 0.6, 2.0)), World(flat(2.0, 0.6, 0.5), windows=400, seed=3)
    weights = early.fit()
    evidence = evidence_in(early).with_more(evidence_in(late, after=120))
    again = refit_weights(weights, evidence)
    assert (again.choice, again.scores, again.notes) == (weights.choice, weights.scores, weights.notes)
    first, later = (one.of(np.array([0]))[0, 0] for one in (weights, again))
    assert first[0] > first[2] and later[2] > later[0]  # later windows are more, and there the third member is better
    np.testing.assert_allclose(again.of(np.array([0, 1])).sum(axis=2), 1.0)


def test_the_same_evidence_gives_the_same_weights() -> None:
    world = World(flat(0.5, 0.6, 2.0))
    weights = world.fit()
    np.testing.assert_array_equal(refit_weights(weights, evidence_in(world)).table, weights.table)
    # whatever row is called the first
    np.testing.assert_array_equal(world.fit(row=world.row + 1000).table, weights.table)


def test_equal_weights_and_an_ensemble_of_one_member_stay_when_there_are_more_windows() -> None:
    world = World(flat(0.5, 2.0))
    equal = EnsembleWeights.equal(world.names, 8)
    assert refit_weights(equal, evidence_in(world)) is equal
    alone = replace(world.fit(), member="m1")
    assert refit_weights(alone, evidence_in(world)) is alone


@pytest.mark.parametrize(("early", "late"), [(5000, 50), (50, 5000), (100, 200)])
def test_two_times_are_drawn_from_alike(early: int, late: int) -> None:
    """Points of many windows are drawn thinly; those of a few that come after must not outweigh them for that."""
    worlds = [World(flat(0.5, 0.6), windows=count, series=1) for count in (early, late)]
    first, second = evidence_in(worlds[0]), evidence_in(worlds[1], after=early)
    whole = first.with_more(second)
    assert whole.seen == 8 * (early + late)
    later = int((whole.cutoff >= early).sum())
    assert later / len(whole) == pytest.approx(late / (early + late), rel=0.05)
    assert len(whole) <= len(first) + len(second)
