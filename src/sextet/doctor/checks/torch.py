"""PyTorch against the cards, for those who have it beside TensorFlow."""

from __future__ import annotations

from collections.abc import Iterator

from sextet.doctor.case import Case, named
from sextet.doctor.finding import Finding, Level, found
from sextet.hardware.capability import Capability
from sextet.hardware.cards import Card
from sextet.hardware.matrix import Torch, matrix, released


def torch(case: Case) -> Iterator[Finding]:
    """Find a PyTorch without code for a card."""
    version, build = case.stack.torch, _build(case)
    if version is None or not case.cards or build and not build.startswith("cu"):
        return  # a build for the CPU is meant for it
    row = released(matrix().torch, version)
    if row is None:
        reach = ", ".join(str(one.release) for one in matrix().torch)
        yield found("SXT002", what=f"PyTorch {version}", known=f"PyTorch {reach}")
        return
    if build and build not in row.builds:
        known = f"builds {', '.join(row.builds)} of PyTorch {row.release}"
        yield found("SXT002", what=f"PyTorch {version}", known=known)
        return
    told = {build: row.builds[build]} if build else row.builds
    lost = [card for card in case.cards if not any(_fits(card, *ends) for ends in told.values())]
    fitting = {name for name, ends in row.builds.items() if all(_fits(card, *ends) for card in case.cards)}
    if lost:
        yield _without(case, row, lost, build)
    elif not build and len(fitting) < len(told):
        yield found(
            "SXT501",
            level=Level.WARNING,
            torch=version,
            cards=named(case.cards),
            build="; its build for CUDA is not told",
            expected=f"a build for {', '.join(sorted(fitting))}"
            if fitting
            else "no one build has code for all of them",
            fix=_command(row, fitting),
            source=row.source,
        )


def _build(case: Case) -> str:
    """Return the build, such as cu126, by its version or by what it says of itself; empty where it is not told."""
    told = case.stack.torch.text.partition("+")[2] if case.stack.torch else ""
    asked = case.machine.framework("torch") if case.machine else None
    return told or (f"cu{asked.cuda.release.replace('.', '')}" if asked and asked.cuda else "")


def _without(case: Case, row: Torch, lost: list[Card], build: str) -> Finding:
    rows = [
        (one, {name for name, ends in one.builds.items() if all(_fits(card, *ends) for card in case.cards)})
        for one in matrix().torch
    ]
    last = next(((one, builds) for one, builds in reversed(rows) if builds), None)
    expected = f"PyTorch {last[0].release} for {', '.join(sorted(last[1]))}, the last that works" if last else ""
    lowest = min(ends[0] for name, ends in row.builds.items() if build in ("", name))
    return found(
        "SXT501",
        torch=case.stack.torch,
        cards=named(lost),
        build=f"; its code begins at compute capability {lowest}",
        expected=expected or "no build of the matrix has code for all of them",
        fix=_command(*last) if last else "no one PyTorch is known for these cards",
        source=row.source,
    )


def _command(row: Torch, builds: set[str]) -> str:
    # uv knows where PyTorch keeps the wheels of each CUDA.
    return f'uv pip install "torch=={row.release}.*" --torch-backend={min(builds, default="cu126")}'


def _fits(card: Card, lowest: Capability, highest: Capability | None) -> bool:
    return lowest <= card.capability and (highest is None or card.capability <= highest)
