"""VUS-PR against values worked out by hand and what must hold for any score."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sextet.core.errors import DataError
from sextet.metrics.events import average_precision
from sextet.metrics.vus import buffered, range_pr_auc, vus_pr


def test_buffered_labels() -> None:
    root = math.sqrt(1 / 2)
    assert buffered(np.array([0, 0, 1, 0]) > 0, 2).tolist() == pytest.approx([0, root, 1, root])
    assert buffered(np.array([1, 0, 0]) > 0, 1).tolist() == [1, 0, 0]  # half of one row reaches no row
    assert buffered(np.array([1, 0, 1]) > 0, 2).tolist() == [1, 1, 1]  # two buffers meet, and no label is above 1


def test_one_point_by_hand() -> None:
    score, label = [0.0, 0.0, 1.0, 0.0], [0, 0, 1, 0]
    assert range_pr_auc(score, label, 0) == 1.0
    # labels 0, r, 1, r with r = sqrt(1/2): at the point TP 1 of P = (1 + 1 + 2r) / 2; at all rows TP = 1 + 2r of 4
    positives, whole = (2 + math.sqrt(2)) / 2, 1 + math.sqrt(2)
    assert range_pr_auc(score, label, 2) == pytest.approx(1 / positives + (1 - 1 / positives) * whole / 4)
    mean = (range_pr_auc(score, label, 0) + range_pr_auc(score, label, 1) + range_pr_auc(score, label, 2)) / 3
    assert vus_pr(score, label, 2) == pytest.approx(mean)


def test_an_anomaly_not_met_holds_the_recall_back() -> None:
    # two anomalies of two rows; the first two rows ranked are one of them: recall 1/2 x 1/2 there, and 1 at the end
    score, label = [4.0, 3.0, 0.0, 0.0, 2.0, 1.0], [1, 1, 0, 0, 1, 1]
    steps = [(1 / 4 * 1 / 2, 1), (2 / 4 * 1 / 2, 1), (3 / 4, 1), (1, 1), (1, 4 / 6)]
    recall = [0.0, *[step for step, _ in steps]]
    area = sum((now - before) * part for now, before, (_, part) in zip(recall[1:], recall, steps, strict=False))
    assert range_pr_auc(score, label, 0) == pytest.approx(area) == 1.0


def test_near_misses_count_with_a_buffer_alone() -> None:
    label = np.zeros(60)
    label[30:33] = 1
    near = np.zeros(60)
    near[28] = 1
    far = np.zeros(60)
    far[5] = 1
    assert vus_pr(near, label, 8) > vus_pr(far, label, 8)
    assert vus_pr(near, label, 0) == pytest.approx(vus_pr(far, label, 0))


def test_what_is_refused_or_undefined() -> None:
    assert math.isnan(vus_pr([1.0, 2.0], [0, 0], 3))
    with pytest.raises(DataError, match="equally long"):
        vus_pr([1.0], [0, 1], 0)
    with pytest.raises(DataError, match="buffer"):
        vus_pr([1.0], [1], -1)


scored = st.lists(st.tuples(st.sampled_from([0.0, 0.1, 0.5, 0.9, math.nan]), st.booleans()), min_size=1, max_size=30)


@given(scored, st.integers(0, 7))
def test_it_lies_in_0_to_1_and_hears_only_the_order(pairs: list[tuple[float, bool]], buffer: int) -> None:
    score, label = np.array([p for p, _ in pairs]), np.array([t for _, t in pairs])
    found = vus_pr(score, label, buffer)
    if not label.any():
        assert math.isnan(found)
        return
    assert 0 <= found <= 1 + 1e-12
    assert vus_pr(np.exp(3 * score) - 7, label, buffer) == pytest.approx(found)


@given(st.lists(st.tuples(st.sampled_from([0.0, 0.1, 0.5, 0.9]), st.booleans()), min_size=1, max_size=30))
def test_without_a_buffer_and_with_one_anomaly_it_is_average_precision(pairs: list[tuple[float, bool]]) -> None:
    score, label = np.array([p for p, _ in pairs]), np.zeros(len(pairs), bool)
    label[len(pairs) // 2 :] = True  # one stretch: once met, it is met
    assert range_pr_auc(score, label, 0) == pytest.approx(average_precision(score, label))
