# SPDX-License-Identifier: GPL-2.0-only
"""Is the guest honest, and does an exit reach it neither too early nor too late?

It serves one instruction a step, ends the innermost handler first, has a level's device quiesce
before it ends, and leaves a chosen number of instructions after an exit was asked for.
"""

from collections.abc import Callable
from functools import partial

import pytest

from harness import Execution
from harness.engine.trace import entry_text
from vgic import Mechanism, Parameters
from vgic.accesses import DISABLE, ENABLE, QUIESCE, TRAPPED_DIR, Access
from vgic.data.intids import Config
from vgic.data.program import Program, Pulse, Trap
from vgic.data.vm import Kvm
from vgic.guest import Exits, Guest
from vgic.hardware.list_registers import Hcr, ListRegister
from vgic.parameters import Irq
from vgic.tracepoints import Tracepoints, announcer

OnVcpu0 = Callable[..., Execution]
INSTRUCTIONS = ("acknowledge", "eoi", "work", "access", "idle")

EXITS = Exits(partial(Access, QUIESCE), partial(Access, TRAPPED_DIR))


class Telling(Tracepoints):
    """Notes what the guest acknowledges and ends, and how many handlers it has open then."""

    def __init__(self, kvm: Kvm) -> None:
        self._scheduler = kvm.scheduler
        self._depth = 0

    def acknowledged(self, vcpu: int, intid: int) -> None:
        self._depth += 1
        self._scheduler.note("taken", f"{intid} at depth {self._depth}")

    def ended(self, vcpu: int, intid: int) -> None:
        self._depth -= 1
        self._scheduler.note("ended", f"{intid} to depth {self._depth}")


@pytest.fixture
def guest_runs(on_vcpu0: OnVcpu0) -> Callable[..., list[str]]:
    """Run a program once with these registers loaded; tell its instructions and how it left.

    The vCPU is kicked before it goes in unless `kicked` is unset; then a maintenance interrupt
    has to end it. Registers are (INTID, priority) of edges, levels if above 39.
    """

    def run(
        program: str,
        *registers: tuple[int, int],
        late: int = 50,
        kicked: bool = True,
        hcr: Hcr | None = None,
        entries: int = 1,
        accesses: tuple[Access, ...] = (),
    ) -> list[str]:
        told: list[str] = []

        def body(kernel: Mechanism) -> None:
            kvm, vcpu = kernel.kvm, kernel.kvm.vcpus[0]
            for index, (intid, priority) in enumerate(registers):
                kvm.add_irq(intid, Config.LEVEL if intid > 39 else Config.EDGE, priority, 0)
                lr = ListRegister(intid, pending=True, priority=priority, group=1)
                vcpu.cpuif.lrs[index] = lr
            vcpu.cpuif.hcr = hcr or Hcr()
            guest = Guest(
                kvm, vcpu, Program.spelled(program, (late,), accesses), Telling(kvm), EXITS
            )
            for _ in range(entries):
                if kicked:
                    vcpu.ipi.assert_line()
                access = guest.run_guest()
                assert not isinstance(access, Trap), "none of these waits"
                vcpu.ipi.take()
                kernel.scheduler.note("left", f"{access.kind} {access.intid}" if access else "")
            kernel.scheduler.note("stack", guest.handlers.stack)

        for text in map(entry_text, on_vcpu0(body).trace):
            word = text.split()[0]
            if word in INSTRUCTIONS:
                told.append(word)
            elif word in ("taken", "ended", "left", "stack"):
                told.append(text.strip())
        return told

    return run


GuestRuns = Callable[..., list[str]]


def instructions(told: list[str]) -> list[str]:
    return [each for each in told if each in INSTRUCTIONS]


def handlers(told: list[str]) -> list[str]:
    return [each for each in told if each.startswith(("taken", "ended"))]


ONE_AFTER_THE_OTHER = [
    "taken 33 at depth 1",
    "ended 33 to depth 0",
    "taken 32 at depth 1",
    "ended 32 to depth 0",
]


def test_what_is_less_urgent_does_not_nest(guest_runs: GuestRuns) -> None:
    told = guest_runs("aaee", (32, 0x80), (33, 0x40))
    # The second acknowledge is spurious and so the second end is other work.
    assert instructions(told)[:4] == ["acknowledge", "acknowledge", "eoi", "work"]
    assert handlers(told) == ONE_AFTER_THE_OTHER
    assert told[-1] == "stack []"


def test_nested_handlers_end_from_the_inside(on_vcpu0: OnVcpu0) -> None:
    def body(kernel: Mechanism) -> None:
        kvm, vcpu = kernel.kvm, kernel.kvm.vcpus[0]
        guest = Guest(kvm, vcpu, Program.spelled("aaee", (1,)), announcer(), EXITS)
        stacks = []
        for index, priority in enumerate((0x80, 0x40)):
            kvm.add_irq(32 + index, Config.EDGE, priority, 0)
            lr = ListRegister(32 + index, pending=True, priority=priority, group=1)
            vcpu.cpuif.lrs[index] = lr
            vcpu.ipi.assert_line()
            guest.run_guest()
            stacks.append(list(guest.handlers.stack))
        for _ in range(2):
            guest.run_guest()
            stacks.append(list(guest.handlers.stack))
        assert stacks == [[32], [32, 33], [32], []]
        assert all(str(lr).endswith("invalid") for lr in vcpu.cpuif.lrs)

    on_vcpu0(body)


