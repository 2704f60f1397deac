"""Everything a fit learned, and the run that is made of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sextet.ensemble.examining import Examination
from sextet.ensemble.ground import Ground
from sextet.ensemble.member_training import member_file
from sextet.ensemble.recruiting import Recruits
from sextet.ensemble.warning import Policies
from sextet.rules.user_rules import UserRules
from sextet.runtime.combination import Combination
from sextet.runtime.run import Run
from sextet.runtime.stored_panel import tail
from sextet.specs.codec import to_plain


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where the data came from, for the run's records.

    Attributes:
        name: of the file, or "a data frame".
        options: the reading options as plain values.
        rules: text of the user's rules, or empty.
        unit: unit of the target, or empty.
    """

    name: str = "a data frame"
    options: Mapping[str, Any] = field(default_factory=dict)
    rules: str = ""
    unit: str = ""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a fit learned.

    Attributes:
        ground: data and choices.
        recruits: the trained members.
        combination: weights and calibration.
        policies: how likely a spike is, and when to alert.
        rules: the user's rules.
        source: where the data came from.
        exam: how the run did on its test part, or None without one.
    """

    ground: Ground
    recruits: Recruits
    combination: Combination
    policies: Policies
    rules: UserRules
    source: Source
    exam: Examination | None

    def run(self) -> Run:
        """Return the run, ready to forecast from the end of the data."""
        ground, panel = self.ground, self.ground.panel
        taught = ground.split.calibrate if ground.config.train.catch_up else ground.split.select
        compute = replace(ground.config.compute, tensorboard=None)  # a folder of the machine, which a run may leave
        config = replace(ground.config, members=ground.specs, lookback=ground.shape.lookback, compute=compute)
        run = Run(
            config=config,
            crew=self.recruits.crew,
            combination=self.combination.settled(),
            scaler=ground.prepared.scaler,
            covariates=ground.prepared.covariates,
            spikes=ground.spikes,
            blend=self.policies.blend,
            policy=self.policies.own,
            rules=self.rules,
            history=panel,
            settings={
                "run": json.loads(config.to_json()),
                "shape": to_plain(ground.shape),
                "members": {spec.name: member_file(spec) for spec in ground.specs},
                "data": dict(self.source.options),
                "source": self.source.name,
                "unit": self.source.unit,
                "why": dict(ground.why),
                # where training ended, as grid ordinals, so that an update never learns weights from what trained
                "trained_until": [int(v) for v in panel.first + taught],
                "split": {part: [int(v) for v in getattr(ground.split, part)] for part in to_plain(ground.split)},
            },
        )
        return replace(run, history=tail(panel, run.kept))
