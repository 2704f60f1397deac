"""Warnings ahead: the ensemble's spike probability beside other alarms, and what the Spike Detector adds to forecasts.

    python benchmarks/spike_warnings.py --data DIR [--only EPF-NP,Glucose-180] [--out out] [--seed 0]

What a spike is, is fixed from the training part or by the user's level before anything is trained. A task's backtest
is that of its protocol cell (one that lies below OUT is gone on with or taken as it is); its windows are gone through
again, and every alarm scores every step of them: PR-AUC, over all steps and by step.

- ensemble: the probability that a forecast says;
- upper quantile: how far the highest quantile lies above the level of a spike;
- quantiles, mass above: the probability that all quantiles together give a value above it;
- Spike Detector alone: what that member says;
- LightGBM: a classifier of (window, step) on the same history, clock and covariates, 50 Optuna trials on validation
  (`warning_ahead/`), in an environment of its own below OUT/competitors/envs. `--searches N` repeats the search with
  other seeds: few spikes leave much to its luck, and what each finds is reported.

Writes OUT/warnings/<task>.json, which results.py takes over.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from competitors.systems import SystemFailed
from protocols.cell import MissingFile, ProtocolError
from protocols.machine import commit, machine, versions
from protocols.running import Setting, plain
from sextet.core.errors import SextetError
from sextet.core.files import write_text
from sextet.metrics.events import average_precision
from warning_ahead.boosted import LIGHTGBM, TRIALS, answered, classify, searched_by, write_task
from warning_ahead.replay import OURS, Said, fits, replayed
from warning_ahead.scoring import ablation, alarm_scores, lead_scores
from warning_ahead.tasks import DETECTOR, TASKS, Task, take_over

BLOCK_DAYS = {"Glucose": 1, "EPF-NP": 7, "EPF-DE": 7}
"""Days of a block of the bootstrap: an episode of glucose lasts hours, one of prices days."""


def main() -> int:
    """Run what was asked for; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("."), metavar="DIR", help="folder of the public files")
    parser.add_argument("--only", default=",".join(TASKS), metavar="TASKS", help=f"of {', '.join(TASKS)}")
    parser.add_argument("--out", type=Path, default=Path("out"), metavar="DIR")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--trials", type=int, default=TRIALS, help="of LightGBM's search; 0 leaves it out")
    parser.add_argument("--searches", type=int, default=3, help="of LightGBM; the first is compared with")
    parser.add_argument("--cores", type=int, default=1, help="processors that LightGBM uses")
    options = parser.parse_args()
    names = [name.strip() for name in options.only.split(",") if name.strip()]
    if unknown := sorted(set(names) - set(TASKS)):
        parser.error(f"there is no task {', '.join(unknown)}; there are {', '.join(TASKS)}")
    setting = Setting(data=options.data, out=options.out, seed=options.seed)
    code = 0
    for name in names:
        try:
            found = measured(TASKS[name], setting, Rival(options.trials, options.searches, options.cores))
        except MissingFile as error:
            print(f"{name}: left out. {error}")
            continue
        except (ProtocolError, SextetError, SystemFailed) as error:
            print(f"{name}: {error}", file=sys.stderr)
            code = 1
            continue
        write_text(options.out / "warnings" / f"{name}.json", json.dumps(plain(found), indent=1) + "\n")
        print(told(found), flush=True)
    return code


@dataclass(frozen=True)
class Rival:
    """How LightGBM is searched: trials of a search (0 leaves it out), searches, processors that it uses."""

    trials: int = TRIALS
    searches: int = 3
    cores: int = 1


