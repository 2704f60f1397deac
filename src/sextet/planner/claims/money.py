"""Judges of what was said about price and power."""

from __future__ import annotations

from sextet.planner.claims.judgement import CLOSE, Finding, Labelled, Statement, sentence, stands, verdict_of
from sextet.planner.claims.ratios import quickest
from sextet.planner.claims.setting import TIME_MODEL, Setting, catalogued, planned, said, sources_of
from sextet.planner.cost import BUSY, IDLE, power
from sextet.planner.figures import Prediction, Quantity
from sextet.planner.price_lists import price_lists
from sextet.planner.prices import RigPrice, rig_price


def third_of_price(claim: Statement, setting: Setting) -> Finding:
    """The price of one rig over that of the other, in every list that has both."""
    lines, figures, answers, sources, told = [], [], [], [], []
    for name, listed in price_lists().items():
        for few in dict.fromkeys((setting.few, setting.plain)):
            many_price, few_price = rig_price(setting.many, [listed]), rig_price(few, [listed])
            if many_price.missing or few_price.missing:
                continue
            share = _share(many_price, few_price)
            if share is None:
                continue
            answers.append(stands(claim.span, share))
            told.append(f"{share.value:.2f} in the list {name!r}")
            lines.append(
                f"list {name!r}: {_range(many_price)} for {setting.many} / {_range(few_price)} for {few} = "
                f"{said(share)}"
            )
            figures.append(Labelled(label=f"{name}, against {few}", number=share))
            sources += [f"{price.source} ({price.date})" for one in (many_price, few_price) for price in one.prices]
    verdict = verdict_of(answers)
    return Finding(
        verdict=verdict,
        why=sentence(verdict, "whom one asks", f"it is {'; '.join(dict.fromkeys(told))}, where one third is 0.33"),
        arithmetic=lines,
        sources=sources,
        figures=figures,
    )


def _share(many: RigPrice, few: RigPrice) -> Prediction | None:
    """Return the share of a price, its ends from the ends of both."""
    if not (many.low and many.high and many.middle and few.low and few.high and few.middle):
        return None
    return Prediction(
        value=many.middle / few.middle, low=many.low / few.high, high=many.high / few.low, unit="of the price"
    )


def _range(price: RigPrice) -> str:
    return str(price.low) if price.low == price.high else f"{price.low} to {price.high}"


def watts(claim: Statement, setting: Setting) -> Finding:
    """What the cards are built for, what they take while they work, and what a training takes."""
    many, few = setting.many, setting.few
    built = {rig: catalogued(rig.devices[0], "tdp_w", "W") for rig in (many, few)}
    busy = {rig: power(rig, 1.0) for rig in (many, few)}
    nameplate = abs(many.tdp_w / claim.span[0] - 1) <= CLOSE
    drawn = stands(claim.span, busy[many], close=0.0)
    lines = [
        f"{len(rig.devices)} x {built[rig].quantity} = {rig.tdp_w:,.0f} W that {rig} is built for; busy "
        "about "
        f"{said(busy[rig], 0)} W"
        for rig in (many, few)
    ]
    for scene in setting.scenes:
        runs = {rig: quickest(scene, rig, setting.software) for rig in (many, few)}
        share = busy[many].value * runs[many].value / (busy[few].value * runs[few].value)
        lines.append(f"energy of the same training, {scene.name} in FP32: {share:.2f} times that of {few}")
    whole = {one.name: one.money.power for one in planned(setting).rigs}[setting.many.name]
    lines.append(
        "as sextet plan has a round of training of small members, whose cards wait: "
        f"{said(whole, 0)} W, machine and all"
    )
    verdict = verdict_of([nameplate, drawn is True])
    return Finding(
        verdict=verdict,
        why=sentence(
            verdict,
            "what is meant",
            f"{many.tdp_w:,.0f} W are what the cards are built for; busy all the time they take about "
            f"{said(busy[many], 0)} W, and with small members, whose cards wait for the host, about {said(whole, 0)} W "
            "with the machine",
        ),
        arithmetic=lines,
        sources=(*sources_of(*built.values()), f"{BUSY.source}; {IDLE.source}", TIME_MODEL),
        figures=(
            Labelled(label=f"built for, {many}", number=Quantity(many.tdp_w, "W")),
            Labelled(label=f"busy, {many}", number=busy[many]),
            Labelled(label=f"training of small members, {many}", number=whole),
            Labelled(label=f"built for, {few}", number=Quantity(few.tdp_w, "W")),
            Labelled(label=f"busy, {few}", number=busy[few]),
        ),
    )
