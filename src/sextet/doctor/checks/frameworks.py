"""What TensorFlow, JAX and PyTorch said when asked, against what the driver sees."""

from __future__ import annotations

import json
from collections.abc import Iterator

from sextet.doctor.case import Case
from sextet.doctor.checks.tensorflow import row_of, system
from sextet.doctor.finding import Finding, Level, found
from sextet.doctor.frameworks import Framework
from sextet.doctor.log import recognise
from sextet.doctor.remedy import install, newest_tensorflow

_NAMES = {"tensorflow": "TensorFlow", "jax": "JAX", "torch": "PyTorch"}
_HOW = {"late": "no answer in time", "crashed": "the process ended", "refused": "it raised"}
_LONGER = "sextet doctor --timeout 300   # give it longer; a cold disk takes its time"
SHOWN = 300  # characters of an error that are shown


def absent(case: Case) -> Iterator[Finding]:
    """Say that TensorFlow is not installed."""
    if case.machine is None or case.stack.tensorflow is not None:
        return
    row = newest_tensorflow(case.cards, case.stack.python)
    yield found("SXT115", fix=install(row, case.cards)) if row and case.cards else found("SXT115")


def imports(case: Case) -> Iterator[Finding]:
    """Find frameworks that could not be asked; another one than TensorFlow is not needed for training."""
    for one in case.machine.frameworks if case.machine else ():
        if one.failure:
            late = one.failure == "late"
            known = None if late else next(iter(recognise(one.said.splitlines())), None)
            yield found(
                "SXT114",
                level=Level.ERROR if one.name == "tensorflow" else Level.WARNING,
                name=_NAMES[one.name],
                how=_HOW[one.failure],
                text=one.failure_text[:SHOWN] or "it said nothing",
                fix=_LONGER if late else known.fix if known else _again(case, one),
            )


def devices(case: Case) -> Iterator[Finding]:
    """Find GPUs that the driver sees and TensorFlow does not."""
    machine = case.machine
    asked = machine.framework("tensorflow") if machine else None
    if machine is None or asked is None or asked.failure or any(system(case)):
        return
    # Instances of a MIG card are counted by none of both alike.
    present = [gpu for gpu in machine.visible if not gpu.lost]
    if any(gpu.mig for gpu in present) or len(asked.devices) >= len(present):
        return
    causes = [one for one in recognise(asked.said.splitlines()) if one.level is not Level.NOTE]
    row = row_of(case)
    if causes and causes[0].id not in ("SXT801", "SXT802"):
        fix = causes[0].fix
    else:
        fix = install(row, case.cards) if row else "sextet doctor --suggest"
    yield found(
        "SXT113",
        count=len(asked.devices),
        present=f"{len(present)} GPU{'s' if len(present) > 1 else ''}",
        said=f"; it says: {causes[0].seen.partition(': ')[2]}" if causes else "",
        fix=fix,
    )


def backend(case: Case) -> Iterator[Finding]:
    """Find a Keras that does not run on TensorFlow."""
    machine = case.machine
    if machine is None:
        return
    told = machine.environ.get("KERAS_BACKEND")
    if told and told != "tensorflow":
        yield found("SXT111", backend=told, place="")
    elif not told and (configured := _configured(machine.keras_config)) not in ("", "tensorflow"):
        yield found("SXT111", backend=configured, place=" in ~/.keras/keras.json")


def _configured(text: str) -> str:
    try:
        return str(json.loads(text).get("backend", "")) if text else ""
    except (ValueError, AttributeError):
        return ""


def _again(case: Case, one: Framework) -> str:
    row = row_of(case)
    if one.name == "tensorflow" and row is not None:
        # pip reinstalls what is there only when told to.
        return install(row, case.cards) + " --force-reinstall"
    return f"pip install --force-reinstall {one.name}"
