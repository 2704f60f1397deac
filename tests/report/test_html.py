import json
import re
from html.parser import HTMLParser

import numpy as np
import pytest

from sextet.core.errors import RunError
from sextet.report.build import build_view
from sextet.report.html import render, write_report
from sextet.report.tables import cell_text

HOSTILE = "</script><script>pwned=1</script>\u2028<img src=x onerror=pwned()>\"'&"


class Page(HTMLParser):
    """Collects tags, and text by the tag it is in."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.scripts, self.inside, self.attributes = [], [], None, []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        if tag == "script":
            self.scripts.append("")
        self.inside = tag

    def handle_data(self, data):
        if self.inside == "script":
            self.scripts[-1] += data

    def handle_endtag(self, tag):
        self.inside = None


@pytest.fixture(scope="module")
def view(sample):
    return sample.make_sample(rows=1500).view()


def test_one_file_without_links_out(view):
    page = Page(render(view))
    assert page.scripts and page.tags.count("script") == 2
    links = [value for name, value in page.attributes if name in ("src", "href") and value]
    assert all(value.startswith(("#", "data:")) for value in links)
    assert "style" not in [name for name, _ in page.attributes]


def test_the_embedded_view_is_the_view(view):
    assert json.loads(Page(render(view)).scripts[0]) == json.loads(json.dumps(view))


def test_hostile_names_stay_text(sample):
    made = sample.make_sample((HOSTILE, "b"), rows=1500)
    html = render(made.view())
    page = Page(html)
    assert page.tags.count("script") == 2 and "img" not in page.tags
    assert "onerror" not in [name for name, _ in page.attributes]
    assert any(row["series"] == HOSTILE for row in json.loads(page.scripts[0])["quality"]["series"]["rows"])
    assert "\u2028" not in page.scripts[0]


def test_a_lone_surrogate_does_not_stop_it(view):
    odd = {**view, "header": {**view["header"], "title": "bad \ud800 name"}}
    render(odd).encode("utf-8", "strict")


def test_sections_without_data_say_why(sample):
    made = sample.make_sample(rows=1500)
    html = render(build_view(made.about, made.panel))
    assert html.count('class="absent"') == 9


def test_accuracy_is_defined_where_it_is_shown(view):
    assert "accuracy % = 100 × (1 − WAPE)" in render(view)


def test_what_is_not_a_view_is_refused():
    with pytest.raises(RunError, match="report view"):
        render({"schema": 1})


def test_write_report_is_atomic_and_small(view, tmp_path):
    path = write_report(view, tmp_path / "deep" / "report.html")
    assert path.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert path.stat().st_size < 6_000_000
    with pytest.raises(RunError):
        write_report({}, path)
    assert path.stat().st_size > 100_000
    assert [entry.name for entry in path.parent.iterdir()] == ["report.html"]


def test_big_data_stay_below_six_megabytes(sample):
    made = sample.make_sample(tuple(f"a rather long name of series {k}" for k in range(120)), rows=1200, step=3)
    assert len(render(made.view()).encode()) < 6_000_000


@pytest.mark.parametrize(
    ("value", "form", "text"),
    [
        (None, "number", "–"),
        (0.8016, "share", "80.2 %"),
        (0.00042, "share", "0.042 %"),
        (12.34, "signed", "+12.3 %"),
        (-0.01, "signed", "0.0 %"),
        (-3.0, "signed", "−3.0 %"),
        (12345, "integer", "12,345"),
        (float(np.float64(86_400_000)), "stamp", "1970-01-02"),
        ("<b>", "text", "<b>"),
    ],
)
def test_cell_text(value, form, text):
    assert cell_text(value, form) == text


def test_numbers_of_a_column_line_up(view):
    html = render(view)
    table = html[html.index('aria-label="Leaderboard"') : html.index("</table>")]
    rows = [re.findall(r">([^<]*)</t[dh]>", row) for row in re.findall(r"<tr.*?</tr>", table)[1:]]
    decimals = {len(row[3].split(".")[1]) for row in rows}
    assert len(decimals) == 1
