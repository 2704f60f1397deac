"""What a training was asked, as plain values: so that it can be gone on with, and told from another."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import sextet
from sextet.core.errors import ConfigError
from sextet.core.panel import Panel
from sextet.data.options import DataOptions
from sextet.ensemble.outcome import Source
from sextet.runtime.reading import plain_options
from sextet.specs.codec import from_plain, to_plain
from sextet.specs.custom import CustomSpec
from sextet.specs.presets import MemberSpec
from sextet.specs.run_config import RunConfig

ANSWERED = ("precision", "scale_batch", "scale_rate")
"""Fields of `ComputeConfig` that change what is learned; the others say with which means, and may change on the way."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A training, as it was asked for.

    Attributes:
        config: of the run.
        name: what the data are called in the report.
        data: how the data are read.
        path: of the file they are read from; None: they are a frame.
        rules: text of the user's rules, or empty.
        unit: of the target, or empty.
        device: "auto", "cpu" or "gpu".
    """

    config: RunConfig
    name: str = "a data frame"
    data: DataOptions = field(default_factory=DataOptions)
    path: str | None = None
    rules: str = ""
    unit: str = ""
    device: str = "auto"

    @property
    def readable(self) -> bool:
        """Whether the data can be read again from what is known of them."""
        return self.path is not None and isinstance(self.data.future_data, str | os.PathLike | None)

    def source(self, panel: Panel) -> Source:
        """Return where `panel`, which is what was read, came from."""
        return Source(name=self.name, options=plain_options(self.data, panel), rules=self.rules, unit=self.unit)

    def question(self) -> dict[str, Any]:
        """Return plain values of all that the run depends on, but the data."""
        data = {name: value for name, value in self._plain_data().items() if name != "future_data"}
        asked = {
            **question_of(self.config),
            "title": self.name,
            "rules": self.rules,
            "unit": self.unit,
            "reading": data,
        }
        return {**asked, "version of sextet": sextet.__version__}

    def to_plain(self) -> dict[str, Any]:
        """Return everything as values for JSON; a frame, and a model that is an object, are left out."""
        return {
            "question": self.question(),
            "config": json.loads(self.config.to_json()),
            "name": self.name,
            "reading": self._plain_data(),
            "path": self.path if self.readable else None,
            "rules": self.rules,
            "unit": self.unit,
            "device": self.device,
        }

    @classmethod
    def from_plain(cls, values: Mapping[str, Any]) -> Asked:
        """Read what `to_plain` gave.

        Raises:
            ConfigError: it is of another version.
        """
        version = values["question"]["version of sextet"]
        if version != sextet.__version__:
            raise ConfigError(
                f"The training was begun with sextet {version}, this is {sextet.__version__}, and a run is of one "
                "version. Go on with that one, or begin anew: the same command with --fresh."
            )
        return cls(
            config=RunConfig.from_json(json.dumps(values["config"])),
            data=from_plain(DataOptions, values["reading"], "How the data are read"),
            **{name: values[name] for name in ("name", "path", "rules", "unit", "device")},
        )

    def with_models(self, given: Sequence[MemberSpec]) -> Asked:
        """Return the same with the user's own models, which no file holds.

        Raises:
            ConfigError: one is not among those `given`; it is named.
        """
        models = {spec.name: spec for spec in given if isinstance(spec, CustomSpec)}
        members = tuple(_with_model(spec, models) for spec in self.config.members)
        return replace(self, config=replace(self.config, members=members))

    def _plain_data(self) -> dict[str, Any]:
        plain = to_plain(self.data)
        future = plain["future_data"]
        known = isinstance(future, str | os.PathLike)
        return {**plain, "future_data": os.path.abspath(future) if known else None}


def _with_model(spec: MemberSpec, models: Mapping[str, MemberSpec]) -> MemberSpec:
    if not isinstance(spec, CustomSpec) or spec.source or spec.build is not None:
        return spec
    if spec.name not in models:
        raise ConfigError(
            f"The member {spec.name!r} is a model of your own that no file holds: go on from Python with "
            "Ensemble.resume(folder, members=[model]), or with the call that began the training."
        )
    return models[spec.name]


def question_of(config: RunConfig) -> dict[str, Any]:
    """Return plain values of all of a configuration that what is learned depends on."""
    plain = dict(json.loads(config.to_json()))
    return {**plain, "compute": {name: plain["compute"][name] for name in ANSWERED}}


def path_of(source: object) -> str | None:
    """Return the whole path of a source that is a file; None of a frame."""
    return os.path.abspath(source) if isinstance(source, str | Path) else None
