"""Every example of docs/rules.md runs, and does what the page says; the page has every word of the language."""

import re
from pathlib import Path

import numpy as np
import pytest

from sextet.core.forecast import Forecast
from sextet.core.frequency import Frequency
from sextet.core.panel import Panel
from sextet.core.quantiles import LEVELS, MEDIAN
from sextet.core.window import WindowIndex
from sextet.data.prepare import prepare
from sextet.data.scale import Scaler
from sextet.rules.contradictions import contradictions
from sextet.rules.rule_reader import SHORT, THEN
from sextet.rules.user_rules import Ruled, UserRules, parse_rules
from sextet.rules.vocabulary import NAMES, USAGE

PAGE = (Path(__file__).parents[2] / "docs" / "rules.md").read_text(encoding="utf-8")
EXAMPLES = dict(re.findall(r"\n#+ ([^\n]+)\n(?:(?!\n#)[\s\S])*?\n```toml\n([\s\S]*?)```", "\n" + PAGE))
PAST = 24 * 21


def panel_of(start: str, ids: tuple[str, ...] = ("a",), freq: str = "h", level: float = 100.0) -> Panel:
    """Series that end before `start` and stay near a level."""
    frequency = Frequency.parse(freq)
    first = int(frequency.ordinals(np.datetime64(start, "ns"))) - PAST
    count = len(ids)
    return Panel(
        ids=ids,
        frequency=frequency,
        offsets=np.arange(count + 1) * PAST,
        first=np.full(count, first),
        known=np.full(count, PAST),
        y=level + np.tile(np.arange(PAST) % 24, count).astype(float),
        past=np.zeros((count * PAST, 0), np.float32),
        future=np.zeros((count * PAST, 0), np.float32),
        static=np.zeros((count, 0), np.float32),
    )


def answered(text: str, panel: Panel, median: float, horizon: int = 48) -> Ruled:
    """What final rules and alerts make of a forecast of one median and a spread of 200."""
    index = WindowIndex(series=np.arange(panel.series, dtype=np.int32), row=panel.offsets[:-1] + panel.known)
    stamps = panel.frequency.stamps((panel.first + panel.known)[:, None] + np.arange(-1, horizon))
    quantiles = np.tile(median + np.linspace(-100, 100, len(LEVELS)), (panel.series, horizon, 1))
    made = Forecast(
        ids=panel.ids,
        cutoff=stamps[:, 0],
        stamps=stamps[:, 1:],
        levels=LEVELS,
        quantiles=quantiles,
        spike_probability=np.full(stamps[:, 1:].shape, 0.4),
    )
    return parse_rules(text).applied(made, panel, index)


def in_member(text: str, panel: Panel, horizon: int = 48) -> tuple[np.ndarray, np.ndarray]:
    """Quantiles of a member that says the series' mean, before and after the rules, in the unit of the target."""
    from sextet.core.answer import Answer

    scaler = Scaler.fit(panel, panel.known)
    prepared = prepare(panel, scaler)
    index = WindowIndex(series=np.arange(panel.series, dtype=np.int32), row=panel.offsets[:-1] + panel.known)
    said = Answer(quantiles=np.tile(np.linspace(-9, 9, len(LEVELS), dtype="f4"), (panel.series, horizon, 1)))
    after = parse_rules(text).in_member(said, prepared, index, LEVELS, None)
    return tuple(scaler.from_z(one.quantiles, index.series) for one in (said, after))  # type: ignore[return-value]


def hours(panel: Panel, horizon: int = 48) -> np.ndarray:
    stamps = panel.frequency.stamps((panel.first + panel.known)[:1, None] + np.arange(horizon))
    return (stamps.astype("datetime64[h]").astype(int) % 24)[0]


def test_every_example_of_the_page_is_tried_here() -> None:
    assert set(EXAMPLES) == {
        "Rules",
        "A shop that is closed at night",
        "Physical limits of a sensor",
        "A price cap",
        "A maintenance window",
        "A holiday",
        "Short rules",
    }
    assert PAGE.count("```toml") == len(EXAMPLES)


@pytest.mark.parametrize("heading", EXAMPLES)
def test_examples_are_valid_and_do_not_contradict_themselves(heading: str) -> None:
    assert contradictions(parse_rules(EXAMPLES[heading]).rules) == []


def test_calm_sundays() -> None:
    sunday = panel_of("2025-03-09T00:00")
    before, after = in_member(EXAMPLES["Rules"], sunday)
    cap = 1.5 * sunday.y[-168:].mean()
    assert not (before[..., MEDIAN] > cap).any()  # the forecast is calm, so nothing happens
    np.testing.assert_array_equal(before, after)
    found = answered(EXAMPLES["Rules"] + "final = true", sunday, median=1000.0).forecast.quantiles
    assert (found[0, :24] <= cap).all() and (found[0, 24:, MEDIAN] == 1000).all()


