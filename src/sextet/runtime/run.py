"""A trained run, loaded: it forecasts, explains and answers any windows, without TensorFlow."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sextet.baselines.history import targets
from sextet.combine.lagged import LaggedAverage
from sextet.core.answer import Answer
from sextet.core.errors import DataError, RunError
from sextet.core.forecast import Alert, Forecast
from sextet.core.panel import Panel
from sextet.core.quantiles import MEDIAN
from sextet.core.window import WindowIndex, WindowShape
from sextet.data.covariate_gaps import check_future, gap_notes
from sextet.data.covariates import CovariateScaler
from sextet.data.forecast_starts import start_notes
from sextet.data.prepare import Prepared, prepare
from sextet.data.scale import Scaler
from sextet.data.short_history import missing_notes, short_notes
from sextet.data.windows import ordinals_of, origin_windows
from sextet.rules.exactness import kept_exactly
from sextet.rules.rule_based import RuleBasedModel
from sextet.rules.user_rules import UserRules, parse_rules
from sextet.runtime.combination import Combination, section
from sextet.runtime.crew import Crew, member_from, spike_probability, spike_size
from sextet.runtime.few_readings import doubt_notes, doubts, readings_before, widened
from sextet.runtime.run_folder import RunFolder
from sextet.runtime.stored_panel import panel_from_arrays
from sextet.runtime.witnesses import witnesses
from sextet.specs.run_config import RunConfig
from sextet.spikes.alert_policy import AlertPolicy
from sextet.spikes.alerts import find_alerts, named
from sextet.spikes.blend import WarningBlend
from sextet.spikes.cost_notes import silence_note
from sextet.spikes.labels import SpikeModel

REHEARSED = 200
"""Rows that a run keeps beyond those that a forecast reads, so that watching can hold late rows against forecasts."""
CONFIG, SCALER, SPIKES, RULES = "config.json", "scaler.npz", "spikes.npz", "rules.toml"


@dataclass(frozen=True, kw_only=True)
class Run:
    """Everything that forecasting needs.

    Attributes:
        config: what was asked and chosen; its specs have every field chosen.
        crew: the members.
        combination: weights and calibration.
        scaler, covariates: how data are scaled.
        spikes: what a spike is.
        blend: one probability of a spike from the member that warns and from the ensemble's quantiles.
        policy: when a spike probability is worth an alert; silent without a member that warns.
        rules: the user's rules; empty where there are none.
        history: the last rows the run has seen: what a forecast without data starts from.
        settings: further plain values of the run: the data options, the split's ends.
    """

    config: RunConfig
    crew: Crew
    combination: Combination
    scaler: Scaler
    covariates: CovariateScaler
    spikes: SpikeModel
    blend: WarningBlend
    policy: AlertPolicy
    rules: UserRules
    history: Panel
    settings: Mapping[str, Any]
    _doubts: dict[int, float] = field(default_factory=dict, init=False, compare=False, repr=False)

    @classmethod
    def load(cls, path: str | Path) -> Run:
        """Load the run at `path`; every file read is checked against the manifest.

        Raises:
            RunError: the run is missing, half-written or damaged; the file is named.
        """
        folder = RunFolder(Path(path))
        try:
            return cls._read(folder)
        except KeyError as error:
            raise RunError(
                f"The run {path} lacks {error}: it was written by another version of sextet. Train it again."
            ) from error
        except RunError:
            again = RunFolder(Path(path))
            if again.manifest == folder.manifest:
                raise
            return cls._read(again)  # an update or a new training took its place meanwhile

    @classmethod
    def _read(cls, folder: RunFolder) -> Run:
        settings = folder.json(CONFIG)
        config = RunConfig.from_json(json.dumps(settings["run"]))
        scalers, state = folder.arrays(SCALER), folder.arrays(folder.state)
        shape = WindowShape(**{**settings["shape"], "levels": tuple(settings["shape"]["levels"])})
        members = {name: member_from(folder.checked(file)) for name, file in settings["members"].items()}
        text = folder.checked(RULES).read_text(encoding="utf-8") if folder.has(RULES) else ""
        rules = parse_rules(text, source=RULES)
        return cls(
            config=config,
            crew=Crew(
                members=members, shape=shape, rules=rules, lagged=LaggedAverage.from_arrays(section(state, "lagged"))
            ),
            combination=Combination.from_arrays(state),
            scaler=Scaler.from_arrays(section(scalers, "target")),
            covariates=CovariateScaler.from_arrays(section(scalers, "covariates")),
            spikes=SpikeModel.from_arrays(folder.arrays(SPIKES)),
            blend=WarningBlend.from_arrays(section(state, "blend")),
            policy=AlertPolicy.from_arrays(section(state, "alerts")),
            rules=rules,
            history=panel_from_arrays(section(state, "history")),
            settings=settings,
        )

    @property
    def reach(self) -> int:
        """Rows of history that members, rules and spike levels read before a cutoff."""
        rule_based = [m.reach for m in self.crew.members.values() if isinstance(m, RuleBasedModel)]
        lookback = self.crew.shape.lookback + self.crew.lagged.reach
        return max(lookback, self.spikes.layout.reach, self.rules.reach, *rule_based)

    @property
    def kept(self) -> int:
        """Rows of history that a run holds of each series."""
        return self.reach + REHEARSED

    def numbers(self, panel: Panel) -> NDArray[np.int64]:
        """Return `[S]` the training panel's number of each series of `panel`, -1 for one never seen."""
        known = {name: s for s, name in enumerate(self.scaler.ids)}
        return np.array([known.get(name, -1) for name in panel.ids], dtype=np.int64)

    def prepared(self, panel: Panel) -> Prepared:
        """Scale a panel as the training data were.

        Raises:
            DataError: its frequency is another, or a covariate is missing.
        """
        mine = self.history.frequency
        if (panel.frequency.kind, panel.frequency.step) != (mine.kind, mine.step):
            raise DataError(
                f"The run was trained on a frequency of {mine.name}; the data has {panel.frequency.name}. "
                f"Give data at {mine.name}, or --resample {mine.name}."
            )
        return prepare(panel, self.scaler, self.covariates)

    def forecast(self, panel: Panel | None = None, *, ongoing: Collection[Alert] = ()) -> Forecast:
        """Forecast the steps after the last known one of each series.

        Args:
            panel: the data; None: from the history that the run keeps.
            ongoing: alerts of earlier forecasts that have not ended; less is needed to uphold one than to raise it.

        Raises:
            DataError: the data do not suit the run, or future covariates end before the horizon.
        """
        panel = self.history if panel is None else panel
        check_future(panel, self.config.horizon)
        made = self.answer(panel, origin_windows(panel), ongoing=ongoing)
        return replace(made, notes=(*panel.notes, *made.notes))

    def answer(self, panel: Panel, index: WindowIndex, *, ongoing: Collection[Alert] = ()) -> Forecast:
        """Forecast any windows of `panel`, in order of `index`.

        Where a series has several, its calibration follows the targets of earlier ones that have passed by then.
        """
        prepared = self.prepared(panel)
        answers = self.crew.answers(prepared, index)
        own = self.numbers(panel)[index.series]
        z = self._calibrated(prepared, index, answers, own)
        doubt = self._doubt(panel, index, own)
        made = self._in_unit(prepared, index, answers, own, widened(z, self.crew.shape.levels, doubt))
        made = replace(made, notes=(*made.notes, *doubt_notes(made.ids, doubt)))
        return self._warned(made, panel, index, answers, ongoing)

    def _doubt(self, panel: Panel, index: WindowIndex, own: NDArray[np.int64]) -> NDArray[np.float64]:
        """How much to widen the intervals `[W]` of series never seen that have fewer readings than members read."""
        out = np.zeros(len(index))
        counts = readings_before(panel, index)
        new = np.flatnonzero((own < 0) & (counts < self.reach))
        if len(new):
            shape = self.crew.shape
            out[new] = doubts(counts[new], self.history, shape.horizon, shape.levels, self._as_unseen, self._doubts)
        return out

    def _as_unseen(self, panel: Panel, index: WindowIndex) -> tuple[NDArray[np.float32], Scaler]:
        """Quantiles `[W, H, Q]` in scaled space of windows of series never seen, and the scaler of their panel."""
        prepared, own = self.prepared(panel), np.full(len(index), -1, dtype=np.int64)
        return self._calibrated(prepared, index, self.crew.answers(prepared, index), own), prepared.scaler

    def _calibrated(
        self, prepared: Prepared, index: WindowIndex, answers: Mapping[str, Answer], own: NDArray[np.int64]
    ) -> NDArray[np.float32]:
        """Quantiles `[W, H, Q]` in scaled space, calibrated by the targets that have passed before each window."""
        raw = self.combination.raw(answers, own)
        known = targets(prepared, index, self.crew.shape.horizon)
        return self.combination.settled().online.run(raw, known, own, ordinals_of(prepared.panel, index))

    def _in_unit(
        self,
        prepared: Prepared,
        index: WindowIndex,
        answers: Mapping[str, Answer],
        own: NDArray[np.int64],
        z: NDArray[np.float32],
    ) -> Forecast:
        panel, scaler = prepared.panel, prepared.scaler
        horizon = self.crew.shape.horizon
        ordinals = ordinals_of(panel, index)[:, None] + np.arange(-1, horizon)
        stamps = panel.frequency.stamps(ordinals)
        warned, size = spike_probability(answers), spike_size(answers)
        quantiles = scaler.from_z(z, index.series)
        probability = None
        if warned is not None:
            probability = self.blend.apply(warned, self.spikes.quantile_score(panel, index, quantiles))
        return Forecast(
            ids=tuple(panel.ids[s] for s in index.series),
            cutoff=stamps[:, 0],
            stamps=stamps[:, 1:],
            levels=self.crew.shape.levels,
            quantiles=quantiles,
            members={
                name: kept_exactly(
                    self.rules.changing,
                    scaler.from_z(a.quantiles, index.series),
                    a.rules,
                    nonnegative=scaler.nonnegative,
                )
                for name, a in answers.items()
            },
            weights=self.combination.weights_of(answers, own),
            spike_probability=probability,
            spike_size=None if size is None else self._size_in_unit(scaler, answers, size, index),
            notes=self._notes(panel),
            rules={name: mask for answer in answers.values() for name, mask in answer.rules.items()},
            tz=self.history.tz,
        )

    def _warned(
        self,
        forecast: Forecast,
        panel: Panel,
        index: WindowIndex,
        answers: Mapping[str, Answer],
        ongoing: Collection[Alert],
    ) -> Forecast:
        """The forecast as the user's rules leave it, with its alerts: theirs, and those of spike probabilities."""
        ruled = self.rules.applied(forecast, panel, index, nonnegative=self.scaler.nonnegative)
        forecast, heard = ruled.forecast, ruled.forecast
        if heard.spike_probability is not None:
            heard = replace(heard, spike_probability=np.where(ruled.muted, -1.0, heard.spike_probability))
        raised = find_alerts(
            heard,
            self.policy,
            typical=self.spikes.typical_sizes(panel),
            witnesses=witnesses(heard, answers, self.spikes, self.policy, panel, index),
            ongoing=ongoing,
        )
        alerts = sorted((*map(named, forecast.alerts), *raised), key=lambda alert: alert.start)
        return replace(forecast, alerts=tuple(alerts))

    @staticmethod
    def _size_in_unit(
        scaler: Scaler, answers: Mapping[str, Answer], size: NDArray[np.float32], index: WindowIndex
    ) -> NDArray[np.float64]:
        """A size above the level in scaled space, as a difference in the unit of the target at that level."""
        warner = next(a for a in answers.values() if a.spike_size is not None)
        level = warner.quantiles[..., MEDIAN]
        if warner.spike_probability is not None:  # the median is the level and the probable part of the spike
            level = level - warner.spike_probability * size
        return np.asarray(scaler.from_z(level + size, index.series) - scaler.from_z(level, index.series))

    def _notes(self, panel: Panel) -> tuple[str, ...]:
        notes = []
        unseen = [panel.ids[s] for s in np.flatnonzero(self.numbers(panel) < 0)]
        if unseen:
            shown = ", ".join(unseen[:5]) + (" and others" if len(unseen) > 5 else "")
            notes.append(f"Not seen in training, so forecast with the common weights: {shown}.")
        notes += start_notes(panel)
        notes += [*short_notes(panel, unseen), *missing_notes(panel, self.reach), *gap_notes(panel, self.reach)]
        silence = silence_note(self.policy)
        return (*notes, silence) if silence else tuple(notes)
