# SPDX-License-Identifier: GPL-2.0-only
"""Does a model's trace say what its guests and devices did, all of it, and in a possible order?"""

import pytest

from harness import OsThreads, Passed, Streams
from harness.search.strategies import STRATEGIES
from stress.executions import Target, model_trace, run, traced
from stress.scenarios import SCENARIOS
from stress.traces import Event, Trace, print_trace, read_trace
from vgic import Irq, Parameters, Reference
from vgic.accesses import (
    ACCESSES,
    DIR_PAGE,
    DISCARD,
    DISTRIBUTOR,
    GROUP,
    LPIS_OFF,
    LPIS_ON,
    MOVI,
    MSI,
    SGI_LIST,
    SGI_OTHERS,
    SGIR,
    SGIR_OTHERS,
    SGIR_SELF,
    TARGETS,
    TRAPPED_DIR,
    TRIGGER,
    Access,
)
from vgic.data.gicv2 import V2
from vgic.data.intids import Config
from vgic.data.own_interface import EOI_MODE, HAND_OVER, TAKE_OVER, dir_of, setting
from vgic.data.program import (
    ACCESS,
    ACKNOWLEDGE,
    AWAIT,
    END,
    END_AGAIN,
    LINGER,
    SIGNAL,
    WORK,
    Instruction,
    Program,
    Pulse,
)
from vgic.data.vcpu import Vcpu
from vgic.hardware import Implementation


def accesses(*those: tuple[str, int] | tuple[str, int, int]) -> tuple[Instruction, ...]:
    return tuple(Instruction(ACCESS, Access(*each)) for each in those)


def machine(
    *programs: tuple[Instruction, ...], devices: tuple[tuple[Pulse, ...], ...] = ()
) -> Parameters:
    """A level and an edge of vCPU 0, a PPI of each, and an SGI of vCPU 1."""
    return Parameters(
        nr_lr=2,
        irqs=(
            Irq(40, Config.LEVEL, 0x80, 0),
            Irq(41, Config.EDGE, 0x40, 0),
            *(Irq(17, Config.EDGE, 0x80, vcpu) for vcpu in range(len(programs))),
            Irq(3, Config.EDGE, 0x80, len(programs) - 1),
        ),
        guests=tuple(Program(each, (0,)) for each in programs),
        devices=devices,
    )


def lines(trace: Trace, *who: str) -> list[str]:
    """Return the events of some, in the words of the format."""
    return [line for line in print_trace(trace).splitlines()[1:] if line.split()[0] in who]


def test_a_guest_is_written_down_instruction_by_instruction() -> None:
    program = (
        *(ACKNOWLEDGE, END, WORK, Instruction(LINGER, number=5), END_AGAIN),
        *accesses(("raise", 40), ("pending", 40), ("active", 40)),
        ACKNOWLEDGE,
        *accesses(("active", 40), ("lower", 40), ("pending", 40)),
        *(END, END_AGAIN, Instruction(ACCESS)),
        *accesses(("disable", 41), ("pend", 41), ("unpend", 41), ("enable", 41)),
        *accesses(("activate", 41), ("deactivate", 41), ("rebind", 41)),
        *accesses(("priority", 41, 0x20), ("route", 41, 0), ("exits", 0), ("sgi", 3, 0)),
        *(Instruction(SIGNAL, number=2), Instruction(AWAIT, number=2)),
    )
    trace = model_trace(machine(program), Reference)
    assert trace.ended
    assert lines(trace, "vcpu0") == [
        *("vcpu0 acknowledge none", "vcpu0 raise 40", "vcpu0 pending 40 is 1"),
        *("vcpu0 active 40 is 0", "vcpu0 acknowledge 40", "vcpu0 active 40 is 1"),
        *("vcpu0 lower 40", "vcpu0 pending 40 is 0", "vcpu0 quiesce 40", "vcpu0 end 40"),
        *("vcpu0 end again 40", "vcpu0 exit", "vcpu0 disable 41", "vcpu0 pend 41"),
        *("vcpu0 unpend 41", "vcpu0 enable 41", "vcpu0 activate 41 vcpu0"),
        *(
            "vcpu0 deactivate 41 vcpu0",
            "vcpu0 rebind 41",
            "vcpu0 priority 41 0x20",
            "vcpu0 route 41 vcpu0",
        ),
        *("vcpu0 exits", "vcpu0 sgi 3 vcpu0", "vcpu0 signal 2", "vcpu0 await 2"),
        *("vcpu0 acknowledge 3", "vcpu0 end 3"),
        *("vcpu0 final 17 pending 0 active 0", "vcpu0 final 3 pending 0 active 0"),
    ]
    named = {each.what for each in trace.events} | {
        *(GROUP, TRIGGER, DISTRIBUTOR, SGI_LIST, SGI_OTHERS),
        *(MSI, MOVI, DISCARD, LPIS_OFF, LPIS_ON),
        *(SGIR, SGIR_OTHERS, SGIR_SELF, TARGETS),
        *("mapi", "mapti", "mapd", "mapd off", "mapc", "mapc off", "movall"),
        *("int", "clear", "inv", "invall"),
    }
    assert named >= set(ACCESSES) - {TRAPPED_DIR, DIR_PAGE}


