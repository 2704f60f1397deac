"""Efficiency of several cards in one machine: predicted against published throughputs, each source left out.

    python benchmarks/planner_scaling.py --data DIR [--out FILE]

Fits what `sextet.planner.timing.scaling` holds as HIDDEN and STRAGGLING; the all-reduce itself comes from DeepBench.
Left out: rows whose batch per card changes with the number of cards, whose one-card row is ambiguous or whose
efficiency is above 1.06 (another batch than stated); NCF (one batch for all cards), Transformer-XL (gradients added
up over an unknown number of steps), BERT-large in FP16 on RTX 2080 Ti (broken in the source, says the README).
"""

from __future__ import annotations

import argparse
import json
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy.optimize import least_squares

from planner_rows import read
from sextet.planner.timing.scaling import NVLINK_SHARE, Link, all_reduce_seconds

# Parameters, and units of throughput in a sample (tokens of a sentence pair, mel frames, audio samples: about).
MODELS = {
    r"BERT-base": (110e6, 1),
    r"BERT-large": (335e6, 1),
    r"GNMT": (160e6, 55),
    r"Mask R-CNN": (44e6, 1),
    r"(?i)resnet-?50|RN50": (25.6e6, 1),
    r"(?i)resnet-?152": (60.2e6, 1),
    r"SSD": (22.9e6, 1),
    r"Tacotron2": (28.2e6, 600),
    r"WaveGlow": (87.9e6, 8000),
    r"(?i)alexnet": (61e6, 1),
    r"(?i)inception-?(v|V)?3": (23.9e6, 1),
    r"(?i)inception4": (42.7e6, 1),
    r"(?i)vgg16": (138.4e6, 1),
}
SOURCES = ("Lambda", "TensorFlow benchmarks", "NVIDIA DeepLearning", "tensorpack", "tensorflow issue")
NVLINK = {"P100": 160.0, "V100": 300.0, "A100": 600.0, "H100": 900.0, "A6000": 112.5, "3090": 112.5}
CONSTANT = 0.937
SCALE = 0.03


class Scaled(NamedTuple):
    """A published efficiency."""

    source: str
    card: str
    way: str
    cards: int
    efficiency: float
    step: float
    exchange: float
    tensorflow: bool


def _link(card: str, text: str, cards: int) -> Link:
    generation4 = re.search(r"A100|H100|RTX 30|RTX 40|A40|A10|A6000|L40", card)
    pcie = 31.5 if generation4 else 15.75
    linked = re.search(r"NVLink|NVSwitch|DGX-1", text)
    if linked and not ("bridge" in text and cards > 2):
        return Link("nvlink", next((gbs for name, gbs in NVLINK.items() if name in card), 100.0))
    # GeForce cards have no peer-to-peer in these boxes; a bridge joins pairs, and the ring goes over the host between.
    if "bridge" in text or re.search(r"GTX 10|RTX [234]0", card):
        return Link("host", 15.75)
    return Link("pcie", pcie)


def rows(data: Path) -> Iterator[Scaled]:
    """Efficiencies of rows with a one-card row of the same batch per card."""
    groups = defaultdict(list)
    for row in read(data / "throughput.csv"):
        model = next((value for form, value in MODELS.items() if re.search(form, row["workload"])), None)
        taken = row["source"].startswith(SOURCES) and "phase=train" in row["note"] and "/s" in row["metric"]
        broken = "2080 Ti" in row["gpu"] and "BERT-large" in row["workload"] and "16" in row["precision"]
        if model and taken and not broken and re.fullmatch(r"[\d.]+", row["batch_size"]):
            keys = ("source", "workload", "framework", "precision", "gpu", "metric", "note")
            groups[tuple(row[key] for key in keys), model].append(row)
    for (_, model), group in groups.items():
        yield from _efficiencies(group, *model)


