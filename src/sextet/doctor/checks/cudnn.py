"""cuDNN and CUDA against the cards: which of their releases still have code for them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sextet.doctor.case import Case, named
from sextet.doctor.checks.tensorflow import place_of_cudnn, row_of
from sextet.doctor.finding import Finding, found
from sextet.doctor.remedy import (
    LAST_CUDNN,
    OLD_CARDS,
    chooses_cudnn,
    install,
    install_torch,
    newest_cudnn,
    newest_tensorflow,
    newest_torch,
)
from sextet.hardware.cards import Card
from sextet.hardware.matrix import TensorFlow, matrix, since


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
        yield found(
            "SXT103",
            cudnn=version,
            place=place_of_cudnn(case),
            cards=named(lost),
            lowest=span.lowest,
            fix=_other_cudnn(case, lost),
            source=span.source,
        )


def _other_cudnn(case: Case, lost: Sequence[Card]) -> str:
    """The command for a cuDNN with code for the cards: alone where TensorFlow takes it, else with a TensorFlow."""
    row = row_of(case)
    if row is not None and not (chooses_cudnn(row) and _runs(row, case.cards)):
        better = row if _runs(row, case.cards) else newest_tensorflow(case.cards, case.stack.python)
        return install(better, case.cards) if better else "sextet doctor --suggest   # no TensorFlow has code for it"
    fitting = newest_cudnn(case.cards) or newest_cudnn(lost)
    return f'pip install "{fitting.package}"' if fitting else "sextet doctor --suggest   # no cuDNN 9 has code for it"


def _runs(row: TensorFlow, cards: Sequence[Card]) -> bool:
    return all(card.capability.runs(row.sms) for card in cards)


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
        yield found("SXT502", cuda=version, cards=named(lost), fix=_cuda_12(case), source=family.source)


def _cuda_12(case: Case) -> str:
    """The command for wheels of CUDA 12, of the framework that the stack names."""
    if case.stack.tensorflow is None and case.stack.jax is not None:
        return f'pip install "jax[cuda12]" "{LAST_CUDNN}"   # CUDA 12, from wheels'
    if case.stack.tensorflow is None and case.stack.torch is not None:
        last = newest_torch(case.cards)
        return install_torch(*last) if last else "no one PyTorch is known for these cards"
    row = newest_tensorflow(case.cards, case.stack.python)
    return f"{install(row, case.cards)}   # CUDA 12, from wheels" if row else "no TensorFlow has code for it"


def trap(case: Case) -> Iterator[Finding]:
    """Find a stack for which pip would choose a cuDNN without code for a card; on a machine its own cuDNN is seen."""
    row = row_of(case)
    # a card that TensorFlow has no code for is not helped by a cuDNN
    lost = tuple(card for card in case.below(OLD_CARDS) if row is None or _runs(row, (card,)))
    if case.machine is None and case.stack.cudnn is None and row is not None and chooses_cudnn(row) and lost:
        yield found("SXT116", tensorflow=case.stack.tensorflow, cards=named(lost))
