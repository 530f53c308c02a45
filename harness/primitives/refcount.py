# SPDX-License-Identifier: GPL-2.0-only
"""refcount_t, with the kernel's rules (include/linux/refcount.h): a count that is wrong stays put.

A count below zero or past the largest value is saturated: set to the middle of the negative
numbers, from where no realistic number of operations leads back, so that the object leaks rather
than be freed under a holder. The kernel warns when that happens; here the warning ends the
execution, as the failure that it is.

Every operation is one atomic access, so one scheduling point.
"""

from typing import NoReturn

from harness.engine import Failure, Operation, Scheduler, operation, within
from harness.primitives.place import Place, here
from harness.primitives.slab import Freeable, life_of

INT_MAX = (1 << 31) - 1
REFCOUNT_SATURATED = -(1 << 30)


class Refcount:
    """A reference counter.

    Attributes:
        name: the counter with its number, as reports print it.
        value: how many references there are, for code that observes.
    """

    __slots__ = (
        "_dec", "_dec_and_test", "_dec_not_one", "_family", "_inc", "_inc_not_zero", "_inside",
        "_last", "_read", "_scheduler", "_set", "_zeroed", "name", "value",
    )  # fmt: skip

    def __init__(
        self,
        scheduler: Scheduler,
        family: str,
        instance: str,
        value: int = 1,
        *,
        inside: Freeable | None = None,
    ) -> None:
        """Make a counter.

        Args:
            scheduler: the execution's scheduler.
            family: what it counts, as reports print it.
            instance: its number, as reports print it.
            value: how many references there are to begin with.
            inside: the object whose memory it is in: to count in a freed one is a use of it.
        """
        self._scheduler = scheduler
        self._family = family
        self.name = f"{family}[{instance}]"
        self.value = value
        self._inside = inside
        self._zeroed: Place | None = None
        self._read = operation("read", family, self.name)
        self._set = operation("write", family, self.name)
        self._inc = operation("inc", family, self.name)
        self._inc_not_zero = operation("inc_not_zero", family, self.name)
        self._dec = operation("dec", family, self.name)
        self._dec_and_test = operation("dec_and_test", family, self.name)
        self._dec_not_one = operation("dec_not_one", family, self.name)
        self._last = operation("last", family, self.name)

    def __repr__(self) -> str:
        return f"Refcount({self.name} = {self.value})"

    def read(self) -> int:
        """Return the count (refcount_read)."""
        self._point(self._read)
        return self.value

    def set(self, value: int) -> None:
        """Set the count (refcount_set)."""
        self._point(self._set)
        self.value = value

    def inc(self) -> None:
        """Take a reference, having one already (refcount_inc)."""
        self._point(self._inc)
        if self.value == 0:
            self._warn("reference from zero", "takes a reference by a count of zero")
        self._add()

    def inc_not_zero(self) -> bool:
        """Take a reference if there is any (refcount_inc_not_zero); return whether."""
        self._point(self._inc_not_zero)
        if self.value == 0:
            return False
        self._add()
        return True

    def dec_and_test(self) -> bool:
        """Drop a reference; return whether it was the last (refcount_dec_and_test)."""
        self._point(self._dec_and_test)
        if self.value <= 0:
            self._warn("reference underflow", f"drops a reference by a count of {self.value}")
        self.value -= 1
        if self.value == 0:
            self._scheduler.touch(self._last)
            self._zeroed = here(self._scheduler)
        return self.value == 0

    def dec(self) -> None:
        """Drop a reference that is not the last (refcount_dec)."""
        self._point(self._dec)
        if self.value <= 0:
            self._warn("reference underflow", f"drops a reference by a count of {self.value}")
        if self.value == 1:
            self._warn("reference leak", "drops the last reference and does not look whether")
        self.value -= 1

    def dec_not_one(self) -> bool:
        """Drop a reference unless it is the last; return whether (refcount_dec_not_one)."""
        self._point(self._dec_not_one)
        if self.value == 1:
            return False
        if self.value <= 0:
            self._warn("reference underflow", f"drops a reference by a count of {self.value}")
        if self._scheduler.wants_touches:
            self._scheduler.touch(self._dec)
        self.value -= 1
        return True

    def _add(self) -> None:
        if self.value < 0 or self.value == INT_MAX:
            self._warn("reference saturated", f"takes a reference by a count of {self.value}")
        self.value += 1

    def _point(self, about_to: Operation) -> None:
        self._scheduler.point(about_to)
        if self._inside is not None:
            life_of(self._inside).reached()

    def _warn(self, kind: str, does: str) -> None:
        """Saturate and fail, as the kernel saturates and warns; nothing while unwinding."""
        self.value = REFCOUNT_SATURATED
        if not self._scheduler.unwinding:
            self._fail(kind, does)

    def _fail(self, kind: str, does: str) -> NoReturn:
        now, zeroed = here(self._scheduler), self._zeroed
        lines = [f"by {now}"]
        functions = [now.function]
        if zeroed is not None:
            lines.append(f"the last reference was dropped by {zeroed}")
            functions.append(zeroed.function)
        self._scheduler.fail(
            Failure(
                kind=kind,
                message=f"{now.role} {does}{within(now.function)}: {self.name}",
                functions=tuple(functions),
                lock_classes=(self._family,),
                details=tuple(lines),
            )
        )
