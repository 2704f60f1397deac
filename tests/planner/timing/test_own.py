"""A roofline of a machine's own: its solver against SciPy's, and costs that come back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import nnls

from sextet.planner.operations import Elementwise, Gemm, Recurrent
from sextet.planner.timing.own import FEATURES, by_kind, fit, nonnegative


@given(st.integers(0, 10_000), st.integers(1, 6), st.integers(1, 12))
def test_the_solver_is_as_good_as_scipys(seed, width, rows):
    rng = np.random.default_rng(seed)
    system, aim = rng.normal(size=(rows, width)), rng.normal(size=rows)
    found, (_, least) = nonnegative(system, aim), nnls(system, aim)
    assert (found >= 0).all()
    assert np.linalg.norm(system @ found - aim) == pytest.approx(least, rel=1e-6, abs=1e-8)


def test_known_costs_come_back():
    rng = np.random.default_rng(3)
    rows = [[Gemm(*map(int, 2 ** rng.uniform(4, 12, 3)))] for _ in range(12)]
    seconds = [2e-5 + row[0].flops / 2e11 + row[0].bytes() / 2e10 for row in rows]
    found = fit("gemm", rows, seconds)
    unseen = Gemm(700, 300, 900)
    assert found.each([unseen])[0] == pytest.approx(2e-5 + unseen.flops / 2e11 + unseen.bytes() / 2e10, rel=0.02)
    assert sum(found.limits([unseen], np.ones(1)).values()) == pytest.approx(found.each([unseen])[0])
    assert max(found.limits([unseen], np.ones(1)).items(), key=lambda one: one[1])[0] == "arithmetic"


def test_a_single_kernel_already_gives_a_cost_of_everything():
    found = fit("elementwise", [[Elementwise(1 << 20, 2, 1)]], [1e-3])
    assert found.each([Elementwise(1 << 20, 2, 1)])[0] == pytest.approx(1e-3, rel=0.2)
    assert found.each([Elementwise(1 << 21, 2, 1)])[0] > 1.2e-3


def test_lstm_and_gru_have_steps_of_their_own():
    rows, seconds = [], []
    for cell, step in (("lstm", 3e-4), ("gru", 6e-4)):
        for hidden, steps in ((16, 16), (64, 32), (128, 8)):
            row = [Recurrent(cell, hidden, hidden, 32, steps)]
            rows.append(row)
            seconds.append(1e-4 + steps * step + row[0].flops / 1e11)
    found = fit("recurrent", rows, seconds)
    lstm, gru = found.each([Recurrent(cell, 8, 8, 1, 100) for cell in ("lstm", "gru")])
    assert gru / lstm == pytest.approx(2.0, rel=0.1)


def test_operations_are_sorted_by_class_and_an_update_is_one():
    step = Elementwise(10, 5, 4, 20)
    found = by_kind([(Gemm(1, 1, 1), 2), (step, 1), (Elementwise(10), 3)])
    assert found == {"gemm": [(Gemm(1, 1, 1), 2)], "update": [(step, 1)], "elementwise": [(Elementwise(10), 3)]}
    assert set(found) <= set(FEATURES)
