"""Trains members apart: each in a process of its own, on a device of its own, several at once, the longest first.

A process trains one member after the other and is asked for the next when it is done. One that dies takes down no
other: its member is tried once more by those that are left, or by a new process where none is.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from multiprocessing.reduction import ForkingPickler
from pathlib import Path

from sextet.core.errors import ConfigError, ResourceError, SextetError
from sextet.core.progress import Progress
from sextet.core.worker_process import settle, spawning, without_main
from sextet.ensemble.ground import Ground
from sextet.ensemble.member_training import Training, member_file, record_file, recorded, train_member
from sextet.ensemble.relay import Relay, tell
from sextet.ensemble.slot import Slot
from sextet.specs.presets import MemberSpec

TRIES = 2
"""How often a member is begun whose process dies."""


@dataclass
class _Worker:
    """A process and what it is doing."""

    slot: Slot
    process: BaseProcess
    line: Connection
    spec: MemberSpec | None = None

    def begin(self, spec: MemberSpec) -> None:
        self.spec = spec
        self.line.send(spec)

    def end(self) -> None:
        self.process.terminate()
        self.process.join(5)
        if self.process.is_alive():
            self.process.kill()
        self.line.close()


class Apart:
    """Several processes, a member each.

    Attributes:
        used: which slot trained each member of the last training; one that was there already is not among them.
    """

    def __init__(self, slots: Sequence[Slot], expected: Mapping[str, float] | None = None) -> None:
        """Train on `slots`; `expected` has the seconds of each member, of which the longest is begun first."""
        self._slots = tuple(slots)
        self._expected = dict(expected or {})
        self.used: dict[str, Slot] = {}

    def train(self, ground: Ground, folder: Path, progress: Progress) -> dict[str, Training]:
        """Train the members of `ground.specs`, on as many slots as there are, and write them under `folder/members`.

        Raises:
            ConfigError: a member cannot be sent to another process.
            ResourceError: the process of a member died, and died again; what others finished is kept.
            SextetError: a member cannot be trained or exported; it is named.
        """
        known = {spec.name: recorded(folder / member_file(spec), folder / record_file(spec)) for spec in ground.specs}
        trained = {name: training for name, training in known.items() if training}
        todo = [spec for spec in ground.specs if spec.name not in trained]
        check_sendable(todo)
        shift = _Shift(ground, folder, progress, self._slots)
        self.used = shift.used
        try:
            trained |= shift.run(sorted(todo, key=lambda spec: -self._expected.get(spec.name, 0.0)))
        finally:
            shift.end()
        return {spec.name: trained[spec.name] for spec in ground.specs}


class _Shift:
    """One training of members by processes."""

    def __init__(self, ground: Ground, folder: Path, progress: Progress, slots: Sequence[Slot]) -> None:
        self._ground, self._folder, self._progress = ground, folder, progress
        self._free = deque(slots)
        self._workers: list[_Worker] = []
        self._tries: dict[str, int] = {}
        self._trained: dict[str, Training] = {}
        self.used: dict[str, Slot] = {}

    def run(self, specs: Sequence[MemberSpec]) -> dict[str, Training]:
        todo = deque(specs)
        while todo or any(worker.spec for worker in self._workers):
            self._hand_out(todo)
            busy = [(worker, worker.spec) for worker in self._workers if worker.spec is not None]
            # a process that died closes its end of the line, so that the line is ready and then at its end
            ready = wait([worker.line for worker, _ in busy])
            for worker, spec in busy:
                if worker.line in ready and not self._heard(worker, spec):
                    todo.append(self._lost(worker, spec))
        return self._trained

    def end(self) -> None:
        for worker in self._workers:
            worker.end()

    def _hand_out(self, todo: deque[MemberSpec]) -> None:
        for worker in self._workers:
            if todo and worker.spec is None:
                self._begin(worker, todo.popleft())
        while todo and self._free:
            worker = self._start(self._free.popleft())
            self._workers.append(worker)
            self._begin(worker, todo.popleft())

    def _begin(self, worker: _Worker, spec: MemberSpec) -> None:
        self._tries[spec.name] = self._tries.get(spec.name, 0) + 1
        try:
            worker.begin(spec)
        except OSError:
            pass  # it has died; its line says so at the next look

    def _start(self, slot: Slot) -> _Worker:
        context = spawning()
        here, there = context.Pipe()
        process = context.Process(
            target=_work, args=(there, slot, self._ground, self._folder), name=f"sextet {slot.title}", daemon=True
        )
        with without_main():
            process.start()
        there.close()
        return _Worker(slot=slot, process=process, line=here)

    def _heard(self, worker: _Worker, spec: MemberSpec) -> bool:
        """Take a message; False where the process is gone."""
        try:
            kind, said = worker.line.recv()
        except (EOFError, OSError):
            return False
        if kind == "told":
            tell(self._progress, said)
        elif kind == "trained":
            self._trained[spec.name], self.used[spec.name] = said, worker.slot
            worker.spec = None
        else:
            raise said
        return True

    def _lost(self, worker: _Worker, spec: MemberSpec) -> MemberSpec:
        """A process is gone: its member waits for another one, unless that has been tried."""
        worker.process.join(5)
        code = worker.process.exitcode
        self._workers.remove(worker)
        worker.line.close()
        how = f"was ended by signal {-code}" if code is not None and code < 0 else f"ended with code {code}"
        if self._tries[spec.name] >= TRIES:
            raise ResourceError(
                f"The process that trained {spec.name} ({worker.slot.title}) {how}, and the one before it died too, "
                "most likely for lack of memory. Members that were finished are kept. Train one at a time with "
                "--placement data, or lower --batch."
            )
        self._progress.note(
            f"The process that trained {spec.name} ({worker.slot.title}) {how}; {spec.name} is begun once more when "
            "another process is free."
        )
        if not self._workers:
            self._free.append(worker.slot)
        return spec


def check_sendable(specs: Sequence[MemberSpec]) -> None:
    """Make sure that members can be sent to another process.

    Raises:
        ConfigError: one is a function or model that only this process knows; it is named.
    """
    for spec in specs:
        build = getattr(spec, "build", None)
        try:
            ForkingPickler.dumps(spec)
            reason = "the script itself defines it" if getattr(build, "__module__", "") == "__main__" else ""
        except Exception as error:  # whatever a user's object raises
            reason = str(error)
        if reason:
            raise ConfigError(
                f"The member {spec.name!r} cannot be sent to another process ({reason}). Name where it is instead, "
                "as file.py:function, or train in this process with --placement data."
            )


def _work(line: Connection, slot: Slot, ground: Ground, folder: Path) -> None:
    """Train what comes down the line; in a process of its own."""
    slot.settle()
    settle(slot.threads)
    while True:
        try:
            spec = line.recv()
        except EOFError:
            return
        try:
            training = train_member(spec, ground, folder, Relay(lambda told: line.send(("told", told))))
            line.send(("trained", training))
        except Exception as error:
            line.send(("failed", portable(error, spec.name)))


def portable(error: Exception, member: str) -> Exception:
    """Return an error that can be raised in another process, which may lack the packages of this one."""
    if isinstance(error, SextetError):
        return error
    text = " ".join(str(error).split())[:400]
    if isinstance(error, MemoryError) or type(error).__name__ in ("ResourceExhaustedError", "_ArrayMemoryError"):
        return ResourceError(
            f"Out of memory while {member} was trained ({text}). Members that were finished are kept. Use a smaller "
            "--batch or a shorter --lookback, or train one member at a time with --placement data."
        )
    if isinstance(error, OSError) and error.errno is not None:
        return type(error)(error.errno, error.strerror, error.filename)
    return RuntimeError(f"{member}: {type(error).__name__}: {text}")
