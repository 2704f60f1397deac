"""Texts of stacks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sextet.core.errors import ConfigError
from sextet.doctor.stack import VERSIONS, stack_of_text
from sextet.hardware.version import Version


def test_the_stack_of_the_issue():
    stack = stack_of_text("python=3.11,cuda=11.8,cudnn=8.6.0,tensorflow=2.15.0")
    assert stack.given == (
        ("python", "3.11"),
        ("tensorflow", "2.15.0"),
        ("cuda", "11.8"),
        ("cudnn", "8.6.0"),
        ("system", "Linux"),
    )


@pytest.mark.parametrize("text", ["tf==2.15", " TensorFlow = 2.15 ", "tensorflow=2.15,"])
def test_other_spellings(text):
    assert stack_of_text(text).tensorflow == Version.of("2.15")


@pytest.mark.parametrize(
    ("text", "system"), [("os=windows", "Windows"), ("system=wsl", "WSL2"), ("os=macOS", "Darwin")]
)
def test_systems(text, system):
    assert stack_of_text(text).system == system


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "got nothing"),
        ("cudnn=9", "with its minor version, such as 9.10"),
        ("tensorflow", "got 'tensorflow'"),
        ("tensorflow=", "got 'tensorflow='"),
        ("tensorfow=2.15", "did you mean 'tensorflow'"),
        ("tf=2.15,tensorflow=2.16", "got 'tensorflow' twice"),
        ("cuda=newest", "Expected a version of cuda"),
        ("python=3.11;cuda=11.8", "Expected a version of python such as 2.15.0; got '3.11;cuda=11.8'"),
        ("python=3.11 cuda=11.8", "Expected a version of python"),
        ("os=windos", "did you mean 'windows'"),
    ],
)
def test_what_is_none_is_refused(text, says):
    with pytest.raises(ConfigError, match=says):
        stack_of_text(text)


@given(st.dictionaries(st.sampled_from(VERSIONS), st.tuples(st.integers(0, 99), st.integers(0, 99)), min_size=1))
def test_what_is_given_comes_back(parts):
    stack = stack_of_text(",".join(f"{name}={major}.{minor}" for name, (major, minor) in parts.items()))
    assert dict(stack.given) == {**{name: f"{a}.{b}" for name, (a, b) in parts.items()}, "system": "Linux"}


@given(st.text(max_size=60))
def test_any_text_is_a_stack_or_refused(text):
    try:
        assert stack_of_text(text).given
    except ConfigError as error:
        assert str(error).startswith("Expected")
