"""An answer of the planner made by hand: three cards against two, with everything a report can show."""

from __future__ import annotations

from dataclasses import replace

from sextet.planner.comparison import BreakEven, Chances, Change, Comparison, FrontPoint, Question, Verdict
from sextet.planner.figures import Prediction, Quantity, Quoted
from sextet.planner.rig_plan import (
    CardView,
    Inference,
    MemberTime,
    MemoryStack,
    Money,
    PlacementPlan,
    PrecisionChoice,
    RigPlan,
    RooflinePoint,
    RoomView,
    ScoreView,
    Slot,
    SoftwareEnd,
    YearCost,
)

GIB = 2**30
MEMBERS = ("lstm", "gru", "cnn-lstm", "patchtst", "spike-detector", "rule-based")
NETWORKS = MEMBERS[:5]
OVER, OWN = "over all cards", "on cards of their own"


def predicted(value: float, unit: str, wide: float = 1.5) -> Prediction:
    """A prediction with an interval of a factor."""
    return Prediction(value=value, low=value / wide, high=value * wide, unit=unit, source="a model")


def quoted(value: float, unit: str) -> Quoted:
    """Something that somebody said."""
    return Quoted(quantity=Quantity(value, unit), source="a list", date="2026-11-25")


def card(number: int, name: str, memory: float) -> CardView:
    """A card of so many GiB."""
    return CardView(
        number=number,
        name=name,
        capability="6.1",
        year=2016,
        memory_bytes=memory * GIB,
        usable_bytes=0.97 * memory * GIB,
        bandwidth=346e9,
        peak={"float32": 11.76e12},
        link_bytes=15.75e9,
        link="PCIe 3.0 x16",
        tdp_w=250,
        cooling="passive",
        source="a data sheet",
    )


def stack(number: int, member: str, need: float, usable: float) -> MemoryStack:
    """A member that needs so many GiB, most of them activations."""
    parts = {
        "framework": 0.5,
        "weights": 0.1 * need,
        "gradients": 0.1 * need,
        "optimiser": 0.2 * need,
        "fixed": 0.01 * need,
        "inputs": 0.02 * need,
        "activations": 0.4 * need,
        "workspace": 0.17 * need,
    }
    total = sum(parts.values())
    return MemoryStack(
        card=number,
        member=member,
        **{name: size * GIB for name, size in parts.items()},
        total=total * GIB,
        usable=usable * GIB,
        peak=predicted(total * GIB, "bytes", 1.3),
        fits=total <= usable,
        layers=(("attention_0", 0.2 * need * GIB), ("dense", 0.1 * need * GIB)),
    )


def member_time(member: str, cards: tuple[int, ...], seconds: float) -> MemberTime:
    """How long a member trains; one without a network has no step."""
    network = member in NETWORKS
    return MemberTime(
        member=member,
        cards=cards if network else (),
        batch=256 if network else 0,
        step=predicted(seconds / 800, "s") if network else None,
        input=predicted(0.001, "s") if network else None,
        validation=predicted(0.2, "s") if network else None,
        build=predicted(2.0, "s") if network else None,
        seconds=predicted(seconds, "s"),
        limited_by="launches" if network else "host",
        why=f"{member} waits for launches of kernels.",
    )


