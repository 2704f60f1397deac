"""A stack: the versions that have to go together, installed or only thought of."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from sextet.core.errors import ConfigError, nearest
from sextet.hardware.version import Version

_VERSION = re.compile(r"[vV]?\d+(\.\d+)*([-+.]?[A-Za-z][\w.+-]*|[-+][\w.+-]+)?")
_OTHER_NAMES = {"tf": "tensorflow", "pytorch": "torch", "os": "system", "platform": "system"}
_SYSTEMS = {
    "linux": "Linux",
    "windows": "Windows",
    "win32": "Windows",
    "wsl": "WSL2",
    "wsl2": "WSL2",
    "macos": "Darwin",
    "darwin": "Darwin",
}


@dataclass(frozen=True, kw_only=True)
class Stack:
    """Versions; None is not there, or not known.

    Attributes:
        python, tensorflow, keras, numpy, jax, torch: of Python and of the packages; torch may carry its build: +cu126.
        cuda: of the CUDA libraries TensorFlow, or what the stack is for, runs with.
        cudnn: of the cuDNN it loads.
        driver: of the NVIDIA driver.
        system: "Linux", "WSL2", "Windows" or "Darwin".
        installed: the stack is that of this machine, so what is None is not there.
    """

    python: Version | None = None
    tensorflow: Version | None = None
    keras: Version | None = None
    numpy: Version | None = None
    cuda: Version | None = None
    cudnn: Version | None = None
    driver: Version | None = None
    jax: Version | None = None
    torch: Version | None = None
    system: str = "Linux"
    installed: bool = False

    @property
    def windows(self) -> bool:
        """Whether the driver is that of Windows."""
        return self.system in ("Windows", "WSL2")

    @property
    def bare(self) -> bool:
        """Whether no framework is named, so that it is judged as one that sextet would train with.

        On a machine sextet is installed, whatever else is; what it lacks there is TensorFlow.
        """
        return self.tensorflow is None and (self.installed or self.jax is None and self.torch is None)

    @property
    def given(self) -> tuple[tuple[str, str], ...]:
        """Name and version of everything in it."""
        values = ((field.name, getattr(self, field.name)) for field in fields(self) if field.name != "installed")
        return tuple((name, str(value)) for name, value in values if value is not None)


VERSIONS = tuple(field.name for field in fields(Stack) if field.name not in ("system", "installed"))


def stack_of_text(text: str) -> Stack:
    """Read "python=3.11,cuda=11.8,cudnn=8.6.0,tensorflow=2.15.0"; `==` and spaces are taken too.

    Raises:
        ConfigError: a part is no name=version, a name is unknown or given twice, or a version has no number.
    """
    parts: dict[str, str] = {}
    for part in filter(str.strip, text.split(",")):
        name, equals, value = part.partition("=")
        key = name.strip().lower()
        if not equals or not value.strip("= "):
            raise ConfigError(
                f"Expected --stack as names and versions, such as python=3.11,tensorflow=2.15.0; got {part.strip()!r} "
                f"in {text!r}."
            )
        if _OTHER_NAMES.get(key, key) in {_OTHER_NAMES.get(name, name) for name in parts}:
            raise ConfigError(f"Expected each name once in --stack; got {key!r} twice in {text!r}.")
        parts[key] = value.strip("= ")
    if not parts:
        raise ConfigError("Expected --stack as names and versions, such as python=3.11,tensorflow=2.15.0; got nothing.")
    return stack_of(parts)


def stack_of(parts: Mapping[str, str]) -> Stack:
    """Return the stack of names and version texts.

    Raises:
        ConfigError: a name is unknown, or a version has no number.
    """
    versions: dict[str, Any] = {}
    system = "Linux"
    for name, text in parts.items():
        key = _OTHER_NAMES.get(name, name)
        if not isinstance(text, str):
            raise ConfigError(f"Expected the version of {name} as text, such as '2.15.0'; got {text!r}.")
        if key == "system":
            system = _system(text)
        elif key not in VERSIONS:
            known = (*VERSIONS, "system")
            raise ConfigError(
                f"Expected one of {', '.join(known)} in a stack; got {name!r}{nearest(name, known) or '.'}"
            )
        else:
            if not _VERSION.fullmatch(text):
                raise ConfigError(f"Expected a version of {key} such as 2.15.0; got {text!r}.")
            versions[key] = Version.of(text)
            if key == "cudnn" and len(versions[key].numbers) < 2:
                raise ConfigError(
                    f"Expected cudnn with its minor version, such as 9.10 or 9.10.2; got {text!r}. It decides: cuDNN "
                    "9.10 has code for Pascal and Volta, 9.11 has none."
                )
    return Stack(**versions, system=system)


def _system(text: str) -> str:
    try:
        return _SYSTEMS[text.lower()]
    except KeyError:
        raise ConfigError(
            f"Expected the system as linux, wsl2, windows or macos; got {text!r}{nearest(text, _SYSTEMS) or '.'}"
        ) from None
