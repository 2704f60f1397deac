"""Training steps of whole networks: predicted against published throughputs.

    python benchmarks/planner_steps.py --data DIR [--out FILE]

No step was fitted: kernels alone were, so every source here is left out whole. ResNet-50, -101 and -152, VGG-16 and
BERT, on one card. Baselines: a constant (the median step of the other sources) and a roofline (the sum over operations
of the larger of FLOPs over peak rate and bytes over bandwidth).
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from planner_rows import ALIASES, cards, read
from sextet.planner.layers import Layer, dense, pointwise
from sextet.planner.operations import Work
from sextet.planner.stacks import Tokens, convolution_block, embedding, stack_work, transformer_stack
from sextet.planner.timing.device import Software, Traits, traits
from sextet.planner.timing.prediction import predict_time

DEPTHS = {50: (3, 4, 6, 3), 101: (3, 4, 23, 3), 152: (3, 8, 36, 3)}
NETWORKS = {
    r"(?i)resnet-?50|^RN50": "resnet-50",
    r"(?i)resnet-?101": "resnet-101",
    r"(?i)resnet-?152": "resnet-152",
    r"(?i)vgg-?16": "vgg-16",
    r"BERT-base SQuAD": "bert-base",
    r"BERT-large SQuAD": "bert-large",
}


def resnet(batch: int, depth: int) -> Work:
    """ResNet of bottlenecks (He et al. 2016), 224 x 224, stride in the 3 x 3 convolution."""
    layers: list[Layer] = convolution_block("stem", batch, (224, 224), 3, 64, (7, 7), 2)
    layers[0] = replace(layers[0], onwards=False)  # images have no gradient
    layers.append(pointwise("pool", batch * 64 * 56 * 56, 9))
    channels, side = 64, 56
    for stage, blocks in enumerate(DEPTHS[depth]):
        width = 64 * 2**stage
        for block in range(blocks):
            stride = 2 if stage and not block else 1
            name = f"{stage}/{block}"
            if not block:
                layers += convolution_block(name + "/way", batch, (side, side), channels, 4 * width, (1, 1), stride)
            layers += convolution_block(name + "/in", batch, (side, side), channels, width, (1, 1))
            layers += convolution_block(name + "/mid", batch, (side, side), width, width, (3, 3), stride)
            side //= stride
            layers += convolution_block(name + "/out", batch, (side, side), width, 4 * width, (1, 1))
            layers.append(pointwise(name + "/sum", batch * 4 * width * side**2))
            channels = 4 * width
    layers.append(dense("classes", batch, channels, 1000))
    return stack_work(f"ResNet-{depth}", layers, batch, batch * 1000, states=1)


def vgg(batch: int) -> Work:
    """VGG-16 (Simonyan and Zisserman 2015), without BatchNorm."""
    layers: list[Layer] = []
    channels, side = 3, 224
    for width, count in ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3)):
        for _ in range(count):
            block = convolution_block(f"{len(layers)}", batch, (side, side), channels, width, (3, 3))
            layers += [block[0], block[2]]
            channels = width
        layers.append(pointwise(f"pool{len(layers)}", batch * width * (side // 2) ** 2, 4))
        side //= 2
    layers[0] = replace(layers[0], onwards=False)
    for inputs, units in ((25088, 4096), (4096, 4096), (4096, 1000)):
        layers += [dense(f"dense{len(layers)}", batch, inputs, units), pointwise(f"relu{len(layers)}", batch * units)]
    return stack_work("VGG-16", layers, batch, batch * 1000, states=1)


def bert(batch: int, layers: int, width: int) -> Work:
    """BERT (arXiv 1810.04805) on SQuAD, 384 tokens."""
    tokens = Tokens(batch=batch, count=384, width=width)
    stack = [*embedding(tokens, 31_000), *transformer_stack(tokens, layers, width // 64, 4 * width)]
    return stack_work("BERT", stack, batch, 2 * tokens.rows)


@cache
def network(name: str, batch: int) -> Work:
    """One training step of a network."""
    if name.startswith("resnet"):
        return resnet(batch, int(name[7:]))
    if name.startswith("bert"):
        return bert(batch, 12, 768) if name == "bert-base" else bert(batch, 24, 1024)
    return vgg(batch)


class Step(NamedTuple):
    """A published step and its prediction, seconds."""

    source: str
    name: str
    card: str
    unit: str
    measured: float
    predicted: float
    low: float
    high: float
    roofline: float


def steps(data: Path) -> Iterator[Step]:
    """Steps on one card of gpus.csv whose batch is given."""
    known = cards(data)
    for row in read(data / "throughput.csv"):
        name = next((name for form, name in NETWORKS.items() if re.search(form, row["workload"])), None)
        bare = re.sub(r"\s*\((?!Pascal|Maxwell|per GPU|1 GPU).*\)$", "", row["gpu"])
        bare = {"V100 SXM2 32GB": "Tesla V100 SXM2 32GB", "Tesla K80 (1 GPU die)": "Tesla K80 (per GPU die)"}.get(
            bare, bare
        )
        card = known.get(ALIASES.get(bare, bare))
        speed = row["metric"] in ("img/s", "seq/s", "throughput img/s")
        plain = "phase=train" in row["note"] and row["n_gpus"] == "1" and "real data" not in row["workload"]
        if (
            not (name and card and speed and plain and re.fullmatch(r"\d+", row["batch_size"]))
            or "CIFAR" in row["workload"]
        ):
            continue
        batch, half = int(row["batch_size"]), "16" in row["precision"]
        framework = "pytorch" if "torch" in row["framework"].lower() else "tensorflow"
        tf32 = framework == "tensorflow" or "TF32" in row["precision"]
        cudnn = "8.0" if card.capability >= (8, 0) else "7.0"
        software = Software(framework=framework, cudnn=cudnn, tf32=tf32)
        found = predict_time(network(name, batch), card, software, "float16" if half else "float32")
        unit = "tensor" if (half and card.tensor_fp16_tflops) or (tf32 and card.tensor_tf32_tflops) else "fp32"
        seconds = batch / float(row["value"])
        limit = roofline(network(name, batch), traits(card, software, "float16" if half else "float32"))
        yield Step(row["source"], name, card.name, unit, seconds, found.value, found.low, found.high, limit)


def roofline(work: Work, card: Traits) -> float:
    """Seconds by peak rate and bandwidth alone."""
    return sum(
        count * max(one.flops / card.rate, one.bytes("float32") / 4 * card.size / card.bandwidth)
        for one, count in work.operations
    )


def judged(found: list[Step]) -> dict[str, dict[str, float]]:
    """Errors over all steps, by source, by network, by unit and by card."""
    constant = {
        source: float(np.median([step.measured for step in found if step.source != source]))
        for source in {step.source for step in found}
    }
    table = {"all": _row(found, constant)}
    for field in ("source", "name", "unit", "card"):
        for value in sorted({getattr(step, field) for step in found}):
            table[f"{field} {value}"] = _row([step for step in found if getattr(step, field) == value], constant)
    return table


def _row(found: list[Step], constant: dict[str, float]) -> dict[str, float]:
    measured = np.array([step.measured for step in found])

    def error(values: list[float]) -> float:
        return float(np.median(np.abs(np.array(values) / measured - 1)))

    return {
        "rows": len(found),
        "error": error([step.predicted for step in found]),
        "constant": error([constant[step.source] for step in found]),
        "roofline": error([step.roofline for step in found]),
        "ratio": float(np.median(measured / np.array([step.predicted for step in found]))),
        "coverage": float(np.mean([step.low <= step.measured <= step.high for step in found])),
    }


def main() -> None:
    """Print the table and write it as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    table = judged(list(steps(given.data)))
    print("| what | rows | error | constant | roofline | measured / predicted | coverage |")
    print("|---" * 7 + "|")
    for name, row in table.items():
        shares = " | ".join(f"{row[key]:.3f}" for key in ("error", "constant", "roofline", "ratio", "coverage"))
        print(f"| {name} | {row['rows']} | {shares} |")
    if given.out:
        given.out.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
