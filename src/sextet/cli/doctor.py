"""`sextet doctor`: whether a stack works on a card, and what mends it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer import Option

from sextet.cli.failure import FAILED
from sextet.cli.output import Output
from sextet.core.errors import ConfigError

if TYPE_CHECKING:
    from rich.console import Console

    from sextet.doctor.finding import Entry

_WHAT = "What to examine, this machine unless given"
_HOW = "How"


@dataclass(frozen=True, kw_only=True)
class SubjectFlags:
    """What is examined."""

    stack: Annotated[
        str | None,
        Option(
            "--stack",
            metavar="TEXT",
            help="A stack that need not be installed, such as python=3.11,tensorflow=2.15.0; also cuda, cudnn, keras, "
            "numpy, driver, jax, torch and system.",
            rich_help_panel=_WHAT,
        ),
    ] = None
    gpu: Annotated[
        list[str] | None,
        Option(
            "--gpu",
            metavar="NAME",
            help='The cards to judge for: "Tesla P40", "3x Tesla P40, V100", or a compute capability such as 6.1.',
            rich_help_panel=_WHAT,
        ),
    ] = None
    suggest: Annotated[
        bool,
        Option(
            "--suggest",
            help="Give the newest complete set that works on the cards, as a requirements file.",
            rich_help_panel=_WHAT,
        ),
    ] = False
    log: Annotated[
        Path | None,
        Option("--log", metavar="FILE", help="Read the log of a training and name causes.", rich_help_panel=_WHAT),
    ] = None
    explain: Annotated[
        str | None,
        Option("--explain", metavar="ID", help="Say what a finding means on any machine.", rich_help_panel=_WHAT),
    ] = None


@dataclass(frozen=True, kw_only=True)
class MannerFlags:
    """How it is examined."""

    deep: Annotated[
        bool,
        Option(
            "--deep",
            help="Also run a convolution, an LSTM, a GRU and a matrix product on each GPU and compare with the CPU.",
            rich_help_panel=_HOW,
        ),
    ] = False
    frameworks: Annotated[
        bool,
        Option(
            "--frameworks/--no-frameworks",
            help="Ask TensorFlow, JAX and PyTorch, each in a process of its own.",
            rich_help_panel=_HOW,
        ),
    ] = True
    timeout: Annotated[
        float,
        Option("--timeout", min=1.0, metavar="S", help="Seconds each such process has.", rich_help_panel=_HOW),
    ] = 120.0
    strict: Annotated[bool, Option("--strict", help="Warnings, too, end with code 1.", rich_help_panel=_HOW)] = False
    out: Annotated[
        Path | None,
        Option("--out", "-o", metavar="FILE", help="With --suggest: write the file there.", rich_help_panel=_HOW),
    ] = None


def doctor(subject: SubjectFlags, manner: MannerFlags, output: Output) -> None:
    """Say whether this machine, or a stack, trains on its GPUs: what is wrong, why, and the command that mends it.

    Ends with 0 where nothing is wrong or only warnings are, with 1 where errors are found.

    Example: sextet doctor --stack python=3.11,cuda=11.8,cudnn=8.6.0,tensorflow=2.15.0 --gpu "Tesla P40"
    """
    _one_subject(subject, manner)
    if subject.explain is not None:
        _explain(subject.explain, output)
    elif subject.suggest:
        _suggest(tuple(subject.gpu or ()), manner.out, output)
    else:
        _examine(subject, manner, output)


def _examine(subject: SubjectFlags, manner: MannerFlags, output: Output) -> None:
    from sextet.app.doctor import DoctorRequest, examine

    request = DoctorRequest(
        gpus=tuple(subject.gpu or ()),
        stack=subject.stack,
        log=subject.log,
        deep=manner.deep,
        frameworks=manner.frameworks,
        patience=manner.timeout,
    )
    progress = output.progress()
    with output.working():
        report = examine(request, progress)
    output.answer(report.as_dict(), lambda console: console.print(report, crop=False))
    if report.failed(strict=manner.strict):
        raise typer.Exit(FAILED)


def _suggest(gpus: tuple[str, ...], out: Path | None, output: Output) -> None:
    from sextet.app.doctor import suggestion
    from sextet.core.files import place_for, write_text

    if out is not None:
        place_for(out, "the requirements")
    made = suggestion(gpus)
    if out is not None:
        write_text(out, str(made))
        output.news(vars(made), lambda console: console.print(f"Wrote {out}.", soft_wrap=True))
    else:
        output.answer(vars(made), lambda console: console.print(str(made), end="", soft_wrap=True))


def _explain(id: str, output: Output) -> None:
    from sextet.doctor.finding import explanation

    entry = explanation(id)
    output.answer(vars(entry), lambda console: _show_entry(console, entry))


def _show_entry(console: Console, entry: Entry) -> None:
    from sextet.cli.tables import facts

    console.print(f"{entry.id}, {entry.level}: {entry.title}", soft_wrap=True)
    names = ("seen", "expected", "why", "fix", "source")
    facts(console, [(f"  {name}", getattr(entry, name)) for name in names])
    if entry.patterns:
        facts(console, [("  known by", pattern) for pattern in entry.patterns])


def _one_subject(subject: SubjectFlags, manner: MannerFlags) -> None:
    """Refuse options that contradict each other.

    Raises:
        ConfigError: two subjects were named, or an option for another one.
    """
    values = {
        "--stack": subject.stack,
        "--suggest": subject.suggest,
        "--log": subject.log,
        "--explain": subject.explain,
    }
    named = [name for name, value in values.items() if value]
    if len(named) > 1:
        raise ConfigError(f"Expected one of {', '.join(values)}; got {' and '.join(named)}. Run them one by one.")
    if manner.out is not None and not subject.suggest:
        raise ConfigError("Expected --out with --suggest only; --json > FILE keeps a report.")
    if subject.explain and subject.gpu:
        raise ConfigError("Expected --explain alone; it needs no card.")
    if manner.deep and (subject.suggest or subject.explain):
        raise ConfigError(f"Expected --deep for this machine; with {named[0]} there is nothing to try.")
