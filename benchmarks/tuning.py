"""What searching settings is worth: found settings against the defaults on a test that the search did not see.

    python benchmarks/tuning.py [--data DIR] [--only Glucose,Appliances,ETTh1-96] [--budget 30m] [--workers 1]
        [--trials N] [--seeds 1] [--members v6] [--epochs N] [--quick] [--out out/tuning]

For each set: `tune` within the budget, on validation alone; then train with the defaults and with what was found, for
the same epochs and steps, with seeds that the search did not use; then MAE and pinball of both on the test part of the
set's protocol. Sets are read below DIR as by cells.py; one that is not there is left out, glucose needs none. Writes
OUT/<set>.json, which results.py takes over. What is done is skipped, and a search that was stopped goes on.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from protocols.catalogue import BY_NAME
from protocols.cell import Cell, MissingFile, Problem
from protocols.machine import commit, machine, versions
from sextet.cli.output import console
from sextet.cli.progress import Lines
from sextet.cli.tune import seconds

SETS = "Glucose,Appliances,ETTh1-96"
ROW = "sextet"


def main() -> None:
    """Run what was asked for and print what came out."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path(__file__).parents[2] / "shared" / "data", metavar="DIR")
    parser.add_argument("--only", default=SETS, metavar="SETS")
    parser.add_argument("--budget", default=None, metavar="TIME")
    parser.add_argument("--trials", type=int)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--seeds", type=int, default=1, metavar="N", help="trainings of each, with seeds 101, 102, ...")
    parser.add_argument("--members", default="v6")
    parser.add_argument("--epochs", type=int)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--out", type=Path, default=Path("out/tuning"))
    options = parser.parse_args()
    for name in options.only.split(","):
        if name not in BY_NAME:
            parser.error(f"there is no set {name!r}; there are {', '.join(BY_NAME)}")
        result = options.out / f"{name}.json"
        if not result.is_file():
            try:
                found = run_set(BY_NAME[name], options)
            except MissingFile as error:
                print(f"{name}: left out. {error}")
                continue
            result.write_text(json.dumps(found, indent=1))
        show(json.loads(result.read_text()))


def run_set(cell: Cell, options: argparse.Namespace) -> dict[str, Any]:
    """Search, then train and score both."""
    from sextet.app.requests import TuneRequest
    from sextet.app.tune import tune

    problem = cell.load(options.data)
    start = time.perf_counter()
    best = options.out / cell.name / "best.json"
    best.parent.mkdir(parents=True, exist_ok=True)
    result = tune(
        TuneRequest(
            **asked(problem, options),
            out=best,
            budget=seconds(options.budget),
            trials=options.trials,
            workers=options.workers,
        ),
        Lines(console(stderr=True)),
    )
    scores = [
        score(problem, options, form, 101 + n, best) for n in range(options.seeds) for form in ("defaults", "found")
    ]
    return {
        "set": cell.name,
        "search": {"seconds": result.seconds, "findings": result.findings, "weigh": result.weigh},
        "notes": result.notes,
        "config": result.config,
        "scores": scores,
        "seconds": time.perf_counter() - start,
        "machine": machine(),
        "processors": len(os.sched_getaffinity(0)),
        "workers": options.workers,
        "versions": versions(),
        "commit": commit(),
        "date": datetime.now(UTC).date().isoformat(),
        "options": {key: str(value) for key, value in vars(options).items() if key not in ("data", "out")},
    }


def score(problem: Problem, options: argparse.Namespace, form: str, seed: int, best: Path) -> dict[str, Any]:
    """Train with the defaults or with what was found, unless that was done, and return the test's scores."""
    from sextet.app.requests import TrainRequest
    from sextet.app.train import train

    run = best.parent / f"{form}-{seed}"
    if not (run / "manifest.json").is_file():
        config = {"config": best, "members": None} if form == "found" else {}
        request = {**asked(problem, options), **config}
        train(TrainRequest(**request, out=run, seed=seed), Lines(console(stderr=True)))
    metrics = json.loads((run / "metrics.json").read_text())
    row = next(row for row in metrics["rows"] if row["model"] == ROW)
    trained = json.loads((run / "training.json").read_text())["members"].values()
    return {
        **{"form": form, "seed": seed, "seconds": sum(member["seconds"] for member in trained)},
        **{key: row[key] for key in ("mae", "pinball", "coverage_80", "n")},
    }


def asked(problem: Problem, options: argparse.Namespace) -> dict[str, Any]:
    """What search and training are asked alike: the data, the parts of time and the length of a training."""
    return {
        "source": problem.frame,
        "data": problem.data,
        "horizon": problem.horizon,
        "train_end": problem.train_end,
        "validation_end": problem.validation_end,
        "test_end": problem.test_end,
        "step": problem.step,
        "members": options.members,
        "epochs": options.epochs,
        "quick": options.quick,
    }


def show(found: dict[str, Any]) -> None:
    """Print both forms side by side, mean over the seeds."""
    print(f"{found['set']}: search of {found['search']['seconds']:,.0f} s")
    for finding in found["search"]["findings"]:
        changed = f": {finding['changed']}" if finding["changed"] else ""
        print(f"  {finding['name']:16}{finding['trials']:3} trials, {finding['verdict']}{changed}")
    for key in ("mae", "pinball"):
        old, new = (
            sum(row[key] for row in found["scores"] if row["form"] == form)
            / sum(row["form"] == form for row in found["scores"])
            for form in ("defaults", "found")
        )
        print(f"  test {key:8} defaults {old:.5g}, found {new:.5g} ({100 * (1 - new / old):+.2f} %)")


if __name__ == "__main__":
    main()
