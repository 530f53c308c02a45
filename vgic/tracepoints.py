# SPDX-License-Identifier: GPL-2.0-only
"""Tracepoints: what kernel, guest and machine announce, as the real kernel has trace_vgic_*.

They say what they do in plain values, numbers of vCPUs and INTIDs, and know nobody who listens.
What is judged, counted or drawn is the business of listeners, each with a memory of its own. An
execution without any takes the same steps and has the same trace.
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, NamedTuple

from harness.engine import observes
from vgic.data import Exit

observes(__name__)


class Call(NamedTuple):
    """A call of a kernel function.

    Attributes:
        args: what it was called with.
        began: the step at which it was called.
    """

    args: tuple[Any, ...]
    began: int


class Tracepoints:
    """The events; a listener is derived from this and overrides those that it wants to hear.

    vCPUs are given by number. A private interrupt belongs to the vCPU given beside it.
    """

    # The run loop, in the vCPU's own thread.

    def flushing(self, vcpu: int) -> None:
        """The vCPU begins to fill its list registers; interrupts are off."""

    def flushed(self, vcpu: int) -> None:
        """The vCPU has filled its list registers; it may still look at its requests."""

    def turned_back(self, vcpu: int) -> None:
        """The vCPU has found a request before its flush, and does not go in: nothing is undone."""

    def aborted(self, vcpu: int) -> None:
        """The vCPU has found a request after its flush, and syncs instead of going in."""

    def entered(self, vcpu: int) -> None:
        """The vCPU has flushed and goes into its guest."""

    def exited(self, vcpu: int) -> None:
        """The vCPU has left its guest; nothing has been saved or folded yet."""

    def synced(self, vcpu: int) -> None:
        """The vCPU has saved, folded and pruned."""

    def waiting(self, vcpu: int) -> None:
        """The guest waits for an interrupt, and its vCPU is about to sleep unless there is one."""

    def waited(self, vcpu: int) -> None:
        """The vCPU has slept for as long as it had to."""

    # The guest, and what devices do from outside.

    def acknowledged(self, vcpu: int, intid: int) -> None:
        """The guest has acknowledged an interrupt and is in its handler."""

    def found_nothing(self, vcpu: int) -> None:
        """The guest has acknowledged, and there was nothing to acknowledge."""

    def ended(self, vcpu: int, intid: int) -> None:
        """The guest has ended the interrupt of its innermost handler, and so deactivated it."""

    def dropped(self, vcpu: int, intid: int) -> None:
        """The guest has dropped the priority of its innermost handler; the interrupt is active."""

    def deactivating(self, vcpu: int, intid: int) -> None:
        """The guest writes DIR for an interrupt whose priority it, or another, has dropped."""

    def deactivated(self, vcpu: int, intid: int) -> None:
        """What that write does is done, by the hardware or by the host."""

    def ending_again(self, vcpu: int, intid: int) -> None:
        """The guest is about to end what it has ended already, as no honest guest does."""

    def signalled(self, vcpu: int, cell: int) -> None:
        """The guest has set a cell of the memory that all guests share."""

    def awaited(self, vcpu: int, cell: int) -> None:
        """The guest has found a cell set, and goes on."""

    def leaving(self, vcpu: int) -> None:
        """The guest exits by itself, for nothing that would be emulated."""

    def accessing(self, vcpu: int, access: Exit) -> None:
        """An access that the guest has exited for is about to be emulated."""

    def read(self, vcpu: int, intid: int, value: int) -> None:
        """The access that is being emulated has read this of an interrupt."""

    def accessed(self, vcpu: int, access: Exit) -> None:
        """The access has been emulated."""

    def driving(self, vcpu: int, intid: int, level: bool) -> None:
        """A device is about to change the line of an interrupt, or to send an edge."""

    def driven(self, vcpu: int, intid: int, level: bool) -> None:
        """The device has changed the line, or sent the edge."""

    # Kernel functions, in whatever thread they run.

    def queued(self, vcpu: int, intid: int) -> None:
        """An interrupt has been put on the vCPU's list; all locks are released."""

    def queue_restarted(self, vcpu: int, intid: int) -> None:
        """Queueing had both locks, found a change, and starts again."""

    def pruned(self, vcpu: int, intid: int) -> None:
        """An idle interrupt has been taken off the vCPU's list; its lock is still held."""

    def migrated(self, vcpu: int, target: int, intid: int) -> None:
        """An interrupt has been moved from one vCPU's list to another's; locks are released."""

    def prune_restarted(self, vcpu: int, moved: bool) -> None:
        """Prune starts again from the head: it has moved an interrupt, or found a change."""

    def released(self, intid: int) -> None:
        """Nobody has a reference to an LPI, and it is taken out of the table; its lock is held."""

    def halted(self) -> None:
        """Somebody has halted the VM: each vCPU is out of its guest, until he resumes it."""

    def resuming(self) -> None:
        """He who has halted the VM is about to resume it."""

    def found_busy(self) -> None:
        """User space wants all vCPUs for itself, and one is in KVM_RUN: it is told so."""

    def stopped(self) -> None:
        """User space has all vCPUs for itself: none is in KVM_RUN until it lets them go."""

    def continuing(self) -> None:
        """It is about to let them go."""

    def kicked(self, vcpu: int) -> None:
        """Somebody has sent the vCPU an interrupt that makes it leave its guest."""

    def ticked(self, vcpu: int) -> None:
        """The host has sent the CPU of a vCPU that is not outside an interrupt of its own."""

    def returned(self, function: str, call: Call, result: object) -> None:
        """A function of a user's class has returned; this one says it as it is, in objects."""

    # The machine, when nobody has anything left to do.

    def idled(self) -> None:
        """Everybody idles for the first time, and nothing has forced an exit yet."""

    def idled_again(self) -> None:
        """Everybody idles again after each vCPU was forced through another full entry."""

    def drained(self) -> None:
        """Everybody idles again after each vCPU was forced through two full entries."""

    def crossed(self, window: str) -> None:
        """A patch says itself that it came through a window, as patches did in 0.1; not counted."""


