"""docs/doctor.md has every finding, at its level."""

from __future__ import annotations

import re
from pathlib import Path

from sextet.doctor.finding import catalogue

PAGE = (Path(__file__).parents[2] / "docs" / "doctor.md").read_text(encoding="utf-8")


def test_the_page_has_every_finding_at_its_level():
    told = re.findall(r"^\| (SXT\d{3}) \| (\w+) \| (.+) \|$", PAGE, re.MULTILINE)
    assert [(id, level) for id, level, _ in told] == [
        (id, str(entry.level)) for id, entry in sorted(catalogue().items())
    ]
    titles = {id: entry.title for id, entry in catalogue().items() if "{" not in entry.title}
    assert {id: title for id, _, title in told if id in titles} == titles
