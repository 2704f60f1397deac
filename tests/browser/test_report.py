"""The report in a real browser: drawn, quiet, readable, operable, and unharmed by hostile names."""

from __future__ import annotations

from dataclasses import replace
from importlib.resources import files

import pytest

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

from sextet.report.build import build_view  # noqa: E402
from sextet.report.html import write_report  # noqa: E402
from sextet.report.zone import clock_text  # noqa: E402

pytestmark = pytest.mark.browser

CHARTS = ("fan", "weights", "skill", "calibration", "spikes", "training", "quality")
HOSTILE = "</script><script>window.pwned=1</script><img src=x onerror='window.pwned=1'>"
CONTRAST = """() => {
  const channel = (v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  const light = (text) => {
    const [r, g, b] = text.match(/[0-9.]+/g).map((v) => channel(v / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (a, b) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  const card = light(getComputedStyle(document.querySelector(".card")).backgroundColor);
  const of = (selector, key) => ratio(light(getComputedStyle(document.querySelector(selector))[key]), card);
  return {
    text: Math.min(of("h2", "color"), of(".lead", "color"), of("#fan .chart text", "fill")),
    lines: Math.min(...[0, 1, 2, 3, 4, 5, 10, 11, 12].map((slot) => of(`.line.s${slot}`, "stroke"))),
  };
}"""


@pytest.fixture(scope="module")
def report(sample, tmp_path_factory):
    return write_report(sample.make_sample(rows=2500).view(), tmp_path_factory.mktemp("report") / "report.html")


def test_every_chart_is_drawn(open_page, report):
    page = open_page(report)
    for name in CHARTS:
        drawings = page.locator(f'[data-chart="{name}"] svg.chart')
        assert drawings.count() >= 1, name
        for k in range(drawings.count()):
            box = drawings.nth(k).bounding_box()
            assert box["width"] > 150 and box["height"] > 60, name
            shapes = drawings.nth(k).evaluate(
                """(svg) => [...svg.querySelectorAll("path, rect")].filter((shape) => {
                  if (shape.closest("clipPath")) return false;
                  const box = shape.getBoundingClientRect();
                  return box.width > 1 || box.height > 1;
                }).length"""
            )
            assert shapes >= 1, f"{name}, drawing {k}"
    assert "NaN" not in page.content().split('id="view"')[0]


@pytest.mark.parametrize("width", [400, 768, 1600])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_readable_at_any_width(open_page, readable, report, width, scheme):
    page = open_page(report, width, scheme)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    readable(page)
    contrast = page.evaluate(CONTRAST)
    assert contrast["text"] >= 4.5
    assert contrast["lines"] >= 2.8


def test_it_follows_the_window(open_page, readable, report):
    page = open_page(report, 1600)
    page.set_viewport_size({"width": 400, "height": 900})
    page.wait_for_function("document.querySelector('#fan svg.chart').viewBox.baseVal.width < 400")
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    readable(page)


def test_members_switch_on_and_off(open_page, report):
    page = open_page(report)
    lines = page.locator("#fan svg.chart path.line.member")
    assert lines.count() == 0
    button = page.locator('#fan button[data-key="PatchTST"]')
    button.click()
    assert button.get_attribute("aria-pressed") == "true" and lines.count() == 1
    assert "s3" in lines.first.get_attribute("class")
    page.locator("#fan button.all").click()
    assert lines.count() == 6
    button.focus()
    page.keyboard.press("Enter")
    assert button.get_attribute("aria-pressed") == "false" and lines.count() == 5
    page.locator('#fan button[data-key="Bands"]').click()
    assert page.locator("#fan svg.chart path.area").count() == 0


def test_series_and_cutoff_can_be_chosen(open_page, report):
    page = open_page(report)
    title = page.locator("#fan svg.chart").get_attribute("aria-label")
    page.get_by_label("Series").first.select_option(index=1)
    other = page.locator("#fan svg.chart").get_attribute("aria-label")
    assert other != title
    page.get_by_label("Later forecast").click()
    assert page.locator("#fan svg.chart").get_attribute("aria-label") != other
    window = page.locator("#fan select").nth(1)
    window.select_option(index=window.locator("option").count() - 1)
    assert "next: after" in page.locator("#fan svg.chart").get_attribute("aria-label")
    assert page.get_by_label("Later forecast").is_disabled()
    assert not page.get_by_role("button", name="Online bands").is_visible()  # no truth has passed there yet


def test_online_and_static_bands_differ(open_page, report):
    page = open_page(report)
    band = page.locator("#fan svg.chart path.band80")
    before = band.get_attribute("d")
    page.get_by_role("button", name="Online bands").click()
    assert band.get_attribute("d") != before


def test_dark_colours_by_button(open_page, report):
    page = open_page(report)
    background = "getComputedStyle(document.body).backgroundColor"
    line = "getComputedStyle(document.querySelector('#fan path.s10')).stroke"
    light = page.evaluate(f"[{background}, {line}]")
    page.locator("#theme").click()
    dark = page.evaluate(f"[{background}, {line}]")
    assert light[0] != dark[0] and light[1] != dark[1]
    page.locator("#theme").click()
    assert page.evaluate(f"[{background}, {line}]") == light


