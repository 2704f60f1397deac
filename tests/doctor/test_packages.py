"""Python, Keras and numpy, also where no framework is named: then they are judged by what sextet trains with."""

from __future__ import annotations

import pytest

from sextet import diagnose
from sextet.doctor.finding import Level


def levels(**stack: str) -> dict[str, Level]:
    return {one.id: one.level for one in diagnose(**stack).findings}


@pytest.mark.parametrize("python", ["3.8", "3.10.14", "3.14", "3.15"])
def test_a_python_that_sextet_does_not_run_on_is_an_error_where_no_framework_is_named(python: str) -> None:
    report = diagnose(python=python)
    assert [one.id for one in report.findings] == ["SXT117"] and report.failed()
    assert report.findings[0].expected.startswith("Python 3.11 to 3.13: ")


@pytest.mark.parametrize("python", ["3.11", "3.12.7", "3.13.1"])
def test_a_python_that_sextet_runs_on_is_right(python: str) -> None:
    assert levels(python=python) == {}


def test_what_tensorflow_has_no_wheel_for_is_said_once() -> None:
    assert levels(python="3.14", tensorflow="2.21") == {"SXT106": Level.ERROR}


def test_a_tensorflow_that_is_named_may_be_meant_for_another_program() -> None:
    assert levels(python="3.10", tensorflow="2.21") == {"SXT117": Level.WARNING}
    assert levels(python="3.10", tensorflow="2.10") == levels(python="3.14", torch="2.9.0") == {}


@pytest.mark.parametrize(
    ("tensorflow", "numpy", "id"),
    [
        ("2.21", "1.25.2", "SXT118"),
        ("2.21", "1.26.0", ""),
        ("2.21", "2.4.6", ""),
        ("2.21", "3.0", "SXT002"),
        ("2.18", "1.25", "SXT118"),
        ("2.18", "2.1", "SXT112"),
        ("2.15", "1.23.5", ""),
        ("2.10", "1.20", ""),
    ],
)
def test_numpy_by_the_metadata_of_tensorflow(tensorflow: str, numpy: str, id: str) -> None:
    assert "".join(levels(tensorflow=tensorflow, numpy=numpy)) == id


def test_a_numpy_that_is_too_old_is_not_mended_by_one_that_is_too_new() -> None:
    assert diagnose(tensorflow="2.18", numpy="1.20").findings[0].fix == 'pip install "numpy>=1.26,<2.1"'


def test_keras_and_numpy_alone_are_judged_by_what_sextet_trains_with() -> None:
    report = diagnose(keras="3.5", numpy="1.20")
    assert [one.id for one in report.findings] == ["SXT118", "SXT110"]
    assert all("TensorFlow 2.21, which sextet trains with" in one.seen for one in report.findings)
