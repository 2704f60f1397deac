"""The systems that are compared: what runs them, and the environment each has to itself."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent


class SystemFailed(Exception):
    """A system could not be installed, or did not answer; says where its output is."""


@dataclass(frozen=True, kw_only=True)
class System:
    """One of them.

    Attributes:
        name: on the command line and of its files.
        label: in tables.
        module: run with the task's folder and the folder for its answer.
        requirements: pinned packages of its environment; None: it runs in the environment of this program.
    """

    name: str
    label: str
    module: str
    requirements: Path | None = None


def competitor(name: str, label: str) -> System:
    """A system with an environment of its own."""
    requirements = HERE / "requirements" / f"{name}.txt"
    return System(name=name, label=label, module=f"competitors.with_{name}", requirements=requirements)


SYSTEMS: dict[str, System] = {
    system.name: system
    for system in (
        System(name="sextet", label="sextet", module="competitors.with_sextet"),
        competitor("autogluon", "AutoGluon-TimeSeries"),
        competitor("neuralforecast", "neuralforecast, mean of 4"),
        competitor("darts", "Darts, regression ensemble"),
    )
}


def environment(system: System, folder: Path) -> Path:
    """Return the Python of the system's environment below `folder`; set it up where it is not as pinned.

    Raises:
        SystemFailed: pip could not install it.
    """
    if system.requirements is None:
        return Path(sys.executable)
    home = folder / system.name
    python = home / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    stamp, pinned = home / "installed.sha256", hashlib.sha256(system.requirements.read_bytes()).hexdigest()
    if stamp.is_file() and stamp.read_text() == pinned and python.exists():
        return python
    print(f"setting up {home}", flush=True)
    commands = (
        [sys.executable, "-m", "venv", str(home)],
        [str(python), "-m", "pip", "install", "--quiet", "-r", str(system.requirements)],
    )
    for command in commands:
        if subprocess.run(command, check=False).returncode:
            raise SystemFailed(f"{system.label}: {' '.join(command)} failed.")
    stamp.write_text(pinned)
    return python


def run(python: Path, system: System, task: Path, out: Path, cores: int) -> None:
    """Run a system in a process of its own; what it prints goes to `out/log.txt`.

    Raises:
        SystemFailed: it ended with an error.
    """
    threads = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMEXPR_NUM_THREADS", "NUMBA_NUM_THREADS")
    surroundings = {
        **os.environ,
        **{name: str(cores) for name in threads},
        "PYTHONPATH": str(HERE.parent),
        "CUDA_VISIBLE_DEVICES": "",  # the budget is in seconds of these cores
        "HF_HUB_OFFLINE": "1",  # nothing pretrained comes over the network
        "TF_CPP_MIN_LOG_LEVEL": "2",
    }
    command = [str(python), "-m", system.module, str(task), str(out)]
    with open(out / "log.txt", "w", encoding="utf-8") as log:
        ended = subprocess.run(command, env=surroundings, stdout=log, stderr=subprocess.STDOUT, cwd=out, check=False)
    if ended.returncode:
        raise SystemFailed(f"{system.label} ended with code {ended.returncode}; see {out / 'log.txt'}.")