def placement(kind: str, count: int, seconds: float, usable: float, need: float = 1.0) -> PlacementPlan:
    """Members one after another over all cards, or dealt out to them."""
    slots = [Slot(card=None, member="start-up", start=0.0, end=seconds / 20)]
    members, stacks = [], []
    each = seconds / (len(NETWORKS) if kind == OVER else -(-len(NETWORKS) // count)) * 0.95
    free = [seconds / 20] * count
    for k, member in enumerate(NETWORKS):
        cards = tuple(range(count)) if kind == OVER else (k % count,)
        start = max(free[one] for one in cards)
        for one in cards:
            slots.append(Slot(card=one, member=member, start=start, end=start + each))
            free[one] = start + each
            stacks.append(stack(one, member, need * (1 + k), usable))
        members.append(member_time(member, cards, each))
    slots.append(Slot(card=None, member="rule-based", start=seconds / 20, end=seconds / 8))
    members.append(member_time("rule-based", (), seconds / 13))
    return PlacementPlan(
        placement=kind,
        precision="float32",
        cards=tuple(range(count)),
        seconds=predicted(seconds, "s"),
        members=tuple(members),
        timeline=tuple(slots),
        memory=tuple(stacks),
        fits=all(one.fits for one in stacks),
        notes=("One step of each is as long as the other.",),
    )


def rig(name: str, count: int, seconds: float, price: float | None, memory: float = 24.0) -> RigPlan:
    """A rig of equal cards."""
    product = name.split("x ", 1)[-1]
    usable = 0.97 * memory
    points = tuple(
        RooflinePoint(
            card=product,
            member=member,
            precision="float32",
            flops=1e9 * 4**k,
            bytes=2e8 * 2**k,
            seconds=0.004,
            low=0.002,
            high=0.008,
            peak=11.76e12,
            bandwidth=346e9,
        )
        for k, member in enumerate(NETWORKS)
    )
    years = tuple(
        YearCost(year=k, purchase=price, electricity=2e5 * k, low=price + 1e5 * k, high=price + 3e5 * k, unit="KRW")
        for k in range(4)
        if price is not None
    )
    return RigPlan(
        name=name,
        text=name,
        cards=tuple(card(k, product, memory) for k in range(count)),
        placements=(
            placement(OVER, count, 2 * seconds, usable, 0.3),
            placement(OWN, count, seconds, usable, 0.9),
        ),
        chosen=OWN,
        why="Members on cards of their own exchange nothing.",
        precision=PrecisionChoice(
            precision="float32", why="FP16 gains nothing here.", seconds={"float32": seconds}, unit="FP32 units"
        ),
        room=(
            RoomView(
                card=product,
                largest_batch={member: 10_000 * (k + 1) for k, member in enumerate(NETWORKS)},
                patchtst_width=2888,
                patchtst_patches=40_000,
            ),
        ),
        roofline=points,
        inference=Inference(latency=predicted(0.005, "s"), throughput=predicted(36_000, "windows/s"), batch=256),
        money=Money(
            price=None if price is None else quoted(price, "KRW"),
            missing=() if price is not None else (product,),
            lists=() if price is None else ("question",),
            power=predicted(570, "W", 1.2),
            energy=predicted(0.05, "kWh"),
            energy_cost=predicted(15, "KRW"),
            training=None if price is None else predicted(60, "KRW"),
            years=years,
        ),
        noise=(f"{product}: it needs a server's fans.",),
        heat="Busy cards give off about 570 W.",
        software=(
            SoftwareEnd(
                card=product, ends="2028-08", years=1.75, risk="Driver 580 is the last.", sources=("a schedule",)
            ),
        ),
        limits=("Launches of kernels limit five members of six.",),
        score=ScoreView(total=8.5, parts={"time": 10.0, "cost": None, "memory": 7.0}, notes=("Cost is not known.",)),
        within={"hours": True, "budget": None},
        pros=("It is the cheaper one.",),
        cons=("It draws more.",),
        notes=("It is assumed that cards reach each other directly.",),
    )


def front_point(name: str, price: float | None, seconds: float, *, front: bool, fits: bool = True) -> FrontPoint:
    """A rig of the search."""
    return FrontPoint(
        rig=name,
        card=name.split("x ", 1)[-1],
        count=int(name.split("x ", 1)[0]),
        seconds=predicted(seconds, "s"),
        placement=OWN,
        precision="float32",
        price=price,
        unit=None if price is None else "KRW",
        kwh=0.05,
        watts=570,
        tdp_w=750,
        fits=fits,
        trains=True,
        front=front,
    )


def comparison(names: tuple[str, str] = ("3x Tesla P40", "2x Tesla V100 SXM2 32GB"), **changes: object) -> Comparison:
    """The answer for two rigs; `changes` replace its fields."""
    first, second = rig(names[0], 3, 190.0, 6e6), rig(names[1], 2, 240.0, 20e6, 32.0)
    question = Question(
        members=MEMBERS,
        data="10 series of 20,000 rows",
        series=10,
        rows=200_000,
        horizon=96,
        lookback=720,
        covariates=0,
        batch=256,
        steps=100,
        epochs=8,
        windows=180_000,
        select_windows=3072,
        weights={"time": 3.0, "cost": 3.0},
        hours_a_day=8.0,
        years=3.0,
        electricity=quoted(307.3, "KRW/kWh"),
        won_per_dollar=quoted(1480.1, "KRW/USD"),
        price_lists=("question",),
        hours_limit=None,
        budget=Quantity(6e6, "KRW"),
        precision="auto",
        seed=0,
        software="TensorFlow, cuDNN 9.1",
    )
    made = Comparison(
        question=question,
        rigs=(first, second),
        verdict=Verdict(
            rig=names[0],
            text=f"Take {names[0]}: it wins 71 % of the draws.",
            reasons=("It costs 30 % of the other.",),
            flips=("Members 4 times as wide.",),
        ),
        chances=Chances(
            draws=2000,
            seed=0,
            wins={
                "time": {names[0]: 0.8, names[1]: 0.2},
                "cost": {names[0]: 1.0, names[1]: 0.0},
                "score": {names[0]: 0.71, names[1]: 0.29},
            },
            seconds={name: (100.0, 200.0, 400.0) for name in names},
            ratios={names[1]: (0.9, 1.26, 1.7)},
            assumptions=("The host is the same for both.",),
        ),
        break_even=(BreakEven(cheap=names[0], dear=names[1], days=None, text="The dearer rig never costs less."),),
        sensitivity=(
            Change(
                what="members 4 times as wide",
                group="work",
                seconds={names[0]: 900.0, names[1]: 500.0},
                cost={names[0]: 400.0, names[1]: None},
                total={names[0]: 6.0, names[1]: 8.0},
                fastest=names[1],
                cheapest=None,
                best=names[1],
                flips=("time", "score"),
            ),
        ),
        front=(
            front_point(names[0], 6e6, 190.0, front=True),
            front_point(names[1], 20e6, 240.0, front=False),
            front_point("1x Tesla T4", 1e6, 700.0, front=True),
            front_point("8x Tesla K80", None, 400.0, front=False),
            front_point("4x RTX 3090", 8e6, 150.0, front=True),
            front_point("1x Tesla P4", 5e5, 9000.0, front=False, fits=False),
        ),
        assumptions=("The machine around the cards draws 100 W.",),
        notes=("Early stopping is not counted on.",),
    )
    return replace(made, **changes)
