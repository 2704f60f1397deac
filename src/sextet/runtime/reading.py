"""How a run's data were read, kept with the run so that new data are read the same way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from sextet.core.panel import Panel
from sextet.data.options import DataOptions

_KEPT = ("id", "time", "target", "past", "future", "static", "tz", "resample", "weight", "spike_label")


def plain_options(options: DataOptions, panel: Panel) -> dict[str, Any]:
    """Return what is needed to read further data of the same kind, as values for JSON."""
    kept = {name: getattr(options, name) for name in _KEPT}
    kept["freq"] = None if options.resample else panel.frequency.name
    kept["tz"] = options.tz or panel.tz
    return {name: list(value) if isinstance(value, tuple) else value for name, value in kept.items()}


def options_for(settings: Mapping[str, Any], given: DataOptions | None = None) -> DataOptions:
    """Return the reading options of a run, overridden by whatever `given` says otherwise.

    Args:
        settings: of the run.
        given: options of this call; a field left at its default does not override.
    """
    known = {f.name for f in fields(DataOptions)}
    plain: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in settings["data"].items()
        if name in known
    }
    options = DataOptions(**plain)
    if given is None:
        return options
    default = DataOptions()
    changed = {name: getattr(given, name) for name in known}
    changed = {name: value for name, value in changed.items() if not _same(value, getattr(default, name))}
    if "resample" in changed:
        changed.setdefault("freq", None)
    return replace(options, **changed)


def _same(value: Any, default: Any) -> bool:
    return value is default or (isinstance(value, str | bool | tuple) and value == default)
