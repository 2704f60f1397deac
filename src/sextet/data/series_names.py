"""Series named by several columns together, and rows that would need another column to be told apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa

from sextet.core.errors import DataError
from sextet.data.arrow_arrays import from_numpy, from_texts
from sextet.data.columns import Roles, id_column
from sextet.data.options import names as listed
from sextet.data.rows import Rows
from sextet.data.source import Source
from sextet.data.values import BadValueError, names, plain, refusal

MIXED = 0.25
"""Share of rows whose time came before from which several series were taken for one."""


def with_joined_ids(source: Source, id: str | tuple[str, ...] | None) -> Source:
    """Return the source with a column more where `id` names several of its columns; it is called "region,product"."""
    parts, column = listed(id), id_column(id, source.columns)
    if len(parts) < 2 or column in source.columns or not set(parts) <= set(source.columns):
        return source
    return JoinedSource(source, parts, str(column))


class JoinedSource(Source):
    """A source with one more column: the names in several of its columns, joined with "/"."""

    def __init__(self, source: Source, parts: Sequence[str], column: str) -> None:
        """Join the names of the first rows; the others as they are read."""
        self._source, self._parts, self._column = source, tuple(parts), column
        self._whole: dict[str, tuple[str, ...]] = {}
        self.name, self.notes, self.rows = source.name, source.notes, source.rows
        self.text, self.grouped = source.text, source.grouped
        self.columns = (*source.columns, column)
        head = [plain(source.head[part]) for part in self._parts]
        self.head = source.head.append_column(column, self._joined(head, 0))

    def batches(self, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """Yield all rows in order, of `columns` only."""
        wanted = [*dict.fromkeys([*(name for name in columns if name != self._column), *self._parts])]
        before = 0
        for batch in self._source.batches(wanted):
            joined = self._joined([batch.column(part) for part in self._parts], before)
            yield pa.RecordBatch.from_arrays([*batch.columns, joined], names=[*batch.schema.names, self._column])
            before += batch.num_rows

    def place(self, row: int) -> str:
        """As of the source."""
        return self._source.place(row)

    def _joined(self, arrays: Sequence[pa.Array], before: int) -> pa.Array:
        """Names of each row in one; two that differ must not become the same.

        Raises:
            DataError: a name is missing, or "a/b" and "c" meet "a" and "b/c".
        """
        codes, known = np.zeros(len(arrays[0]), dtype=np.int64), [()]
        for part, array in zip(self._parts, arrays, strict=True):
            try:
                own, found = names(array)
            except BadValueError as error:
                place = self._source.place(before + error.position)
                raise refusal(self._source.name, place, part, error) from error
            pairs, codes = np.unique(codes * max(len(found), 1) + own, return_inverse=True)
            known = [(*known[pair // len(found)], found[pair % len(found)]) for pair in pairs.tolist()]
        for name in known:
            if self._whole.setdefault("/".join(name), name) != name:
                raise DataError(
                    f"{self._source.name}: {self._whole['/'.join(name)]} and {name} in {self._column} would be one "
                    f"series {'/'.join(name)!r}. Write one of them without its '/'."
                )
        return pa.DictionaryArray.from_arrays(
            from_numpy(codes.astype(np.int32)), from_texts(tuple("/".join(name) for name in known))
        )


def refuse_mixed(rows: Rows, roles: Roles) -> None:
    """Refuse rows of several series that would be taken for one, where a column is there that may tell them apart.

    Raises:
        DataError: a quarter of the rows has a time that its series had before; the columns are named.
    """
    if not roles.maybe_ids:
        return
    order = np.lexsort((rows.ns, rows.codes))
    codes, ns = rows.codes[order], rows.ns[order]
    again = int(((codes[1:] == codes[:-1]) & (ns[1:] == ns[:-1])).sum())
    if again < MIXED * len(ns):
        return
    several = ",".join([*([roles.id] if roles.id else []), *roles.maybe_ids])
    one = "" if roles.id else f" --id {roles.maybe_ids[0]}"
    together = f" --id {several} where they name the series together" if "," in several else ""
    raise DataError(
        f"{rows.source.name}: {again:,} of {len(ns):,} rows have a time that {'their series' if roles.id else 'a row'} "
        f"had before, and {', '.join(roles.maybe_ids)} may tell series apart. Name the series with{one}"
        f"{' or' if one and together else ''}{together}, or leave out columns that do not."
    )
