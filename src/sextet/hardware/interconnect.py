"""How the GPUs of a machine reach each other, and by which operation they best add up gradients."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sextet.hardware.gpu import Gpu

NCCL, HIERARCHICAL, ONE = "nccl", "hierarchical", "one"


@dataclass(frozen=True)
class Communication:
    """An operation that adds up gradients, and why it was chosen.

    Attributes:
        way: "nccl", "hierarchical" or "one"; empty where there is nothing to add up.
        reason: one sentence.
    """

    way: str
    reason: str


def choose(gpus: Sequence[Gpu]) -> Communication:
    """Return how `gpus` should add up gradients, as NVML says they are linked.

    NCCL sends a ring over NVLink, or over PCIe where cards reach each other's memory. Where they do not, NCCL goes over
    main memory too, and it is there that it hangs (an IOMMU that redirects peer access); copies in steps do not depend
    on it. Unlike cards wait for the slowest in any ring; one of them adding up is as quick and asks least of them.
    """
    if len(gpus) < 2:
        return Communication("", "One device has nothing to exchange.")
    kinds = sorted({gpu.name for gpu in gpus})
    links = [gpus[i].link_to(gpus[j]) for i in range(len(gpus)) for j in range(i + 1, len(gpus))]
    if len(gpus) == 2 and len(kinds) == 2:
        return Communication(ONE, f"{' and '.join(kinds)} are unlike: the sums are taken on one of the two.")
    if links and all(link == "nvlink" for link in links):
        return Communication(NCCL, "NVLink joins the cards: NCCL sends a ring over it.")
    if None in links:
        return Communication(NCCL, "How the cards are linked is not known; NCCL finds the best way that works.")
    if "none" in links:
        return Communication(
            HIERARCHICAL,
            "Some cards cannot reach each other's memory, so all goes over main memory: copied in steps, since NCCL "
            "gains nothing there and is known to hang.",
        )
    return Communication(NCCL, "The cards reach each other's memory over PCIe: NCCL sends a ring over it.")
