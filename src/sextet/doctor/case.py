"""What a check is given, and what a check is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sextet.doctor.finding import Finding
from sextet.doctor.machine import Machine
from sextet.doctor.stack import Stack
from sextet.hardware.capability import Capability
from sextet.hardware.cards import Card


@dataclass(frozen=True, kw_only=True)
class Case:
    """A stack, the cards it is to run on, and the machine it is on, where it is on one.

    Attributes:
        stack: the versions.
        cards: the cards that are to be used, one entry a card.
        machine: what was seen; None for a stack that is only thought of.
        month: now, as 2026-11.
    """

    stack: Stack
    cards: tuple[Card, ...]
    machine: Machine | None = None
    month: str = ""

    def below(self, capability: Capability) -> tuple[Card, ...]:
        """Return the cards below a compute capability."""
        return tuple(card for card in self.cards if card.capability < capability)


@dataclass(frozen=True, kw_only=True)
class Check:
    """A check: a name for messages, whether `train` asks it before it starts, and what it does.

    Attributes:
        name: what it looks at.
        gates: an error of it means that TensorFlow would leave a GPU unused.
        run: gives its findings.
    """

    name: str
    gates: bool
    run: Callable[[Case], Iterable[Finding]]


def named(cards: Iterable[Card]) -> str:
    """Return the cards in words: "3 x Tesla P40 (compute capability 6.1), Tesla T4 (compute capability 7.5)"."""
    counted = Counter(map(_with_capability, cards))
    return ", ".join(f"{count} x {name}" if count > 1 else name for name, count in counted.items())


def _with_capability(card: Card) -> str:
    text = f"compute capability {card.capability}"
    return card.name if card.name == text else f"{card.name} ({text})"
