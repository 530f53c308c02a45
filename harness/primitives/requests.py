# SPDX-License-Identifier: GPL-2.0-only
"""Requests and IPIs: how one CPU gets another to do something.

A request is a bit in a word, set by any thread and taken by its owner. An IPI is what ends the
other CPU's wait; many sent before it is taken are one. Who sends one may wait until it is taken.
"""

from collections.abc import Callable

from harness.engine import Gate, Operation, Scheduler, operation, operations


class Requests:
    """A word of request bits, each set and taken atomically.

    Attributes:
        bits: those that are set.
        on_make: called with a bit when it was set, by whoever did.
    """

    __slots__ = ("_check", "_make", "_pending", "_scheduler", "_taken", "bits", "name", "on_make")

    def __init__(self, scheduler: Scheduler, instance: str, family: str = "requests") -> None:
        self._scheduler = scheduler
        self.name = f"{family}[{instance}]"
        self.bits = 0
        self.on_make: Callable[[int], None] | None = None
        self._make, self._check, self._pending, self._taken = operations(
            family, self.name, "request", "take", "read", "taken"
        )

    def __repr__(self) -> str:
        return f"Requests({self.name} = {self.bits:#x})"

    def make(self, request: int) -> None:
        """Set a request bit."""
        self._scheduler.point(self._make)
        self.bits |= 1 << request
        if self.on_make is not None:
            self.on_make(request)

    def check(self, request: int) -> bool:
        """Clear a request bit and return whether it was set."""
        self._scheduler.point(self._check)
        was_set = bool(self.bits & 1 << request)
        if was_set:
            self._scheduler.touch(self._taken)
        self.bits &= ~(1 << request)
        return was_set

    def read(self) -> int:
        """Return the bits that are set."""
        self._scheduler.point(self._pending)
        return self.bits

    def pending(self) -> bool:
        """Return whether any request bit is set."""
        self._scheduler.point(self._pending)
        return self.bits != 0

    def glance(self) -> bool:
        """Return whether any request bit is set, in passing: that is no step of its own."""
        if self._scheduler.wants_touches:
            self._scheduler.touch(self._pending)
        return self.bits != 0

    def put(self, request: int) -> None:
        """Set a request bit, as the world outside the modelled threads may."""
        self._scheduler.touch(self._make)
        self.bits |= 1 << request

    def retire(self) -> None:
        """Release what refers back here: nobody makes a request any more."""
        self.on_make = None


class Taking(Gate):
    """The next time that an IPI is taken, and the gate of who waits for that.

    Attributes:
        shut: it was not taken yet.
    """

    __slots__ = ("_name", "shut")

    def __init__(self, name: str) -> None:
        self._name = name
        self.shut = True

    def describe_wait(self) -> str:
        """Say what a thread that waits here is waiting for."""
        return f"{self._name} to be taken"


class Ipi(Gate):
    """The inter-processor interrupt of one CPU, and the gate its owner idles at.

    Attributes:
        shut: no interrupt is pending: a waiter has nothing to do.
        on_send: called when another thread sends it, by that one.
    """

    __slots__ = (
        "_handled", "_look", "_not_taken", "_scheduler", "_send", "_take", "_takings", "_wait",
        "name", "on_send", "shut",
    )  # fmt: skip

    idle = True

    def __init__(self, scheduler: Scheduler, instance: str) -> None:
        self._scheduler = scheduler
        self.name = f"ipi[{instance}]"
        self.shut = True
        self.on_send: Callable[[], None] | None = None
        self._wait = Operation("idle", "ipi", self.name, self)
        self._send, self._look, self._take = operations("ipi", self.name, "send", "read", "taken")
        self._handled = operation("complete", "ipi", f"{self.name}.taken")
        self._not_taken = operation("read", "ipi", f"{self.name}.taken")
        self._takings: list[Taking] = []

    def __repr__(self) -> str:
        return f"Ipi({self.name}, {'not pending' if self.shut else 'pending'})"

    @property
    def pending(self) -> bool:
        """Whether the interrupt was sent and not yet taken."""
        if self._scheduler.wants_touches:
            self._scheduler.touch(self._look)
        return not self.shut

    def send(self) -> None:
        """Send the interrupt."""
        self._scheduler.point(self._send)
        if self.on_send is not None:
            self.on_send()
        self.assert_line()

    def assert_line(self) -> None:
        """Make the interrupt pending, as the world outside the modelled threads may."""
        self._scheduler.touch(self._send)
        self.shut = False
        if self._scheduler.wants_growth:
            self._scheduler.opened(self)

    def take(self) -> None:
        """Take the interrupt if it is pending: its handler has nothing to do."""
        self._scheduler.touch(self._take)
        self.shut = True
        if self._takings:
            self._let_go()

    def next_taking(self) -> Taking:
        """Return the next time that it is taken, to be waited for."""
        taking = Taking(self.name)
        self._takings.append(taking)
        return taking

    def is_awaited(self, taking: Taking) -> bool:
        """Tell whether the interrupt has not been taken since that was asked for."""
        if self._scheduler.wants_touches:
            self._scheduler.touch(self._not_taken)
        return taking.shut

    def wait_for_taking(self, taking: Taking) -> None:
        """Wait until the interrupt is taken (smp_call_function with `wait`)."""
        self._scheduler.gated_point(Operation("wait_for", "ipi", f"{self.name}.taken", taking))

    def _let_go(self) -> None:
        """Let those go on who wait until it is taken."""
        self._scheduler.touch(self._handled)
        takings, self._takings = self._takings, []
        for taking in takings:
            taking.shut = False
            if self._scheduler.wants_growth:
                self._scheduler.opened(taking)

    def wait(self) -> None:
        """Idle until the interrupt is pending; it stays so until it is taken."""
        self._scheduler.gated_point(self._wait)

    def retire(self) -> None:
        """Release what refers back here: there is no waiter any more."""
        self.on_send = None
        del self._wait

    def describe_wait(self) -> str:
        """Say what a thread that waits here is waiting for."""
        return f"{self.name}, with nothing to do"
