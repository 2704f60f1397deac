"""Machines, stacks and logs as people reported them, and what the doctor has to find in each.

A scenario is a TOML file: its source, what was seen, and the ids of every finding that is an error or a warning, notes
among them where the scenario is about one.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from sextet.doctor.examine import examine_log, examine_machine, examine_stack
from sextet.doctor.finding import Level, catalogue
from sextet.doctor.report import Report
from sextet.doctor.stack import stack_of_text
from sextet.hardware.cards import rig

from .described import DescribedHost, whole

FOLDER = Path(__file__).parent / "scenarios"
PATHS = sorted(FOLDER.glob("*.toml"))
MONTH = "2026-11"
# Found by asking the cards themselves (test_deep.py), by checks that fail and drivers that hang (test_registry.py).
ELSEWHERE = {"SXT001", "SXT218", "SXT701", "SXT702", "SXT703", "SXT704"}


def _read(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _report(scenario: dict[str, Any], folder: Path) -> Report:
    if "stack" in scenario:
        told = scenario["stack"]
        return examine_stack(stack_of_text(told["text"]), rig(told["gpus"]), month=MONTH)
    if "log" in scenario:
        log = folder / "training.log"
        log.write_text(scenario["log"]["text"], encoding="utf-8")
        return examine_log(log)
    return examine_machine(DescribedHost(whole(scenario)), month=MONTH)


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_what_was_reported_is_found(path, tmp_path):
    scenario = _read(path)
    report = _report(scenario, tmp_path)
    expected = scenario["expect"]["findings"]
    told = [one for one in report.findings if one.level is not Level.NOTE or one.id in expected]
    assert sorted({one.id for one in told}) == sorted(expected), str(report)
    fixes = {one.id: one.fix for one in told}
    assert {id: fixes[id] for id in scenario["expect"].get("fix", {})} == scenario["expect"].get("fix", {})


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_a_scenario_names_its_source(path):
    assert _read(path)["source"].startswith(("https://", "issues/"))


def test_there_are_scenarios_enough():
    machines = [path for path in PATHS if path.stem.startswith("machine-")]
    assert len(machines) >= 60 and len(PATHS) >= 120


def test_every_kind_of_finding_has_a_scenario():
    expected = {id for path in PATHS for id in _read(path)["expect"]["findings"]}
    assert set(catalogue()) - expected - ELSEWHERE == set()
