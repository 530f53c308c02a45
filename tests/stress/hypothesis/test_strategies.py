# SPDX-License-Identifier: GPL-2.0-only
"""Is all that is drawn valid, is nothing left out, and does it shrink to the smallest machine?"""

from collections.abc import Callable
from itertools import chain

from hypothesis import HealthCheck, Phase, find, given, settings

from harness import Deviation
from stress.hypothesis import deviations, device_programs, guest_programs, interrupts, machines
from stress.hypothesis.programs import DEEDS
from vgic import Irq, Parameters
from vgic.data import EDGE, FIRST_SPI, LEVEL, Program, Pulse, is_private

DRAWING = settings(
    database=None,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)
EDGE_OF_0 = Irq(FIRST_SPI, EDGE, 0x80, 0)
SMALLEST = Parameters(
    nr_lr=1,
    irqs=(EDGE_OF_0,),
    guests=(Program((), (0,)),),
    devices=((Pulse(FIRST_SPI, level=True, pause=0),),),
)


def kinds(machine: Parameters) -> set[str]:
    return {access.kind for guest in machine.guests for access in guest.accesses}


def overflows(machine: Parameters) -> bool:
    """Whether more interrupts of one vCPU may be pending than it has list registers."""
    pulsed = {pulse.intid for device in machine.devices for pulse in device}
    mine = [irq for irq in machine.irqs if irq.vcpu == 0 and irq.intid in pulsed]
    return len(mine) > machine.nr_lr


KINDS: dict[str, Callable[[Parameters], bool]] = {
    "one vCPU": lambda machine: len(machine.guests) == 1,
    "three vCPUs": lambda machine: len(machine.guests) == 3,
    "one list register": lambda machine: machine.nr_lr == 1,
    "all list registers": lambda machine: machine.nr_lr == 16,
    "two devices": lambda machine: len(machine.devices) == 2,
    "a level": lambda machine: any(irq.config is LEVEL for irq in machine.irqs),
    "a PPI": lambda machine: any(16 <= irq.intid < 32 for irq in machine.irqs),
    "a line that falls": lambda machine: any(not each.level for each in chain(*machine.devices)),
    "late exits": lambda machine: any(max(guest.lateness) == 8 for guest in machine.guests),
    "long": lambda machine: any(len(guest.instructions) > 12 for guest in machine.guests),
    "priorities": lambda machine: len({irq.priority for irq in machine.irqs}) > 3,
    "no deed": lambda machine: not kinds(machine),
    "overflow": overflows,
}


def test_machines_are_valid_and_of_all_kinds() -> None:
    """None is thrown away, either: Hypothesis would become slow, and find little."""
    drawn: list[Parameters] = []

    @settings(DRAWING, max_examples=300)
    @given(machines())
    def draw(machine: Parameters) -> None:
        drawn.append(machine)
        assert Parameters.from_values(machine.to_values()) == machine

    draw()
    assert [kind for kind, is_one in KINDS.items() if not any(map(is_one, drawn))] == []
    assert set(DEEDS) <= set().union(*map(kinds, drawn))


def test_everything_shrinks_to_the_smallest() -> None:
    # The first that Hypothesis tries is what it would shrink to.
    anything = settings(DRAWING, max_examples=1)
    assert find(machines(), lambda _: True, settings=anything) == SMALLEST
    assert find(interrupts(), lambda _: True, settings=anything) == EDGE_OF_0
    irqs = (EDGE_OF_0, Irq(FIRST_SPI + 1, EDGE, 0x80, 0))
    assert find(guest_programs(irqs), lambda _: True, settings=anything) == Program((), (0,))
    assert find(device_programs(irqs), lambda _: True, settings=anything) == SMALLEST.devices[0]
    assert find(deviations(), lambda _: True, settings=anything) == ()


@settings(DRAWING, max_examples=50)
@given(interrupts(nr_vcpus=3))
def test_an_interrupt_is_one_that_a_machine_can_have(irq: Irq) -> None:
    idle = Program((), (0,))
    Parameters.from_values(Parameters(1, (irq,), (idle,) * 3, ()).to_values())
    assert irq.config is EDGE or not is_private(irq.intid) or irq.intid >= 16


@settings(DRAWING, max_examples=50)
@given(deviations(SMALLEST))
def test_a_schedule_is_of_the_threads_of_its_machine(schedule: tuple[Deviation, ...]) -> None:
    assert {role for each in schedule for role in (each.role, each.to)} <= {"vcpu0", "dev0"}
    assert len({(each.role, each.n) for each in schedule}) == len(schedule)
