"""Everything a run is configured by, in one value that goes into its folder."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, get_args

from sextet.core.errors import ConfigError
from sextet.core.kinds import settle_fields
from sextet.core.quantiles import interval
from sextet.data.split import SplitConfig
from sextet.specs.check import one_of, whole
from sextet.specs.codec import from_plain, spec_from_json, spec_to_json, to_plain
from sextet.specs.compute_config import ComputeConfig
from sextet.specs.presets import MemberSpec, parse_members
from sextet.specs.train_config import ROUNDS, TrainConfig
from sextet.spikes.alert_policy import Costs

TRANSFORMS = ("auto", "none", "log1p", "boxcox", "asinh")


@dataclass(frozen=True, kw_only=True)
class RunConfig:
    """Configuration of a run.

    Attributes:
        horizon: steps to forecast.
        lookback: steps of history of the windows; None chooses from the data.
        members: specs of the members.
        train: the training budget; its `seed` is the run's. Of itself it may take `ROUNDS` rounds.
        split: how time is divided.
        compute: on what it is trained.
        transform: "none", "log1p", "boxcox", "asinh", or "auto": whichever of "none", "asinh" and "log1p" suits the
            data.
        nonnegative: forecasts are never below zero.
        spike_threshold: a target above it is a spike, in the unit of the data; None learns the level.
        miss_cost, false_alarm_cost: what a spike without an alert and an alert without a spike cost, in any one unit;
            None: alerts are raised where their F1 was best.
        intervals: central intervals to report, in percent.
        quick: a small budget, for a first look.
    """

    horizon: int
    lookback: int | None = None
    members: tuple[MemberSpec, ...] = field(default_factory=lambda: parse_members("v6"))
    train: TrainConfig = field(default_factory=lambda: TrainConfig(rounds=ROUNDS))
    split: SplitConfig = field(default_factory=SplitConfig)
    compute: ComputeConfig = field(default_factory=ComputeConfig)
    transform: str = "auto"
    nonnegative: bool = False
    spike_threshold: float | None = None
    miss_cost: float | None = None
    false_alarm_cost: float | None = None
    intervals: tuple[float, ...] = (80.0, 95.0)
    quick: bool = False

    def __post_init__(self) -> None:
        """Check every value."""
        settle_fields(self, "The run", skip=("members",))
        whole("The run", "horizon", self.horizon)
        whole("The run", "lookback", self.lookback)
        Costs.of(self.miss_cost, self.false_alarm_cost)
        one_of("The run", "transform", self.transform, TRANSFORMS)
        if not self.members or not all(isinstance(spec, get_args(MemberSpec)) for spec in self.members):
            raise ConfigError("The run: members must be specs, at least one; parse_members reads names.")
        for level in self.intervals:
            interval(level)

    @property
    def costs(self) -> Costs | None:
        """What mistakes of alerts cost, None where it was not said."""
        return Costs.of(self.miss_cost, self.false_alarm_cost)

    @property
    def seed(self) -> int:
        """Seed of everything random."""
        return self.train.seed

    def to_json(self) -> str:
        """Return the configuration as JSON text."""
        plain = to_plain(self, frozenset({"members", "train", "split", "compute"}))
        plain["members"] = [spec_to_json(spec) for spec in self.members]
        plain["train"] = to_plain(self.train)
        plain["split"] = to_plain(self.split)
        plain["compute"] = to_plain(self.compute)
        return json.dumps(plain, indent=2, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> RunConfig:
        """Read what `to_json` wrote.

        Raises:
            ConfigError: it is not JSON, a key is unknown or a value is refused.
        """
        try:
            values = json.loads(text)
        except ValueError as error:
            raise ConfigError(f"The run's configuration is not JSON: {error}.") from error
        if not isinstance(values, Mapping) or not isinstance(values.get("members"), list):
            raise ConfigError("The run's configuration must be an object with a list of members.")
        nested: dict[str, Any] = {
            "members": tuple(spec_from_json(spec) for spec in values["members"]),
            "train": from_plain(TrainConfig, _budget(values.get("train", {})), "The training configuration"),
            "split": from_plain(SplitConfig, values.get("split", {}), "The split"),
            "compute": from_plain(ComputeConfig, values.get("compute", {}), "The devices"),
        }
        return from_plain(cls, {**values, **nested}, "The run's configuration")


def _budget(train: Any) -> Any:
    """Return what is said of the training; where that is nothing of epochs and rounds, with the rounds of a run."""
    return train if not isinstance(train, Mapping) or {"epochs", "rounds"} & set(train) else {**train, "rounds": ROUNDS}
