# SPDX-License-Identifier: GPL-2.0-only
"""No verdict depends on a clock: a machine's executions do not count for Hypothesis's deadline.

Unless it is given another one, a test fails whose body takes longer than 200 ms. Executions are
controlled, so how long they take says how busy this computer is and nothing of the code under test.
Livelocks and hangs have limits of their own.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from time import perf_counter

from hypothesis import currently_in_test_context
from hypothesis.control import current_build_context

_LABEL = "execute:schedules"


@contextmanager
def without_deadline() -> Iterator[None]:
    """Have Hypothesis leave the time that this takes out of what it compares with the deadline.

    It does so for the rules of state machines; the same is noted here. A release that notes it in
    another way lets the deadline count again.
    """
    begin = perf_counter()
    try:
        yield
    finally:
        if currently_in_test_context():
            with suppress(AttributeError, TypeError):
                current_build_context().data._stateful_run_times[_LABEL] += perf_counter() - begin
