"""What to train next: every member's defaults, then what promises most, and what was found once more.

What is found in the search is the best of many on the same data and with the same seed, so it looks better than it
is. Hence it only takes the place of the defaults after it has won by `MARGIN` with a second seed as well.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sextet.specs.presets import NeuralMemberSpec
from sextet.specs.train_config import TrainConfig
from sextet.tuning.book import Book, seconds_of
from sextet.tuning.space import Space
from sextet.tuning.task import Job, Kind, Result, Task

MARGIN = 0.005
"""Share of the loss on `select` by which a setting must win, with each of two seeds."""

TRAINING = "training"
"""Name of the arm that searches what all members are trained with."""

PROXIES = 2  # members that stand for all when that is searched
PATIENCE = 5  # trials after which the best of them is tried with the second seed
KEENNESS = 4.0  # how much more time a better member gets: the power of its loss against the best member's
SPARE = 1.15  # time kept for what is to come, in units of what it should take
AGAIN, INCUMBENT, CREW = "again", "incumbent", "crew"


@dataclass(frozen=True, kw_only=True)
class Arm:
    """Something that is searched.

    Attributes:
        name: of a member, or `TRAINING`.
        space: choices around its start.
        base: the start: a member's spec with every field chosen, or None for `TRAINING`.
    """

    name: str
    space: Space
    base: NeuralMemberSpec | None = None


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How much is searched.

    Attributes:
        seconds: wall time over all runs of the search; None: no limit.
        trials: most trials of each arm, the defaults among them; None: no limit.
        workers: trials at once.
    """

    seconds: float | None = None
    trials: int | None = None
    workers: int = 1


