# SPDX-License-Identifier: GPL-2.0-only
"""What outlives an execution: attributes of a user's class and module that are not as they were.

Each execution has a kernel of its own, so what a class counts in itself is forgotten with it; what
it counts in the class or the module is there in the next one. Only plain data is looked at, and
none of the user's own code runs for it.
"""

from collections import deque
from collections.abc import Mapping
from itertools import count, islice
from sys import modules

_PLAIN = (bool, int, float, str, bytes, type(None), count)
_SEVERAL = (list, tuple, set, frozenset, deque, dict)
_ITEMS_MAX = 50
_TEXT_MAX = 60
_NAMED_MAX = 5

State = Mapping[str, str]
"""What plain data there is, by its name, in words."""


def state_of(kernel: type) -> State:
    """Return the plain data of a kernel's own classes and of the modules they are in."""
    found: dict[str, str] = {}
    for cls in kernel.__mro__:
        if cls.__module__.partition(".")[0] in ("vgic", "harness", "builtins", "abc", "typing"):
            continue
        for name, value in list(vars(cls).items()):
            _add(found, f"{cls.__name__}.{name}", value)
        module = modules.get(cls.__module__)
        for name, value in list(vars(module).items()) if module is not None else ():
            _add(found, name, value)
    return found


def outlived(kernel: type, before: State) -> str:
    """Name what is not as it was before any execution; "" if all is."""
    now = state_of(kernel)
    changes = [
        f"{name} (was {_clipped(before.get(name, 'not there'))}, is {_clipped(text)})"
        for name, text in sorted(now.items())
        if before.get(name) != text
    ]
    more = len(changes) - _NAMED_MAX
    named = [*changes[:_NAMED_MAX], *[f"{more} more"] * (more > 0)]
    return ", ".join(named)


def _add(found: dict[str, str], name: str, value: object) -> None:
    if not name.rpartition(".")[2].startswith("__") and type(value) in (*_PLAIN, *_SEVERAL):
        found[name] = _text(value)


def _text(value: object, *, inside: bool = False) -> str:
    """Return a value in words, without a call of anybody's `__repr__` but Python's."""
    if type(value) in _PLAIN:
        return repr(value)
    if inside or not isinstance(value, _SEVERAL):
        return type(value).__name__
    pairs = value.items() if isinstance(value, dict) else zip(value, strict=False)
    items = [
        ": ".join(_text(part, inside=True) for part in pair) for pair in islice(pairs, _ITEMS_MAX)
    ]
    more = len(value) - len(items)
    return f"[{', '.join([*items, *[f'{more} more'] * (more > 0)])}]"


def _clipped(text: str) -> str:
    return text if len(text) <= _TEXT_MAX else f"{text[:_TEXT_MAX]}..."