def test_what_a_gicv2_has_is_written_down() -> None:
    program = (
        setting(EOI_MODE, 1),
        *accesses((TARGETS, 41, 3), (SGIR, 3, 2), (SGIR_OTHERS, 3)),
    )
    itself = (setting(EOI_MODE, 1), *accesses((SGIR_SELF, 3)), ACKNOWLEDGE, END, dir_of())
    trace = model_trace(machine(program, itself)._replace(gic=V2), Reference)
    assert lines(trace, "vcpu0")[:3] == [
        *("vcpu0 targets 41 0x03", "vcpu0 sgir 3 0x02", "vcpu0 sgir others 3"),
    ]
    assert {"vcpu1 sgir self 3", "vcpu1 acknowledge 3", "vcpu1 drop 3", "vcpu1 dir 3"} <= set(
        lines(trace, "vcpu1")
    )
    assert read_trace(print_trace(trace)) == trace


def test_what_is_of_several_interrupts_or_of_all_is_written_down() -> None:
    program = accesses(
        (GROUP, 41, 0), (DISTRIBUTOR, 0, 0), (DISTRIBUTOR, 0, 1), (SGI_LIST, 3, 2), (SGI_OTHERS, 3),
        (TRIGGER, 41, 1),
    )  # fmt: skip
    trace = model_trace(machine(program, ()), Reference)
    assert lines(trace, "vcpu0")[:6] == [
        *("vcpu0 group 41 is 0", "vcpu0 distributor 0 is 0", "vcpu0 distributor 0 is 1"),
        *("vcpu0 sgi list 3 0x02", "vcpu0 sgi others 3", "vcpu0 trigger 41 is 1"),
    ]
    assert Event("vcpu1", "acknowledge", 3) in trace.events
    assert read_trace(print_trace(trace)) == trace


@pytest.mark.parametrize("revision", ["reference", "linux-7.3"])
@pytest.mark.parametrize("has_tdir", [False, True])
def test_dropped_and_deactivated_is_written_once_trapped_or_not(
    revision: str, has_tdir: bool
) -> None:
    """What is trapped is known from an exit only where it is in no list register."""
    program = (
        *accesses(("pend", 41), ("pend", 40)),
        *(setting(EOI_MODE, 1), ACKNOWLEDGE, END, ACKNOWLEDGE, END, HAND_OVER),
        *(dir_of(), TAKE_OVER),
    )
    one = machine(program)._replace(nr_lr=1, hardware=Implementation(has_tdir=has_tdir))
    trace = model_trace(one, Target(revision).kernel)
    assert trace.ended
    told = [line for line in lines(trace, "vcpu0") if line.split()[1] in {"drop", "dir", "end"}]
    assert sorted(told) == [
        f"vcpu0 {what} {intid}" for what in ("dir", "drop") for intid in (40, 41)
    ]
    assert read_trace(print_trace(trace)) == trace


def test_a_device_is_written_down_with_the_vcpu_of_a_private_interrupt_alone() -> None:
    pulses = (Pulse(41, True, 0), Pulse(17, True, 3, 1), Pulse(40, False, 0))
    trace = model_trace(machine((), (), devices=(pulses,)), Reference)
    assert lines(trace, "dev0") == ["dev0 raise 41", "dev0 raise 17 vcpu1", "dev0 lower 40"]
    assert Event("vcpu1", "acknowledge", 17) in trace.events


def test_the_end_tells_the_phases_and_then_each_interrupt() -> None:
    program = accesses(("disable", 41), ("pend", 41))
    trace = model_trace(machine(program), Reference)
    assert [str(line) for line in lines(trace, "all")] == [
        *("all idle", "all exited", "all exited"),
        *("all final 40 pending 0 active 0", "all final 41 pending 1 active 0"),
    ]


def test_what_is_still_handled_at_the_end_is_active_then() -> None:
    handling = (Instruction(SIGNAL, number=1), ACKNOWLEDGE, Instruction(AWAIT, number=9))
    program = (*accesses(("raise", 41)), *handling)
    trace = model_trace(machine(program), Reference)
    assert "all final 41 pending 0 active 1" in lines(trace, "all")


