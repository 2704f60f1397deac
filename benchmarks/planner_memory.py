"""Predicted against published peak memory: fixed batches above the framework's floor, leaving one source out.

    python benchmarks/planner_memory.py --data FOLDER

`FOLDER` holds memory.csv; two rows of another source stand here. Rows whose batch was chosen to fill the card say only
what fits, and are used as that. The margin is the geometric mean of what each row of the other sources asks for, drawn
towards PRIOR with the weight of PRIOR_ROWS rows, since one of the sources has one row.
"""

from __future__ import annotations

import argparse
import csv
import math
from collections.abc import Callable
from pathlib import Path
from statistics import median

import memory_models as models
from sextet.hardware.catalogue import device
from sextet.planner.memory import MIB, memory_parts, usable
from sextet.planner.operations import Work
from sextet.planner.timing.device import Software

PYTORCH = Software(framework="pytorch")
PRIOR, PRIOR_ROWS = 1.1, 2
CONSTANT = 0.93

# What a row of memory.csv begins with -> the model. DLinear lies on the framework's floor and sets it.
JUDGED: dict[str, Callable[[], Work]] = {
    "Transformer, Electricity": models.transformer,
    "Informer, Electricity": models.informer,
    "Autoformer, Electricity": models.autoformer,
    "Pyraformer, Electricity": models.pyraformer,
    "FEDformer, Electricity": models.fedformer,
    "ERNIE-base relation extraction training max_seq 128": lambda: models.bert(8, 128, vocabulary=18_000),
}
LARGE = {"layers": 24, "width": 1024}
# Published elsewhere: (source, model, card, MiB). Nothing was changed for them: they were looked up at the end.
ELSEWHERE = [
    ("Hugging Face, model memory anatomy", models.bert(4, 512, **LARGE), "V100 SXM2 16GB", 14_949),
    ("Hugging Face, model memory anatomy", models.bert(1, 512, **LARGE), "V100 SXM2 16GB", 8_681),
]
# (model, batch on a card, card, whether it fits); fills are batches that their source chose to fill the card.
LABELS: list[tuple[str, Work, str, bool]] = [
    ("ERNIE-base, 256 long, batch 64", models.bert(64, 256, vocabulary=18_000), "Tesla P40", True),
    ("PatchTST pre-training, Electricity", models.patchtst_pretraining(), "V100 SXM2 32GB", False),
    # the largest batch of ModelCenter's documentation, benchmark page
    ("BERT-large, 512 long, batch 11", models.bert(11, 512, **LARGE), "V100 SXM2 32GB", True),
    ("BERT-large, 512 long, batch 12", models.bert(12, 512, **LARGE), "V100 SXM2 32GB", False),
    ("Transformer-XL base, batch 32", models.transformer_xl(32), "V100 SXM2 16GB", False),
    *(
        (f"ResNet-50, batch {batch}", models.resnet50(batch), card, True)
        for batch, card in ((100, "RTX 2080 Ti"), (224, "Quadro RTX 6000"), (296, "V100 SXM2 32GB"))
    ),
    *(
        (f"BERT-base, 384 long, batch {batch}", models.bert(batch, 384), card, True)
        for batch, card in ((10, "RTX 2080 Ti"), (26, "Quadro RTX 6000"), (36, "V100 SXM2 32GB"))
    ),
    *(
        (f"BERT-large, 384 long, batch {batch}", models.bert(batch, 384, **LARGE), card, True)
        for batch, card in ((2, "RTX 2080 Ti"), (8, "Quadro RTX 6000"), (12, "V100 SXM2 32GB"))
    ),
]


Rows = list[tuple[str, Work, str, float]]


def measured(folder: Path) -> Rows:
    """Return (source, work, card, bytes) of the judged rows."""
    units = {"MiB": MIB, "GB": 10**9}
    with (folder / "memory.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    found = [
        (row["source"], build(), row["gpu"], float(row["memory_value"]) * units[row["unit"]])
        for start, build in JUDGED.items()
        for row in rows
        if row["workload"].startswith(start)
    ]
    return found + [(source, work, card, value * float(MIB)) for source, work, card, value in ELSEWHERE]


def margin_of(rows: Rows, prior_rows: int = PRIOR_ROWS) -> float:
    """Return the margin that rows ask for."""
    logs = [prior_rows * math.log(PRIOR)]
    for _, work, _, value in rows:
        parts = memory_parts(work, PYTORCH, margin=1.0)
        logs.append(math.log(max(value - parts.context, 1) / (parts.total - parts.context)))
    return math.exp(sum(logs) / (prior_rows + len(rows)))


def errors_of(rows: Rows, margin: Callable[[Rows], float]) -> list[float]:
    """Return relative errors, the margin of each row being that of the rows of other sources."""
    found = []
    for source, work, _, value in rows:
        rest = [row for row in rows if row[0] != source]
        found.append(memory_parts(work, PYTORCH, margin=margin(rest)).total / value - 1)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder that holds memory.csv")
    rows = measured(parser.parse_args().data)
    errors = errors_of(rows, margin_of)
    constants = []
    print(f"{'model':<14} {'source':<30} {'measured':>9} {'predicted':>9} {'error':>7} {'0.93 x card':>12}")
    for (source, work, card, value), error in zip(rows, errors, strict=True):
        # LTSF-Linear does not name its card; its paper says 12 GB (TITAN Xp)
        constants.append(CONSTANT * device("TITAN Xp" if "not stated" in card else card).memory_bytes / value - 1)
        print(
            f"{work.name:<14} {source[:30]:<30} {value / MIB:>9.0f} {value * (1 + error) / MIB:>9.0f} {error:>+7.1%}"
            f" {constants[-1]:>+12.1%}"
        )
    print("\nmedian and largest absolute error")
    for name, found in (
        ("source left out, drawn towards the prior", errors),
        ("source left out, without the prior", errors_of(rows, lambda rest: margin_of(rest, 0))),
        ("nothing fitted, margin 1", errors_of(rows, lambda _: 1.0)),
        ("constant 0.93 x capacity", constants),
    ):
        print(f"{name:<42} {median(map(abs, found)):>6.1%} {max(map(abs, found)):>6.1%}")
    print(f"margin on all rows: {margin_of(rows):.3f}")
    print("\nfits or does not fit, as published:")
    right = 0
    for name, work, card, fits in LABELS:
        need, room = memory_parts(work, PYTORCH).total, usable(device(card))
        right += (need <= room) == fits
        print(f"{name:<36} {card:<16} needs {need / 2**30:5.1f} of {room / 2**30:5.1f} GiB; published: {fits}")
    print(f"{right} of {len(LABELS)} right")


if __name__ == "__main__":
    main()
