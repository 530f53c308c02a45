# SPDX-License-Identifier: GPL-2.0-only
"""Writing a play: what guests do, one instruction after the other, and what they have to read."""

from collections.abc import Sequence

from stress.plays import Play, ToRead
from stress.traces import SPURIOUS
from vgic import Irq, Parameters
from vgic.accesses import ACTIVE, PENDING, Access
from vgic.data import (
    ACCESS,
    ACKNOWLEDGE,
    AWAIT,
    END,
    EOI_MODE,
    SIGNAL,
    WAIT,
    Instruction,
    Program,
    Pulse,
    dir_of,
    setting,
)


class Guest:
    """What one guest does, and what it has to read.

    Attributes:
        instructions: what it does so far.
        wanted: what some of that has to read.
        vcpu: its number.
    """

    def __init__(self, vcpu: int) -> None:
        self.vcpu = vcpu
        self.instructions: list[Instruction] = []
        self.wanted: list[ToRead] = []

    def does(self, *instructions: Instruction) -> None:
        """Do something."""
        self.instructions += instructions

    def accesses(self, kind: str, intid: int = 0, value: int = 0) -> None:
        """Access a register or a device."""
        self.does(Instruction(ACCESS, Access(kind, intid, value)))

    def acknowledges(self, intid: int) -> None:
        """Acknowledge, and find this."""
        self._reads(intid)
        self.does(ACKNOWLEDGE)

    def finds_nothing(self) -> None:
        """Acknowledge, and find nothing."""
        self.acknowledges(SPURIOUS)

    def is_active(self, intid: int, *, active: bool) -> None:
        """Read GICD_ISACTIVER, and find this."""
        self._reads(int(active))
        self.accesses(ACTIVE, intid)

    def is_pending(self, intid: int, *, pending: bool) -> None:
        """Read GICD_ISPENDR, and find this."""
        self._reads(int(pending))
        self.accesses(PENDING, intid)

    def exits(self) -> None:
        """Exit for nothing."""
        self.does(Instruction(ACCESS))

    def splits(self) -> None:
        """Have an end only drop the priority (EOImode 1)."""
        self.does(setting(EOI_MODE, 1))

    def ends(self, *, dirs: bool = False) -> None:
        """End the innermost handler; and deactivate the first of those that were dropped."""
        self.does(END)
        if dirs:
            self.deactivates(0)

    def deactivates(self, which: int) -> None:
        """Write DIR for one of those that were dropped, counted from the first."""
        self.does(dir_of(which))

    def waits(self) -> None:
        """Wait for an interrupt (WFI)."""
        self.does(WAIT)

    def signals(self, cell: int) -> None:
        """Set a cell."""
        self.does(Instruction(SIGNAL, number=cell))

    def awaits(self, cell: int) -> None:
        """Wait for a cell."""
        self.does(Instruction(AWAIT, number=cell))

    def _reads(self, value: int) -> None:
        self.wanted.append(ToRead(self.vcpu, len(self.instructions), value))


def play_of(
    name: str,
    title: str,
    nr_lr: int,
    irqs: Sequence[Irq],
    guests: Sequence[Guest],
    devices: Sequence[tuple[Pulse, ...]] = (),
) -> Play:
    """Return a play of what guests do.

    Args:
        name: what it is called.
        title: what happens in it.
        nr_lr: list registers of each CPU.
        irqs: the interrupts.
        guests: what the guests do, by number of their vCPUs.
        devices: what the devices do.
    """
    programs = tuple(Program(tuple(guest.instructions), (0,)) for guest in guests)
    parameters = Parameters(nr_lr, tuple(irqs), programs, tuple(devices))
    wanted = tuple(each for guest in guests for each in guest.wanted)
    # Read back, so that what no machine can be is said here.
    checked = Parameters.from_values(parameters.to_values())
    return Play(name, title, (), checked, wanted=wanted)
