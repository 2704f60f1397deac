"""Memory of every card of a rig, in both ways to place members on it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from sextet.core.errors import ConfigError
from sextet.core.window import WindowShape
from sextet.hardware.catalogue import Device
from sextet.hardware.rig import Rig
from sextet.planner.figures import Prediction
from sextet.planner.memory import predict_memory
from sextet.planner.timing.device import Software
from sextet.planner.work import member_work
from sextet.specs.presets import MemberSpec

Placement = Literal["over all cards", "on cards of their own"]
"""Each member over all cards, a share of the batch on each; or each member whole on one card."""


def placed_memory(
    specs: Sequence[MemberSpec],
    shape: WindowShape,
    batch: int,
    rig: Rig,
    software: Software,
    placement: Placement,
    precision: str = "float32",
) -> dict[str, dict[Device, Prediction]]:
    """Return the peak of each kind of card for each member while it trains; one trains at a time on a card.

    Over all cards a card holds all of the member and its share of the batch; see `planner.memory.TOGETHER`.

    Args:
        specs: members, every field chosen; the Rule-Based member, which has no network, is left out.
        shape: of the windows.
        batch: windows of a step, of all cards together.
        rig: the cards.
        software: the framework.
        placement: which of the two ways.
        precision: of arithmetic and activations.

    Raises:
        ConfigError: the batch has fewer windows than there are cards that share it, or a spec is not chosen.
    """
    count = len(rig.devices) if placement == "over all cards" else 1
    if batch < count:
        raise ConfigError(
            f"Expected at least one window a card; got a batch of {batch} for {count} cards. Raise the batch, or place "
            "members on cards of their own."
        )
    found: dict[str, dict[Device, Prediction]] = {}
    for spec in specs:
        if spec.name != "rule-based":
            work = member_work(spec, shape, -(-batch // count))
            found[spec.name] = {one: predict_memory(work, one, software, precision, count) for one in rig.kinds}
    return found
