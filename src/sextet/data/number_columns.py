"""How the numbers of each column of a source are written; a file writes them in one way, so columns tell of others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sextet.data.number_text import NumberStyle, number_style, shown_sign
from sextet.data.source import Source
from sextet.data.values import looks_numeric, texts_of


def number_styles(
    source: Source, columns: Iterable[str], decimal: str | None = None
) -> tuple[dict[str, NumberStyle], str | None, tuple[str, ...]]:
    """See from the first rows of a source how the numbers of `columns` are written.

    Args:
        source: what is read.
        columns: those to be read as numbers.
        decimal: the sign before decimals where a column does not prove it; None: what other columns prove.

    Returns:
        The styles by column; the sign before decimals, None where no number shows one; and notes on columns in doubt.
    """
    texts = {name: texts_of(source.head[name]) for name in columns}
    styles = {name: number_style(values, source.grouped, decimal) for name, values in texts.items()}
    if any(style.doubt for style in styles.values()):
        elsewhere = _elsewhere(source, styles)
        styles = {name: number_style(values, source.grouped, elsewhere) for name, values in texts.items()}
    return styles, _sign(texts, styles), (*_notes(styles), *_contradicted(texts, styles, decimal))


def _contradicted(
    texts: Mapping[str, list[str]], styles: Mapping[str, NumberStyle], decimal: str | None
) -> tuple[str, ...]:
    """Say which column proves another sign before decimals than the one that the user named."""
    for name, style in styles.items():
        proved = style.decimal if "" not in (style.decimal, style.group) else ""
        if decimal and proved and proved != decimal and not style.doubt:
            value = next((text for text in texts[name] if proved in text), "")
            if value:
                return (
                    f"Column {name!r} was read with {proved} before decimals, against --decimal {decimal}: values such "
                    f"as {value.strip()!r} cannot be read otherwise.",
                )
    return ()


def _notes(styles: Mapping[str, NumberStyle]) -> tuple[str, ...]:
    doubted = [name for name, style in styles.items() if style.doubt]
    if not doubted:
        return ()
    also = f" {len(doubted) - 1} more columns could be read both ways." if len(doubted) > 1 else ""
    return (styles[doubted[0]].note(doubted[0]) + also,)


def _elsewhere(source: Source, styles: Mapping[str, NumberStyle]) -> str | None:
    """The sign before decimals that columns without doubt show, used or not; None where they show none, or both."""
    texts = {name: texts_of(source.head[name]) for name in source.columns if looks_numeric(source.head[name], False)}
    known = {name: styles.get(name) or number_style(values, source.grouped) for name, values in texts.items()}
    sure = {name: style for name, style in known.items() if not style.doubt}
    return _sign(texts, sure)


def _sign(texts: Mapping[str, list[str]], styles: Mapping[str, NumberStyle]) -> str | None:
    """The sign before decimals, where the values show one and no other."""
    signs = {shown_sign(texts[name], style) for name, style in styles.items()} - {None}
    return signs.pop() if len(signs) == 1 else None
