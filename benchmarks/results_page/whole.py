"""The page as a whole: `docs/results.md`."""

from __future__ import annotations

from results_page import ahead, comparisons, others, searched, standings
from results_page.bars import ONLINE, OURS
from results_page.evidence import Evidence
from results_page.markdown import page

HEAD = f"""# Results

What the ensemble scores on public data under the published protocols, beside its members, simple baselines and what
others published. Lower is better unless said otherwise. `python benchmarks/results.py` writes this page from the files
in `benchmarks/results/`; it is not edited by hand.

`{OURS}` is the ensemble as it stands after training; `{ONLINE}` is the same ensemble adapting to truth as it comes
in, as `sextet forecast` and `sextet update` do. `ridge`, `seasonal-naive` and `naive` carry their median error of the
validation part where that makes them better there by more than half a percent; those of the proofs are plain. The bar
and the floor are the project's own."""

RULE = """Every cell is the same request to the same backtest: only what the protocol itself states differs (file,
columns, horizon, division, step, refit). No hyper-parameter belongs to a set; what differs follows from frequency,
length and validation."""

MEMBERS = """Mean pinball loss over thirteen quantiles on the scale standardised by the training rows of each series;
the difference is that of the ensemble to its best member there, and p the chance of one so large where there is none
(Diebold and Mariano 1995, in the unit of the data)."""

REPEAT = """```sh
python benchmarks/cells.py --data DIR               # every cell, the cheap ones first; one that was stopped goes on
python benchmarks/cells.py --data DIR --only M4-Hourly,EPF-NP --seed 1
python benchmarks/cells.py --data DIR --prove-only  # the known figures of every protocol, without training
python benchmarks/spike_warnings.py --data DIR      # warnings ahead, from the cells' backtests
python benchmarks/tuning.py --data DIR --quick --budget 30m --seeds 3  # found settings against the defaults
python benchmarks/results.py --keep out             # take over what was found, and write this page
```

`DIR` holds the public files, or folders with them: `ETTh1.csv` and `ETTm1.csv` of ETDataset, `NP.csv` and `DE.csv`
of epftoolbox (with its `Forecasts_*_DNN_LEAR_ensembles.csv`, if the published figures are to be recomputed),
`Hourly-train.csv` and `Hourly-test.csv` of the M4 competition, `appliances_energy.csv` (`energydata_complete.csv`) of
UCI. Glucose comes with the extra `samples`. A seed gives the same figures twice on one machine; between machines the
last digits differ."""


def written(evidence: Evidence, names: tuple[str, ...]) -> str:
    """Return the page; `names` are all cells there are, so that one that is not measured is said to be so."""
    seeds = others.seeds(evidence)
    return page(
        (
            HEAD,
            RULE,
            "## In short",
            standings.short(evidence, names),
            "### Where it loses",
            standings.losses(evidence),
            *standings.sections(evidence),
            "## The ensemble against its members",
            MEMBERS,
            comparisons.members(evidence),
            "## Accuracy",
            comparisons.accuracy(evidence),
            "## Warnings ahead",
            ahead.warnings(evidence),
            "## What each part is worth",
            "Loss on a validation part without and with it, everything else equal; negative is better.",
            others.ablations(evidence),
            "## Beside other libraries",
            others.competitors(evidence),
            "## What a search adds",
            searched.searched(evidence),
            *(("## Seeds", seeds) if seeds else ()),
            "## Time and machine",
            others.times(evidence),
            "## Repeat it",
            REPEAT,
        )
    )
