"""`sextet watch` on the files of the Numenta Anomaly Benchmark, beside two of its own detectors.

Usage: python benchmarks/nab.py --data DIR [--half even|odd|both] [--page docs/watch.md]

DIR holds `data/` and `labels/combined_windows.json` of NAB. One configuration for all files: the defaults of `sextet
watch` without a run, whose thresholds come from each file's own past. Files are split by the parity of the SHA-256
of their path as the labels name it (`realTweets/Twitter_volume_AAPL.csv`): the detector was developed on the even
half alone. The rivals are computed from their definitions: a normal distribution over a window of 6,400 values moved
every 100 (windowed Gaussian), and relative entropy of histograms of 52 values in 5 bins against hypotheses seen
before (Wang et al., ICAC 2011), which is told the least and the greatest value of each file. A detector with a
score needs a threshold: it is given the best one for each profile, once on the even half, and once on the very files
that are scored, which no detector could know.

With --page the tables are written between the marks of that page.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import math
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.special import erfc
from scipy.stats import chi2

from marked_page import fill
from sextet.evaluate.spikes import NAB_PROFILES, NabCount, NabProfile, nab_count
from sextet.watching.clock import Clock
from sextet.watching.watcher import Watcher

HALVES = ("even", "odd")
_WINDOW, _STEP = 6400, 100
_HISTOGRAM, _BINS, _TRUST = 52, 5, 0.01
_BLIND = 400


@dataclass(frozen=True, kw_only=True)
class NabFile:
    """One file: `[n]` stamps, values, and the windows of its anomalies as rows."""

    path: str
    stamps: list[str]
    values: np.ndarray
    windows: list[tuple[int, int]]


def half_of(path: str) -> str:
    """Which half a file belongs to."""
    return HALVES[int(hashlib.sha256(path.encode()).hexdigest(), 16) % 2]


def files(folder: Path, half: str) -> Iterator[NabFile]:
    """Read the files of a half, in order of their path; those that are not there are left out."""
    labels = json.loads((folder / "labels" / "combined_windows.json").read_text(encoding="utf-8"))
    for path in sorted(labels):
        source = folder / "data" / path
        if half_of(path) != half or not source.exists():
            continue
        with open(source, encoding="utf-8", newline="") as lines:
            rows = list(csv.reader(lines))[1:]
        stamps = [row[0] for row in rows]
        place = {stamp: number for number, stamp in reversed(list(enumerate(stamps)))}
        windows = [(place[first.split(".")[0]], place[last.split(".")[0]]) for first, last in labels[path]]
        yield NabFile(path=path, stamps=stamps, values=np.array([float(row[1]) for row in rows]), windows=windows)


def watched(file: NabFile) -> list[int]:
    """Rows at which `sextet watch` begins an alert."""
    watcher, clock = Watcher(), Clock()
    found = []
    for row, (stamp, value) in enumerate(zip(file.stamps, file.values.tolist(), strict=True)):
        second = clock.second(stamp)
        finding = None if second is None else watcher.take("", stamp, second, value)
        if finding is not None and finding.event == "start":  # one that gets worse is no further alarm
            found.append(row)
    return found


def windowed_gaussian(file: NabFile) -> np.ndarray:
    """Score each row by 1 minus the upper or lower tail of a normal distribution over the window before it."""
    values, scores = file.values, np.zeros(len(file.values))
    low, high = 0, 0  # the window
    for row, value in enumerate(values):
        if high > low:
            if row == high or (row - high) % _STEP == 0:
                mean, sd = values[low:high].mean(), values[low:high].std() or 1e-6
            scores[row] = 1.0 - 0.5 * erfc(abs(value - mean) / sd / math.sqrt(2.0))
        if row - low < _WINDOW:
            high = row + 1
        elif row + 1 - high == _STEP:
            low, high = low + _STEP, high + _STEP
    return scores


def relative_entropy(file: NabFile) -> np.ndarray:
    """Score 1 where the histogram of the last values agrees with none seen before, or the first time it agrees."""
    values, scores = file.values, np.zeros(len(file.values))
    width = (values.max() - values.min()) / _BINS
    if width == 0:
        return scores
    bins = np.ceil((values - values.min()) / width)
    limit = chi2.isf(_TRUST, _BINS - 1)
    known: list[np.ndarray] = []
    for row in range(_HISTOGRAM - 1, len(values)):
        now = np.histogram(bins[row - _HISTOGRAM + 1 : row + 1], bins=_BINS, range=(0, _BINS))[0] / _HISTOGRAM
        if known:
            with np.errstate(divide="ignore", invalid="ignore"):
                part = np.where(now > 0, now * np.log(now / np.stack(known)), 0.0).sum(axis=1)
            if (2 * _HISTOGRAM * part < limit).any():
                continue
            scores[row] = 1.0
        known.append(now)
    return scores


def best_threshold(scored: list[tuple[NabFile, np.ndarray]], profile: NabProfile) -> float:
    """The threshold with the best score among the quantiles of the scores, as NAB's optimiser would choose."""
    every = np.concatenate([score for _, score in scored])
    cuts = np.unique(np.quantile(every, 1.0 - np.geomspace(1e-5, 0.3, 300)))
    return float(max(cuts[cuts > 0], key=lambda cut: total(scored, cut).score(profile)))


