"""What is trained: as the data would have it, without them."""

from __future__ import annotations

import pytest

from sextet.core.errors import ConfigError
from sextet.data.fitting import read_to_fit
from sextet.data.options import DataOptions
from sextet.ensemble.ground import lay_ground
from sextet.planner.job import Sizes, job_of
from sextet.samples import synthetic
from sextet.specs.presets import parse_members
from sextet.specs.run_config import RunConfig
from sextet.specs.train_config import TrainConfig

V6 = parse_members("v6")


@pytest.mark.parametrize(
    "sizes", [Sizes(series=2, rows=3000, horizon=24), Sizes(series=3, rows=700, horizon=96), Sizes(series=1, rows=4000)]
)
def test_sizes_alone_say_what_the_data_would(sizes):
    job = job_of(sizes, V6, TrainConfig())
    config = RunConfig(horizon=sizes.horizon, transform="none")
    frame = synthetic(series=sizes.series, rows=sizes.rows).drop(columns="spike_label")
    ground = lay_ground(read_to_fit(frame, DataOptions(), config.split, sizes.horizon), config)
    assert (job.shape, job.specs) == (ground.shape, ground.specs)
    assert (job.windows, job.rows) == (len(ground.train_windows()), int(ground.split.train.sum()))
    assert job.judged == min(config.train.select_windows, len(ground.select_windows()))
    assert job.config == TrainConfig().for_windows(job.windows, sizes.horizon)


def test_covariates_and_frequency_change_the_windows():
    plain = job_of(Sizes(), V6, TrainConfig())
    more = job_of(Sizes(past=3, future=2, static=1), V6, TrainConfig())
    assert more.shape.past_channels == plain.shape.past_channels + 5
    assert more.shape.future_channels == plain.shape.future_channels + 2 and more.shape.static_features == 1
    assert job_of(Sizes(frequency="5min", horizon=12), V6, TrainConfig()).shape.lookback != plain.shape.lookback


def test_wider_members_and_other_batches():
    job = job_of(Sizes(), V6, TrainConfig())
    wide = job.wider(4)
    for before, after in zip(job.networks, wide.networks, strict=True):
        assert after.width == 4 * before.width
    assert wide.specs[-1] == job.specs[-1]
    assert job.asking(1024).config.batch == 256 and job.asking(64).config.batch == 64 and job.lowered == ()
    assert job.with_batch(1024).config.batch == 1024 and job.with_host(4.0).host == 4.0
    assert [spec.name for spec in job.networks] == ["lstm", "gru", "cnn-lstm", "patchtst", "spike-detector"]


@pytest.mark.parametrize(
    ("sizes", "why"),
    [
        ({"rows": 100}, "too few for a horizon of 96"),
        ({"series": 0}, "series must be a whole number"),
        ({"past": -1}, "past must be a whole number of at least 0"),
    ],
)
def test_sizes_that_cannot_be_are_refused(sizes, why):
    with pytest.raises(ConfigError, match=why):
        job_of(Sizes(**sizes), V6, TrainConfig())


def test_a_host_without_speed_is_refused():
    with pytest.raises(ConfigError, match="host's speed"):
        job_of(Sizes(), V6, TrainConfig()).with_host(0.0)


def test_what_of_the_budget_is_not_done_is_said():
    def lowered(config, **sizes):
        return job_of(Sizes(**sizes), parse_members("v6"), config).lowered

    assert lowered(TrainConfig(batch=1024)) == (
        "A step has 256 windows, not 1,024: sextet train takes at most 24,576 values to forecast, 96 a window.",
    )
    assert lowered(TrainConfig(batch=1024), horizon=24) == ()
    few = lowered(TrainConfig(), series=1, rows=900, horizon=24)
    assert "an eighth of all windows" in few[0] and few[1].startswith("An epoch has ") and "not 100" in few[1]
