"""The driver against CUDA and the cards."""

from __future__ import annotations

from collections.abc import Iterator

from sextet.doctor.case import Case, named
from sextet.doctor.finding import Finding, found
from sextet.doctor.remedy import DRIVER, WINDOWS_DRIVER
from sextet.hardware.matrix import Branch, matrix, released
from sextet.hardware.version import Version


def cuda(case: Case) -> Iterator[Finding]:
    """Find a driver that is too old for CUDA, or older than the release of CUDA."""
    driver, version = case.stack.driver, case.stack.cuda or _built_cuda(case)
    family = matrix().family(version) if version else None
    if driver is None or version is None or family is None:
        return
    wanted = (family.windows_driver if case.stack.windows else None) or family.driver
    fix = "install NVIDIA's current driver in Windows" if case.stack.windows else _newer(case)
    if driver < wanted:
        yield found(
            "SXT203",
            driver=driver,
            cuda=version,
            wanted=wanted,
            family=version.major,
            fix=fix,
            source=family.source,
        )
        return
    release = released(matrix().cuda, version)
    if release is not None and driver < release.driver and not case.stack.windows:
        yield found(
            "SXT205",
            driver=driver,
            cuda=version,
            wanted=release.driver,
            release=release.release,
            family=version.major,
            fix=fix,
            source=release.source,
        )


def branch(case: Case) -> Iterator[Finding]:
    """Find a driver branch that no longer supports a card, is unknown, or is no longer looked after."""
    driver, rows = case.stack.driver, matrix().drivers
    if driver is None:
        return
    row = next((row for row in rows if row.first <= driver.major <= row.last), None)
    if row is None:
        yield found("SXT002", what=f"driver {driver}", known=f"branches {rows[0].first} to {rows[-1].last}")
        if driver.major < rows[0].first:
            return
        row = rows[-1]  # what a branch has dropped, later ones do not have
    known = rows[0].lowest
    if known and case.below(known):
        yield found(
            "SXT002",
            what=f"driver {driver} with {named(case.below(known))}",
            known=f"cards of compute capability {known} and higher",
        )
    lost = [card for card in case.cards if row.lowest and known and known <= card.capability < row.lowest]
    if lost:
        fix = WINDOWS_DRIVER if case.stack.system in ("WSL2", "Windows") else DRIVER
        yield found("SXT204", driver=driver, cards=named(lost), source=row.source, fix=fix)
    ended = _ended(case, driver)
    if ended and not case.stack.windows:  # Windows counts branches otherwise
        yield found("SXT216", driver=driver, branch=ended.first, ends=ended.ends, source=ended.source)


def _ended(case: Case, driver: Version) -> Branch | None:
    return next((row for row in matrix().branches if row.first == driver.major and row.ends < case.month), None)


def _newer(case: Case) -> str:
    oldest = matrix().drivers[0].lowest
    lost = case.below(oldest) if oldest else ()
    return "no newer driver supports the card" if lost else DRIVER


def _built_cuda(case: Case) -> Version | None:
    build = case.machine.build if case.machine else None
    row = released(matrix().tensorflow, case.stack.tensorflow) if case.stack.tensorflow else None
    return build.cuda if build else (row.cuda if row else None)
