"""Judges of what was said about training and forecasting time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sextet.core.errors import ConfigError
from sextet.hardware.rig import Rig
from sextet.planner.claims.judgement import Finding, Labelled, Statement, sentence, stands, verdict_between, verdict_of
from sextet.planner.claims.ratios import (
    SAID,
    Run,
    all_members,
    call_of,
    one_card,
    quickest,
    ratio,
    shared,
    step_of,
    together_of,
)
from sextet.planner.claims.setting import SCALING_MODEL, TIME_MODEL, Scene, Setting, named, percent, planned, said
from sextet.planner.figures import Prediction, Quantity
from sextet.planner.training import OVER, OWN

Case = tuple[str, Prediction]

OPEN = "the model's error is larger than the difference"
PRECISIONS = ("float32", "float16")


def _told(cases: Sequence[Case], span: tuple[float, float]) -> str:
    """Say where a span is borne out, where it is not, and where the model cannot tell."""
    answers = [stands(span, found) for _, found in cases]
    words = {True: "it holds for", False: "it does not hold for", None: "it cannot be told for"}
    parts = []
    for answer, text in words.items():
        names = [name for (name, _), one in zip(cases, answers, strict=True) if one is answer]
        if names:
            parts.append(f"{text} {named(names)}" + (f", where {OPEN}" if answer is None else ""))
    return "; ".join(parts)


def _ensemble_cases(setting: Setting) -> list[tuple[str, Run, Run]]:
    """Each rig as it is quickest, for members of both sizes, with the newer cards in FP32 and in what is quickest."""
    found = []
    for scene in setting.scenes:
        many = quickest(scene, setting.many, setting.software)
        for precisions in (PRECISIONS[:1], PRECISIONS):
            few = quickest(scene, setting.few, setting.software, precisions)
            found.append((f"{scene.name} in {SAID[precisions[-1]]}", many, few))
    return found


def whole_training(setting: Setting) -> Prediction:
    """Return how many times longer a training of the small members takes as `sextet plan` has it, host and all."""
    found = planned(setting)
    if found.chances is None:
        raise ConfigError("Expected two rigs to compare; a single one has no ratio.")
    low, _, high = found.chances.ratios[setting.many.name]
    few, many = (one.seconds.value for one in found.rigs)
    return Prediction(
        value=many / few, low=min(low, many / few), high=max(high, many / few), unit="times", source="sextet plan"
    )


def ensemble_time(claim: Statement, setting: Setting) -> Finding:
    """How many times longer the older cards train all members; six hours are only the unit of what was said."""
    runs = _ensemble_cases(setting)
    whole, hours = whole_training(setting), claim.values["before"]
    cases = [("a round of training of small members", whole), *((name, ratio(many, few)) for name, many, few in runs)]
    lines = [
        f"{name}: {1000 * many.value:.1f} ms ({many.label}) over {1000 * few.value:.1f} ms ({few.label}) = "
        f"{said(found)}: "
        f"{hours:g} h become {hours * found.value:.1f} h"
        for (name, many, few), (_, found) in zip(runs, cases[1:], strict=True)
    ]
    few_all, many_all = (one.seconds.value for one in planned(setting).rigs)
    low, high = claim.span
    verdict = verdict_of([stands(claim.span, found) for _, found in cases])
    return Finding(
        verdict=verdict,
        why=sentence(verdict, "the members' size and on precision", _told(cases, claim.span)),
        arithmetic=(
            f"{claim.values['least']:g} h / {hours:g} h = {low:.2f} to {claim.values['most']:g} h / {hours:g} h = "
            f"{high:.2f}",
            f"a round of training of small members as sextet plan has it: {many_all:.0f} s over {few_all:.0f} s = "
            f"{said(whole)}: {hours:g} h become {hours * whole.value:.1f} h",
            "one step of every member, as long as cards decide:",
            *lines,
        ),
        sources=(TIME_MODEL, SCALING_MODEL),
        figures=[Labelled(label=name, number=found) for name, found in cases],
    )


def time_percent(claim: Statement, setting: Setting) -> Finding:
    """Whether the percentage follows from its own hours, and whether the hours follow from the cards."""
    before, after, more = (claim.values[name] for name in ("before", "after", "percent"))
    really = 100 * (after / before - 1)
    follows = abs(really - more) < 0.5
    cases = [(name, ratio(many, few)) for name, many, few in _ensemble_cases(setting)]
    span = (after / before, after / before)
    # a wrong sum stays wrong whatever the cards do
    verdict = verdict_of([stands(span, found) for _, found in cases]) if follows else "does not hold"
    wrong = "" if follows else f"{after:g} h over {before:g} h are {really:.0f} % more, not {more:.0f} %; of the hours "
    return Finding(
        verdict=verdict,
        why=sentence(verdict, "the members' size and on precision", f"{wrong}{_told(cases, span)}"),
        arithmetic=(
            f"{after:g} / {before:g} = {after / before:.3f}",
            *(
                f"{name}: {said(found)} times, so {before:g} h become {before * found.value:.1f} h"
                for name, found in cases
            ),
        ),
        sources=("arithmetic on the statement's own numbers", TIME_MODEL, SCALING_MODEL),
        figures=[
            Labelled(label="more, by the statement's own hours", number=Quantity(really, "%")),
            *(Labelled(label=name, number=found) for name, found in cases),
        ],
    )


def single_model(claim: Statement, setting: Setting) -> Finding:
    """How much longer each member trains on one newer card in FP32 than with tensor cores."""
    cases, lines = [], []
    for scene in setting.scenes:
        for spec in scene.specs:
            work = call_of(spec, scene, scene.batch)
            without, with_cores = (one_card(work, setting.new, setting.software, one) for one in PRECISIONS)
            against = ratio(one_card(work, setting.old, setting.software), with_cores)
            found = ratio(without, with_cores)
            cases.append((f"{spec.name}, {scene.name}", found))
            lines.append(
                f"{spec.name}, {scene.name}: FP32 over mixed precision on {setting.new} = {said(found)}; "
                f"{setting.old} over it = {said(against)}"
            )
    values = [found.value for _, found in cases]
    verdict = verdict_between(claim.span, [found for _, found in cases])
    return Finding(
        verdict=verdict,
        why=sentence(
            verdict,
            "the member and its size",
            f"from {percent(min(values) - 1)} longer "
            f"({named([name for name, one in cases if one.value == min(values)])}) "
            f"to {percent(max(values) - 1)} ({named([name for name, one in cases if one.value == max(values)])})",
        ),
        arithmetic=lines,
        sources=(TIME_MODEL,),
        figures=[Labelled(label=name, number=found) for name, found in cases],
    )


def inference(claim: Statement, setting: Setting) -> Finding:
    """How much longer a forecast of all members takes on one older card than on one newer."""
    cases, lines = [], []
    before = claim.values["before"]
    for scene in setting.scenes:
        for batch in (1, scene.batch):
            old, new = (_forecast(scene, batch, setting, one) for one in (setting.many, setting.few))
            found = ratio(old, new)
            cases.append((f"{scene.name}, {batch:,} window{'s' if batch > 1 else ''} at once", found))
            lines.append(
                f"{scene.name}, {batch:,} at once: {1000 * old.value:.1f} ms on {setting.old} over "
                f"{1000 * new.value:.1f} ms on {setting.new} = {said(found)}; {before:g} s become "
                f"{before * found.value:.2f} s"
            )
    verdict = verdict_of([stands(claim.span, found) for _, found in cases])
    return Finding(
        verdict=verdict,
        why=sentence(verdict, "size and on how many windows are forecast at once", _told(cases, claim.span)),
        arithmetic=(
            f"{claim.values['after']:g} s / {before:g} s = {claim.span[0]:g}; every network once, FP32:",
            *lines,
        ),
        sources=(TIME_MODEL,),
        figures=[Labelled(label=name, number=found) for name, found in cases],
    )


def _forecast(scene: Scene, batch: int, setting: Setting, rig: Rig) -> Run:
    one = rig.devices[0]
    steps = [step_of(call_of(spec, scene, batch, training=False), one, setting.software) for spec in scene.specs]
    return Run(
        label=str(one), card=f"{one} float32", seconds=lambda host, end: sum(step.seconds(host, end) for step in steps)
    )


def three_times(claim: Statement, setting: Setting) -> Finding:
    """How much faster three older cards train all members than one of them."""
    count = len(setting.many.devices)
    cases, lines = [], []
    for scene in setting.scenes:
        alone = all_members(scene, Rig(name="one", devices=setting.many.devices[:1]), setting.software, OWN)
        for placement in (OVER, OWN):
            run = all_members(scene, setting.many, setting.software, placement)
            found = ratio(alone, run)
            cases.append((f"{scene.name} {placement}", found))
            lines.append(
                f"{scene.name} {placement}: {1000 * alone.value:.1f} ms on one card over {1000 * run.value:.1f} ms on "
                f"{count} = {said(found)}"
            )
        kept = _efficiency(scene, setting.many, setting, True).scaled(count, "times")
        cases.append((f"{scene.name} over all cards with {count} times the windows a step", kept))
        lines.append(
            f"{scene.name} over all cards, every card with the windows of one: {said(kept)} times the windows/s"
        )
    verdict = verdict_of([stands(claim.span, found) for _, found in cases])
    return Finding(
        verdict=verdict,
        why=sentence(verdict, "what is divided and on the members' size", _told(cases, claim.span)),
        arithmetic=(f"one step of every member, one card against {count}:", *lines),
        sources=(TIME_MODEL, SCALING_MODEL),
        figures=[Labelled(label=name, number=found) for name, found in cases],
    )


def efficiency(claim: Statement, setting: Setting) -> Finding:
    """Share of linear speed-up of both rigs, members over all cards: windows kept by every card, or divided."""
    said_of = {setting.many: claim.span[0], setting.few: claim.span[1], setting.plain: claim.span[1]}
    cases, lines, answers = [], [], []
    for scene in setting.scenes:
        for rig, wanted in said_of.items():
            for kept in (True, False):
                found = _efficiency(scene, rig, setting, kept)
                name = f"{rig}, {scene.name}, windows {'kept' if kept else 'divided'}"
                cases.append((name, found))
                answers.append(stands((wanted, wanted), found))
                lines.append(f"{name}: {said(found)} of linear; said: {wanted:.2f}")
    verdict = verdict_of(answers)
    values = [found.value for _, found in cases]
    kept_values, divided = values[::2], values[1::2]
    told = (
        f"{percent(min(kept_values))} to {percent(max(kept_values))} of linear where every card keeps its windows, "
        f"{percent(min(divided))} to {percent(max(divided))} where they are divided; members on cards of their own "
        "exchange nothing"
    )
    return Finding(
        verdict=verdict,
        why=sentence(verdict, "what stays the same, and on the members' size", told),
        arithmetic=("time of one card over cards x time of all, every member over all cards, FP32:", *lines),
        sources=(TIME_MODEL, SCALING_MODEL),
        figures=[Labelled(label=name, number=found) for name, found in cases],
    )


def _efficiency(scene: Scene, rig: Rig, setting: Setting, kept: bool) -> Prediction:
    """Return how near to linear a rig trains all members: every card keeps its windows, or they are divided."""
    count = len(rig.devices)
    parts = [
        shared(spec, scene, rig, setting.software, batch=scene.batch * (count if kept else 1)) for spec in scene.specs
    ]
    steps = [step_of(call_of(spec, scene, scene.batch), rig.devices[0], setting.software) for spec in scene.specs]
    alone = Run(
        label="one", card=parts[0].card, seconds=lambda host, end: sum(step.seconds(host, end) for step in steps)
    )
    speed_up = ratio(alone, together_of(parts))
    share = 1.0 if kept else 1 / count
    found = speed_up.scaled(share, "of linear")
    return replace(found, high=max(found.value, min(1.0, found.high)))
