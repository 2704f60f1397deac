"""The search's memory: one Optuna study for each arm, in a journal file that a killed search goes on from."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np

from sextet.core.errors import ConfigError, DependencyError, installing
from sextet.tuning.space import Space
from sextet.tuning.task import Result

JOURNAL = "journal.log"
STARTS = 6
"""Trials near the start before the sampler has seen enough to propose."""

_ABOUT = "about"
_LOST = "lost"
_ATTEMPTS = 40


def optuna() -> Any:
    """Return the module Optuna, told to be quiet.

    Raises:
        DependencyError: it is not installed.
    """
    try:
        import optuna as module
    except ImportError as error:
        raise DependencyError(f"Tuning needs Optuna ({error}). Install it with: {installing('tune')}.") from error
    module.logging.set_verbosity(module.logging.ERROR)
    return module


@contextmanager
def calm() -> Iterator[None]:
    """Keep Optuna's word that something is experimental from the terminal."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", category=optuna().exceptions.ExperimentalWarning)
        yield


def open_storage(folder: Path) -> Any:
    """Return the storage in `folder`, for any process."""
    journal = optuna().storages.journal
    return optuna().storages.JournalStorage(journal.JournalFileBackend(str(folder / JOURNAL)))


def open_study(folder: Path, arm: str, warmup: int) -> Any:
    """Return an arm's study as a worker uses it: it tells epochs and asks whether to go on, and samples nothing."""
    return optuna().load_study(
        study_name=arm,
        storage=open_storage(folder),
        sampler=optuna().samplers.RandomSampler(seed=0),
        pruner=pruner(warmup),
    )


def open_trial(folder: Path, arm: str, number: int, warmup: int) -> Any:
    """Return a trial of an arm as a worker uses it, by its id in the study."""
    return optuna().trial.Trial(open_study(folder, arm, warmup), number)


def pruner(warmup: int) -> Any:
    """Return the rule that ends a trial early: worse, from epoch `warmup` on, than the median of those completed."""
    return optuna().pruners.MedianPruner(n_startup_trials=1, n_warmup_steps=warmup)


