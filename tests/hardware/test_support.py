"""Software end of life, as the matrix has it."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from sextet.hardware.capability import Capability
from sextet.hardware.catalogue import devices
from sextet.hardware.matrix import matrix
from sextet.hardware.support import SEXTET, SEXTET_PYTHON, no_training, own, pythons, support


def test_pascal_and_volta_end_with_driver_580_cuda_12_and_cudnn_9_10():
    for text in ("6.1", "7.0"):
        found = support(Capability.of(text))
        assert (found.driver, found.driver_ends, found.cuda, found.cudnn) == ("580", "2028-08", "12.x", "9.10.2.21")
        assert found.tensorflow is None and found.ending and "2028-08" in found.risk
        assert all("2026" in source for source in found.sources) and len(found.sources) >= 4


def test_maxwell_ends_with_tensorflow_2_16():
    assert support(Capability.of("5.2")).tensorflow == "2.16.2"


def test_kepler_ended_before_what_the_matrix_knows():
    found = support(Capability.of("3.7"))
    assert (found.driver, found.cudnn, found.tensorflow) == ("older than 450", "older than 8.1", "2.14.1")


def test_turing_and_later_are_served_by_the_newest():
    for text in ("7.5", "8.0", "8.9"):
        found = support(Capability.of(text))
        assert not found.ending and found.sources == () and "still serves" in found.risk


def test_code_that_a_card_would_have_to_compile_first_does_not_serve_it():
    found = support(Capability.of("12.0"))
    assert not found.ending and found.too_new and found.tensorflow is None
    assert "of TensorFlow none" in found.risk and "wheel" in found.sources[0]
    assert not support(Capability.of("9.0")).too_new


@pytest.mark.parametrize(
    ("capability", "says"),
    [("3.7", "the last that has some is 2.14.1"), ("5.2", "is 2.16.2"), ("12.0", "newer than all of 2.10 to 2.21")],
)
def test_why_sextet_cannot_train_on_a_card_is_said(capability, says):
    why = no_training(Capability.of(capability))
    assert says in why and f"sextet trains with TensorFlow {SEXTET}" in why and f"none for {capability}" in why


def test_the_tensorflow_and_the_python_are_those_that_the_package_asks_for():
    page = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = next(one for one in page["project"]["optional-dependencies"]["train"] if one.startswith("tensorflow>="))
    assert wanted.startswith(f"tensorflow>={SEXTET},")
    lowest, highest = pythons()
    above = f"{highest.major}.{highest.numbers[1] + 1}"
    assert page["project"]["requires-python"] == f">={SEXTET_PYTHON},<{above}" and lowest == SEXTET_PYTHON
    assert own().release == SEXTET


def test_a_newer_card_is_never_served_worse():
    ending = [support(one).ending for one in sorted({device.capability for device in devices().values()})]
    assert ending == sorted(ending, reverse=True)


def test_the_newest_row_of_each_table_is_what_no_end_means():
    assert matrix().tensorflow[-1].newest != support(Capability.of("5.2")).tensorflow
