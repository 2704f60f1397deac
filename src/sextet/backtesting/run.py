"""Goes through the folds of a backtest: fit, forecast, score, keep."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from sextet.backtesting.fold_fit import FoldFit, fit_fold, fit_on
from sextet.backtesting.fold_scores import FoldScores
from sextet.backtesting.folder import BacktestFolder
from sextet.backtesting.forecast_file import forecast_file, is_whole
from sextet.backtesting.plan import Plan
from sextet.backtesting.scoring import FoldScoring, Yardstick
from sextet.core.panel import Panel
from sextet.core.progress import Progress
from sextet.data.scale import Scaler
from sextet.ensemble.ground import lay_ground
from sextet.ensemble.recruiting import IN_TURN, Hands
from sextet.metrics.point import seasonal_scale
from sextet.rules.user_rules import UserRules
from sextet.specs.run_config import RunConfig


class Pool(Protocol):
    """Does folds at once, elsewhere."""

    def run(self, backtest: Backtest, numbers: Sequence[int], progress: Progress) -> None:
        """Do the folds `numbers`; their files come to the backtest's folder.

        Raises:
            SextetError: one cannot be done.
        """


@dataclass(frozen=True, kw_only=True)
class Backtest:
    """A backtest to be run.

    Attributes:
        panel: the data.
        config: of the fits; its split is that of the first fold.
        plan: the folds.
        folder: where it is kept.
        baselines: names, see `ensemble.baselines`.
        rules: the user's.
        forecasts: whether forecasts are written.
        hands: who trains the members of a fold.
        pool: who does several folds at once; None: nobody.
    """

    panel: Panel
    config: RunConfig
    plan: Plan
    folder: BacktestFolder
    baselines: tuple[str, ...]
    rules: UserRules
    forecasts: bool
    hands: Hands = IN_TURN
    pool: Pool | None = None

    def yardstick(self) -> Yardstick:
        """Return what scores are measured by: the training rows of the first fold, and the rules."""
        train = self.plan.splits[0].train
        return Yardstick(
            standard=Scaler.fit(self.panel, train),
            mase=seasonal_scale(self.panel, train),
            rules=UserRules(rules=self.rules.final),
        )

    def run(self, progress: Progress) -> FoldScores:
        """Do every fold that is not done yet; return the scores of all."""
        yardstick = self.yardstick()
        total = FoldScores(truth=np.zeros(self.panel.series))
        todo = self._todo()
        if self.pool is not None and len(todo) > 1 and not self.config.train.catch_up:
            self.pool.run(self, todo, progress)
            todo = self._todo()
        fit: FoldFit | None = None
        for number in range(len(self.plan)):
            done = self.folder.scores(number)
            # a fit that goes on from the one before needs it, though its fold may be scored already
            if number in todo or (todo and number < todo[-1] and self.config.train.catch_up):
                if len(self.plan) > 1:
                    progress.stage(f"fold {number + 1} of {len(self.plan)}")
                fit = self.fit(number, fit, progress)
            if number in todo and fit is not None:
                self._scored(number, fit, yardstick, progress).write(done)
            scores = FoldScores.read(done)
            if len(self.plan) > 1:
                scores.notes = tuple(f"Fold {number + 1}: {note}" for note in scores.notes)
            total.add(scores)
        return total

    def fold(self, number: int, progress: Progress) -> None:
        """Do one fold, fitted anew: its members, its forecasts, and its scores, which come last."""
        self._scored(number, self.fit(number, None, progress), self.yardstick(), progress).write(
            self.folder.scores(number)
        )

    def fit(self, number: int, before: FoldFit | None, progress: Progress) -> FoldFit:
        """Fit a fold anew, or, where members are trained on, go on from the fit of the fold before.

        Members that lie in the folder are taken as they are.
        """
        split, folder = self.plan.splits[number], self.folder.fold(number)
        if before is None or not self.config.train.catch_up:
            ground = lay_ground(self.panel, self.config, split)
            return fit_fold(ground, folder, self.baselines, progress, hands=self.hands, rules=self.rules)
        passed = self.plan.windows(before.ground.panel, number - 1)
        return fit_on(before, passed, replace(before.ground, split=split), folder, progress)

    def _todo(self) -> list[int]:
        return [number for number in range(len(self.plan)) if not self._done(number)]

    def _done(self, number: int) -> bool:
        """Whether a fold has its scores and, where they are asked for, its forecasts."""
        scored = self.folder.scores(number).is_file()
        if not (scored and self.forecasts):
            return scored
        return is_whole(self.folder.forecasts(number), len(self.plan.windows(self.panel, number)) * self.config.horizon)

    def _scored(self, number: int, fit: FoldFit, yardstick: Yardstick, progress: Progress) -> FoldScores:
        ground = fit.ground
        index = self.plan.windows(ground.panel, number)
        progress.stage(f"forecasting {len(index):,} windows of {len(np.unique(index.series)):,} series")
        opened = (
            forecast_file(self.folder.forecasts(number), ground.panel, ground.config.horizon)
            if self.forecasts
            else contextlib.nullcontext()
        )
        with opened as file:
            return FoldScoring(fit, yardstick, file).run(index, progress)
