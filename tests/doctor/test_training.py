"""Cards that sextet itself does not train on: said of any stack that is, or may become, one of sextet's."""

from __future__ import annotations

import pytest

from sextet import diagnose
from sextet.doctor.examine import examine_machine
from sextet.doctor.finding import Level
from sextet.hardware.catalogue import devices
from sextet.hardware.support import no_training

from .described import DescribedHost, whole

NEW = ["RTX 5090", "B200"]
OLD = ["Tesla M40", "Tesla K80"]


@pytest.mark.parametrize("gpu", OLD + NEW)
@pytest.mark.parametrize("stack", [{"python": "3.12"}, {"tensorflow": "2.21.0"}, {"driver": "580.82"}], ids=str)
def test_it_is_an_error_for_what_sextet_trains_with(gpu: str, stack: dict[str, str]) -> None:
    report = diagnose(gpu=gpu, **stack)
    told = next(one for one in report.findings if one.id == "SXT119")
    assert told.level is Level.ERROR and report.failed()
    assert "sextet trains with TensorFlow 2.21" in told.why and "6.0 to 9.0" in told.expected


@pytest.mark.parametrize("gpu", OLD + NEW)
def test_it_is_a_warning_where_another_tensorflow_is_named(gpu: str) -> None:
    told = {one.id: one.level for one in diagnose(gpu=gpu, tensorflow="2.16.1").findings}
    assert told["SXT119"] is Level.WARNING


@pytest.mark.parametrize("stack", [{"torch": "2.9.0+cu126"}, {"jax": "0.12.0"}], ids=str)
def test_nothing_is_said_of_it_where_only_other_frameworks_are_named(stack: dict[str, str]) -> None:
    assert "SXT119" not in {one.id for one in diagnose(gpu="Tesla M40", **stack).findings}


@pytest.mark.parametrize("one", devices().values(), ids=str)
def test_it_is_said_of_the_cards_that_a_plan_leaves_out_and_of_no_others(one) -> None:
    told = {finding.id for finding in diagnose(gpu=one.name, python="3.12").findings}
    assert ("SXT119" in told) == bool(no_training(one.capability))


def test_reasons_are_said_once_each() -> None:
    told = next(one for one in diagnose(gpu="2x M40, RTX 5090, P40", python="3.12").findings if one.id == "SXT119")
    assert told.seen.startswith("2 x Tesla M40") and "P40" not in told.seen
    assert told.why.count("none for 5.2") == told.why.count("none for 12.0") == 1


def test_on_a_machine_whose_tensorflow_has_code_for_the_card_nothing_is_said() -> None:
    card = [{"name": "NVIDIA GeForce RTX 5090", "capability": "12.0", "persistence": 1}]
    place = "/env/lib/python3.11/site-packages/tensorflow/python/platform/build_info.py"
    host = DescribedHost(whole({"like": "p40", "nvml": {"card": card}}))
    assert "SXT119" in {one.id for one in examine_machine(host, month="2026-11").findings}
    text = host.text(place)
    assert text is not None
    host._files[place] = text.replace("compute_90", "compute_120")
    assert "SXT119" not in {one.id for one in examine_machine(host, month="2026-11").findings}


def test_a_machine_that_may_compile_for_the_card_is_warned_and_told_to_try() -> None:
    card = [{"name": "NVIDIA GeForce RTX 5090", "capability": "12.0", "persistence": 1}]
    report = examine_machine(DescribedHost(whole({"like": "p40", "nvml": {"card": card}})), month="2026-11")
    told = next(one for one in report.findings if one.id == "SXT119")
    assert (told.level, told.title) == (Level.WARNING, "sextet may not train on the card")
    assert told.fix.startswith("sextet doctor --deep")


def test_a_card_that_trains_with_a_tensorflow_that_sextet_does_not_train_with() -> None:
    told = {one.id: one for one in diagnose(gpu="2x P40", tensorflow="2.15.1", python="3.11").findings}
    assert told["SXT120"].level is Level.NOTE and told["SXT120"].expected == "TensorFlow 2.21"
    assert "SXT120" not in {one.id for one in diagnose(gpu="P40", tensorflow="2.21", python="3.11").findings}
    # of a card that sextet does not train on SXT119 speaks, and without cards a TensorFlow is anybody's
    assert "SXT120" not in {one.id for one in diagnose(gpu="M40", tensorflow="2.15.1", python="3.11").findings}
    assert "SXT120" not in {one.id for one in diagnose(tensorflow="2.15.1", python="3.11").findings}
