"""A training step on several cards of one machine: all-reduce of the gradients, overlap and stragglers.

A ring all-reduce of S bytes over n cards moves 2 (n - 1) / n S over each link (Patarasuk and Yuan 2009). The time of
it was measured by DeepBench (NCCL 2 on PCIe 3.0 x16: 12.2 GB/s where cards reach each other below one root, falling to
8.7 with eight of them; 6.2 GB/s where the way goes over the host). How much of it hides behind the backward pass, and
what waiting for the slowest card costs, are fitted to throughput tables by `benchmarks/planner_scaling.py`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

from sextet.core.errors import ConfigError
from sextet.planner.operations import Work
from sextet.planner.timing.prediction import TimePrediction

Way = Literal["pcie", "host", "nvlink"]

# Of DeepBench: share of a PCIe link that a ring gets below one root and over the host; what each further card takes.
DIRECT_SHARE, HOST_SHARE, CROWDING = 0.775, 0.39, 0.066
START_S, HOP_S = 25e-6, 6e-6
# Of both directions of NVLink; not measured in the tables, so the interval is wide: NCCL reaches 60 to 80 % of one.
NVLINK_SHARE = 0.35
# Fitted: share of a step that can hide communication, cost of stragglers per doubling of cards, spread of efficiency.
HIDDEN = 0.01
STRAGGLING = {"library": 0.023, "pytorch": 0.034, "tensorflow": 0.023}
EFFICIENCY_LOW, EFFICIENCY_HIGH = -0.187, 0.058


@dataclass(frozen=True)
class Link:
    """How equal cards of a machine reach each other.

    Attributes:
        way: "pcie" where they do so directly, "host" where main memory lies between (GeForce cards from Turing on
            have no peer-to-peer; a P40 or V100 on two sockets), or "nvlink".
        gbs: of one card, 10^9 bytes per second: one direction of PCIe, both of NVLink.
    """

    way: Way
    gbs: float

    def __post_init__(self) -> None:
        """Check the rate.

        Raises:
            ConfigError: it is not above 0.
        """
        if self.way not in ("pcie", "host", "nvlink"):
            raise ConfigError(f"Expected a way of pcie, host, nvlink; got {self.way!r}")
        if not self.gbs > 0:
            raise ConfigError(f"Expected a link with a rate above 0 GB/s; got {self.gbs!r}")


def all_reduce_seconds(size: float, cards: int, link: Link) -> float:
    """Return how long `cards` cards need to add up `size` bytes.

    Raises:
        ConfigError: the number of cards is not a whole number from 1.
    """
    if not isinstance(cards, int) or cards < 1:
        raise ConfigError(f"Expected cards as a whole number from 1; got {cards!r}")
    if cards == 1:
        return 0.0
    share = {"pcie": DIRECT_SHARE, "host": HOST_SHARE, "nvlink": NVLINK_SHARE}[link.way]
    crowding = 1.0 if link.way == "nvlink" else 1.0 + CROWDING * (cards - 2)
    ring = 2 * (cards - 1) / cards * size * crowding / (share * link.gbs * 1e9)
    return START_S + HOP_S * (cards - 1) + ring


def on_cards(one: TimePrediction, work: Work, cards: int, link: Link, framework: str = "tensorflow") -> TimePrediction:
    """Return the step on `cards` cards, each of which does `work` on its own part of the batch.

    Args:
        one: the step of one card.
        work: of one card; its gradients are exchanged in FP32.
        cards: equal cards.
        link: between them.
        framework: whose stragglers.

    Raises:
        ConfigError: the number of cards is not a whole number from 1.
    """
    exchange = all_reduce_seconds(4.0 * work.parameters, cards, link)
    if cards == 1 or not work.training:
        return one
    value = _step(one.value, exchange, cards, framework)
    efficiency = one.value / value
    # The spread of efficiencies on left-out sources, and that of the step of one card.
    slower = 1 / max(0.05, efficiency + EFFICIENCY_LOW) - 1 / efficiency
    faster = 1 / efficiency - 1 / min(1.0, efficiency + EFFICIENCY_HIGH)
    high = value + math.hypot(_step(one.high, exchange, cards, framework) - value, slower * one.value)
    low = value - math.hypot(value - _step(one.low, exchange, cards, framework), faster * one.value)
    limit = "exchange of gradients" if exchange > one.value else one.limited_by
    return replace(one, value=value, low=max(0.0, low), high=high, limited_by=limit)


def step_on_cards(seconds: float, size: float, cards: int, link: Link, framework: str = "tensorflow") -> float:
    """Return the seconds of a step that exchanges `size` bytes, from those of one card; the value of `on_cards`.

    Raises:
        ConfigError: the number of cards is not a whole number from 1.
    """
    return _step(seconds, all_reduce_seconds(size, cards, link), cards, framework)


def _step(seconds: float, exchange: float, cards: int, framework: str) -> float:
    hidden = HIDDEN * seconds
    straggling = seconds * STRAGGLING[framework] * math.log2(cards)
    return math.hypot(hidden, exchange) + seconds - hidden + straggling
