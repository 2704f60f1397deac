"""Bar 3 of training: SIGKILL at random moments; each training goes on and ends as one that nobody disturbed.

    python benchmarks/kill.py [--times 20] [--seed 0] [--only training,combine]

A small training is run once undisturbed. Then it is begun anew again and again, killed at a moment of a stage that the
seed chooses (while the data are read, in training, while a checkpoint is being written, while weights are learned and
the run is written), looked at by `sextet show`, and gone on with by `sextet train --resume`. Every file of the run must
then be what it is in the undisturbed one; times of day and durations are left out. Exit code 1 where one is not.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

COMMAND = [sys.executable, "-m", "sextet.cli.main"]
FLAGS = (
    *("--horizon", "6", "--members", "gru,patchtst,rule-based", "--lookback", "24", "--quick", "--epochs", "2"),
    *("--batch", "32", "--catch-up", "1", "--seed", "3", "--device", "cpu"),
)
EVERY_STEP = ("--checkpoint-minutes", "0.000001")
STAGES = {"data": 4, "training": 6, "checkpoint": 5, "combine": 5}
"""Stage -> how many of twenty moments lie in it."""

TIMES = frozenset({"seconds", "step_seconds", "created", "examples_per_second", "checkpoint_minutes"})
"""Names of values that differ between two runs of the same: when, how long, and how often a checkpoint is kept."""

TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC|\b\d[\d,.]* (?:ms|s|min|h)\b")
"""The same within the sentences of the report."""


@dataclass(frozen=True, kw_only=True)
class Moment:
    """When to kill.

    Attributes:
        stage: one of `STAGES`.
        turn: of what happens several times, the number of the one: of the checkpoint, modulo 90.
        delay: seconds after it happened.
    """

    stage: str
    turn: int
    delay: float


def main() -> int:
    """Run, print a line a kill, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=20, help="kills (default 20)")
    parser.add_argument("--seed", type=int, default=0, help="of the moments")
    parser.add_argument("--only", default=",".join(STAGES), metavar="STAGES", help=f"of {', '.join(STAGES)}")
    chosen = parser.parse_args()
    wanted = [one for one in moments(chosen.seed, chosen.times) if one.stage in chosen.only.split(",")]
    good = 0
    with tempfile.TemporaryDirectory(prefix="sextet-kill-") as name:
        folder = Path(name)
        data = write_data(folder / "data.csv")
        command = [*COMMAND, "train", str(data), *FLAGS]
        start = time.perf_counter()
        run(*command, "--out", str(folder / "whole"))
        print(f"undisturbed: {time.perf_counter() - start:.0f} s", flush=True)
        for number, moment in enumerate(wanted):
            start = time.perf_counter()
            told = one_round(command, folder, folder / f"run-{number}", moment)
            good += not told
            print(
                f"{number + 1:>2} {moment.stage:<10} turn {moment.turn:>3}, {moment.delay:.3f} s later: "
                f"{told or 'the same'} ({time.perf_counter() - start:.0f} s)",
                flush=True,
            )
            shutil.rmtree(folder / f"run-{number}", ignore_errors=True)
    print(f"{good} of {len(wanted)} resumed and are what the undisturbed run is")
    return 0 if good == len(wanted) else 1


def one_round(command: Sequence[str], folder: Path, out: Path, moment: Moment) -> str:
    """Begin, kill, look and go on; return what is wrong, or nothing."""
    replaces = moment.stage == "combine"  # then a run is there already, and must stay until the new one is whole
    if replaces:
        shutil.copytree(folder / "whole", out)
        (out / "report.html").write_text("old", encoding="utf-8")
    full = [*command, "--out", str(out), *EVERY_STEP]
    if not killed(full, out, moment):
        return "it ended before it was killed"
    there = out.exists() or unfinished(out).exists()
    if (shown := show(out)) != (0 if there else 2):
        return f"sextet show ended with {shown}"
    if replaces and not (out / "manifest.json").is_file():
        return "the run that was there is gone"
    if (unfinished(out) / "request.json").is_file():
        run(*COMMAND, "train", "--resume", str(out))
    elif (out / "report.html").exists() and (out / "report.html").read_text(encoding="utf-8") != "old":
        pass  # it was killed after the new run had taken its place
    else:
        run(*full)  # it was killed before anything was written down
    if goes_on(out):
        return "the folder of the unfinished training is still there"
    differ = differing(folder / "whole", out)
    return f"differs in {', '.join(differ)}" if differ else ""


