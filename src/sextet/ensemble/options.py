"""From what people say to an Ensemble to the configuration of its runs."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from sextet.core.errors import ConfigError, nearest
from sextet.data.split import SplitConfig
from sextet.specs.compute_config import ComputeConfig
from sextet.specs.defaults import quick_train
from sextet.specs.presets import parse_members
from sextet.specs.run_config import RunConfig
from sextet.specs.train_config import TrainConfig


def config_from(horizon: int, members: Any, config: RunConfig | None, options: Mapping[str, Any]) -> RunConfig:
    """Return the configuration that is asked for: `config`, or what `members` and `options` say.

    Raises:
        ConfigError: an option is unknown or refused, or says otherwise than `config`.
    """
    _refuse_unknown(options)
    if config is None:
        made = RunConfig(horizon=horizon, members=parse_members(members), **options)
        return replace(made, train=quick_train(made.train)) if made.quick else made
    if horizon != config.horizon:
        raise ConfigError(
            f"Ensemble: horizon is {horizon}, and that of config is {config.horizon}. Give the same to both."
        )
    if options:
        raise ConfigError(
            f"Ensemble takes a whole config, or options; got both. Put {', '.join(options)} into the config."
        )
    return config


def _refuse_unknown(options: Mapping[str, Any]) -> None:
    """Refuse what is no option of an ensemble.

    Raises:
        ConfigError: one is not; the part that has it, or the nearest option, is named.
    """
    known = [field.name for field in fields(RunConfig) if field.name not in ("horizon", "members")]
    for name in options:
        if name in known:
            continue
        for part, kind in (("train", TrainConfig), ("split", SplitConfig), ("compute", ComputeConfig)):
            if name in (field.name for field in fields(kind)):
                raise ConfigError(
                    f"Ensemble has no option {name!r}; it is one of {part!r}: "
                    f"from {kind.__module__} import {kind.__name__}, {part}={kind.__name__}({name}=...)."
                )
        meant = _method_of(name) or nearest(name, [*known, "rules", "config"]) or "."
        raise ConfigError(f"Ensemble has no option {name!r}{meant} Options are rules, config, {', '.join(known)}.")


def _method_of(name: str) -> str:
    """Say which method of an ensemble takes `name`; nothing where none does."""
    from sextet.ensemble.ensemble import Ensemble

    for method in ("fit", "forecast", "cross_validation"):
        if name in inspect.signature(getattr(Ensemble, method)).parameters:
            return f"; {method} takes it: {method}(..., {name}=...)."
    return ""
