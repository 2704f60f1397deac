"""The options that say on which devices, in which precision and how shared a training goes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from typer import Option

_PANEL = "Devices"


class Precision(StrEnum):
    """In which precision networks are trained."""

    AUTO = "auto"
    FLOAT32 = "float32"
    FLOAT16 = "mixed_float16"
    BFLOAT16 = "mixed_bfloat16"


class ScaleBatch(StrEnum):
    """Whether the batch grows with the GPUs."""

    NONE = "none"
    REPLICAS = "replicas"


class ScaleRate(StrEnum):
    """What becomes of the learning rate where the batch grew."""

    NONE = "none"
    LINEAR = "linear"
    SQRT = "sqrt"


class Communication(StrEnum):
    """How GPUs add up gradients."""

    AUTO = "auto"
    NCCL = "nccl"
    HIERARCHICAL = "hierarchical"
    ONE = "one"


@dataclass(frozen=True, kw_only=True)
class DeviceFlags:
    """On which devices, and how."""

    gpus: Annotated[
        int | None,
        Option("--gpus", min=1, metavar="N", help="GPUs at most.", show_default="all", rich_help_panel=_PANEL),
    ] = None
    precision: Annotated[
        Precision | None,
        Option(
            "--precision",
            help="auto: mixed_float16 on compute capability 7.0 and 7.5, mixed_bfloat16 from 8.0, else float32.",
            show_default="auto",
            rich_help_panel=_PANEL,
        ),
    ] = None
    scale_batch: Annotated[
        ScaleBatch | None,
        Option(
            "--scale-batch",
            help="none: GPUs share --batch; replicas: each has so many windows.",
            show_default="none",
            rich_help_panel=_PANEL,
        ),
    ] = None
    scale_rate: Annotated[
        ScaleRate | None,
        Option(
            "--scale-rate",
            help="Learning rate with --scale-batch replicas: as it is, times the growth of the batch, or its root.",
            show_default="none",
            rich_help_panel=_PANEL,
        ),
    ] = None
    communication: Annotated[
        Communication | None,
        Option(
            "--communication",
            help="How GPUs add up gradients; auto: as they are linked.",
            show_default="auto",
            rich_help_panel=_PANEL,
        ),
    ] = None
    memory_limit: Annotated[
        int | None,
        Option(
            "--memory-limit",
            min=64,
            metavar="MIB",
            help="Memory of each GPU that may be used.",
            show_default="as needed",
            rich_help_panel=_PANEL,
        ),
    ] = None
