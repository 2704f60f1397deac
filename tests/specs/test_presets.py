from __future__ import annotations

import pytest

from sextet.core.errors import ConfigError
from sextet.specs.custom import CustomSpec
from sextet.specs.presets import MEMBERS, PRESETS, parse_members
from sextet.specs.recurrent import GRUSpec, LSTMSpec


def names(members: object) -> list[str]:
    return [spec.name for spec in parse_members(members)]  # type: ignore[arg-type]


def test_v6_is_all_six_and_v5_leaves_out_patchtst() -> None:
    assert names("v6") == ["lstm", "gru", "cnn-lstm", "patchtst", "spike-detector", "rule-based"]
    assert [name for name in PRESETS["v6"] if name not in PRESETS["v5"]] == ["patchtst"]


def test_every_member_is_found_by_its_own_name() -> None:
    for name, kind in MEMBERS.items():
        (spec,) = parse_members(name)
        assert type(spec) is kind
        assert spec.name == name


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("lstm,gru", ["lstm", "gru"]),
        (" LSTM , Spike_Detector,", ["lstm", "spike-detector"]),
        ("CNN LSTM,PatchTST,rules,spike", ["cnn-lstm", "patchtst", "rule-based", "spike-detector"]),
        (["gru", "rule-based"], ["gru", "rule-based"]),
        (("gru", LSTMSpec(width=8)), ["gru", "lstm"]),
        (GRUSpec(), ["gru"]),
    ],
)
def test_members_are_named_in_many_ways(text: object, expected: list[str]) -> None:
    assert names(text) == expected


def test_a_spec_is_kept_as_given() -> None:
    spec = LSTMSpec(width=8, dropout=0.1)
    assert parse_members(["gru", spec])[1] is spec


def test_functions_and_files_become_custom_members() -> None:
    def tiny(shape: object) -> None:
        return None

    specs = parse_members([tiny, "models/wave net.py:build", "lib.nets:make_big"])
    assert [type(spec) for spec in specs] == [CustomSpec] * 3
    assert [spec.name for spec in specs] == ["tiny", "wave-net", "make_big"]
    assert specs[1].source == "models/wave net.py:build"  # type: ignore[union-attr]
    assert specs[0].build is tiny  # type: ignore[union-attr]


def test_a_lambda_is_a_custom_member_too() -> None:
    (spec,) = parse_members(lambda shape: None)
    assert spec.name == "lambda"


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ("lsmt", "did you mean 'lstm'"),
        ("v7", "There is no member 'v7'"),
        ("transformer9000", r"There is no member 'transformer9000'\. Known are v5, v6, lstm"),
        ("gru,gru", "'gru' is given twice"),
        ("v5,gru", "'gru' is given twice"),
        ("", "at least one member"),
        ([], "at least one member"),
        ([3], "A member is a name"),
        (3, "Members are 'v5'"),
    ],
)
def test_what_is_not_a_member_is_refused(members: object, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        parse_members(members)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["ridge", "sextet", "ds", "Seasonal-Naive"])
def test_a_model_of_ones_own_does_not_take_the_place_of_something_else_in_tables(name: str) -> None:
    with pytest.raises(ConfigError, match="cannot be named"):
        parse_members([CustomSpec(name=name, build=len)])
