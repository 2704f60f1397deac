"""The doctor: a machine, a stack or a log in, a report out; or cards in, a set out that works on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sextet.core.errors import ConfigError
from sextet.core.kinds import checked
from sextet.core.progress import Progress, Silent
from sextet.doctor.deep import tried
from sextet.doctor.examine import PATIENCE, examine_log, examine_machine, examine_stack
from sextet.doctor.finding import found
from sextet.doctor.machine import look
from sextet.doctor.report import Report, sorted_findings
from sextet.doctor.stack import stack_of, stack_of_text
from sextet.doctor.suggest import Suggestion, suggest
from sextet.hardware.cards import rig
from sextet.hardware.host import Host, ThisHost

SILENT = Silent()


@dataclass(frozen=True, kw_only=True)
class DoctorRequest:
    """Examine this machine, or a stack that is not installed, or a log.

    Attributes:
        gpus: names of cards the stack is judged for; without a stack, what is installed here is judged for them.
        stack: text such as "python=3.11,tensorflow=2.15.0"; None: this machine.
        log: a file that a training wrote; nothing else is then looked at.
        deep: also try each GPU against the CPU.
        frameworks: ask the installed TensorFlow, JAX and PyTorch, each in a process of its own.
        patience: seconds that each such process has.
    """

    gpus: tuple[str, ...] = ()
    stack: str | None = None
    log: Path | None = None
    deep: bool = False
    frameworks: bool = True
    patience: float = PATIENCE


def examine(request: DoctorRequest, progress: Progress = SILENT, host: Host | None = None) -> Report:
    """Examine what was asked for.

    Raises:
        ConfigError: a stack, a card or a combination of both with other options cannot be used.
        DataError: the log is not there.
    """
    _fits(request)
    if request.log is not None:
        return examine_log(request.log)
    cards = rig(request.gpus)
    host = host or ThisHost()
    if request.stack is not None:
        return examine_stack(stack_of_text(request.stack), cards)
    if cards:
        return examine_stack(look(host).stack(), cards)
    progress.stage("asking the installed frameworks" if request.frameworks else "looking at this machine")
    report = examine_machine(host, frameworks=request.frameworks, patience=request.patience)
    return _deepened(report, request, host, progress) if request.deep else report


@checked("diagnose", skip=("gpu",))
def diagnose(
    gpu: str | Sequence[str] | None = None,
    *,
    log: str | Path | None = None,
    deep: bool = False,
    frameworks: bool = True,
    **stack: str,
) -> Report:
    """Say whether a stack works on a card, and what mends it; without arguments, for this machine.

    Example: diagnose(gpu="Tesla P40", tensorflow="2.15.0", cuda="11.8", cudnn="8.6.0", python="3.11")

    Args:
        gpu: name of a card, or several; without `stack` what is installed here is judged for them.
        log: a file that a training wrote; nothing else is then looked at.
        deep: also try each GPU of this machine against the CPU.
        frameworks: ask the installed TensorFlow, JAX and PyTorch, each in a process of its own.
        stack: versions by name: python, tensorflow, keras, numpy, cuda, cudnn, driver, jax, torch; system as "linux",
            "wsl2", "windows" or "macos".

    Returns:
        A report that shows itself when printed; `findings`, `errors` and `as_dict()` are for programs.

    Raises:
        ConfigError: a name or version is not known as one.
        DataError: the log is not there.
    """
    gpus = _names(gpu)
    if stack and not (log or deep):
        return examine_stack(stack_of(stack), rig(gpus))
    text = ",".join(f"{name}={version}" for name, version in stack.items()) or None
    place = None if log is None else Path(log)
    return examine(DoctorRequest(gpus=gpus, stack=text, log=place, deep=deep, frameworks=frameworks))


def _names(gpu: object) -> tuple[str, ...]:
    """Return the names of cards that were given as a text or as several.

    Raises:
        ConfigError: they are neither.
    """
    names = (gpu,) if isinstance(gpu, str) else tuple(gpu) if isinstance(gpu, list | tuple) else (gpu,)
    if gpu is None:
        return ()
    if not names:
        raise ConfigError(f"Expected the name of a card, such as 'Tesla P40', or None for this machine; got {gpu!r}.")
    if wrong := [name for name in names if not isinstance(name, str)]:
        raise ConfigError(f"Expected names of cards as text, such as 'Tesla P40' or '6.1'; got {wrong[0]!r}.")
    return tuple(map(str, names))


def suggestion(gpus: Sequence[str], host: Host | None = None) -> Suggestion:
    """Return the newest complete set that works on cards; without names, on those of this machine.

    Raises:
        ConfigError: a name is not known, or there is neither a name nor a card here.
        HardwareError: no set is known.
    """
    cards = rig(gpus) or look(host or ThisHost()).cards
    if not cards:
        raise ConfigError('Expected cards, such as --gpu "Tesla P40"; none were given, and none are seen here.')
    return suggest(cards)


def _fits(request: DoctorRequest) -> None:
    thought = request.stack is not None or bool(request.gpus)
    if request.log is not None and (thought or request.deep):
        raise ConfigError("Expected --log alone; a stack, a card or --deep has nothing to do with a log.")
    if request.deep and thought:
        raise ConfigError("Expected --deep for this machine; a stack or card that is only named cannot be tried.")
    if request.deep and not request.frameworks:
        raise ConfigError("Expected --deep with the frameworks; TensorFlow has to run for it.")


def _deepened(report: Report, request: DoctorRequest, host: Host, progress: Progress) -> Report:
    progress.stage("trying each GPU against the CPU")
    try:
        findings = tried(host, report.usable, request.patience)
    except Exception as error:  # a trial that cannot even be made is a finding, too
        findings = (found("SXT001", check="trying the GPUs", error=f"{type(error).__name__}: {error}"),)
    return replace(report, findings=sorted_findings(report.findings + findings))
