"""A profile as TOML text."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sextet.planner.profile import Profile, plain_profile

HEAD = """\
# What `sextet calibrate` measured on one machine. Times are in seconds: `value` is the shortest of the samples,
# `spread` by which share of it half of them were above. Use it with `sextet plan --profile`; docs/calibration.md.
"""


def profile_text(profile: Profile) -> str:
    """Return the text of the file, which `planner.profile.read_profile` reads."""
    plain = plain_profile(profile)
    lines = [HEAD, f"schema = {plain['schema']}", "", "[machine]", *_rows(plain["machine"])]
    for name, figure in plain["figure"].items():
        lines += ["", f"[figure.{name}]", *_rows(figure)]
    for table in ("kernel", "step"):
        for one in plain[table]:
            lines += ["", f"[[{table}]]", *_rows(one)]
    return "\n".join(lines) + "\n"


def _rows(values: Mapping[str, Any]) -> list[str]:
    return [f"{key} = {_value(value)}" for key, value in values.items() if value is not None]


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {_value(one)}" for key, one in value.items() if one is not None) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_value, value)) + "]"
    return repr(float(value)) if isinstance(value, float) else str(value)