class Book:
    """Trials by arm: asking for the next, writing down results. Only one process holds it; workers tell epochs."""

    def __init__(self, folder: Path, about: Mapping[str, Any], seed: int, parallel: bool) -> None:
        """Open or begin the search in `folder`.

        Args:
            folder: of the search.
            about: what the search is about; one about something else is not gone on with.
            seed: of everything drawn.
            parallel: several trials run at once.

        Raises:
            ConfigError: the folder holds a search about something else.
        """
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._seed = seed
        self._parallel = parallel
        self._storage = open_storage(folder)
        self._studies: dict[str, Any] = {}
        self._main = self._study("search")
        known = self._main.user_attrs.get(_ABOUT)
        if known is None:
            self._main.set_user_attr(_ABOUT, dict(about))
        elif known != about:
            other = ", ".join(key for key in about if known.get(key) != about[key])
            raise ConfigError(
                f"{folder} holds a search with other {other}. Give another --out, or remove that folder to search anew."
            )

    @property
    def spent(self) -> float:
        """Wall time of the search so far, in seconds, over all its runs."""
        return float(self._main.user_attrs.get("spent", 0.0))

    def spend(self, seconds: float) -> None:
        """Add wall time."""
        self._main.set_user_attr("spent", self.spent + seconds)

    def recover(self, arm: str, number: int | None = None) -> None:
        """Put trials that were left half-done back into the queue: all of an arm, or one."""
        study, state = self._study(arm), optuna().trial.TrialState
        for trial in study.get_trials(deepcopy=False, states=(state.RUNNING,)):
            if number in (None, trial.number):
                self._lose(study, trial.number, trial._trial_id)
                if trial.params:
                    study.enqueue_trial(dict(trial.params))

    def ask(self, arm: str, space: Space) -> tuple[int, int, dict[str, int]] | None:
        """Begin a trial: its number, its id and its places; None where nothing new is left to try.

        The first trial is the start, then come neighbours of it, then what a tree-structured Parzen estimator
        proposes (Bergstra et al., NeurIPS 2011). What is asked depends on the seed and the trials before, not on
        whether the search was interrupted.
        """
        study, distribution = self._study(arm), optuna().distributions.IntDistribution
        ranges = {name: distribution(0, len(choices) - 1) for name, choices in space.options.items()}
        tried = {tuple(sorted(trial.params.items())) for trial in self._counted(arm)}
        if len(tried) >= space.size:
            return None
        number = len(self._counted(arm))
        for attempt in range(_ATTEMPTS):
            random = np.random.default_rng(crc32(f"{self._seed}/{arm}/{number}/{attempt}".encode()))
            waiting = study.get_trials(deepcopy=False, states=(optuna().trial.TrialState.WAITING,))
            if not waiting and number == 0:
                study.enqueue_trial(dict(space.start))
            elif not waiting and (number < STARTS or attempt):
                best = None if number < STARTS else self.best(arm)
                study.enqueue_trial(space.neighbour(random, best.params if best else None))
            with calm():
                study.sampler = optuna().samplers.TPESampler(
                    seed=int(random.integers(2**31)),
                    n_startup_trials=1,
                    multivariate=True,
                    constant_liar=self._parallel,
                )
                trial = study.ask(ranges)
            if tuple(sorted(trial.params.items())) not in tried:
                return trial.number, trial._trial_id, dict(trial.params)
            self._lose(study, trial.number, trial._trial_id)
        return None

    def tell(self, result: Result) -> None:
        """Write down what came of a trial of the search; one that the clock cut is to be tried again."""
        study, state = self._study(result.arm), optuna().trial.TrialState
        trial_id = study.get_trials(deepcopy=False)[result.number]._trial_id
        self._storage.set_trial_user_attr(trial_id, "seconds", result.seconds)
        if result.state == "complete":
            study.tell(result.number, result.value)
        elif result.state == "failed":
            self._storage.set_trial_user_attr(trial_id, "text", result.text)
            study.tell(result.number, state=state.FAIL)
        elif result.state == "pruned":
            study.tell(result.number, state=state.PRUNED)
        else:
            self.recover(result.arm, result.number)

    def start_known(self, arm: str, space: Space, value: float, steps: int) -> None:
        """Write down the start of an arm whose value is known without training."""
        if self.trials(arm):
            return
        make, distribution = optuna().trial.create_trial, optuna().distributions.IntDistribution
        self._study(arm).add_trial(
            make(
                params=dict(space.start),
                distributions={name: distribution(0, len(choices) - 1) for name, choices in space.options.items()},
                value=value,
                intermediate_values={step: value for step in range(1, steps + 1)},
                user_attrs={"seconds": 0.0},
            )
        )

    def trials(self, arm: str) -> list[Any]:
        """Trials that were begun and not lost, by number."""
        return self._counted(arm)

    def best(self, arm: str) -> Any | None:
        """Return the completed trial with the lowest value, the earliest of equals, or None."""
        done = [trial for trial in self._counted(arm) if trial.state.name == "COMPLETE"]
        return min(done, key=lambda trial: (trial.value, trial.number), default=None)

    def note(self, arm: str, key: str, value: Any) -> None:
        """Write a value down beside an arm's trials."""
        self._study(arm).set_user_attr(key, value)

    def noted(self, arm: str, key: str) -> Any:
        """Return what was written down, or None."""
        return self._study(arm).user_attrs.get(key)

    def _counted(self, arm: str) -> list[Any]:
        return [
            trial
            for trial in self._study(arm).get_trials(deepcopy=False)
            if trial.state.name != "WAITING" and not trial.user_attrs.get(_LOST)
        ]

    def _lose(self, study: Any, number: int, trial_id: int) -> None:
        self._storage.set_trial_user_attr(trial_id, _LOST, True)
        study.tell(number, state=optuna().trial.TrialState.FAIL)

    def _study(self, arm: str) -> Any:
        if arm not in self._studies:
            self._studies[arm] = optuna().create_study(
                study_name=arm, storage=self._storage, load_if_exists=True, direction="minimize"
            )
        return self._studies[arm]


def seconds_of(trial: Any) -> float:
    """Wall time of a finished trial, NaN of one under way."""
    return float(trial.user_attrs.get("seconds", math.nan))
