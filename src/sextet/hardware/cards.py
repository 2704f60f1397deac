"""The cards known by name: compute capability and architecture, each with its source."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources

from sextet.core.errors import ConfigError, nearest
from sextet.hardware.capability import Capability
from sextet.hardware.makers import refusal

# Words of a product name that do not change the chip: maker, family, socket, memory size, laptop variants.
_IDLE = re.compile(
    r"nvidia|geforce|tesla|quadro|graphics|gpus?|pcie|sxm\d?|hbm\d?e?|\d+gi?b|nvl|laptop|mobile|max|q|with|per|die"
)
_SERIES = ("gtx", "rtx", "gt")
_WORD = re.compile(r"[a-z0-9]+")
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
        ConfigError: a card is not known; the nearest name is told. Or there are none of one.
    """
    found: list[Card] = []
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
        ConfigError: no such card is known; the nearest name is told, or that the card is of another maker.
    """
    found = find(name)
    if found is not None:
        return found
    try:
        capability = Capability.of(name)
    except ValueError:
        raise ConfigError(
            refusal(name)
            or f"Expected a GPU such as 'Tesla P40', or its compute capability such as 6.1; got {name!r}{_meant(name)}."
        ) from None
    return Card(name=f"compute capability {capability}", capability=capability)


def find(name: str) -> Card | None:
    """Return the card of a name, None where it is not known."""
    return _by_key().get(_key(name))


def _meant(name: str) -> str:
    """Return a hint at the nearest name; an O beside digits may be meant as a 0."""
    zeros = find(re.sub(r"\w*\d\w*", lambda word: word[0].lower().replace("o", "0"), name))
    return f", did you mean {zeros.name!r}?" if zeros else nearest(name, cards())


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
