"""Compute capabilities and the machine code a card runs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sextet.hardware.capability import Capability


@pytest.mark.parametrize("text", ["6.1", "61", "sm_61", "compute_61", "SM61", " cc 6.1 "])
def test_it_is_read_as_tools_write_it(text):
    assert Capability.of(text) == Capability(6, 1)


@pytest.mark.parametrize(
    ("text", "read"), [("sm_120", (12, 0)), ("12.0", (12, 0)), ("sm_90a", (9, 0)), ("103", (10, 3))]
)
def test_two_digits_before_the_last(text, read):
    assert Capability.of(text) == read


@pytest.mark.parametrize("text", ["", "P40", "6", "6.11.2", "sm_", "1234"])
def test_what_is_none_is_refused(text):
    with pytest.raises(ValueError, match="Expected a compute capability"):
        Capability.of(text)


@given(st.integers(1, 19), st.integers(0, 9))
def test_it_comes_back_from_its_text(major, minor):
    one = Capability(major, minor)
    assert Capability.of(str(one)) == one
    assert Capability.of(f"sm_{major}{minor}") == one


@pytest.mark.parametrize(
    ("card", "compiled", "runs"),
    [("6.1", "6.0", True), ("6.0", "6.1", False), ("7.5", "7.0", True), ("8.0", "7.5", False), ("9.0", "9.0", True)],
)
def test_machine_code_runs_on_its_major_number_from_its_minor_up(card, compiled, runs):
    assert Capability.of(card).runs([Capability.of(compiled)]) is runs
