# SPDX-License-Identifier: GPL-2.0-only
"""Likenesses of classes: an object changes its behaviour and stays what it is."""

from collections.abc import Callable


class Likeness:
    """Classes whose instances look inside like those of a class, with methods of their own."""

    def __init__(self, methods: dict[str, Callable[..., object]]) -> None:
        """Make none yet.

        Args:
            methods: what each likeness has instead of the methods of its class.
        """
        self._methods = methods
        self._made: dict[type, type] = {}

    def of(self, plain: type) -> type:
        """Return the likeness of a class."""
        if plain not in self._made:
            inside = {"__slots__": (), "__module__": plain.__module__, **self._methods}
            self._made[plain] = type(plain.__name__, (plain,), inside)
        return self._made[plain]
