"""The errors people meet, as one tree.

SextetError
├── DataError        the data given cannot be used as it is
├── ConfigError      an option or a rule cannot be used as it is
├── RunError         a run folder is damaged, half-written or of another schema
├── DependencyError  a package is missing or unfit
├── HardwareError    a device cannot do what was asked
├── TrainingError    a network did not learn: its loss stopped being a number
└── ResourceError    memory or disk ran out; finished work is kept

Every message says what was expected, what came and what to do. `exit_code` is what the command line returns.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class SextetError(Exception):
    """Base of every error that sextet raises on purpose; its text is meant for the user."""

    exit_code = 1


class DataError(SextetError):
    """The data given cannot be used as it is: names file, row, column and value where there is one."""

    exit_code = 2


class ConfigError(SextetError):
    """An option, a spec or a rule cannot be used as it is."""

    exit_code = 2


class RunError(SextetError):
    """A run folder is missing, damaged, half-written or of another schema: names the file."""

    exit_code = 2


class DependencyError(SextetError):
    """A package that this call needs is missing: names the extra that brings it."""

    exit_code = 2


class HardwareError(SextetError):
    """A device is missing or cannot do what was asked."""

    exit_code = 1


class TrainingError(SextetError):
    """A network did not learn: names the member, the epoch and what to change."""

    exit_code = 1


class ResourceError(SextetError):
    """Memory or disk ran out; what was finished is kept."""

    exit_code = 3


def installing(*extras: str) -> str:
    """Return how extras of the project are installed, for messages: from its folder, as README says."""
    return f"pip install '.[{','.join(extras)}]' in the folder of the project"


def nearest(name: str, known: Iterable[str]) -> str:
    """Return ``", did you mean 'x'?"`` for the known name nearest to `name`, or an empty string."""
    known = list(known)
    longer = [one for one in known if len(name) > 3 and name in one]  # "float16" is no misspelt "float32"
    close = difflib.get_close_matches(name, longer or known, n=1, cutoff=0.5)
    return f", did you mean {close[0]!r}?" if close else ""
