"""How a report shows itself and ends."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import pytest
from rich.console import Console

from sextet.doctor.examine import examine_machine, examine_stack
from sextet.doctor.finding import Level, explanation
from sextet.doctor.report import Report
from sextet.doctor.stack import stack_of_text
from sextet.hardware.cards import card

from .described import DescribedHost, whole

ASKED_FOR = "python=3.11,cuda=11.8,cudnn=8.6.0,tensorflow=2.15.0"


@pytest.fixture
def refused() -> Report:
    """The report on the stack that this project was asked to use."""
    return examine_stack(stack_of_text(ASKED_FOR), (card("Tesla P40"),))


def test_it_prints_itself(refused):
    text = str(refused)
    assert "X error SXT101: TensorFlow was built for another CUDA" in text
    assert 'fix       pip install "tensorflow[and-cuda]==2.15.1"' in text
    # all that is known of errors stands above already
    assert text.splitlines()[-1] == "2 errors, 1 note. `sextet doctor --explain SXT120` says more of the note."
    assert max(map(len, text.splitlines())) <= 100 and repr(refused) == text


@pytest.mark.parametrize("level", list(Level))
def test_the_last_line_points_only_to_what_says_more(refused, level):
    finding = replace(refused.findings[0], level=level)
    text = " ".join(str(Report(subject="x", findings=(finding,))).split())
    more = explanation(finding.id)
    assert (f"`sextet doctor --explain {finding.id}` says more" in text) == (level is Level.NOTE)
    assert (more.why in text) == (level is not Level.NOTE)


def test_signs_and_words_carry_what_colour_would(refused):
    assert "\x1b[" not in str(refused)
    for level, sign in ((Level.ERROR, "X error"), (Level.WARNING, "! warning"), (Level.NOTE, "i note")):
        one = Report(
            subject="x", findings=(refused.findings[0].__class__(**{**vars(refused.findings[0]), "level": level}),)
        )
        assert sign in str(one)


def test_the_worst_comes_first(p40):
    host = DescribedHost(
        whole({"like": "p40", "environ": {"CUDA_FORCE_PTX_JIT": "1"}, "room": {"open_files": 8, "disk_free": 1}})
    )
    levels = [one.level for one in examine_machine(host, month="2026-11").findings]
    assert levels == [Level.ERROR, Level.WARNING, Level.NOTE]


@pytest.mark.parametrize(
    ("level", "failed", "failed_strictly"),
    [(Level.ERROR, True, True), (Level.WARNING, False, True), (Level.NOTE, False, False)],
)
def test_how_it_ends(refused, level, failed, failed_strictly):
    one = refused.findings[0]
    report = Report(subject="x", findings=(one.__class__(**{**vars(one), "level": level}),))
    assert (report.failed(), report.failed(strict=True)) == (failed, failed_strictly)


def test_nothing_found(p40):
    report = examine_machine(p40, month="2026-11")
    assert str(report).endswith("Nothing wrong found.") and not report.failed(strict=True)
    assert report.usable == 1 and "250/250" in str(report)


def test_a_lost_card_has_a_row(p40):
    host = DescribedHost(whole({"like": "p40", "nvml": {"card": [{"handle": 15}]}}))
    assert "does not answer" in str(examine_machine(host, month="2026-11"))


def test_as_plain_values(refused):
    values = json.loads(json.dumps(refused.as_dict()))
    assert (values["errors"], values["warnings"]) == (2, 0)
    assert set(values["findings"][0]) == {"id", "level", "title", "seen", "expected", "why", "fix", "source"}


def test_each_card_keeps_its_name_and_its_values_on_a_narrow_terminal() -> None:
    row = {"GPU": "0", "name": "Tesla P40", "cap": "6.1", "free GiB": "23.0/24.0", "PCIe now": "gen 3 x16", "ECC": "on"}
    report = Report(subject="This machine", findings=(), gpus=(row, {**row, "GPU": "1", "ECC": "-"}))
    console = Console(file=io.StringIO(), width=60, color_system=None)
    console.print(report, crop=False)
    shown = " ".join(console.file.getvalue().split())
    assert "GPU 0 Tesla P40: cap 6.1, free GiB 23.0/24.0, PCIe now gen 3 x16, ECC on" in shown
    assert "GPU 1 Tesla P40" in shown and "ECC -" not in shown
