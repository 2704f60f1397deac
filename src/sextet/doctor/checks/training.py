"""sextet itself against the cards: whether the TensorFlow that it trains with has code for them."""

from __future__ import annotations

from collections.abc import Iterator

from sextet.doctor.case import Case, named
from sextet.doctor.checks.tensorflow import built_of
from sextet.doctor.finding import Finding, Level, found
from sextet.hardware.cards import Card
from sextet.hardware.support import SEXTET, no_training, own


def training(case: Case) -> Iterator[Finding]:
    """Find cards that sextet does not train on, whatever else may work on them."""
    if not case.stack.bare and case.stack.tensorflow is None:
        return  # JAX or PyTorch alone is meant for another program
    lost = [card for card in case.cards if no_training(card.capability) and not _built_for(case, card)]
    if not lost:
        return
    texts = {"title": "sextet may not train on the card", "fix": _TRY} if _compiles(case, lost) else {}
    yield found(
        "SXT119",
        level=Level.WARNING if texts or _others(case) else Level.ERROR,
        cards=named(lost),
        lowest=min(own().sms),
        highest=max(own().sms),
        reasons="; ".join(dict.fromkeys(no_training(card.capability) for card in lost)),
        source=own().source,
        **texts,
    )


def version(case: Case) -> Iterator[Finding]:
    """Say that sextet trains with another TensorFlow than the one that is named for a card, or is here."""
    trains = [card for card in case.cards if not no_training(card.capability)]
    if _others(case) and (trains or case.machine and not case.cards):
        # on a machine it is what would train; one that is described may be meant for another program
        level = Level.WARNING if case.machine else Level.NOTE
        yield found("SXT120", level=level, tensorflow=case.stack.tensorflow, own=SEXTET)


_TRY = "sextet doctor --deep   # tries whether what TensorFlow compiles for the card at first use works"


def _built_for(case: Case, card: Card) -> bool:
    """Whether the TensorFlow is new enough for sextet, and was built by other hands with code for the card."""
    version, built = case.stack.tensorflow, built_of(case)
    return version is not None and version >= SEXTET and built is not None and card.capability.runs(built.sms)


def _others(case: Case) -> bool:
    """Whether a TensorFlow is named that is not sextet's, and so may be meant for another program."""
    version = case.stack.tensorflow
    return version is not None and not version.within(SEXTET)


def _compiles(case: Case, lost: list[Card]) -> bool:
    """Whether sextet's TensorFlow is on this machine and may compile its kernels for newer cards (SXT105)."""
    built = built_of(case) if case.machine and not _others(case) else None
    return built is not None and all(card.capability >= built.ptx for card in lost)
