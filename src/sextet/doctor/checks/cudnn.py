"""cuDNN and CUDA against the cards: which of their releases still have code for them."""

from __future__ import annotations

from collections.abc import Iterator

from sextet.doctor.case import Case, named
from sextet.doctor.checks.tensorflow import place_of_cudnn, row_of
from sextet.doctor.finding import Finding, found
from sextet.doctor.remedy import OLD_CARDS, chooses_cudnn, newest_cudnn
from sextet.hardware.matrix import matrix, since


def cudnn(case: Case) -> Iterator[Finding]:
    """Find a cuDNN without code for a card."""
    version = case.stack.cudnn
    if version is None:
        return
    span = since(matrix().cudnn, version)
    if span is None:
        rows = matrix().cudnn
        yield found("SXT002", what=f"cuDNN {version}", known=f"cuDNN {rows[0].first} to {rows[-1].last}")
        return
    known = min(row.lowest for row in matrix().cudnn)
    if case.below(known):
        what = f"cuDNN {version} with {named(case.below(known))}"
        yield found("SXT002", what=what, known=f"cards of compute capability {known} and higher")
    lost = [card for card in case.cards if known <= card.capability < span.lowest]
    if lost:
        fitting = newest_cudnn(case.cards) or newest_cudnn(lost)
        yield found(
            "SXT103",
            cudnn=version,
            place=place_of_cudnn(case),
            cards=named(lost),
            lowest=span.lowest,
            fix=f'pip install "{fitting.package}"'
            if fitting
            else "sextet doctor --suggest   # no cuDNN 9 has code for it",
            source=span.source,
        )


def cuda(case: Case) -> Iterator[Finding]:
    """Find a CUDA without code for a card."""
    version = case.stack.cuda
    if version is None:
        return
    family = matrix().family(version)
    if family is None or family.lowest is None:
        rows = matrix().cuda_families
        reach = f"CUDA {rows[0].release.major} to {rows[-1].release.major}"
        yield found("SXT002", what=f"CUDA {version}", known=reach)
        return
    lost = case.below(family.lowest)
    if lost and family.lowest >= OLD_CARDS:
        yield found("SXT502", cuda=version, cards=named(lost), source=family.source)


def trap(case: Case) -> Iterator[Finding]:
    """Find a stack for which pip would choose a cuDNN without code for a card; on a machine its own cuDNN is seen."""
    row, lost = row_of(case), case.below(OLD_CARDS)
    if case.machine is None and case.stack.cudnn is None and row is not None and chooses_cudnn(row) and lost:
        yield found("SXT116", tensorflow=case.stack.tensorflow, cards=named(lost))
