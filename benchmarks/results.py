"""Writes docs/results.md from what was measured.

    python benchmarks/results.py                            from the files in benchmarks/results
    python benchmarks/results.py --keep out                 take over what benchmarks wrote below `out` first
    python benchmarks/results.py --published results.csv    renew benchmarks/published.csv first

The table given to --published has the columns dataset, protocol, horizon, model, metric, value and source.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from protocols.catalogue import CELLS
from results_page import published
from results_page.evidence import gather, keep
from results_page.whole import written
from sextet.core.files import write_text

PAGE = Path(__file__).parents[1] / "docs" / "results.md"


def made() -> str:
    """The page, from the files that are kept."""
    names = tuple(cell.name for cell in CELLS)
    return written(gather(names=names), names)


def main() -> int:
    """Take over, write, say what was done."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--keep", type=Path, metavar="OUT", help="folder below which benchmarks wrote")
    parser.add_argument("--published", type=Path, metavar="FILE", help="table of what others published")
    options = parser.parse_args()
    if options.published:
        published.write(published.collected(options.published))
    if options.keep:
        print("taken over:", ", ".join(keep(options.keep)) or "nothing")
    write_text(PAGE, made())
    print(f"wrote {PAGE}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