def _efficiencies(group: list[dict[str, str]], parameters: float, units: float) -> Iterator[Scaled]:
    """Efficiencies of one workload on one kind of card."""
    total = group[0]["source"] == "Lambda deeplearning-benchmark"
    ones: dict[float, list[float]] = defaultdict(list)
    many: dict[tuple[float, int, str], list[float]] = defaultdict(list)
    for row in group:
        cards, batch, speed = int(row["n_gpus"]), float(row["batch_size"]), float(row["value"])
        each = batch / cards if total or "NVIDIA" in row["source"] and cards > 1 and batch > 512 else batch
        if cards == 1:
            ones[each].append(speed)
        elif cards <= 8:
            many[each, cards, row["interconnect"]].append(speed)
    for (each, cards, text), speeds in many.items():
        if len(ones.get(each, [])) != 1 or len(speeds) != 1:
            continue
        efficiency = speeds[0] / cards / ones[each][0]
        if efficiency < 1.06:
            row = group[0]
            link = _link(row["gpu"], text, cards)
            tensorflow = "torch" not in row["framework"].lower()
            size = parameters * (2 if "16" in row["precision"] and not tensorflow else 4)
            exchange = all_reduce_seconds(size, cards, link)
            step = each * units / ones[each][0]
            yield Scaled(row["source"], row["gpu"], link.way, cards, efficiency, step, exchange, tensorflow)


def efficiency(point: np.ndarray, found: list[Scaled]) -> np.ndarray:
    """Efficiencies for logarithms of the hidden share and of both costs of stragglers."""
    hidden, slow, slow_tensorflow = np.exp(point)
    step, exchange = (np.array([getattr(row, name) for row in found]) for name in ("step", "exchange"))
    waiting = np.where([row.tensorflow for row in found], slow_tensorflow, slow) * np.log2([row.cards for row in found])
    return step / (np.hypot(hidden * step, exchange) + (1 - hidden + waiting) * step)


def fit(found: list[Scaled]) -> np.ndarray:
    """The three values, robustly."""
    prior = np.log([0.3, 0.02, 0.015])
    measured = np.array([row.efficiency for row in found])

    def residuals(point: np.ndarray) -> np.ndarray:
        return np.concatenate([(efficiency(point, found) - measured) / SCALE, point - prior])

    bounds = (np.log([0.01, 0.002, 0.002]), np.log([0.9, 0.2, 0.2]))
    return least_squares(residuals, prior, loss="soft_l1", bounds=bounds).x


def main() -> None:
    """Print errors in points of efficiency and write them as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    found = list(rows(given.data))
    measured = np.array([row.efficiency for row in found])
    print("hidden, straggling, straggling of TensorFlow:", np.exp(fit(found)).round(4), "NVLink share:", NVLINK_SHARE)
    errors = np.zeros(len(found))
    for source in sorted({row.source for row in found}):
        out = np.array([row.source == source for row in found])
        point = fit([row for row, left in zip(found, out, strict=True) if not left])
        errors[out] = efficiency(point, [row for row, left in zip(found, out, strict=True) if left]) - measured[out]
    baseline = np.abs(measured - CONSTANT)
    ways = np.array([row.way for row in found])
    table = {}
    for name, of in (
        ("all", ways != ""),
        ("PCIe", ways != "nvlink"),
        ("pcie", ways == "pcie"),
        ("host", ways == "host"),
        ("nvlink", ways == "nvlink"),
    ):
        table[name] = {
            "rows": int(of.sum()),
            "mean": float(np.abs(errors[of]).mean()),
            "median": float(np.median(np.abs(errors[of]))),
            "constant_mean": float(baseline[of].mean()),
            "constant_median": float(np.median(baseline[of])),
        }
        print(name, {key: round(value, 4) for key, value in table[name].items()})
    low, high = np.quantile(-errors, [0.1, 0.9])
    print(f"quantiles of measured less predicted efficiency: {low:.3f} {high:.3f}")
    if given.out:
        given.out.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
