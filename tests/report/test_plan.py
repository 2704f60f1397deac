"""The view of a plan says what the planner answered, and its page holds it unharmed."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from sextet.app.plan import plan
from sextet.report.check import check_shape
from sextet.report.plan import plan_view, render_plan, write_plan
from sextet.report.plan_view import PlanView

HOSTILE = "</script><script>pwned=1</script><img src=x onerror=pwned()>"
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def answer(plan_sample):
    return plan_sample.comparison()


@pytest.fixture(scope="module")
def view(answer):
    return plan_view(answer, "Three or two", created="2026-11-25 22:00 UTC", versions={"sextet": "1"})


def test_the_view_has_the_declared_shape(view):
    check_shape(view, PlanView, "view")
    assert json.loads(json.dumps(view, allow_nan=False)) == view


def test_each_rig_is_a_row_and_the_winner_is_marked(view, answer):
    table = view["rigs"]
    assert [row["rig"] for row in table["rows"]] == [rig.name for rig in answer.rigs]
    assert table["marked"] == 0
    first = table["rows"][0]
    assert (first["time"], first["score"], first["part_cost"], first["part_memory"]) == (190.0, 8.5, None, 7.0)
    assert (first["price"], first["fits"], first["placement"]) == (
        "6,000,000 KRW (question)",
        "yes",
        "on cards of their own",
    )


def test_every_bar_of_the_timeline_is_one_of_the_plan(view, answer):
    schedules = view["timeline"]["schedules"]
    assert [(one["rig"], one["placement"], one["chosen"]) for one in schedules] == [
        (rig.name, plan.placement, plan.placement == rig.chosen) for rig in answer.rigs for plan in rig.placements
    ]
    over, own = schedules[0], schedules[1]
    # three cards that do the same are one lane; on cards of their own each has its lane
    assert [lane["label"] for lane in over["lanes"]] == ["host", "3 cards"]
    assert [lane["label"] for lane in own["lanes"]] == ["host", "card 0", "card 1", "card 2"]
    for one, way in zip(schedules, (way for rig in answer.rigs for way in rig.placements), strict=True):
        drawn = {(bar["start"], bar["end"]) for lane in one["lanes"] for bar in lane["bars"]}
        assert drawn == {(slot.start, slot.end) for slot in way.timeline}
    known = {one["name"]: one["slot"] for one in view["timeline"]["names"]}
    assert all(bar["slot"] == known[bar["name"]] for one in schedules for lane in one["lanes"] for bar in lane["bars"])


def test_many_cards_that_differ_are_counted(plan_sample):
    rig = plan_sample.rig("25x Tesla P40", 25, 100.0, None)
    wide = replace(rig.placements[1], timeline=tuple(
        replace(rig.placements[1].timeline[1], card=k, end=10.0 + k) for k in range(20)
    ))  # fmt: skip
    answer = plan_sample.comparison(rigs=(replace(rig, placements=(rig.placements[0], wide)),), chances=None)
    schedule = plan_view(answer, "t", created="now")["timeline"]["schedules"][1]
    assert (len(schedule["lanes"]), schedule["left_out"], schedule["idle"]) == (12, 8, 5)
    assert "5 cards idle" in render_plan(plan_view(answer, "t", created="now"))


def test_stacks_add_up_to_their_total(view, answer):
    memory = view["memory"]
    for one in memory["stacks"]:
        assert len(one["parts"]) == len(memory["parts"])
        assert sum(one["parts"]) == pytest.approx(one["total"])
        assert one["low"] <= one["total"] <= one["high"]
    own = [one for one in memory["stacks"] if one["rig"] == answer.rigs[0].name]
    assert [one["label"] for one in own][:2] == ["LSTM, card 0", "GRU, card 1"]
    assert len(memory["table"]["rows"]) == sum(len(rig.placement.memory) for rig in answer.rigs)


def test_cards_that_hold_the_same_are_one_stack(plan_sample):
    rig = plan_sample.rig("3x Tesla P40", 3, 100.0, None)
    answer = plan_sample.comparison(rigs=(replace(rig, chosen="over all cards"),), chances=None)
    labels = [one["label"] for one in plan_view(answer, "t", created="now")["memory"]["stacks"]]
    assert labels == [f"{name}, 3 cards" for name in ("LSTM", "GRU", "CNN-LSTM", "PatchTST", "Spike Detector")]


def test_points_lie_where_flops_bytes_and_seconds_put_them(view):
    roofs = view["roofline"]["roofs"]
    assert [roof["card"] for roof in roofs] == ["Tesla P40", "Tesla V100 SXM2 32GB"]
    lstm = roofs[0]["points"][0]
    # 1e9 FLOPs, 2e8 bytes, 4 ms (2 to 8)
    assert (lstm["name"], lstm["intensity"], lstm["achieved"]) == ("LSTM", 5.0, 250.0)
    assert (lstm["low"], lstm["high"]) == (125.0, 500.0)
    assert (roofs[0]["peak"], roofs[0]["bandwidth"]) == (11760.0, 346.0)


def test_costs_are_purchase_and_electricity(view, answer):
    costs = view["costs"]
    assert costs["unit"] == "KRW" and costs["left_out"] == ""
    for line, rig in zip(costs["lines"], answer.rigs, strict=True):
        assert line["total"] == [one.purchase + one.electricity for one in rig.money.years]
        assert line["low"] <= line["total"] <= line["high"]


def test_rigs_in_another_currency_are_named(plan_sample):
    rigs = [plan_sample.rig(f"{k}x Tesla P40", k, 100.0, 1e6 * k) for k in (1, 2, 3)]
    years = tuple(replace(one, unit="USD") for one in rigs[2].money.years)
    rigs[2] = replace(rigs[2], money=replace(rigs[2].money, years=years))
    costs = plan_view(plan_sample.comparison(rigs=tuple(rigs), chances=None), "t", created="now")["costs"]
    assert [line["rig"] for line in costs["lines"]] == ["1x Tesla P40", "2x Tesla P40"]
    assert costs["left_out"] == "Without a price in KRW: 3x Tesla P40."


def test_the_front_holds_rigs_with_a_price_that_fit(view):
    front = view["front"]
    by_name = {one["rig"]: one for one in front["choices"]}
    assert set(by_name) == {"3x Tesla P40", "2x Tesla V100 SXM2 32GB", "1x Tesla T4", "4x RTX 3090"}
    assert by_name["1x Tesla T4"]["front"] and not by_name["1x Tesla T4"]["asked"]
    assert by_name["3x Tesla P40"]["asked"]
    assert front["left_out"].startswith("2 of 6 rigs are not drawn")
    assert [row["rig"] for row in front["table"]["rows"]][0] == "4x RTX 3090"


def test_shares_of_wins_are_those_drawn(view):
    chances = view["chances"]
    assert {one["criterion"]: one["shares"] for one in chances["wins"]} == {
        "time": [0.8, 0.2], "cost": [1.0, 0.0], "score": [0.71, 0.29]
    }  # fmt: skip
    assert [row["rig_0"] for row in chances["table"]["rows"]] == [0.8, 1.0, 0.71]
    html = render_plan(view)
    section = html[html.index("Share of draws that each rig wins") : html.index("How many times longer rigs take")]
    assert "wins &gt; 99.9 % of the draws" in section and "wins &lt; 0.1 % of the draws" in section
    cells = re.findall(r">([^<>]*)</td>", section)  # as the text writes them: no draws tell 100 % from nearly so
    assert cells == ["80.0 %", "20.0 %", "&gt; 99.9 %", "&lt; 0.1 %", "71.0 %", "29.0 %"]
    assert "2,000 draws, seed 0" in chances["note"]
    assert chances["ratios"]["rows"] == [{"rig": "2x Tesla V100 SXM2 32GB", "middle": 1.26, "low": 0.9, "high": 1.7}]


def test_what_changes_the_answer(view):
    (row,) = view["sensitivity"]["rows"]
    assert (row["flips"], row["cheapest"], row["time_0"], row["score_1"]) == ("time, score", "–", 900.0, 8.0)


def test_every_number_has_a_kind_and_a_source(view, answer):
    rows = view["sources"]["table"]["rows"]
    assert {row["kind"] for row in rows} == {"quoted", "predicted"}
    assert all(row["source"] and row["low"] <= row["value"] <= row["high"] for row in rows)
    said = {(row["what"], row["of"]): row for row in rows}
    for rig in answer.rigs:
        assert said["time of a round", rig.name]["value"] == rig.seconds.value
        assert said["price of the cards", rig.name]["kind"] == "quoted"
    errors = {row["class"]: (row["time"], row["ratio"]) for row in view["sources"]["errors"]["rows"]}
    page = (ROOT / "docs" / "planner-model.md").read_text(encoding="utf-8")
    for name, (time, ratio) in errors.items():
        (line,) = [row for row in page.splitlines() if row.startswith(f"| {name} |") and "," in row]
        cells = [cell.strip() for cell in line.split("|")]
        assert (cells[3], cells[7]) == (f"{time:.1f} %", f"{ratio:.1f} %")
    assert "The machine around the cards draws 100 W." in view["sources"]["assumptions"]


def test_sections_without_data_say_why(plan_sample):
    alone = plan_sample.comparison(
        rigs=(plan_sample.rig("1x Tesla P40", 1, 300.0, None),), chances=None, sensitivity=(), front=(), break_even=()
    )
    view = plan_view(alone, "t", created="now")
    check_shape(view, PlanView, "view")
    assert [key for key, part in view.items() if isinstance(part, dict) and "absent" in part] == [
        "costs", "front", "chances", "sensitivity"
    ]  # fmt: skip
    assert render_plan(view).count('class="absent"') == 4


def test_members_without_networks_have_no_roofline(plan_sample):
    rig = replace(plan_sample.rig("1x Tesla P40", 1, 300.0, 1e6), roofline=())
    view = plan_view(plan_sample.comparison(rigs=(rig,), chances=None), "t", created="now")
    assert "No member has a network" in view["roofline"]["absent"]
    assert "No member has a network" in render_plan(view)


def test_one_file_without_links_out_and_hostile_names_stay_text(plan_sample, tmp_path):
    view = plan_view(plan_sample.comparison((f"3x {HOSTILE}", "2x b")), HOSTILE, created="now")
    html = write_plan(view, tmp_path / "plan.html").read_text(encoding="utf-8")
    assert html.count("<script") == 2 and "<img" not in html
    assert "style=" not in html  # the policy of the page allows its own style sheet alone
    assert html.count("<svg") == html.count("</svg>")


def test_every_section_is_linked_and_there(view):
    html = render_plan(view)
    assert not re.search(r"(?:src|href)=[\"'](?!#|data:,)", html)
    for key in re.findall(r'<li><a href="#([a-z]+)"', html):
        assert f'<section class="card" id="{key}"' in html
    assert "Take 3x Tesla P40: it wins 71 % of the draws." in html


@pytest.mark.parametrize("search", [False, True])
def test_a_real_answer_fills_every_section(search):
    answer = plan(
        ["3x Tesla P40", "2x V100 SXM2 32GB nvlink", "2x P40, 1x T4"], members="gru,patchtst", draws=50, search=search
    )
    view = plan_view(answer, "t", created="now")
    check_shape(view, PlanView, "view")
    assert [key for key, part in view.items() if isinstance(part, dict) and "absent" in part] == []
    assert {one["rig"] for one in view["timeline"]["schedules"]} == {rig.name for rig in answer.rigs}
    assert all(0 <= one["total"] <= one["usable"] for one in view["memory"]["stacks"])
    assert {roof["card"] for roof in view["roofline"]["roofs"]} >= {"Tesla P40", "Tesla V100 SXM2 32GB"}
    for roof in view["roofline"]["roofs"]:
        for point in roof["points"]:
            assert point["achieved"] <= min(roof["peak"], roof["bandwidth"] * point["intensity"]) * 1.001
    html = render_plan(view)
    assert html.count('<svg class="chart wide"') >= 6 and not re.search(r"""[\s">]nan[\s"<]""", html)


def test_cards_that_cannot_train_are_named_and_not_taken():
    answer = plan(["3x Tesla M40 24GB", "3x Tesla P40", "2x Tesla P40"], members="gru", draws=50, prices="used")
    view = plan_view(answer, "t", created="now")
    check_shape(view, PlanView, "view")
    assert [tile["label"] for tile in view["header"]["tiles"]] == ["Take", "Cannot train", "Time", "Time"]
    assert view["header"]["tiles"][0]["value"] != "3x Tesla M40 24GB"
    assert [row["trains"] for row in view["rigs"]["rows"]] == ["no", "yes", "yes"]
    assert view["chances"]["rigs"] == ["3x Tesla P40", "2x Tesla P40"]
    assert "3x Tesla M40 24GB" not in [one["rig"] for one in view["front"]["choices"]]
    assert "Tesla M40 24GB cannot train: sextet trains with" in render_plan(view)


def test_rigs_beyond_the_limits_are_shown_as_such(plan_sample):
    made = [plan_sample.rig(f"{k}x Tesla P40", k, 100.0, 1e6 * k) for k in (1, 2, 3)]
    held = [{"hours": True, "budget": True}, {"hours": False, "budget": False}, {"hours": True, "budget": None}]
    rigs = tuple(replace(rig, within=one) for rig, one in zip(made, held, strict=True))
    answer = plan_sample.comparison(rigs=rigs, chances=None)
    view = plan_view(replace(answer, verdict=replace(answer.verdict, rig="1x Tesla P40")), "t", created="now")
    tiles = view["header"]["tiles"]
    assert (tiles[0]["detail"], tiles[0]["value"]) == ("best score within the limits", "1x Tesla P40")
    assert [tile["label"] for tile in tiles[1:]] == ["Time", "Over deadline and budget", "Time"]
    assert [row["limits"] for row in view["rigs"]["rows"]] == ["within", "over deadline and budget", "not known"]
    assert "keeps to the limits" in view["chances"]["absent"]
    free = plan_sample.comparison(rigs=tuple(replace(rig, within={}) for rig in made), chances=None)
    plain = plan_view(replace(free, verdict=replace(answer.verdict, rig="1x Tesla P40")), "t", created="now")
    assert plain["header"]["tiles"][0]["detail"] == "best score"
    assert "limits" not in [one["key"] for one in plain["rigs"]["columns"]]
