"""How long software still serves a card, and whether sextet trains on it, as the matrix of versions says."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from sextet.hardware.capability import Capability
from sextet.hardware.matrix import Branch, TensorFlow, matrix
from sextet.hardware.version import Version

SEXTET = Version.of("2.21")
"""The TensorFlow that sextet trains with, see the extra `train`."""

SEXTET_PYTHON = Version.of("3.11")
"""The oldest Python that sextet runs on."""


@dataclass(frozen=True, kw_only=True)
class Support:
    """The last releases that serve a compute capability; None: the newest known still does.

    Attributes:
        driver: last branch of the driver.
        driver_ends: month after which that branch is not looked after, such as "2028-08"; None: not known.
        cuda: last family whose libraries hold code for it.
        cudnn: last cuDNN whose recurrent kernels do.
        tensorflow: last TensorFlow whose wheel has machine code for it.
        too_new: whether none has it yet, because the card is newer than all of them.
        sources: where these were read; with the date.
    """

    driver: str | None
    driver_ends: str | None
    cuda: str | None
    cudnn: str | None
    tensorflow: str | None
    too_new: bool
    sources: tuple[str, ...]

    @property
    def ending(self) -> bool:
        """Whether a newer release of anything already leaves the card behind."""
        return any((self.driver, self.cuda, self.cudnn, self.tensorflow))

    @property
    def risk(self) -> str:
        """The risk in words, with its date."""
        if not self.ending:
            if self.too_new:
                return (
                    "Every release of driver, CUDA and cuDNN known to this version serves the card, of TensorFlow none."
                )
            return "Every release of driver, CUDA, cuDNN and TensorFlow known to this version still serves the card."
        last = (("driver", self.driver), ("CUDA", self.cuda), ("cuDNN", self.cudnn), ("TensorFlow", self.tensorflow))
        named = ", ".join(f"{what} {release}" for what, release in last if release)
        until = f"; that driver is looked after until {self.driver_ends}" if self.driver and self.driver_ends else ""
        return f"The last that serve the card: {named}{until}. It stays on these for the rest of its life."


class _Dated(Protocol):
    @property
    def source(self) -> str: ...
    @property
    def date(self) -> str: ...


class _From(_Dated, Protocol):
    @property
    def lowest(self) -> Capability | None: ...


Row = TypeVar("Row", bound=_From)


def support(capability: Capability) -> Support:
    """Return the last releases that serve a card of `capability`."""
    known = matrix()
    rows: list[_Dated] = []
    driver, branch = _driver(capability, rows)
    cuda = _last([(row, f"{row.release.major}.x") for row in known.cuda_families], capability, rows)
    cudnn = _cudnn(capability, rows)
    tensorflow, too_new = _wheel(capability, rows)
    return Support(
        driver=driver,
        driver_ends=branch.ends if branch else None,
        cuda=cuda,
        cudnn=cudnn,
        tensorflow=tensorflow,
        too_new=too_new,
        sources=tuple(dict.fromkeys(f"{row.source} ({row.date})" for row in rows)),
    )


def _last(served: Sequence[tuple[Row, str]], capability: Capability, rows: list[_Dated]) -> str | None:
    """Return the name of the last row that serves the capability; None where the newest does. Adds what was read."""
    serving = [(row, name) for row, name in served if row.lowest is None or row.lowest <= capability]
    if serving and serving[-1][0] is served[-1][0]:
        return None
    row, name = serving[-1] if serving else (served[0][0], f"older than {served[0][1]}")
    rows.append(row)
    return name


def _cudnn(capability: Capability, rows: list[_Dated]) -> str | None:
    known = matrix().cudnn
    last = _last([(row, str(row.last)) for row in known], capability, rows)
    return f"older than {known[0].first}" if last == f"older than {known[0].last}" else last


def _driver(capability: Capability, rows: list[_Dated]) -> tuple[str | None, Branch | None]:
    """Return the last branch of the driver that serves the capability, and until when it is looked after."""
    known = matrix()
    if _last([(row, str(row.last)) for row in known.drivers], capability, []) is None:
        return None, None
    serving = [row for row in known.drivers if row.lowest is None or row.lowest <= capability]
    if not serving:
        rows.append(known.drivers[0])
        return f"older than {known.drivers[0].first}", None
    held = [branch for branch in known.branches if serving[-1].first <= branch.first <= serving[-1].last]
    rows += [serving[-1], *held[-1:]]
    return str(held[-1].first if held else serving[-1].last), held[-1] if held else None


def _wheel(capability: Capability, rows: list[_Dated]) -> tuple[str | None, bool]:
    """Return the last TensorFlow whose wheel has machine code for the capability, and whether none has it yet.

    None where the newest has, or where none has yet. Code that a newer card would first have to compile (PTX) does not
    count: it takes up to half an hour, and on Blackwell it fails.
    """
    releases, serving = matrix().tensorflow, compiled_for([capability])
    if serving and serving[-1] is releases[-1]:
        return None, False
    rows.append(serving[-1] if serving else releases[-1])
    if serving:
        return serving[-1].newest, False
    if capability > max(releases[-1].sms):
        return None, True
    return f"older than {releases[0].release}", False


def compiled_for(capabilities: Iterable[Capability]) -> tuple[TensorFlow, ...]:
    """Return the TensorFlow releases whose wheel has machine code for every compute capability, older ones first."""
    wanted = tuple(capabilities)
    return tuple(row for row in matrix().tensorflow if all(one.runs(row.sms) for one in wanted))


def lowest_known() -> Capability:
    """Return the lowest compute capability for which both a driver and a cuDNN are known."""
    drivers = (row.lowest for row in matrix().drivers if row.lowest)
    return max(min(drivers), min(row.lowest for row in matrix().cudnn))


def own() -> TensorFlow:
    """Return the TensorFlow that sextet trains with, as the matrix has it."""
    return next(row for row in matrix().tensorflow if row.release == SEXTET)


def pythons(row: TensorFlow | None = None) -> tuple[Version, Version]:
    """Return the lowest and the highest Python that both sextet and a TensorFlow, by default its own, take."""
    lowest, highest = (row or own()).python
    return max(lowest, SEXTET_PYTHON), highest


def trains(row: TensorFlow) -> bool:
    """Whether sextet trains with a release of TensorFlow."""
    return row.release >= SEXTET


def no_training(capability: Capability) -> str:
    """Return why sextet cannot train on a card of `capability`, as a part of a sentence; empty where it can.

    It can where a TensorFlow that sextet trains with has machine code for the card, and a driver and a cuDNN are known:
    the cards for which `sextet doctor --suggest` knows a set to train with.
    """
    releases, serving = matrix().tensorflow, compiled_for([capability])
    if serving and trains(serving[-1]) and capability >= lowest_known():
        return ""
    codes = ", ".join(map(str, releases[-1].sms))
    if capability > max(releases[-1].sms):
        last = f"it is newer than all of {releases[0].release} to {releases[-1].release}"
    else:
        last = (
            f"the last that has some is {serving[-1].newest}" if serving else f"none from {releases[0].release} on has"
        )
    return (
        f"sextet trains with TensorFlow {SEXTET}, whose machine code is for compute capability {codes}, none for "
        f"{capability}; {last}"
    )
