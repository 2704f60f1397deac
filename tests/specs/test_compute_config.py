from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sextet.core.errors import ConfigError
from sextet.specs.compute_config import SCALE_RATE, ComputeConfig, scaled_rate
from sextet.specs.run_config import RunConfig
from sextet.specs.train_config import TrainConfig

means = st.builds(
    ComputeConfig,
    precision=st.sampled_from(["auto", "float32", "mixed_float16", "mixed_bfloat16"]),
    gpus=st.none() | st.integers(1, 64),
    scale_batch=st.sampled_from(["none", "replicas"]),
    scale_rate=st.sampled_from(SCALE_RATE),
    communication=st.sampled_from(["auto", "nccl", "hierarchical", "one"]),
    memory_limit=st.none() | st.integers(64, 10**6),
    placement=st.sampled_from(["auto", "data", "member"]),
    checkpoint_minutes=st.floats(0, 1000),
)


@given(means)
def test_it_comes_back_from_the_runs_json(compute: ComputeConfig) -> None:
    config = RunConfig(horizon=3, compute=compute)
    assert RunConfig.from_json(config.to_json()) == config


def test_a_run_from_before_it_was_there_loads() -> None:
    values = json.loads(RunConfig(horizon=3).to_json())
    del values["compute"]
    assert RunConfig.from_json(json.dumps(values)).compute == ComputeConfig()


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("precision", "mixed_float8", "did you mean 'mixed_float16'"),
        ("gpus", 0, "gpus must be a whole number of at least 1"),
        ("scale_batch", "yes", "scale_batch must be one of none, replicas"),
        ("scale_rate", "square", "scale_rate must be one of"),
        ("communication", "ring", "communication must be one of"),
        ("memory_limit", 8, "memory_limit must be a whole number of at least 64"),
        ("placement", "both", "placement must be one of"),
        ("checkpoint_minutes", -1.0, "checkpoint_minutes must be a number above 0"),
    ],
)
def test_every_field_is_checked(field: str, value: object, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        ComputeConfig(**{field: value})


def test_a_rig_changes_nothing_by_default() -> None:
    train = TrainConfig()
    assert ComputeConfig().scaled(train, 3, 10_000) == train
    assert ComputeConfig(scale_rate="linear").scaled(train, 3, 10_000) == train
    assert ComputeConfig(scale_batch="replicas").scaled(train, 1, 10_000) == train


def test_each_replica_may_have_a_batch_of_its_own() -> None:
    train = TrainConfig(batch=32, steps=100, learning_rate=1e-3)
    for rule, rate in (("none", 1e-3), ("linear", 3e-3), ("sqrt", 1e-3 * math.sqrt(3))):
        scaled = ComputeConfig(scale_batch="replicas", scale_rate=rule).scaled(train, 3, 10_000)
        assert (scaled.batch, scaled.steps) == (96, 100)
        assert scaled.learning_rate == pytest.approx(rate)


def test_an_epoch_draws_no_window_more_than_four_times_and_a_step_half_of_them_at_most() -> None:
    train = TrainConfig(batch=32, steps=100, learning_rate=1e-3).for_windows(256, 4)
    scaled = ComputeConfig(scale_batch="replicas", scale_rate="linear").scaled(train, 8, 256)
    assert scaled.batch == 128
    assert scaled.steps * scaled.batch <= 4 * 256 + scaled.batch
    assert scaled.learning_rate == pytest.approx(4e-3)  # as the batch grew, not as the devices are


def test_unknown_rules_and_no_replicas_are_refused() -> None:
    with pytest.raises(ConfigError, match="scale_rate"):
        scaled_rate(1e-3, 2.0, "cubic")
    with pytest.raises(ConfigError, match="at least one replica"):
        ComputeConfig().scaled(TrainConfig(), 0, 100)
