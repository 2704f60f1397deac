"""The report of a backtest in a real browser: drawn, quiet, readable, operable."""

from __future__ import annotations

import pytest

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

from sextet.report.backtest import backtest_view, write_backtest  # noqa: E402
from sextet.report.backtest_fan import backtest_fan  # noqa: E402

pytestmark = pytest.mark.browser

CHARTS = ("differences", "fan", "steps", "coverage", "clock", "spent")


@pytest.fixture(scope="module")
def report(backtest_sample, tmp_path_factory):
    folder = tmp_path_factory.mktemp("backtest")
    made = backtest_sample.Sample()
    files = made.write_forecasts(folder)
    fan = backtest_fan(made.panel, files, made.horizon, backtest_sample.MEMBERS, backtest_sample.BASELINES, "MW")
    view = backtest_view(made.metrics(), "Backtest of made.csv", created="2024-01-01 00:00 UTC", fan=fan)
    return write_backtest(view, folder / "report.html")


def test_every_chart_is_drawn(open_page, report):
    page = open_page(report)
    for name in CHARTS:
        drawings = page.locator(f'[data-chart="{name}"] svg.chart')
        assert drawings.count() == (2 if name == "clock" else 1), name
        shapes = drawings.first.locator("path, rect, circle")
        assert shapes.count() >= 2, name
    assert "NaN" not in page.content().split('id="view"')[0]


@pytest.mark.parametrize("width", [400, 1400])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_readable_at_any_width(open_page, readable, report, width, scheme):
    page = open_page(report, width, scheme)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    readable(page)


def test_forecasters_and_scores_are_switched(open_page, report):
    page = open_page(report)
    lines = page.locator("#steps svg.chart path.line")
    assert lines.count() == 3
    page.locator('#steps button[data-key="AutoETS"]').click()
    assert lines.count() == 4
    before = lines.first.get_attribute("d")
    page.locator("#steps").get_by_role("button", name="Pinball").click()
    assert lines.count() == 4 and lines.first.get_attribute("d") != before
    page.locator('#steps button[data-key="Ensemble (online)"]').click()
    assert lines.count() == 5


def test_coverage_stands_beside_what_was_promised(open_page, report):
    page = open_page(report)
    note = page.locator("#coverage svg.chart text.note")
    assert note.text_content() == "nominal 80 %"
    page.locator("#coverage").get_by_role("button", name="95 % interval").click()
    assert note.text_content() == "nominal 95 %"


def test_differences_have_their_numbers_as_a_table(open_page, report):
    page = open_page(report)
    page.locator("#differences details.data summary").click()
    first = page.locator("#differences details.data tbody tr").first
    assert "LSTM" in first.text_content() and "+" in first.text_content()
    page.locator("#differences").get_by_role("button", name="Pinball").click()
    assert "Pinball" in page.locator("#differences details.data thead").text_content()


def test_bands_are_those_that_were_written(open_page, report):
    page = open_page(report)
    assert page.locator('#fan button[data-key="Bands"]').text_content() == "80, 95 % bands"
    assert page.locator("#fan svg.chart path.area").count() == 2
    page.locator("#fan").get_by_role("button", name="All members").click()
    assert page.locator("#fan svg.chart path.line.member").count() == 3


def test_the_crosshair_obeys_keys_and_is_spoken(open_page, report):
    page = open_page(report)
    page.locator("#clock svg.chart").first.focus()
    page.keyboard.press("Home")
    spoken = page.locator("#clock .spoken").first.text_content()
    assert spoken.startswith("00:00") and "Ensemble" in spoken and "MW" in spoken


def test_many_series_are_folded_and_hostile_names_do_nothing(open_page, backtest_sample, tmp_path):
    hostile = "</script><script>window.pwned=1</script><img src=x onerror='window.pwned=1'>"
    made = backtest_sample.Sample((hostile, "b" * 3000, *(f"s{k}" for k in range(30))), cutoffs=2)
    fan = backtest_fan(made.panel, made.write_forecasts(tmp_path), made.horizon, (), (), "")
    page = open_page(
        write_backtest(backtest_view(made.metrics(), hostile, created="now", fan=fan), tmp_path / "r.html"), 400
    )
    rows = page.locator("#series tbody tr:visible")
    assert rows.count() == 14
    page.locator("#series summary").click()
    assert rows.count() == 32
    assert page.evaluate("window.pwned") is None and page.locator("img").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= 400


@pytest.mark.parametrize(("horizon", "freq"), [(1, "D"), (168, "h")])
def test_other_horizons_are_drawn(open_page, readable, backtest_sample, tmp_path, horizon, freq):
    made = backtest_sample.Sample(("one",), cutoffs=9, horizon=horizon, freq=freq)
    fan = backtest_fan(made.panel, made.write_forecasts(tmp_path), horizon, backtest_sample.MEMBERS, (), "MW")
    page = open_page(
        write_backtest(backtest_view(made.metrics(), "t", created="now", fan=fan), tmp_path / "r.html"), 400
    )
    assert page.locator("svg.chart").count() == (6 if freq == "D" else 7)
    readable(page)
