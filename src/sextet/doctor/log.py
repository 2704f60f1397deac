"""Reading a log: which known texts are in it, what they mean and what mends them."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sextet.core.errors import DataError
from sextet.doctor.finding import Finding, catalogue, found
from sextet.doctor.scaling import Scaling

SHOWN = 200  # characters of a line that are shown
HEAD = 1 << 16  # bytes that tell whether a file is text
_EXPECTED = "Expected --log as a text file, such as what a training wrote"

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
        "SXT813",
        re.compile(r"(?:\b|_)loss: nan\b", re.IGNORECASE),
        {
            "title": "the loss is no number",
            "why": "Most often the learning rate is too high, the data hold values that are no numbers or extreme, or "
            "float16 overflowed. On several GPUs also a last batch that does not reach all of them.",
            "fix": "tf.debugging.enable_check_numerics()   # names the operation; then a lower rate, or float32",
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

_CUDNN = re.compile(r"Loaded (?:runtime )?cuDNN (?:library:|version) (\d+)(?:\.(\d+))?", re.IGNORECASE)
_FROM_7_5 = (9, 11)  # the first cuDNN whose libraries begin at compute capability 7.5


@dataclass
class _Seen:
    line: int
    text: str
    closer: dict[str, str]
    times: int = 1


class _Text:
    """Lines, and once they are read, whether nothing was in them."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines, self.blank = lines, True

    def __iter__(self) -> Iterator[str]:
        for line in self._lines:
            self.blank = self.blank and not line.strip("\0 \t\r\n\ufeff\ufffd")
            yield line


def read_log(path: Path) -> tuple[Finding, ...]:
    """Read a log file, or what is piped in for `-`, and return what is known in it, in the order of its first lines.

    Raises:
        DataError: there is no such file, it is a folder, it cannot be read, or it holds no text.
    """
    if path.is_dir():
        raise DataError(f"{_EXPECTED}; {path} is a folder.")
    piped = str(path) == "-"
    try:
        with io.BufferedReader(io.FileIO(0 if piped else path, closefd=not piped), HEAD) as file:
            head = file.peek(HEAD)
            encoding = _encoding(head)
            with io.TextIOWrapper(file, encoding=encoding, errors="replace") as lines:
                text = _Text(() if _is_binary(head.decode(encoding, errors="replace")) else lines)
                findings = tuple(recognise(text))
            if text.blank:
                raise DataError(f"{_EXPECTED}; {'what was piped in' if piped else path} holds no text.")
            return findings
    except FileNotFoundError:
        raise DataError(f"{_EXPECTED}; there is no file {path}.") from None
    except OSError as error:
        raise DataError(f"{_EXPECTED}; {path} cannot be read: {error.strerror}.") from None


def _encoding(head: bytes) -> str:
    """Return UTF-16 where the first bytes say so and every second or so is 0, as Windows' PowerShell writes."""
    marked = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return "utf-16" if marked and head.count(0) * 4 > len(head) else "utf-8-sig"


def _is_binary(head: str) -> bool:
    """Whether a third of what a file begins with is in no text, a control character among it."""
    control = sum(sign < " " and sign not in "\t\n\r\f\b\x1b" for sign in head)
    return control > 0 and (control + head.count("\ufffd")) * 3 > len(head)


def recognise(lines: Iterable[str]) -> Iterator[Finding]:
    """Yield what is known in lines of text, each kind once, with its first line and how often it came."""
    known, hints = _known(), _hints()
    seen: dict[str, _Seen] = {}
    scaling = Scaling()
    cudnn: set[tuple[int, int]] = set()
    for number, line in enumerate(lines, 1):
        scaling.take(line)
        lowered = line.lower()
        if "cudnn" in lowered:
            cudnn.update(_version(*one) for one in _CUDNN.findall(line))
        if not any(hint in lowered for hint in hints):
            continue
        for id, pattern in known.items():
            if pattern.search(line):
                if id in seen:
                    seen[id].times += 1
                else:
                    seen[id] = _Seen(number, _short(line), _closer(id, line))
    if "SXT806" in seen and cudnn and max(cudnn) < _FROM_7_5:
        seen["SXT806"].closer = _of_another_cudnn(max(cudnn))
    for id, first in seen.items():
        often = f", {first.times} times" if first.times > 1 else ""
        yield found(id, level=None, line=f"line {first.line}{often}: {first.text}", **first.closer)
    slower = scaling.verdict()
    if slower and "SXT815" not in seen:
        yield found("SXT815", line=slower)


def _closer(id: str, line: str) -> dict[str, str]:
    return next((texts for kind, pattern, texts in _CLOSER if kind == id and pattern.search(line)), {})


def _version(major: str, minor: str) -> tuple[int, int]:
    """Return major and minor number of a cuDNN written 8.9.6, or as cuDNN counts: 8906, from 9 on 91002."""
    if minor:
        return int(major), int(minor)
    number = int(major)
    return (number // 10000, number // 100 % 100) if number >= 90000 else (number // 1000, number // 100 % 10)


def _of_another_cudnn(version: tuple[int, int]) -> dict[str, str]:
    number = ".".join(map(str, version))
    return {
        "why": f"The log says that cuDNN {number} was loaded, so it is not that cuDNN 9.11 or newer begins at compute "
        "capability 7.5. Other causes are mixed CUDA libraries, memory that ran out and a card older than this cuDNN.",
        "fix": "sextet doctor --deep   # tries each library on each card",
    }


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
