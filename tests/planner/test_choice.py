"""Placements of three P40s, of one, and of a processor: which is taken, and what is said."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from sextet.core.errors import ConfigError
from sextet.core.window import WindowShape
from sextet.hardware.site import Site, processor_title, survey
from sextet.planner.choice import Choice, choose
from sextet.planner.layout import Budget, yardstick
from sextet.planner.timing.step_times import Measured, StepTimes
from sextet.specs.defaults import resolved
from sextet.specs.presets import parse_members
from sextet.specs.situation import Situation

from ..doctor.described import DescribedHost
from ..rigs import P40, machine

SHAPE = WindowShape(
    lookback=480, horizon=96, past_channels=6, future_channels=4, static_features=0, levels=tuple(range(1, 14))
)
SPECS = tuple(
    resolved(spec, Situation(horizon=96, season=24, length=12_000, rows=80_000)) for spec in parse_members("v6")
)
BUDGET = Budget(epochs=8, steps=100, batch=256)
MINI = {**P40, "memory": [700, 690]}


@pytest.fixture
def times(tmp_path: Path) -> StepTimes:
    """Nothing measured yet."""
    return StepTimes(tmp_path / "steps.json")


def _site(*cards: dict[str, object], cores: int = 8) -> Site:
    return replace(survey(DescribedHost(machine(*cards))), cores=cores)


def _of(site: Site, times: StepTimes, wanted: str = "auto", **changed: int) -> Choice:
    return choose(SPECS, SHAPE, replace(BUDGET, **changed), site, times, wanted)


def test_on_three_p40s_members_on_cards_of_their_own_need_no_exchange(times: StepTimes) -> None:
    found = _of(_site(P40, P40, P40), times)
    assert found.placement == "member" and found.member.places == 3
    assert found.data.seconds is not None and found.member.seconds is not None
    assert found.member.seconds < found.data.seconds
    assert "estimated: predicted by the planner" in found.why and "min" in found.why
    # three at once cannot be more than three times as fast as one card alone
    alone = _of(_site(P40), times)
    assert alone.placement == "data" and alone.data.seconds is not None
    assert alone.data.seconds / 3 < found.member.seconds < alone.data.seconds


def test_what_was_measured_goes_before_what_was_predicted(times: StepTimes) -> None:
    site = _site(P40, P40, P40)
    rows = []
    for spec in SPECS:
        for cards, step in ((site.accelerators, 0.001), (site.accelerators[:1], 0.9)):
            measure = yardstick(spec, SHAPE, BUDGET.batch, cards, "float32")
            if measure is not None:
                device = site.on(cards, 8)
                rows.append(
                    Measured(
                        device=device,
                        member=spec.name,
                        precision="float32",
                        batch=256,
                        yardstick=measure,
                        step=step,
                        start=1.0,
                    )
                )
    times.add(rows)
    found = _of(site, times)
    assert found.placement == "data" and "(measured)" in found.why
    assert found.data.seconds == pytest.approx(5 * (1 + 800 * 0.001))
    # five of 721 s over three cards: two each on two of them
    assert found.member.seconds == pytest.approx(2 * (1 + 800 * 0.9) + 10)


def test_a_processor_is_measured_before_its_cores_are_divided(times: StepTimes) -> None:
    site = _site(cores=4)
    first = _of(site, times)
    assert (first.placement, first.data.seconds) == ("data", None)
    assert first.why.startswith("No step was measured on this processor yet. Members train")
    times.add(_on_processor(2, 0.5)[1:4])  # on fewer threads, and not of all
    some = _of(site, times)
    assert some.placement == "data" and some.data.seconds is None
    unknown = [one.name for one in some.data.members if one.seconds is None]
    assert unknown == ["lstm", "spike-detector"]
    assert f"No step of {', '.join(unknown)} was measured on this processor yet; steps of the others were." in some.why
    times.add(_on_processor(4, 0.5))
    second = _of(site, times)
    assert second.placement == "data" and second.member.places == 4
    assert {one.source for one in second.data.members if one.seconds} == {"measured"}
    assert any("scaled" in one.source for one in second.member.members)
    assert "--placement member tries it" in second.why
    times.add(_on_processor(1, 1.0))
    third = _of(site, times)
    assert third.placement == "member" and "(measured)" in third.why


def _on_processor(threads: int, step: float) -> list[Measured]:
    """Steps of every member, measured on so many threads."""
    return [
        Measured(
            device=processor_title(threads),
            member=spec.name,
            precision="float32",
            batch=256,
            yardstick=measure,
            step=step,
            start=20.0,
        )
        for spec in SPECS
        if (measure := yardstick(spec, SHAPE, 256, (), "float32")) is not None
    ]


def test_processes_are_no_more_than_memory_has_room_for(times: StepTimes) -> None:
    site = replace(_site(cores=16), memory=3 * 2**30)
    assert _of(site, times, "member", data=100 * 2**20).member.places == 2
    assert _of(replace(site, memory=None), times, "member").member.places == 5


def test_what_does_not_fit_is_said_with_the_batch_that_does(times: StepTimes) -> None:
    found = _of(_site(MINI, MINI), times, "member", batch=4096)
    assert found.warnings and all("lower --batch to" in text and "--placement data" in text for text in found.warnings)
    batch = int(found.warnings[0].split("lower --batch to ")[1].split(",")[0])
    assert not _of(_site(MINI, MINI), times, "member", batch=batch).warnings
    assert _of(_site(P40), times).warnings == ()


def test_cards_share_a_batch_where_a_member_does_not_fit_on_one(times: StepTimes) -> None:
    whole = _of(_site(P40, P40, P40), times, batch=8192)
    need = max(one.memory or 0.0 for one in whole.member.members)
    small = {**P40, "memory": [int(0.9 * need / 2**20), 0]}
    found = _of(_site(small, small, small), times, batch=8192)
    assert found.placement == "data" and "does not fit on one card" in found.why


def test_a_card_nobody_knows_trains_members_apart(times: StepTimes) -> None:
    strange = {**P40, "name": "NVIDIA X9000"}
    found = _of(_site(strange, strange), times)
    assert found.placement == "member" and found.member.seconds is None
    assert all(one.memory for one in found.member.members if one.name != "rule-based")


def test_a_placement_that_there_is_not(times: StepTimes) -> None:
    with pytest.raises(ConfigError, match="did you mean 'member'"):
        _of(_site(), times, "members")
