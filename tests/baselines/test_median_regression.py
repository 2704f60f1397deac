"""The line through the median: exact data give their line, outliers do not pull it, shares count."""

import numpy as np

from sextet.baselines.median_regression import median_line


def test_exact_data_give_their_line_and_a_third_of_outliers_does_not_pull_it() -> None:
    rng = np.random.default_rng(0)
    inputs = rng.normal(size=(300, 2))
    ahead = inputs @ [2.0, -1.0] + 0.5 + rng.normal(0, 0.01, 300)
    np.testing.assert_allclose(median_line(inputs, ahead, 0.0), [2.0, -1.0, 0.5], atol=0.01)
    ahead[::3] += 50.0
    np.testing.assert_allclose(median_line(inputs, ahead, 0.0, rounds=30), [2.0, -1.0, 0.5], atol=0.1)


def test_a_penalty_draws_coefficients_to_nothing_but_not_the_constant() -> None:
    rng = np.random.default_rng(1)
    inputs = rng.normal(size=(300, 1))
    line = median_line(inputs, 3.0 * inputs[:, 0] + 7.0, 1e6)
    assert abs(line[0]) < 0.01 and abs(line[1] - 7.0) < 0.5


def test_rows_count_by_their_share() -> None:
    inputs, ahead = np.zeros((10, 1)), np.array([0.0] * 6 + [1.0] * 4)
    assert median_line(inputs, ahead, 0.1)[1] < 0.2
    assert median_line(inputs, ahead, 0.1, np.array([0.1] * 6 + [1.0] * 4))[1] > 0.8
