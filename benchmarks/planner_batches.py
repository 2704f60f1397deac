"""Training steps that fill a card: measured time and memory beside what the planner says of them untold.

    python benchmarks/planner_batches.py --measure benchmarks/profiles/h200-batches.csv
    python benchmarks/planner_batches.py [--measured FILE] [--page]

At the sizes of `sextet calibrate` a fast card waits for the host. Here batches and networks are larger, up to a
PatchTST of the paper's width, so that arithmetic, bandwidth and memory decide. Each network trains in a process of its
own, its batch on the card already; steps are those of training (`Learner`), memory is TensorFlow's peak
(`get_memory_info`), which the driver's context, 560 MiB in the planner's count, is not part of. A batch that does not
fit ends its row.
"""

from __future__ import annotations

import argparse
import csv
import io
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any

from marked_page import fill
from sextet.core.files import write_text
from sextet.hardware.catalogue import look_up
from sextet.hardware.precision import FLOAT16, FLOAT32
from sextet.planner.memory import ABOVE, BELOW, MIB, memory_parts
from sextet.planner.standing import SHAPE, member_specs
from sextet.planner.timing.device import Software
from sextet.planner.timing.prediction import predict_time
from sextet.planner.work import compiles, member_work

HERE = Path(__file__).parent
PAGE = HERE.parent / "docs" / "planner-model.md"
MEASURED = HERE / "profiles" / "h200-batches.csv"
SOFTWARE = Software(framework="tensorflow")
WIDER: Mapping[str, Mapping[str, int]] = {
    "patchtst": {"width": 128, "heads": 16, "feed_forward": 256},
    "lstm": {"width": 512},
    "cnn-lstm": {"width": 512, "filters": 64},
    "gru": {"width": 512},
    "spike-detector": {"width": 256},
}
BATCHES = {"default": (4096, 16384, 65536), "wide": (1024, 4096, 16384)}
HALF = ("patchtst", "lstm")
"""Networks that are measured wide in FP16 too."""
SECONDS = 1.5
"""Of steps measured at each batch, after three that trace the graph and fill caches."""
LEAST_STEPS = 5
FIELDS = ("card", "member", "size", "precision", "batch", "steps", "shortest_s", "median_s", "peak_bytes")


@dataclass(frozen=True, kw_only=True)
class Row:
    """A batch that was measured, or would be."""

    card: str
    member: str
    size: str
    precision: str
    batch: int
    steps: int
    shortest_s: float
    median_s: float
    peak_bytes: int


def spec_of(member: str, size: str) -> Any:
    """Return the spec of a network, as calibration has it or wider."""
    spec = member_specs()[member]
    return replace(spec, **WIDER[member]) if size == "wide" else spec


def networks() -> Iterator[tuple[str, str, str]]:
    """Yield (member, size, precision) of every process."""
    for member in WIDER:
        for size in BATCHES:
            yield member, size, "float32"
    for member in HALF:
        yield member, "wide", "float16"


def measure(out: Path) -> None:
    """Measure what `out` lacks, every network in a process of its own; rows are kept as they come."""
    kept = out.read_text(encoding="utf-8").splitlines()[1:] if out.exists() else []
    there = {(row.member, row.size, row.precision) for row in read(out)} if kept else set()
    for member, size, precision in networks():
        if (member, size, precision) in there:
            continue
        command = [sys.executable, __file__, "--network", member, size, precision]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        found = [line.removeprefix("ROW ") for line in done.stdout.splitlines() if line.startswith("ROW ")]
        print(f"{member}, {size}, {precision}: {len(found)} of {len(BATCHES[size])} batches", flush=True)
        if len(found) < len(BATCHES[size]):
            print("  " + " ".join(done.stderr.split())[-300:], flush=True)
        kept += found
        write_text(out, "\n".join([",".join(FIELDS), *kept]) + "\n")


def network(member: str, size: str, precision: str) -> None:
    """Measure one network in this process, batch after batch."""
    from sextet.probes.steps import batch_of, learner_of, prepare

    tf = prepare("gpu")
    card = tf.config.experimental.get_device_details(tf.config.list_physical_devices("GPU")[0])["device_name"]
    learner = learner_of(spec_of(member, size), FLOAT16 if precision == "float16" else FLOAT32)
    for batch in BATCHES[size]:
        data = tf.nest.map_structure(tf.convert_to_tensor, batch_of(batch))
        for _ in range(3):
            learner.train_on_batch(*data)
        tf.config.experimental.reset_memory_stats("GPU:0")
        samples, end = [], time.monotonic() + SECONDS
        while len(samples) < LEAST_STEPS or time.monotonic() < end:
            begin = time.perf_counter()
            learner.train_on_batch(*data)
            samples.append(time.perf_counter() - begin)
        peak = tf.config.experimental.get_memory_info("GPU:0")["peak"]
        row = (card, member, size, precision, batch, len(samples), min(samples), median(samples), peak)
        said = io.StringIO()
        csv.writer(said).writerow([f"{one:.6g}" if isinstance(one, float) else one for one in row])
        print("ROW " + said.getvalue().strip(), flush=True)
        del data


