"""TensorFlow against CUDA, cuDNN, Python, the system and the cards: what its wheel was built for decides."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sextet.doctor.case import Case, named
from sextet.doctor.finding import Finding, Level, found
from sextet.doctor.remedy import NGC, install, newest_tensorflow, takes
from sextet.hardware.capability import Capability
from sextet.hardware.matrix import TensorFlow, matrix, released
from sextet.hardware.version import Version

LAST_WINDOWS = Version.of("2.10")


@dataclass(frozen=True, kw_only=True)
class Built:
    """What a TensorFlow was built for.

    Attributes:
        cuda, cudnn: versions.
        sms: capabilities it has machine code for.
        ptx: what newer cards compile from.
        source: where that is known from.
    """

    cuda: Version
    cudnn: Version
    sms: tuple[Capability, ...]
    ptx: Capability
    source: str


def row_of(case: Case) -> TensorFlow | None:
    """Return what the matrix has of the case's TensorFlow."""
    version = case.stack.tensorflow
    return released(matrix().tensorflow, version) if version else None


def built_of(case: Case) -> Built | None:
    """Return what the case's TensorFlow was built for: by its own build information, else by the matrix.

    None where it is not known, or was built without CUDA.
    """
    row = row_of(case)
    build = case.machine.build if case.machine else None
    if build is not None and not build.with_cuda:
        return None
    codes = _codes(build.capabilities) if build else {}
    if build is not None and build.cuda and build.cudnn and codes:
        # The build information has cuDNN's major number only; the matrix has the minor it was tested with.
        exact = row.cudnn if row and row.cudnn.major == build.cudnn.major else build.cudnn
        ptx = max((code for text, code in codes.items() if text.startswith("compute")), default=max(codes.values()))
        source = "the build information of the installed TensorFlow"
        return Built(cuda=build.cuda, cudnn=exact, sms=tuple(codes.values()), ptx=ptx, source=source)
    if row is None:
        return None
    return Built(cuda=row.cuda, cudnn=row.cudnn, sms=row.sms, ptx=row.ptx, source=row.source)


def _codes(texts: Iterable[str]) -> dict[str, Capability]:
    codes = {}
    for text in texts:
        with contextlib.suppress(ValueError):  # a way of writing that is newer than this
            codes[text] = Capability.of(text)
    return codes


def known(case: Case) -> Iterator[Finding]:
    """Say where the matrix does not know the TensorFlow."""
    version, rows = case.stack.tensorflow, matrix().tensorflow
    if version and row_of(case) is None:
        reach = f"TensorFlow {rows[0].release} to {rows[-1].release}"
        yield found("SXT002", what=f"TensorFlow {version}", known=reach)


def python(case: Case) -> Iterator[Finding]:
    """Find a Python that the TensorFlow has no wheel for."""
    row, version = row_of(case), case.stack.python
    if row is None or version is None or takes(row.python, version):
        return
    lowest, highest = row.python
    other = newest_tensorflow(case.cards, version)
    fix = install(other, case.cards) if other else f"python{highest} -m venv .venv"
    yield found("SXT106", tensorflow=case.stack.tensorflow, python=version, lowest=lowest, highest=highest, fix=fix)


def system(case: Case) -> Iterator[Finding]:
    """Find a system on which TensorFlow uses no GPU."""
    version, where = case.stack.tensorflow, case.stack.system
    wanted = case.cards or case.stack.cuda or not case.stack.installed
    if version is None or not wanted or where in ("Linux", "WSL2"):
        return
    if where == "Windows" and (version < LAST_WINDOWS or version.within(LAST_WINDOWS)):
        return
    windows = where == "Windows"
    yield found(
        "SXT107",
        tensorflow=version,
        system="native Windows" if windows else "macOS",
        expected="WSL2 (Windows 10 build 19044 or newer), or TensorFlow 2.10" if windows else "Linux",
        fix="wsl --install" if windows else "train on a machine with Linux and an NVIDIA GPU",
    )


def cuda(case: Case) -> Iterator[Finding]:
    """Find a CUDA that the TensorFlow was not built for."""
    built, version = built_of(case), case.stack.cuda
    if built is None or version is None:
        return
    same = version.major == built.cuda.major
    if same and len(version.numbers) == 1:  # no more is known where only the name of a library tells
        return
    if same and Version.of(version.release) >= Version.of(built.cuda.release):
        return
    wanted = f"{built.cuda.release} or newer, below {built.cuda.major + 1}" if same else built.cuda.release
    yield found(
        "SXT101",
        level=Level.WARNING if same else Level.ERROR,
        tensorflow=case.stack.tensorflow,
        cuda=version,
        wanted=wanted,
        built=f"CUDA {built.cuda.release} and cuDNN {built.cudnn.release}{_other(case)}",
        fix=_reinstall(case),
    )


