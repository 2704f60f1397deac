"""Options as they would be typed again, for a command that is proposed to the user."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from typing import Any, get_type_hints

from typer.models import OptionInfo


def typed(group: Any) -> Iterator[str]:
    """Give the words of the options in a group of flags that differ from their defaults."""
    hints = get_type_hints(type(group), include_extras=True)
    for field in fields(group):
        value = getattr(group, field.name)
        if value == field.default:
            continue
        option = next(one for one in hints[field.name].__metadata__ if isinstance(one, OptionInfo))
        name = (option.param_decls or [f"--{field.name.replace('_', '-')}"])[0]
        yield from (name,) if value is True else (name, str(value))