def test_the_crosshair_obeys_keys_and_is_spoken(open_page, report):
    page = open_page(report)
    page.locator("#fan svg.chart").focus()
    page.keyboard.press("End")
    spoken = page.locator("#fan .spoken").text_content()
    assert "step 12" in spoken and "Ensemble" in spoken and "mg/dL" in spoken
    page.keyboard.press("ArrowLeft")
    assert "step 11" in page.locator("#fan .spoken").text_content()
    assert page.locator("#fan .tip").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("#fan .tip").is_visible()


def test_every_chart_has_its_numbers_as_a_table(open_page, report):
    page = open_page(report)
    tables = page.locator("details.data:not([hidden])")
    assert tables.count() >= 10
    for k in range(tables.count()):
        tables.nth(k).locator("summary").click()
        tables.nth(k).locator("tbody tr").first.wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 1200


def test_the_leaderboard_sorts(open_page, report):
    page = open_page(report)
    first = page.locator("#leaderboard tbody tr").first.locator("th")
    assert "Ensemble" in first.text_content()
    heading = page.locator("#leaderboard thead th").filter(has_text="MAE").last
    heading.get_by_role("button").click()
    heading.get_by_role("button").click()
    assert heading.get_attribute("aria-sort") == "descending"
    assert "Seasonal naive" in first.text_content()


def test_zoom_and_regime(open_page, report):
    page = open_page(report)
    path = page.locator("#spikes svg.chart path.line.chance").first
    whole = path.get_attribute("d")
    page.get_by_label("Zoom").fill("3")
    assert path.get_attribute("d") != whole
    weights = page.locator("#weights path.area.stacked").first
    calm = weights.get_attribute("d")
    page.get_by_role("button", name="Spike regime").click()
    assert weights.get_attribute("d") != calm


def test_printing_shows_everything_on_white(open_page, report):
    page = open_page(report, 1200, "dark")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate("getComputedStyle(document.querySelector('.card')).backgroundColor") == "rgb(255, 255, 255)"
    assert page.locator("details.said:not([open])").count() == 0
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.evaluate("getComputedStyle(document.querySelector('.card')).backgroundColor") != "rgb(255, 255, 255)"
    assert page.locator("details.said:not([open])").count() == 1


def test_hostile_names_do_nothing(open_page, sample, tmp_path):
    made = sample.make_sample((HOSTILE, "b" * 5000), rows=1500)
    page = open_page(write_report(made.view(), tmp_path / "report.html"), 400)
    page.locator("#fan select").first.select_option(index=0)
    page.locator("#fan svg.chart").focus()
    page.keyboard.press("End")
    assert page.evaluate("window.pwned") is None
    assert page.locator("img").count() == 0
    assert page.locator("#fan select option").filter(has_text="<script>").count() >= 1
    assert page.evaluate("document.documentElement.scrollWidth") <= 400


@pytest.mark.parametrize(("rows", "horizon"), [(400, 1), (3000, 96)])
def test_other_horizons_are_drawn(open_page, readable, sample, tmp_path, rows, horizon):
    page = open_page(write_report(sample.make_sample(rows=rows, horizon=horizon).view(), tmp_path / "report.html"), 400)
    assert page.locator("svg.chart").count() == (14 if horizon == 1 else 15)
    readable(page)


def test_a_report_without_test_or_forecast_opens(open_page, sample, tmp_path):
    made = sample.make_sample(rows=1500)
    page = open_page(write_report(build_view(made.about, made.panel), tmp_path / "report.html"))
    assert page.locator(".absent").count() == 9
    assert page.locator("#quality svg.chart").count() == 1


def test_times_are_by_the_clock_of_the_data(open_page, sample, tmp_path):
    made = sample.make_sample(rows=9000)  # five minutes apart from 1 March on: the clock is put forward on the 31st
    view = replace(made, panel=replace(made.panel, tz="Europe/Berlin")).view()
    page = open_page(write_report(view, tmp_path / "report.html"))
    page.locator('[data-chart="fan"] details.data summary').click()
    first = view["fan"]["windows"][view["fan"]["first"]]["times"]["start"]
    shown = page.locator('[data-chart="fan"] details.data tbody tr').first.inner_text()
    assert shown.split("\t")[0] == clock_text(first, view["zone"])

    assets = files("sextet.report") / "assets"
    code = "\n".join((assets / name).read_text("utf-8") for name in ("dom.js", "scale.js"))
    told = page.evaluate(
        f"""(given) => {{
          {code}
          zone = given;
          return {{
            stamps: [0, 59, 60].map((minute) => stampText(Date.UTC(2024, 2, 31, 0, minute))),
            hours: timeTicks([Date.UTC(2024, 2, 30, 22), Date.UTC(2024, 2, 31, 4)], 6),
            months: timeTicks([Date.UTC(2024, 2, 1), Date.UTC(2024, 6, 1)], 5),
          }};
        }}""",
        view["zone"],
    )
    assert told["stamps"] == ["2024-03-31 01:00 CET", "2024-03-31 01:59 CET", "2024-03-31 03:00 CEST"]
    clock = [(tick["label"], tick["value"] // 3_600_000 % 24) for tick in told["hours"]]
    labels = ["23:00", "00:00", "01:00", "03:00", "04:00", "05:00", "06:00"]  # there was no 02:00
    assert clock == list(zip(labels, [22, 23, 0, 1, 2, 3, 4], strict=True))
    months = [(tick["label"], tick["value"] // 3_600_000 % 24) for tick in told["months"]]
    assert months == [("Apr", 22), ("May", 22), ("Jun", 22), ("Jul", 22)]  # at midnight in summer
