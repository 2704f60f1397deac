"""From a request and a config file to the configuration of a run."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, Field, fields, replace
from pathlib import Path
from typing import Any, ClassVar, Protocol

from sextet.core.errors import ConfigError
from sextet.data.split import SplitConfig
from sextet.specs.codec import spec_from_json, spec_to_json
from sextet.specs.compute_config import ComputeConfig
from sextet.specs.defaults import quick_train
from sextet.specs.neural import OPEN
from sextet.specs.presets import MemberSpec, parse_members
from sextet.specs.rule_based import RuleBasedSpec
from sextet.specs.run_config import RunConfig

_RUN = ("transform", "nonnegative", "spike_threshold", "miss_cost", "false_alarm_cost", "quick")
_TRAIN = ("seed", "epochs", "rounds", "batch", "catch_up")
_COMPUTE = tuple(field.name for field in fields(ComputeConfig))
_SPLIT = ("validation", "test", "train_end", "validation_end", "test_end", "step")


class Configurable(Protocol):
    """A request that a run's configuration follows from, a frozen dataclass.

    Besides `horizon` and `config` it may have any of the fields `members`, `lookback`, `seed`, `epochs`, `rounds`,
    `batch`, `catch_up`, `transform`, `nonnegative`, `spike_threshold`, `miss_cost`, `false_alarm_cost`, `quick`, and
    those of `SplitConfig` and `ComputeConfig`. A field that is None or at its default was not given.
    """

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    @property
    def horizon(self) -> int:
        """Steps to forecast."""

    @property
    def config(self) -> Path | None:
        """JSON file with any of the fields of RunConfig."""


def config_of(request: Configurable) -> RunConfig:
    """Return the configuration that a request asks for: what it gives goes before its file, that before the defaults.

    A member that the request names is built as the file says, where the file has it; a lookback that the request
    gives goes before those of the file's members.

    Raises:
        ConfigError: a value is refused, or the file cannot be used; the file is named.
    """
    base = read_config(request.config, request.horizon) if request.config else RunConfig(horizon=request.horizon)
    given = _given(request)
    members = base.members
    if "members" in given:
        members = _chosen(parse_members(given["members"]), members)
    if "lookback" in given:
        own = {spec.name for spec in base.members} if request.config else set()
        members = tuple(_without_lookback(spec) if spec.name in own else spec for spec in members)
    train = replace(quick_train(base.train) if base.quick else base.train, **_budget(given))
    return replace(
        base,
        members=members,
        lookback=given.get("lookback", base.lookback),
        train=quick_train(train) if given.get("quick") else train,
        compute=with_means(base.compute, **_some(given, _COMPUTE)),
        split=with_parts(base.split, **_some(given, _SPLIT)),
        **_some(given, _RUN),
    )


def with_parts(split: SplitConfig, **given: Any) -> SplitConfig:
    """Return `split` with what is `given`, which then no file says any more.

    Raises:
        ConfigError: a value is refused.
    """
    return replace(split, **given, said={name: called for name, called in split.said.items() if name not in given})


def with_means(compute: ComputeConfig, **given: Any) -> ComputeConfig:
    """Return `compute` with what is `given`; of a folder its whole path, since a training may go on from elsewhere.

    Raises:
        ConfigError: a value is refused.
    """
    if given.get("tensorboard") is not None:
        given["tensorboard"] = os.path.abspath(given["tensorboard"])
    return replace(compute, **given)


def read_config(path: Path, horizon: int) -> RunConfig:
    """Read a config file: a JSON object with any of the fields of RunConfig, members as names or as specs.

    Raises:
        ConfigError: there is no such file, it is not JSON, a key is unknown, a value is refused, or its horizon is
            another.
    """
    if not path.is_file():
        raise ConfigError(f"--config {path}: {'that is a folder' if path.is_dir() else 'there is no such file'}.")
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ConfigError(f"--config {path}: expected JSON; {error}.") from error
    try:
        config = _config_from(values, horizon)
    except ConfigError as error:
        raise ConfigError(f"--config {path}: {error}") from error
    said = {name: f"split.{name} (in {path})" for name, value in values.get("split", {}).items() if value is not None}
    return replace(config, split=replace(config.split, said=said))


def _config_from(values: Any, horizon: int) -> RunConfig:
    if not isinstance(values, Mapping):
        raise ConfigError(f"expected an object with fields of the run's configuration; got {values!r}.")
    own = values.get("horizon", horizon)
    if not isinstance(own, int) or isinstance(own, bool) or own < 1:
        raise ConfigError(f"'horizon' must be a whole number of steps, at least 1; got {own!r}.")
    if own != horizon:
        raise ConfigError(
            f"it is for a horizon of {own}, and {horizon} was asked for. What suits one horizon need not suit another: "
            f"use --horizon {own}, or take 'horizon' out of the file."
        )
    wanted = values.get("members", "v6")
    if not isinstance(wanted, str | list):
        raise ConfigError(f"members must be a list of names and specs, or a preset; got {wanted!r}.")
    items = wanted if isinstance(wanted, str) else [_member(item) for item in wanted]
    members = [spec_to_json(spec) for spec in parse_members(items)]
    return RunConfig.from_json(json.dumps({**values, "horizon": horizon, "members": members}))


def _member(item: Any) -> Any:
    return item if isinstance(item, str) else spec_from_json(item)


def _given(request: Configurable) -> dict[str, Any]:
    given = {}
    for field in fields(request):
        value = getattr(request, field.name)
        if value is not None and (field.default is MISSING or value is not field.default and value != field.default):
            given[field.name] = value
    return given


def _some(given: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return {name: given[name] for name in names if name in given}


def _budget(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is given of the training; who names epochs alone gets just these, in one round."""
    said = _some(given, _TRAIN)
    return {"rounds": 1, **said} if "epochs" in said else said


def _chosen(named: Sequence[MemberSpec], known: Sequence[MemberSpec]) -> tuple[MemberSpec, ...]:
    """Return the specs `named`; one of which nothing but the name was said is taken from `known`."""
    by_name = {spec.name: spec for spec in known}
    bare = {spec.name: spec for spec in parse_members("v6")}
    return tuple(by_name.get(spec.name, spec) if spec == bare.get(spec.name) else spec for spec in named)


def _without_lookback(spec: MemberSpec) -> MemberSpec:
    return spec if isinstance(spec, RuleBasedSpec) else replace(spec, lookback=OPEN)
