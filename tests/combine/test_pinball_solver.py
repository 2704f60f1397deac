"""The solver against a linear program, which is exact."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog, minimize

from sextet.combine.pinball_solver import PinballProblems, solve, solve_path


def pinball(residual: np.ndarray, levels: np.ndarray) -> np.ndarray:
    return np.maximum(levels * residual, (levels - 1) * residual)


def optimum(answers: np.ndarray, target: np.ndarray, levels: np.ndarray, weight: np.ndarray) -> float:
    count, members = answers.shape
    cost = np.r_[np.zeros(members), weight * levels, weight * (1 - levels)]
    equal = np.block(
        [
            [answers, np.eye(count), -np.eye(count)],
            [np.ones((1, members)), np.zeros((1, 2 * count))],
        ]
    )
    return float(linprog(cost, A_eq=equal, b_eq=np.r_[target, 1.0]).fun)


def case(seed: int, count: int, members: int, size: float) -> tuple[np.ndarray, ...]:
    rng = np.random.default_rng(seed)
    target = rng.normal(size=count) * size
    noise = rng.normal(size=(count, members)) * rng.uniform(0.05, 2.0, size=members)
    answers = target[:, None] * rng.uniform(0, 1) + noise * size + rng.normal(size=members) * 0.2 * size
    levels = rng.choice([0.025, 0.1, 0.3, 0.5, 0.8, 0.975], size=count)
    return answers, target, levels, rng.dirichlet(np.ones(count))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.integers(20, 90), st.integers(2, 8), st.sampled_from([1e-4, 1.0, 1e5]))
def test_reaches_the_optimum_of_the_linear_program(seed: int, count: int, members: int, size: float) -> None:
    answers, target, levels, weight = case(seed, count, members, size)
    best = optimum(answers / size, target / size, levels, weight) * size
    found = solve(PinballProblems(answers=answers.T[None], target=target[None], levels=levels, weight=weight[None]))
    w = found.weights[0]
    assert np.all(w >= 0)
    assert w.sum() == pytest.approx(1.0, abs=1e-9)
    loss = float((weight * pinball(target - answers @ w, levels)).sum())
    assert loss == pytest.approx(found.loss[0], rel=1e-9)
    assert best * (1 - 1e-6) <= loss <= best * (1 + 1e-4)
    assert found.gap[0] >= loss - best - 1e-7 * best


def test_a_batch_gives_what_each_problem_gives_alone() -> None:
    cases = [case(seed, 60, 4, 1.0) for seed in range(3)]
    levels = cases[0][2]
    padded = np.zeros((3, 4, 80)), np.zeros((3, 80)), np.r_[levels, np.full(20, 0.5)], np.zeros((3, 80))
    for i, (answers, target, _, weight) in enumerate(cases):
        padded[0][i, :, :60], padded[1][i, :60], padded[3][i, :60] = answers.T, target, weight
    together = solve(PinballProblems(answers=padded[0], target=padded[1], levels=padded[2], weight=padded[3]))
    for i, (answers, target, _, weight) in enumerate(cases):
        best = optimum(answers, target, levels, weight)
        assert together.loss[i] <= best * (1 + 1e-4)


def test_a_perfect_member_takes_all() -> None:
    rng = np.random.default_rng(0)
    target = rng.normal(size=200)
    answers = np.stack([target + rng.normal(size=200), target, target + 1.0])
    found = solve(
        PinballProblems(
            answers=answers[None], target=target[None], levels=np.full(200, 0.5), weight=np.full((1, 200), 1 / 200)
        )
    )
    assert found.weights[0] == pytest.approx([0, 1, 0], abs=1e-3)
    assert found.loss[0] < 1e-3


def test_one_member_weighs_one() -> None:
    answers, target, levels, weight = case(0, 30, 1, 1.0)
    found = solve(PinballProblems(answers=answers.T[None], target=target[None], levels=levels, weight=weight[None]))
    assert found.weights.tolist() == [[1.0]]


@pytest.mark.parametrize("entropy", [0.1, 0.01, 0.001])
def test_the_path_is_within_a_ten_thousandth_of_the_exact_solution(entropy: float) -> None:
    rng = np.random.default_rng(3)
    target = rng.normal(size=6000)
    answers = target + rng.normal(size=(6, 6000)) * np.array([0.5, 0.6, 0.7, 0.8, 1.5, 3.0])[:, None]
    problem = PinballProblems(
        answers=answers[None],
        target=target[None],
        levels=np.resize([0.1, 0.5, 0.9], 6000),
        weight=np.full((1, 6000), 1 / 6000),
    )
    exact = solve(problem, entropy)
    path = solve_path(problem, (np.inf, 0.3, entropy))
    assert path[0, 0] == pytest.approx(np.full(6, 1 / 6))

    def objective(w: np.ndarray) -> float:
        loss = pinball(target - w @ answers, problem.levels).mean()
        equal = pinball(target - answers.mean(axis=0), problem.levels).mean()
        return float(loss + entropy * equal * (w * np.log(np.maximum(w, 1e-300) * 6)).sum())

    assert objective(exact.weights[0]) == pytest.approx(exact.loss[0], rel=1e-9)
    assert objective(path[-1, 0]) <= exact.loss[0] * (1 + 1e-4)
    search = minimize(
        objective,
        exact.weights[0],
        method="SLSQP",
        bounds=[(0, 1)] * 6,
        constraints={"type": "eq", "fun": lambda w: w.sum() - 1},
        options={"ftol": 1e-10},
    )
    assert exact.loss[0] <= search.fun * (1 + 1e-4)


def test_entropy_draws_towards_equal_weights() -> None:
    answers, target, levels, weight = case(5, 400, 4, 1.0)
    problem = PinballProblems(answers=answers.T[None], target=target[None], levels=levels, weight=weight[None])
    path = solve_path(problem, (np.inf, 1.0, 0.1, 0.01, 0.001))[:, 0]
    away = np.abs(path - 0.25).sum(axis=1)
    assert np.all(np.diff(away) > -1e-3)
    assert away[0] < 1e-6 < away[-1]
