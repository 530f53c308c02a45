# SPDX-License-Identifier: GPL-2.0-only
"""A user's class whose functions announce what they return, where their callers are promised it.

The functions that are here are held to their promises by their tests, and announce nothing.
"""

from collections.abc import Callable
from functools import wraps
from inspect import signature
from typing import Any

from vgic.composition.contracted import in_order, not_of_ours
from vgic.judging import PROMISING
from vgic.kernel import Mechanism
from vgic.tracepoints import Call

_Function = Callable[..., Any]


def with_returns_announced(kernel: type[Mechanism]) -> type[Mechanism]:
    """Return a kernel that announces what the functions return that are not of here.

    Args:
        kernel: the kernel; returned as it is if all of them are.
    """
    theirs = not_of_ours(kernel)
    announcing: dict[str, object] = {
        name: _announcing(name, getattr(kernel, name)) for name in PROMISING if name in theirs
    }
    if not announcing:
        return kernel
    inside = {**announcing, "announces_returns": True, "__module__": kernel.__module__}
    made: type[Mechanism] = type(kernel.__name__, (kernel,), inside)
    return made


def _announcing(name: str, function: _Function) -> _Function:
    own = signature(function)

    @wraps(function)
    def _announced(self: Mechanism, *args: Any, **kwargs: Any) -> Any:
        began = self.scheduler.steps
        result = function(self, *args, **kwargs)
        if not self.scheduler.unwinding:
            given = in_order(own.bind(self, *args, **kwargs)) if kwargs else args
            self.trace.returned(name, Call(given, began), result)
        return result

    return _announced
