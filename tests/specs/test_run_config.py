from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sextet.core.errors import ConfigError
from sextet.data.split import SplitConfig
from sextet.specs.cnn_lstm import CNNLSTMSpec
from sextet.specs.codec import spec_from_json, spec_to_json
from sextet.specs.custom import CustomSpec
from sextet.specs.neural import NORMALISATIONS
from sextet.specs.patchtst import PatchTSTSpec
from sextet.specs.presets import parse_members
from sextet.specs.recurrent import GRUSpec, LSTMSpec
from sextet.specs.rule_based import KINDS, RuleBasedSpec
from sextet.specs.run_config import RunConfig
from sextet.specs.spike_detector import SpikeDetectorSpec
from sextet.specs.train_config import TrainConfig

counts = st.integers(1, 10_000)
maybe = st.none() | counts
shares = st.floats(0, 0.99)
common = {
    "lookback": maybe,
    "width": counts,
    "dropout": shares,
    "normalisation": st.sampled_from(NORMALISATIONS),
    "covariates": st.booleans(),
    "level_features": st.booleans(),
    "skip": st.booleans(),
}
specs = st.one_of(
    st.builds(LSTMSpec, **common, segment=maybe, layers=counts),
    st.builds(GRUSpec, **common, segment=maybe, layers=counts),
    st.builds(CNNLSTMSpec, **common, segment=maybe, dilations=st.lists(counts, min_size=1).map(tuple)),
    st.builds(PatchTSTSpec, **{**common, "width": counts.map(lambda n: 4 * n)}, layers=counts),
    st.builds(SpikeDetectorSpec, **common, segment=maybe),
    st.builds(RuleBasedSpec, kinds=st.lists(st.sampled_from(KINDS), min_size=1).map(tuple), season=maybe),
    st.builds(CustomSpec, name=st.just("mine"), source=st.sampled_from(["", "m.py:build", "a.b:c"]), lookback=maybe),
)
trains = st.builds(
    TrainConfig,
    epochs=counts,
    rounds=counts,
    steps=counts,
    batch=counts,
    learning_rate=st.floats(1e-6, 1),
    ema=shares,
    seed=counts,
)


@given(specs)
def test_every_spec_comes_back_from_json(spec: object) -> None:
    text = json.dumps(spec_to_json(spec))  # type: ignore[arg-type]
    assert spec_from_json(json.loads(text)) == spec


@given(
    members=st.lists(specs, min_size=1, max_size=4).map(tuple),
    train=trains,
    horizon=counts,
    transform=st.sampled_from(["none", "log1p", "boxcox"]),
    threshold=st.none() | st.floats(-1e6, 1e6),
)
def test_a_run_config_comes_back_from_json(
    members: tuple[object, ...], train: TrainConfig, horizon: int, transform: str, threshold: float | None
) -> None:
    config = RunConfig(
        horizon=horizon,
        members=members,  # type: ignore[arg-type]
        train=train,
        split=SplitConfig(train_end=100, validation_end=200, shares=(0.6, 0.2, 0.2), step=3),
        transform=transform,
        spike_threshold=threshold,
    )
    again = RunConfig.from_json(config.to_json())
    assert again == config
    assert again.to_json() == config.to_json()
    assert again.seed == train.seed


def test_a_custom_model_itself_stays_out_of_json() -> None:
    spec = CustomSpec(name="mine", build=lambda shape: None)
    plain = spec_to_json(spec)
    assert "build" not in plain
    again = spec_from_json(plain)
    assert again == spec
    assert again.build is None  # type: ignore[union-attr]


def edited(**changes: object) -> str:
    return json.dumps({**json.loads(RunConfig(horizon=4).to_json()), **changes})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "not JSON"),
        ("[]", "must be an object"),
        (edited(horizont=4), "no field 'horizont', did you mean 'horizon'"),
        (edited(horizon=0), "horizon must be a whole number"),
        (edited(members=[{"member": "gru", "widht": 3}]), "The spec of gru has no field 'widht', did you mean 'width'"),
        (edited(members=[{"member": "gur"}]), "one of lstm, gru"),
        (edited(members=[{"width": 3}]), "says in 'member'"),
        (edited(members=["gru"]), "must be an object"),
        (edited(train={"epoch": 3}), "training configuration has no field 'epoch'"),
        (edited(split=[3]), "The split must be an object"),
        (json.dumps({"members": [{"member": "gru"}]}), "cannot be read.*horizon"),
    ],
)
def test_what_a_run_config_refuses(text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        RunConfig.from_json(text)


def test_defaults_are_all_six_members() -> None:
    config = RunConfig(horizon=12)
    assert config.members == parse_members("v6")
    assert replace(config, members=parse_members("v5")) != config
