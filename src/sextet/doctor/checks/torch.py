"""PyTorch against the cards, for those who have it beside TensorFlow."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from sextet.doctor.case import Case, named
from sextet.doctor.finding import Finding, Level, found
from sextet.doctor.remedy import covers, install_torch, newest_torch
from sextet.hardware.cards import Card
from sextet.hardware.matrix import Cuda, Torch, matrix, released
from sextet.hardware.version import Version

_CUDA_BUILD = re.compile(r"cu(1\d|\d)\d*")  # cu92, cu118, cu130: CUDA's major number, then its minor


def torch(case: Case) -> Iterator[Finding]:
    """Find a PyTorch without code for a card."""
    version, build = case.stack.torch, build_of(case)
    if version is None or not case.cards or build and not build.startswith("cu"):
        return  # a build for the CPU is meant for it
    row = released(matrix().torch, version)
    if row is None or build and build not in row.builds:
        yield _unknown(version, row)
        yield from _by_family(case, build)
    else:
        yield from _by_row(case, row, build)


def build_of(case: Case) -> str:
    """Return the build, such as cu126, by its version or by what it says of itself; empty where it is not told."""
    told = case.stack.torch.text.partition("+")[2].lower() if case.stack.torch else ""
    asked = case.machine.framework("torch") if case.machine else None
    return told or (f"cu{asked.cuda.release.replace('.', '')}" if asked and asked.cuda else "")


def _unknown(version: Version, row: Torch | None) -> Finding:
    if row is None:
        known = f"PyTorch {', '.join(str(one.release) for one in matrix().torch)}"
    else:
        known = f"builds {', '.join(row.builds)} of PyTorch {row.release}"
    return found("SXT002", what=f"PyTorch {version}", known=known)


def _by_family(case: Case, build: str) -> Iterator[Finding]:
    """Judge a PyTorch that the matrix does not know by its CUDA: no build has code that its CUDA cannot compile."""
    family = _family(build)
    lost = case.below(family.lowest) if family and family.lowest else ()
    if family and lost:
        begins = f"; CUDA {family.release.major} begins at compute capability {family.lowest}"
        yield _without(case, lost, begins, family.source)


def _family(build: str) -> Cuda | None:
    told = _CUDA_BUILD.match(build)
    return matrix().family(Version.of(told[1])) if told else None


def _by_row(case: Case, row: Torch, build: str) -> Iterator[Finding]:
    told = {build: row.builds[build]} if build else row.builds
    lost = [card for card in case.cards if not any(covers(ends, (card,)) for ends in told.values())]
    fitting = {name for name, ends in row.builds.items() if covers(ends, case.cards)}
    if lost:
        lowest = min(ends[0] for ends in told.values())
        yield _without(case, lost, f"; its code begins at compute capability {lowest}", row.source)
    elif not build and len(fitting) < len(told):
        yield found(
            "SXT501",
            level=Level.WARNING,
            torch=case.stack.torch,
            cards=named(case.cards),
            build="; its build for CUDA is not told",
            expected=f"a build for {', '.join(sorted(fitting))}"
            if fitting
            else "no one build has code for all of them",
            fix=install_torch(row, fitting),
            source=row.source,
        )


def _without(case: Case, lost: Sequence[Card], begins: str, source: str) -> Finding:
    last = newest_torch(case.cards)
    expected = f"PyTorch {last[0].release} for {', '.join(sorted(last[1]))}, the last that works" if last else ""
    return found(
        "SXT501",
        torch=case.stack.torch,
        cards=named(lost),
        build=begins,
        expected=expected or "no build of the matrix has code for all of them",
        fix=install_torch(*last) if last else "no one PyTorch is known for these cards",
        source=source,
    )
