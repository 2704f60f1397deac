"""What the driver says through NVML: its version and every GPU, also where a card or the driver fails."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sextet.hardware.capability import Capability
from sextet.hardware.gpu import Gpu, Process
from sextet.hardware.peers import links
from sextet.hardware.version import Version, version

PATIENCE = 20.0  # seconds: a machine of eight cards without persistence takes several
LATE = "LATE"
_MODES = ("default", "exclusive thread", "prohibited", "exclusive process")
_THROTTLES = (
    ("nvmlClocksThrottleReasonHwThermalSlowdown", "hardware thermal slowdown"),
    ("nvmlClocksThrottleReasonSwThermalSlowdown", "software thermal slowdown"),
    ("nvmlClocksThrottleReasonHwPowerBrakeSlowdown", "power brake"),
    ("nvmlClocksThrottleReasonHwSlowdown", "hardware slowdown"),
)
# NVML names its failures by number. These say that this card, or this driver, does not have what was asked for, or
# that the user may not ask; the others say that something is wrong.
_HARMLESS = ("NOT_SUPPORTED", "FUNCTION_NOT_FOUND", "NO_PERMISSION", "NOT_FOUND", "ARGUMENT_VERSION_MISMATCH")
# A function that this pynvml lacks, or an answer of a driver newer than it.
_UNREADABLE = (AttributeError, IndexError, TypeError, ValueError)


@dataclass(frozen=True, kw_only=True)
class Nvml:
    """What NVML said.

    Attributes:
        driver: version of the driver.
        cuda: newest CUDA that the driver runs.
        gpus: every GPU, those that do not answer too.
        failure: name of NVML's failure to start, such as "LIB_RM_VERSION_MISMATCH"; "NOT_INSTALLED" where pynvml is
            not, `LATE` where no answer came; empty where it started.
        failure_text: what NVML, or Python, said of it.
    """

    driver: Version | None = None
    cuda: Version | None = None
    gpus: tuple[Gpu, ...] = ()
    failure: str = ""
    failure_text: str = ""


def read(library: Any = None, patience: float = PATIENCE) -> Nvml:
    """Ask NVML, in a thread that is left behind where it does not come back: a dying card can hold a call for good.

    Args:
        library: a module with the functions of `pynvml`; by default that.
        patience: seconds it has.
    """
    answers: list[Nvml | Exception] = []

    def ask() -> None:
        try:
            answers.append(_read(library))
        except Exception as error:  # raised below, in the thread that asked
            answers.append(error)

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(patience)
    if not answers:
        return Nvml(failure=LATE, failure_text=f"no answer in {patience:g} s")
    if isinstance(answers[0], Exception):
        raise answers[0]
    return answers[0]


def _read(library: Any) -> Nvml:
    if library is None:
        try:
            import pynvml
        except ImportError as error:
            return Nvml(failure="NOT_INSTALLED", failure_text=f"the package nvidia-ml-py cannot be imported: {error}")
        library = pynvml
    try:
        library.nvmlInit()
    except library.NVMLError as error:
        return Nvml(failure=_failure(library, error), failure_text=_text(error))
    try:
        return _started(library)
    finally:
        _quietly(library, "nvmlShutdown")


def _started(library: Any) -> Nvml:
    driver = _quietly(library, "nvmlSystemGetDriverVersion")
    cuda = _quietly(library, "nvmlSystemGetCudaDriverVersion_v2")
    try:
        count = int(library.nvmlDeviceGetCount())
    except library.NVMLError as error:
        return Nvml(driver=version(_words(driver)), failure=_failure(library, error), failure_text=_text(error))
    gpus = [_gpu(library, index) for index in range(count)]
    if count > 1:
        handles = [None if gpu.lost else _quietly(library, "nvmlDeviceGetHandleByIndex", gpu.index) for gpu in gpus]
        gpus = [replace(gpu, links=found) for gpu, found in zip(gpus, links(library, handles), strict=True)]
    return Nvml(
        driver=version(_words(driver)),
        cuda=Version.of_cuda(cuda) if cuda else None,
        gpus=tuple(gpus),
    )


def _gpu(library: Any, index: int) -> Gpu:
    try:
        handle = library.nvmlDeviceGetHandleByIndex(index)
    except library.NVMLError as error:
        name = _failure(library, error)
        failures = (("its handle", f"{name}: {_text(error)}"),)
        return Gpu(index=index, failures=failures, lost=name in ("GPU_IS_LOST", "UNKNOWN"))
    return _Asked(library, handle, index).gpu()


class _Asked:
    """Questions to one card; a question that fails gives None and is remembered where the card is at fault."""

    def __init__(self, library: Any, handle: Any, index: int) -> None:
        self._library, self._handle, self._index = library, handle, index
        self._failures: list[tuple[str, str]] = []
        self._lost = False

    def gpu(self) -> Gpu:
        """Ask everything."""
        memory = self._ask("nvmlDeviceGetMemoryInfo")
        values = {
            "name": _words(self._ask("nvmlDeviceGetName")) or "",
            "uuid": _words(self._ask("nvmlDeviceGetUUID")) or "",
            "bus": _words(self._ask("nvmlDeviceGetPciInfo", read=lambda pci: pci.busId)) or "",
            "capability": self._ask("nvmlDeviceGetCudaComputeCapability", read=lambda pair: Capability(*pair)),
            "memory_total": None if memory is None else int(memory.total),
            "memory_free": None if memory is None else int(memory.free),
            "temperature": self._ask("nvmlDeviceGetTemperature", 0),
            "compute_mode": self._ask("nvmlDeviceGetComputeMode", read=lambda mode: _MODES[mode]),
            **self._link(),
            **self._memory_health(),
            **self._power(),
            **self._slices(),
        }
        processes = self._processes()
        return Gpu(index=self._index, **values, processes=processes, failures=tuple(self._failures), lost=self._lost)

    def _link(self) -> dict[str, Any]:
        return {
            "pcie_width": self._ask("nvmlDeviceGetCurrPcieLinkWidth"),
            "pcie_width_max": self._ask("nvmlDeviceGetMaxPcieLinkWidth"),
            "pcie_generation": self._ask("nvmlDeviceGetCurrPcieLinkGeneration"),
            "pcie_generation_max": self._ask("nvmlDeviceGetMaxPcieLinkGeneration"),
            "persistence": self._ask("nvmlDeviceGetPersistenceMode", read=bool),
        }

    def _memory_health(self) -> dict[str, Any]:
        # 1 is an uncorrected error, 0 counts since the driver was loaded.
        return {
            "ecc": self._ask("nvmlDeviceGetEccMode", read=lambda pair: bool(pair[0])),
            "ecc_uncorrected": self._ask("nvmlDeviceGetTotalEccErrors", 1, 0),
            "pages_pending": self._ask("nvmlDeviceGetRetiredPagesPendingStatus", read=bool),
            "remap_failed": self._ask("nvmlDeviceGetRemappedRows", read=lambda rows: bool(rows[3])),
        }

    def _power(self) -> dict[str, Any]:
        library = self._library
        reasons = self._ask("nvmlDeviceGetCurrentClocksThrottleReasons") or 0
        return {
            "power_limit": self._ask("nvmlDeviceGetEnforcedPowerLimit", read=lambda milliwatts: milliwatts / 1000),
            "power_default": self._ask(
                "nvmlDeviceGetPowerManagementDefaultLimit", read=lambda milliwatts: milliwatts / 1000
            ),
            "throttles": tuple(words for name, words in _THROTTLES if reasons & getattr(library, name)),
        }

    def _slices(self) -> dict[str, Any]:
        mig = self._ask("nvmlDeviceGetMigMode", read=lambda pair: bool(pair[0]))
        if not mig:
            return {"mig": mig}
        most = self._ask("nvmlDeviceGetMaxMigDeviceCount") or 0
        name = "nvmlDeviceGetMigDeviceHandleByIndex"
        found = [_quietly(self._library, name, self._handle, place) for place in range(most)]
        return {"mig": mig, "mig_instances": sum(handle is not None for handle in found)}

    def _processes(self) -> tuple[Process, ...]:
        running: Sequence[Any] = self._ask("nvmlDeviceGetComputeRunningProcesses") or ()
        return tuple(Process(pid=int(one.pid), memory=one.usedGpuMemory) for one in running)

    def _ask(self, name: str, *rest: Any, read: Callable[[Any], Any] = lambda answer: answer) -> Any:
        library = self._library
        try:
            return read(getattr(library, name)(self._handle, *rest))
        except library.NVMLError as error:
            failure = _failure(library, error)
            if failure not in _HARMLESS:
                self._failures.append((name.removeprefix("nvmlDeviceGet"), f"{failure}: {_text(error)}"))
            self._lost |= failure == "GPU_IS_LOST"
        except _UNREADABLE:
            pass
        return None


def _failure(library: Any, error: Any) -> str:
    prefix = "NVML_ERROR_"
    names = (name for name in dir(library) if name.startswith(prefix) and getattr(library, name) == error.value)
    return next(names, f"{prefix}{error.value}").removeprefix(prefix)


def _text(error: Any) -> str:
    return str(error) or type(error).__name__


def _quietly(library: Any, name: str, *arguments: Any) -> Any:
    try:
        return getattr(library, name)(*arguments)
    except (library.NVMLError, *_UNREADABLE):
        return None


def _words(text: Any) -> str | None:
    # Older releases of pynvml answer with bytes.
    return text.decode("utf-8", "replace") if isinstance(text, bytes) else text
