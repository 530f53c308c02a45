# SPDX-License-Identifier: GPL-2.0-only
"""Checking what lines of a script say: each alone, and what it refers to once all are read.

So what is wrong is refused by the line that is at fault, not by the last one.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from vgic import NR_LR_MAX, NR_VCPUS_MAX, BadParameters, Irq, Parameters
from vgic.data import EDGE, FIRST_SPI, Exit, Instruction, Program, Pulse, irq_key, is_private

PROMPT = (0,)
"""The lateness of a guest of which a script says nothing."""

_NONE = Program((), PROMPT)
_SOME = Irq(FIRST_SPI, EDGE, 0, 0)


class Reference(NamedTuple):
    """What a line takes to be there.

    Attributes:
        line: the number of the line.
        vcpu: the vCPU that it names, or is about; whose access it is.
        intid: the interrupt that it is about, None if it is about none.
        access: the access that it is, which may be about those of several vCPUs; None if it is
            none.
    """

    line: int
    vcpu: int
    intid: int | None = None
    access: Exit | None = None

    def subjects(self, nr_vcpus: int) -> Sequence[int]:
        """Return the vCPUs that it takes to be there, or to have the interrupt."""
        if self.access is None:
            return (self.vcpu,)
        return self.access.subjects(self.vcpu, nr_vcpus)


def fault_alone(said: Iterable[tuple[int, Irq | Instruction | Pulse]]) -> tuple[int, str] | None:
    """Return the first line that no machine can have, and why; None if each alone is right.

    Args:
        said: what each line says, with its number.
    """
    for line, what in said:
        try:
            _check(what)
        except BadParameters as error:
            return line, str(error)
    return None


def missing(
    references: Sequence[Reference], irqs: Collection[Irq], nr_vcpus: int
) -> tuple[int, str] | None:
    """Return the first line that refers to what is not there, and what that is; None if none."""
    there = {irq_key(irq.intid, irq.vcpu) for irq in irqs}
    for each in sorted(references, key=lambda each: each.line):
        line, intid = each.line, each.intid
        for vcpu in each.subjects(nr_vcpus):
            if vcpu >= nr_vcpus:
                return line, f"there is no vcpu {vcpu}; {nr_vcpus} have a section"
            if intid is not None and irq_key(intid, vcpu) not in there:
                of = f" of vcpu {vcpu}" if is_private(intid) else ""
                return line, f"there is no interrupt {intid}{of}: no `interrupt` line declares it"
    return None


def _check(what: Irq | Instruction | Pulse) -> None:
    """Raise BadParameters if not even the largest machine can have this."""
    irq, guest = _SOME, _NONE
    devices: tuple[tuple[Pulse, ...], ...] = ()
    if isinstance(what, Irq):
        irq = what
    elif isinstance(what, Instruction):
        guest = Program((what,), PROMPT)
    else:
        irq, devices = Irq(what.intid, EDGE, 0, what.vcpu), ((what,),)
    guests = (guest, *(_NONE for _ in range(NR_VCPUS_MAX - 1)))
    Parameters.from_values(Parameters(NR_LR_MAX, (irq,), guests, devices).to_values())
