"""The newest complete set that works on cards: requirements, driver, and how it is known."""

from __future__ import annotations

from dataclasses import dataclass

from sextet.core.errors import HardwareError
from sextet.doctor.case import named
from sextet.doctor.remedy import NGC, OLD_CARDS, chooses_cudnn, newest_cudnn, newest_tensorflow
from sextet.hardware.cards import Card
from sextet.hardware.matrix import Span, TensorFlow, matrix
from sextet.hardware.support import SEXTET, lowest_known, pythons, trains


@dataclass(frozen=True, kw_only=True)
class Suggestion:
    """A set that goes together on cards.

    Attributes:
        cards: in words.
        requirements: lines of a requirements file.
        python: lowest and highest that TensorFlow and sextet take.
        driver: which branch, in words.
        knows: how this is known, a line each.
        notes: what else is to be known.
    """

    cards: str
    requirements: tuple[str, ...]
    python: tuple[str, str]
    driver: str
    knows: tuple[str, ...]
    notes: tuple[str, ...]

    def __str__(self) -> str:
        """As a requirements file; all but the requirements are comments."""
        lines = [
            f"# For {self.cards}.",
            f"# Python {self.python[0]} to {self.python[1]}, Linux or WSL2, x86-64.",
            f"# Driver: {self.driver}.",
            "# How this is known:",
            *(f"#   {line}" for line in self.knows),
            *(f"# {line}" for line in self.notes),
            *self.requirements,
        ]
        return "\n".join(lines) + "\n"


def suggest(cards: tuple[Card, ...]) -> Suggestion:
    """Return the newest complete set for all of some cards.

    Raises:
        HardwareError: no set is known.
    """
    row = newest_tensorflow(cards)
    if row is None or any(card.capability < lowest_known() for card in cards):
        newer = any(card.capability.major >= 10 for card in cards)
        hint = (
            f" NVIDIA's container has, for other programs than sextet: {NGC}"
            if newer
            else " Leave the oldest card out, with CUDA_VISIBLE_DEVICES."
        )
        oldest, newest = matrix().tensorflow[0].release, matrix().tensorflow[-1].release
        raise HardwareError(
            f"No set is known to work on {named(cards)}: one TensorFlow wheel of {oldest} to {newest} has to have "
            f"machine code for all of them, and cards below compute capability {lowest_known()} are not known.{hint}"
        )
    cudnn = newest_cudnn(cards) if chooses_cudnn(row) else None
    requirements = [f"tensorflow[and-cuda]=={row.newest}"]
    if str(row.release) in matrix().keras:
        requirements.append(f"keras=={matrix().keras[str(row.release)]}")
    if cudnn is not None:
        requirements.append(cudnn.package)
        requirements += [f"{one.package}=={one.version}" for one in matrix().libraries]
    return Suggestion(
        cards=named(cards),
        requirements=tuple(requirements),
        python=(str(pythons(row)[0]), str(pythons(row)[1])),
        driver=_driver(cards, row),
        knows=tuple(_knows(cards, row, cudnn)),
        notes=_notes(row),
    )


def _driver(cards: tuple[Card, ...], row: TensorFlow) -> str:
    family = matrix().family(row.cuda)
    least = f"; at least {family.driver} for CUDA {family.release.major}.x" if family else ""
    kept = next(one for one in matrix().branches if one.first == 580)
    newer = ", not 590 or newer" if any(card.capability < OLD_CARDS for card in cards) else ", or newer"
    return f"branch {kept.first}{newer} ({kept.kind} support until {kept.ends}){least}"


def _knows(cards: tuple[Card, ...], row: TensorFlow, cudnn: Span | None) -> list[str]:
    wanted = ", ".join(sorted({str(card.capability) for card in cards}))
    codes = ", ".join(map(str, row.sms))
    lines = [
        f"TensorFlow {row.newest} has machine code for {codes}, which runs on {wanted} ({row.source}, {row.date})",
    ]
    if cudnn is not None:
        ends = f"{cudnn.lowest}" + (f" to {cudnn.highest}" if cudnn.highest else " on")
        package = cudnn.package.partition("==")[2]
        lines.append(f"cuDNN {package} has code from {ends} ({cudnn.source}, {cudnn.date})")
        floor = max(one.lowest for one in matrix().libraries if one.lowest)
        lines.append(f"the other libraries have code from {floor} on ({matrix().libraries[0].source})")
    else:
        lines.append(f"its extra and-cuda pins {row.cudnn_package}")
    lines.append("wheels were read, not run on these cards: sextet doctor --deep tries them")
    return lines


def _notes(row: TensorFlow) -> tuple[str, ...]:
    if trains(row):
        return ()
    return (f"sextet itself trains with TensorFlow {SEXTET}: on these cards it forecasts, or trains on the CPU.",)
