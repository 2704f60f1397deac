"""What TensorFlow, JAX and PyTorch say of themselves, each asked in a process of its own with a time limit."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sextet.hardware.host import Host, Ran
from sextet.hardware.version import Version, version

# Run as a file, since this process never imports a framework, nor a module that does.
PROGRAM = Path(__file__).parents[1] / "probes" / "framework.py"
MARK = "SEXTET-PROBE "


@dataclass(frozen=True, kw_only=True)
class Framework:
    """What a framework said, or how it failed to.

    Attributes:
        name: "tensorflow", "jax" or "torch".
        version: its version.
        devices: names of the GPUs it sees.
        cudnn: version of the cuDNN that it loaded.
        loaded: CUDA libraries in its process, as paths.
        cuda: what it was built with.
        capabilities: what it has code for, as it writes it.
        failure: "" where it answered, else "crashed", "late" or "refused".
        failure_text: the last line it wrote before it failed.
        said: what it wrote to standard error.
    """

    name: str
    version: Version | None = None
    devices: tuple[str, ...] = ()
    cudnn: Version | None = None
    loaded: tuple[str, ...] = ()
    cuda: Version | None = None
    capabilities: tuple[str, ...] = ()
    failure: str = ""
    failure_text: str = ""
    said: str = ""


def ask(host: Host, names: Iterable[str], seconds: float) -> tuple[Framework, ...]:
    """Ask every framework of `names` at once; each has so many seconds."""
    wanted = tuple(names)
    if not wanted:
        return ()
    with ThreadPoolExecutor(len(wanted)) as pool:
        runs = pool.map(lambda name: host.run((sys.executable, "-P", str(PROGRAM), name), seconds), wanted)
        return tuple(framework(name, ran) for name, ran in zip(wanted, runs, strict=True))


def framework(name: str, ran: Ran) -> Framework:
    """Read what the program of `probes` wrote for a framework."""
    answer = _answer(ran.out)
    if answer is None:
        return Framework(name=name, failure=_failure(ran), failure_text=_last_line(ran.err), said=ran.err)
    cudnn = answer.get("cudnn")
    return Framework(
        name=name,
        version=version(answer.get("version")),
        devices=tuple(answer.get("devices", ())),
        cudnn=Version.of_cudnn(cudnn) if isinstance(cudnn, int) and cudnn else None,
        loaded=tuple(answer.get("loaded", ())),
        cuda=version(answer.get("cuda")),
        capabilities=tuple(answer.get("capabilities", ())),
        failure="refused" if answer.get("error") else "",
        failure_text=str(answer.get("error", "")),
        said=ran.err,
    )


def _answer(out: str) -> Mapping[str, Any] | None:
    lines = [line.removeprefix(MARK) for line in out.splitlines() if line.startswith(MARK)]
    try:
        answer = json.loads(lines[-1]) if lines else None
    except ValueError:
        return None
    return answer if isinstance(answer, dict) else None


def _failure(ran: Ran) -> str:
    return "late" if ran.late else "crashed"


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else ""
