"""`sextet calibrate`: this machine in, a profile of it out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Option

from sextet.cli.budget_flags import Device
from sextet.cli.output import Output

if TYPE_CHECKING:
    from rich.console import Console

    from sextet.app.calibrate import Calibrated


@dataclass(frozen=True, kw_only=True)
class CalibrateFlags:
    """What is measured, and for how long."""

    device: Annotated[Device, Option("--device", help="What to measure; auto is a GPU where there is one.")] = (
        Device.AUTO
    )
    out: Annotated[Path, Option("--out", "-o", metavar="PROFILE.toml", help="File of the profile.")] = Path(
        "profile.toml"
    )
    seconds: Annotated[
        float,
        Option("--seconds", min=5.0, metavar="S", help="Time for kernels; as much again for --members."),
    ] = 100.0
    members: Annotated[
        bool,
        Option("--members", help="Also measure whole training steps of the members, and their memory."),
    ] = False


def calibrate(flags: CalibrateFlags, output: Output) -> None:
    """Measure this machine, so that `sextet plan --profile` rests on it and not on what others measured.

    Best while nothing else runs. Takes under two minutes; with --members some six.

    Example: sextet calibrate --out profile.toml
    """
    from sextet.app.calibrate import CalibrateRequest
    from sextet.app.calibrate import calibrate as measure
    from sextet.planner.profile import plain_profile

    request = CalibrateRequest(device=flags.device.value, out=flags.out, seconds=flags.seconds, members=flags.members)
    progress = output.progress()
    with output.working():
        made = measure(request, progress)
    plain = plain_profile(made.profile)
    failed = [{"kernel": what, "error": why} for what, why in made.failed]
    value = {"out": made.out, "seconds": made.seconds, "failed": failed, "profile": plain}
    output.news(value, lambda console: _show(console, made))


def _show(console: Console, made: Calibrated) -> None:
    from sextet.cli.tables import facts
    from sextet.planner.calibration_view import summary

    console.print(f"Measured {made.profile.machine.name} in {made.seconds:.0f} s.", soft_wrap=True)
    facts(console, summary(made.profile))
    for what, why in made.failed:
        console.print(f"Not measured: {what}: {why}", soft_wrap=True)
    console.print(f"Wrote {made.out}.", soft_wrap=True)