class NoKicks(Reference):
    """Nobody is kicked."""

    def kvm_vcpu_kick(self, vcpu: Vcpu) -> None:
        pass


def test_a_failure_ends_it_and_stands_at_its_end(pinned: OsThreads) -> None:
    late = machine((), accesses(("raise", 41)))
    strategy = STRATEGIES["random-walk"](Streams(1, "trace", 1).stream("schedule"), 50)
    found = traced(late, NoKicks, strategy, pinned)
    assert not found.trace.ended
    assert found.why.startswith("I16 ")
    assert "final" not in {each.what for each in found.trace.events}
    assert found.trace.events[-1] == Event("vcpu1", "raise", 41)


def test_what_is_acknowledged_without_right_is_in_it() -> None:
    class Phantom(Reference):
        def vgic_v3_fold_lr_state(self, vcpu: Vcpu) -> None:
            super().vgic_v3_fold_lr_state(vcpu)
            if vcpu.vgic_cpu.ap_list_head.empty:
                return
            for irq in self.kvm.irqs:
                if irq.vcpu is vcpu and not irq.active and irq.config is Config.EDGE:
                    irq.pending_latch = True

    trace = model_trace(machine((*accesses(("raise", 41)), ACKNOWLEDGE, END)), Phantom)
    assert not trace.ended
    assert trace.events[-1].what == "acknowledge"


@pytest.mark.parametrize("name", ["random-walk", "pct", "burst"])
def test_writing_changes_nothing_and_whatever_is_acknowledged_was_sent_before(
    name: str, pinned: OsThreads
) -> None:
    two = machine(
        (ACKNOWLEDGE, *accesses(("sgi", 3, 1)), END),
        accesses(("raise", 40), ("pend", 41), ("lower", 40)),
        devices=((Pulse(41, True, 2), Pulse(17, True, 0, 1)),),
    )
    for number in range(20):
        strategies = [
            STRATEGIES[name](Streams(1, "trace", number).stream("schedule"), 80) for _ in range(2)
        ]
        found = traced(two, Reference, strategies[0], pinned)
        assert isinstance(found.execution.outcome, Passed)
        plain = run(two, Target(), strategies[1], pinned).execution
        assert found.execution.digest == plain.digest
        assert read_trace(print_trace(found.trace)) == found.trace
        sent: set[int] = set()
        for event in found.trace.events:
            sent |= {event.intid} if event.what in ("raise", "pend", "sgi") else set()
            assert event.what != "acknowledge" or event.intid in sent | {1023}


def test_a_schedule_may_deviate_from_the_quiet_one(pinned: OsThreads) -> None:
    two = machine(accesses(("exits", 0)), accesses(("raise", 41)))
    others = []
    for number in range(6):
        strategy = STRATEGIES["random-walk"](Streams(1, "trace", number).stream("schedule"), 50)
        found = traced(two, Reference, strategy, pinned)
        assert model_trace(two, Reference, found.execution.deviations) == found.trace
        others.append(found.trace)
    assert any(model_trace(two, Reference) != other for other in others)


def test_without_judges_a_kernel_that_is_wrong_goes_on() -> None:
    """As a real one would: what it does wrong is seen by its guest, and by the last states."""
    kernel = Target(bugs=("prune_active",)).kernel
    parameters = machine((*accesses(("raise", 41)), ACKNOWLEDGE, *accesses(("active", 41)), END))
    judged, unjudged = (model_trace(parameters, kernel, judged=each) for each in (True, False))
    assert (judged.ended, unjudged.ended) == (False, True)
    assert unjudged.events[: len(judged.events)] == judged.events
    assert Event("all", "final", 41, 2) in unjudged.events


def test_judges_change_nothing_of_a_kernel_that_is_right() -> None:
    parameters = machine((*accesses(("raise", 41), ("raise", 40)), ACKNOWLEDGE, END))
    judged, unjudged = (model_trace(parameters, Reference, judged=each) for each in (True, False))
    assert judged == unjudged


def test_of_a_vm_that_is_closed_nothing_is_left_to_read(pinned: OsThreads) -> None:
    """Its interrupts are freed when user space and all vCPUs have let go of it."""
    streams = Streams(3, "closed_while_injecting", 0)
    parameters = SCENARIOS["closed_while_injecting"].draw(streams)
    strategy = STRATEGIES["random-walk"](streams.stream("schedule"), 100)
    found = traced(parameters, Reference, strategy, pinned)
    assert found.trace.ended
    assert not [event for event in found.trace.events if event.what == "final"]
