# SPDX-License-Identifier: GPL-2.0-only
"""A signal that arrives while somebody waits for a baton is handled, and the wait goes on."""

import signal
import threading
import time
from collections.abc import Callable

import pytest

from harness.engine.batons import Baton, EventfdBaton, LockBaton


@pytest.mark.parametrize("make", [EventfdBaton, LockBaton])
def test_a_wait_outlasts_a_signal(make: Callable[[], Baton]) -> None:
    baton = make()
    handled: list[int] = []
    before = signal.signal(signal.SIGUSR2, lambda number, frame: handled.append(number))

    def wake_after_the_signal() -> None:
        main = threading.main_thread().ident
        assert main is not None
        for _ in range(5):
            time.sleep(0.01)
            signal.pthread_kill(main, signal.SIGUSR2)
        while not handled:
            time.sleep(0.001)
        baton.wake()

    waker = threading.Thread(target=wake_after_the_signal)
    waker.start()
    try:
        baton.wait()
    finally:
        waker.join()
        signal.signal(signal.SIGUSR2, before)
        baton.close()
    assert handled


@pytest.mark.parametrize("make", [EventfdBaton, LockBaton])
def test_a_handler_that_raises_ends_the_wait(make: Callable[[], Baton]) -> None:
    baton = make()

    def refuse(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGUSR2, refuse)
    main = threading.main_thread().ident
    assert main is not None
    timer = threading.Timer(0.05, signal.pthread_kill, (main, signal.SIGUSR2))
    timer.start()
    try:
        with pytest.raises(KeyboardInterrupt):
            baton.wait()
    finally:
        timer.join()
        signal.signal(signal.SIGUSR2, before)
        baton.close()
