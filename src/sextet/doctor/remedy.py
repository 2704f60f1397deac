"""Commands that mend a stack, made from the matrix."""

from __future__ import annotations

from collections.abc import Sequence

from sextet.hardware.capability import Capability
from sextet.hardware.cards import Card
from sextet.hardware.matrix import Span, TensorFlow, Torch, matrix
from sextet.hardware.support import compiled_for
from sextet.hardware.version import Version

OLD_CARDS = Capability(7, 5)  # below it cuDNN from 9.11 on, CUDA 13 and drivers from 590 on have nothing
LAST_CUDNN = "nvidia-cudnn-cu12==9.10.2.21"  # the last with code for them
NEWEST_CUDNN = 9  # its major number
DRIVER = "sudo apt-get install nvidia-driver-580   # Debian, Ubuntu; elsewhere the package of branch 580"
WINDOWS_DRIVER = "install NVIDIA's driver of branch 580 in Windows, not inside WSL2"
NGC = "docker run --gpus all nvcr.io/nvidia/tensorflow:25.02-tf2-py3"


def newest_tensorflow(cards: Sequence[Card], python: Version | None = None) -> TensorFlow | None:
    """Return the newest TensorFlow whose wheel has machine code for every card, and that takes this Python."""
    compiled = compiled_for(card.capability for card in cards)
    rows = [row for row in compiled if python is None or takes(row.python, python)]
    return rows[-1] if rows else None


def takes(ends: tuple[Version, Version], python: Version) -> bool:
    """Whether a Python lies between the lowest and the highest that something has a wheel for, both included."""
    lowest, highest = ends
    return lowest <= python and (python <= highest or python.within(highest))


def install(row: TensorFlow, cards: Sequence[Card]) -> str:
    """Return the command that installs a TensorFlow, with the cuDNN pinned where pip would choose one too new."""
    # The extra that brings CUDA begins with 2.14; before, CUDA came from the system or conda. Of a release the last
    # patch is taken: the extra of 2.15.0 asked for packages that pip does not find.
    extra = "[and-cuda]" if row.cudnn_package else ""
    command = f'pip install "tensorflow{extra}=={row.newest}"'
    cudnn = newest_cudnn(cards)
    pinned = cudnn is not None and cudnn is not newest_cudnn(()) and chooses_cudnn(row)
    return f'{command} "{cudnn.package}"' if cudnn and pinned else command


def chooses_cudnn(row: TensorFlow) -> bool:
    """Whether a TensorFlow leaves it to pip which cuDNN is installed."""
    return "," in row.cudnn_package


def newest_cudnn(cards: Sequence[Card]) -> Span | None:
    """Return the newest cuDNN 9 with code for every card."""
    fitting = [
        span
        for span in matrix().cudnn
        if span.first.major == NEWEST_CUDNN and covers((span.lowest, span.highest), cards)
    ]
    return fitting[-1] if fitting else None


def newest_torch(cards: Sequence[Card]) -> tuple[Torch, set[str]] | None:
    """Return the newest PyTorch with a build that has code for every card, and its builds that have."""
    for row in reversed(matrix().torch):
        if builds := {name for name, ends in row.builds.items() if covers(ends, cards)}:
            return row, builds
    return None


def install_torch(row: Torch, builds: set[str]) -> str:
    """Return the command that installs a PyTorch in one of its builds."""
    # uv knows where PyTorch keeps the wheels of each CUDA.
    return f'uv pip install "torch=={row.release}.*" --torch-backend={min(builds, default="cu126")}'


def covers(ends: tuple[Capability, Capability | None], cards: Sequence[Card]) -> bool:
    """Whether code from a lowest to a highest compute capability is for every card; no highest: not known."""
    lowest, highest = ends
    return all(lowest <= card.capability and (highest is None or card.capability <= highest) for card in cards)
