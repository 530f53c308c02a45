# SPDX-License-Identifier: GPL-2.0-only
"""Standing in for standard streams, also in a thread that nobody waits for any more.

Such a thread may come to its end much later, in the middle of something else: then it must not give
back what was there when it began. So who stands in gives back what is still its own.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def standing_in(**streams: Any) -> Iterator[None]:
    """Have other streams stand in for those of `sys`, such as `stdout`, in this context."""
    usual = {name: getattr(sys, name) for name in streams}
    vars(sys).update(streams)
    try:
        yield
    finally:
        for name, stream in streams.items():
            if getattr(sys, name) is stream:
                setattr(sys, name, usual[name])
