# SPDX-License-Identifier: GPL-2.0-only
"""Is the guest honest, does it idle when there is nothing to do, and how does it leave?

It runs on real list registers here, filled by hand, with no host around it.
"""

from collections.abc import Callable
from functools import partial

import pytest

from harness import Execution
from vgic import Mechanism
from vgic.accesses import DISABLE, QUIESCE, TRAPPED_DIR, Access
from vgic.data.intids import Config
from vgic.data.program import Program
from vgic.guest import Exits, Guest
from vgic.hardware.list_registers import ListRegister
from vgic.tracepoints import announcer

Operations = Callable[[Execution], list[str]]

EXITS = Exits(partial(Access, QUIESCE), partial(Access, TRAPPED_DIR))


def load(kernel: Mechanism, *intids: int, config: Config = Config.EDGE) -> None:
    """Put interrupts into list registers, each more urgent than the one before."""
    for index, intid in enumerate(intids):
        kernel.kvm.add_irq(intid, config, 0xC0 - 8 * index, 0)
        kernel.kvm.vcpus[0].cpuif.lrs[index] = ListRegister(
            intid, pending=True, group=1, priority=0xC0 - 8 * index
        )


def guest(
    kernel: Mechanism,
    instructions: str,
    lateness: tuple[int, ...] = (0,),
    accesses: tuple[Access, ...] = (),
) -> Guest:
    """Return a guest on vCPU 0 that is kicked out whenever it idles."""
    vcpu = kernel.kvm.vcpus[0]

    def kick() -> bool:
        vcpu.ipi.assert_line()
        return True

    kernel.scheduler.on_quiescence = kick
    program = Program.spelled(instructions, lateness, accesses)
    return Guest(kernel.kvm, vcpu, program, announcer(), EXITS)


def done(story: list[str]) -> str:
    """Spell what the guest did: a, e, n, m, and i for idling."""
    letters = {"acknowledge": "a", "eoi": "e", "work": "n", "access": "m", "idle": "i"}
    words = [line.removeprefix("vcpu0: ").partition(" ")[0] for line in story]
    return "".join(letters[word] for word in words if word in letters)


def test_it_follows_its_program_and_then_idles(
    in_kernel: Callable[..., Execution], operations: Operations
) -> None:
    def body(kernel: Mechanism) -> None:
        load(kernel, 32)
        assert guest(kernel, "nanenn").run_guest() is None

    assert done(operations(in_kernel(body))) == "nanenni"


def test_after_its_program_it_serves_whatever_is_there(
    in_kernel: Callable[..., Execution], operations: Operations
) -> None:
    def body(kernel: Mechanism) -> None:
        load(kernel, 32, 33)
        served = guest(kernel, "")
        served.run_guest()
        assert served.handlers.stack == []
        assert not any(lr.pending or lr.active for lr in kernel.kvm.vcpus[0].cpuif.lrs)

    assert done(operations(in_kernel(body))) == "aeaei"


def test_it_remembers_what_it_acknowledged_outermost_first(
    in_kernel: Callable[..., Execution],
) -> None:
    def body(kernel: Mechanism) -> None:
        load(kernel, 32)
        nested = guest(kernel, "aannnn", (1,))
        vcpu = kernel.kvm.vcpus[0]
        vcpu.ipi.assert_line()
        nested.run_guest()
        vcpu.cpuif.lrs[1] = ListRegister(33, pending=True, group=1, priority=0x40)
        nested.run_guest()
        assert nested.handlers.stack == [32, 33]

    in_kernel(body)


def test_it_ends_the_innermost_handler_first(
    in_kernel: Callable[..., Execution], operations: Operations
) -> None:
    def body(kernel: Mechanism) -> None:
        load(kernel, 32)
        nested = guest(kernel, "aa", (1,))
        vcpu = kernel.kvm.vcpus[0]
        vcpu.ipi.assert_line()
        nested.run_guest()
        vcpu.ipi.take()
        kernel.kvm.add_irq(33, Config.EDGE, 0x40, 0)
        vcpu.cpuif.lrs[1] = ListRegister(33, pending=True, group=1, priority=0x40)
        nested.run_guest()

    story = operations(in_kernel(body))
    ends = [line.split()[-1] for line in story if " ends " in line]
    assert ends == ["33", "32"]


def test_a_spurious_acknowledge_opens_no_handler(
    in_kernel: Callable[..., Execution],
) -> None:
    def body(kernel: Mechanism) -> None:
        idle = guest(kernel, "aa")
        idle.run_guest()
        assert idle.handlers.stack == []
        assert kernel.kvm.vcpus[0].cpuif.ap1r == 0

    in_kernel(body)


def test_with_no_open_handler_an_end_is_other_work(
    in_kernel: Callable[..., Execution], operations: Operations
) -> None:
    def body(kernel: Mechanism) -> None:
        guest(kernel, "eane").run_guest()
        assert kernel.kvm.vcpus[0].cpuif.hcr.eoicount == 0

    assert done(operations(in_kernel(body))) == "nanni"


@pytest.mark.parametrize("late", [0, 1, 3])
def test_a_kick_arrives_that_many_instructions_late(
    in_kernel: Callable[..., Execution], operations: Operations, late: int
) -> None:
    def body(kernel: Mechanism) -> None:
        late_guest = guest(kernel, "nnnnnn", (late,))
        kernel.kvm.vcpus[0].ipi.assert_line()
        assert late_guest.run_guest() is None

    assert done(operations(in_kernel(body))) == "n" * late


