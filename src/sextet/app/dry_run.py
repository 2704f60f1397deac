"""What a training would do, said without it: devices, precision, batch, placement, checkpoints, estimates.

Neither TensorFlow nor a network is loaded; a file of more than a few MB is looked into, not read.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from sextet.app.configuration import config_of
from sextet.app.requests import UNSAID, TrainRequest
from sextet.core.errors import HardwareError
from sextet.data.columns import find_roles
from sextet.data.fitting import read_to_fit
from sextet.data.sample import sample
from sextet.data.series_names import with_joined_ids
from sextet.data.source import open_source
from sextet.ensemble.budget import budget_for
from sextet.ensemble.sketch import Sketch, sketch
from sextet.hardware.host import Host, ThisHost
from sextet.hardware.site import Site, best_precision, survey
from sextet.planner.choice import Choice, choose
from sextet.planner.layout import MemberCost
from sextet.planner.timing.step_times import StepTimes
from sextet.rules.contradictions import contradictions
from sextet.rules.given_rules import rules_text
from sextet.rules.idle import idle_notes
from sextet.rules.user_rules import UserRules, parse_rules
from sextet.runtime.run_folder import refuse_other, replaced
from sextet.specs.run_config import RunConfig


@dataclass(frozen=True, kw_only=True)
class DryRun:
    """What a training would do.

    Attributes:
        devices: `title`, `count`, `cards` (name and GiB of each), `cores`, `communication` and `why`.
        precision: Keras' `policy`, and `why`.
        batch: windows a step: `global` and `each` device; `steps` an epoch, `epochs` at most; `rate` and `why`.
        placement: `placement`, `why`, `at_once`, and `seconds` of "data" and "member" (None: not known).
        checkpoints: `minutes` (0: none), and `why`.
        data: `rows`, `series`, `windows` to learn from, `bytes`; `whole` unless only the first rows were read; the
            columns that are `time`, `target` (a list: several of a wide table) and `id` (None: there is none).
        members: a row each: name, step_ms, seconds, source, memory_gib, room_gib, fits.
        notes: how the data were read; what will not fit, and what to do; what is not known.
    """

    devices: dict[str, Any]
    precision: dict[str, str]
    batch: dict[str, Any]
    placement: dict[str, Any]
    checkpoints: dict[str, Any]
    data: dict[str, Any]
    members: tuple[dict[str, Any], ...]
    notes: tuple[str, ...]


def dry_run(request: TrainRequest, host: Host | None = None, times: StepTimes | None = None) -> DryRun:
    """Return what `sextet train` would do with a request.

    Args:
        request: the training; `out` may be `UNSAID`.
        host: the machine; by default this one.
        times: measured step times; by default the user's.

    Raises:
        DataError, ConfigError: the data, a rule or an option cannot be used.
        HardwareError: a GPU was asked for, and there is none.
        DependencyError: a cluster was asked for, and Ray is not installed.
    """
    config = config_of(request)
    rules = parse_rules(rules_text(request.rules), source=str(request.rules))
    if request.out is not UNSAID:
        refuse_other(request.out)
    whole = survey(host or ThisHost(), request.device)
    site = whole.first(config.compute.gpus)
    shortage = whole.shortage(config.compute.gpus) if request.ray is None else ""
    if request.device == "gpu" and not site.accelerators:
        raise HardwareError(f"--device gpu: {site.why} Where the CPU is meant, say so: --device cpu.")
    if request.ray is not None:
        _refuse_without_ray()
    plan, data, reading = _looked_at(request, config, rules)
    sizes: dict[str, Any] = {"windows": plan.windows, "horizon": config.horizon, "data": plan.data, "site": site}
    sizes["rules"] = plan.rules
    single, shared = budget_for(config, **sizes), budget_for(config, **sizes, devices=site.devices)
    wanted = config.compute.placement
    choice = choose(plan.specs, plan.shape, single, site, times or StepTimes(), wanted, shared)
    notes = [*reading, *choice.warnings, *contradictions(rules.rules)]
    if text := "" if request.out is UNSAID else replaced(request.out):
        notes.append(text)
    if shortage:
        notes.append(shortage)
    if request.ray is not None:
        notes.append(_on_cluster(request.ray))
    precision = best_precision(site, config.compute.precision)
    return DryRun(
        devices=_devices(site, request.ray),
        precision={"policy": precision.policy, "why": precision.reason},
        batch=_batch(config, choice, site, plan),
        placement={
            "placement": choice.placement,
            "why": choice.why,
            "at_once": choice.layout.places,
            "seconds": {"data": choice.data.seconds, "member": choice.member.seconds},
        },
        checkpoints=_checkpoints(config, request.out),
        data=data,
        members=tuple(_row(one) for one in choice.layout.members),
        notes=tuple(notes),
    )


def _looked_at(
    request: TrainRequest, config: RunConfig, rules: UserRules
) -> tuple[Sketch, dict[str, Any], tuple[str, ...]]:
    """Return the sizes of the training, what the data are like, and notes on how they were read."""
    with tempfile.TemporaryDirectory(prefix="sextet-look-") as folder:
        part = sample(request.source, Path(folder))
        # of a part, the last series may be cut short
        options = request.data if part.share == 1 else replace(request.data, skip_short=True)
        opened = with_joined_ids(open_source(part.source), options.id)
        roles = find_roles(opened, options)
        panel = read_to_fit(opened, options, config.split, request.horizon)
    rules.check_names(panel)
    found = sketch(panel, config)
    share = part.share
    found = found.of_part(share)
    part_only = "The file is long: its first rows were read, and counts are scaled from them."
    data = {
        "rows": int(panel.known.sum() / share),
        "series": panel.series,
        "windows": found.windows,
        "bytes": found.data,
        "frequency": panel.frequency.name,
        "whole": share == 1,
        "time": roles.time,
        "target": list(roles.targets),
        "id": roles.id,
    }
    idle = idle_notes(rules.rules, panel, [spec.name for spec in config.members])
    return found, data, (*((part_only,) if share < 1 else ()), *panel.notes, *idle)


def _on_cluster(address: str) -> str:
    """Say what the cluster would be given, which is not looked at."""
    what = "a cluster of this machine alone" if address == "local" else f"the cluster at {address}"
    return (
        f"--ray {address}: all above is for this machine. The training would connect to {what}, which is not looked at "
        "here: each member would be a task there, on a GPU or a share of one where it has any, else on as many "
        "cores as its members leave it; batch and precision follow its cards."
    )


def _refuse_without_ray() -> None:
    """Refuse as the training would where Ray is not installed; it is looked for, not loaded.

    Raises:
        DependencyError: it is not.
    """
    if find_spec("ray") is None:
        from sextet.cluster.session import without_ray

        raise without_ray("there is no module named 'ray'")


def _devices(site: Site, ray: str | None) -> dict[str, Any]:
    why = f"{site.why} {site.communication.reason}" if site.devices > 1 else site.why
    cards = [{"name": one.name, "gib": one.memory and round(one.memory / 2**30, 1)} for one in site.accelerators]
    return {
        "title": site.title,
        "count": site.devices,
        "cards": cards,
        "cores": site.cores,
        "communication": site.communication.way,
        "why": why if ray is None else f"{why} This machine alone: the cluster of --ray {ray} is not looked at.",
    }


def _batch(config: RunConfig, choice: Choice, site: Site, plan: Sketch) -> dict[str, Any]:
    devices = site.devices if choice.placement == "data" else 1
    count = max(plan.windows, 1)
    alone = config.train.for_windows(count, config.horizon)
    train = config.compute.scaled(alone, devices, count)
    why = "As many windows a step as the training asks for"
    if alone.batch < config.train.batch:
        why = f"{config.train.batch} were asked for; so long a horizon, or so few windows, take fewer"
    if devices > 1:
        shared = "each device takes its share of them" if train.batch == alone.batch else "scaled with the devices"
        why = f"{why}; {shared}"
    rate = f"{train.learning_rate:g}"
    if train.batch != alone.batch:
        rate += f" (scale-rate {config.compute.scale_rate})"
    return {
        "global": train.batch,
        "each": -(-train.batch // devices),
        "steps": train.steps,
        "epochs": train.epochs,
        "rounds": train.rounds,
        "rate": rate,
        "why": f"{why}.",
    }


def _checkpoints(config: RunConfig, out: Path) -> dict[str, Any]:
    minutes = config.compute.checkpoint_minutes
    if not minutes:
        return {"minutes": 0, "why": "None within a member's training; finished members are kept."}
    return {
        "minutes": minutes,
        "why": (
            f"A member that trains is kept every {minutes:g} minutes, the one before too, and finished members "
            f"for good: after a power cut `sextet train --resume {out}` goes on."
        ),
    }


def _row(cost: MemberCost) -> dict[str, Any]:
    return {
        "name": cost.name,
        "step_ms": None if cost.step is None else 1000 * cost.step,
        "seconds": cost.seconds,
        "source": cost.source,
        "memory_gib": None if cost.memory is None else cost.memory / 2**30,
        "room_gib": None if cost.room is None else cost.room / 2**30,
        "fits": cost.fits,
    }