def read(path: Path) -> list[Row]:
    """Read what was measured."""
    with path.open(encoding="utf-8", newline="") as file:
        return [
            Row(
                **{name: one[name] for name in ("card", "member", "size", "precision")},
                **{name: int(one[name]) for name in ("batch", "steps", "peak_bytes")},
                **{name: float(one[name]) for name in ("shortest_s", "median_s")},
            )
            for one in csv.DictReader(file)
        ]


@dataclass(frozen=True, kw_only=True)
class Compared:
    """A measured batch and what the planner says of it; bytes without the driver's context."""

    row: Row
    seconds: float
    low: float
    high: float
    limited_by: str
    peak: float

    @property
    def time_ratio(self) -> float:
        """Predicted over measured."""
        return self.seconds / self.row.shortest_s

    @property
    def memory_ratio(self) -> float:
        """Predicted over measured."""
        return self.peak / self.row.peak_bytes

    @property
    def memory_inside(self) -> bool:
        """Whether the peak lies in the interval that the planner gives for TensorFlow, the context left out."""
        return self.peak / BELOW**2 <= self.row.peak_bytes <= self.peak * ABOVE**2


def compared(row: Row) -> Compared:
    """Return what the planner says of a batch, without a profile of the card."""
    spec = spec_of(row.member, row.size)
    work = member_work(spec, SHAPE, row.batch, compiled=compiles(spec))
    said = predict_time(work, look_up(row.card).device, SOFTWARE, row.precision)
    parts = memory_parts(work, SOFTWARE, row.precision)
    return Compared(
        row=row,
        seconds=said.value,
        low=said.low,
        high=said.high,
        limited_by=said.limited_by or "",
        peak=parts.total - parts.context,
    )


def rows_table(found: Sequence[Compared]) -> str:
    """Return every batch."""
    lines = [
        "| network | precision | batch | step measured | predicted | ratio | limit | memory measured | predicted "
        "| ratio |",
        "| --- |" + " --- |" * 9,
    ]
    for one in found:
        row = one.row
        lines.append(
            f"| {row.member}, {row.size} | {row.precision} | {row.batch:,} | {1e3 * row.shortest_s:.1f} ms | "
            f"{1e3 * one.seconds:.1f} ms | {one.time_ratio:.2f} | {one.limited_by} | {row.peak_bytes / MIB:,.0f} MiB | "
            f"{one.peak / MIB:,.0f} MiB | {one.memory_ratio:.2f} |"
        )
    return "\n".join(lines)


def summary_table(found: Sequence[Compared]) -> str:
    """Return the errors of time and memory, network by network and of all."""
    lines = [
        "| network | batches | step: median error | predicted over measured | in the 80 % interval "
        "| memory: median error | predicted over measured | in the 80 % interval |",
        "| --- |" + " --- |" * 7,
    ]
    groups = {name: [one for one in found if one.row.member == name] for name in WIDER}
    for name, group in [*groups.items(), ("all", list(found))]:
        if not group:
            continue
        inside = sum(one.low <= one.row.shortest_s <= one.high for one in group) / len(group)
        held = sum(one.memory_inside for one in group) / len(group)
        lines.append(
            f"| {name} | {len(group)} | {_error(group, 'time_ratio')} | {inside:.0%} | "
            f"{_error(group, 'memory_ratio')} | {held:.0%} |"
        )
    return "\n".join(lines)


def _error(group: Sequence[Compared], name: str) -> str:
    ratios = [float(getattr(one, name)) for one in group]
    return f"{median(abs(ratio - 1) for ratio in ratios):.0%} | {min(ratios):.2f} to {max(ratios):.2f}"


def main() -> None:
    """Measure, or compare and print; write the page where asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--measure", type=Path, metavar="FILE", help="measure on this machine's GPU what FILE lacks")
    parser.add_argument("--measured", type=Path, default=MEASURED, metavar="FILE", help="what was measured")
    parser.add_argument("--page", action="store_true", help="write the tables of docs/planner-model.md")
    parser.add_argument("--network", nargs=3, metavar=("MEMBER", "SIZE", "PRECISION"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.network:
        network(*options.network)
        return
    if options.measure:
        measure(options.measure)
        return
    found = [compared(row) for row in read(options.measured)]
    tables = {"card-batches": rows_table(found), "card-batches-errors": summary_table(found)}
    print("\n\n".join(tables.values()))
    if options.page:
        fill(PAGE, tables)


if __name__ == "__main__":
    main()
