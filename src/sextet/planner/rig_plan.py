"""The planner's answer about one rig: everything that text, JSON and charts show, and nothing computed here.

Times are seconds from the start of a training, memory is bytes, rates are FLOP/s and bytes/s. A number that is not
known is None. Cards are numbered from 0 in the order of `RigPlan.cards`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sextet.planner.figures import Prediction, Quoted


@dataclass(frozen=True, kw_only=True)
class CardView:
    """One card of a rig.

    Attributes:
        number: from 0; name: of the product.
        capability: such as "6.1"; year: of its launch.
        memory_bytes: as sold; usable_bytes: what a process can have of it.
        bandwidth: of its memory, bytes/s; peak: by precision, FLOP/s, only those its units have.
        link_bytes: to the other cards, one direction, bytes/s; link: "NVLink" or such as "PCIe 3.0 x16".
        tdp_w: watts it is built for; cooling: as the maker made it; source: where most of this was read.
    """

    number: int
    name: str
    capability: str
    year: int
    memory_bytes: float
    usable_bytes: float
    bandwidth: float
    peak: Mapping[str, float]
    link_bytes: float
    link: str
    tdp_w: float
    cooling: str
    source: str


@dataclass(frozen=True, kw_only=True)
class MemoryStack:
    """What fills a card while a member trains on it, bottom to top.

    Attributes:
        card: number; member: name.
        framework: driver, framework and libraries, before the first layer.
        weights, gradients, optimiser: of what is trained; fixed: of what is not; inputs: two batches.
        activations: kept for the backward pass, all layers; layers: the same by layer, largest first.
        workspace: what lives for a while, blocks of the allocator and the libraries' scratch memory.
        total: the sum; usable: what a process can have of the card.
        peak: `total` with its interval.
        fits: whether `total` is at most `usable`; headroom: usable over total.
    """

    card: int
    member: str
    framework: float
    weights: float
    gradients: float
    optimiser: float
    fixed: float
    inputs: float
    activations: float
    workspace: float
    total: float
    usable: float
    peak: Prediction
    fits: bool
    layers: tuple[tuple[str, float], ...] = ()

    @property
    def headroom(self) -> float:
        """Memory that can be had over memory that is needed."""
        return self.usable / self.total


@dataclass(frozen=True, kw_only=True)
class MemberTime:
    """How long a member trains.

    Attributes:
        member: its name; cards: numbers of those it trains on, none for one without a network.
        step: of the device, one optimiser step; batch: windows of it on each card.
        input: gathering a batch on the host, beside the step before.
        validation: after an epoch, all its windows; build: of the network, before the first step.
        seconds: a round of training, early stopping not counted on.
        limited_by: what takes most that could be less: "arithmetic", "memory", "sequential steps", "launches",
            "sequence lengths", "exchange of gradients", "input" or "host".
        why: the same in a sentence.
    """

    member: str
    cards: tuple[int, ...]
    batch: int
    step: Prediction | None
    input: Prediction | None
    validation: Prediction | None
    build: Prediction | None
    seconds: Prediction
    limited_by: str
    why: str


@dataclass(frozen=True, kw_only=True)
class Slot:
    """A bar of the timeline: what a card does from `start` to `end`, seconds.

    Attributes:
        card: number, None for the host's processor.
        member: its name, or "start-up".
        start, end: seconds from the start.
    """

    card: int | None
    member: str
    start: float
    end: float


@dataclass(frozen=True, kw_only=True)
class PlacementPlan:
    """One way to place the members on a rig.

    Attributes:
        placement: "over all cards" or "on cards of their own"; "one after another" on a single card.
        precision: of arithmetic.
        cards: numbers of the cards that are used; a plan may leave some idle where they would not help.
        seconds: of a round of training.
        members: in the order of training.
        timeline: every bar.
        memory: of each card and member.
        fits: whether every member fits on every card it is placed on.
        notes: one sentence each.
    """

    placement: str
    precision: str
    cards: tuple[int, ...]
    seconds: Prediction
    members: tuple[MemberTime, ...]
    timeline: tuple[Slot, ...]
    memory: tuple[MemoryStack, ...]
    fits: bool
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class RoomView:
    """What a kind of card has room for, one member at a time.

    Attributes:
        card: name of the product.
        largest_batch: by member, windows on one card.
        patchtst_width: widest PatchTST at the batch asked for; patchtst_patches: longest history, in patches; None
            where PatchTST is not among the members.
    """

    card: str
    largest_batch: Mapping[str, int]
    patchtst_width: int | None
    patchtst_patches: int | None


@dataclass(frozen=True, kw_only=True)
class RooflinePoint:
    """A member on the roofline of a card: one optimiser step at the batch of the chosen placement.

    Attributes:
        card: name of the product; member, precision: as they are.
        flops, bytes, seconds: of the step; low, high: ends of the seconds' interval.
        peak: FLOP/s of the unit that does the work; bandwidth: bytes/s.
    """

    card: str
    member: str
    precision: str
    flops: float
    bytes: float
    seconds: float
    low: float
    high: float
    peak: float
    bandwidth: float

    @property
    def intensity(self) -> float:
        """FLOPs a byte."""
        return self.flops / self.bytes

    @property
    def achieved(self) -> float:
        """FLOP/s."""
        return self.flops / self.seconds


@dataclass(frozen=True, kw_only=True)
class PrecisionChoice:
    """Which precision a rig trains in.

    Attributes:
        precision: the choice; why: a sentence.
        seconds: of a round by precision that was considered.
        unit: what does the products: "FP32 units", "tensor cores (FP16)" and so on.
    """

    precision: str
    why: str
    seconds: Mapping[str, float]
    unit: str


@dataclass(frozen=True, kw_only=True)
class Inference:
    """Forecasting with the networks, one after another on the first card.

    Attributes:
        latency: of one window, all members; throughput: windows a second in batches of `batch`.
    """

    latency: Prediction
    throughput: Prediction
    batch: int


@dataclass(frozen=True, kw_only=True)
class YearCost:
    """What a rig has cost at the end of a year of use: purchase and electricity, in one currency."""

    year: int
    purchase: float
    electricity: float
    low: float
    high: float
    unit: str


@dataclass(frozen=True, kw_only=True)
class Money:
    """What a rig costs.

    Attributes:
        price: of its cards, None where no list has it; missing: cards without a price.
        lists: names of the lists that the price was read from.
        power: watts while it trains; energy: kWh of a round; energy_cost: its price.
        training: cost of a round with its share of the purchase, at the hours a day and years asked for.
        years: cost by year, from 0 (the purchase) on; empty where there is no price.
        notes: what to know of prices.
    """

    price: Quoted | None
    missing: tuple[str, ...]
    lists: tuple[str, ...]
    power: Prediction
    energy: Prediction
    energy_cost: Prediction
    training: Prediction | None
    years: tuple[YearCost, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class SoftwareEnd:
    """Until when software serves a card.

    Attributes:
        card: name of the product; ends: month after which its last driver is not looked after, None: no end is known.
        years: from the date of the facts; None: no end is known.
        risk: in words; sources: where these were read.
        cannot_train: why sextet cannot train on it, empty where it can.
    """

    card: str
    ends: str | None
    years: float | None
    risk: str
    sources: tuple[str, ...]
    cannot_train: str = ""


@dataclass(frozen=True, kw_only=True)
class ScoreView:
    """A rig's score: `total` and `parts` from 0 to 10, None where not known; notes say what was left out."""

    total: float | None
    parts: Mapping[str, float | None]
    notes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class RigPlan:
    """Everything about one rig.

    Attributes:
        name: as asked; text: what it stands for.
        cards: all of them.
        placements: the ways considered, in the precision chosen; chosen: the placement to use; why: a sentence.
        precision: the choice.
        room: of each kind of card.
        roofline: of each member and kind of card, in the chosen placement.
        inference: forecasts.
        money: costs.
        noise: a sentence a kind of card; heat: a sentence.
        software: end of life.
        limits: what limits the rig, one sentence each, the most important first.
        score: out of 10.
        within: whether limits that were asked for hold, by "hours" and "budget"; None: cannot be told.
        pros, cons: reasons for and against.
        notes: what was assumed of the rig.
        cannot_train: a sentence for each kind of card that sextet cannot train on; such a rig is never recommended.
    """

    name: str
    text: str
    cards: tuple[CardView, ...]
    placements: tuple[PlacementPlan, ...]
    chosen: str
    why: str
    precision: PrecisionChoice
    room: tuple[RoomView, ...]
    roofline: tuple[RooflinePoint, ...]
    inference: Inference
    money: Money
    noise: tuple[str, ...]
    heat: str
    software: tuple[SoftwareEnd, ...]
    limits: tuple[str, ...]
    score: ScoreView
    within: Mapping[str, bool | None]
    pros: tuple[str, ...]
    cons: tuple[str, ...]
    notes: tuple[str, ...]
    cannot_train: tuple[str, ...] = ()

    @property
    def placement(self) -> PlacementPlan:
        """The placement to use."""
        return next(one for one in self.placements if one.placement == self.chosen)

    @property
    def seconds(self) -> Prediction:
        """Of a round of training as it should be placed."""
        return self.placement.seconds

    @property
    def fits(self) -> bool:
        """Whether every member fits as it should be placed."""
        return self.placement.fits