def cudnn(case: Case) -> Iterator[Finding]:
    """Find a cuDNN that is older than the one the TensorFlow was built with, or of another major number."""
    built, version = built_of(case), case.stack.cudnn
    if built is None or version is None:
        return
    if version.major == built.cudnn.major and (version >= built.cudnn or len(version.numbers) == 1):
        return
    yield found(
        "SXT102",
        tensorflow=case.stack.tensorflow,
        cudnn=version,
        place=place_of_cudnn(case),
        major=built.cudnn.major,
        built=built.cudnn.release,
        fix=_reinstall(case),
    )


def code(case: Case) -> Iterator[Finding]:
    """Find cards that the TensorFlow has no code for, and cards it compiles for at first use."""
    built = built_of(case)
    if built is None:
        return
    foreign = [card for card in case.cards if not card.capability.runs(built.sms)]
    lost = [card for card in foreign if card.capability < built.ptx]
    compiled = [card for card in foreign if card.capability >= built.ptx]
    if lost:
        last = newest_tensorflow(case.cards, case.stack.python) or newest_tensorflow(lost)
        yield found(
            "SXT104",
            tensorflow=case.stack.tensorflow,
            cards=named(lost),
            lowest=min(built.sms),
            capability=min(card.capability for card in lost),
            last=f"; TensorFlow {last.release} is the last" if last else "; none is known",
            fix=_in_its_python(last, case) if last else "no release of the matrix (2.10 to 2.21) has code for it",
            source=built.source,
        )
    if compiled:
        better = newest_tensorflow(case.cards, case.stack.python)
        blackwell = any(card.capability.major >= 10 for card in compiled)
        yield found(
            "SXT105",
            tensorflow=case.stack.tensorflow,
            cards=named(compiled),
            ptx=built.ptx,
            better=f"TensorFlow {better.release}" if better else "no wheel with code for it is known",
            why=_FAILS if blackwell else _SLOW,
            fix=install(better, case.cards) if better else NGC,
            source="https://github.com/tensorflow/tensorflow/issues/97387" if blackwell else built.source,
        )


_SLOW = (
    "Each kernel is compiled on the machine at first use, which takes up to half an hour, and nothing is tuned for "
    "the card."
)
_FAILS = (
    "Kernels are compiled at first use, which takes up to half an hour or fails: users report CUDA_ERROR_INVALID_PTX "
    "and CUDA_ERROR_INVALID_HANDLE."
)


def place_of_cudnn(case: Case) -> str:
    """Say where the cuDNN of the machine lies; nothing for a stack that is only thought of."""
    if case.machine is None:
        return ""
    told = [library for library in case.machine.libraries if library.name == "cudnn"]
    match = next((library for library in told if library.version == case.stack.cudnn), None)
    return f" ({match.path})" if match else ""


def _in_its_python(row: TensorFlow, case: Case) -> str:
    other = case.stack.python is not None and not takes(row.python, case.stack.python)
    return install(row, case.cards) + (f"   # in an environment of Python {row.python[1]}" if other else "")


def _reinstall(case: Case) -> str:
    row = row_of(case)
    if row is None:
        return "sextet doctor --suggest"
    newest = newest_tensorflow(case.cards, case.stack.python)
    best = row if all(card.capability.runs(row.sms) for card in case.cards) else newest
    return install(best or row, case.cards)


def _other(case: Case) -> str:
    """Name the newest TensorFlow that was built for the CUDA and cuDNN of the case."""
    stack = case.stack
    if stack.cuda is None:
        return ""
    rows = [
        row
        for row in matrix().tensorflow
        if row.cuda.major == stack.cuda.major
        and row.cuda <= stack.cuda
        and (stack.cudnn is None or row.cudnn.major == stack.cudnn.major and row.cudnn <= stack.cudnn)
        and (stack.python is None or takes(row.python, stack.python))
    ]
    with_cudnn = f" and cuDNN {stack.cudnn}" if stack.cudnn else ""
    return f"; the newest built for CUDA {stack.cuda}{with_cudnn} is {rows[-1].release}" if rows else ""