def moments(seed: int, count: int = 20) -> list[Moment]:
    """Return `count` moments that follow from the seed, spread over the stages as `STAGES` says."""
    chance = random.Random(seed)
    stages = [stage for stage, share in STAGES.items() for _ in range(share)]
    chance.shuffle(stages)
    longest = {"data": 1.0, "training": 0.3, "checkpoint": 0.0, "combine": 12.0}
    return [
        Moment(stage=stage, turn=chance.randint(1, 120), delay=chance.uniform(0, longest[stage]))
        for _, stage in zip(range(count), _endless(stages), strict=False)
    ]


def killed(command: Sequence[str], out: Path, moment: Moment) -> bool:
    """Begin a training and kill it at a moment; False where it always ended before, be the delay ever so short."""
    members = command[list(command).index("--members") + 1].count(",") + 1
    for attempt in range(6):
        moment = replace(moment, delay=moment.delay / 2 if attempt else moment.delay)
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            while process.poll() is None and not _happened(out, moment, members):
                time.sleep(0 if moment.stage == "checkpoint" else 0.002)
            time.sleep(moment.delay)
        finally:
            process.send_signal(signal.SIGKILL)
            ended = process.wait()
        if ended == -signal.SIGKILL:
            return True
    return False


def _happened(out: Path, moment: Moment, members: int) -> bool:
    """Whether that has happened which a moment is counted from, in a training of so many members."""
    training = unfinished(out) / "training"
    if moment.stage == "data":
        return unfinished(out).is_dir()
    if moment.stage == "combine":
        return len(list((training / "members").glob("*.training.json"))) == members
    pattern = "[0-9]*.checkpoint" if moment.stage == "training" else ".[0-9]*.checkpoint.*"
    numbers = [re.search(r"\d+", path.name) for path in (training / "checkpoints").glob(f"*/{pattern}")]
    return any(int(found[0]) >= moment.turn % 90 for found in numbers if found)


def unfinished(out: Path) -> Path:
    """Return the folder of a training that has not ended."""
    from sextet.runtime.unfinished import Unfinished

    return Unfinished(out).path


def goes_on(out: Path) -> bool:
    """Whether there is a training to go on with; one cut off while it tidied up, its run in place, is none."""
    from sextet.runtime.unfinished import Unfinished

    return Unfinished(out).exists


def run(*command: str) -> None:
    """Run a command that must end well."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}\nended with {done.returncode}:\n{done.stderr}")


def show(out: Path) -> int:
    """Return how `sextet show` ends; a traceback is a failure of its own."""
    done = subprocess.run([*COMMAND, "show", str(out)], capture_output=True, text=True, check=False)
    return -1 if "Traceback" in done.stderr or "unexpected" in done.stderr else done.returncode


def differing(one: Path, other: Path) -> list[str]:
    """Return the names of the files of two runs that are not the same, times and durations left out."""
    names = sorted({str(path.relative_to(run)) for run in (one, other) for path in run.rglob("*") if path.is_file()})
    return [name for name in names if not _same(one, other, name)]


def _same(one: Path, other: Path, name: str) -> bool:
    if name == "steps.json":  # what steps took, of the members that were trained in the last process
        return True
    if not ((one / name).is_file() and (other / name).is_file()):
        return False
    if name == "report.html":  # made of view.json alone, which is compared
        return _made_of_view(one) and _made_of_view(other)
    first, second = ((run / name).read_bytes() for run in (one, other))
    if name.endswith((".json", ".jsonl")):
        return without_times(_values(first)) == without_times(_values(second))
    return first == second


def _made_of_view(run: Path) -> bool:
    from sextet.report.html import write_report

    with tempfile.TemporaryDirectory() as folder:
        again = write_report(json.loads((run / "view.json").read_text(encoding="utf-8")), Path(folder) / "r.html")
        return again.read_bytes() == (run / "report.html").read_bytes()


def _values(content: bytes) -> Any:
    return (
        [json.loads(line) for line in content.decode().splitlines()]
        if content[:1] == b"{" and (content.count(b"\n}") == 0)
        else json.loads(content)
    )


def without_times(value: Any) -> Any:
    """Return plain values without times of day and durations, and without hashes of files that hold some."""
    if isinstance(value, dict):
        return {
            name: without_times(part)
            for name, part in value.items()
            if name not in TIMES and not (name.endswith((".json", ".jsonl")) and isinstance(part, dict))
        }
    if isinstance(value, str):
        return TIME.sub("", value)
    return [without_times(part) for part in value] if isinstance(value, list) else value


def write_data(path: Path) -> Path:
    """Write two hourly series of 500 rows."""
    from sextet.samples import synthetic

    synthetic(series=2, rows=500, freq="h", seed=1).drop(columns="spike_label").to_csv(path, index=False)
    return path


def _endless(items: Sequence[str]) -> Iterator[str]:
    while True:
        yield from items


if __name__ == "__main__":
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    sys.exit(main())