def total(scored: list[tuple[NabFile, np.ndarray]], cut: float) -> NabCount:
    """Count alarms at every row whose score reaches the threshold."""
    counts = (nab_count(np.flatnonzero(score >= cut), file.windows, len(score)) for file, score in scored)
    return sum(counts, NabCount())


def rival(name: str, score: Callable[[NabFile], np.ndarray], data: Path, half: str) -> list[list[str]]:
    """Rows of the table for a detector that needs a threshold."""
    there = [(file, score(file)) for file in files(data, half)]
    even = there if half == "even" else [(file, score(file)) for file in files(data, "even")]
    rows = []
    for source, chosen_on in (("even files", even), ("the files scored", there)):
        if source == "even files" and half == "even":
            continue
        cuts = {name: best_threshold(chosen_on, profile) for name, profile in NAB_PROFILES.items()}
        counts = {name: total(there, cut) for name, cut in cuts.items()}
        rows.append(table_row(f"{name}, threshold from {source}", counts))
    return rows


def table_row(name: str, counts: dict[str, NabCount]) -> list[str]:
    standard = counts["standard"]
    scores = [f"{counts[key].score(profile):.1f}" for key, profile in NAB_PROFILES.items()]
    return [name, *scores, f"{standard.hits} of {standard.windows}", str(standard.false_alarms)]


def table(data: Path, half: str) -> str:
    """The table of one half as Markdown."""
    ours, blind, count = NabCount(), NabCount(), 0
    for file in files(data, half):
        found = nab_count(watched(file), file.windows, len(file.values))
        print(f"{file.path}: {found.hits} of {found.windows}, {found.false_alarms} false", file=sys.stderr)
        ours, count = ours + found, count + 1
        every = range(_BLIND // 2, len(file.values), _BLIND)
        blind = blind + nab_count(every, file.windows, len(file.values))
    rows = [table_row("**sextet watch**, defaults", dict.fromkeys(NAB_PROFILES, ours))]
    rows += [table_row(f"an alarm every {_BLIND} rows, blind", dict.fromkeys(NAB_PROFILES, blind))]
    rows += rival("windowed Gaussian", windowed_gaussian, data, half)
    rows += rival("relative entropy", relative_entropy, data, half)
    head = [f"{half} half, {count} files", *NAB_PROFILES, "windows found", "false alarms"]
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--half", choices=(*HALVES, "both"), default="both")
    parser.add_argument("--page", type=Path)
    options = parser.parse_args()
    halves = HALVES if options.half == "both" else (options.half,)
    tables = {half: table(options.data, half) for half in halves}
    print("\n\n".join(tables.values()))
    if options.page:
        fill(options.page, {f"nab-{half}": found for half, found in tables.items()})


if __name__ == "__main__":
    main()