def measured(task: Task, setting: Setting, rival: Rival) -> dict[str, Any]:
    """Backtest a task where that is not done, and score all alarms.

    Raises:
        ProtocolError, SextetError: as of the cell and of `sextet.app.backtest.backtest`.
        SystemFailed: LightGBM could not be set up or run.
    """
    from sextet.app.backtest import backtest, laid
    from sextet.cli.output import console
    from sextet.cli.progress import Lines

    progress = Lines(console(stderr=True))
    request = task.request(setting)
    if task.threshold is not None:
        backtest_begun(task, setting, request)
    backtest(request, progress)
    work = laid(request)
    said = replayed(work, progress)
    alarms = dict(said.alarms)
    account = None
    if rival.trials:
        alarms[LIGHTGBM.label], account = boosted(task, setting, work, said, rival)
    rows = BLOCK_DAYS[task.cell] * int(86_400 / seconds_a_row(work.panel))
    return {
        "task": task.name,
        "what": task.what,
        "set": task.cell,
        "horizon": request.horizon,
        "windows": len(said.row),
        "steps": int((said.label == said.label).sum()),
        "spikes": int((said.label > 0).sum()),
        "block_days": BLOCK_DAYS[task.cell],
        **alarm_scores(said, alarms, rows, setting.seed),
        "lead": lead_scores(said),
        "lightgbm": account,
        "ablation": ablation(said, replayed(work, progress, without=DETECTOR), rows, setting.seed),
        "quick": setting.quick,
        "seed": setting.seed,
        "versions": versions(),
        "machine": machine(),
        "commit": commit(),
        "date": datetime.now(UTC).date().isoformat(),
    }


def backtest_begun(task: Task, setting: Setting, request: Any) -> None:
    """Make the folder that of the task, and take over members that the cell's own backtest has trained."""
    from sextet.app.backtest import claimed

    claimed(request)
    taken = take_over(setting.folder(task.protocol), request.out)
    if taken:
        print(f"{task.name}: {len(taken)} files of members taken over from {setting.folder(task.protocol)}")


def boosted(task: Task, setting: Setting, work: Any, said: Said, rival: Rival) -> tuple[Any, dict[str, Any]]:
    """LightGBM's probabilities of the same windows, and how they came about; of further searches what they score."""
    from sextet.core.progress import Silent

    folder = setting.out / "lightgbm" / f"{task.name}.seed{setting.seed}"
    if not (folder / "task.json").is_file():
        _, fit, _ = next(fits(replace(work), Silent()))
        write_task(work, fit.ground, folder, trials=rival.trials)
    known = np.isfinite(said.label)
    searches, first = [], None
    for seed in range(setting.seed, setting.seed + rival.searches):
        asked = folder if seed == setting.seed else searched_by(folder, seed)
        out = classify(asked.resolve(), (setting.out / "competitors" / "envs").resolve(), rival.cores)
        probability, account = answered(out, said.label.shape[1])
        score = average_precision(probability[known], said.label[known])
        searches.append({"seed": seed, "validation": account["validation"], "average_precision": score})
        first = first or (probability, account)
    assert first is not None
    return first[0], {**first[1], "searches": searches}


def seconds_a_row(panel: Any) -> float:
    """Seconds between two rows."""
    import numpy as np

    stamps = panel.frequency.stamps(np.array([0, 1]))
    return float((stamps[1] - stamps[0]) / np.timedelta64(1, "s"))


def told(found: dict[str, Any]) -> str:
    """What was found, in lines."""
    lines = [f"{found['task']}: {found['spikes']:,} of {found['steps']:,} steps are spikes ({found['what']})"]
    for name, score in found["alarms"].items():
        line = f"  {name:24}PR-AUC {score['average_precision']:.4f}"
        if name != OURS:
            ahead = found["ahead"][name]
            line += f"   ensemble ahead by {ahead['difference']:+.4f} [{ahead['low']:+.4f}, {ahead['high']:+.4f}]"
        lines.append(line)
    for name, row in found["ablation"].items():
        bounds = f"[{row['low']:+.2f}, {row['high']:+.2f}]"
        lines.append(
            f"  {name:16}{row['without']:.4f} -> {row['with']:.4f} with it  {row['change_percent']:+.2f} % {bounds}"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
