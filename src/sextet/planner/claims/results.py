"""Judges of what was said about results, history, software and risk."""

from __future__ import annotations

from sextet.hardware.catalogue import devices, look_up
from sextet.hardware.matrix import TensorFlow, matrix, released
from sextet.hardware.support import support
from sextet.hardware.version import Version
from sextet.planner.claims.evidence import evidence
from sextet.planner.claims.judgement import Finding, Labelled, Statement, sentence, verdict_of
from sextet.planner.claims.setting import Setting, catalogued, named, sources_of
from sextet.planner.cost import noise
from sextet.planner.figures import Quantity

# Bits after the point of a significand (IEEE 754 binary32 and binary16).
_BITS = {"FP32": 23, "FP16": 10}


def same_accuracy(claim: Statement, setting: Setting) -> Finding:
    """What of the arithmetic differs between both rigs: precision, and how windows are divided."""
    scene = setting.scenes[0]
    steps = {name: 2.0**-bits for name, bits in _BITS.items()}
    shares = {rig: -(-scene.batch // len(rig.devices)) for rig in (setting.many, setting.few)}
    coarse = setting.new.tensor_fp16_tflops is not None and setting.old.tensor_fp16_tflops is None
    differs = coarse or len(set(shares.values())) > 1
    return Finding(
        verdict="depends" if differs else "holds",
        why="It depends on precision and on how windows are divided: in FP32 on one card both compute the same but for "
        f"the order of sums; mixed precision on the {setting.new} rounds products {steps['FP16'] / steps['FP32']:,.0f} "
        "times more coarsely, and normalisation over a batch sees the windows of one card alone.",
        arithmetic=(
            *(f"{name} rounds at 2^-{bits} = {steps[name]:.2g} of a value" for name, bits in _BITS.items()),
            *(
                f"{scene.batch:,} windows over {len(rig.devices)} cards: {share} on each, {share * len(rig.devices)} a "
                "step "
                f"({rig})"
                for rig, share in shares.items()
            ),
            "weights stay FP32 in mixed precision, and published networks reached the same accuracy with it",
        ),
        sources=(
            "IEEE 754",
            "https://arxiv.org/abs/1710.03740 (mixed precision training)",
            "the accuracy of neither rig was measured here",
        ),
        figures=[
            Labelled(label=f"rounding of {name}", number=Quantity(step, "of a value")) for name, step in steps.items()
        ],
    )


def aws_p2(claim: Statement, setting: Setting) -> Finding:
    """Which cards the rented machine has."""
    rented = next(one for one in evidence().rented if one.machine in claim.said)
    found, old = look_up(rented.card).device, setting.old
    same = found == old
    rows = {
        name: (catalogued(found, field, unit), catalogued(old, field, unit))
        for name, field, unit in (("memory", "memory_gb", "GB"), ("FP32", "fp32_tflops", "TFLOPS"))
    }
    end = support(found.capability)
    return Finding(
        verdict="holds" if same else "does not hold",
        why=f"{rented.machine} has {'a' if same else 'no'} {old}: it has {rented.cards} GPU of a {rented.card}, "
        "compute "
        f"capability {found.capability} where the {old} has {old.capability}.",
        arithmetic=(
            f"{rented.said}",
            *(
                f"{name}: {of_found.quantity} on {found}, {of_old.quantity} on {old}: "
                f"{of_old.quantity / of_found.quantity:.1f} times"
                for name, (of_found, of_old) in rows.items()
            ),
            f"last TensorFlow with code for {found}: {end.tensorflow or 'the newest'}",
        ),
        sources=(
            f"{rented.source} ({rented.date})",
            *sources_of(*(one for row in rows.values() for one in row)),
            *end.sources,
        ),
        figures=[Labelled(label=f"{name} of {found}", number=row[0]) for name, row in rows.items()],
    )


def history(claim: Statement, setting: Setting) -> Finding:
    """Whether networks of those years were trained on cards without tensor cores."""
    begin, end = claim.span
    tensor = [one for one in devices().values() if one.tensor_fp16_tflops is not None]
    first = min(tensor, key=lambda one: (one.year, one.capability))
    networks = [one for one in evidence().networks if begin <= one.year <= end]
    without = [one.capability < first.capability for one in networks]
    return Finding(
        verdict=verdict_of(without),
        why=f"{'All' if all(without) else 'Not all'} of {named([one.name for one in networks])} were trained on cards "
        f"older than the first with Tensor Cores ({first}, {first.year}); that it can be done does not say how long it "
        "takes.",
        arithmetic=(
            f"lowest year of a card with tensor cores in the catalogue: {first.year}, compute capability "
            f"{first.capability}",
            *(f"{one.name} ({one.year}): {one.cards}, compute capability {one.capability}" for one in networks),
        ),
        sources=(*(f"{one.source} ({one.date})" for one in networks), *sources_of(catalogued(first, "year", "year"))),
        figures=[Labelled(label=f"first card with tensor cores, {first}", number=catalogued(first, "year", "year"))],
    )


def stack(claim: Statement, setting: Setting) -> Finding:
    """Whether the versions go together, by what the wheel of TensorFlow was built with."""
    wanted = {name: Version.of(text) for name, text in claim.versions.items()}
    known = matrix()
    row = released(known.tensorflow, wanted["tensorflow"])
    if row is None:
        return Finding(
            verdict="depends",
            why=f"It depends on a release that is not known here: TensorFlow {wanted['tensorflow']}.",
            arithmetic=(),
            sources=("hardware/matrix.toml",),
        )
    fits = _fitting(row, wanted)
    said_of = {
        "python": f"Python {row.python[0]} to {row.python[1]}",
        "cuda": f"CUDA {row.cuda}",
        "cudnn": f"cuDNN {row.cudnn} or a later one of {row.cudnn.major}.x",
    }
    names = {"python": "Python", "cuda": "CUDA", "cudnn": "cuDNN"}
    wrong = [f"{names[name]} {wanted[name]} ({said_of[name]})" for name, one in fits.items() if not one]
    others = [one for one in known.tensorflow if all(_fitting(one, wanted).values())]
    cards = [one for one in (setting.old, setting.new) if others and one.capability.runs(others[-1].sms)]
    instead = (
        f"TensorFlow {named([str(one.release) for one in others])} fit{'s' if len(others) == 1 else ''} the rest"
        if others
        else "no release fits the rest"
    )
    return Finding(
        verdict="holds" if not wrong else "does not hold",
        why=f"TensorFlow {wanted['tensorflow']} "
        + (f"was built for something else than {named(wrong)}; {instead}." if wrong else "was built for all of them."),
        arithmetic=(
            *(
                f"{names[name]} {wanted[name]}: {'fits' if one else 'does not fit'}, the wheel of {row.release} is "
                f"for {said_of[name]}"
                for name, one in fits.items()
            ),
            *(
                f"TensorFlow {one.release}: CUDA {one.cuda}, cuDNN {one.cudnn}, Python {one.python[0]} to "
                f"{one.python[1]}"
                for one in others
            ),
            *([f"TensorFlow {others[-1].release} has code for {named([str(one) for one in cards])}"] if cards else []),
        ),
        sources=tuple(f"{one.source} ({one.date})" for one in (row, *others)),
    )


def _fitting(row: TensorFlow, wanted: dict[str, Version]) -> dict[str, bool]:
    """Return whether each version goes with a release: its CUDA to the minor, cuDNN as built or later of its major."""
    lowest, highest = row.python
    python, cuda, cudnn = wanted["python"], wanted["cuda"], wanted["cudnn"]
    return {
        "python": lowest <= python and (python <= highest or python.within(highest)),
        "cuda": cuda.within(row.cuda),
        "cudnn": cudnn >= row.cudnn and cudnn.major == row.cudnn.major,
    }


def no_risk(claim: Statement, setting: Setting) -> Finding:
    """What ends, and what the cards need around them."""
    lines: list[str] = []
    sources: list[str] = []
    figures: list[Labelled] = []
    ending: list[bool] = []
    for one in dict.fromkeys((setting.old, setting.new)):
        end = support(one.capability)
        ending.append(end.ending)
        lines.append(f"{one} (compute capability {one.capability}, {one.year}): {end.risk}")
        sources += end.sources
        if end.driver_ends is not None:
            year, month = map(int, end.driver_ends.split("-"))
            left = year - setting.today.year + (month - setting.today.month) / 12
            lines.append(f"{one}: {end.driver_ends} is {left:.1f} years after {setting.today}")
            figures.append(Labelled(label=f"years until the driver of {one} ends", number=Quantity(left, "years")))
    lines += [f"noise: {text}" for text in noise(setting.many)]
    verdict = verdict_of([not one for one in ending])
    shortest = min((one.number.value for one in figures if isinstance(one.number, Quantity)), default=None)
    gone = [what for what in ("CUDA", "cuDNN") if getattr(support(setting.old.capability), what.lower())]
    fallen = f"newer releases of {named(gone)} leave the {setting.old} out already" if gone else ""
    until = "" if shortest is None else f" in {shortest:.1f} years"
    return Finding(
        verdict=verdict,
        why=sentence(
            verdict,
            "the card",
            f"software ends for {'both cards' if all(ending) else 'one of them'}{until}, after which no driver is "
            "looked "
            f"after that runs them{'; ' + fallen if fallen else ''}",
        ),
        arithmetic=lines,
        sources=sources,
        figures=figures,
    )
