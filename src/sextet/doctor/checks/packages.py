"""Python, Keras and numpy against TensorFlow: that of the stack, or sextet's own where no framework is named."""

from __future__ import annotations

from collections.abc import Iterator

from sextet.doctor.case import Case
from sextet.doctor.checks.tensorflow import row_of
from sextet.doctor.finding import Finding, Level, found
from sextet.doctor.remedy import takes
from sextet.hardware.matrix import TensorFlow
from sextet.hardware.support import SEXTET, own, pythons
from sextet.hardware.version import Version

NEWEST_NUMPY = 2  # its newest major number when the metadata of the wheels were read


def python(case: Case) -> Iterator[Finding]:
    """Find a Python that sextet does not run on, where the stack is one that sextet would train with."""
    stack, version = case.stack, case.stack.python
    if version is None or not (stack.bare or _sextets(stack.tensorflow)):
        return
    (lowest, highest), row = pythons(), row_of(case)
    if row is not None and not takes(row.python, version) or takes((lowest, highest), version):
        return  # that TensorFlow itself has no wheel for it is said of TensorFlow
    yield found(
        "SXT117",
        # a TensorFlow that is named goes with this Python, and may be meant for another program
        level=Level.ERROR if stack.bare else Level.WARNING,
        python=version,
        lowest=lowest,
        highest=highest,
        tensorflow=SEXTET,
        ends=" to ".join(map(str, own().python)),
    )


def keras(case: Case) -> Iterator[Finding]:
    """Find a Keras of another generation than the TensorFlow."""
    row, version = _row(case), case.stack.keras
    if row is None or version is None:
        return
    if row.keras.major == 2:
        fits, requirement = version.within(row.keras), f"=={row.keras}.*"
    else:
        fits, requirement = version >= row.keras, f">={row.keras}"
    if not fits:
        wanted = f"Keras {requirement.strip('=>')}" if row.keras.major == 2 else f"Keras {row.keras} or newer"
        yield found("SXT110", tensorflow=_name(case), keras=version, wanted=wanted, requirement=requirement)


def numpy(case: Case) -> Iterator[Finding]:
    """Find a numpy that is newer or older than the TensorFlow takes, and say where it is newer than any known one."""
    row, version = _row(case), case.stack.numpy
    if row is None or version is None:
        return
    lowest, below = row.numpy, row.numpy_below
    if below and version >= below:
        yield found("SXT112", tensorflow=_name(case), numpy=version, below=below)
    elif lowest and version < lowest:
        requirement = f">={lowest}" + (f",<{below}" if below else "")
        yield found("SXT118", tensorflow=_name(case), numpy=version, lowest=lowest, requirement=requirement)
    elif version.major > NEWEST_NUMPY:
        known = f"numpy {lowest or 1} to {NEWEST_NUMPY}.x"
        yield found("SXT002", what=f"numpy {version} with TensorFlow {_name(case)}", known=known)


def _row(case: Case) -> TensorFlow | None:
    return own() if case.stack.bare else row_of(case)


def _name(case: Case) -> str:
    return f"{SEXTET}, which sextet trains with," if case.stack.bare else str(case.stack.tensorflow)


def _sextets(tensorflow: Version | None) -> bool:
    return tensorflow is not None and tensorflow.within(SEXTET)
