"""Times of a report by the clock of the data's zone."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sextet.core.errors import RunError
from sextet.data.local_stamps import stamp_text
from sextet.report.html import render
from sextet.report.tables import cell_text
from sextet.report.validate import validate
from sextet.report.zone import clock_text, zone_of

BERLIN = "Europe/Berlin"


@pytest.fixture(scope="module")
def zoned(sample: Any) -> Any:
    """A sample whose test part goes over the change of the clock at the end of March."""
    made = sample.make_sample(rows=9000)
    alerts = tuple(replace(alert, tz=BERLIN) for alert in made.forecast.alerts)
    forecast = replace(made.forecast, tz=BERLIN, alerts=alerts)
    return replace(made, panel=replace(made.panel, tz=BERLIN), forecast=forecast)


def test_the_view_says_when_the_clock_changes(zoned: Any) -> None:
    view = zoned.view()
    assert validate(json.loads(json.dumps(view)))["zone"] == view["zone"]
    change = int(np.datetime64("2024-03-31T01:00", "ms").astype(np.int64))
    assert change in view["zone"]["changes"] and {*view["zone"]["short"]} == {"CET", "CEST"}
    view["zone"]["ahead"].pop()
    with pytest.raises(RunError, match="zone.ahead"):
        validate(view)


def test_texts_and_tables_are_by_the_clock_of_the_zone(zoned: Any) -> None:
    view: Any = zoned.view()
    cutoff = stamp_text(zoned.forecast.cutoff[0], BERLIN)
    assert cutoff.endswith(" CEST") and view["explanation"]["series"][0]["sentence"].startswith(f"After {cutoff} ")
    labels = [window["label"] for window in view["fan"]["windows"]]
    assert f"next: after {cutoff}" in labels and all(" CE" in label for label in labels)
    facts = {fact["label"]: fact["value"] for fact in [*view["header"]["facts"], *view["quality"]["facts"]]}
    assert facts["From"] == "2024-03-01 01:00 CET" and facts["Test"].endswith(" CEST")
    html = render(view)
    start = stamp_text(zoned.forecast.alerts[0].start, BERLIN)
    assert f">{start}</td>" in html and ">2024-03-01 01:00 CET</td>" in html
    assert "all times are by its clock" in html


def test_data_without_a_zone_stay_as_they_are(sample: Any) -> None:
    made = sample.make_sample(rows=1500)
    view = made.view()
    assert "zone" not in view and "all times are by its clock" not in render(view)
    assert cell_text(0, "stamp") == "1970-01-01"


@given(minute=st.integers(0, 60 * 24 * 1200), tz=st.sampled_from([BERLIN, "America/New_York", "+05:30", "UTC"]))
def test_a_moment_is_told_as_everywhere(sample: Any, minute: int, tz: str) -> None:
    panel = replace(sample.make_panel(("a",), 1200 * 24, freq="h"), tz=tz)
    zone = zone_of(panel)
    at = panel.stamps(0)[0] + np.timedelta64(minute, "m")
    assert clock_text(int(at.astype("datetime64[ms]").astype(np.int64)), zone) == stamp_text(at, tz)