class Plan:
    """Decides what is trained next, from what the book holds."""

    def __init__(self, arms: Mapping[str, Arm], train: TrainConfig, book: Book, limits: Limits) -> None:
        """Plan over `arms`; `train` is the training that the search starts from."""
        self.arms = dict(arms)
        self.train = train
        self.book = book
        self._limits = limits
        self._running: dict[tuple[str, int, Kind], Task] = {}
        self._deadline = None if limits.seconds is None else time.time() + limits.seconds - book.spent
        for name in self.arms:
            book.recover(name)

    @property
    def left(self) -> float:
        """Seconds left; infinite without a limit."""
        return float("inf") if self._deadline is None else self._deadline - time.time()

    @property
    def wanting(self) -> float | None:
        """Least seconds that another trial would need, with what it may find; None where none is left to try."""
        return min((self._reserve(arm) + self._cost(arm.name) for arm in self._open()), default=None)

    @property
    def members(self) -> list[Arm]:
        """The arms that are members."""
        return [arm for arm in self.arms.values() if arm.base is not None]

    def next(self) -> Task | None:
        """Return what to train now, or None where nothing is to be begun before something has ended."""
        if self.left <= 0:
            return None
        task = self._defaults() or self._once_more(closing=False) or self._fresh() or self._once_more(closing=True)
        task = task or self._crew()
        if task is not None:
            self._running[task.arm, task.number, task.kind] = task
        return task

    def take(self, result: Result) -> None:
        """Write down what came of a task."""
        task = self._running.pop((result.arm, result.number, result.kind))
        if result.kind == "search":
            self.book.tell(result)
        elif result.state in ("complete", "failed"):
            value = result.value if result.state == "complete" else float("inf")
            if result.kind == "crew":
                self._note(TRAINING, CREW, self.crew_key(result.arm, result.number), value)
            else:
                self._note(result.arm, AGAIN, str(task.number), value)
                self._judge(result.arm)

    def incumbent(self, arm: str) -> int:
        """Number of the trial that won so far; 0 is the start."""
        return int(self.book.noted(arm, INCUMBENT) or 0)

    def again(self, arm: str) -> dict[int, float]:
        """Losses with the second seed, by the trial's number."""
        return {int(number): value for number, value in (self.book.noted(arm, AGAIN) or {}).items()}

    def places(self, arm: str, number: int) -> dict[str, int]:
        """What a trial tried."""
        return dict(next(trial.params for trial in self.book.trials(arm) if trial.number == number))

    def spec(self, arm: Arm, number: int | None = None) -> Any:
        """Return a member's spec as a trial, or the incumbent, had it."""
        number = self.incumbent(arm.name) if number is None else number
        return arm.base if not number else arm.space.apply(arm.base, self.places(arm.name, number))  # type: ignore[type-var]

    def training(self, number: int | None = None) -> TrainConfig:
        """Return the training as a trial, or the incumbent, had it."""
        number = self.incumbent(TRAINING) if number is None else number
        return self.arms[TRAINING].space.apply(self.train, self.places(TRAINING, number)) if number else self.train

    def value(self, arm: str, number: int) -> float | None:
        """Loss of a trial of the search; of the start with 0."""
        trial = next((t for t in self.book.trials(arm) if t.number == number), None) if number else self.start_of(arm)
        return None if trial is None else float(trial.value)

    def answers(self, arm: str, number: int, kind: Kind = "search") -> Path:
        """File with what a member answered for `weigh`."""
        return self.book.folder / "answers" / f"{arm}-{number}-{kind}.npz"

    def crew_key(self, arm: str, training: int) -> str:
        """Name of a member's incumbent under a training."""
        return f"{arm}/{self.incumbent(arm)}/{training}"

    def start_of(self, arm: str) -> Any | None:
        """Return the trial of the start, where it is completed."""
        return next((t for t in self.book.trials(arm) if t.state.name == "COMPLETE" and self._is_start(arm, t)), None)

    def _is_start(self, arm: str, trial: Any) -> bool:
        return bool(trial.params == dict(self.arms[arm].space.start))

    def _defaults(self) -> Task | None:
        for arm in self.members:
            if not self.book.trials(arm.name):
                return self._ask(arm, None)
        return None

    def _fresh(self) -> Task | None:
        """The next trial of the arm that has had the least for what it promises."""
        for arm in sorted(self._open(), key=self._had):
            spare = self.left - self._reserve(arm)
            # one that wins runs to its end: begun with less time, it would be cut where it matters
            if spare >= self._cost(arm.name):
                until = None if self._deadline is None else time.time() + spare
                task = self._ask(arm, until)
                if task is not None:
                    return task
        return None

    def _open(self) -> list[Arm]:
        starts = {arm.name: self.start_of(arm.name) for arm in self.members}
        if TRAINING in self.arms and all(starts.values()):
            self.book.start_known(TRAINING, self.arms[TRAINING].space, 1.0, len(self._proxies()))
        most = self._limits.trials or float("inf")
        return [
            arm
            for arm in self.arms.values()
            if arm.space.options and self.start_of(arm.name) is not None and len(self.book.trials(arm.name)) < most
        ]

    def _had(self, arm: Arm) -> float:
        """What an arm has had, in seconds or trials, for each unit of its promise."""
        trials = self.book.trials(arm.name)
        if self._limits.seconds is None:
            return float(len(trials))
        had = sum(self._cost(arm.name) if trial.state.name == "RUNNING" else seconds_of(trial) for trial in trials)
        return had / self._promise(arm)

    def _promise(self, arm: Arm) -> float:
        """A better member is more of the ensemble: its loss against that of the best one, to a power."""
        if arm.base is None:
            return 1.0
        losses = {one.name: best.value for one in self.members if (best := self.book.best(one.name)) is not None}
        return float((min(losses.values()) / losses[arm.name]) ** KEENNESS)

    def _ask(self, arm: Arm, until: float | None) -> Task | None:
        asked = self.book.ask(arm.name, arm.space)
        if asked is None:
            return None
        number, trial, places = asked
        start = self.start_of(arm.name)
        ends = until if start is not None else self._deadline
        if arm.base is None:
            train, jobs = arm.space.apply(self.train, places), self._proxies()
        else:
            below = float("inf") if start is None else self._incumbent_value(arm.name) * (1 - MARGIN)
            train = self.train
            spec = arm.space.apply(arm.base, places) if places else arm.base  # type: ignore[type-var]
            file = self.answers(arm.name, 0 if places == dict(arm.space.start) else number)
            jobs = (Job(spec=spec, answers=file, below=below),)
        return Task(arm=arm.name, number=number, kind="search", jobs=jobs, train=train, trial=trial, until=ends)

    def _incumbent_value(self, arm: str) -> float:
        value = self.value(arm, self.incumbent(arm))
        return float("inf") if value is None else value

    def _proxies(self) -> tuple[Job, ...]:
        """The best members with their defaults, in units of their losses."""
        starts = [(float(trial.value), arm) for arm in self.members if (trial := self.start_of(arm.name)) is not None]
        best = sorted(starts, key=lambda pair: pair[0])[:PROXIES]
        return tuple(Job(spec=arm.base, reference=loss) for loss, arm in best)  # type: ignore[arg-type]

    def _challenger(self, arm: str) -> Any | None:
        """The best trial that beats the incumbent and was not held against it with the second seed."""
        if self.start_of(arm) is None:
            return None
        known, bar = self.again(arm), self._incumbent_value(arm) * (1 - MARGIN)
        judged = known if self.incumbent(arm) in known else {}
        rivals = [t for t in self.book.trials(arm) if t.state.name == "COMPLETE" and t.value < bar]
        return min((t for t in rivals if t.number not in judged), key=lambda t: (t.value, t.number), default=None)

    def _once_more(self, closing: bool) -> Task | None:
        """Train a challenger, and the incumbent it challenges, with the second seed."""
        for name in self.arms:
            rival = self._challenger(name)
            if rival is None:
                continue
            finished = [t for t in self.book.trials(name) if t.state.name != "RUNNING"]
            last = int(self.book.noted(name, "judged") or 0)
            if not closing and len(finished) - last < PATIENCE:
                continue
            for number in (self.incumbent(name), rival.number):
                if number not in self.again(name) and (name, number, "again") not in self._running:
                    return self._repeat(name, number)
        return None

    def _repeat(self, name: str, number: int) -> Task:
        arm, second = self.arms[name], replace(self.train, seed=self.train.seed + 1)
        if arm.base is None:
            train = replace(self.training(number), seed=second.seed)
            jobs: tuple[Job, ...] = self._proxies()
        else:
            train, jobs = second, (Job(spec=self.spec(arm, number), answers=self.answers(name, number, "again")),)
        return Task(arm=name, number=number, kind="again", jobs=jobs, train=train, until=self._deadline)

    def _judge(self, arm: str) -> None:
        """Let a challenger take the incumbent's place if it won with both seeds."""
        known, holder = self.again(arm), self.incumbent(arm)
        if holder not in known:
            return
        bar = self._incumbent_value(arm) * (1 - MARGIN)
        for trial in self.book.trials(arm):
            rival = trial.number
            if rival in known and rival != holder and trial.state.name == "COMPLETE" and trial.value < bar:
                self.book.note(arm, "judged", len([t for t in self.book.trials(arm) if t.state.name != "RUNNING"]))
                if known[rival] < known[holder] * (1 - MARGIN):
                    self.book.note(arm, INCUMBENT, rival)
                    holder, bar = rival, trial.value * (1 - MARGIN)

    def _crew(self) -> Task | None:
        """Train every member's incumbent under the training found: no two have been tried together."""
        number = self.incumbent(TRAINING) if TRAINING in self.arms else 0
        if not number or any(kind != "crew" for _, _, kind in self._running):
            return None
        done = self.book.noted(TRAINING, CREW) or {}
        for arm in self.members:
            if self.crew_key(arm.name, number) in done or (arm.name, number, "crew") in self._running:
                continue
            job = Job(spec=self.spec(arm), answers=self.answers(arm.name, self.incumbent(arm.name), "crew"))
            return Task(
                arm=arm.name, number=number, kind="crew", jobs=(job,), train=self.training(), until=self._deadline
            )
        return None

    def _reserve(self, arm: Arm) -> float:
        """Seconds to keep for trying what was found once more, and what the next trial of `arm` may find."""
        to_come, workers = list(self._trainings_to_come()), self._limits.workers
        if arm.base is None and not self._crew_to_come():
            to_come += [self._cost(one.name) for one in self.members]
        return SPARE * (sum(to_come) / workers + 2 * self._cost(arm.name) / min(workers, 2))

    def _trainings_to_come(self) -> Iterator[float]:
        for name in self.arms:
            rival = self._challenger(name)
            if rival is not None:
                yield seconds_of(rival)
                if self.incumbent(name) not in self.again(name):
                    yield self._cost(name)
        if self._crew_to_come():
            yield from (self._cost(arm.name) for arm in self.members)

    def _crew_to_come(self) -> bool:
        """Whether all members may have to be trained under a training that was found."""
        return TRAINING in self.arms and bool(self.incumbent(TRAINING) or self._challenger(TRAINING) is not None)

    def _cost(self, arm: str) -> float:
        """Seconds of a whole trial."""
        if arm == TRAINING:
            names = {job.spec.name for job in self._proxies()}
            return sum(self._cost(one.name) for one in self.members if one.name in names)
        start = self.start_of(arm)
        return seconds_of(start) if start is not None else 0.0

    def _note(self, arm: str, key: str, name: str, value: float) -> None:
        self.book.note(arm, key, {**(self.book.noted(arm, key) or {}), name: value})
