"""Every check, in the order in which they are asked and told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sextet.doctor.case import Case, Check
from sextet.doctor.checks import (
    cards,
    cudnn,
    driver,
    frameworks,
    jax,
    libraries,
    packages,
    presence,
    system,
    tensorflow,
    torch,
    training,
)
from sextet.doctor.finding import Finding, found

CHECKS: tuple[Check, ...] = (
    Check(name="driver and NVML", gates=True, run=presence.driver),
    Check(name="cards on the PCI bus", gates=True, run=presence.fewer),
    Check(name="kernel log", gates=False, run=presence.kernel),
    Check(name="driver against CUDA", gates=True, run=driver.cuda),
    Check(name="branch of the driver", gates=True, run=driver.branch),
    Check(name="cards answer", gates=True, run=cards.answers),
    Check(name="MIG", gates=True, run=cards.mig),
    Check(name="TensorFlow is there", gates=False, run=frameworks.absent),
    Check(name="TensorFlow is known", gates=False, run=tensorflow.known),
    Check(name="TensorFlow against Python", gates=False, run=tensorflow.python),
    Check(name="sextet against Python", gates=False, run=packages.python),
    Check(name="TensorFlow against the system", gates=True, run=tensorflow.system),
    Check(name="TensorFlow with CUDA", gates=True, run=libraries.without_cuda),
    Check(name="TensorFlow against CUDA", gates=True, run=tensorflow.cuda),
    Check(name="TensorFlow against cuDNN", gates=True, run=tensorflow.cudnn),
    Check(name="TensorFlow against the cards", gates=True, run=tensorflow.code),
    Check(name="sextet against the cards", gates=False, run=training.training),
    Check(name="the TensorFlow that sextet trains with", gates=False, run=training.version),
    Check(name="cuDNN against the cards", gates=True, run=cudnn.cudnn),
    Check(name="cuDNN that pip would choose", gates=False, run=cudnn.trap),
    Check(name="CUDA against the cards", gates=True, run=cudnn.cuda),
    Check(name="CUDA libraries", gates=True, run=libraries.missing),
    Check(name="libraries in two versions", gates=False, run=libraries.twice),
    Check(name="LD_LIBRARY_PATH", gates=False, run=libraries.shadowed),
    Check(name="parts of cuDNN", gates=True, run=libraries.parts),
    Check(name="XLA's tools", gates=False, run=libraries.tools),
    Check(name="NCCL", gates=False, run=libraries.nccl),
    Check(name="CUDA_FORCE_PTX_JIT", gates=True, run=libraries.forced),
    Check(name="CUDA families", gates=False, run=libraries.families),
    Check(name="Keras", gates=False, run=packages.keras),
    Check(name="Keras's backend", gates=False, run=frameworks.backend),
    Check(name="numpy", gates=False, run=packages.numpy),
    Check(name="imports", gates=False, run=frameworks.imports),
    Check(name="GPUs that TensorFlow sees", gates=True, run=frameworks.devices),
    Check(name="JAX", gates=False, run=jax.jax),
    Check(name="PyTorch", gates=False, run=torch.torch),
    Check(name="PCIe", gates=False, run=cards.link),
    Check(name="persistence", gates=False, run=cards.persistence),
    Check(name="memory errors", gates=False, run=cards.memory),
    Check(name="power and heat", gates=False, run=cards.power),
    Check(name="who uses the cards", gates=False, run=cards.use),
    Check(name="choice of cards", gates=False, run=cards.choice),
    Check(name="shared memory", gates=False, run=system.memory),
    Check(name="disk", gates=False, run=system.disk),
    Check(name="time zones", gates=False, run=system.zones),
    Check(name="open files", gates=False, run=system.files),
    Check(name="processor", gates=False, run=system.processor),
)


def run(checks: Iterable[Check], case: Case) -> tuple[Finding, ...]:
    """Run checks; one that fails becomes a finding, each finding comes once."""
    findings: dict[Finding, None] = {}
    for check in checks:
        findings.update(dict.fromkeys(_tried(check, case)))
    return tuple(findings)


def _tried(check: Check, case: Case) -> Iterator[Finding]:
    try:
        yield from check.run(case)
    except Exception as error:  # whatever it is: the other checks are to run
        yield found("SXT001", check=check.name, error=f"{type(error).__name__}: {error}")
