"""What the statements are judged on: the rigs they speak of, and the six members in two sizes."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import TypeAlias

from sextet.core.window import WindowShape
from sextet.hardware.catalogue import Device
from sextet.hardware.matrix import matrix
from sextet.hardware.rig import Rig, read_rig
from sextet.planner.compare import compare
from sextet.planner.comparison import Comparison
from sextet.planner.figures import Prediction, Quantity, Quoted
from sextet.planner.job import Job, Sizes, job_of
from sextet.planner.terms import Terms
from sextet.planner.timing.device import Software
from sextet.specs.cnn_lstm import CNNLSTMSpec
from sextet.specs.patchtst import PatchTSTSpec
from sextet.specs.presets import parse_members
from sextet.specs.recurrent import GRUSpec, LSTMSpec
from sextet.specs.spike_detector import SpikeDetectorSpec
from sextet.specs.train_config import TrainConfig

Network: TypeAlias = LSTMSpec | GRUSpec | CNNLSTMSpec | PatchTSTSpec | SpikeDetectorSpec
"""Members with a network."""

WIDE, WIDE_PATCHTST, WIDE_BATCH = 1024, 512, 1024
"""The large members: width of the recurrent layers, width of PatchTST (8 heads, four times as wide inside), windows a
step. So wide that arithmetic decides and not the launches of kernels."""

TIME_MODEL = "predict_time; formulas fitted to DeepBench and NeuSight kernels, errors in docs/planner-model.md"
MEMORY_MODEL = "predict_memory; counted from the spec, margin and errors in docs/hardware.md"
SCALING_MODEL = "timing.scaling; DeepBench's all-reduce and throughput tables, errors in docs/planner-model.md"


@dataclass(frozen=True, kw_only=True)
class Scene:
    """Members of one size.

    Attributes:
        name: as a sentence has it: "small members".
        text: what they are.
        specs: members with a network, every field chosen.
        shape: of the windows.
        batch: windows of a step.
    """

    name: str
    text: str
    specs: tuple[Network, ...]
    shape: WindowShape
    batch: int

    @property
    def patchtst(self) -> PatchTSTSpec:
        """The member that is PatchTST."""
        return next(one for one in self.specs if isinstance(one, PatchTSTSpec))


@dataclass(frozen=True, kw_only=True)
class Setting:
    """Rigs, members and software.

    Attributes:
        many: the rig of more and older cards; few: that of fewer and newer ones; plain: `few` without NVLink.
        job: the training of the small members.
        scenes: the members, small and large.
        software: what trains them.
        today: the day that ends of support are counted from.
    """

    many: Rig
    few: Rig
    plain: Rig
    job: Job
    scenes: tuple[Scene, Scene]
    software: Software
    today: datetime.date

    @property
    def text(self) -> str:
        """What the statements are judged on, in words."""
        sizes = "; ".join(f"{scene.name} are {scene.text}" for scene in self.scenes)
        return (
            f"{self.many} against {self.few}, where it says so {self.plain}. Networks of the preset v6: {sizes}. "
            "Numbers in brackets are ends of 80 % intervals."
        )

    @property
    def old(self) -> Device:
        """A card of `many`."""
        return self.many.devices[0]

    @property
    def new(self) -> Device:
        """A card of `few`."""
        return self.few.devices[0]


@cache
def default_setting() -> Setting:
    """Return three P40 against two V100 with 32 GB, and the training that `sextet plan` takes unless told another."""
    job = job_of(Sizes(), parse_members("v6"), TrainConfig())
    specs, shape, batch = tuple(spec for spec in job.specs if isinstance(spec, Network)), job.shape, job.config.batch
    widths = sorted(spec.width for spec in specs if not isinstance(spec, PatchTSTSpec))
    small = Scene(
        name="small members",
        text=f"as sextet chooses them for {job.data} and a horizon of {shape.horizon}: recurrent layers "
        f"{widths[0]} to {widths[-1]} wide, {batch} windows a step",
        specs=specs,
        shape=shape,
        batch=batch,
    )
    large = Scene(
        name="large members",
        text=f"the same with recurrent layers {WIDE:,} wide, PatchTST {WIDE_PATCHTST} wide, {WIDE_BATCH:,} windows a "
        "step",
        specs=tuple(map(_widened, specs)),
        shape=shape,
        batch=WIDE_BATCH,
    )
    return Setting(
        many=read_rig("3x Tesla P40"),
        few=read_rig("2x V100 SXM2 32GB nvlink"),
        plain=read_rig("2x V100 PCIe 32GB"),
        job=job,
        scenes=(small, large),
        software=Terms().software,
        today=max(datetime.date.fromisoformat(row.date) for row in matrix().tensorflow),
    )


@cache
def planned(setting: Setting) -> Comparison:
    """Return what `sextet plan` says of both rigs and the training of the small members; the newer cards are first."""
    return compare((setting.few, setting.many), setting.job, Terms(software=setting.software))


def _widened(spec: Network) -> Network:
    if isinstance(spec, PatchTSTSpec):
        return replace(spec, width=WIDE_PATCHTST, heads=8, feed_forward=4 * WIDE_PATCHTST)
    return replace(spec, width=WIDE)


def catalogued(one: Device, name: str, unit: str) -> Quoted:
    """Return a value of the catalogue with its source.

    Args:
        one: the card.
        name: of the attribute.
        unit: of the value.
    """
    origin = one.origins[name]
    return Quoted(quantity=Quantity(float(getattr(one, name)), unit), source=origin.source, date=origin.date)


def sources_of(*quoted: Quoted) -> tuple[str, ...]:
    """Return where values of the catalogue were read."""
    return tuple(dict.fromkeys(f"{one.source} ({one.date})" for one in quoted))


def said(found: Prediction, digits: int = 2) -> str:
    """Write a prediction with its interval: "1.03 (0.81 to 1.40)"."""
    return f"{found.value:,.{digits}f} ({found.low:,.{digits}f} to {found.high:,.{digits}f})"


def percent(share: float, digits: int = 0) -> str:
    """Write a share in percent, without a minus before nothing."""
    return f"{round(100 * share, digits) + 0.0:.{digits}f} %"


def named(parts: Sequence[str]) -> str:
    """Join words as a sentence has them: "a, b and c"."""
    return " and ".join(filter(None, (", ".join(parts[:-1]), *parts[-1:])))
