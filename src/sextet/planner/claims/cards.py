"""Judges of what was said about the cards themselves."""

from __future__ import annotations

from dataclasses import replace

from sextet.core.errors import ConfigError
from sextet.hardware.catalogue import Device, device, devices
from sextet.hardware.rig import Rig
from sextet.planner.claims.evidence import evidence
from sextet.planner.claims.judgement import CLOSE, Finding, Labelled, Statement, Verdict, sentence, stands, verdict_of
from sextet.planner.claims.ratios import call_of, link, one_card, ratio
from sextet.planner.claims.setting import SCALING_MODEL, TIME_MODEL, Setting, catalogued, named, said, sources_of
from sextet.planner.figures import Measured, Quantity
from sextet.planner.timing.scaling import all_reduce_seconds

MEASURED_SO = "measured with the largest batch that fits in either precision, so the batch differs too"

NEWER = ("A100 SXM4 40GB", "H100 SXM5 80GB")
"""Later cards with tensor cores, to see how far a rate of a data sheet goes."""


def _near(value: float, wanted: float) -> bool:
    return abs(value / wanted - 1) <= CLOSE


def tensor_peak(claim: Statement, setting: Setting) -> Finding:
    """The tensor cores' rate over that of the FP32 units, of data sheets."""
    low, high = claim.span
    pairs = [(setting.new, setting.new), (setting.new, setting.old), *((device(one), device(one)) for one in NEWER)]
    lines, figures, answers, quoted = [], [], [], []
    for with_cores, without in pairs:
        top, bottom = (
            catalogued(with_cores, "tensor_fp16_tflops", "TFLOPS"),
            catalogued(without, "fp32_tflops", "TFLOPS"),
        )
        times = Quantity(top.quantity / bottom.quantity, "times")
        answers.append(low * (1 - CLOSE) <= times.value <= high * (1 + CLOSE))
        label = f"{with_cores} over the FP32 of {without}"
        lines.append(f"{label}: {top.quantity} / {bottom.quantity} = {times.value:.1f}")
        figures.append(Labelled(label=label, number=times))
        quoted += [top, bottom]
    verdict = verdict_of(answers)
    return Finding(
        verdict=verdict,
        why=sentence(
            verdict,
            "the card",
            f"peak rates of data sheets, FP16 over FP32, are {min(_values(figures)):.1f} to "
            f"{max(_values(figures)):.1f} "
            "times higher; what networks gain is the next statement",
        ),
        arithmetic=lines,
        sources=sources_of(*quoted),
        figures=figures,
    )


def tensor_practice(claim: Statement, setting: Setting) -> Finding:
    """What mixed precision gained in networks that were measured, and what the members would gain."""
    low, high = claim.span
    measured = evidence().mixed
    lines = [
        f"{one.model} on {one.card}: {one.mixed:,.0f} / {one.fp32:,.0f} {one.unit} = {one.gain.quantity.value:.2f} "
        "(measured)"
        for one in measured
    ]
    figures = [Labelled(label=f"{one.model} on {one.card}", number=one.gain) for one in measured]
    answers: list[bool | None] = [
        low * (1 - CLOSE) <= one.gain.quantity.value <= high * (1 + CLOSE) for one in measured
    ]
    for scene in setting.scenes:
        for spec in scene.specs:
            work = call_of(spec, scene, scene.batch)
            full, half = (one_card(work, setting.new, setting.software, one) for one in ("float32", "float16"))
            found = ratio(full, half)
            answers.append(stands(claim.span, found))
            lines.append(f"{spec.name}, {scene.name}, on {setting.new}: {said(found)} (predicted)")
            figures.append(Labelled(label=f"{spec.name}, {scene.name}", number=found))
    gains = [one.gain.quantity.value for one in measured]
    small = [one.number.value for one in figures[len(measured) :][: len(setting.scenes[0].specs)]]  # type: ignore[union-attr]
    verdict = verdict_of(answers)
    return Finding(
        verdict=verdict,
        why=sentence(
            verdict,
            "the network",
            f"{min(gains):.1f} to {max(gains):.1f} times were measured, and small members would gain "
            f"{min(small):.2f} to "
            f"{max(small):.2f} times, since launches and not products decide",
        ),
        arithmetic=lines,
        sources=(*dict.fromkeys(one.source for one in measured), MEASURED_SO, TIME_MODEL),
        figures=figures,
    )