@pytest.mark.parametrize(("late", "instructions"), [(0, 1), (1, 1), (2, 2), (5, 5)])
def test_a_maintenance_interrupt_arrives_after_at_least_one_instruction(
    in_kernel: Callable[..., Execution], operations: Operations, late: int, instructions: int
) -> None:
    """At zero lateness an underflow that always holds would never let the guest on."""

    def body(kernel: Mechanism) -> None:
        kernel.kvm.vcpus[0].cpuif.hcr.uie = True
        assert guest(kernel, "nnnnnnn", (late,)).run_guest() is None

    assert done(operations(in_kernel(body))) == "n" * instructions


@pytest.mark.parametrize("late", [0, 9])
def test_a_maintenance_interrupt_arrives_at_once_where_the_guest_would_idle(
    in_kernel: Callable[..., Execution], operations: Operations, late: int
) -> None:
    def body(kernel: Mechanism) -> None:
        kernel.kvm.vcpus[0].cpuif.hcr.uie = True
        assert guest(kernel, "", (late,)).run_guest() is None

    assert done(operations(in_kernel(body))) == ""


def test_a_maintenance_interrupt_whose_condition_has_gone_does_not_come(
    in_kernel: Callable[..., Execution], operations: Operations
) -> None:
    """No list register is pending until the guest has ended what is pending and active."""

    def body(kernel: Mechanism) -> None:
        load(kernel, 32)
        cpuif = kernel.kvm.vcpus[0].cpuif
        cpuif.acknowledge()
        cpuif.lrs[0].pending = True
        cpuif.hcr.npie = True
        handling = guest(kernel, "enn", (2, 0))
        handling.handlers.stack.append(32)
        assert handling.run_guest() is None

    assert done(operations(in_kernel(body))) == "enna"


def test_lateness_is_taken_in_turn_and_over_again(
    in_kernel: Callable[..., Execution], operations: Operations
) -> None:
    def body(kernel: Mechanism) -> None:
        runs = guest(kernel, "n" * 20, (2, 0, 1))
        kernel.kvm.vcpus[0].ipi.assert_line()
        for _ in range(4):
            runs.run_guest()
            kernel.scheduler.note("left")

    story = operations(in_kernel(body))
    lefts = [index for index, line in enumerate(story) if line.endswith("left")]
    counts = [done(story[start:end]) for start, end in zip([0, *lefts], lefts, strict=False)]
    assert counts == ["nn", "", "n", "nn"]


def test_the_exit_asked_for_first_is_not_postponed_by_a_second(
    in_kernel: Callable[..., Execution], operations: Operations
) -> None:
    def body(kernel: Mechanism) -> None:
        load(kernel, 32)
        vcpu = kernel.kvm.vcpus[0]
        vcpu.cpuif.hcr.npie = True
        late = guest(kernel, "annnnn", (3, 9))
        vcpu.ipi.assert_line()
        late.run_guest()

    assert done(operations(in_kernel(body))) == "ann"


def test_a_level_handler_quiesces_its_device_before_it_ends(
    in_kernel: Callable[..., Execution], operations: Operations
) -> None:
    def body(kernel: Mechanism) -> None:
        load(kernel, 40, config=Config.LEVEL)
        handler = guest(kernel, "")
        assert handler.run_guest() == Access(QUIESCE, 40)
        assert handler.handlers.stack == [40]
        assert kernel.kvm.vcpus[0].cpuif.lrs[0].active
        assert handler.run_guest() is None
        assert handler.handlers.stack == []

    assert done(operations(in_kernel(body))) == "amei"


def test_each_acknowledge_of_a_level_quiesces_its_device_anew(
    in_kernel: Callable[..., Execution],
) -> None:
    def body(kernel: Mechanism) -> None:
        load(kernel, 40, config=Config.LEVEL)
        handler = guest(kernel, "")
        vcpu = kernel.kvm.vcpus[0]
        for _ in range(2):
            vcpu.cpuif.lrs[0] = ListRegister(40, pending=True, group=1, priority=0x80)
            vcpu.ipi.take()
            assert handler.run_guest() == Access(QUIESCE, 40)
            assert handler.run_guest() is None

    in_kernel(body)


def test_an_edge_handler_needs_no_access(in_kernel: Callable[..., Execution]) -> None:
    def body(kernel: Mechanism) -> None:
        load(kernel, 32)
        assert guest(kernel, "ae").run_guest() is None

    in_kernel(body)


def test_an_access_of_the_program_exits_and_the_program_goes_on_behind_it(
    in_kernel: Callable[..., Execution], operations: Operations
) -> None:
    access = Access(DISABLE, 32)

    def body(kernel: Mechanism) -> None:
        accessing = guest(kernel, "nmn", accesses=(access,))
        assert accessing.run_guest() == access
        assert accessing.run_guest() is None

    assert done(operations(in_kernel(body))) == "nmni"


def test_a_dishonest_guest_ends_again_what_it_ended_last(
    in_kernel: Callable[..., Execution],
) -> None:
    def body(kernel: Mechanism) -> None:
        load(kernel, 32)
        vcpu = kernel.kvm.vcpus[0]
        dishonest = guest(kernel, "annaex", (1,))
        vcpu.ipi.assert_line()
        dishonest.run_guest()
        vcpu.ipi.take()
        vcpu.cpuif.lrs[1] = ListRegister(33, pending=True, group=1, priority=0x40)
        dishonest.run_guest()
        assert vcpu.cpuif.hcr.eoicount == 1
        assert vcpu.cpuif.ap1r == 0
        assert vcpu.cpuif.lrs[0].active

    in_kernel(body)
