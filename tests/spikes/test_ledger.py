"""Alerts over forecasts that are made again and again."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sextet.core.errors import DataError
from sextet.core.forecast import Alert, Forecast
from sextet.spikes.alert_policy import AlertPolicy
from sextet.spikes.alerts import find_alerts
from sextet.spikes.ledger import AlertLedger, Told

START, HOUR, HORIZON = np.datetime64("2024-01-01T00:00", "ns"), np.timedelta64(1, "h"), 6
POLICY = AlertPolicy(threshold=0.5)


def forecast(chance: list[float], cutoff: int, ongoing: tuple[Alert, ...] = (), series: str = "a") -> Forecast:
    """What is said after `cutoff` hours of the next six, with its alerts."""
    made = Forecast(
        ids=(series,),
        cutoff=np.array([START + cutoff * HOUR]),
        stamps=START + (cutoff + 1 + np.arange(HORIZON))[None] * HOUR,
        levels=(0.5,),
        quantiles=np.zeros((1, HORIZON, 1)),
        spike_probability=np.array([chance]),
        spike_size=np.full((1, HORIZON), 3.0),
    )
    return replace(made, alerts=find_alerts(made, POLICY, ongoing=ongoing))


def follow(told: list[list[float]]) -> tuple[AlertLedger, list[list[Told]]]:
    """Take one forecast an hour."""
    ledger, out = AlertLedger(), []
    for cutoff, chance in enumerate(told):
        ledger, news = ledger.take(forecast(chance, cutoff, ledger.open))
        out.append(list(news))
    return ledger, out


def test_the_same_spike_is_raised_once() -> None:
    ledger, told = follow([[0, 0, 0, 0.6, 0, 0], [0, 0, 0.7, 0, 0, 0], [0, 0.7, 0, 0, 0, 0], [0.6, 0, 0, 0, 0, 0]])
    assert [one.status for news in told for one in news] == ["raised", "worse", "ongoing", "ongoing"]
    assert len({one.alert.id for news in told for one in news}) == 1
    assert len(ledger.open) == 1


def test_an_alert_does_not_flap_around_the_threshold() -> None:
    at = [0.52, 0.45, 0.51, 0.4, 0.52]
    told = follow([[0.0] * (5 - k) + [chance] + [0.0] * k for k, chance in enumerate(at)])[1]
    assert [one.status for news in told for one in news] == ["raised", *["ongoing"] * 4]


def test_an_alert_that_is_no_longer_said_is_withdrawn_and_one_whose_time_passed_ends() -> None:
    told = follow([[0, 0, 0.9, 0, 0, 0], [0, 0.1, 0, 0, 0, 0], [0] * 6])[1]
    assert [[one.status for one in news] for news in told] == [["raised"], ["withdrawn"], []]
    told = follow([[0, 0, 0.9, 0, 0, 0], [0] * 6, [0.9, 0, 0, 0, 0, 0]])[1]
    assert [[one.status for one in news] for news in told] == [["raised"], ["withdrawn"], ["again"]]
    assert told[2][0].alert.id == told[0][0].alert.id
    told = follow([[0.9, 0, 0, 0, 0, 0], [0] * 6])[1]
    assert [[one.status for one in news] for news in told] == [["raised"], ["ended"]]


def test_what_gets_worse_is_told_once() -> None:
    told = follow([[0, 0, 0, 0.55, 0, 0], [0, 0, 0.97, 0, 0, 0], [0, 0.55, 0, 0, 0, 0], [0.97, 0, 0, 0, 0, 0]])[1]
    assert [one.status for news in told for one in news] == ["raised", "worse", "ongoing", "ongoing"]
    assert told[2][0].alert.severity == "watch"


def test_series_that_a_forecast_does_not_have_stay_open() -> None:
    ledger, _ = AlertLedger().take(forecast([0, 0, 0.9, 0, 0, 0], 0))
    after, told = ledger.take(forecast([0] * 6, 1, series="b"))
    assert (after, told) == (ledger, ())


def test_a_ledger_comes_back_from_its_file(tmp_path: Path) -> None:
    path = tmp_path / "alerts.json"
    assert AlertLedger.read(path) == AlertLedger()
    ledger, _ = AlertLedger().take(forecast([0, 0, 0.9, 0, 0, 0], 0))
    unsized = AlertLedger((replace(ledger.open[0], members=("gru",), against=("lstm",)),))
    unsized.write(path)
    assert AlertLedger.read(path) == unsized
    assert [one.status for one in unsized.take(forecast([0, 0.9, 0, 0, 0, 0], 1))[1]] == ["ongoing"]


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"schema": 2, "open": []}', '{"schema": 1, "open": [{}], "withdrawn": []}', "\x00"]
)
def test_another_file_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "alerts.json"
    path.write_text(text)
    with pytest.raises(DataError, match="Expected .* as a ledger of alerts"):
        AlertLedger.read(path)


def test_a_ledger_of_another_hand_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "alerts.json"
    ledger, _ = AlertLedger().take(forecast([0, 0, 0.9, 0, 0, 0], 0))
    ledger.write(path)
    known = json.loads(path.read_text())
    known["open"][0]["severity"] = "mild"
    path.write_text(json.dumps(known))
    with pytest.raises(DataError, match="mild"):
        AlertLedger.read(path)


@given(st.lists(st.lists(st.floats(0, 1), min_size=HORIZON, max_size=HORIZON), min_size=1, max_size=10))
def test_no_alert_is_raised_twice(chances: list[list[float]]) -> None:
    ledger, told = follow(chances)
    raised = [one.alert for news in told for one in news if one.status == "raised"]
    assert len({alert.id for alert in raised}) == len(raised)
    for news in told:
        assert len({one.alert.id for one in news}) == len(news)
    # open alerts never overlap, and each has been raised
    for left, right in zip(ledger.open, ledger.open[1:], strict=False):
        assert left.end < right.start
    assert {alert.id for alert in ledger.open} <= {alert.id for alert in raised}


def test_an_alert_with_a_quiet_stretch_in_it_stays_one() -> None:
    told = follow([[0, 0.9, 0.9, 0.9, 0.9, 0.9], [0.9, 0, 0, 0.9, 0.9, 0]])[1]
    assert [[one.status for one in news] for news in told] == [["raised"], ["ongoing"]]
    assert (told[1][0].alert.start, told[1][0].alert.end) == (START + 2 * HOUR, START + 6 * HOUR)


def test_an_alert_of_a_rule_has_no_probability_and_is_told_once_too(tmp_path: Path) -> None:
    made = forecast([0.0] * 6, 0)
    ruled = Alert(
        series="a",
        start=START + 3 * HOUR,
        end=START + 4 * HOUR,
        probability=float("nan"),
        size=float("nan"),
        severity="warning",
        raised_by="rule 'hot'",
        reason="too hot",
        rules=("hot",),
    )
    ledger, told = AlertLedger().take(replace(made, alerts=(ruled,)))
    ledger.write(tmp_path / "alerts.json")
    again, later = AlertLedger.read(tmp_path / "alerts.json").take(replace(made, alerts=(ruled,)))
    assert ([one.status for one in told], [one.status for one in later]) == (["raised"], ["ongoing"])
    assert again.open[0].rules == ("hot",) and np.isnan(again.open[0].probability)


def test_a_ledger_on_file_keeps_the_zone_of_its_alerts(tmp_path: Path) -> None:
    zoned = replace(forecast([0, 0, 0.9, 0, 0, 0], 0), tz="Europe/Berlin")
    zoned = replace(zoned, alerts=find_alerts(zoned, POLICY))
    assert zoned.alerts[0].reason.startswith("A spike of about 3 above the level is expected at 2024-01-01 04:00 CET,")
    ledger, _ = AlertLedger().take(zoned)
    ledger.write(tmp_path / "alerts.json")
    row = json.loads((tmp_path / "alerts.json").read_text())["open"][0]
    assert (row["start"], row["tz"]) == ("2024-01-01T04:00:00+01:00", "Europe/Berlin")
    assert AlertLedger.read(tmp_path / "alerts.json") == ledger


def test_a_ledger_of_an_earlier_version_is_read(tmp_path: Path) -> None:
    ledger, _ = AlertLedger().take(forecast([0, 0, 0.9, 0, 0, 0], 0))
    ledger.write(tmp_path / "alerts.json")
    kept = json.loads((tmp_path / "alerts.json").read_text())
    assert kept["open"][0].pop("tz") is None and kept["open"][0]["start"] == "2024-01-01T03:00:00.000000000"
    (tmp_path / "alerts.json").write_text(json.dumps(kept))
    assert AlertLedger.read(tmp_path / "alerts.json") == ledger
