"""A rig: its cards, how they are linked, and the machine around them; one that cannot exist is refused with why."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from sextet.core.errors import ConfigError, nearest
from sextet.hardware.cards import counted
from sextet.hardware.catalogue import Device, look_up, pcie_gbs

WIDTHS = (1, 2, 4, 8, 16)
"""Lanes a PCIe link can have (PCI-SIG); 12 and 32 are not built."""

NARROWEST = 4
"""Least lanes a card is given where the lanes of the machine are divided: mainboards split 16 lanes into at most four
links of four (bifurcation x4x4x4x4)."""

MOST = 64
"""Most cards of a rig."""

_WORD = {
    "lanes": re.compile(r"(\d+)\s*lanes?", re.IGNORECASE),
    "lanes_per_card": re.compile(r"(?:pcie\s*)?x(\d+)(?:\s*each)?", re.IGNORECASE),
    "cores": re.compile(r"(\d+)\s*(?:cpu\s*)?cores?", re.IGNORECASE),
    "memory_gb": re.compile(r"(\d+)\s*gb(?:\s*(?:ram|memory))?", re.IGNORECASE),
    "pcie_generation": re.compile(r"pcie\s*(\d)(?:\.0)?", re.IGNORECASE),
}
_LINKED = re.compile(r"(?:^|[\s,;+])(?:with\s+)?nvlink(?=$|[\s,;])", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Machine:
    """The machine around the cards; None: not said.

    Attributes:
        lanes: PCIe lanes for cards, all together.
        lanes_per_card: lanes of each card's link.
        pcie_generation: of its slots; a card of a newer one runs at this one.
        cores: of its processors.
        memory_gb: main memory.
    """

    lanes: int | None = None
    lanes_per_card: int | None = None
    pcie_generation: int | None = None
    cores: int | None = None
    memory_gb: int | None = None

    def __post_init__(self) -> None:
        """Check every value.

        Raises:
            ConfigError: one is not a whole number above 0, or no width of a PCIe link.
        """
        for one in fields(self):
            value = getattr(self, one.name)
            if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
                raise ConfigError(f"A machine's {one.name} must be a whole number of at least 1; got {value!r}.")
        if self.lanes_per_card is not None and self.lanes_per_card not in WIDTHS:
            raise ConfigError(
                f"A PCIe link has {', '.join(map(str, WIDTHS))} lanes; got x{self.lanes_per_card}. Name one of these."
            )
        if self.pcie_generation is not None:
            pcie_gbs(self.pcie_generation, 1)


@dataclass(frozen=True, kw_only=True)
class Rig:
    """Cards in a machine.

    Attributes:
        name: as the user wrote it.
        devices: every card, equal ones as often as they are there.
        nvlink: whether the cards are linked by NVLink.
        machine: what is around them.
        notes: what was assumed, one sentence each.
    """

    name: str
    devices: tuple[Device, ...]
    nvlink: bool = False
    machine: Machine = field(default_factory=Machine)
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Check that it can exist.

        Raises:
            ConfigError: it cannot; says why.
        """
        if not 1 <= len(self.devices) <= MOST:
            raise ConfigError(f"A rig has 1 to {MOST} cards; {self.name!r} has {len(self.devices)}.")
        if self.nvlink:
            self._check_nvlink()
        self._check_lanes()

    @property
    def kinds(self) -> dict[Device, int]:
        """How many there are of each product, in the order they were named."""
        return {one: self.devices.count(one) for one in dict.fromkeys(self.devices)}

    @property
    def memory_gb(self) -> float:
        """Memory of the smallest card: each card holds the whole model in data parallel, so this is what counts."""
        return min(one.memory_gb for one in self.devices)

    @property
    def tdp_w(self) -> float:
        """Watts of all cards."""
        return sum(one.tdp_w for one in self.devices)

    def lanes(self, one: Device) -> int:
        """Return the lanes of a card's link: the card's own where the machine does not say."""
        count, machine = len(self.devices), self.machine
        wide = machine.lanes_per_card or one.pcie_lanes
        if machine.lanes is not None and machine.lanes_per_card is None:
            wide = max((width for width in WIDTHS if width * count <= machine.lanes), default=1)
        return min(wide, one.pcie_lanes)

    def pcie_gbs(self, one: Device) -> float:
        """Return GB/s of a card's link in one direction."""
        generation = min(one.pcie_generation, self.machine.pcie_generation or one.pcie_generation)
        return pcie_gbs(generation, self.lanes(one))

    def link_gbs(self, one: Device) -> float:
        """Return GB/s in one direction between cards: NVLink's where they are linked, PCIe's otherwise."""
        return one.nvlink_gbs / 2 if self.nvlink and one.nvlink_gbs else self.pcie_gbs(one)

    def __str__(self) -> str:
        """Written as "2x Tesla V100 SXM2 32GB nvlink"."""
        cards = ", ".join(f"{count}x {one}" for one, count in self.kinds.items())
        return f"{cards} nvlink" if self.nvlink else cards

    def _check_nvlink(self) -> None:
        without = [str(one) for one in self.kinds if one.nvlink_gbs is None]
        if without:
            raise ConfigError(
                f"{self.name!r} cannot exist: {', '.join(without)} has no NVLink. Leave nvlink out: cards talk over "
                "PCIe then."
            )
        if len(self.devices) == 1:
            raise ConfigError(f"{self.name!r} cannot exist: NVLink joins at least two cards. Leave nvlink out.")
        if len(self.kinds) > 1:
            raise ConfigError(f"{self.name!r} cannot exist: NVLink joins equal cards only; name one model of card.")
        one = self.devices[0]
        if one.nvlink == "bridge" and len(self.devices) > 2:
            raise ConfigError(
                f"{self.name!r} cannot exist: the NVLink bridge of the {one} joins a pair, and there are "
                f"{len(self.devices)} cards. Name two cards, or leave nvlink out."
            )

    def _check_lanes(self) -> None:
        count, machine = len(self.devices), self.machine
        if machine.lanes is None:
            return
        each = machine.lanes_per_card or NARROWEST
        if each * count > machine.lanes:
            shared = f"x{each} each" if machine.lanes_per_card else f"links of at least x{NARROWEST}"
            raise ConfigError(
                f"{self.name!r} cannot exist: {count} cards need {shared}, that is {each * count} lanes, and the "
                f"machine has {machine.lanes}. At most {machine.lanes // each} cards fit; take fewer, or a machine "
                "with more lanes."
            )


