"""A machine that is only described: what its files hold, what its commands print, what its NVML answers.

A description is a TOML table. `like` names one in `machines/`, whose tables it is laid over; `gone` lists paths,
commands and packages that this one has not.
"""

from __future__ import annotations

import posixpath
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pynvml

from sextet.hardware.host import Package, Platform, Ran, Room

HERE = Path(__file__).parent
SITE = "/env/lib/python3.11/site-packages"
MIB = 2**20


def described(name: str) -> DescribedHost:
    """The machine of `machines/<name>.toml`."""
    return DescribedHost(whole({"like": name}))


def whole(description: Mapping[str, Any]) -> dict[str, Any]:
    """A description laid over the one it is like."""
    if "like" not in description:
        return dict(description)
    base = whole(tomllib.loads((HERE / "machines" / f"{description['like']}.toml").read_text(encoding="utf-8")))
    return _over(base, {key: value for key, value in description.items() if key != "like"})


def _over(base: Mapping[str, Any], top: Mapping[str, Any]) -> dict[str, Any]:
    both = {**base, **top}
    for key, value in top.items():
        if isinstance(value, Mapping) and isinstance(base.get(key), Mapping):
            both[key] = _over(base[key], value)
    return both


class DescribedHost:
    """A host that answers from a description."""

    def __init__(self, description: Mapping[str, Any]) -> None:
        gone = set(description.get("gone", ()))
        self._all = description
        self.environ: Mapping[str, str] = description.get("environ", {})
        self.nvml: Any = DescribedNvml(description.get("nvml", {"init": pynvml.NVML_ERROR_LIBRARY_NOT_FOUND}))
        self._files = {path: text for path, text in description.get("files", {}).items() if path not in gone}
        self._links = description.get("links", {})
        self._paths = [path for path in (*description.get("paths", ()), *self._links) if path not in gone]
        self._commands = {name: ran for name, ran in description.get("commands", {}).items() if name not in gone}
        self._packages = {name: told for name, told in description.get("packages", {}).items() if name not in gone}
        self.asked: list[str] = []

    def platform(self) -> Platform:
        return Platform(**self._all["platform"])

    def text(self, path: str) -> str | None:
        return self._files.get(path)

    def names(self, folder: str) -> tuple[str, ...]:
        inside = f"{folder.rstrip('/')}/"
        below = (path for path in (*self._files, *self._paths) if path.startswith(inside))
        return tuple(sorted({path.removeprefix(inside).partition("/")[0] for path in below}))

    def real(self, path: str) -> str:
        target = self._links.get(path)
        return self.real(posixpath.join(posixpath.dirname(path), target)) if target else path

    def run(self, command: Sequence[str], seconds: float) -> Ran:
        own = [part for part in command if not part.endswith(".py") and "python" not in part and part != "-P"]
        probe = next((posixpath.basename(part).removesuffix(".py") for part in command if part.endswith(".py")), "")
        name = " ".join([probe, *own] if probe else own)
        self.asked.append(name)
        told = self._commands.get(name)
        if told is None:
            return Ran(code=None, err=f"No such file or directory: {command[0]!r}")
        return Ran(code=0, out=told) if isinstance(told, str) else Ran(**{"code": 0, **told})

    def packages(self) -> Mapping[str, Package]:
        return {name: Package(version=version, folder=SITE) for name, version in self._packages.items()}

    def room(self) -> Room:
        return Room(**self._all.get("room", {}))


class DescribedNvml:
    """NVML as a description has it; what it does not say is not supported, as on a card without it."""

    def __init__(self, told: Mapping[str, Any]) -> None:
        self._told = told

    def __getattr__(self, name: str) -> Any:
        if name.startswith("nvmlDeviceGet"):
            return lambda handle, *rest: _asked(handle, name.removeprefix("nvmlDeviceGet"))
        return getattr(pynvml, name)

    def __dir__(self) -> list[str]:
        return dir(pynvml)

    def nvmlInit(self) -> None:
        _fail(self._told.get("init"))

    def nvmlShutdown(self) -> None:
        pass

    def nvmlSystemGetDriverVersion(self) -> str:
        return str(self._told["driver"])

    def nvmlSystemGetCudaDriverVersion_v2(self) -> int:
        return int(self._told["cuda"])

    def nvmlDeviceGetCount(self) -> int:
        return len(self._cards())

    def nvmlDeviceGetHandleByIndex(self, index: int) -> Mapping[str, Any]:
        card = self._cards()[index]
        _fail(card.get("handle"))
        return card

    def nvmlDeviceGetMigDeviceHandleByIndex(self, handle: Mapping[str, Any], place: int) -> object:
        if place >= handle.get("instances", 0):
            _fail(pynvml.NVML_ERROR_NOT_FOUND)
        return object()

    def _cards(self) -> list[Mapping[str, Any]]:
        return [card for card in self._told.get("card", ()) for _ in range(card.get("count", 1))]


def _fail(code: int | None) -> None:
    if code is not None:
        raise pynvml.NVMLError(code)


def _asked(card: Mapping[str, Any], name: str) -> Any:
    _fail(card.get("failures", {}).get(name))
    answers = {
        "Name": ("name", str),
        "UUID": ("uuid", str),
        "PciInfo": ("bus", lambda bus: SimpleNamespace(busId=bus)),
        "CudaComputeCapability": ("capability", lambda text: tuple(map(int, text.split(".")))),
        "MemoryInfo": ("memory", lambda mib: SimpleNamespace(total=mib[0] * MIB, free=mib[1] * MIB)),
        "CurrPcieLinkWidth": ("width", lambda pair: pair[0]),
        "MaxPcieLinkWidth": ("width", lambda pair: pair[1]),
        "CurrPcieLinkGeneration": ("generation", lambda pair: pair[0]),
        "MaxPcieLinkGeneration": ("generation", lambda pair: pair[1]),
        "PersistenceMode": ("persistence", int),
        "EccMode": ("ecc", lambda on: (int(on), int(on))),
        "TotalEccErrors": ("ecc_errors", int),
        "RetiredPagesPendingStatus": ("pages_pending", int),
        "RemappedRows": ("remapped", tuple),
        "EnforcedPowerLimit": ("power", lambda watts: watts[0] * 1000),
        "PowerManagementDefaultLimit": ("power", lambda watts: watts[1] * 1000),
        "Temperature": ("temperature", int),
        "CurrentClocksThrottleReasons": ("throttle", int),
        "ComputeMode": ("mode", int),
        "MigMode": ("mig", lambda on: (int(on), int(on))),
        "MaxMigDeviceCount": ("instances", lambda count: 7),
        "ComputeRunningProcesses": (
            "processes",
            lambda pairs: [SimpleNamespace(pid=pid, usedGpuMemory=mib * MIB) for pid, mib in pairs],
        ),
    }
    key, read = answers.get(name, ("", str))
    if key not in card:
        _fail(pynvml.NVML_ERROR_NOT_SUPPORTED)
    return read(card[key])
