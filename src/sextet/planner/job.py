"""What is trained: members with every field chosen, the windows' shape, and the budget that `training` keeps to."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from sextet.baselines.phase_inputs import inputs_at
from sextet.baselines.phase_regression import fitting_work
from sextet.core.errors import ConfigError
from sextet.core.frequency import Frequency
from sextet.core.quantiles import LEVELS
from sextet.core.window import WindowShape
from sextet.data.calendar import repeated_cycles
from sextet.data.split import SplitConfig, required_rows
from sextet.specs.check import whole
from sextet.specs.cnn_lstm import CNNLSTMSpec
from sextet.specs.defaults import longest_lookback, resolved
from sextet.specs.neural import NeuralSpec
from sextet.specs.patchtst import PatchTSTSpec
from sextet.specs.presets import MemberSpec
from sextet.specs.situation import Situation
from sextet.specs.train_config import STEP_TARGETS, TrainConfig

JUDGE_BATCH = 512
"""Windows of a call when a network is judged, as in `training.judge`."""

MOST_WINDOWS = 1_000_000
"""Most training windows listed, as in `ensemble.ground`."""


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """Data in a few numbers.

    Attributes:
        series: number of them; rows: of each, in all.
        horizon: steps to forecast; lookback: of the windows, None chooses as `train` does.
        frequency: of the rows, such as "h".
        past, future, static: covariates known up to now, known ahead, and attributes of a series.
    """

    series: int = 7
    rows: int = 17_420
    horizon: int = 96
    lookback: int | None = None
    frequency: str = "h"
    past: int = 0
    future: int = 0
    static: int = 0

    def __post_init__(self) -> None:
        """Check every value.

        Raises:
            ConfigError: one is not a whole number in its range.
        """
        for name in ("series", "rows", "horizon", "lookback"):
            whole("The data", name, getattr(self, name))
        for name in ("past", "future", "static"):
            whole("The data", name, getattr(self, name), least=0)


@dataclass(frozen=True, kw_only=True)
class Job:
    """A training.

    Attributes:
        specs: every field chosen, in the order of training.
        shape: of the windows.
        asked: the budget asked for; config: the same, as `TrainConfig.for_windows` leaves it.
        windows: to train on; judged: scored after each epoch.
        series, rows: in training, rows of all series together; covariates: past and future ones.
        phased: multiplications of the regressions that the Rule-Based member fits for each phase of the season.
        data: where the sizes come from, in words.
        host: speed of the host's processor over that which `planner.host` was measured on.
    """

    specs: tuple[MemberSpec, ...]
    shape: WindowShape
    asked: TrainConfig
    config: TrainConfig
    windows: int
    judged: int
    series: int
    rows: int
    covariates: int
    data: str
    phased: float = 0.0
    host: float = 1.0

    def __post_init__(self) -> None:
        """Check the host's speed.

        Raises:
            ConfigError: it is not above 0.
        """
        if not 0 < self.host < math.inf:
            raise ConfigError(f"Expected the host's speed as a factor above 0; got {self.host!r}.")

    @property
    def networks(self) -> tuple[MemberSpec, ...]:
        """Members that are trained on a card."""
        return tuple(spec for spec in self.specs if spec.name != "rule-based")

    @property
    def judge_calls(self) -> int:
        """Calls of `JUDGE_BATCH` windows after an epoch."""
        return -(-self.judged // JUDGE_BATCH)

    @property
    def lowered(self) -> tuple[str, ...]:
        """What of the budget asked for a training does not do, and why, one sentence each."""
        said = []
        batch, horizon = self.config.batch, self.shape.horizon
        if batch < self.asked.batch:
            few = batch < max(64, STEP_TARGETS // horizon)
            most = "an eighth of all windows" if few else f"{STEP_TARGETS:,} values to forecast, {horizon} a window"
            said.append(f"A step has {batch:,} windows, not {self.asked.batch:,}: sextet train takes at most {most}.")
        if self.config.steps < self.asked.steps:
            said.append(
                f"An epoch has {self.config.steps:,} steps, not {self.asked.steps:,}: sextet train draws each window "
                "at most 4 times an epoch."
            )
        return tuple(said)

    def asking(self, batch: int) -> Job:
        """Return the job as a training does it that is asked for steps of so many windows."""
        config = replace(self.asked, batch=batch).for_windows(self.windows, self.shape.horizon)
        return replace(self, config=config)

    def with_batch(self, batch: int) -> Job:
        """Return the job with steps of so many windows, and as many steps as before."""
        return replace(self, config=replace(self.config, batch=batch))

    def with_host(self, speed: float) -> Job:
        """Return the job on a host so many times as fast as the one of the job."""
        return replace(self, host=self.host * speed)

    def wider(self, factor: int) -> Job:
        """Return the job with members so many times as wide: states, filters and feed-forward parts alike."""
        return replace(self, specs=tuple(_wider(spec, factor) for spec in self.specs))


def job_of(sizes: Sizes, specs: tuple[MemberSpec, ...], config: TrainConfig, split: SplitConfig | None = None) -> Job:
    """Return what a training on data of such sizes is, as `ensemble.ground` would choose it.

    Whether past covariates help is not known without the data; they are taken to.

    Args:
        sizes: of the data.
        specs: members, open fields allowed.
        config: the budget asked for.
        split: shares of the parts; the default division unless given.

    Raises:
        ConfigError: the rows do not hold a window in every part.
    """
    split = split or SplitConfig()
    frequency = Frequency.parse(sizes.frequency)
    train, select = _parts(sizes, split)
    situation = Situation(
        horizon=sizes.horizon,
        season=frequency.season,
        seasons=frequency.seasons,
        series=sizes.series,
        length=train,
        rows=train * sizes.series,
        covariates=sizes.past + sizes.future,
    )
    chosen = tuple(resolved(spec, situation, sizes.lookback) for spec in specs)
    lookback = longest_lookback(chosen, sizes.lookback, situation)
    ahead = sizes.future + 2 * len(repeated_cycles(frequency, train))
    first = min(lookback, max(1, train // 2))
    windows = min(MOST_WINDOWS, sizes.series * max(1, train - first - sizes.horizon + 1))
    return Job(
        specs=chosen,
        shape=WindowShape(
            lookback=lookback,
            horizon=sizes.horizon,
            past_channels=2 + sizes.past + ahead,
            future_channels=ahead,
            static_features=sizes.static,
            levels=LEVELS,
        ),
        asked=config,
        config=config.for_windows(windows, sizes.horizon),
        windows=windows,
        judged=min(config.select_windows, sizes.series * (select - sizes.horizon + 1)),
        series=sizes.series,
        rows=train * sizes.series,
        covariates=sizes.past + sizes.future,
        phased=fitting_work(inputs_at(frequency, sizes.horizon, sizes.future), windows),
        data=f"{sizes.series:,} series of {sizes.rows:,} rows, step {sizes.frequency}",
    )


def _parts(sizes: Sizes, split: SplitConfig) -> tuple[int, int]:
    """Return the rows of a series in train and in select, as `data.split.make_split` cuts it by shares.

    Raises:
        ConfigError: they do not hold a window.
    """
    horizon = sizes.horizon
    test = max(math.floor(sizes.rows * split.test), horizon) if split.test else 0
    validation = max(math.floor(sizes.rows * split.validation), 3 * horizon)
    later = sum(max(math.floor(validation * share / sum(split.shares)), horizon) for share in split.shares[1:])
    train = sizes.rows - test - validation
    if sizes.rows < required_rows(split, horizon) or train < horizon + 1 or validation - later < horizon:
        raise ConfigError(
            f"{sizes.rows} rows a series are too few for a horizon of {horizon}: every part of the split has to hold a "
            f"window, which takes about {required_rows(split, horizon)} rows. Give more rows or a shorter horizon."
        )
    return train, validation - later


def _wider(spec: MemberSpec, factor: int) -> MemberSpec:
    if isinstance(spec, PatchTSTSpec):
        return replace(spec, width=spec.width * factor, feed_forward=spec.feed_forward * factor)
    if isinstance(spec, CNNLSTMSpec):
        return replace(spec, width=spec.width * factor, filters=spec.filters * factor)
    return replace(spec, width=spec.width * factor) if isinstance(spec, NeuralSpec) else spec
