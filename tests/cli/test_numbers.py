"""Numbers of the command line and of settings files: each is a number, so never nan or infinity."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, get_type_hints

import pytest
import typer.main
from typer.testing import CliRunner

from sextet.app.configuration import read_config
from sextet.cli.main import app
from sextet.core.errors import ConfigError
from sextet.specs.codec import spec_to_json
from sextet.specs.presets import MEMBERS
from sextet.specs.run_config import RunConfig

WORDS = ("nan", "inf", "-inf", "1e999")


def _commands(group: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _commands(command, (*path, name))
        else:
            yield (*path, name), command


def _options() -> Iterator[tuple[tuple[str, ...], str]]:
    """Every option that takes a float, with its command and what that cannot do without."""
    for path, command in _commands(typer.main.get_command(app)):
        needed = [parameter.opts[0] for parameter in command.params if parameter.required]
        given = [f"{name}=2" if name.startswith("--") else "2" for name in needed]
        for parameter in command.params:
            if parameter.type_descriptor.annotation is float:
                yield (*path, *given), parameter.opts[0]


OPTIONS = tuple(_options())


def test_the_options_are_found() -> None:
    found = {option for _, option in OPTIONS}
    assert {"--spike-threshold", "--validation", "--miss-cost", "--checkpoint-minutes", "--risk", "--years"} <= found


@pytest.mark.parametrize(("path", "option"), OPTIONS, ids=[f"{path[0]} {option}" for path, option in OPTIONS])
def test_an_option_that_is_no_number_is_refused(path: tuple[str, ...], option: str, tmp_path: Path) -> None:
    for word in WORDS:
        done = CliRunner(env={"COLUMNS": "200"}).invoke(app, [*path, f"{option}={word}"])
        assert done.exit_code == 2 and option in done.stderr, (word, done.output)
        assert "finite number" in done.stderr or "greater than" in done.stderr or "less than" in done.stderr, (
            done.stderr
        )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["forecast", "none", "--levels", "nan"], "--levels"),
        (["tune", "none.csv", "--horizon", "2", "--out", "x.json", "--budget", "infh"], "--budget"),
        (["plan", "Tesla P40", "--weights", "time=nan"], "time"),
        (["plan", "Tesla P40", "--weights", "time=inf"], "time"),
        (["plan", "Tesla P40", "--budget", "nan KRW"], "the budget"),
        (["plan", "Tesla P40", "--electricity", "infKRW"], "electricity"),
    ],
)
def test_numbers_within_a_text_are_refused_too(arguments: list[str], said: str) -> None:
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 2 and said in done.stderr and "Error" in done.stderr


def _floats(kind: Any, at: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    hints = get_type_hints(kind)
    for field in fields(kind):
        if is_dataclass(hints[field.name]):
            yield from _floats(hints[field.name], (*at, field.name))
        elif "float" in str(hints[field.name]) or hints[field.name] is float:
            yield (*at, field.name)


FIELDS = tuple(_floats(RunConfig))
SPECS = tuple((member, field) for member, kind in MEMBERS.items() for (field,) in _floats(kind))


@pytest.mark.parametrize("at", FIELDS, ids=[".".join(at) for at in FIELDS])
@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity"])
def test_a_field_of_a_settings_file_that_is_no_number_is_refused(
    at: tuple[str, ...], value: str, tmp_path: Path
) -> None:
    content: Any = float(value)
    for name in reversed(at):
        content = {name: [content, 0.5, 0.5] if name in ("shares", "intervals") else content}
    _refused(content, at[-1], tmp_path)


@pytest.mark.parametrize(("member", "field"), SPECS)
@pytest.mark.parametrize("value", ["NaN", "Infinity"])
def test_so_is_one_of_a_member(member: str, field: str, value: str, tmp_path: Path) -> None:
    _refused({"members": [{**spec_to_json(MEMBERS[member]()), field: float(value)}]}, field, tmp_path)


def _refused(content: dict[str, Any], field: str, folder: Path) -> None:
    path = folder / "settings.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(ConfigError, match=rf"settings\.json: .*{field}"):
        read_config(path, 6)
