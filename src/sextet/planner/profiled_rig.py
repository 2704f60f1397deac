"""Rigs of the machine that a profile is of, beside those of the catalogue."""

from __future__ import annotations

from collections.abc import Sequence

from sextet.core.errors import ConfigError
from sextet.hardware.rig import Rig
from sextet.planner.profile import THIS_MACHINE, Profile
from sextet.planner.this_machine import this_machine


def is_this_machine(text: object) -> bool:
    """Return whether a user names the machine of the profile."""
    return isinstance(text, str) and " ".join(text.lower().split()) == THIS_MACHINE


def rig_here(profile: Profile | None) -> Rig:
    """Return the machine of a profile as a rig of one device.

    Raises:
        ConfigError: there is no profile.
    """
    if profile is None:
        raise ConfigError(
            f"Expected a profile of {THIS_MACHINE!r}: measure it with `sextet calibrate --out profile.toml`, and give "
            "it with --profile profile.toml."
        )
    device = this_machine(profile)
    note = f"{THIS_MACHINE} is {profile.machine.name}, {profile.source}."
    return Rig(name=THIS_MACHINE, devices=(device,), notes=(note,))


def used_by(profile: Profile, rigs: Sequence[Rig]) -> str:
    """Return which rigs rest on a profile, as a note for the reader."""
    names = [rig.name for rig in rigs if any(profile.describes(one) for one in rig.kinds)]
    where = profile.machine.card or THIS_MACHINE
    if not names:
        return f"The profile is of {where}; no rig has one, so nothing here rests on it."
    held = f" and {len(profile.steps)} whole steps" if profile.steps else ""
    return (
        f"Step times of {', '.join(names)} on {where}: {profile.source}, from {len(profile.kernels)} kernels{held}. "
        f"All others are predicted.{_besides(profile)}"
    )


def _besides(profile: Profile) -> str:
    """Say what else of a profile these rigs rest on."""
    more = ["memory"] if profile.knows_memory else []
    more += ["the rate of gathering windows"] if "gather" in profile.figures else []
    return f" From it come also {' and '.join(more)}." if more else ""
