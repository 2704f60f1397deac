"""Which cards of a rig sextet cannot train on at all, however fast they would be."""

from __future__ import annotations

from sextet.hardware.catalogue import Device
from sextet.hardware.rig import Rig
from sextet.hardware.support import no_training
from sextet.planner.clock import Clock
from sextet.planner.this_machine import is_processor


def why_not(one: Device, clock: Clock) -> str:
    """Return why sextet cannot train on a device; empty where it can.

    A processor always can, and so can a device that was profiled: its steps were run with the TensorFlow there.
    """
    if is_processor(one) or clock.measured(one) is not None:
        return ""
    return no_training(one.capability)


def cannot_train(rig: Rig, clock: Clock) -> tuple[str, ...]:
    """Return a sentence for each kind of card that sextet cannot train on; none where it trains on all of them."""
    return tuple(f"{one} cannot train: {why}." for one in rig.kinds if (why := why_not(one, clock)))
