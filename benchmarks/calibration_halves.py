"""Half of the members calibrate this machine, the other half is predicted: every way to halve the five networks.

    python benchmarks/calibration_halves.py [--profile FILE [--members FILE]] [--seconds 100] [--page]

Measures this machine as `sextet calibrate --members` does, unless a profile with members is given. Then the steps of
two of the five networks, and of three, refine the profile, and the time and the growth of resident memory of those left
out are predicted. Two baselines: the geometric mean of the half that was measured, and the kernels without any step.
`--members` takes the members from another profile of the same machine, where a busy machine needed two runs.
`--page` writes the tables of docs/calibration.md.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path
from statistics import median

from marked_page import fill
from sextet.app.calibrate import CalibrateRequest, calibrate
from sextet.planner.memory import MIB
from sextet.planner.memory_profile import predict_growth
from sextet.planner.profile import Profile, StepTime, read_profile
from sextet.planner.this_machine import this_machine
from sextet.planner.timing.device import Software
from sextet.planner.timing.prediction import predict_time
from sextet.planner.work import member_work, step_work

PAGE = Path(__file__).parents[1] / "docs" / "calibration.md"
TIME_BAR, MEMORY_BAR = 0.20, 0.15


@dataclass(frozen=True)
class Guess:
    """A member that was left out: what was measured of it, and what was predicted from which others."""

    name: str
    kept: tuple[str, ...]
    measured: float
    predicted: float
    low: float
    high: float
    constant: float

    @property
    def error(self) -> float:
        """Relative error."""
        return self.predicted / self.measured - 1

    @property
    def constant_error(self) -> float:
        """That of the geometric mean of those kept."""
        return self.constant / self.measured - 1


Predictor = Callable[[Profile, StepTime], tuple[float, float, float]]
Measure = Callable[[StepTime], float]


def time_of(profile: Profile, step: StepTime) -> tuple[float, float, float]:
    """Predict a step: seconds, low, high."""
    work = step_work(step, profile.machine.device)
    found = predict_time(work, this_machine(profile), Software(framework="tensorflow"), profile=profile)
    return found.value, found.low, found.high


def growth_of(profile: Profile, step: StepTime) -> tuple[float, float, float]:
    """Predict growth of memory: bytes, low, high."""
    found = predict_growth(member_work(step.spec, step.shape, step.batch), profile)
    return found.value, found.low, found.high


def halves(profile: Profile, predictor: Predictor, measure: Measure) -> Iterator[Guess]:
    """Predict every member from every half of which it is not."""
    steps = profile.steps
    for size in (len(steps) // 2, len(steps) - len(steps) // 2):
        for kept in combinations(steps, size):
            half = replace(profile, steps=kept)
            constant = math.exp(sum(math.log(measure(one)) for one in kept) / size)
            for step in steps:
                if step not in kept:
                    names = tuple(one.spec.name for one in kept)
                    yield Guess(step.spec.name, names, measure(step), *predictor(half, step), constant)


def judged(found: list[Guess], bar: float) -> dict[str, float]:
    """Return how large the errors are, and how many lie within the bar."""
    errors = [abs(one.error) for one in found]
    return {
        "predictions": len(found),
        "median": median(errors),
        "largest": max(errors),
        "within": sum(error <= bar for error in errors) / len(errors),
        "covered": sum(one.low <= one.measured <= one.high for one in found) / len(found),
        "constant": max(abs(one.constant_error) for one in found),
    }


def members_table(profile: Profile, times: list[Guess], memory: list[Guess]) -> str:
    """Return what was measured of each member, and the range of its errors."""
    bare = replace(profile, steps=())
    rows = ["| member | step | spread | kernels alone | errors | memory | errors |", "| --- |" + " --- |" * 6]
    for step in profile.steps:
        name = step.spec.name
        own = [one.error for one in times if one.name == name]
        grown = [one.error for one in memory if one.name == name]
        alone = time_of(bare, step)[0] / step.time.value - 1
        took = f"{1e3 * step.time.value:.1f} ms | {step.time.spread:.0%} | {alone:+.0%}"
        held = f"{(step.memory or 0) / MIB:.0f} MiB | {_range(grown)}" if grown else " | "
        rows.append(f"| {name} | {took} | {_range(own)} | {held} |")
    return "\n".join(rows)


def _range(errors: list[float]) -> str:
    return f"{min(errors):+.1%} to {max(errors):+.1%}"


def summary_table(times: list[Guess], memory: list[Guess]) -> str:
    """Return errors over all halves beside the bars."""
    rows = [
        "| what | predictions | median | largest | bar | within it | in the 80 % interval | largest of the constant |",
        "| --- |" + " --- |" * 7,
    ]
    for name, found, bar in (("step time", times, TIME_BAR), ("growth of memory", memory, MEMORY_BAR)):
        if found:
            one = judged(found, bar)
            rows.append(
                f"| {name} | {one['predictions']} | {one['median']:.1%} | {one['largest']:.1%} | {bar:.0%} | "
                f"{one['within']:.0%} | {one['covered']:.0%} | {one['constant']:.1%} |"
            )
    return "\n".join(rows)


def main() -> None:
    """Measure, predict, print; write the page where asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--profile", type=Path, help="one with members, measured before")
    parser.add_argument("--members", type=Path, help="another profile of this machine, whose members count")
    parser.add_argument("--seconds", type=float, default=100.0)
    parser.add_argument("--device", default="auto", choices=("auto", "cpu", "gpu"))
    parser.add_argument("--out", type=Path, default=Path("profile.toml"))
    parser.add_argument("--page", action="store_true", help="write the tables of docs/calibration.md")
    given = parser.parse_args()
    if given.profile:
        profile = read_profile(given.profile)
        if given.members:
            profile = replace(profile, steps=read_profile(given.members).steps)
    else:
        request = CalibrateRequest(device=given.device, out=given.out, seconds=given.seconds, members=True)
        profile = calibrate(request).profile
    times = list(halves(profile, time_of, lambda one: one.time.value))
    remembered = replace(profile, steps=tuple(one for one in profile.steps if one.memory is not None))
    memory = list(halves(remembered, growth_of, lambda one: float(one.memory or 0))) if remembered.steps else []
    tables = {"halves": summary_table(times, memory), "members": members_table(profile, times, memory)}
    machine = profile.machine
    tables["where"] = (
        f"Measured on {machine.date}: {machine.name}, {machine.cores} cores, {machine.memory / 2**30:.0f} GiB, "
        f"TensorFlow {machine.version}, {machine.system}."
    )
    print("\n\n".join(tables.values()))
    if given.page:
        fill(PAGE, tables)


if __name__ == "__main__":
    main()
