"""What is told in one process and heard in another: messages of a `Progress`, in order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sextet.core.progress import Progress, Tick

Told = tuple[str, tuple[Any, ...]]
"""Name of a method of `Progress`, and its arguments."""


@dataclass(frozen=True)
class Relay:
    """A listener that hands on what it hears.

    Attributes:
        send: takes a message; called from the thread that trains.
    """

    send: Callable[[Told], object]

    def stage(self, text: str) -> None:
        """Hand on."""
        self.send(("stage", (text,)))

    def tick(self, tick: Tick) -> None:
        """Hand on."""
        self.send(("tick", (tick,)))

    def member_done(self, member: str, seconds: float, select: float) -> None:
        """Hand on."""
        self.send(("member_done", (member, seconds, select)))

    def note(self, text: str) -> None:
        """Hand on."""
        self.send(("note", (text,)))


def tell(progress: Progress, told: Told) -> None:
    """Tell a listener what was handed on."""
    name, arguments = told
    getattr(progress, name)(*arguments)
