"""Stamps of a stream as seconds: ISO 8601 at once, other layouts as the readers of files know them."""

from __future__ import annotations

from datetime import UTC, datetime

_EPOCH = datetime(1970, 1, 1)
_EPOCH_UTC = datetime(1970, 1, 1, tzinfo=UTC)
_NS = 1e9


class Clock:
    """Reads one column of stamps; its layout is settled by the first that is not ISO 8601."""

    __slots__ = ("layout",)

    def __init__(self) -> None:
        """Begin without a layout."""
        self.layout = ""

    def second(self, text: str) -> float | None:
        """Return seconds since 1970, by the wall clock where the text names no zone; None where it is no stamp."""
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            return self._other(text)
        apart = moment - _EPOCH if moment.tzinfo is None else moment - _EPOCH_UTC
        return apart.days * 86_400.0 + apart.seconds + apart.microseconds * 1e-6

    def _other(self, text: str) -> float | None:
        text = text.strip()
        if not text or not any(sign.isdigit() for sign in text):
            return None
        import pyarrow as pa  # the readers cost start-up time, which streams of ISO stamps need not pay

        from sextet.data.stamp_text import choose_layout, parse_stamps

        one = pa.array([text])
        if not self.layout:
            found = choose_layout(one)
            if found is None:
                return None
            self.layout = found.name
        parsed = parse_stamps(one, self.layout)
        return float(parsed.ns[0]) / _NS if bool(parsed.ok[0]) else None
