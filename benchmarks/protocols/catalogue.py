"""Every cell there is, the cheap ones first."""

from __future__ import annotations

from protocols import appliances, epf, ett, glucose, m4
from protocols.cell import Cell

CELLS: tuple[Cell, ...] = (
    *(*m4.CELLS, *appliances.CELLS, *glucose.CELLS, *epf.CELLS),
    *ett.CELLS,  # by length of file, then of horizon
)
BY_NAME = {cell.name: cell for cell in CELLS}
