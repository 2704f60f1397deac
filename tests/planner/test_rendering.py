"""The answer on a terminal, at any width."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import pytest
from rich.console import Console

from sextet.hardware.rig import read_rig
from sextet.planner.compare import compare
from sextet.planner.search import Bounds


@pytest.fixture(scope="module")
def answer(job, terms, clock, rigs):
    return compare(rigs, job, terms, clock=clock)


def _drawn(answer, width):
    file = io.StringIO()
    Console(file=file, width=width, color_system=None, highlight=False, markup=False, emoji=False).print(answer)
    return file.getvalue()


@pytest.mark.parametrize("width", [60, 80, 200])
def test_it_fits_any_width(answer, width):
    lines = _drawn(answer, width).splitlines()
    assert max(len(line.rstrip()) for line in lines) <= width


def test_the_verdict_comes_first_and_everything_is_there(answer):
    said = str(answer)
    assert said.startswith("Verdict\n  ") and answer.verdict.rig in said.split("\n")[1]
    for part in (
        "What would change it",
        "Side by side (80 % intervals)",
        "a round of training",
        "cost of a round",
        "--deadline is judged on one round",
        "How often each wins, 4,000 draws",
        "Break-even",
        "One thing changed: A 3x Tesla P40, B 2x Tesla V100 32GB",
        "limited by",
        "Largest batch on one Tesla P40",
        "Assumed",
    ):
        assert part in said
    assert repr(answer) == said and max(map(len, said.splitlines())) <= 100


def test_the_timeline_is_drawn_to_scale_and_idle_cards_are_told(job, terms, clock):
    said = str(compare([read_rig("7x Tesla P40")], job, terms, clock=clock))
    assert "unused" in said and "4 cards stay unused" in said
    rows = [line for line in said.splitlines() if re.match(r"  card \d ", line)]
    assert len(rows) == 7


def test_of_one_card_no_placement_is_told(job, terms, clock):
    table = str(compare([read_rig("Tesla P40")], job, terms, clock=clock)).split("Side by side")[1].split("\n\n")[1]
    assert re.search(r"placement +one after another", table) and "over all cards" not in table
    mixed = str(compare(list(map(read_rig, ("P40", "2x P40"))), job, terms, clock=clock)).split("Side by side")[1]
    assert re.search(r"on cards of their own +- +[\d.]+ (s|min)", mixed)


def test_a_search_shows_its_front(job, terms, clock):
    said = str(compare([], job, terms, clock=clock, bounds=Bounds(watts=250.0)))
    assert "Best in time, price and energy:" in said and "Side by side" not in said


def test_no_figure_of_one_round_is_said_to_be_the_most(job, terms, clock, rigs):
    tight = replace(terms, hours_limit=1e-4)
    for asked in (rigs, rigs[:1]):
        found = compare(asked, job, tight, clock=clock)
        said = " ".join(str(found).split())
        assert "within the deadline, one round" in said and "h for one round" in said
        assert not re.search(r"(?:trains|training)\b[^.]{0,40} at most\b(?! 8 epochs)", said)
    assert "trains them, in one round, in" in found.verdict.text


def test_a_single_card_has_one_placement_in_plan_search_and_json(job, terms, clock):
    found = compare([read_rig("Tesla P40")], job, terms, clock=clock, bounds=Bounds(watts=250.0))
    plain = found.as_dict()
    assert plain["rigs"][0]["chosen"] == "one after another"
    assert plain["rigs"][0]["precision"]["seconds"]["float32"] == plain["rigs"][0]["seconds"]["value"]
    assert [one["placement"] for one in plain["rigs"][0]["placements"]] == ["one after another"]
    assert {one["placement"] for one in plain["front"] if one["count"] == 1} == {"one after another"}
    assert "over all cards" not in str(found).split("Assumed")[0]