def test_a_shop_that_is_closed_at_night() -> None:
    panel = panel_of("2025-03-08T00:00")  # a Saturday, then a Sunday
    found = answered(EXAMPLES["A shop that is closed at night"], panel, median=500.0).forecast
    closed = (hours(panel) >= 20) | (hours(panel) < 8) | (np.arange(48) >= 24)
    np.testing.assert_array_equal((found.quantiles[0] == 0).all(axis=-1), closed)
    assert found.spike_probability is not None
    np.testing.assert_array_equal(found.spike_probability[0] == 0, closed)
    assert list(found.rules) == ["closed at night"] and "closed at night" in found.notes[0]


def test_physical_limits_of_a_sensor() -> None:
    text, panel = EXAMPLES["Physical limits of a sensor"], panel_of("2025-03-08T00:00", freq="5min")
    high = answered(text, panel, median=390.0).forecast.quantiles
    assert high.max() == 400 and answered(text, panel, median=60.0).forecast.quantiles.min() == 40
    _, member = in_member(text, panel)
    step, value = np.arange(1, 49), panel.y[-1]
    moved = np.abs(member[0] - value).max(axis=-1)
    assert (moved[:12] <= 5 * step[:12] + 1e-4).all()
    assert member.min() >= 40 - 1e-4


def test_a_price_cap() -> None:
    text = EXAMPLES["A price cap"]
    panel = panel_of("2022-05-10T00:00", ids=("DE-LU", "FR"))
    found = answered(text, panel, median=5000.0).forecast
    assert (found.quantiles[0, :24] == 3000).all() and (found.quantiles[0, 24:] == 4000).all()
    np.testing.assert_array_equal(found.quantiles[1, :, MEDIAN], np.full(48, 5000.0))
    assert {alert.raised_by for alert in found.alerts} == {"rule 'near the cap'"}
    assert {alert.severity for alert in found.alerts} == {"critical"}
    assert found.alerts[0].reason.startswith("The price may come near the cap, from 2022-05-10")
    low = answered(text, panel, median=-900.0).forecast
    assert low.quantiles[0].min() == -500 and low.alerts == ()


def test_a_maintenance_window() -> None:
    text = EXAMPLES["A maintenance window"] + '[[rule]]\nname = "other"\nthen = { alert = "watch" }\n'
    panel = panel_of("2025-03-09T00:00", ids=("unit 1", "unit 2"))
    found = answered(text, panel, median=500.0, horizon=24 * 8)
    day = (hours(panel, 24 * 8) >= 6) & (hours(panel, 24 * 8) < 18)
    within = day & (np.arange(24 * 8) >= 24) & (np.arange(24 * 8) < 24 * 6)  # the 10th to the 14th
    np.testing.assert_array_equal(found.forecast.quantiles[1, :, MEDIAN], np.where(within, 200.0, 500.0))
    np.testing.assert_array_equal(found.forecast.quantiles[0, :, MEDIAN], np.full(24 * 8, 500.0))
    np.testing.assert_array_equal(found.muted, [np.zeros(24 * 8, bool), within])
    second = [alert for alert in found.forecast.alerts if alert.series == "unit 2"]
    assert len(second) == 6  # one before, between and after the five days


def test_a_holiday() -> None:
    text, panel = EXAMPLES["A holiday"], panel_of("2025-01-05T00:00")  # Sunday; Epiphany is the Monday
    before, after = in_member(text, panel)
    eve = (np.arange(48) < 24) & (hours(panel) >= 14)
    week_ago = panel.y[-168:][24:48]
    np.testing.assert_allclose(after[0, eve], before[0, eve] * 0.5, rtol=1e-4)
    np.testing.assert_allclose(after[0, 24:], 0.3 * before[0, 24:] + 0.7 * 0.6 * week_ago[:, None], rtol=1e-4)
    np.testing.assert_array_equal(after[0, :14], before[0, :14])
    same = answered(text, panel, median=500.0).forecast  # neither rule is final
    assert (same.quantiles[..., MEDIAN] == 500).all()


def test_short_rules() -> None:
    text, panel = EXAMPLES["Short rules"], panel_of("2025-03-08T00:00", ids=("NP", "DE-LU", "FR"))
    found = answered(text, panel, median=500.0).forecast
    assert (found.quantiles[:2, :24] <= 512).all() and (found.quantiles[2, :24] > 512).any()
    assert (found.quantiles[:, 24:] == 0).all()  # Sunday
    assert {(alert.raised_by, alert.severity) for alert in found.alerts} == {("rule 'too high'", "critical")}
    assert all(alert.end < np.datetime64("2025-03-09") for alert in found.alerts)
    assert UserRules(rules=parse_rules(text).final).rules == parse_rules(text).changing


def test_the_page_has_every_word() -> None:
    for word in NAMES:
        assert f"| `{word}` |" in PAGE, word
    for word in USAGE:
        assert f"| `{word}(" in PAGE, word
    for word in (*SHORT, *THEN):
        assert f"`{word} = " in PAGE, word
