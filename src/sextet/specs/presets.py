"""The six members by name, presets of them, and how people name the members they want."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, get_args

from sextet.core.errors import ConfigError, nearest
from sextet.specs.cnn_lstm import CNNLSTMSpec
from sextet.specs.custom import CustomSpec
from sextet.specs.patchtst import PatchTSTSpec
from sextet.specs.recurrent import GRUSpec, LSTMSpec
from sextet.specs.rule_based import RuleBasedSpec
from sextet.specs.spike_detector import SpikeDetectorSpec

BuiltInSpec = LSTMSpec | GRUSpec | CNNLSTMSpec | PatchTSTSpec | SpikeDetectorSpec | RuleBasedSpec
NeuralMemberSpec = LSTMSpec | GRUSpec | CNNLSTMSpec | PatchTSTSpec | SpikeDetectorSpec | CustomSpec
MemberSpec = NeuralMemberSpec | RuleBasedSpec

MEMBERS: dict[str, type[BuiltInSpec]] = {
    "lstm": LSTMSpec,
    "gru": GRUSpec,
    "cnn-lstm": CNNLSTMSpec,
    "patchtst": PatchTSTSpec,
    "spike-detector": SpikeDetectorSpec,
    "rule-based": RuleBasedSpec,
}

PRESETS: dict[str, tuple[str, ...]] = {
    "v5": ("lstm", "gru", "cnn-lstm", "spike-detector", "rule-based"),
    "v6": ("lstm", "gru", "cnn-lstm", "patchtst", "spike-detector", "rule-based"),
}

_ALIASES = {"cnnlstm": "cnn-lstm", "patch-tst": "patchtst", "spike": "spike-detector", "rules": "rule-based"}


def parse_members(members: str | Iterable[Any]) -> tuple[MemberSpec, ...]:
    """Read which members a user wants.

    Args:
        members: "v5", "v6" or a comma list of members and presets; or a sequence of names, specs, functions
            `build(shape) -> keras.Model` and Keras models. "file.py:function" names a model of the user's own.

    Raises:
        ConfigError: a name is unknown (names the nearest), one comes twice, or none is given.
    """
    wanted = members.split(",") if isinstance(members, str) else _listed(members)
    specs = tuple(spec for item in wanted for spec in _specs(item))
    if not specs:
        raise ConfigError(f"Name at least one member: {', '.join(PRESETS)} or any of {', '.join(MEMBERS)}.")
    seen: set[str] = set()
    for spec in specs:
        if spec.name in seen:
            raise ConfigError(
                f"The member {spec.name!r} is given twice; members differ by name. "
                "Give a second form of it as a CustomSpec with a name of its own."
            )
        seen.add(spec.name)
    return specs


def _listed(members: Any) -> list[Any]:
    if isinstance(members, get_args(MemberSpec)) or callable(members):
        return [members]
    try:
        return list(members)
    except TypeError:
        raise ConfigError(
            f"Members are 'v5', 'v6', a comma list, or a sequence of names and specs; got {members!r}."
        ) from None


def _specs(item: Any) -> tuple[MemberSpec, ...]:
    if isinstance(item, get_args(MemberSpec)):
        return (item,)
    if isinstance(item, str):
        return _named(item.strip())
    if callable(item):
        name = getattr(item, "__name__", None) or getattr(item, "name", None) or "custom"
        return (CustomSpec(name=_safe(str(name)), build=item),)
    raise ConfigError(
        f"A member is a name, a spec, a function build(shape) -> keras.Model or a Keras model; got {item!r}."
    )


def _named(name: str) -> tuple[MemberSpec, ...]:
    if not name:
        return ()
    if ":" in name:
        source, _, function = name.rpartition(":")
        stem = Path(source).stem if source.endswith(".py") else source.rpartition(".")[2]
        return (CustomSpec(name=_safe(stem if function == "build" else function), source=name),)
    key = name.lower().replace("_", "-").replace(" ", "-")
    key = _ALIASES.get(key, key)
    if key in PRESETS:
        return tuple(MEMBERS[member]() for member in PRESETS[key])
    if key in MEMBERS:
        return (MEMBERS[key](),)
    known = (*PRESETS, *MEMBERS)
    raise ConfigError(f"There is no member {name!r}{nearest(key, known) or '.'} Known are {', '.join(known)}.")


def _safe(name: str) -> str:
    """Make a member's name of the name of a function, a file or a model."""
    kept = "".join(c if c.isalnum() or c in "_.-" else "-" for c in name).strip("-_.")
    return (kept if kept[:1].isalpha() else f"custom-{kept}")[:40].rstrip("-")
