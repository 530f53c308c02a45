# SPDX-License-Identifier: GPL-2.0-only
"""Do the scenarios for what lies between two reads leave to chance what the races need?"""

from stress.scenarios import SCENARIOS
from vgic import Parameters
from vgic.accesses import PEND
from vgic.data import LEVEL

EXECUTIONS = 200


def machines(scenario: str) -> list[Parameters]:
    """Return what a scenario draws."""
    return [SCENARIOS[scenario].parameters(1, index) for index in range(EXECUTIONS)]


def sent_by_device(machine: Parameters) -> int:
    """Return how many interrupts devices send."""
    return len({pulse.intid for device in machine.devices for pulse in device})


def test_no_number_that_the_sort_goes_by_is_fixed() -> None:
    drawn = machines("keys_change_while_sorting")
    handlers = [sum(irq.priority < 0x80 for irq in machine.irqs) for machine in drawn]
    waiting = [len(machine.irqs) - count for machine, count in zip(drawn, handlers, strict=True)]
    assert set(handlers) == {2, 3, 4}
    assert set(waiting) == {1, 2, 3, 4, 5}
    assert len(set(zip(handlers, waiting, strict=True))) == len(set(handlers)) * len(set(waiting))
    assert {machine.nr_lr for machine in drawn} == {1, 2, 3, 4}
    assert {0, 1, 2} <= {sent_by_device(machine) for machine in drawn}


def test_an_unforeseen_overflow_needs_the_one_that_changes() -> None:
    for machine in machines("overflow_unforeseen"):
        changing, *handlers = machine.irqs
        assert len(handlers) == machine.nr_lr
        assert all(irq.priority < changing.priority for irq in handlers)


def test_the_lines_stay_down_where_software_pends() -> None:
    for machine in machines("pended_while_ending"):
        assert not machine.devices
        assert all(irq.config is LEVEL for irq in machine.irqs)
        assert {access.kind for guest in machine.guests for access in guest.accesses} == {PEND}
