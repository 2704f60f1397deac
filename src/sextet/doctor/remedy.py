"""Commands that mend a stack, made from the matrix."""

from __future__ import annotations

from collections.abc import Sequence

from sextet.doctor.matrix import Matrix, TensorFlow, matrix, since
from sextet.hardware.capability import Capability
from sextet.hardware.cards import Card
from sextet.hardware.version import Version

OLD_CARDS = Capability(7, 5)  # below it cuDNN from 9.11 on, CUDA 13 and drivers from 590 on have nothing
NGC = "docker run --gpus all nvcr.io/nvidia/tensorflow:25.02-tf2-py3"


def newest_tensorflow(cards: Sequence[Card], python: Version | None = None) -> TensorFlow | None:
    """Return the newest TensorFlow whose wheel has machine code for every card, and that takes this Python."""
    rows = [
        row
        for row in matrix().tensorflow
        if all(card.capability.runs(row.sms) for card in cards) and (python is None or takes(row, python))
    ]
    return rows[-1] if rows else None


def takes(row: TensorFlow, python: Version) -> bool:
    """Whether a TensorFlow has a wheel for a Python."""
    lowest, highest = row.python
    return lowest <= python and (python <= highest or python.within(highest))


def install(row: TensorFlow, cards: Sequence[Card]) -> str:
    """Return the command that installs a TensorFlow, with the cuDNN pinned where pip would choose one too new."""
    # The extra that brings CUDA begins with 2.14; before, CUDA came from the system or conda. Of a release the last
    # patch is taken: the extra of 2.15.0 asked for packages that pip does not find.
    extra = "[and-cuda]" if row.cudnn_package else ""
    command = f'pip install "tensorflow{extra}=={row.newest}"'
    pin = cudnn_pin(matrix(), cards)
    return f'{command} "{pin}"' if pin and "," in row.cudnn_package else command


def cudnn_pin(table: Matrix, cards: Sequence[Card]) -> str:
    """Return the requirement of the newest cuDNN 9 for these cards, where it is not the newest of all."""
    if not cards:
        return ""
    lowest = min(card.capability for card in cards)
    fitting = [span for span in table.cudnn if span.first.major == 9 and span.lowest <= lowest]
    newest = since(table.cudnn, Version.of("9.99"))
    return fitting[-1].package if fitting and fitting[-1] is not newest else ""
