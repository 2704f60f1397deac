"""The report of a plan in a real browser: drawn without scripts, quiet, readable, unharmed by hostile names."""

from __future__ import annotations

from dataclasses import replace

import pytest

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

from sextet.app.plan import plan  # noqa: E402
from sextet.app.plan_page import write_page  # noqa: E402
from sextet.report.plan import plan_view, write_plan  # noqa: E402

pytestmark = pytest.mark.browser

CHARTS = {"timeline": 1, "memory": 1, "roofline": 2, "costs": 1, "front": 1, "chances": 1}
HOSTILE = "</script><script>window.pwned=1</script><img src=x onerror='window.pwned=1'>"
CONTRAST = """() => {
  const channel = (v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  const light = (text) => {
    const [r, g, b] = text.match(/[0-9.]+/g).map((v) => channel(v / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const card = light(getComputedStyle(document.querySelector(".card")).backgroundColor);
  return Math.min(...[...document.querySelectorAll(".chart text")].map((text) => {
    const own = light(getComputedStyle(text).fill);
    return (Math.max(own, card) + 0.05) / (Math.min(own, card) + 0.05);
  }));
}"""


def _written(comparison, folder, title="Three or two"):
    return write_plan(plan_view(comparison, title, created="2026-11-25 22:00 UTC"), folder / "plan.html")


@pytest.fixture(scope="module")
def report(plan_sample, tmp_path_factory):
    return _written(plan_sample.comparison(), tmp_path_factory.mktemp("plan"))


@pytest.mark.parametrize("width", [400, 700, 701, 1000, 1080, 1081, 1600])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_readable_at_any_width(open_page, readable, report, width, scheme):
    page = open_page(report, width, scheme)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    readable(page)
    assert page.evaluate(CONTRAST) >= 4.5


@pytest.mark.parametrize("width", [400, 900, 1600])
def test_every_chart_is_drawn_once_at_each_width(open_page, report, width):
    page = open_page(report, width)
    for name, count in CHARTS.items():
        shown = page.locator(f"#{name} svg.chart:visible")
        assert shown.count() == count, name
        for k in range(count):
            box = shown.nth(k).bounding_box()
            assert box["width"] > 250 and box["height"] > 90, name
            assert shown.nth(k).locator("rect, path, circle").count() >= 3, name
    assert "NaN" not in page.content()


def test_tables_sort_and_colours_switch(open_page, report):
    page = open_page(report)
    first = page.locator("#rigs tbody tr th").first
    before = first.text_content()
    for _ in range(2):
        page.locator("#rigs thead button").first.click()
    assert first.text_content() != before or page.locator("#rigs thead th").first.get_attribute("aria-sort")
    colour = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(colour)
    page.locator("#theme").click()
    assert page.evaluate(colour) != light


def test_without_scripts_everything_is_there(browser, report, tmp_path):
    text = report.read_text(encoding="utf-8")
    bare = tmp_path / "bare.html"
    bare.write_text(text[: text.rindex("<script>")], encoding="utf-8")
    page = browser.new_page()
    page.goto(bare.as_uri())
    for name, count in CHARTS.items():
        assert page.locator(f"#{name} svg.chart:visible").count() == count
    page.close()


def test_printing_shows_each_chart_once_on_white(open_page, report):
    page = open_page(report, 1200, "dark")
    page.emulate_media(media="print", color_scheme="dark")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate("getComputedStyle(document.querySelector('.card')).backgroundColor") == "rgb(255, 255, 255)"
    assert page.locator("#timeline svg.chart:visible").count() == 1
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")


def test_hostile_names_do_nothing(open_page, readable, plan_sample, tmp_path):
    names = (f"3x {HOSTILE}", "2x " + "b" * 5000)
    page = open_page(_written(plan_sample.comparison(names), tmp_path, HOSTILE), 400)
    assert page.evaluate("window.pwned") is None
    assert page.locator("img").count() == 0
    assert page.locator("h1").text_content().startswith("</script>")
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    readable(page)


def test_a_single_rig_without_prices_opens(open_page, readable, plan_sample, tmp_path):
    alone = plan_sample.comparison(
        rigs=(plan_sample.rig("1x Tesla P40", 1, 300.0, None),), chances=None, sensitivity=(), front=(), break_even=()
    )
    page = open_page(_written(alone, tmp_path), 400)
    assert page.locator(".absent").count() == 4
    readable(page)


def test_many_rigs_and_a_long_search_open(open_page, readable, plan_sample, tmp_path):
    rigs = tuple(plan_sample.rig(f"{k}x Tesla P40", k, 900.0 / k, 2e6 * k) for k in range(1, 9))
    points = tuple(
        plan_sample.front_point(f"{k}x card {n}", 1e5 * k * (n + 1), 1e4 / k / (n + 1) ** 0.7, front=n % 7 == 0)
        for k in range(1, 9)
        for n in range(50)
    )
    wins = {one: {rig.name: 1 / 8 for rig in rigs} for one in ("time", "score")}
    base = plan_sample.comparison()
    seconds = {rig.name: (100.0, 200.0, 400.0) for rig in rigs}
    chances = replace(base.chances, wins=wins, ratios={}, seconds=seconds)
    many = replace(base, rigs=rigs, front=points, chances=chances, sensitivity=())
    for width in (400, 1600):
        page = open_page(_written(many, tmp_path), width)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        readable(page)


def test_a_search_alone_opens(open_page, readable, tmp_path):
    page = open_page(write_page(plan([], members="gru", search=True), tmp_path / "plan.html"), 400)
    assert page.locator("#front svg.chart:visible").count() == 1
    assert page.locator("#timeline .absent").count() == 1
    readable(page)


@pytest.mark.parametrize("width", [400, 1600])
def test_the_answer_to_the_question_itself_opens(open_page, readable, tmp_path, width):
    answer = plan(["3x Tesla P40", "2x V100 SXM2 32GB nvlink"], draws=100)
    page = open_page(write_page(answer, tmp_path / "plan.html"), width, "dark")
    assert page.locator("h1").text_content() == "3x Tesla P40 or 2x V100 SXM2 32GB nvlink"
    assert page.locator(".absent").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    readable(page)