def fp16_only_v100(claim: Statement, setting: Setting) -> Finding:
    """Whether the older card computes in FP16, and what it gains from it."""
    old, new = setting.old, setting.new
    full, half = old.measured["fp32_tflops"], old.measured["fp16_tflops"]
    lines = [f"{old}, large products in PyTorch: {half:g} TFLOPS in FP16, {full:g} in FP32 (measured)"]
    measured = _measured(old, half / full)
    figures = [Labelled(label=f"FP16 over FP32 on {old}, large products", number=measured)]
    gains: dict[Device, list[float]] = {old: [], new: []}
    for scene in setting.scenes:
        for one in (old, new):
            for spec in scene.specs:
                work = call_of(spec, scene, scene.batch)
                found = ratio(one_card(work, one, setting.software), one_card(work, one, setting.software, "float16"))
                gains[one].append(found.value)
                lines.append(f"{spec.name}, {scene.name}, on {one}: FP32 over FP16 = {said(found)}")
                figures.append(Labelled(label=f"{spec.name}, {scene.name}, {one}", number=found))
    # as a thing a card can do it fails; as a gain it holds where the newer card alone gains more than people round
    verdict: Verdict = "depends" if max(gains[old]) < 1.5 < max(gains[new]) else "does not hold"
    return Finding(
        verdict=verdict,
        why=sentence(
            verdict,
            "what is meant",
            f"a {old} computes and stores FP16, which halves activations, but is at best {max(gains[old]):.2f} times "
            "as "
            f"fast with it; a {new} is up to {max(gains[new]):.1f} times as fast",
        ),
        arithmetic=lines,
        sources=(f"{measured.source} ({measured.date})", TIME_MODEL),
        figures=figures,
    )


def bandwidth(claim: Statement, setting: Setting) -> Finding:
    """The sums of the cards' bandwidths, and what one card has."""
    low, high = claim.span
    wanted = {setting.few: high, setting.plain: high, setting.many: low}
    quoted = {rig: catalogued(rig.devices[0], "bandwidth_gbs", "GB/s") for rig in wanted}
    sums = {rig: quoted[rig].quantity * len(rig.devices) for rig in wanted}
    answers = [_near(sums[rig].value, value) for rig, value in wanted.items()]
    new, old = quoted[setting.few].quantity, quoted[setting.many].quantity
    return Finding(
        verdict=verdict_of(answers),
        why=f"{'As sums the numbers hold' if all(answers) else 'The sums differ'}, but a kernel runs on one card and "
        f"sees {new} against {old}, {new / old:.1f} times, not {high / low:.1f}.",
        arithmetic=(
            *(
                f"{len(rig.devices)} x {quoted[rig].quantity} = {sums[rig]} ({rig}; said: {wanted[rig]:,.0f})"
                for rig in wanted
            ),
            f"{new} / {old} = {new / old:.2f} a card; {high:,.0f} / {low:,.0f} = {high / low:.2f} as sums",
        ),
        sources=sources_of(*quoted.values()),
        figures=[Labelled(label=f"sum of {rig}", number=total) for rig, total in sums.items()],
    )


def links(claim: Statement, setting: Setting) -> Finding:
    """The rates of both links, what an exchange gets of them, and what of a step it takes."""
    slow, fast = claim.span
    nvlink = catalogued(setting.new, "nvlink_gbs", "GB/s")
    one_way = Quantity(setting.many.pcie_gbs(setting.old), "GB/s")
    both = one_way * 2
    rates = _near(both.value, slow) and _near(nvlink.quantity.value, fast)
    pair = [one for one in devices().values() if one.name.startswith("Tesla V100")]
    without = [one.name for one in pair if one.nvlink_gbs is None]
    scene = setting.scenes[1]
    size = 4.0 * max(call_of(spec, scene, scene.batch).parameters for spec in scene.specs)
    lines = [
        f"{setting.new}: {nvlink.quantity} over all links, both directions (said: {fast:.0f})",
        f"PCIe {setting.old.pcie_generation}.0 x{setting.old.pcie_lanes}: {one_way} in one direction, {both} in both "
        f"(said: {slow:.0f})",
        f"without NVLink: {named(without)}",
    ]
    figures = [Labelled(label="NVLink", number=nvlink), Labelled(label="PCIe, both directions", number=both)]
    for rig in (setting.few, replace_link(setting.few), setting.many):
        seconds = all_reduce_seconds(size, len(rig.devices), link(rig))
        lines.append(f"exchange of {size / 1e6:.0f} MB of gradients, {rig}: {1000 * seconds:.1f} ms")
        figures.append(Labelled(label=f"exchange, {rig}", number=Quantity(1000 * seconds, "ms")))
    verdict = verdict_of([rates, rates and not without])
    return Finding(
        verdict=verdict,
        why=sentence(
            verdict,
            "the card",
            f"the rates {'hold' if rates else 'do not hold'} as sums of both directions, but only SXM2 modules have "
            f"NVLink, not {named(without)}; members on cards of their own need neither",
        ),
        arithmetic=lines,
        sources=(*sources_of(nvlink), "PCI-SIG: 8 GT/s with 128b/130b a lane", SCALING_MODEL),
        figures=figures,
    )


def replace_link(rig: Rig) -> Rig:
    """Return the same cards without NVLink."""
    return replace(rig, name=f"{rig.name} without", nvlink=False)


def _values(figures: list[Labelled]) -> list[float]:
    return [one.number.value for one in figures if isinstance(one.number, Quantity)]


def _measured(one: Device, times: float) -> Measured:
    """Return a ratio of two rates that were measured on a card, with where the catalogue has them from."""
    if one.measured_from is None:
        raise ConfigError(f"Expected a card with measured rates; the catalogue has none of the {one}.")
    return Measured(quantity=Quantity(times, "times"), source=one.measured_from.source, date=one.measured_from.date)
