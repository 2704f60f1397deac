"""The cards known by name: compute capability and architecture, each with its source."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources

from sextet.core.errors import ConfigError
from sextet.hardware.capability import Capability
from sextet.hardware.makers import refusal

# Words of a product name that do not change the chip: maker, family, socket, memory size, laptop variants.
_IDLE = re.compile(
    r"nvidia|geforce|tesla|quadro|graphics|gpus?|pcie|sxm\d?|hbm\d?e?|\d+gi?b|nvl|laptop|mobile|max|q|with|per|die"
)
_SERIES = ("gtx", "rtx", "gt")
_WORD = re.compile(r"[a-z0-9]+")
_NEAR = 0.75  # how alike two names are spelt before one may be meant for the other: of four letters three
_MOST = 3  # names that are told where several are as near
_COUNT = re.compile(r"(\d{1,3})\s*[x×*]\s*(?=\S)", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Card:
    """A model of card.

    Attributes:
        name: its name; "compute capability 6.1" where only that was given.
        capability: its compute capability.
        architecture: its generation, such as Pascal; empty where only the capability was given.
        source, date: where this was read, and when.
    """

    name: str
    capability: Capability
    architecture: str = ""
    source: str = ""
    date: str = ""

    def __str__(self) -> str:
        """Name and capability, as messages show them."""
        return self.name if not self.architecture else f"{self.name} (compute capability {self.capability})"


@cache
def cards() -> dict[str, Card]:
    """Return every known card by its name."""
    text = resources.files("sextet.hardware").joinpath("cards.toml").read_text(encoding="utf-8")
    values = tomllib.loads(text)
    sources = values["sources"]
    return {
        name: Card(
            name=name,
            capability=Capability.of(row["capability"]),
            architecture=row["architecture"],
            source=sources[row["source"]],
            date=str(row["date"]),
        )
        for row in values["card"]
        for name in row["names"]
    }


def counted(text: str) -> tuple[int, str]:
    """Return how many cards a text such as "3x Tesla P40" names, one where it does not say, and their name."""
    found = _COUNT.match(text)
    return (int(found[1]), text[found.end() :]) if found else (1, text)


def rig(names: Iterable[str]) -> tuple[Card, ...]:
    """Return the cards of texts such as "3x Tesla P40, 2x V100": several with commas, each as often as its count says.

    Raises:
        ConfigError: a card is not known; the nearest names are told. Or there are none of one, or a text names none.
    """
    names, found = tuple(names), []
    if empty := [text for text in names if not text.strip(" \t\n,")]:
        raise ConfigError(
            f"Expected a GPU such as 'Tesla P40', or its compute capability such as 6.1; got {empty[0]!r}, which names "
            "none, as an empty variable of the shell does. Name a card, or leave the option out for this machine."
        )
    for part in (part.strip() for text in names for part in text.split(",")):
        if part:
            count, name = counted(part)
            if count < 1:
                raise ConfigError(f"Expected at least one of a card, such as '3x Tesla P40'; got {part!r}.")
            found += [card(name)] * count
    return tuple(found)


def card(name: str) -> Card:
    """Return the card of a name as people, shops or NVML write it, or of a compute capability such as 6.1.

    Raises:
        ConfigError: no such card is known; the nearest names are told, or that the card is of another maker.
    """
    found = find(name)
    if found is not None:
        return found
    try:
        capability = Capability.of(name)
    except ValueError:
        raise ConfigError(
            refusal(name)
            or f"Expected a GPU such as 'Tesla P40', or its compute capability such as 6.1; got {name!r}"
            f"{_meant(name) or '.'}"
        ) from None
    return Card(name=f"compute capability {capability}", capability=capability)


def find(name: str) -> Card | None:
    """Return the card of a name, None where it is not known."""
    return _by_key().get(_key(name))


def _meant(name: str) -> str:
    """Return a hint at the nearest names, where one is near; an O beside digits may be meant as a 0."""
    zeros = find(re.sub(r"\w*\d\w*", lambda word: word[0].lower().replace("o", "0"), name))
    meant = [zeros.name] if zeros else _nearest(name)
    if not meant:
        return ""
    *others, last = map(repr, meant)
    return f", did you mean {', '.join(others)} or {last}?" if others else f", did you mean {last}?"


def _nearest(name: str) -> list[str]:
    """Return the cards whose names are spelt most like this one; none where none is near."""
    words = words_of(name)
    if not without_series([word for word in words if not _IDLE.fullmatch(word)]):
        return []  # a maker or a family alone, such as Tesla, is near to no card of it
    asked = _spelt(words)
    alike = {known: _alike(asked, known) for known in cards()}
    best = max(alike.values())
    return [known for known, score in alike.items() if score == best][:_MOST] if best >= _NEAR else []


def _alike(asked: str, known: str) -> float:
    """How alike a name is to a card's, with its maker and family and without: 0 to 1."""
    words = words_of(known)
    short = [word for word in words if not _IDLE.fullmatch(word)]
    spellings = {_spelt(words), _spelt(short), _spelt(without_series(short))}
    return max(difflib.SequenceMatcher(None, asked, spelling).ratio() for spelling in spellings)


def _spelt(words: list[str]) -> str:
    return "".join(words)


@cache
def _by_key() -> dict[tuple[str, ...], Card]:
    return {_key(name): known for name, known in cards().items()}


def words_of(name: str) -> list[str]:
    """Return the words of a name in small letters, "RTX2080Ti" as three and "24 GB" as one.

    A slice of a card (MIG) is that card.
    """
    text = re.sub(r"\bmig\b.*", "", name.lower())
    text = re.sub(r"\b(\d{1,3})\s+(?=gi?b\b)", r"\1", text)
    return _WORD.findall(re.sub(r"(?<=gtx|rtx)(?=\d)|(?<=\d)(?=ti\b|super\b)", " ", text))


def without_series(words: list[str]) -> list[str]:
    """Return the words without GTX and RTX, but for a TITAN, where they tell generations apart."""
    return words if "titan" in words else [word for word in words if word not in _SERIES]


def _key(name: str) -> tuple[str, ...]:
    words = words_of(name)
    return tuple(without_series([word for word in words if not _IDLE.fullmatch(word)])) or tuple(words)
