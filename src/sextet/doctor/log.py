"""Reading a log: which known texts are in it, what they mean and what mends them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sextet.core.errors import DataError
from sextet.doctor.finding import Finding, catalogue, found
from sextet.doctor.scaling import Scaling

SHOWN = 200  # characters of a line that are shown

# Where a line of a kind has a cause of its own: the texts that are told in place of the kind's.
_CLOSER: tuple[tuple[str, re.Pattern[str], dict[str, str]], ...] = (
    (
        "SXT801",
        re.compile(r"CUDA_ERROR_NO_DEVICE|UNKNOWN ERROR \(-1\)|no NVIDIA GPU device is present", re.IGNORECASE),
        {
            "title": "CUDA found no card",
            "why": "libcuda.so.1 was loaded and saw no card: a container without --gpus, CUDA_VISIBLE_DEVICES hides "
            "the cards, or the driver does not run or passes them over. It trained on the CPU. On a machine without "
            "a GPU this is no harm.",
            "fix": "nvidia-smi   # sees the card? unset CUDA_VISIBLE_DEVICES; in a container: docker run --gpus all",
            "source": "https://github.com/tensorflow/tensorflow/issues/41785",
        },
    ),
    (
        "SXT804",
        re.compile("CUBLAS_STATUS_NOT_INITIALIZED", re.IGNORECASE),
        {
            "title": "cuBLAS could not start",
            "why": "Most often the memory of the card is taken, by another process or by TensorFlow itself; else the "
            "driver is too old for this CUDA.",
            "source": "https://github.com/tensorflow/tensorflow/issues/35029",
        },
    ),
    (
        "SXT830",
        re.compile("CUDA_ERROR_UNKNOWN", re.IGNORECASE),
        {
            "title": "the driver could not start CUDA",
            "why": "The driver is loaded, but CUDA could not use it: most often /dev/nvidia-uvm is not there, not set "
            "up (a container, a suspend) or not allowed to this user.",
            "fix": "sudo modprobe -r nvidia_uvm && sudo modprobe nvidia_uvm   # else: sudo reboot",
            "source": "https://github.com/tensorflow/tensorflow/issues/53341",
        },
    ),
)


@dataclass
class _Seen:
    line: int
    text: str
    closer: dict[str, str]
    times: int = 1


def read_log(path: Path) -> tuple[Finding, ...]:
    """Read a log file and return what is known in it, in the order of its first lines.

    Raises:
        DataError: there is no such file, or it is a folder.
    """
    if not path.is_file():
        raise DataError(f"Expected --log as a text file, such as what a training wrote; there is no file {path}.")
    with open(path, encoding="utf-8", errors="replace") as file:
        return tuple(recognise(file))


def recognise(lines: Iterable[str]) -> Iterator[Finding]:
    """Yield what is known in lines of text, each kind once, with its first line and how often it came."""
    known, hints = _known(), _hints()
    seen: dict[str, _Seen] = {}
    scaling = Scaling()
    for number, line in enumerate(lines, 1):
        scaling.take(line)
        lowered = line.lower()
        if not any(hint in lowered for hint in hints):
            continue
        for id, pattern in known.items():
            if pattern.search(line):
                if id in seen:
                    seen[id].times += 1
                else:
                    seen[id] = _Seen(number, _short(line), _closer(id, line))
    for id, first in seen.items():
        often = f", {first.times} times" if first.times > 1 else ""
        yield found(id, line=f"line {first.line}{often}: {first.text}", **first.closer)
    slower = scaling.verdict()
    if slower and "SXT815" not in seen:
        yield found("SXT815", line=slower)


def _closer(id: str, line: str) -> dict[str, str]:
    return next((texts for kind, pattern, texts in _CLOSER if kind == id and pattern.search(line)), {})


@cache
def _known() -> dict[str, re.Pattern[str]]:
    return {
        id: re.compile("|".join(f"(?:{pattern})" for pattern in entry.patterns), re.IGNORECASE)
        for id, entry in catalogue().items()
        if entry.patterns
    }


@cache
def _hints() -> tuple[str, ...]:
    patterns = (pattern for entry in catalogue().values() for pattern in entry.patterns)
    return tuple(sorted({hint(pattern).lower() for pattern in patterns}))


def hint(pattern: str) -> str:
    """Return the longest text that is in whatever a pattern matches; empty where there is none to tell.

    Looking for texts first makes reading a long log several times as fast as trying every pattern on every line. It
    knows the patterns of logs.toml: no alternatives but in groups.
    """
    kept = {"\\(": "\1", "\\)": "\2", "\\.": "\3", "\\[": "\4", "\\]": "\5", "\\{": "\6"}
    text = pattern
    for written, stand_in in kept.items():
        text = text.replace(written, stand_in)
    text = re.sub(r"\\[A-Za-z]|\[[^]]*\]", "\0", text)
    while "(" in text:
        text = re.sub(r"\([^()]*\)", "\0", text)
    if "|" in text:
        return ""
    text = re.sub(r".(?:[?*]|\{[^}]*\})", "\0", text)
    longest = max(re.split(r"[.\0+^$]", text), key=len)
    for written, stand_in in kept.items():
        longest = longest.replace(stand_in, written[1:])
    return longest


def _short(line: str) -> str:
    text = " ".join(line.split())
    return text if len(text) <= SHOWN else f"{text[:SHOWN]} ..."
