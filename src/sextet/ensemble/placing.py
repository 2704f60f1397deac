"""Trains the members where the chosen placement puts them, and keeps what a step took for the next choice."""

from __future__ import annotations

import statistics
from collections.abc import Mapping
from pathlib import Path

from sextet.core.progress import Progress
from sextet.ensemble.apart import Apart
from sextet.ensemble.budget import budget_for, rules_time
from sextet.ensemble.ground import Ground
from sextet.ensemble.member_training import Training, member_file, record_file, recorded
from sextet.ensemble.recruiting import IN_TURN
from sextet.ensemble.slot import Slot, gpu_slots, processor_slots
from sextet.hardware.site import Accelerator, Site
from sextet.planner.choice import Choice, choose
from sextet.planner.layout import Budget, yardstick
from sextet.planner.timing.step_times import STEPS, Measured, StepTimes, write_steps


class Placed:
    """Trains members over all devices one after the other, or each on its own, as asked or as is faster.

    Attributes:
        choice: the last one made; None before the first training.
    """

    def __init__(self, site: Site, wanted: str | None = None, times: StepTimes | None = None) -> None:
        """Train on `site`; `times` are the step times measured before, by default the user's.

        `wanted` is the placement; None: as the run's configuration says.
        """
        self._site, self._wanted = site, wanted
        self._times = times or StepTimes()
        self.choice: Choice | None = None

    def train(self, ground: Ground, folder: Path, progress: Progress) -> dict[str, Training]:
        """Train the members of `ground.specs`, and write what their steps took to `folder`.

        Raises:
            SextetError: a member cannot be trained; it is named.
        """
        compute = ground.config.compute
        site, wanted = self._site.first(compute.gpus), self._wanted or compute.placement
        budget = budget_of(ground, site)
        shared = budget_of(ground, site, site.devices)
        choice = choose(ground.specs, ground.shape, budget, site, self._times, wanted, shared)
        self.choice = choice
        before = {
            spec.name
            for spec in ground.specs
            if recorded(folder / member_file(spec), folder / record_file(spec)) is not None
        }
        for text in choice.warnings:
            progress.note(text)
        if choice.placement == "data":
            if choice.member.places > 1 or wanted == "data":
                progress.note(f"Placement data. {choice.why}")
            trained, used = IN_TURN.train(ground, folder, progress), {}
        else:
            progress.note(f"Placement member. {choice.why}")
            apart = Apart(slots_of(site, choice.member.places), choice.member.expected)
            trained, used = apart.train(ground, folder, progress), apart.used
        used_budget = budget if choice.placement == "member" else shared
        new = {name: training for name, training in trained.items() if name not in before}
        self._keep(measured(ground, used_budget, new, site, used), folder)
        return trained

    def _keep(self, rows: list[Measured], folder: Path) -> None:
        if rows:
            write_steps(folder / STEPS, rows)
            self._times.add(rows)


def slots_of(site: Site, places: int) -> tuple[Slot, ...]:
    """Return a place for each of so many members at once."""
    if site.accelerators:
        return gpu_slots(tuple(one.visible for one in site.accelerators[:places]), site.cores)
    return processor_slots(places, site.cores)


def budget_of(ground: Ground, site: Site, devices: int = 1) -> Budget:
    """Return how much a run's members are trained where so many devices of `site` share a batch."""
    prepared = ground.prepared
    windows, horizon = len(ground.train_windows()), ground.shape.horizon
    arrays = (prepared.panel.y, prepared.z, prepared.observed, prepared.past, prepared.future)
    return budget_for(
        ground.config,
        windows=windows,
        horizon=horizon,
        data=sum(int(one.nbytes) for one in arrays),
        rules=rules_time(prepared.panel, horizon, int(ground.split.train.sum()), windows),
        site=site,
        devices=devices,
    )


def measured(
    ground: Ground, budget: Budget, trained: Mapping[str, Training], site: Site, used: Mapping[str, Slot]
) -> list[Measured]:
    """Return what the steps of a training took; `used` has the slot of each member that was trained apart."""
    rows = []
    for spec in ground.specs:
        slot = used.get(spec.name)
        step = step_seconds(trained[spec.name], budget.steps) if spec.name in trained else None
        if used and slot is None or step is None:
            continue
        cards = _cards(site, slot)
        precision = budget.precision if cards else "float32"
        measure = yardstick(spec, ground.shape, budget.batch, cards, precision)
        if measure is None:
            continue
        epochs = len(trained[spec.name].history)
        rows.append(
            Measured(
                device=site.on(cards, slot.threads) if slot else site.title,
                member=spec.name,
                precision=precision,
                batch=budget.batch,
                yardstick=measure,
                step=step,
                start=max(trained[spec.name].seconds - step * budget.steps * epochs, 0.0),
            )
        )
    return rows


def step_seconds(training: Training, steps: int) -> float | None:
    """Return what a step of a training of so many steps an epoch took, in seconds; None where it does not tell.

    The first epoch holds building and compiling. Where there is no other, what its later steps took counts, if there
    were enough of them; judging is not in it then.
    """
    seconds = [float(epoch["seconds"]) for epoch in training.history]
    if len(seconds) > 1:
        return statistics.median(seconds[1:]) / steps
    return training.history[0].get("step_seconds") if seconds else None


def _cards(site: Site, slot: Slot | None) -> tuple[Accelerator, ...]:
    if slot is None:
        return site.accelerators
    return tuple(one for one in site.accelerators if one.visible == slot.visible)