def read_rig(text: str | Path) -> Rig:
    """Return the rig of a text such as "2x V100 32GB nvlink" or "3x P40 on 40 lanes, 16 cores", or of a TOML file.

    A text names cards with commas or plus signs between them, "nvlink" where they are linked, and after "on" the
    machine: "40 lanes", "x8" (each card), "PCIe 3", "16 cores", "64 GB". A file has `cards`, a list of such texts,
    and, as it likes, `name`, `nvlink` and a table `machine`.

    Raises:
        ConfigError: it cannot be read, a card is not known, or the rig cannot exist.
    """
    if isinstance(text, Path) or text.strip().endswith(".toml"):
        return _from_file(Path(text))
    cards, _, around = text.partition(" on ")
    linked = _LINKED.search(cards)
    return _rig(text.strip(), [_LINKED.sub(" ", cards)], bool(linked), _machine(around))


def _rig(name: str, texts: list[str], nvlink: bool, machine: Machine) -> Rig:
    chosen: list[Device] = []
    notes: list[str] = []
    parts = [part.strip() for text in texts for part in re.split(r"[,;+]", text) if part.strip()]
    for part in parts:
        count, card = counted(part)
        if not 1 <= count <= MOST:
            raise ConfigError(f"A rig has 1 to {MOST} cards; {name!r} asks for {count} of {card!r}.")
        if chosen and _of_machine(part):
            raise ConfigError(_misplaced(parts, part, nvlink))
        found = look_up(card, nvlink)
        chosen += [found.device] * count
        notes += [found.note] if found.note else []
    rig = Rig(name=name, devices=tuple(chosen), nvlink=nvlink, machine=machine)
    if any(one.form != "PCIe" for one in rig.kinds):
        notes.append("SXM modules need a carrier board or a server of their own; its price is not in that of the card.")
    return replace(rig, notes=tuple(dict.fromkeys(notes)))


def _of_machine(word: str) -> bool:
    """Whether a word says something of a machine, such as "64 GB"."""
    return any(pattern.fullmatch(word) for pattern in _WORD.values())


def _misplaced(parts: list[str], word: str, nvlink: bool) -> str:
    """Return what to say of a word on the machine that stands among cards, and where it belongs."""
    cards, around = ([part for part in parts if _of_machine(part) == of] for of in (False, True))
    right = f"{', '.join(cards)}{' nvlink' if nvlink else ''} on {', '.join(around)}"
    return (
        f"Expected a card after {cards[0]!r}; got {word!r}, which says something of the machine. Words on the machine "
        f"follow 'on': {right!r}; a file of a rig has them in its table machine."
    )


def _machine(text: str) -> Machine:
    """Return the machine that the words after "on" name."""
    said: dict[str, int] = {}
    for word in (word.strip() for word in re.split(r"[,;]", text)):
        if not word:
            continue
        found = [(name, match) for name, pattern in _WORD.items() if (match := pattern.fullmatch(word))]
        if not found:
            raise ConfigError(
                f"Expected words of a machine such as '40 lanes', 'x8', 'PCIe 3', '16 cores', '64 GB'; got {word!r}."
            )
        field, value = found[0][0], int(found[0][1][1])
        if said.setdefault(field, value) != value:
            raise ConfigError(
                f"Expected one value of a machine's {field}; got {said[field]} and {value} in {text.strip()!r}."
            )
    return Machine(**said)


def _from_file(path: Path) -> Rig:
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"Expected a TOML file of a rig at {path}; it cannot be read: {error}.") from error
    _known(values, ("name", "cards", "nvlink", "machine"), path)
    cards, nvlink, machine = values.get("cards"), values.get("nvlink", False), values.get("machine", {})
    if not isinstance(cards, list) or not all(isinstance(card, str) for card in cards):
        raise ConfigError(f"{path}: cards must be a list of texts such as ['3x Tesla P40']; got {cards!r}.")
    if not isinstance(nvlink, bool) or not isinstance(machine, Mapping):
        raise ConfigError(f"{path}: nvlink must be true or false and machine a table; got {nvlink!r} and {machine!r}.")
    _known(machine, tuple(one.name for one in fields(Machine)), path)
    return _rig(str(values.get("name", path.stem)), cards, nvlink, Machine(**machine))


def _known(values: Mapping[str, Any], known: tuple[str, ...], path: Path) -> None:
    for key in values:
        if key not in known:
            raise ConfigError(f"{path} has no field {key!r}{nearest(key, known) or '.'} Known are {', '.join(known)}.")
