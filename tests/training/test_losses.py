from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="training is not installed")

from sextet.core.quantiles import LEVELS, MEDIAN
from sextet.training import losses

RNG = np.random.default_rng(0)
TARGET = RNG.normal(size=(5, 3)).astype(np.float32)
QUANTILES = np.sort(RNG.normal(size=(5, 3, len(LEVELS))).astype(np.float32), axis=-1)


def test_pinball_by_hand() -> None:
    target, quantiles = np.array([[2.0]]), np.array([[[1.0, 4.0]]])
    # level 0.1: 0.1 * 1; level 0.9: 0.1 * 2
    np.testing.assert_allclose(losses.pinball(target, quantiles, (0.1, 0.9)), [[0.15]], rtol=1e-6)
    np.testing.assert_allclose(losses.score(target, quantiles, (0.1, 0.9)), [[0.15]])


def test_keras_and_numpy_agree() -> None:
    np.testing.assert_allclose(
        losses.pinball(TARGET, QUANTILES, LEVELS), losses.score(TARGET, QUANTILES, LEVELS), rtol=1e-5
    )


def test_emphasis_raises_the_median_alone() -> None:
    plain, raised = losses.level_weights(LEVELS, 0.0), losses.level_weights(LEVELS, 1.0)
    assert sum(plain) == pytest.approx(1)
    assert sum(raised) == pytest.approx(1)
    assert len({round(weight, 12) for weight in plain}) == 1
    assert raised[MEDIAN] == pytest.approx(14 / 26)
    assert raised[0] == pytest.approx(1 / 26)


def test_the_true_quantiles_have_the_lowest_loss() -> None:
    draws = RNG.normal(size=(1, 20_000))
    truth = np.quantile(draws, LEVELS)[None, None]
    best = losses.score(draws, truth, LEVELS).mean()
    for other in (truth + 0.1, truth - 0.1, truth * 1.2, truth * 0.8):
        assert losses.score(draws, other, LEVELS).mean() > best


def test_masked_steps_do_not_count() -> None:
    weight = np.array([[1.0, 0.0, 2.0]], dtype=np.float32)
    loss = np.array([[3.0, np.float32(1e9), 6.0]], dtype=np.float32)
    assert float(losses.masked_mean(loss, weight)) == pytest.approx(5.0)
    assert float(losses.masked_mean(loss, 0 * weight)) == 0.0


def test_cross_entropy_and_huber_by_hand() -> None:
    entropy = losses.cross_entropy(np.array([[1.0, 0.0]]), np.array([[0.5, 0.25]]))
    np.testing.assert_allclose(entropy, [[np.log(2), -np.log(0.75)]], rtol=1e-6)
    assert np.isfinite(losses.cross_entropy(np.array([[1.0]]), np.array([[0.0]]))).all()
    np.testing.assert_allclose(losses.huber(np.array([[0.5, 3.0]]), np.array([[0.0, 0.0]])), [[0.125, 2.5]])


def test_size_is_taught_on_labelled_steps_alone_as_height_above_the_level() -> None:
    import tensorflow as tf

    level = tf.Variable(np.zeros((1, 2, len(LEVELS)), dtype=np.float32))
    size = tf.Variable(np.full((1, 2), 1.0, dtype=np.float32))
    probability = tf.Variable(np.full((1, 2), 0.5, dtype=np.float32))
    truth = {
        "target": np.array([[4.0, 4.0]], dtype=np.float32),
        "weight": np.ones((1, 2), dtype=np.float32),
        "label": np.array([[1.0, 0.0]], dtype=np.float32),
    }
    with tf.GradientTape(persistent=True) as tape:
        lift = probability * size
        answer = {"quantiles": level + tf.stop_gradient(lift)[..., None], "spike_size": size}
        answer["spike_probability"] = probability
        whole = losses.spike_loss(truth, answer, LEVELS, 0.0)
        part = losses.forecast_loss(truth, answer, LEVELS, 0.0)
    # a size of 1 is below the height of 4: it is pulled up where the step is a spike, and left alone elsewhere
    pull = tape.gradient(whole, size).numpy()
    assert pull[0, 0] == pytest.approx(-losses.SIZE_WEIGHT)
    assert pull[0, 1] == 0
    np.testing.assert_allclose(tape.gradient(whole, level), tape.gradient(part, level), atol=1e-7)
    # the probability rises where there is a spike and falls where there is none
    lean = tape.gradient(whole, probability).numpy()
    assert lean[0, 0] < 0 < lean[0, 1]


def test_an_unknown_label_teaches_neither_probability_nor_size() -> None:
    rng = np.random.default_rng(3)
    shape = (4, 3)
    truth = {
        "target": rng.normal(size=shape).astype(np.float32),
        "weight": np.ones(shape, dtype=np.float32),
        "label": np.full(shape, -1, dtype=np.float32),
    }
    quantiles = np.sort(rng.normal(size=(*shape, 3)), axis=-1).astype(np.float32)
    levels = (0.1, 0.5, 0.9)
    found = [
        float(
            losses.spike_loss(
                truth,
                {
                    "quantiles": quantiles,
                    "spike_probability": np.full(shape, p, dtype=np.float32),
                    "spike_size": np.full(shape, p, dtype=np.float32),
                },
                levels,
                0.0,
            )
        )
        for p in (0.1, 0.9)
    ]
    assert found[0] == pytest.approx(found[1])
    assert found[0] == pytest.approx(float(losses.forecast_loss(truth, {"quantiles": quantiles}, levels, 0.0)))


def test_parts_of_a_batch_add_up_to_its_loss() -> None:
    rng = np.random.default_rng(3)
    size = {"target": rng.normal(size=(5, 3)), "weight": rng.random((5, 3)), "label": rng.integers(-1, 2, (5, 3))}
    truth = {name: values.astype(np.float32) for name, values in size.items()}
    answer = {
        "quantiles": QUANTILES,
        "spike_probability": rng.uniform(0.1, 0.9, (5, 3)).astype(np.float32),
        "spike_size": rng.random((5, 3)).astype(np.float32),
    }
    whole = float(losses.spike_loss(truth, answer, LEVELS, 1.0))
    truth["totals"] = np.broadcast_to(losses.totals(truth), (5, losses.TOTALS))
    shares = []
    for part in (slice(0, 1), slice(1, 5)):
        mine, said = ({name: one[part] for name, one in values.items()} for values in (truth, answer))
        shares.append(float(losses.spike_loss(mine, said, LEVELS, 1.0)))
    assert sum(shares) == pytest.approx(whole, rel=1e-5)
