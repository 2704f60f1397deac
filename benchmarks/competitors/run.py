"""sextet beside AutoGluon-TimeSeries, neuralforecast and Darts: same split, lookback, cores and wall-clock budget.

    python benchmarks/competitors/run.py --set glucose --minutes 15
    python benchmarks/competitors/run.py --set appliances --data appliances_energy.csv.gz --minutes 15

Each system is a process of its own, in an environment of its own, one after the other; one that has answered the same
task is not run again. Exit code 1 where one fails. README.md beside this file tells the protocol.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import sys
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))  # the protocols, beside this folder

from competitors.scoring import scores, table  # noqa: E402
from competitors.sets import SETS, Budgets  # noqa: E402
from competitors.systems import SYSTEMS, System, SystemFailed, environment, run  # noqa: E402
from competitors.task import Account, Task, read_answer  # noqa: E402
from protocols.cell import ProtocolError  # noqa: E402
from protocols.machine import machine  # noqa: E402
from sextet.core.files import write_text  # noqa: E402

TOLERANCE = 1.02
"""A training that takes less than this share of its budget is within it: a step that has begun is ended."""


def main(arguments: list[str] | None = None) -> int:
    """Run what was asked for, print the table; the exit code."""
    options = read(arguments)
    budgets = Budgets(minutes=options.minutes, cores=options.cores, seed=options.seed, lookback=options.lookback)
    try:
        task = SETS[options.set](options.data.parent if options.data.is_file() else options.data, budgets)
    except ProtocolError as error:
        print(error, file=sys.stderr)
        return 2
    out = options.out.resolve()
    folder = out / f"{options.set}-{options.minutes:g}min-{options.cores}cores-seed{options.seed}"
    task.save(folder / "task")
    failed = False
    for name in options.only:
        try:
            compare(SYSTEMS[name], task, folder, out / "envs", again=options.again)
        except SystemFailed as error:
            print(error, file=sys.stderr)
            failed = True
    print(table(task, [result for name in SYSTEMS if (result := stored(folder, name, task))]))
    return int(failed)


def read(arguments: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", required=True, choices=SETS)
    parser.add_argument("--data", type=Path, default=Path("."), help="the set's file or its folder; glucose has none")
    parser.add_argument("--minutes", type=float, default=15.0, help="wall-clock budget of each training (default 15)")
    parser.add_argument("--cores", type=int, default=os.cpu_count() or 1, help="processors (default: all)")
    parser.add_argument("--lookback", type=int, help="most steps of history (default: 12 times the horizon)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", default=",".join(SYSTEMS), help=f"systems, of {','.join(SYSTEMS)}")
    parser.add_argument("--again", action="store_true", help="run also what has answered this task before")
    parser.add_argument("--out", type=Path, default=Path("out/competitors"))
    options = parser.parse_args(arguments)
    options.only = [name.strip() for name in options.only.split(",") if name.strip()]
    if unknown := [name for name in options.only if name not in SYSTEMS]:
        parser.error(f"there is no system {', '.join(unknown)}; there are {', '.join(SYSTEMS)}")
    if options.minutes <= 0 or options.cores < 1:
        parser.error("expected --minutes above 0 and --cores of at least 1")
    return options


def compare(system: System, task: Task, folder: Path, environments: Path, *, again: bool = False) -> None:
    """Run one system on the task in `folder / "task"`, score it, and keep `folder/NAME.json`.

    Raises:
        SystemFailed: it could not be installed, failed, or answered something else than was asked.
    """
    if not again and stored(folder, system.name, task):
        print(f"{system.label}: has answered this task", flush=True)
        return
    python = environment(system, environments)
    out = folder / system.name
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    print(f"{system.label}: {task.name}, {task.seconds / 60:g} min; output in {out / 'log.txt'}", flush=True)
    start = time.perf_counter()
    run(python, system, folder / "task", out, task.cores)
    seconds = time.perf_counter() - start
    try:
        quantiles, account = read_answer(out, task)
        found = scores(task, quantiles)
    except (OSError, ValueError) as error:
        raise SystemFailed(f"{system.label}: {error}") from error
    result = {
        "set": task.name,
        "system": system.name,
        "label": system.label,
        "task": fingerprint(task),
        "minutes": task.seconds / 60,
        "cores": task.cores,
        "seed": task.seed,
        "lookback": {"budget": task.lookback, "used": account.lookback},
        "scores": found,
        "seconds": {"train": account.train_seconds, "predict": account.predict_seconds, "process": seconds},
        "over": over(task, account),
        "versions": account.versions,
        "models": account.models,
        "notes": account.notes,
        "machine": machine(),
    }
    write_text(folder / f"{system.name}.json", json.dumps(result, indent=1))


def over(task: Task, account: Account) -> list[str]:
    """Which of its budgets a system went over."""
    late = account.train_seconds > task.seconds * TOLERANCE
    return ["time"] * late + ["lookback"] * (account.lookback > task.lookback)


def stored(folder: Path, name: str, task: Task) -> dict[str, Any] | None:
    """Return the result of a system on this very task, None where there is none."""
    path = folder / f"{name}.json"
    if not path.is_file():
        return None
    result: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return result if result["task"] == fingerprint(task) else None


def fingerprint(task: Task) -> str:
    """A hash of everything in the task."""
    digest = hashlib.sha256()
    for name, value in sorted(vars(task).items()):
        digest.update(name.encode())
        digest.update(value.tobytes() if hasattr(value, "tobytes") else repr(value).encode())
    return digest.hexdigest()


if __name__ == "__main__":
    sys.exit(main())
