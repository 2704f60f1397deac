"""Finds the function a user names as "file.py:function" or "package.module:function"."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from sextet.core.errors import ConfigError, nearest


def load_function(source: str) -> Callable[..., Any]:
    """Load the function that `source` names; the module's code runs.

    Raises:
        ConfigError: the file, the module or the function is not there, or the module fails to load.
    """
    place, _, name = source.rpartition(":")
    module = _from_file(Path(place)) if place.endswith(".py") else _from_name(place)
    function = getattr(module, name, None)
    if function is None:
        known = [key for key, value in vars(module).items() if callable(value) and not key.startswith("_")]
        raise ConfigError(f"{place} has no function {name!r}{nearest(name, known) or '.'}")
    if not callable(function):
        raise ConfigError(f"{source} is not a function build(shape) -> keras.Model; it is a {type(function).__name__}.")
    found: Callable[..., Any] = function
    return found


def _from_file(path: Path) -> ModuleType:
    if not path.is_file():
        raise ConfigError(f"There is no file {path}, from which a member was to be built.")
    name = f"sextet_custom_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ConfigError(f"{path} cannot be loaded as Python code.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # Keras looks a class up by its module
    try:
        spec.loader.exec_module(module)
    except Exception as error:  # whatever the user's module raises
        del sys.modules[name]
        raise ConfigError(f"{path} failed to load: {type(error).__name__}: {error}") from error
    return module


def _from_name(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except Exception as error:  # whatever the user's module raises
        raise ConfigError(f"The module {name!r} failed to load: {type(error).__name__}: {error}") from error
