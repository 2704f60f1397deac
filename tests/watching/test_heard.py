"""What is told besides findings."""

from __future__ import annotations

from sextet.watching.heard import Heard


def test_all_is_counted_and_the_first_are_kept_with_their_reason() -> None:
    heard = Heard()
    for number in range(100):
        heard.row(number, "no time")
        heard.value(number, "no number")
        heard.note("said once")
        heard.note("")
    assert (heard.unreadable, heard.numberless, heard.notes) == (100, 100, ["said once"])
    assert heard.unread[:2] == [(0, "no time"), (1, "no time")] and len(heard.unread) == len(heard.odd) == 20
