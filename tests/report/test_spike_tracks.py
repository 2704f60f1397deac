import dataclasses

import numpy as np
import pytest

from sextet.core.frequency import Frequency
from sextet.core.panel import Panel
from sextet.core.window import WindowIndex
from sextet.report.evaluation import Evaluation, SpikeTest
from sextet.report.spike_tracks import spikes_section, stitch


def small(probability, label, rows):
    """One hourly series of 20 rows; windows of two steps."""
    empty = np.zeros((20, 0), dtype=np.float32)
    panel = Panel(
        ids=("a",),
        frequency=Frequency.parse("h"),
        offsets=np.array([0, 20]),
        first=np.array([0]),
        known=np.array([20]),
        y=np.arange(20.0),
        past=empty,
        future=empty,
        static=np.zeros((1, 0), dtype=np.float32),
    )
    rows = np.asarray(rows)
    target = panel.y[rows[:, None] + np.arange(2)]
    evaluation = Evaluation(
        index=WindowIndex(series=np.zeros(len(rows), dtype=np.int32), row=rows),
        target=target,
        levels=(0.1, 0.5, 0.9),
        quantiles=np.repeat(target[..., None], 3, axis=-1),
        members={},
        baselines={},
        reference="",
        spikes=SpikeTest(
            probability=np.asarray(probability, dtype=float), label=np.asarray(label, dtype=float), threshold=0.5
        ),
    )
    return panel, evaluation


def test_stitch_tells_each_step_once():
    assert stitch(np.array([10, 11, 12, 13, 14, 20]), 3).tolist() == [0, 3, 5]
    assert stitch(np.array([20, 10]), 3).tolist() == [1, 0]


def test_hits_misses_and_false_alarms():
    panel, evaluation = small([[0.9, 0.1], [0.2, 0.8], [0.7, 0.7]], [[1, 1], [0, 0], [np.nan, 1]], [10, 12, 16])
    part = spikes_section(panel, evaluation)
    track = part["tracks"][0]
    assert track["times"] == {"start": 10 * 3600_000, "step": 3600_000, "count": 8}
    assert track["probability"] == [0.9, 0.1, 0.2, 0.8, None, None, 0.7, 0.7]
    assert (track["hits"], track["misses"], track["false_alarms"]) == ([0, 7], [1], [3])
    row = part["scores"]["rows"][0]
    assert (row["hits"], row["misses"], row["false_alarms"]) == (2, 1, 1)
    assert row["precision"] == pytest.approx(2 / 3, abs=1e-3) and row["recall"] == pytest.approx(2 / 3, abs=1e-3)
    assert row["brier"] == pytest.approx(np.mean([0.01, 0.81, 0.04, 0.64, 0.09]), abs=1e-4)


def test_overlapping_windows_are_counted_in_scores_only():
    panel, evaluation = small([[0.9, 0.1], [0.2, 0.8]], [[1, 1], [1, 0]], [10, 11])
    part = spikes_section(panel, evaluation)
    assert part["tracks"][0]["probability"] == [0.9, 0.1]
    assert part["scores"]["rows"][0]["hits"] == 1 and part["scores"]["rows"][0]["misses"] == 2


def test_a_rival_alarm_is_scored_beside(sample):
    part = sample.make_sample(rows=2000).view()["spikes"]
    names = [row["name"] for row in part["scores"]["rows"]]
    assert names[0] == "Spike probability" and len(names) == 2
    assert part["scores"]["rows"][1]["brier"] is None  # a distance is no probability


def test_long_timelines_keep_their_peaks(sample):
    made = sample.make_sample(("a",), rows=60_000, horizon=12)
    part = made.view()["spikes"]
    track = part["tracks"][0]
    assert len(track["probability"]) <= 5000
    assert max(p for p in track["probability"] if p is not None) == pytest.approx(
        made.evaluation.spikes.probability.max(), abs=1e-3
    )
    assert "highest probability" in part["left_out"]


def test_no_spike_and_no_label_are_said():
    panel, evaluation = small([[0.1, 0.1]], [[np.nan, np.nan]], [10])
    part = spikes_section(panel, evaluation)
    assert part["scores"]["note"] == "No step has a known label."
    assert part["scores"]["rows"][0]["average_precision"] is None
    assert "absent" in spikes_section(panel, dataclasses.replace(evaluation, spikes=None))


def test_a_spike_is_warned_of_where_an_alert_covers_it():
    # the alert begins a step before the spike, which itself is above the release level (1/3) only
    panel, evaluation = small([[0.9, 0.4], [0.2, 0.4]], [[0, 1], [1, 0]], [10, 11])
    row = spikes_section(panel, evaluation)["scores"]["rows"][0]
    assert (row["events_warned"], row["hits"]) == (1.0, 0)
    assert row["lead"] is None  # the later forecast raised none
    panel, evaluation = small([[0.4, 0.4], [0.9, 0.4]], [[0, 1], [1, 0]], [10, 11])
    row = spikes_section(panel, evaluation)["scores"]["rows"][0]
    assert (row["events_warned"], row["lead"]) == (1.0, 1.0)
