# SPDX-License-Identifier: GPL-2.0-only
"""The model's traces: a listener that writes down what guests and devices do and see.

What somebody sends is written before it takes effect, and what is read when it has been: so nobody
is seen to acknowledge what comes later in the trace.
"""

from collections import defaultdict

from harness import Scheduler
from stress.traces.event import NONE, SPURIOUS, Event
from vgic.accesses import ACCESSES, EXITS, TRAPPED_DIR
from vgic.data import AWAIT, SIGNAL, Exit, Kvm, irq_is_pending, is_private
from vgic.tracepoints import Tracepoints


class TraceWriter(Tracepoints):
    """Writes the events of one machine down.

    Attributes:
        events: what happened so far.
    """

    def __init__(self, scheduler: Scheduler) -> None:
        """Begin with nothing written.

        Args:
            scheduler: the execution's scheduler; it knows whose thread is running.
        """
        self.events: list[Event] = []
        self._scheduler = scheduler
        self._reading: defaultdict[int, str] = defaultdict(str)

    def acknowledged(self, vcpu: int, intid: int) -> None:
        """Write what a guest has acknowledged."""
        self._write(vcpu, "acknowledge", intid)

    def found_nothing(self, vcpu: int) -> None:
        """Write that there was nothing."""
        self._write(vcpu, "acknowledge", SPURIOUS)

    def ended(self, vcpu: int, intid: int) -> None:
        """Write what a guest has ended."""
        self._write(vcpu, "end", intid)

    def dropped(self, vcpu: int, intid: int) -> None:
        """Write what a guest has only dropped the priority of."""
        self._write(vcpu, "drop", intid)

    def deactivating(self, vcpu: int, intid: int) -> None:
        """Write what a guest deactivates, whether it exits for that or not."""
        self._write(vcpu, TRAPPED_DIR, intid)

    def ending_again(self, vcpu: int, intid: int) -> None:
        """Write what a guest ends once more."""
        self._write(vcpu, "end again", intid)

    def signalled(self, vcpu: int, cell: int) -> None:
        """Write which cell a guest has set."""
        self._write(vcpu, SIGNAL, cell)

    def awaited(self, vcpu: int, cell: int) -> None:
        """Write which cell a guest has found set."""
        self._write(vcpu, AWAIT, cell)

    def leaving(self, vcpu: int) -> None:
        """Write that a guest exits for nothing."""
        self._write(vcpu, "exit")

    def accessing(self, vcpu: int, access: Exit) -> None:
        """Write an access, unless what it reads is still to come, or it has been written."""
        kind = ACCESSES[access.kind]
        if kind.reads:
            self._reading[vcpu] = access.kind
        elif access.kind == EXITS:
            self._write(vcpu, EXITS)
        elif not access.asks.deactivates:
            writes = kind.names_vcpu or len(kind.values) > 1
            self._write(vcpu, access.kind, access.intid, access.value if writes else NONE)

    def read(self, vcpu: int, intid: int, value: int) -> None:
        """Write what an access has read."""
        self._write(vcpu, self._reading[vcpu], intid, value)

    def driving(self, vcpu: int, intid: int, level: bool) -> None:
        """Write what a device does; what a guest makes one do is written as its access."""
        role = self._scheduler.current.role
        if role.startswith("dev"):
            whose = vcpu if is_private(intid) else NONE
            self.events.append(Event(role, "raise" if level else "lower", intid, whose))

    def idled(self) -> None:
        """Write that everybody idles."""
        self.events.append(Event("all", "idle"))

    def idled_again(self) -> None:
        """Write that everybody idles after another exit and entry."""
        self.events.append(Event("all", "exited"))

    def finish(self, kvm: Kvm) -> None:
        """Write the state of each interrupt of a machine that has come to its end."""
        for irq in kvm.irqs:
            owner = irq.target_vcpu if is_private(irq.intid) else None
            state = irq_is_pending(irq) | irq.active << 1
            who = "all" if owner is None else owner.role
            self.events.append(Event(who, "final", irq.intid, state))

    def _write(self, vcpu: int, what: str, intid: int = NONE, value: int = NONE) -> None:
        self.events.append(Event(f"vcpu{vcpu}", what, intid, value))
