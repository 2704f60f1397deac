"""Registering a command: groups of flags laid out flat for typer, and failures translated on the way out."""

from __future__ import annotations

import inspect
import sys
import typing
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import MISSING, fields, is_dataclass
from typing import Any

import typer

from sextet.cli.failure import report_failure
from sextet.cli.flags import OutputFlags
from sextet.cli.interrupt import pressed
from sextet.cli.output import Output, abandon_stdout

Body = Callable[..., None]


def command(app: typer.Typer, name: str) -> Callable[[Body], Body]:
    """Register a function as the command `name` of `app`; its docstring is the help.

    A parameter annotated with a dataclass is laid out as one option for each of its fields. The parameter
    annotated `Output` is made from `--json` and `--quiet`, which every command has.
    """

    def register(body: Body) -> Body:
        hints = typing.get_type_hints(body, include_extras=True)
        flat: dict[str, inspect.Parameter] = {}
        groups: dict[str, type] = {}
        for parameter in inspect.signature(body).parameters.values():
            kind = OutputFlags if hints[parameter.name] is Output else hints[parameter.name]
            if is_dataclass(kind):
                groups[parameter.name] = kind
                flat.update(_flattened(kind))
            else:
                flat[parameter.name] = parameter.replace(annotation=kind, kind=inspect.Parameter.KEYWORD_ONLY)

        def entry(**values: Any) -> None:
            arguments = _regrouped(values, groups)
            switches = arguments.pop("output")
            output = Output(json=switches.json, quiet=switches.quiet)
            with failures_translated(output):
                body(**arguments, output=output)

        entry.__name__, entry.__doc__ = body.__name__, body.__doc__
        entry.__annotations__ = {key: parameter.annotation for key, parameter in flat.items()}
        entry.__signature__ = inspect.Signature(list(flat.values()))  # type: ignore[attr-defined]
        app.command(name)(entry)
        return body

    return register


@contextmanager
def failures_translated(output: Output) -> Iterator[None]:
    """Turn whatever is raised inside into a message on standard error and `typer.Exit` with its code."""
    try:
        with output:
            yield
            sys.stdout.flush()
    except (typer.Exit, typer.Abort, SystemExit):
        raise
    except BaseException as error:
        cause = KeyboardInterrupt() if pressed() else error
        if isinstance(cause, BrokenPipeError):
            abandon_stdout()
        raise typer.Exit(report_failure(cause, kept=output.kept())) from None


def _flattened(group: type) -> dict[str, inspect.Parameter]:
    hints = typing.get_type_hints(group, include_extras=True)
    return {
        field.name: inspect.Parameter(
            field.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=inspect.Parameter.empty if field.default is MISSING else field.default,
            annotation=hints[field.name],
        )
        for field in fields(group)
    }


def _regrouped(values: dict[str, Any], groups: dict[str, type]) -> dict[str, Any]:
    left = dict(values)
    grouped = {
        name: group(**{field.name: left.pop(field.name) for field in fields(group)}) for name, group in groups.items()
    }
    return {**left, **grouped}
