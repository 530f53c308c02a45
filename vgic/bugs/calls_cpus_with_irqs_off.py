# SPDX-License-Identifier: GPL-2.0-only
"""calls_cpus_with_irqs_off: a request is made of all vCPUs by who has interrupts off."""

from vgic.bugs.bug import Bug
from vgic.kernel import Mechanism
from vgic.revisions import CountsSpis


class CallsCpusWithIrqsOff(Mechanism):
    """The first shared interrupt in flight makes one request of all vCPUs, whoever injects it.

    That calls the CPUs of those that are in their guests, and waits for what others have called
    them for. An irqfd injects with interrupts off, or out of a handler: the kernel warns, and two
    who call each other would wait for ever. As shipped since 6.19: docs/findings.md, F11.
    """

    is_first_in_flight = CountsSpis.is_first_in_flight
    announce_to_all = CountsSpis.announce_to_all


RECORD = Bug(
    name="calls_cpus_with_irqs_off",
    cls=CallsCpusWithIrqsOff,
    found_as=("warning",),
    guest_sees=False,
    date="2026-11",
    commit="1c3b3cadcd69",
    applies_to=("reference",),
)
