"""Listeners that show a training on standard error: bars on a terminal, a few plain lines elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn

from sextet.cli.interrupt import heed
from sextet.core.progress import Tick
from sextet.report.naming import shown

LINE_SECONDS = 15.0  # a member that trains says where it is about four times a minute


class Bars:
    """One bar a member, with epoch, loss and time left; it stays when the member is done.

    Attributes:
        told: the notes written so far.
    """

    def __init__(self, console: Console, bars: Progress) -> None:
        """Draw on `console` through `bars`."""
        self._console = console
        self._bars = bars
        self._tasks: dict[str, TaskID] = {}
        self._stage: TaskID | None = None
        self._stage_text = ""
        self.told: list[str] = []

    def stage(self, text: str) -> None:
        """Show the stage below the members."""
        self.end()
        self._stage_text = text
        self._stage = self._bars.add_task(text, total=None, detail="")

    def tick(self, tick: Tick) -> None:
        """Move the member's bar."""
        heed()
        total = tick.epochs * tick.steps
        if tick.member not in self._tasks:
            self._tasks[tick.member] = self._bars.add_task(shown(tick.member), total=total, detail="")
            if self._stage is not None:
                self.stage(self._stage_text)  # drawn anew, so that it stays below the members
        self._bars.update(
            self._tasks[tick.member],
            total=total,
            completed=(tick.epoch - 1) * tick.steps + tick.step,
            detail=_where(tick),
        )

    def member_done(self, member: str, seconds: float, select: float) -> None:
        """Fill the member's bar."""
        task = self._tasks.pop(member, None)
        if task is None:
            task = self._bars.add_task(shown(member), total=1, detail="")
        self._bars.update(task, total=1, completed=1, detail=_done(seconds, select))

    def end(self) -> None:
        """Take the stage away; the members stay."""
        if self._stage is not None:
            self._bars.remove_task(self._stage)
            self._stage = None

    def note(self, text: str) -> None:
        """Write the note above the bars."""
        self.told.append(text)
        self._console.print(f"note: {text}", soft_wrap=True, markup=False)


class Lines:
    """A line a stage and a finished member, and one now and then while a member trains.

    Attributes:
        told: the notes written so far.
    """

    def __init__(self, console: Console, clock: Callable[[], float] = time.monotonic) -> None:
        """Write to `console`; `clock` gives seconds."""
        self._console = console
        self._clock = clock
        self._last: dict[str, float] = {}
        self.told: list[str] = []

    def stage(self, text: str) -> None:
        """Write the stage."""
        self._write(f"{text} ...")

    def tick(self, tick: Tick) -> None:
        """Write where the member is, when the last line about it is old; several may train at once."""
        heed()
        now = self._clock()
        if now - self._last.get(tick.member, -LINE_SECONDS) < LINE_SECONDS:
            return
        self._last[tick.member] = now
        self._write(f"  {shown(tick.member)}: {_where(tick)}")

    def member_done(self, member: str, seconds: float, select: float) -> None:
        """Write the member's end."""
        self._write(f"  {shown(member)}: {_done(seconds, select)}")

    def note(self, text: str) -> None:
        """Write the note."""
        self.told.append(text)
        self._write(f"note: {text}")

    def _write(self, text: str) -> None:
        self._console.print(text, soft_wrap=True, markup=False)


@contextmanager
def listener(console: Console) -> Iterator[Bars | Lines]:
    """Yield the listener that fits the console."""
    if not console.is_terminal or console.is_dumb_terminal:
        yield Lines(console)
        return
    spinner = "line" if console.options.ascii_only else "dots"
    columns = (
        SpinnerColumn(spinner_name=spinner, finished_text="+", style="bold"),
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=24, complete_style="bold", finished_style="bold", pulse_style="dim"),
        TextColumn("{task.fields[detail]}", markup=False),
    )
    with Progress(*columns, console=console) as bars:
        drawn = Bars(console, bars)
        yield drawn
        drawn.end()


def duration(seconds: float) -> str:
    """Write seconds for people: 8 s, 2 min 5 s, 1 h 20 min."""
    whole = max(round(seconds), 0)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def _where(tick: Tick) -> str:
    select = "" if tick.select is None else f", select {tick.select:.4g}"
    # The first steps build the graph, so that a time left told after them would be many times too long.
    settled = (tick.epoch, tick.step) > (1, 2) and tick.seconds_left == tick.seconds_left
    left = f", {duration(tick.seconds_left)} left" if settled else ""
    return f"epoch {tick.epoch}/{tick.epochs}, loss {tick.loss:.4g}{select}{left}"


def _done(seconds: float, select: float) -> str:
    return f"done in {duration(seconds)}" + (f", select {select:.4g}" if select == select else "")
