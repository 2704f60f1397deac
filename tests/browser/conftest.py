"""The reports that the browser opens."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SMALL_TEXT = """() => {
  const small = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parent = node.parentElement;
    if (!node.data.trim() || !parent.getClientRects().length || parent.closest("script, style, .spoken")) continue;
    let size = parseFloat(getComputedStyle(parent).fontSize);
    const drawing = parent.closest("svg.chart");
    if (drawing) size *= drawing.getBoundingClientRect().width / drawing.viewBox.baseVal.width;
    if (size < 11) small.push(`${node.data.trim()}: ${size}px`);
  }
  return small;
}"""
OUTSIDE_TEXT = """() => [...document.querySelectorAll("svg.chart text")].filter((text) => {
  const box = text.getBoundingClientRect();
  const frame = text.ownerSVGElement.getBoundingClientRect();
  return box.width && (box.left < frame.left - 1 || box.right > frame.right + 1 || box.bottom > frame.bottom + 1);
}).map((text) => text.textContent)"""


def load(name: str) -> ModuleType:
    """A module of `tests/report`, loaded once under the name `report_NAME`."""
    known = f"report_{name}"
    if known not in sys.modules:
        spec = importlib.util.spec_from_file_location(known, Path(__file__).parents[1] / "report" / f"{name}.py")
        module = importlib.util.module_from_spec(spec)
        sys.modules[known] = module
        spec.loader.exec_module(module)
    return sys.modules[known]


@pytest.fixture(scope="session")
def sample() -> ModuleType:
    """The module `tests/report/sample.py`."""
    return load("sample")


@pytest.fixture(scope="session")
def backtest_sample() -> ModuleType:
    """The module `tests/report/backtest_sample.py`."""
    return load("backtest_sample")


@pytest.fixture(scope="session")
def plan_sample() -> ModuleType:
    """The module `tests/report/plan_sample.py`."""
    return load("plan_sample")


@pytest.fixture(scope="module")
def browser(chromium, tmp_path_factory):
    """A headless Chromium."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with sync_api.sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            str(tmp_path_factory.mktemp("profile")), executable_path=chromium, args=FLAGS
        )
        yield context
        context.close()


@pytest.fixture
def open_page(browser):
    """Open a file at a width and in a colour scheme; afterwards nothing may have been logged or requested."""
    pages, seen = [], []

    def opened(path, width=1200, scheme="light"):
        page = browser.new_page()
        pages.append(page)
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        page.on("console", lambda message: seen.append(f"console {message.type}: {message.text}"))
        page.on("pageerror", lambda error: seen.append(f"error: {error}"))
        page.on(
            "request",
            lambda request: request.url == path.as_uri() or request.url == "data:," or seen.append(request.url),
        )
        page.goto(path.as_uri())
        page.wait_for_selector("svg.chart:visible")
        return page

    yield opened
    for page in pages:
        page.close()
    assert seen == []


@pytest.fixture
def readable():
    """Check that no text of a page is too small, and that none of a chart sticks out of it."""

    def check(page):
        assert page.evaluate(SMALL_TEXT) == []
        assert page.evaluate(OUTSIDE_TEXT) == []

    return check
