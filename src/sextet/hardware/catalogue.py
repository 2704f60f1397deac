"""The cards that rigs are planned of: rates, memory, links and power, each value with its source and date."""

from __future__ import annotations

import difflib
import re
import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any, Literal, get_args

from sextet.core.errors import ConfigError
from sextet.hardware.capability import Capability
from sextet.hardware.cards import Card, card, without_series, words_of
from sextet.hardware.makers import refusal

Cooling = Literal["passive", "blower", "open"]
"""How a card is cooled, which is how loud it is: "passive" needs a server's fans or a fan of its own, "blower" is one
loud fan that blows the heat out, "open" are slow fans that leave the heat in the case."""

LinkForm = Literal["board", "bridge"]
"""How cards are linked by NVLink: "board" links all modules of a carrier board, "bridge" a pair of cards."""

# Words that do not tell one product of the catalogue from another.
_IDLE = re.compile(r"nvidia|geforce|tesla|quadro|graphics|gpus?|hbm\d?e?|card|with|per|die")
_FORM = re.compile(r"pcie|pci|sxm\d?")
_MEMORY = re.compile(r"(\d+)(?:gb|gib|g)")


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Where a value was read, and when."""

    source: str
    date: str


@dataclass(frozen=True, kw_only=True)
class Device:
    """A product of the catalogue. None: it has none of it where `absent` says so, otherwise it is not known.

    Rates are peaks in TFLOPS (10^12 FLOP/s, a multiplication and an addition are two) at the boost clock, dense.

    Attributes:
        name: with form and memory where products differ by them.
        card: capability and architecture, as the doctor knows the card.
        form: "PCIe", or the module's socket such as "SXM2".
        cuda_cores, sms: FP32 units and streaming multiprocessors.
        boost_mhz, base_mhz: clocks.
        fp32_tflops: FP32 without tensor cores.
        fp16_tflops: what FP16 without tensor cores really gives: the FP32 rate on a P40, not the 1/64 of its
            instruction set, since the libraries compute in FP32 there.
        tensor_fp16_tflops: FP16 products added up in FP32, which training uses.
        tensor_bf16_tflops, tensor_tf32_tflops: likewise for BF16 and TF32.
        memory_gb: as sold; 24 means 24 x 2^30 bytes; memory_type: such as "GDDR5" or "HBM2".
        bandwidth_gbs: of its memory, 10^9 bytes a second; l2_mb: its last cache.
        pcie_generation, pcie_lanes: of its connector.
        nvlink_gbs: all links, both directions; nvlink: how cards are linked.
        tdp_w: watts it is built for.
        year: of its launch.
        cooling: of the maker's own design.
        page: where most values stand.
        note: what a reader should know.
        aliases: other names.
        measured: rates measured on one, by the name of their attribute; measured_from: who says so, and when.
        origins: source and date of every value, by the name of its attribute; also of what it has not.
    """

    name: str
    card: Card
    form: str
    cuda_cores: int
    sms: int
    boost_mhz: float
    fp32_tflops: float
    memory_gb: float
    memory_type: str
    bandwidth_gbs: float
    pcie_generation: int
    pcie_lanes: int
    tdp_w: float
    year: int
    cooling: Cooling
    page: str
    base_mhz: float | None = None
    fp16_tflops: float | None = None
    tensor_fp16_tflops: float | None = None
    tensor_bf16_tflops: float | None = None
    tensor_tf32_tflops: float | None = None
    l2_mb: float | None = None
    nvlink_gbs: float | None = None
    nvlink: LinkForm | None = None
    note: str = ""
    aliases: tuple[str, ...] = ()
    measured: dict[str, float] = field(default_factory=dict, repr=False, compare=False)
    measured_from: Origin | None = field(default=None, repr=False, compare=False)
    origins: dict[str, Origin] = field(default_factory=dict, repr=False, compare=False)

    @property
    def capability(self) -> Capability:
        """Its compute capability."""
        return self.card.capability

    @property
    def memory_bytes(self) -> float:
        """Bytes of memory, before the driver takes its part."""
        return self.memory_gb * 2**30

    @property
    def pcie_gbs(self) -> float:
        """Bytes a second of its connector, one direction, in 10^9: what its lanes carry after the line code."""
        return pcie_gbs(self.pcie_generation, self.pcie_lanes)

    def __str__(self) -> str:
        """Its name."""
        return self.name


# GB/s a lane and direction: 2.5 and 5 GT/s with 8b/10b, then 8, 16, 32 and 64 GT/s with 128b/130b (PCI-SIG).
_LANE_GBS = {1: 0.25, 2: 0.5, 3: 8 * 128 / 130 / 8, 4: 16 * 128 / 130 / 8, 5: 32 * 128 / 130 / 8}


def pcie_gbs(generation: int, lanes: int) -> float:
    """Return GB/s of a PCIe link in one direction.

    Raises:
        ConfigError: the generation is not known.
    """
    if generation not in _LANE_GBS:
        raise ConfigError(f"Expected a PCIe generation of {', '.join(map(str, _LANE_GBS))}; got {generation}.")
    return _LANE_GBS[generation] * lanes


@dataclass(frozen=True, kw_only=True)
class Found:
    """What a name stands for; `note` says what was taken where the name fits several products, and why."""

    device: Device
    note: str = ""


@cache
def devices() -> dict[str, Device]:
    """Return every product of the catalogue by its name; of several that a name fits the first is the default."""
    text = resources.files("sextet.hardware").joinpath("catalogue.toml").read_text(encoding="utf-8")
    values = tomllib.loads(text)
    sources = values["sources"]
    measured = {row["name"]: row for row in values["measured"]}
    return {row["name"]: _device(row, sources, measured.get(row["name"])) for row in values["device"]}


def device(name: str) -> Device:
    """Return the product of a name; the documented default where it fits several.

    Raises:
        ConfigError: no product has this name; the nearest are told.
    """
    return look_up(name).device


def look_up(name: str, nvlink: bool = False) -> Found:
    """Return the product of a name, and what was assumed where the name fits several.

    The default is the PCIe card, which goes into any machine, with the smaller memory; with `nvlink` a product that
    has NVLink goes first.

    Raises:
        ConfigError: no product has this name; the nearest, its variants, or that another maker has it, is told.
    """
    wanted = _parts(name)
    same = [one for one in devices().values() if wanted.model in _models(one)]
    fitting = [one for one in same if wanted.fits(one)]
    if not fitting:
        raise ConfigError(_refusal(name, same))
    chosen = min(fitting, key=lambda one: (nvlink and one.nvlink is None, one.form != "PCIe"))
    others = [one.name for one in fitting if one is not chosen]
    if not others:
        return Found(device=chosen)
    why = "the one with NVLink" if nvlink and chosen.nvlink else "the default of this name"
    return Found(
        device=chosen, note=f"{name.strip()!r} is taken as {chosen}, {why}; it may also mean {', '.join(others)}."
    )


@dataclass(frozen=True, kw_only=True)
class _Parts:
    """A name taken apart: the model, and form and memory where it says them."""

    model: tuple[str, ...]
    form: str
    memory: float | None

    def fits(self, one: Device) -> bool:
        return one.form.lower().startswith(self.form) and self.memory in (None, one.memory_gb)


def _parts(name: str) -> _Parts:
    text = re.sub(r"(\d)\s+(gb|gib)\b", r"\1\2", name.lower())
    words = without_series([word for word in words_of(text) if not _IDLE.fullmatch(word)])
    memory = next((found for word in words if (found := _MEMORY.fullmatch(word))), None)
    form = next((word for word in words if _FORM.fullmatch(word)), "")
    model = tuple(word for word in words if not _FORM.fullmatch(word) and not _MEMORY.fullmatch(word))
    return _Parts(model=model, form="pcie" if form == "pci" else form, memory=float(memory[1]) if memory else None)


@cache
def _all_models() -> dict[str, frozenset[tuple[str, ...]]]:
    return {one.name: frozenset(_parts(name).model for name in (one.name, *one.aliases)) for one in devices().values()}


def _models(one: Device) -> frozenset[tuple[str, ...]]:
    return _all_models()[one.name]


def _refusal(name: str, same: list[Device]) -> str:
    if same:
        variants = ", ".join(one.name for one in same)
        return f"Expected a variant of the card that the catalogue has: {variants}; got {name!r}."
    if other := refusal(name):
        return other
    close = _nearest(name)
    hint = f" Nearest: {', '.join(close)}." if close else ""
    return f"Expected a card of the catalogue such as 'Tesla P40' or 'V100 SXM2 32GB'; got {name!r}.{hint}"


def _nearest(name: str, most: int = 3) -> list[str]:
    """Return the products whose names are nearest: those that share most words with it, then those spelt most alike."""
    asked = _words(name)
    found: dict[str, tuple[int, float]] = {}
    for one in devices().values():
        for known in (one.name, *one.aliases):
            words = _words(known)
            spelt = difflib.SequenceMatcher(None, " ".join(asked), " ".join(words)).ratio()
            if spelt >= 0.5:
                found[one.name] = max(found.get(one.name, (0, 0.0)), (len({*asked} & {*words}), spelt))
    return sorted(found, key=lambda key: found[key], reverse=True)[:most]


def _words(name: str) -> list[str]:
    """Return the words that tell a model from another, GTX and RTX among them."""
    return [word for word in words_of(name) if not any(one.fullmatch(word) for one in (_IDLE, _FORM, _MEMORY))]


def _device(row: dict[str, Any], sources: dict[str, str], measured: dict[str, Any] | None) -> Device:
    """Return one entry; its capability is what the doctor's list of cards says."""
    values = dict(row)
    date, common, own = str(values.pop("date")), sources[values.pop("source")], values.pop("from")
    unknown = [key for key in own if key not in Device.__dataclass_fields__]
    if unknown or values["cooling"] not in get_args(Cooling):
        raise ConfigError(f"catalogue.toml: {row['name']} has a source for {unknown} or cooling {values['cooling']!r}.")
    origins = {key: Origin(source=sources[key_source], date=date) for key, key_source in own.items()}
    for key in values:
        origins.setdefault(key, Origin(source=common, date=date))
    values["aliases"] = tuple(values.pop("aliases", ()))
    if measured is not None:
        values["measured"] = {key: rate for key, rate in measured.items() if key.endswith("_tflops")}
        values["measured_from"] = Origin(source=sources[measured["source"]], date=str(measured["date"]))
    return Device(card=card(row["name"]), origins=origins, **values)