def test_an_acknowledge_that_is_spurious_opens_no_handler_and_its_end_is_other_work(
    guest_runs: GuestRuns,
) -> None:
    told = guest_runs("ae")
    assert instructions(told) == ["acknowledge", "work"]
    assert told[-1] == "stack []"


def test_a_handler_open_at_the_exit_is_still_open_afterwards(guest_runs: GuestRuns) -> None:
    told = guest_runs("ane", (32, 0x80), late=1)
    assert instructions(told) == ["acknowledge"]
    assert told[-1] == "stack [32]"


@pytest.mark.parametrize("late", [0, 1, 3])
def test_a_kick_lets_exactly_so_many_instructions_through(late: int, guest_runs: GuestRuns) -> None:
    assert instructions(guest_runs("nnnnnn", late=late)) == ["work"] * late


def test_a_kicked_guest_with_nothing_to_do_leaves_at_once(guest_runs: GuestRuns) -> None:
    assert guest_runs("", late=5) == ["left", "stack []"]


@pytest.mark.parametrize(("late", "through"), [(0, 1), (1, 1), (3, 3)])
def test_a_maintenance_interrupt_lets_at_least_one_instruction_through(
    late: int, through: int, guest_runs: GuestRuns
) -> None:
    told = guest_runs("nnnnnn", late=late, kicked=False, hcr=Hcr(uie=True))
    assert instructions(told) == ["work"] * through


def test_a_maintenance_interrupt_arrives_at_once_at_a_guest_that_would_idle(
    guest_runs: GuestRuns,
) -> None:
    told = guest_runs("", late=5, kicked=False, hcr=Hcr(uie=True))
    assert told == ["left", "stack []"]


def test_a_condition_that_comes_true_in_the_guest_arrives_as_late(guest_runs: GuestRuns) -> None:
    told = guest_runs("nannnn", (32, 0x80), late=2, kicked=False, hcr=Hcr(npie=True))
    assert instructions(told) == ["work", "acknowledge", "work", "work"]


def test_a_level_handler_quiesces_its_device_and_then_ends(guest_runs: GuestRuns) -> None:
    told = guest_runs("ane", (40, 0x80), entries=2)
    assert told == [
        "acknowledge",
        "taken 40 at depth 1",
        "work",
        "access",
        "left quiesce 40",
        "eoi",
        "ended 40 to depth 0",
        "left",
        "stack []",
    ]


def test_an_edge_handler_ends_without_an_exit(guest_runs: GuestRuns) -> None:
    assert "access" not in guest_runs("ane", (32, 0x80))


def test_accesses_exit_one_by_one_and_in_order(guest_runs: GuestRuns) -> None:
    accesses = (Access(DISABLE, 32), Access(ENABLE, 33))
    told = guest_runs("mnm", accesses=accesses, entries=3)
    assert told == [
        "access",
        "left disable 32",
        "work",
        "access",
        "left enable 33",
        "left",
        "stack []",
    ]


def test_after_its_program_it_serves_what_is_there(guest_runs: GuestRuns) -> None:
    told = guest_runs("n", (32, 0x80), (33, 0x40))
    assert handlers(told) == ONE_AFTER_THE_OTHER
    assert instructions(told)[0] == "work"


def test_a_dishonest_guest_counts_an_end_that_deactivates_nothing(on_vcpu0: OnVcpu0) -> None:
    def body(kernel: Mechanism) -> None:
        kvm, vcpu = kernel.kvm, kernel.kvm.vcpus[0]
        for index, priority in enumerate((0x40, 0x80)):
            kvm.add_irq(32 + index, Config.EDGE, priority, 0)
            state = {"pending": priority == 0x40, "active": priority == 0x80}
            vcpu.cpuif.lrs[index] = ListRegister(32 + index, priority=priority, group=1, **state)
        vcpu.cpuif.ap1r = 1 << 0x10
        guest = Guest(kvm, vcpu, Program.spelled("aex", (50,)), announcer(), EXITS)
        vcpu.ipi.assert_line()
        guest.run_guest()
        assert (vcpu.cpuif.hcr.eoicount, vcpu.cpuif.apr) == (1, 0)
        assert str(vcpu.cpuif.lrs[1]) == "33:A"

    on_vcpu0(body)


def test_over_a_whole_run_each_handler_of_a_level_quiesces_once_and_ends_once(
    run_passing: Callable[..., tuple[Execution, object]],
) -> None:
    pulses = (Pulse(40, level=True, pause=0), Pulse(40, level=True, pause=4))
    level = Irq(40, Config.LEVEL, 0x80, 0)
    execution, _ = run_passing(Parameters(1, (level,), (Program.spelled("", (0,)),), (pulses,)))
    told = [entry_text(each) for each in execution.trace]
    counts = [told.count(f"{each} vcpu 0") for each in ("acknowledge", "access", "eoi")]
    assert counts[0] >= 1
    assert len(set(counts)) == 1
