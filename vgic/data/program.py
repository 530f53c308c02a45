# SPDX-License-Identifier: GPL-2.0-only
"""What guests and devices do, as named values: instructions with arguments, pulses on a line."""

from collections.abc import Iterable, Sequence
from enum import Enum
from typing import Any, NamedTuple, Protocol

from vgic.data.vcpu import Vcpu


class Asks(NamedTuple):
    """What judges ask of an access, in plain values.

    Attributes:
        pends: it makes the interrupt pending, by software, and announces that.
        pends_throughout: whoever acknowledges the interrupt while it lasts may do so because of it.
        announces: it announces the interrupt if that is pending.
        forgives: it takes the pending state away, so that what was sent need not be delivered.
        unmaps: it has an event mapped to nothing, so that what was sent need not be delivered.
        lowers: it lowers the interrupt's line, as its device does.
        field: the field of the interrupt that it writes, "" if none.
        value: what the field is to be; the number of a vCPU where it is one.
        writes: it writes something of the interrupt as software; not so a read, nor what makes a
            device drive its line, which is announced as any device's doing.
        reads: the field of the interrupt that it reads, "" if none that is judged.
        deactivates: it is a write of DIR that was trapped.
        lpis: it has a vCPU's redistributor take LPIs, `on`, or none, `off`; else "".
        rearranges: it changes which LPIs events are mapped to, where these go, or how they are
            configured, of more events than one.
        command: the command of an ITS that it is, by name, if that maps or routes; else "".
        of_all: it turns the distributor `on` or `off`, which is about every interrupt; else "".
    """

    pends: bool = False
    pends_throughout: bool = False
    announces: bool = False
    forgives: bool = False
    unmaps: bool = False
    lowers: bool = False
    field: str = ""
    value: bool | int = False
    writes: bool = True
    reads: str = ""
    deactivates: bool = False
    lpis: str = ""
    rearranges: bool = False
    command: str = ""
    of_all: str = ""


class Exit(Protocol):
    """An access that a guest exits for; vgic.accesses has all there are."""

    @property
    def kind(self) -> str:
        """Which access it is, by name."""

    @property
    def intid(self) -> int:
        """The interrupt it is about."""

    @property
    def value(self) -> int:
        """What is written, 0 if nothing is."""

    @property
    def asks(self) -> Asks:
        """What judges ask of it."""

    @property
    def is_mmio(self) -> bool:
        """Whether it is found on the bus; what else traps is not."""

    def about(self, vcpu: int) -> int:
        """Return whose interrupt it is about, if that is a private one, by the accessing vCPU."""

    def subjects(self, vcpu: int, nr_vcpus: int) -> Sequence[int]:
        """Return whose interrupts it is about, if those are private ones; one in most cases."""

    def emulate(self, kernel: Any, vcpu: Vcpu) -> None:
        """Call the kernel function that the access comes to."""


class Trap(Enum):
    """What a guest exits for, and accesses nothing by."""

    WFI = "wfi"


class RunsInGuestMode(Protocol):
    """What runs on a vCPU while it is in guest mode."""

    def run_guest(self) -> Exit | Trap | None:
        """Run until the vCPU exits; return what it exits for, None for an interrupt."""


class Instruction(NamedTuple):
    """One thing that a guest does.

    Attributes:
        name: `acknowledge`; `end`, of the innermost handler; `end again`, of what was ended last,
            which no honest guest does; `work`, which touches nothing; `access`, which exits;
            `signal`, which sets a cell of memory that all vCPUs share, `await`, which reads one
            until it is set, and `linger`, which takes some time. None of the last three exits;
            `wait`, for an interrupt (WFI), which exits unless there is one; what it does to its
            own CPU interface beside (own_interface.py).
        access: what an `access` is for; None exits for nothing.
        number: the cell of `signal` and `await`; how many turns a `linger` takes at most; what is
            written to the CPU interface.
    """

    name: str
    access: Exit | None = None
    number: int = 0


ACKNOWLEDGE = Instruction("acknowledge")
END = Instruction("end")
END_AGAIN = Instruction("end again")
WORK = Instruction("work")
WAIT = Instruction("wait")
ACCESS = "access"
"""The name of the instruction that has an access as its argument."""
SIGNAL, AWAIT, LINGER = "signal", "await", "linger"
"""The names of those that have a number."""
NR_CELLS = 64
"""How many cells of memory all vCPUs share."""

_M = "m"
LETTERS = {
    "a": ACKNOWLEDGE,
    "e": END,
    "x": END_AGAIN,
    "n": WORK,
    "w": WAIT,
    _M: Instruction(ACCESS),
}
"""How instructions are spelled where a program is written by hand, and in tokens of version 1."""


class Program(NamedTuple):
    """What a guest does.

    Attributes:
        instructions: in order.
        lateness: how many instructions each exit somebody asks for arrives late, in turn and
            then over again.
    """

    instructions: tuple[Instruction, ...]
    lateness: tuple[int, ...]

    @staticmethod
    def spelled(
        letters: Iterable[str], lateness: tuple[int, ...], accesses: Sequence[Exit] = ()
    ) -> "Program":
        """Return a program that is spelled in letters.

        Args:
            letters: a acknowledges, e ends, x ends again, n works, w waits, m does the next access.
            lateness: as in the program.
            accesses: what the m instructions do, in order; those that find none left exit for
                nothing.

        Raises:
            KeyError: a letter that spells nothing.
        """
        left = iter(accesses)
        return Program(
            tuple(
                [
                    Instruction(ACCESS, next(left, None)) if each == _M else LETTERS[each]
                    for each in letters
                ]
            ),
            lateness,
        )

    @property
    def accesses(self) -> tuple[Exit, ...]:
        """The accesses among its instructions, in order."""
        return tuple(each.access for each in self.instructions if each.access is not None)


class HostEvent(NamedTuple):
    """One thing that the host does to the thread of a vCPU.

    Attributes:
        kind: `tick`, an interrupt of the CPU that the vCPU is on, which means nothing to it;
            `signal`, which takes it back to user space; `reschedule`, by which another thread gets
            its CPU; an ioctl of user space (IOCTLS); `close`, the last, by which that ends the VM.
        vcpu: whose thread; what is about none has 0.
        pause: how many steps of other work come before.
    """

    kind: str
    vcpu: int
    pause: int


TICK, POSIX_SIGNAL, RESCHEDULE = HOST_EVENTS = ("tick", "signal", "reschedule")
"""What the host does by itself."""
ATTRIBUTES, UNREGISTER, ROUTES = IOCTLS = ("attributes", "unregister", "routes")
"""What user space calls beside its vCPUs: it stops them and reads the vGIC's attributes, takes a
device off the bus, and writes the table anew by which irqfds find their interrupts."""
CLOSE = "close"
"""What user space does in the end, if that is part of an execution: it has its vCPUs return for
good, and closes the VM, which is destroyed when the last of them has closed it, too."""


class Pulse(NamedTuple):
    """One thing a device does: an interrupt line goes up, or down if that is all it does.

    Attributes:
        intid: whose line.
        level: up, or down.
        pause: how many steps of other work the device does before.
        vcpu: whose interrupt it is if it is private, else 0.
        context: where the kernel is called from: "" is a thread that has interrupts on; an irqfd
            may call with `irqs off`, or out of the handler of a hard `interrupt` (CONTEXTS).
    """

    intid: int
    level: bool
    pause: int
    vcpu: int = 0
    context: str = ""


IRQS_OFF, IN_INTERRUPT = CONTEXTS = ("irqs off", "interrupt")
"""From where an irqfd raises a shared line without a thread of its own."""
