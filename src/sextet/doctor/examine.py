"""Examining: a machine, a stack, a log. Each gives a report."""

from __future__ import annotations

import dataclasses
import datetime
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sextet.doctor import facts
from sextet.doctor.case import Case
from sextet.doctor.finding import Finding, Level, found
from sextet.doctor.frameworks import Framework, ask
from sextet.doctor.judged import unjudged
from sextet.doctor.log import read_log
from sextet.doctor.machine import TENSORFLOWS, Machine, look
from sextet.doctor.registry import CHECKS, run
from sextet.doctor.report import Report, sorted_findings
from sextet.doctor.stack import Stack
from sextet.hardware.cards import Card
from sextet.hardware.host import Host

PATIENCE = 120.0  # seconds a framework has to answer: TensorFlow on a cold disk takes half a minute


def examine_machine(
    host: Host,
    *,
    frameworks: bool = True,
    patience: float = PATIENCE,
    month: str | None = None,
) -> Report:
    """Examine a machine.

    Args:
        host: the machine.
        frameworks: whether to ask the installed frameworks.
        patience: seconds each of them has.
        month: now, as 2026-11; by default by the clock.
    """
    try:
        machine, seconds = _seen(host, frameworks=frameworks, patience=patience)
    except Exception as error:  # a machine that cannot even be looked at is a finding, too
        text = f"{type(error).__name__}: {error}"
        return Report(subject="This machine", findings=(found("SXT001", check="looking at the machine", error=text),))
    began = time.perf_counter()
    case = Case(stack=machine.stack(), cards=machine.cards, machine=machine, month=month or _now())
    findings = run(CHECKS, case)
    seconds["looking"] += time.perf_counter() - began
    asked = machine.framework("tensorflow")
    return Report(
        subject="This machine",
        findings=sorted_findings(findings),
        facts=facts.of_machine(machine),
        gpus=facts.of_gpus(machine),
        seconds=seconds,
        usable=len(asked.devices) if asked else 0,
    )


def examine_stack(stack: Stack, cards: tuple[Card, ...], month: str | None = None) -> Report:
    """Examine a stack that is only thought of."""
    case = Case(stack=stack, cards=cards, month=month or _now())
    findings = sorted_findings(run(CHECKS, case))
    return Report(subject="This stack", findings=findings, facts=facts.of_stack(stack, cards), unjudged=unjudged(case))


def examine_log(path: Path) -> Report:
    """Examine the log of a training.

    Raises:
        DataError: there is no such file.
    """
    return Report(subject=f"Log {path}", findings=sorted_findings(read_log(path)))


def blocking(host: Host) -> tuple[bool, tuple[Finding, ...]]:
    """Return whether a GPU of this machine is there and meant to be used, and why TensorFlow would leave one unused.

    No framework is asked, so a GPU may still be left unused for a reason that shows only in TensorFlow. A machine that
    cannot be looked at stops nobody.
    """
    try:
        machine = look(host)
    except Exception:  # `sextet doctor` tells what it is; a training does not end by a fault of the doctor
        return False, ()
    case = Case(stack=machine.stack(), cards=machine.cards, machine=machine, month=_now())
    findings = run((check for check in CHECKS if check.gates), case)
    errors = tuple(one for one in findings if one.level is Level.ERROR)
    return machine.present and not machine.hidden, errors


def _seen(host: Host, *, frameworks: bool, patience: float) -> tuple[Machine, dict[str, float]]:
    """Look at a machine, and meanwhile ask its frameworks; also gives the wall time of both in seconds."""
    began = time.perf_counter()
    names = _installed(host) if frameworks else ()
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(ask, host, names, patience)
        machine = look(host)
        looked = time.perf_counter() - began
        answers: tuple[Framework, ...] = asked.result()
    seconds = {"looking": looked}
    if names:
        seconds["frameworks"] = time.perf_counter() - began
    return dataclasses.replace(machine, frameworks=answers), seconds


def _installed(host: Host) -> tuple[str, ...]:
    packages = host.packages()
    wanted = (("tensorflow", TENSORFLOWS), ("jax", ("jax",)), ("torch", ("torch",)))
    return tuple(name for name, names in wanted if any(one in packages for one in names))


def _now() -> str:
    return datetime.date.today().isoformat()[:7]
