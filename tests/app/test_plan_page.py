"""The planner's answer as one HTML file, from Python."""

from __future__ import annotations

import pytest

from sextet.app.plan import plan
from sextet.app.plan_page import check_page, write_page
from sextet.core.errors import ConfigError


@pytest.fixture(scope="module")
def answer():
    return plan(["1x Tesla P40", "1x Tesla T4"], members="gru", draws=50)


def test_its_title_is_the_rigs_or_ones_own(answer, tmp_path):
    html = write_page(answer, tmp_path / "a.html").read_text(encoding="utf-8")
    assert "<h1>1x Tesla P40 or 1x Tesla T4</h1>" in html
    assert "<h1>Mine</h1>" in write_page(answer, tmp_path / "b.html", "Mine").read_text(encoding="utf-8")


def test_a_search_alone_has_a_front_and_no_rigs(tmp_path):
    found = plan([], members="gru", search=True)
    html = write_page(found, tmp_path / "a.html").read_text(encoding="utf-8")
    assert "<h1>Rigs of the catalogue</h1>" in html and html.count("No rig was named") == 6


def test_the_same_answer_is_the_same_page_but_for_the_time(answer, tmp_path):
    pages = [write_page(answer, tmp_path / name).read_text(encoding="utf-8") for name in ("a.html", "b.html")]
    assert len(pages[0]) == len(pages[1])


@pytest.mark.parametrize("name", ["", "gone/x.html"])
def test_a_place_that_cannot_be_written_is_refused(tmp_path, name):
    with pytest.raises(ConfigError, match="for the page"):
        check_page(tmp_path / name)
