"""The state of each card: link, memory, power, heat, who uses it, what hides it."""

from __future__ import annotations

from collections.abc import Iterator

from sextet.doctor.case import Case, named
from sextet.doctor.finding import Finding, Level, found
from sextet.doctor.machine import Machine, card_of
from sextet.hardware.gpu import Gpu

GIB = 2**30
BUSY = 0.5  # share of a card's memory that is taken before it is said
_LIMIT_SLACK = 0.95  # share of the card's own power limit below which it is said


def answers(case: Case) -> Iterator[Finding]:
    """Find cards that do not answer, answer with failures, or are not known."""
    for gpu in _gpus(case):
        texts = "; ".join(f"{what}: {text}" for what, text in gpu.failures[:3])
        if gpu.lost:
            yield found("SXT207", gpu=gpu.title, text=texts)
        elif gpu.failures:
            yield found("SXT208", gpu=gpu.title, text=texts)
        if not gpu.lost and card_of(gpu) is None:
            yield found("SXT211", gpu=gpu.title)


def mig(case: Case) -> Iterator[Finding]:
    """Find cards that are cut into instances."""
    for gpu in _gpus(case):
        if gpu.mig:
            none = gpu.mig_instances == 0
            yield found(
                "SXT212",
                level=Level.ERROR if none else Level.WARNING,
                gpu=gpu.title,
                instances="no instance" if none else f"{gpu.mig_instances} instances",
                expected="an instance" if none else "MIG off, where one training is to use the whole card",
                fix=f"sudo nvidia-smi mig -i {gpu.index} -cgi 0 -C"
                if none
                else f"sudo nvidia-smi -i {gpu.index} -mig 0",
            )


def link(case: Case) -> Iterator[Finding]:
    """Find narrow PCIe links."""
    for gpu in _gpus(case):
        if gpu.pcie_width and gpu.pcie_width_max and gpu.pcie_width < gpu.pcie_width_max:
            yield found("SXT301", gpu=gpu.title, width=gpu.pcie_width, most=gpu.pcie_width_max, bus=gpu.bus or "BUS")


def persistence(case: Case) -> Iterator[Finding]:
    """Find cards that the driver lets go between programs."""
    off = [gpu for gpu in _gpus(case) if gpu.persistence is False]
    if off and not case.stack.windows:
        yield found("SXT302", gpus=", ".join(gpu.title for gpu in off))


def memory(case: Case) -> Iterator[Finding]:
    """Find memory errors."""
    for gpu in _gpus(case):
        if gpu.ecc_uncorrected:
            yield found("SXT303", gpu=gpu.title, count=gpu.ecc_uncorrected, index=gpu.index)
        if gpu.remap_failed or gpu.pages_pending:
            what = "a row could not be remapped" if gpu.remap_failed else "pages wait to be retired"
            yield found("SXT304", gpu=gpu.title, what=what, index=gpu.index)


def power(case: Case) -> Iterator[Finding]:
    """Find lowered power limits and cards that slow themselves down."""
    for gpu in _gpus(case):
        if gpu.power_limit and gpu.power_default and gpu.power_limit < _LIMIT_SLACK * gpu.power_default:
            limit, default = f"{gpu.power_limit:.0f}", f"{gpu.power_default:.0f}"
            yield found("SXT305", gpu=gpu.title, limit=limit, default=default, index=gpu.index)
        if gpu.throttles:
            yield found(
                "SXT307",
                gpu=gpu.title,
                why_slow=", ".join(gpu.throttles),
                temperature="?" if gpu.temperature is None else gpu.temperature,
            )


def use(case: Case) -> Iterator[Finding]:
    """Find cards whose memory others hold, and cards that take no program, or no second one."""
    for gpu in _gpus(case):
        if gpu.memory_total and gpu.memory_free is not None and gpu.memory_free < (1 - BUSY) * gpu.memory_total:
            yield found(
                "SXT306",
                gpu=gpu.title,
                free=f"{gpu.memory_free / GIB:.1f} GiB",
                total=f"{gpu.memory_total / GIB:.1f} GiB",
                who=_who(gpu),
            )
        if gpu.compute_mode == "prohibited":
            why = "It was set to run no CUDA program."
            yield found("SXT308", gpu=gpu.title, mode=gpu.compute_mode, index=gpu.index, why=why)
        elif gpu.compute_mode == "exclusive process" and gpu.processes:
            why = "It takes one program at a time, and one is there."
            yield found("SXT308", gpu=gpu.title, mode=gpu.compute_mode, index=gpu.index, why=why)


def choice(case: Case) -> Iterator[Finding]:
    """Find rigs of differing cards, and what CUDA_VISIBLE_DEVICES does to them."""
    machine = case.machine
    if machine is None:
        return
    if len({card.name for card in case.cards}) > 1:
        yield found("SXT309", cards=named(case.cards))
    shown = machine.environ.get("CUDA_VISIBLE_DEVICES")
    if shown is None or not machine.nvml.gpus:
        return
    numbers = all(part.strip().isdigit() for part in shown.split(","))
    differing = len({gpu.name for gpu in machine.nvml.gpus}) > 1
    if numbers and differing and machine.environ.get("CUDA_DEVICE_ORDER") != "PCI_BUS_ID":
        yield found("SXT310", shown=shown)
    elif len(machine.visible) < len(machine.nvml.gpus):
        yield found("SXT311", shown=shown, visible=len(machine.visible), present=len(machine.nvml.gpus))


def _gpus(case: Case) -> tuple[Gpu, ...]:
    machine: Machine | None = case.machine
    return machine.nvml.gpus if machine else ()


def _who(gpu: Gpu) -> str:
    if not gpu.processes:
        return "no process is told"
    texts = [
        f"process {one.pid}{f' has {one.memory / GIB:.1f} GiB' if one.memory else ''}" for one in gpu.processes[:3]
    ]
    more = len(gpu.processes) - 3
    return ", ".join(texts) + (f" and {more} more" if more > 0 else "")
