"""The rules file that a user names: read, and checked under the name it was given by."""

from __future__ import annotations

from pathlib import Path

from sextet.core.errors import ConfigError
from sextet.rules.rules_file import read_rules


def rules_text(path: Path | None, option: str = "--rules ") -> str:
    """Return the text of a rules file, empty without one; `option` is how messages call it.

    Raises:
        ConfigError: there is no such file, or it is not text.
    """
    if path is None:
        return ""
    if not path.is_file():
        raise ConfigError(f"{option}{path}: {'that is a folder' if path.is_dir() else 'there is no such file'}.")
    try:
        return path.read_text(encoding="utf-8-sig")  # some editors mark the start
    except UnicodeDecodeError as error:
        raise ConfigError(f"{option}{path}: expected UTF-8 text; {error}.") from error


def given_rules(path: Path | None, option: str = "--rules ") -> str:
    """Return the text of a rules file whose rules can be understood.

    Raises:
        ConfigError: there is no such file, it is not text, or a rule cannot be understood; the file is named as it was
            given.
    """
    text = rules_text(path, option)
    if path is not None:
        read_rules(text, source=str(path))
    return text
