"""JAX against the cards, cuDNN, Python and the system, for those who have it beside TensorFlow."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sextet.doctor.case import Case, named
from sextet.doctor.finding import Finding, found
from sextet.doctor.remedy import LAST_CUDNN
from sextet.hardware.matrix import Jax, matrix, spanning


def jax(case: Case) -> Iterator[Finding]:
    """Find a JAX without code for a card, or with versions that it refuses."""
    version = case.stack.jax
    major = _plugin(case)
    if version is None or case.machine is not None and major is None:
        return  # without a plugin JAX runs on the CPU, as it is meant to
    if case.stack.system in ("Windows", "Darwin"):
        if case.stack.windows:
            yield found("SXT506", jax=version, system="native Windows")
        else:
            yield found("SXT506", jax=version, system="macOS", fix="train on a machine with Linux, or with WSL2")
        return
    plugin = next((row for row in matrix().jax_plugins if row.release.major == major), None)
    lost = case.below(plugin.lowest) if plugin and plugin.lowest else ()
    if plugin and lost:
        old = any(card.capability < (5, 2) for card in lost)
        fix = "no JAX of the matrix has code for it" if old else f'pip install "jax[cuda12]" "{LAST_CUDNN}"'
        yield found(
            "SXT503", jax=version, major=major, cards=named(lost), lowest=plugin.lowest, fix=fix, source=plugin.source
        )
    row = spanning(matrix().jax, version)
    if row is None:
        reach = ", ".join(f"{one.first} to {one.last}" for one in matrix().jax)
        yield found("SXT002", what=f"JAX {version}", known=f"JAX {reach}")
        return
    yield from _versions(case, row, major)


def _versions(case: Case, row: Jax, major: int | None) -> Iterator[Finding]:
    stack = case.stack
    if stack.cudnn and major == 12 and stack.cudnn.major == row.cudnn.major and stack.cudnn < row.cudnn:
        yield found("SXT504", jax=stack.jax, cudnn=stack.cudnn, wanted=row.cudnn, source=row.source)
    if stack.python and stack.python < row.python:
        last = [one for one in matrix().jax if one.python <= stack.python]
        fix = f'pip install "jax[cuda12]=={last[-1].last}"' if last else f"python{row.python} -m venv .venv"
        yield found("SXT505", jax=stack.jax, python=stack.python, wanted=row.python, fix=fix, source=row.source)


def _plugin(case: Case) -> int | None:
    """Return the CUDA family of JAX's plugin: by its package, else by the CUDA of the stack.

    Of a stack that names a cuDNN and no CUDA it is taken to be 12, which all of JAX's releases here have.
    """
    if case.machine is not None:
        names = (re.fullmatch(r"jax-cuda(\d+)-(?:plugin|pjrt)", name) for name in case.machine.packages)
        return max((int(match[1]) for match in names if match), default=None)
    if case.stack.cuda:
        return case.stack.cuda.major
    return 12 if case.stack.cudnn else None
