"""What of the found is taken: forms of members, the training, and which members."""

from __future__ import annotations

import math
from dataclasses import replace

from sextet.ensemble.member_training import rule_based
from sextet.specs.rule_based import RuleBasedSpec
from sextet.specs.run_config import RunConfig
from sextet.tuning.bench import Bench
from sextet.tuning.found import Finding, Found, changes
from sextet.tuning.jury import LESS, Jury, better, spike_regime
from sextet.tuning.plan import CREW, TRAINING, Plan


class Choice:
    """What of the found is taken."""

    def __init__(self, plan: Plan, bench: Bench, config: RunConfig) -> None:
        """Choose from what `plan` knows; until `deliberate`, all that won with both seeds."""
        self.plan, self.bench, self.config = plan, bench, config
        self.notes: list[str] = []
        self.weigh: dict[str, float] = {}
        self.numbers = {arm.name: plan.incumbent(arm.name) for arm in plan.members}
        self.members = tuple(spec.name for spec in config.members)
        self.training = 0
        missing = [arm.name for arm in plan.members if plan.start_of(arm.name) is None]
        if missing:
            self.notes.append(
                f"The time ended before the defaults of {', '.join(missing)} were trained, so nothing was searched "
                "there. Give a larger --budget (the same command goes on from here), or a smaller training."
            )
        if not plan.members:
            self.notes.append("None of these members has settings to search: the file holds what was given.")
        wanting = plan.wanting
        if not missing and wanting is not None and 0 < plan.left < wanting:
            self.notes.append(
                f"{plan.left:.0f} s of the budget are left over: another trial, and trying again what it may find, "
                f"would take {wanting:.0f} s. A larger --budget, of the whole search, goes on from here."
            )

    def deliberate(self) -> None:
        """Hold forms of members, and ensembles of them, against each other on `weigh`."""
        plan, detector = self.plan, next((arm for arm in self.plan.members if arm.name == "spike-detector"), None)
        regime = spike_regime(plan.answers(detector.name, 0)) if detector else None
        jury = Jury(ground=self.bench.ground, index=self.bench.weigh, regime=regime)
        if not len(self.bench.weigh) or not all(self._heard(jury, name) for name in self.members):
            return
        for name in [name for name, number in self.numbers.items() if number]:
            if not self._holds(jury, name):
                self.numbers[name] = 0
                self.notes.append(f"What was found for {name} did not hold on the part weigh: it keeps its defaults.")
        forms = dict(zip(self.members, self.members, strict=True))
        loss = jury.together(tuple(forms.values()))
        if loss is not None:
            self.weigh = {"default": loss, "found": loss}
        new = {name: f"{name} found" if self.numbers.get(name) else name for name in forms}
        if new != forms and better(jury, new, forms, 0.0):
            forms = new
        elif new != forms:
            self.numbers = dict.fromkeys(self.numbers, 0)
            self.notes.append("The ensemble of what was found is no better on the part weigh: all keep their defaults.")
        forms = self._trained_together(jury, forms)
        kept = jury.fewer(tuple(forms.values()))
        self.members = tuple(name for name, form in forms.items() if form in kept)
        final = jury.together(kept)
        if final is not None:
            self.weigh["found"] = final

    def found(self) -> Found:
        """Return the choice as a configuration and a table."""
        plan = self.plan
        specs = tuple(
            plan.spec(plan.arms[spec.name], self.numbers[spec.name]) if self.numbers.get(spec.name) else spec
            for spec in self.config.members
            if spec.name in self.members
        )
        searched = [spec.name for spec in self.config.members]
        searched += [TRAINING] if TRAINING in plan.arms and plan.book.trials(TRAINING) else []
        return Found(
            config=replace(
                self.config, members=specs, train=replace(plan.training(self.training), rounds=self.config.train.rounds)
            ),
            findings=tuple(self._finding(name) for name in searched),
            weigh=self.weigh,
            notes=(),
            seconds=0.0,
        )

    def _heard(self, jury: Jury, name: str) -> bool:
        spec = next(spec for spec in self.config.members if spec.name == name)
        if not isinstance(spec, RuleBasedSpec):
            return jury.hear_file(name, self.plan.answers(name, 0))
        ground = self.bench.ground
        model = rule_based(spec, ground)
        jury.hear(name, model.answer(ground.prepared, self.bench.weigh).quantiles)
        return True

    def _holds(self, jury: Jury, name: str) -> bool:
        """Whether a member's found form is no worse on `weigh` than its defaults, over both seeds."""
        plan, number = self.plan, self.numbers[name]
        files = {
            f"{name} found": plan.answers(name, number),
            f"{name} found again": plan.answers(name, number, "again"),
            f"{name} again": plan.answers(name, 0, "again"),
        }
        if not all([jury.hear_file(form, path) for form, path in files.items()]):
            return False
        found = jury.alone((f"{name} found", f"{name} found again"))
        return found <= jury.alone((name, f"{name} again"))

    def _trained_together(self, jury: Jury, forms: dict[str, str]) -> dict[str, str]:
        """Return the forms under the training found, where that makes the better ensemble, else `forms`.

        Where time ended, or a member went back to its defaults, before all were trained so, half of them speak for all.
        """
        plan = self.plan
        number = plan.incumbent(TRAINING) if TRAINING in plan.arms else 0
        if not number:
            return forms
        tried = self._tried_together(jury, number)
        if 2 * len(tried) < len(self.numbers):
            self.notes.append("The training found was not tried with enough members: it stays at its defaults.")
            return forms
        new = {name: f"{name} together" if name in tried else form for name, form in forms.items()}
        if not better(jury, new, forms, LESS):
            self.notes.append(
                "The training found makes no better ensemble on the part weigh: it stays at its defaults."
            )
            return forms
        if untried := [name for name in self.numbers if name not in tried]:
            self.notes.append(f"The training found was not tried with {', '.join(untried)}: the others speak for it.")
        self.training = number
        return new

    def _tried_together(self, jury: Jury, number: int) -> list[str]:
        """The members that were trained under the training found, in the form that is taken."""
        plan = self.plan
        done = plan.book.noted(TRAINING, CREW) or {}
        return [
            name
            for name, taken in self.numbers.items()
            if plan.crew_key(name, number) in done
            and taken == plan.incumbent(name)
            and jury.hear_file(f"{name} together", plan.answers(name, taken, "crew"))
        ]

    def _finding(self, name: str) -> Finding:
        plan, arm = self.plan, self.plan.arms.get(name)
        if arm is None:
            verdict = "default" if name in self.members else "left out"
            return Finding(name=name, default=None, found=None, trials=0, pruned=0, changed="", verdict=verdict)  # type: ignore[arg-type]
        number = self.training if arm.base is None else self.numbers[name]
        out = arm.base is not None and name not in self.members
        old = plan.train if arm.base is None else arm.base
        new = plan.training(number) if arm.base is None else plan.spec(arm, number)
        trials, start = plan.book.trials(name), plan.start_of(name)
        return Finding(
            name=name,
            default=_mean(start.value if start else None, plan.again(name).get(0)),
            found=_mean(plan.value(name, number), plan.again(name).get(number)) if number else None,
            trials=len(trials),
            pruned=sum(trial.state.name == "PRUNED" for trial in trials),
            changed=changes(old, new),
            verdict="left out" if out else "found" if number else "default",
        )


def _mean(*values: float | None) -> float | None:
    known = [value for value in values if value is not None and math.isfinite(value)]
    return sum(known) / len(known) if known else None
