# SPDX-License-Identifier: GPL-2.0-only
"""What a test says at last: printable lines, and as the last of them the command that replays it.

That line is in the failure itself: neither -q, xdist nor a CI drops it.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from harness.engine import printable_lines
from stress.plugin.failing import HarnessAtFault, SchedulesFailed
from stress.plugin.tokens import command


@contextmanager
def ending(item: pytest.Item) -> Iterator[None]:
    """Have what is raised in this context say all that there is to say, in a test."""
    __tracebackhide__ = True
    try:
        yield
    except SchedulesFailed as failed:
        text = printable_lines(failed.text)
        said = SchedulesFailed(text, failed.signature, failed.tokens)
        if not failed.tokens:
            raise said from None
        raise said.replayed_by(command(item, failed.tokens)) from None
    except HarnessAtFault as fault:
        raise HarnessAtFault(printable_lines(str(fault))) from None
