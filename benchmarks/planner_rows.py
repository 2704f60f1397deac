"""Measured kernels and cards, read from the folder that `--data` names; its README says what each file is."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import numpy as np

from sextet.hardware.capability import Capability
from sextet.planner.operations import Convolution, Elementwise, Gemm, Normalisation, Operation, Recurrent
from sextet.planner.timing.device import Software, Traits, traits
from sextet.planner.timing.shapes import class_of, columns

PRECISIONS = {"fp32": "float32", "fp16-mixed (tensor core)": "float16"}
PASSES = {"fwd_ms": "forward", "bwd_in_ms": "backward inputs", "bwd_w_ms": "backward weights"}
CELLS = {"LSTM": "lstm", "GRU": "gru", "vanilla RNN": "rnn"}
NEUSIGHT = {
    "p4_ms": "Tesla P4",
    "p100_pcie_ms": "Tesla P100 PCIe 16GB",
    "v100_pcie32_ms": "Tesla V100 PCIe 32GB",
    "t4_ms": "Tesla T4",
    "a100_pcie40_ms": "A100 PCIe 40GB",
    "a100_pcie80_ms": "A100 PCIe 80GB",
}
ALIASES = {"V100 SXM2 16GB": "Tesla V100 SXM2 16GB", "Tesla M40": "Tesla M40 12GB"}
# Every how many shapes of NeuSight are taken: what is left is still several times DeepBench.
EVERY = {"gemm": 6, "convolution": 6, "elementwise": 20, "normalisation": 5}


@dataclass(frozen=True)
class Row:
    """A measured kernel: family is the group of shapes that is left out together."""

    operation: Operation
    card: str
    traits: Traits
    seconds: float
    source: str
    family: str
    software: str


@dataclass(frozen=True)
class Table:
    """Rows of one class as columns."""

    shapes: dict[str, np.ndarray]
    cards: Traits
    seconds: np.ndarray
    rows: list[Row]

    def take(self, which: np.ndarray) -> tuple[dict[str, np.ndarray], Traits]:
        """Shapes and cards of the rows `which`."""
        shapes = {name: values[which] for name, values in self.shapes.items()}
        return shapes, Traits(**{name: getattr(self.cards, name)[which] for name in Traits.__dataclass_fields__})

    def of(self, name: str) -> np.ndarray:
        """A field of all rows."""
        return np.array([getattr(row, name) for row in self.rows])


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _number(text: str) -> float | None:
    return float(text) if text and float(text) else None


@cache
def cards(data: Path) -> dict[str, SimpleNamespace]:
    """Cards of gpus.csv by name, with the field names of the catalogue."""
    found = {}
    for row in read(data / "gpus.csv"):
        capability = Capability.of(row["compute_capability"])
        tensor = _number(row["tensor_fp16_tflops_dense"])
        ampere = tensor if capability >= (8, 0) else None
        found[row["gpu"]] = SimpleNamespace(
            name=row["gpu"],
            capability=capability,
            sms=int(float(row["sms"])),
            boost_mhz=float(row["boost_mhz"]),
            fp32_tflops=float(row["fp32_tflops"]),
            fp16_tflops=_number(row["fp16_nontensor_tflops"]),
            tensor_fp16_tflops=tensor,
            tensor_bf16_tflops=ampere,
            tensor_tf32_tflops=ampere / 2 if ampere else None,
            bandwidth_gbs=float(row["mem_bw_gbs"]),
            tdp_w=_number(row["tdp_w"]),
            pcie_generation=int(float(row["pcie_gen"])),
            nvlink_gbs=_number(row["nvlink_gbs_total_bidir"]),
        )
    # Not in gpus.csv: GTX TITAN X, GM200 as on the M40 (TechPowerUp: 3072 cores, 1075 MHz, 336.6 GB/s, 250 W).
    fields = vars(found["Tesla M40 12GB"]) | {"name": "GTX Titan X (Maxwell)", "boost_mhz": 1075.0}
    maxwell = fields | {"fp32_tflops": 6.605, "bandwidth_gbs": 336.6}
    found["GTX Titan X (Maxwell)"] = SimpleNamespace(**maxwell)
    return found


@cache
def _traits(data: Path, card: str, software: Software, precision: str) -> Traits:
    return traits(cards(data)[ALIASES.get(card, card)], software, precision)


def _sizes(text: str) -> dict[str, int]:
    return {name: int(value) for name, value in re.findall(r"(\w+)=(\d+)", text)}


def _deepbench_operation(kind: str, text: str, direction: str) -> tuple[Operation, str]:
    size = _sizes(text)
    if kind == "gemm":
        first, second = "tA=T" in text, "tB=T" in text
        weights = max(size["M"], size["N"] if second else 0)
        return Gemm(size["M"], size["N"], size["K"], 1, first, second), f"deepbench {weights}"
    if kind == "conv2d":
        strides = max(1, size["stride_v"]), max(1, size["stride_h"])
        layer = Convolution(
            size["N"], size["C"], size["K"], size["H"], size["W"], size["R"], size["S"], *strides,
            size["pad_h"], size["pad_w"], direction,
        )  # fmt: skip
        return layer, f"deepbench width {size['W']}"
    layer = Recurrent(CELLS[kind], size["hidden"], size["hidden"], size["N"], size["T"], direction)
    return layer, f"{kind} {size['hidden']}"


def deepbench(data: Path) -> Iterator[Row]:
    """Kernels of DeepBench in FP32 and FP16.

    Left out: the pass of the inputs of recurrent layers at batch 32 on Pascal, where cuDNN 6 chose kernels 2 to 5
    times slower than at 16 or 64 (the README of the data); INT8.
    """
    for row in read(data / "deepbench_kernels.csv"):
        if row["precision"] not in PRECISIONS:
            continue
        version = re.search(r"cuDNN(\d)(?:\.(\d))?", row["software"])
        cudnn = f"{version[1]}.{version[2] or 0}" if version else "6.0"
        software = Software(framework="library", cudnn=cudnn, tf32=False)
        card = _traits(data, row["gpu"], software, PRECISIONS[row["precision"]])
        for column, direction in PASSES.items():
            if not row[column] or float(row[column]) <= 0:
                continue
            operation, family = _deepbench_operation(row["kind"], row["dims"], direction)
            slow = isinstance(operation, Recurrent) and operation.batch == 32 and direction == "backward inputs"
            if slow and cards(data)[ALIASES.get(row["gpu"], row["gpu"])].capability.major == 6:
                continue
            words = f"{row['precision']} {row['software']}"
            yield Row(operation, row["gpu"], card, float(row[column]) / 1e3, "DeepBench", family, words)


def _neusight_operation(row: dict[str, str]) -> tuple[Operation, str]:
    size, kind = _sizes(row["dims"]), row["op"]
    if kind == "linear":
        product = Gemm(size["B"] * size["M"], size["N"], size["K"], 1, second_transposed=True)
    elif kind == "bmm":
        product = Gemm(size["M"], size["N"], size["K"], size["B"])
    if kind in ("linear", "bmm"):
        cell = round(np.log2(product.k) / 2), round(np.log2(max(product.m, product.n)) / 2)
        return product, f"neusight {kind} {cell}"
    if kind == "conv":
        sides = size["Input_Size"], size["Input_Size"]
        layer = Convolution(size["B"], size["Input_Channel"], size["Output_Channel"], *sides, 3, 3, 1, 1, 1, 1)
        return layer, f"neusight {round(np.log2(layer.gemm.m) / 3), round(np.log2(layer.gemm.k) / 3)}"
    if kind in ("softmax", "ln"):
        form = "softmax" if kind == "softmax" else "layer"
        return Normalisation(size["B"], size["H"], form), f"{form} {round(np.log2(size['H']) / 2)}"
    values, reads = size["B"] * size["H"], 2 if kind in ("add", "mul", "div", "pow") else 1
    return Elementwise(values, reads), f"{kind} {round(np.log2(values) / 3)}"


def neusight(data: Path) -> Iterator[Row]:
    """Forward kernels timed in PyTorch 2.1, in FP32.

    PyTorch allows TF32 for convolutions, but these are no faster on an A100 than its FP32 rate with Winograd gives (40
    TFLOPS at most, 2.1 times the data sheet's; a V100 reaches 2.2 times), so they did not use it.
    """
    counts: dict[str, int] = {}
    for row in read(data / "neusight_kernels.csv"):
        operation, family = _neusight_operation(row)
        name = class_of(operation)
        counts[name] = counts.get(name, 0) + 1
        if counts[name] % EVERY[name]:
            continue
        software = Software(framework="pytorch", cudnn="8.9", tf32=False)
        for column, card in NEUSIGHT.items():
            if row[column]:
                of = _traits(data, card, software, "float32")
                yield Row(operation, card, of, float(row[column]) / 1e3, "NeuSight", family, "PyTorch 2.1")


def tables(data: Path) -> dict[str, Table]:
    """All kernels by class."""
    classes: dict[str, list[Row]] = {}
    for source in (deepbench(data), neusight(data)):
        for row in source:
            classes.setdefault(class_of(row.operation), []).append(row)
    return {name: _table(rows) for name, rows in classes.items()}


def _table(rows: list[Row]) -> Table:
    cards = Traits(
        **{name: np.array([getattr(row.traits, name) for row in rows]) for name in Traits.__dataclass_fields__}
    )
    return Table(columns([row.operation for row in rows]), cards, np.array([row.seconds for row in rows]), rows)
