"""Trying each GPU against the CPU, in processes of their own: version checks cannot see a library without code."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sextet.doctor.finding import Finding, found
from sextet.doctor.log import recognise
from sextet.hardware.host import Host, Ran

PROGRAM = Path(__file__).parents[1] / "probes" / "trial.py"
MARK = "SEXTET-TRIAL "
ON_EACH = ("conv1d", "lstm", "gru", "mixed_matmul")
OVER_ALL = "all_reduce"
_WORDS = {
    "conv1d": "convolution",
    "lstm": "LSTM with cuDNN",
    "gru": "GRU with cuDNN",
    "mixed_matmul": "matrix product in float16",
    "all_reduce": "sum over all GPUs",
}
# float32 on both sides but for the product in float16, which has 11 bits.
_TOLERANCE = {"conv1d": 1e-3, "lstm": 1e-3, "gru": 1e-3, "mixed_matmul": 2e-2, "all_reduce": 1e-6}


@dataclass(frozen=True, kw_only=True)
class Trial:
    """How one operation went on one device.

    Attributes:
        device: such as GPU:0, or ALL.
        operation: its name.
        difference: largest relative difference from the CPU; None where it gave no result.
        error: what was raised, or how the process ended.
        said: what was written to standard error.
    """

    device: str
    operation: str
    difference: float | None = None
    error: str = ""
    said: str = ""


def tried(host: Host, gpus: int, patience: float) -> tuple[Finding, ...]:
    """Try every operation on every GPU and say what fails or differs.

    Args:
        host: the machine.
        gpus: how many GPUs TensorFlow sees.
        patience: seconds that one process has.
    """
    if not gpus:
        return (found("SXT703"),)
    trials = [trial for number in range(gpus) for trial in trials_on(host, f"GPU:{number}", ON_EACH, patience)]
    if gpus > 1:
        trials += trials_on(host, "ALL", (OVER_ALL,), patience)
    bad = tuple(finding for trial in trials if (finding := _judged(trial)) is not None)
    good = len(trials) - len(bad)
    return (*bad, found("SXT704", seen=f"{good} of {len(trials)} operations on {gpus} GPUs agree with the CPU"))


def trials_on(host: Host, device: str, operations: tuple[str, ...], patience: float) -> Iterator[Trial]:
    """Try operations on a device; where the process ends in one, go on with the next in a new process."""
    left = list(operations)
    while left:
        ran = host.run((sys.executable, "-P", str(PROGRAM), device, *left), patience)
        told = list(_told(ran.out))
        done = {line["operation"]: line for line in told if "begins" not in line}
        begun = [line["operation"] for line in told if "begins" in line]
        for name in (name for name in left if name in done):
            line = done[name]
            yield Trial(
                device=device,
                operation=name,
                difference=line.get("difference"),
                error=line.get("error", ""),
                said=ran.err,
            )
        ended_in = next((name for name in begun if name not in done), None)
        rest = [name for name in left if name not in done]
        if not rest:
            return
        broken = ended_in or rest[0]
        yield Trial(device=device, operation=broken, error=_end(ran), said=ran.err)
        # Where it did not come to the first operation, the others would fare no better.
        left = [name for name in rest if name != broken] if ended_in else []


def _judged(trial: Trial) -> Finding | None:
    words = _WORDS[trial.operation]
    where = "all GPUs" if trial.device == "ALL" else trial.device
    if trial.difference is None or trial.error:
        known = next(iter(recognise([*trial.error.splitlines(), *trial.said.splitlines()])), None)
        mends: dict[str, Any] = {"fix": known.fix} if known else {}
        return found("SXT701", what=words, where=where, text=trial.error or "no result", **mends)
    tolerance = _TOLERANCE[trial.operation]
    if not trial.difference <= tolerance:
        return found("SXT702", what=words, where=where, difference=trial.difference, tolerance=tolerance)
    return None


def _told(out: str) -> Iterator[dict[str, Any]]:
    for line in out.splitlines():
        if line.startswith(MARK):
            with contextlib.suppress(ValueError):  # a line that was cut off where the process ended
                yield json.loads(line.removeprefix(MARK))


def _end(ran: Ran) -> str:
    if ran.late:
        return "no end in time"
    lines = [line.strip() for line in ran.err.splitlines() if line.strip()]
    ended = f"ended by signal {-ran.code}" if ran.code is not None and ran.code < 0 else f"exit code {ran.code}"
    return f"{ended}; {lines[-1]}" if lines else ended
