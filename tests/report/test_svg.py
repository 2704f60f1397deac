"""Drawings, scales and ticks."""

from __future__ import annotations

import math
import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sextet.report.svg import WIDTHS, Drawing, Scale, drawn, fitted, legend, log_domain, log_ticks, ticks, wide

HOSTILE = "</text><script>pwned=1</script>&\"'"
SIZES = st.floats(1e-6, 1e12)


def test_every_width_is_drawn_once_and_is_well_formed():
    asked = []

    def draw(width):
        asked.append(width)
        drawing = Drawing(width, 50, HOSTILE)
        drawing.text(1, 2, HOSTILE, cls="name", room=100)
        drawing.rect(0, 0, -3, 5, "f1", HOSTILE)
        drawing.dot(1, 1, 3, "f1", HOSTILE)
        drawing.path([(0, 0), (1, 1)], "line", closed=True)
        drawing.line(0, 0, 1, 1)
        return drawing

    html = drawn(draw)
    root = ElementTree.fromstring(html)
    assert asked == list(WIDTHS.values())
    assert [one.get("class") for one in root] == [f"chart {name}" for name in WIDTHS]
    assert root[0].get("aria-label") == HOSTILE and "<script" not in html
    assert root[0][1].get("width") == "0.00"  # a box is never narrower than nothing
    assert root[0][1][0].text == HOSTILE  # its title


def test_a_legend_escapes():
    assert "<script" not in legend([("f1", HOSTILE)])


@given(st.text(alphabet="WMabc 漢", min_size=0, max_size=300), st.floats(60, 1000))
def test_a_fitted_text_fits(text, room):
    found = fitted(text, room, 1.3)
    assert 1.3 * wide(found) <= room or len(found) <= 3
    assert found == text or "…" in found


@given(SIZES, st.integers(2, 12))
def test_ticks_are_round_few_and_within(high, most):
    found = ticks(high, most)
    assert 2 <= len(found) <= most + 1 and found[0] == 0 and found[-1] <= high * (1 + 1e-9)
    step = found[1]
    assert step / 10 ** math.floor(math.log10(step) + 1e-9) == pytest.approx(1) or re.match("[125]", f"{step:.0e}")


def test_nothing_has_one_tick():
    assert ticks(0.0, 5) == [0.0]


@given(st.lists(SIZES, min_size=1, max_size=20), st.integers(3, 8))
def test_a_log_axis_holds_every_value_and_has_marks(values, most):
    low, high = log_domain(values)
    assert low < min(values) and max(values) < high and high / low >= 10 * (1 - 1e-9)
    marks = log_ticks((low, high), most)
    assert 1 <= len(marks) <= most and all(low * (1 - 1e-6) <= one <= high * (1 + 1e-6) for one in marks)
    scale = Scale(domain=(low, high), span=(0.0, 100.0), log=True)
    places = [scale(value) for value in sorted(values)]
    assert places == sorted(places) and 0 <= places[0] and places[-1] <= 100


def test_a_straight_scale_keeps_within_its_ends():
    scale = Scale(domain=(0.0, 10.0), span=(100.0, 0.0))
    assert (scale(0), scale(5), scale(10), scale(20), scale(-1)) == (100, 50, 0, 0, 100)
