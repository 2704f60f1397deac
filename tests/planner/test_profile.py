"""Profiles: what is written is read again, and what is none is refused with one clear message."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sextet.core.errors import ConfigError
from sextet.planner.profile import FIGURES, Timing, plain_profile, profile_of, read_profile
from sextet.planner.profile_file import profile_text

from .made import made_profile

WHOLE = made_profile(steps=True)
PLAIN = tomllib.loads(profile_text(WHOLE))


def test_what_is_written_is_read_again(tmp_path):
    path = tmp_path / "profile.toml"
    path.write_text(profile_text(WHOLE), encoding="utf-8")
    assert read_profile(path) == WHOLE
    assert plain_profile(read_profile(path)) == plain_profile(WHOLE)


@given(st.text(max_size=40))
def test_any_name_of_a_machine_survives(name):
    from dataclasses import replace

    odd = replace(WHOLE, machine=replace(WHOLE.machine, name=name))
    try:
        text = profile_text(odd).encode("utf-8").decode("utf-8")
    except UnicodeEncodeError:  # half of a surrogate pair is no text
        return
    assert profile_of(tomllib.loads(text)).machine.name == name


def test_a_timing_is_the_shortest_sample_and_says_how_far_above_half_of_them_were():
    found = Timing.of([3.0, 1.0, 1.0, 1.5, 1.5, 1.5, 9.0, 2.0, 2.0, 2.0, 1.0])
    assert (found.value, found.samples) == (1.0, 11)
    assert found.spread == pytest.approx(0.5)


def test_every_figure_is_measured_with_unit_source_and_date():
    for name, unit in FIGURES.items():
        figure = WHOLE.figure(name)
        assert figure is not None and figure.quantity.unit == unit
        assert figure.date == WHOLE.machine.date and WHOLE.machine.name in figure.source
    assert made_profile(figures=("dispatch", "call")).figure("gather") is None


def _broken(**changes: Any) -> dict[str, Any]:
    return {**PLAIN, **changes}


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (_broken(schema=2), "schema must be 1"),
        (_broken(kernels=[]), "the file has no 'kernels', did you mean 'kernel'?"),
        (_broken(kernel=[]), "there is none of gemm"),
        (_broken(kernel=3), "kernel must be a list"),
        (_broken(figure={}), "figure must hold dispatch and call"),
        (_broken(figure={"call": {"value": -1.0}}), "figure.call: value must be a number above 0; got -1.0"),
        (_broken(machine={**PLAIN["machine"], "device": "tpu"}), "machine.device must be cpu or gpu; got 'tpu'"),
        (_broken(machine={**PLAIN["machine"], "card": "Tesla P41"}), "a card of the catalogue; got 'Tesla P41'"),
        (_broken(machine={**PLAIN["machine"], "cores": 0}), "machine.cores must be a number above 0"),
        (_broken(kernel=[{**PLAIN["kernel"][0], "class": "gem"}]), "did you mean 'gemm'?"),
        (_broken(kernel=[{**PLAIN["kernel"][0], "m": 0}]), "Gemm.m as a whole number from 1; got 0"),
        (_broken(kernel=[{**PLAIN["kernel"][0], "value": float("nan")}]), "kernel 1: value must be a number"),
        (_broken(kernel=[{**PLAIN["kernel"][0], "precision": "int8"}]), "a precision of float32"),
        (_broken(step=[{**PLAIN["step"][0], "batch": True}]), "step 1: batch must be a whole number"),
        (_broken(step=[{**PLAIN["step"][0], "spec": {"member": "lstm"}}]), "must be chosen before"),
    ],
)
def test_what_is_no_profile_says_where(values, words):
    with pytest.raises(ConfigError, match=".*") as raised:
        profile_of(values)
    assert words in str(raised.value) and raised.value.exit_code == 2


def test_a_file_that_cannot_be_read_says_how_to_make_one(tmp_path):
    path = tmp_path / "profile.toml"
    for content in (None, b"\xff\xfe", b"= 3", b"schema = 1\n", b"[" * 3000):
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(ConfigError, match=r"sextet calibrate --out FILE\.toml"):
            read_profile(path)


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, part in inside for place in _places(part, (*path, key)))] if path or inside else []


def _changed(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    if not path:
        return new
    if isinstance(value, dict):
        return {key: _changed(part, path[1:], new) if key == path[0] else part for key, part in value.items()}
    return [_changed(part, path[1:], new) if place == path[0] else part for place, part in enumerate(value)]


PLACES = [place for place in _places(PLAIN) if place]
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 2**70),
    st.floats(),
    st.text(max_size=8),
    st.lists(st.integers(), max_size=3),
    st.dictionaries(st.text(max_size=4), st.integers(), max_size=2),
)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(PLACES), ODD)
def test_a_profile_with_any_value_changed_is_read_or_refused(place, new):
    try:
        profile_of(_changed(PLAIN, place, new))
    except ConfigError as error:
        assert str(error) and error.exit_code == 2


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_a_file_cut_or_scribbled_on_is_read_or_refused(tmp_path_factory, data):
    content = profile_text(WHOLE).encode("utf-8")
    at = data.draw(st.integers(0, len(content)))
    path = Path(tmp_path_factory.getbasetemp()) / "scribbled.toml"
    path.write_bytes(content[:at] + data.draw(st.binary(max_size=6)) + content[at + data.draw(st.integers(0, 9)) :])
    try:
        read_profile(path)
    except ConfigError as error:
        assert str(path) in str(error)