EVENTS = tuple(name for name in vars(Tracepoints) if not name.startswith("_"))


def announcer(listeners: Sequence[Tracepoints] = ()) -> "Announcer":
    """Return what kernel, guest and machine call: it passes each event on to those that want it.

    An event that nobody wants costs one call. What each kind of listener wants is found out once.

    Args:
        listeners: they hear of each event in this order.
    """
    return _announcer_to(tuple(map(type, listeners)))(listeners)


class Announcer(Tracepoints):
    """Passes events on.

    Attributes:
        listeners: they hear of each event in this order.
        only_one: the events that one of them wants, with its place: those are called directly.
    """

    only_one: tuple[tuple[str, int], ...] = ()

    def __init__(self, listeners: Sequence[Tracepoints]) -> None:
        self.listeners = listeners
        for event, n in self.only_one:
            setattr(self, event, getattr(listeners[n], event))


@cache
def _announcer_to(kinds: tuple[type, ...]) -> type[Announcer]:
    """Return an announcer to listeners of these kinds, made for them."""
    passed_on: dict[str, object] = {}
    only_one = []
    for event in EVENTS:
        wanted = wanted_by(kinds, event, getattr(Tracepoints, event))
        if len(wanted) == 1:
            only_one.append((event, wanted[0][0]))
        elif wanted:
            passed_on[event] = _to_all(event, wanted)
    return type("Announcer", (Announcer,), {**passed_on, "only_one": tuple(only_one)})


def wanted_by(
    kinds: Sequence[type], event: str, plain: object
) -> tuple[tuple[int, Callable[..., None]], ...]:
    """Return place and function of those classes in which an event is not the plain one."""
    functions = [(n, getattr(kind, event)) for n, kind in enumerate(kinds)]
    return tuple((n, function) for n, function in functions if function is not plain)


def _to_all(event: str, wanted: Sequence[tuple[int, Callable[..., None]]]) -> Callable[..., None]:
    """Return the method that passes an event on; with `*values` an execution takes 4 % more."""

    def of_nothing(self: Announcer) -> None:
        listeners = self.listeners
        for n, function in wanted:
            function(listeners[n])

    def of_a_vcpu(self: Announcer, vcpu: int) -> None:
        listeners = self.listeners
        for n, function in wanted:
            function(listeners[n], vcpu)

    def of_two(self: Announcer, vcpu: int, what: object) -> None:
        listeners = self.listeners
        for n, function in wanted:
            function(listeners[n], vcpu, what)

    def of_three(self: Announcer, vcpu: int, what: object, more: object) -> None:
        listeners = self.listeners
        for n, function in wanted:
            function(listeners[n], vcpu, what, more)

    values = getattr(Tracepoints, event).__code__.co_argcount - 1
    return (of_nothing, of_a_vcpu, of_two, of_three)[values]
