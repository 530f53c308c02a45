# SPDX-License-Identifier: GPL-2.0-only
"""The events that kernel, guest and machine announce, in plain values."""

from typing import Any, NamedTuple

from vgic.data import Exit


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

    def sourced(self, vcpu: int, source: int) -> None:
        """The guest of a GICv2 is about to acknowledge an SGI, and reads who has sent it."""

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

    def awaiting(self, vcpu: int, cell: int) -> None:
        """The guest waits until a cell is set, and takes no interrupts meanwhile."""

    def awaited(self, vcpu: int, cell: int) -> None:
        """The guest has found a cell set, and goes on."""

    def configured(self, vcpu: int, name: str, number: int) -> None:
        """The guest has set something of its own CPU interface, by an instruction of this name."""

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

    def wired(self, vcpu: int, intid: int, level: bool) -> None:
        """The output behind a mapped interrupt has changed; the host hears of it when it rises."""

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

    def left_active(self, vcpu: int, intid: int, active: bool) -> None:
        """What a guest would read of an interrupt in GICD_ISACTIVER; just before the end."""

    def drained(self) -> None:
        """Everybody idles again after each vCPU was forced through two full entries."""

    def crossed(self, window: str) -> None:
        """A patch says itself that it came through a window, as patches did in 0.1; not counted."""


EVENTS = tuple(name for name in vars(Tracepoints) if not name.startswith("_"))
