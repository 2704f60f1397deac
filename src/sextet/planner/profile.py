"""What was measured on one machine, as a file that can be shared: kernels, figures, whole steps, each with its spread.

A profile holds measurements alone. What the planner makes of them is derived anew wherever one is read, in
`planner.timing.profiled`, so that an old profile gains from a better model.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal, get_args

from sextet.core.errors import ConfigError, nearest
from sextet.core.window import WindowShape
from sextet.hardware.catalogue import Device, devices
from sextet.planner.figures import Measured, Quantity
from sextet.planner.kernel import KINDS, Kernel
from sextet.planner.operations import check_precision
from sextet.specs.codec import from_plain, spec_from_json, spec_to_json
from sextet.specs.presets import MemberSpec

SCHEMA = 1
DeviceKind = Literal["cpu", "gpu"]
THIS_MACHINE = "this machine"
"""Name of the device that a profile of a processor, or of a card outside the catalogue, defines."""

FIGURES: dict[str, str] = {
    "dispatch": "s",
    "call": "s",
    "frame": "s",
    "activation": "s",
    "random": "values/s",
    "gather": "windows/s",
    "floor": "bytes",
}
"""What else is measured, and in which unit: one more operation of a graph; one call of a graph; a training step of what
all members have in common (`standing.frame_work`); GELU and dropout, forward and backward (`standing.activation_work`);
random numbers of dropout; windows that the input pipeline gathers;
memory with the framework loaded."""

NEEDED = ("dispatch", "call")


@dataclass(frozen=True, kw_only=True)
class Machine:
    """Where a profile was measured.

    Attributes:
        device: "cpu" or "gpu".
        name: of the processor or the card, as it calls itself.
        card: the card's name in the catalogue; empty where it is not one of them.
        capability, driver, cuda, cudnn: of the card; empty for a processor.
        framework, version: what ran: "tensorflow", and its version.
        system, python: of the machine.
        cores: that the process may use.
        memory: bytes of the device.
        date: of the measurement, as 2026-11-25.
    """

    device: DeviceKind
    name: str
    framework: str
    version: str
    date: str
    cores: int
    memory: float
    card: str = ""
    capability: str = ""
    driver: str = ""
    cuda: str = ""
    cudnn: str = ""
    system: str = ""
    python: str = ""


@dataclass(frozen=True, kw_only=True)
class Timing:
    """Repeated measurements of one thing.

    Attributes:
        value: the shortest: what it takes while nothing else runs.
        spread: by which share of it half of the samples were above; 0.1: the median was 10 % above.
        samples: how many there were.
    """

    value: float
    spread: float
    samples: int

    @classmethod
    def of(cls, samples: Sequence[float]) -> Timing:
        """Return what samples say: the shortest, since other programs only ever make things slower."""
        ordered = sorted(samples)
        low, middle = ordered[0], ordered[len(ordered) // 2]
        return cls(value=low, spread=middle / low - 1 if low > 0 else 0.0, samples=len(ordered))


@dataclass(frozen=True, kw_only=True)
class KernelTime:
    """How long a kernel took, seconds."""

    kernel: Kernel
    time: Timing


@dataclass(frozen=True, kw_only=True)
class StepTime:
    """How long a training step of a member took, seconds, and by how much it raised memory, bytes.

    Attributes:
        spec: of the member, every field chosen.
        shape: of the windows.
        batch: windows of a step.
        time: of a step.
        memory: resident memory of the process above what it held with the framework loaded; None: not measured.
    """

    spec: MemberSpec
    shape: WindowShape
    batch: int
    time: Timing
    memory: float | None = None


@dataclass(frozen=True, kw_only=True)
class Profile:
    """Everything that was measured on one machine.

    Attributes:
        machine: where.
        kernels: kernels of each class.
        figures: those of FIGURES that were measured, by name.
        steps: whole training steps of members, where they were measured.
    """

    machine: Machine
    kernels: tuple[KernelTime, ...]
    figures: Mapping[str, Timing]
    steps: tuple[StepTime, ...] = ()

    def __hash__(self) -> int:
        """A profile is one of its machine and day."""
        return hash((self.machine, len(self.kernels), len(self.steps)))

    @property
    def source(self) -> str:
        """How a result that rests on it names it."""
        where = self.machine.card or self.machine.name
        return f"measured on {where} with {self.machine.framework} {self.machine.version}, {self.machine.date}"

    def figure(self, name: str) -> Measured | None:
        """Return a figure with unit, source and date; None where it was not measured."""
        if name not in self.figures:
            return None
        quantity = Quantity(self.figures[name].value, FIGURES[name])
        return Measured(quantity=quantity, source=self.source, date=self.machine.date)

    @property
    def knows_memory(self) -> bool:
        """Whether memory was measured: of members, or on a processor of the framework."""
        floor = self.machine.device == "cpu" and "floor" in self.figures
        return floor or any(one.memory is not None for one in self.steps)

    def device(self) -> Device | None:
        """Return the card of the catalogue that this profile is of; None where it is not one."""
        return devices().get(self.machine.card)

    def describes(self, device: Any) -> bool:
        """Return whether it was measured on such a device."""
        name = getattr(device, "name", "")
        return bool(name == (self.machine.card or THIS_MACHINE))


def measured_precisions(profile: Profile) -> frozenset[str]:
    """Return the precisions in which both a product and an element-wise kernel were measured."""
    held = {(one.kernel.precision, one.kernel.kind) for one in profile.kernels}
    names = {precision for precision, _ in held}
    return frozenset(one for one in names if {(one, "gemm"), (one, "elementwise")} <= held)


_ANEW = "`sextet calibrate --out FILE.toml` measures this machine, into a file of another name."
"""Never with the path that was given: it may be a file of data, which a profile would take the place of."""


def read_profile(path: Path) -> Profile:
    """Read a profile that `sextet calibrate` wrote.

    Raises:
        ConfigError: it cannot be read, or holds what no profile holds; says where.
    """
    try:
        values = tomllib.loads(path.read_bytes().decode("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise ConfigError(
            f"Expected a profile, which `sextet calibrate` writes; {path} cannot be read as one: {error}. {_ANEW}"
        ) from error
    try:
        return profile_of(values)
    except ConfigError as error:
        raise ConfigError(f"{path} is no profile: {error} {_ANEW}") from None


def profile_of(values: Mapping[str, Any]) -> Profile:
    """Return the profile of plain values, as `plain_profile` gives them.

    Raises:
        ConfigError: a value is missing, unknown or none that can have been measured.
    """
    _known(values, ("schema", "machine", "figure", "kernel", "step"), "the file")
    if values.get("schema") != SCHEMA:
        raise ConfigError(f"schema must be {SCHEMA}; got {values.get('schema')!r}.")
    machine = from_plain(Machine, _table(values, "machine"), "machine")
    _check_machine(machine)
    figures = {name: _timing(one, f"figure.{name}") for name, one in _table(values, "figure").items()}
    _known(figures, tuple(FIGURES), "figure")
    if missing := [name for name in NEEDED if name not in figures]:
        raise ConfigError(f"figure must hold {' and '.join(missing)}.")
    kernels = tuple(_kernel(one, f"kernel {place}") for place, one in enumerate(_list(values, "kernel"), 1))
    measured = {one.kernel.kind for one in kernels if one.kernel.precision == "float32"}
    if lacking := [kind for kind in KINDS if kind not in measured]:
        raise ConfigError(f"there must be a kernel in float32 of every class; there is none of {', '.join(lacking)}.")
    steps = tuple(_step(one, f"step {place}") for place, one in enumerate(_list(values, "step"), 1))
    return Profile(machine=machine, kernels=kernels, figures=figures, steps=steps)


def plain_profile(profile: Profile) -> dict[str, Any]:
    """Return a profile as plain values."""
    return {
        "schema": SCHEMA,
        "machine": {one.name: getattr(profile.machine, one.name) for one in fields(Machine)},
        "figure": {name: {**vars(time), "unit": FIGURES[name]} for name, time in profile.figures.items()},
        "kernel": [{**one.kernel.plain(), **vars(one.time)} for one in profile.kernels],
        "step": [_plain_step(one) for one in profile.steps],
    }


def _plain_step(step: StepTime) -> dict[str, Any]:
    shape = {one.name: getattr(step.shape, one.name) for one in fields(WindowShape)}
    plain = {"batch": step.batch, **vars(step.time), "spec": spec_to_json(step.spec), "shape": shape}
    return plain if step.memory is None else {"memory": step.memory, **plain}


def _check_machine(machine: Machine) -> None:
    if machine.device not in get_args(DeviceKind):
        raise ConfigError(f"machine.device must be cpu or gpu; got {machine.device!r}.")
    if machine.card and machine.card not in devices():
        raise ConfigError(f"machine.card must be a card of the catalogue; got {machine.card!r}.")
    for name in ("cores", "memory"):
        value = getattr(machine, name)
        if not (math.isfinite(value) and value > 0):
            raise ConfigError(f"machine.{name} must be a number above 0; got {value!r}.")


def _kernel(values: Any, where: str) -> KernelTime:
    if not isinstance(values, Mapping):
        raise ConfigError(f"{where} must be a table; got {values!r}.")
    timing = {key: value for key, value in values.items() if key in _TIMING}
    kernel = Kernel.of_plain({key: value for key, value in values.items() if key not in _TIMING}, where)
    check_precision(kernel.precision)
    return KernelTime(kernel=kernel, time=_timing(timing, where))


def _step(values: Any, where: str) -> StepTime:
    if not isinstance(values, Mapping):
        raise ConfigError(f"{where} must be a table; got {values!r}.")
    _known(values, ("batch", "spec", "shape", "memory", *_TIMING), where)
    batch, memory = values.get("batch"), values.get("memory")
    if isinstance(batch, bool) or not isinstance(batch, int) or batch < 1:
        raise ConfigError(f"{where}: batch must be a whole number from 1; got {batch!r}.")
    spec = spec_from_json(_table(values, "spec"))
    getattr(spec, "require_chosen", lambda: None)()
    shape = from_plain(WindowShape, _table(values, "shape"), f"{where}: shape")
    sizes = [shape.lookback, shape.horizon, shape.past_channels, len(shape.levels)]
    if min(sizes) < 1 or min(shape.future_channels, shape.static_features) < 0:
        raise ConfigError(f"{where}: the sizes of a window must be above 0; got {shape}.")
    timing = _timing({key: values[key] for key in _TIMING if key in values}, where)
    kept = None if memory is None else _number(memory, f"{where}: memory")
    return StepTime(spec=spec, shape=shape, batch=batch, time=timing, memory=kept)


_TIMING = tuple(one.name for one in fields(Timing))


def _timing(values: Any, where: str) -> Timing:
    if not isinstance(values, Mapping):
        raise ConfigError(f"{where} must be a table; got {values!r}.")
    _known(values, (*_TIMING, "unit"), where)
    value = _number(values.get("value"), f"{where}: value")
    spread, samples = values.get("spread", 0.0), values.get("samples", 1)
    if isinstance(samples, bool) or not isinstance(samples, int) or samples < 1:
        raise ConfigError(f"{where}: samples must be a whole number from 1; got {samples!r}.")
    return Timing(value=value, spread=_number(spread, f"{where}: spread", zero=True), samples=samples)


def _number(value: Any, where: str, *, zero: bool = False) -> float:
    good = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    if not good or value < 0 or (value == 0 and not zero) or value > 1e18:
        raise ConfigError(f"{where} must be a number above 0; got {value!r}.")
    return float(value)


def _known(values: Mapping[str, Any], known: tuple[str, ...], where: str) -> None:
    for key in values:
        if key not in known:
            raise ConfigError(f"{where} has no {key!r}{nearest(key, known) or '.'} Known are {', '.join(known)}.")


def _table(values: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = values.get(name, {})
    if not isinstance(found, Mapping):
        raise ConfigError(f"{name} must be a table; got {found!r}.")
    return found


def _list(values: Mapping[str, Any], name: str) -> list[Any]:
    found = values.get(name, [])
    if not isinstance(found, list):
        raise ConfigError(f"{name} must be a list of tables; got {found!r}.")
    return found
