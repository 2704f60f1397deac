"""What `sextet calibrate --device gpu --members` measured on a card, beside what the planner says of it untold.

    python benchmarks/planner_card.py [--profile benchmarks/profiles/h200.toml] [--page]

Kernels: median of |predicted / measured - 1| and share in the 80 % interval, for the classes whose measured kernel is
one call of a library; what else was measured is a chain of small calls and tells of the host. Steps: whole training
steps of the members, as `sextet plan` predicts them for a card of which it has no profile. `--page` writes the tables
of docs/planner-model.md.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from statistics import median

from marked_page import fill
from sextet.core.errors import ConfigError
from sextet.planner.operations import Work
from sextet.planner.profile import Profile, read_profile
from sextet.planner.timing.device import Device, Software
from sextet.planner.timing.prediction import TimePrediction, predict_time
from sextet.planner.work import step_work

HERE = Path(__file__).parent
PAGE = HERE.parent / "docs" / "planner-model.md"
SOFTWARE = Software(framework="tensorflow")
CLASSES = ("gemm", "convolution", "recurrent")


def main() -> None:
    """Compare, print; write the page where asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--profile", type=Path, default=HERE / "profiles" / "h200.toml")
    parser.add_argument("--page", action="store_true", help="write the tables of docs/planner-model.md")
    options = parser.parse_args()
    profile = read_profile(options.profile)
    card = profile.device()
    if card is None:
        raise ConfigError(f"Expected the profile of a card of the catalogue; {options.profile} is of none.")
    tables = {"card-kernels": kernels_table(profile, card), "card-steps": steps_table(profile, card)}
    print("\n\n".join(tables.values()))
    if options.page:
        fill(PAGE, tables)


def kernels_table(profile: Profile, card: Device) -> str:
    """Return the errors of single kernels in FP32, class by class."""
    lines = [
        "| class | kernels | median error | predicted over measured | in the 80 % interval |",
        "| --- |" + " --- |" * 4,
    ]
    for name in CLASSES:
        rows = [one for one in profile.kernels if (one.kernel.kind, one.kernel.precision) == (name, "float32")]
        works = [Work("kernel", tuple((part, 1) for part in one.kernel.operations)) for one in rows]
        found = [(predict_time(work, card, SOFTWARE), one.time.value) for work, one in zip(works, rows, strict=True)]
        ratios = [said.value / seconds for said, seconds in found]
        error = median(abs(ratio - 1) for ratio in ratios)
        inside = sum(within(said, seconds) for said, seconds in found) / len(found)
        lines.append(f"| {name} | {len(rows)} | {error:.0%} | {min(ratios):.2f} to {max(ratios):.2f} | {inside:.0%} |")
    return "\n".join(lines)


def steps_table(profile: Profile, card: Device) -> str:
    """Return the steps of the members."""
    lines = ["| member | measured | predicted | 80 % interval | predicted over measured |", "| --- |" + " --- |" * 4]
    for one in profile.steps:
        said = predict_time(step_work(one, profile.machine.device), card, SOFTWARE)
        lines.append(
            f"| {one.spec.name} | {ms(one.time.value)} | {ms(said.value)} | {ms(said.low)} to {ms(said.high)} | "
            f"{said.value / one.time.value:.2f} |"
        )
    return "\n".join(lines)


def within(said: TimePrediction, seconds: float) -> bool:
    """Return whether a measurement lies in the interval."""
    return said.low <= seconds <= said.high


def ms(seconds: float) -> str:
    """Return milliseconds as text."""
    return f"{1e3 * seconds:.1f} ms"


if __name__ == "__main__":
    main()
