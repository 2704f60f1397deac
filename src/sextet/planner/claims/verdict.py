"""Judge of the score out of ten."""

from __future__ import annotations

from collections.abc import Mapping

from sextet.core.errors import ConfigError
from sextet.hardware.rig import Rig
from sextet.hardware.support import support
from sextet.planner.claims.judgement import CLOSE, Finding, Labelled, Statement, sentence, verdict_of
from sextet.planner.claims.memory import GIB, memory_of
from sextet.planner.claims.ratios import SAID, Run, quickest
from sextet.planner.claims.setting import MEMORY_MODEL, TIME_MODEL, Scene, Setting, named, planned
from sextet.planner.cost import ELECTRICITY, Usage, cost_per_training, running
from sextet.planner.figures import Quantity
from sextet.planner.memory import usable
from sextet.planner.price_lists import PriceList, price_lists
from sextet.planner.prices import rig_price
from sextet.planner.score import WEIGHTS, Facts, scores

HOURS = 6.0
"""What a training takes on the newer cards, as the statements have it; the older cards take so many times longer."""

PRECISIONS = (("float32",), ("float32", "float16"))


def score(claim: Statement, setting: Setting) -> Finding:
    """What the older cards score against the newer ones, by size, precision, price list and weight."""
    wanted = claim.span[0]
    lines, figures, answers, values = [], [], [], []
    for scene in setting.scenes:
        for precisions in PRECISIONS:
            for listed in price_lists().values():
                rigs = _facts(scene, precisions, listed, setting)
                if rigs is None:
                    continue
                old, new = scores(rigs)
                if old.total is None or new.total is None:
                    continue
                values.append(old.total)
                answers.append(abs(old.total / wanted - 1) <= CLOSE)
                label = f"{scene.name}, {SAID[precisions[-1]]}, list {listed.name!r}"
                lines.append(f"{label}: {old.total:.1f} against {new.total:.1f} ({_parts(old.parts)})")
                figures.append(Labelled(label=label, number=Quantity(old.total, "points")))
    asked = {one.name: one.score for one in planned(setting).rigs}[setting.many.name]
    if asked.total is not None:
        values.append(asked.total)
        answers.append(abs(asked.total / wanted - 1) <= CLOSE)
        label = "small members as sextet plan has it"
        lines.append(f"{label}: {asked.total:.1f} ({_parts(asked.parts)})")
        figures.append(Labelled(label=label, number=Quantity(asked.total, "points")))
    if not values:
        raise ConfigError("No price list has both rigs of the statements; the score cannot be judged.")
    verdict = verdict_of(answers)
    one = _alone(setting)
    return Finding(
        verdict=verdict,
        why=sentence(
            verdict,
            "size, precision, price and weights",
            f"three P40 score {min(values):.1f} to {max(values):.1f}; with one weight alone {min(one.values()):.1f} "
            f"({_of(one, min(one.values()))}) to {max(one.values()):.1f} ({_of(one, max(one.values()))})",
        ),
        arithmetic=(
            f"weights: {', '.join(f'{name} {weight:g}' for name, weight in WEIGHTS.items())}; {HOURS:g} h on "
            f"{setting.few}",
            *lines,
            f"each weight alone, {setting.scenes[0].name}: "
            f"{', '.join(f'{name} {value:.1f}' for name, value in one.items())}",
        ),
        sources=("planner.score; weights are a choice", TIME_MODEL, MEMORY_MODEL, ELECTRICITY["KRW"].source),
        figures=figures,
    )


def _parts(parts: Mapping[str, float | None]) -> str:
    return ", ".join(f"{name} {value:.1f}" for name, value in parts.items() if value is not None)


def _of(values: dict[str, float], wanted: float) -> str:
    return named([name for name, value in values.items() if value == wanted])


def _alone(setting: Setting) -> dict[str, float]:
    """Return the score of the older cards by the only weight there is, small members in FP32, the first list."""
    rigs = _facts(setting.scenes[0], PRECISIONS[0], next(iter(price_lists().values())), setting)
    found = {}
    for name in WEIGHTS if rigs else ():
        total = scores(rigs or (), {other: float(other == name) for other in WEIGHTS})[0].total
        if total is not None:
            found[name] = total
    return found


def _facts(
    scene: Scene, precisions: tuple[str, ...], listed: PriceList, setting: Setting
) -> tuple[Facts, Facts] | None:
    """Return what is known of both rigs; None where the list has not both."""
    runs = {
        setting.many: quickest(scene, setting.many, setting.software),
        setting.few: quickest(scene, setting.few, setting.software, precisions),
    }
    found = [_fact(scene, rig, run, run.value / runs[setting.few].value, listed, setting) for rig, run in runs.items()]
    old, new = found
    return None if old.cost is None or new.cost is None else (old, new)


def _fact(scene: Scene, rig: Rig, run: Run, times: float, listed: PriceList, setting: Setting) -> Facts:
    price = rig_price(rig, [listed]).middle
    usage = Usage(electricity=ELECTRICITY[price.unit if price else "KRW"].quantity)
    hours = HOURS * times
    spent = running(rig, hours, usage)
    cost = cost_per_training(price, spent, hours, usage)
    one = rig.devices[0]
    cards = len(rig.devices) if run.placement == "over all cards" else 1
    needed = max(memory_of(spec, scene, setting, one, cards).value for spec in scene.specs)
    ends = support(one.capability).driver_ends
    years = None
    if ends is not None:
        year, month = map(int, ends.split("-"))
        years = max(0.0, year - setting.today.year + (month - setting.today.month) / 12)
    return Facts(
        name=str(rig),
        seconds=3600 * hours,
        cost=cost.value if cost else None,
        kwh=spent.training.value,
        headroom=usable(one) / GIB / needed,
        supported_years=years,
    )
