"""Signals that are put off until a training heeds them."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator

import pytest

from sextet.training.stopping import Stopping

pytestmark = pytest.mark.skipif(os.name != "posix", reason="sends signals, which Windows has not")


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell that runs tests in the background ignores it
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def press(number: int = signal.SIGINT) -> None:
    os.kill(os.getpid(), number)


def test_it_is_heeded_where_it_is_asked_for() -> None:
    done = []
    with pytest.raises(KeyboardInterrupt), Stopping() as stopping:
        stopping.heed()
        assert not stopping.asked
        press()
        assert stopping.asked
        done.append("a step")
        stopping.heed()
        done.append("never")
    assert done == ["a step"] and signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_second_one_is_heeded_at_once() -> None:
    with pytest.raises(KeyboardInterrupt), Stopping():
        press()
        press()
        raise AssertionError("the second one did nothing")


def test_one_that_waits_at_the_end_is_heeded_then_unless_something_failed() -> None:
    with pytest.raises(KeyboardInterrupt), Stopping():
        press()
    with pytest.raises(ValueError, match="of its own"), Stopping():
        press()
        raise ValueError("of its own")


def test_what_no_python_function_answers_is_left_alone() -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    with Stopping() as stopping:
        assert signal.getsignal(signal.SIGTERM) is signal.SIG_IGN
        press(signal.SIGTERM)
        assert not stopping.asked


def test_outside_the_main_thread_it_does_nothing() -> None:
    heard = []

    def elsewhere() -> None:
        with Stopping() as stopping:
            heard.append((signal.getsignal(signal.SIGINT), stopping.asked))

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert heard == [(signal.default_int_handler, False)]
