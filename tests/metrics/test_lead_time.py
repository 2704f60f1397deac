"""How long before a spike it was warned of."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sextet.metrics.lead_time import LeadEvidence, lead_times

ROWS, HORIZON = 20, 4


def windows(spikes: list[int]) -> tuple[np.ndarray, np.ndarray]:
    """Labels `[W, H]` of every window of a series with spikes at some rows, and the windows' rows."""
    truth = np.zeros(ROWS)
    truth[spikes] = 1
    row = np.arange(ROWS - HORIZON + 1)
    return truth[row[:, None] + np.arange(HORIZON)], row


def test_leads_are_counted_from_the_last_known_row() -> None:
    label, row = windows([10, 11])
    alarm = np.zeros(label.shape, dtype=bool)
    alarm[7, 3] = True  # the window whose first target is row 7 knows row 6, four steps before row 10
    alarm[9, 1] = alarm[10, 0] = True
    alarm[11, 0] = True  # the spike has begun
    found = lead_times(alarm, label, np.zeros_like(row), row)
    assert (found.asked.tolist(), found.first.tolist(), found.held.tolist()) == ([4], [4], [2])
    assert found.summary() == {"events": 1, "events_warned": 1.0, "lead_first": 4.0, "lead_held": 2.0}


def test_a_spike_that_nobody_warned_of_is_a_miss() -> None:
    label, row = windows([5, 12])
    alarm = np.zeros(label.shape, dtype=bool)
    alarm[10, 2] = True
    found = lead_times(alarm, label, np.zeros_like(row), row)
    assert found.first.tolist() == [0, 3]
    assert found.held.tolist() == [0, 0]
    told = found.summary()
    assert (told["events"], told["events_warned"], told["lead_first"]) == (2, 0.5, 3.0)
    assert np.isnan(told["lead_held"])


def test_series_are_apart_and_unknown_labels_are_none() -> None:
    label, row = windows([10])
    both = np.concatenate([label, np.full_like(label, np.nan)])
    series = np.repeat([0, 1], len(row))
    found = lead_times(both > 0, both, series, np.tile(row, 2))
    assert found.first.tolist() == [4]
    assert lead_times(label > 2, label * 0, np.zeros_like(row), row).summary()["events"] == 0


@given(
    spikes=st.lists(st.integers(HORIZON, ROWS - 1), unique=True, max_size=6),
    alarms=st.lists(st.tuples(st.integers(0, ROWS - HORIZON), st.integers(0, HORIZON - 1)), max_size=30),
)
def test_leads_are_those_of_a_plain_count(spikes: list[int], alarms: list[tuple[int, int]]) -> None:
    label, row = windows(spikes)
    alarm = np.zeros(label.shape, dtype=bool)
    for window, step in alarms:
        alarm[window, step] = True
    found = lead_times(alarm, label, np.zeros_like(row), row)
    rows = sorted(spikes)
    events = [k for k in rows if k - 1 not in rows]
    first, held = [], []
    for begin in events:
        end = begin
        while end + 1 in rows:
            end += 1
        said = {}
        for lead in range(1, HORIZON + 1):
            window = begin - lead + 1
            if 0 <= window < len(row):
                inside = [k - window for k in range(begin, end + 1) if k - window < HORIZON]
                said[lead] = any(alarm[window, step] for step in inside)
        first.append(max((lead for lead, yes in said.items() if yes), default=0))
        steady = 0
        for lead in sorted(said):
            if not said[lead]:
                break
            steady = lead
        held.append(steady)
    assert (found.first.tolist(), found.held.tolist()) == (first, held)


@given(cut=st.integers(0, ROWS - HORIZON + 1), seed=st.integers(0, 20))
def test_evidence_of_parts_adds_up(cut: int, seed: int) -> None:
    """A spike that lies in windows of two parts is one spike."""
    chance = np.random.default_rng(seed)
    label, row = windows(sorted(chance.choice(ROWS, size=5, replace=False).tolist()))
    alarm, series = chance.random(label.shape) < 0.4, np.zeros_like(row)
    whole = lead_times(alarm, label, series, row)
    parts = [
        LeadEvidence.of(alarm[some], label[some], series[some], row[some]) for some in (slice(0, cut), slice(cut, None))
    ]
    joined = LeadEvidence.from_arrays((parts[0] + parts[1]).to_arrays()).times()
    for name, values in vars(whole).items():
        np.testing.assert_array_equal(getattr(joined, name), values)
