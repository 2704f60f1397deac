"""Registering a command: groups of flags laid out flat for typer, and failures translated on the way out."""

from __future__ import annotations

import inspect
import math
import re
import sys
import typing
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import MISSING, fields, is_dataclass
from typing import Any

import typer
from typer.core import TyperCommand

from sextet.cli.failure import report_failure
from sextet.cli.flags import OutputFlags
from sextet.cli.interrupt import pressed
from sextet.cli.output import Output, abandon_stdout
from sextet.core.errors import nearest

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
        app.command(name, cls=_Command)(entry)
        return body

    return register


class _Command(TyperCommand):
    """A command whose complaints about a value name the nearest one that there is."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse; a complaint is written anew on its way out, and a number must be finite."""
        try:
            left = super().parse_args(ctx, args)
            for one in self.params:
                value = ctx.params.get(one.name)
                if isinstance(value, float) and not math.isfinite(value):
                    hint = f"'{one.opts[0]}'"
                    raise typer.BadParameter(f"expected a finite number; got {value:g}.", ctx, param_hint=hint)
            return left
        except typer.BadParameter as error:
            error.message = _plainly(error.message)
            raise


def _plainly(message: str) -> str:
    """Write a complaint about a value without the words of the library that checked it, and with the nearest one."""
    message = message.removeprefix("Value error, ")
    if "Input should be a valid" in message:
        return f"expected a {'whole number' if 'integer' in message else 'number'}."
    found = re.fullmatch(r"'(.*)' is not one of ((?:'[^']*'(?:, )?)+)\.", message)
    if found is None:
        return message
    known = re.findall(r"'([^']*)'", found[2])
    return f"{message.removesuffix('.')}{nearest(found[1], known) or '.'}"


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
