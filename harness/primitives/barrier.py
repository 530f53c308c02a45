# SPDX-License-Identifier: GPL-2.0-only
"""Barrier: a place where threads wait until all have come, with the rules of threading.Barrier.

It is used again and again: who comes back early waits until all of the last round have left. It is
broken by `abort`, by a party whose time is up, or by an action that raises; then all that wait, and
all that come, get a BrokenBarrier until it is reset. Whoever gets one knows what was stored before
it was broken.
"""

from collections.abc import Callable
from threading import BrokenBarrierError

from harness.engine import Gate, Misbehaviour, Operation, Scheduler, operation
from harness.primitives.atomic_context import check_may_sleep
from harness.primitives.timed import timed_point

_FILLING, _ACTING, _DRAINING = "filling", "acting", "draining"
_RESETTING, _BROKEN = "reset", "broken"


class BrokenBarrier(Misbehaviour, BrokenBarrierError):
    """The barrier is broken, or was reset while a thread waited (threading.BrokenBarrierError)."""


class _Until(Gate):
    """Where threads wait while the barrier is in some state."""

    __slots__ = ("_barrier", "_states", "_what")

    def __init__(self, barrier: "Barrier", what: str, *states: str) -> None:
        self._barrier = barrier
        self._what = what
        self._states = states

    @property
    def shut(self) -> bool:  # type: ignore[override]  # it follows, and is never set
        """Whether the barrier is in such a state."""
        return self._barrier.state in self._states

    def describe_wait(self) -> str:
        """Say what a thread that waits here is waiting for."""
        barrier = self._barrier
        return f"{self._what} {barrier.name}, where {barrier.n_waiting} of {barrier.parties} are"


class Barrier:
    """A barrier for a number of parties (threading.Barrier).

    Attributes:
        name: the barrier with its number, as reports print it.
        parties: how many threads it takes.
        n_waiting: how many are at it.
        state: filling, acting, draining, reset or broken.
    """

    def __init__(
        self,
        scheduler: Scheduler,
        instance: str,
        parties: int,
        action: Callable[[], None] | None = None,
        timeout: float | None = None,
    ) -> None:
        """Make a barrier.

        Args:
            scheduler: the execution's scheduler.
            instance: its number, as reports print it.
            parties: how many threads it takes, at least 1.
            action: done by the last to come, before anybody leaves.
            timeout: of each `wait` that names none.

        Raises:
            ValueError: there are no parties.
        """
        if parties < 1:
            raise NoParties(f"a barrier is for at least one thread, not for {parties}")
        self._scheduler = scheduler
        self.name = f"barrier[{instance}]"
        self.parties = parties
        self.n_waiting = 0
        self.state = _FILLING
        self._action = action
        self._timeout = timeout
        entrance = _Until(self, "the last round to leave", _ACTING, _DRAINING, _RESETTING)
        way_out = _Until(self, "all parties at", _FILLING, _ACTING)
        idle = _Until(self, "the action of", _ACTING)
        self._gates = entrance, way_out, idle
        self._arrive = Operation("arrive", "barrier", self.name, entrance)
        self._leave = Operation("leave", "barrier", self.name, way_out)
        self._abort = Operation("abort", "barrier", self.name, idle)
        self._reset = Operation("reset", "barrier", self.name, idle)

    def __repr__(self) -> str:
        return f"Barrier({self.name}, {self.n_waiting} of {self.parties} wait)"

    @property
    def broken(self) -> bool:
        """Whether it is broken."""
        self._scheduler.point(operation("read", "barrier", self.name))
        return self.state == _BROKEN

    def wait(self, timeout: float | None = None) -> int:
        """Wait until all parties have come.

        Args:
            timeout: how large it is does not matter; when it is up the barrier breaks.

        Returns:
            which of the parties this thread was, from 0; each number is that of one of them.

        Raises:
            BrokenBarrier: it is broken, or was reset meanwhile.
        """
        scheduler = self._scheduler
        check_may_sleep(scheduler, f"wait at {self.name}", "barrier")
        scheduler.gated_point(self._arrive)
        if scheduler.unwinding:
            return 0
        if self.state == _BROKEN:
            scheduler.touch(self._leave)
            raise BrokenBarrier(f"{self.name} is broken")
        index = self.n_waiting
        self.n_waiting += 1
        try:
            if self.n_waiting == self.parties:
                self._release()
            else:
                self._wait(self._timeout if timeout is None else timeout)
            return index
        finally:
            self.n_waiting -= 1
            if not self.n_waiting and self.state in (_DRAINING, _RESETTING):
                self._become(_FILLING)

    def abort(self) -> None:
        """Break it: whoever waits or comes gets a BrokenBarrier until it is reset."""
        self._scheduler.gated_point(self._abort)
        self._become(_BROKEN)

    def reset(self) -> None:
        """Make it as new; whoever waits gets a BrokenBarrier."""
        self._scheduler.gated_point(self._reset)
        if not self.n_waiting:
            self._become(_FILLING)
        elif self.state in (_FILLING, _BROKEN):
            self._become(_RESETTING)

    def _release(self) -> None:
        """Let the others go, after the action."""
        self._scheduler.touch(self._leave)
        if self._action is not None:
            self._act(self._action)
        self._become(_DRAINING)

    def _act(self, action: Callable[[], None]) -> None:
        """Do the action: after all that the parties did before, and before all they do then."""
        self.state = _ACTING
        try:
            action()
        except BaseException:
            self._become(_BROKEN)
            raise
        finally:
            if not self._scheduler.unwinding:
                self._scheduler.touch(self._arrive)

    def _wait(self, timeout: float | None) -> None:
        scheduler = self._scheduler
        if timeout is None:
            scheduler.gated_point(self._leave)
        elif timed_point(scheduler, self._leave, timeout):
            scheduler.touch(self._leave)
        elif self.state == _ACTING:
            scheduler.gated_point(self._leave)
        else:
            self._become(_BROKEN)
        if self.state in (_RESETTING, _BROKEN) and not scheduler.unwinding:
            raise BrokenBarrier(f"{self.name} was {self.state} while this thread waited")

    def _become(self, state: str) -> None:
        scheduler = self._scheduler
        if scheduler.unwinding:
            return
        self.state = state
        # Who spins until it is broken sees what no operation stands for.
        scheduler.swapped[self.name] = len(scheduler.trace)
        if scheduler.wants_growth:
            for gate in self._gates:
                if not gate.shut:
                    scheduler.opened(gate)


class NoParties(Misbehaviour, ValueError):
    """A barrier is made for no thread."""
