"""Judges of what was said about memory."""

from __future__ import annotations

from dataclasses import replace

from sextet.hardware.catalogue import Device, device
from sextet.planner.claims.judgement import Finding, Labelled, Statement, sentence, stands, verdict_of
from sextet.planner.claims.setting import MEMORY_MODEL, Network, Scene, Setting, catalogued, named, said, sources_of
from sextet.planner.figures import Prediction, Quantity
from sextet.planner.memory import TOGETHER, fits, predict_memory, usable
from sextet.planner.room import largest, largest_batch
from sextet.planner.work import compiles, member_work

GIB = 2**30
SMALLER = "Tesla P100 PCIe 16GB"
"""The card of 16 GB that "more than 16" is held against; it is of the P40's generation."""


def gib(found: Prediction) -> Prediction:
    """Return bytes in GiB, which cards are sold by."""
    return found.scaled(1 / GIB, "GiB")


def memory_of(spec: Network, scene: Scene, setting: Setting, one: Device, cards: int = 1) -> Prediction:
    """Return the GiB that a member needs on one card while it trains, alone or with others over the batch."""
    work = member_work(spec, scene.shape, -(-scene.batch // cards), compiled=compiles(spec, cards))
    return gib(predict_memory(work, one, setting.software, cards=cards))


def memory_sum(claim: Statement, setting: Setting) -> Finding:
    """The sum of both rigs' memory, and what of it one model can have."""
    old, new = setting.old, setting.new
    many, few = (len(rig.devices) for rig in (setting.many, setting.few))
    each = {one: catalogued(one, "memory_gb", "GB") for one in (old, new)}
    sums = [each[old].quantity * many, each[new].quantity * few]
    room = {one: Quantity(usable(one) / GIB, "GiB") for one in (old, new)}
    holds = sums[0] > sums[1]
    return Finding(
        verdict="holds" if holds else "does not hold",
        why=f"As a sum it {'holds' if holds else 'does not hold'}, but a model has to fit one card, and there "
        f"{room[new]} of a {new} are more than {room[old]} of a {old}.",
        arithmetic=(
            f"{many} x {each[old].quantity} = {sums[0]}; {few} x {each[new].quantity} = {sums[1]}",
            f"for one process: {room[old]} of a {old} (97 % of what error correction leaves), {room[new]} of a {new}",
        ),
        sources=(*sources_of(*each.values()), "planner.memory.usable; docs/hardware.md"),
        figures=(
            Labelled(label=f"memory of {setting.many}", number=sums[0]),
            Labelled(label=f"memory of {setting.few}", number=sums[1]),
            *(Labelled(label=f"for one process on {one}", number=amount) for one, amount in room.items()),
        ),
    )


def patchtst_memory(claim: Statement, setting: Setting) -> Finding:
    """How large a PatchTST is that needs more than a card of 16 GB and fits one of 24."""
    lower, old = device(SMALLER), setting.old
    needs = [memory_of(scene.patchtst, scene, setting, old) for scene in setting.scenes]
    answers = [usable(lower) < found.value * GIB <= usable(old) for found in needs]
    small, large = setting.scenes
    widths = [_widest(small, setting, one) for one in (lower, old)]
    batches = [
        largest_batch(lambda b: member_work(large.patchtst, large.shape, b, compiled=True), one, setting.software)
        for one in (lower, old)
    ]
    told = [
        f"{scene.name}, {scene.batch:,} windows a step: {said(one)} GiB"
        for scene, one in zip(setting.scenes, needs, strict=True)
    ]
    # some PatchTST is of this size wherever the one card holds a wider one than the other
    verdict = verdict_of([*answers, widths[1] > widths[0]])
    return Finding(
        verdict=verdict,
        why=sentence(
            verdict,
            "width and batch",
            f"with the defaults it is {_truth(answers[0])}, since PatchTST, {small.patchtst.width} wide, needs "
            f"{said(needs[0])} GiB; at {small.batch:,} windows a step it becomes true above a width of {widths[0]:,}, "
            f"{widths[0] / small.patchtst.width:,.0f} times the default, and ends to be at {widths[1]:,}",
        ),
        brief=f"{_truth(answers[0])} with the defaults ({needs[0].value:.2f} GiB); true from {widths[0]:,} to "
        f"{widths[1]:,} wide, the default being {small.patchtst.width}",
        arithmetic=(
            *told,
            f"{small.batch:,} windows a step: a width of {widths[0]:,} fills {lower}, one of {widths[1]:,} fills {old} "
            f"(chosen is {small.patchtst.width})",
            f"width {large.patchtst.width}: {batches[0]:,} windows a step fill {lower}, {batches[1]:,} fill {old}",
        ),
        sources=(MEMORY_MODEL,),
        figures=[
            *(
                Labelled(label=f"PatchTST, {one.name}", number=found)
                for one, found in zip(setting.scenes, needs, strict=True)
            ),
            *(
                Labelled(label=f"width that fills {one}", number=Quantity(width, "wide"))
                for one, width in zip((lower, old), widths, strict=True)
            ),
        ],
    )


def _truth(answer: bool | None) -> str:
    return "not to be told" if answer is None else "true" if answer else "false"


def free_memory(claim: Statement, setting: Setting) -> Finding:
    """What stays free on a card beside the largest member, and with every member on it at once."""
    old = setting.old
    lines, figures, answers, told = [], [], [], []
    for scene in setting.scenes:
        needs = {spec.name: memory_of(spec, scene, setting, old) for spec in scene.specs}
        largest = max(needs, key=lambda name: needs[name].value)
        free = _left(old, needs[largest])
        answers.append(stands(claim.span, free))
        lines.append(
            f"{scene.name}: the largest, {largest}, needs {said(needs[largest])} GiB of {usable(old) / GIB:.1f}; free: "
            f"{said(free, 1)} GiB"
        )
        figures.append(Labelled(label=f"free on {old}, {scene.name}", number=free))
        told.append(f"{free.value:.1f} GiB beside {scene.name}")
    verdict = verdict_of(answers)
    return Finding(
        verdict=verdict,
        why=sentence(verdict, "the size of the members", f"{named(told)} stay free"),
        brief=f"{_truth(answers[0])} with the defaults, beside which {told[0].split(' beside')[0]} stay free",
        arithmetic=(*lines, "where TensorFlow may take a whole card (no memory growth) nothing stays free"),
        sources=(MEMORY_MODEL,),
        figures=figures,
    )


def _left(one: Device, needed: Prediction) -> Prediction:
    room = usable(one) / GIB
    return Prediction(value=room - needed.value, low=room - needed.high, high=room - needed.low, unit="GiB")


def memory_pooled(claim: Statement, setting: Setting) -> Finding:
    """What one card holds where three share a member, against what it holds alone."""
    scene, old, count = setting.scenes[1], setting.old, len(setting.many.devices)
    spec = scene.patchtst
    alone, shared = (memory_of(spec, scene, setting, old, cards) for cards in (1, count))
    # one window a card: what is left are weights, gradients and the optimiser, which every card holds
    wide = {cards: _widest(replace(scene, batch=cards), setting, old, cards) for cards in (1, count)}
    pooled = wide[count] > wide[1]
    split = [_widest(scene, setting, old, cards) for cards in (1, count)]
    return Finding(
        verdict="depends" if pooled else "does not hold",
        why=f"{TOGETHER} Three cards divide the activations of a batch, which lets a PatchTST be "
        f"{split[1] / split[0]:.1f} times as wide at {scene.batch:,} windows a step, but with one window a card the "
        "widest "
        f"is {wide[1]:,} on one card and {wide[count]:,} on {count}.",
        arithmetic=(
            f"PatchTST of width {spec.width}, {scene.batch:,} windows a step: {said(alone)} GiB on one card, "
            f"{said(shared)} GiB on each of {count}, {count * shared.value:.2f} GiB in all",
            f"widest that fits {old} at {scene.batch:,} windows a step: {split[0]:,} alone, {split[1]:,} over {count} "
            "cards",
            f"widest at one window a card: {wide[1]:,} alone, {wide[count]:,} over {count} cards",
        ),
        sources=(MEMORY_MODEL,),
        figures=(
            Labelled(label="on one card", number=alone),
            Labelled(label=f"on each of {count} cards", number=shared),
            Labelled(label="widest at one window a card, alone", number=Quantity(wide[1], "wide")),
            Labelled(label=f"widest at one window a card, over {count}", number=Quantity(wide[count], "wide")),
        ),
    )


def _widest(scene: Scene, setting: Setting, one: Device, cards: int = 1) -> int:
    """Return the width of the widest PatchTST that fits, its feed-forward part four times as wide."""
    spec, share = scene.patchtst, -(-scene.batch // cards)

    def wide(multiple: int) -> bool:
        width = multiple * spec.heads
        wider = replace(spec, width=width, feed_forward=4 * width)
        return fits(member_work(wider, scene.shape, share, compiled=compiles(wider, cards)), one, setting.software)

    return spec.heads * largest(wide, 2**14)
