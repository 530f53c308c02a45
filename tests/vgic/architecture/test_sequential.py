# SPDX-License-Identifier: GPL-2.0-only
"""Does the model, call after call, do what a GIC does, whatever guests and devices are called to?

A state machine of Hypothesis: its rules are calls, and their order is the schedule, in which each
thread goes on until its call is over. So next to nothing overlaps, and the judge leaves as little
open. All kinds of interrupts are there, both EOI modes, groups and messages.
"""

import sys

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from stress.hypothesis import MachineFailed
from stress.hypothesis.calls import Call, Following
from stress.hypothesis.checking import check_calls
from tests.stress.hypothesis.test_strategies import DRAWING
from vgic import Irq, Parameters
from vgic.accesses import (
    ACTIVATE,
    ACTIVE,
    DEACTIVATE,
    DISABLE,
    DISCARD,
    ENABLE,
    GROUP,
    LOWER,
    LPIS_OFF,
    LPIS_ON,
    MAPTI,
    MOVI,
    MSI,
    PEND,
    PENDING,
    PRIORITY,
    RAISE,
    ROUTE,
    SGI,
    TRIGGER,
    UNPEND,
    Access,
)
from vgic.data import ACCESS, ACKNOWLEDGE, EDGE, END, LEVEL, Instruction, Program, Pulse
from vgic.data.own_interface import EOI_MODE, dir_of, setting

OVER = 10_000
"""In so many steps a call is over."""

SPI, LINE, PPI, OWN_SGI, LPI = 32, 33, 27, 3, 8192
IRQS = (
    Irq(SPI, EDGE, 0x80, 0), Irq(LINE, LEVEL, 0x40, 1), Irq(PPI, LEVEL, 0x60, 0),
    Irq(PPI, LEVEL, 0x60, 1), Irq(OWN_SGI, EDGE, 0x20, 0), Irq(OWN_SGI, EDGE, 0x20, 1),
    Irq(LPI, EDGE, 0xA0, 0),
)  # fmt: skip

VCPUS, BITS, NOTHING = st.integers(0, 1), st.integers(0, 1), st.just(0)
SPIS, IRQS_BUT_LPIS = st.sampled_from([SPI, LINE]), st.sampled_from([SPI, LINE, PPI, OWN_SGI])
ACCESSES = st.one_of(
    st.builds(Access, st.sampled_from([PEND, UNPEND, ENABLE, DISABLE]), IRQS_BUT_LPIS, NOTHING),
    st.builds(Access, st.sampled_from([RAISE, LOWER]), st.sampled_from([SPI, LINE, PPI]), NOTHING),
    st.builds(Access, st.sampled_from([PENDING, ACTIVE]), IRQS_BUT_LPIS, NOTHING),
    st.builds(Access, st.sampled_from([ROUTE, ACTIVATE, DEACTIVATE]), SPIS, VCPUS),
    st.builds(Access, st.just(PRIORITY), IRQS_BUT_LPIS, st.sampled_from([0x20, 0x80, 0xE8])),
    st.builds(Access, st.just(GROUP), IRQS_BUT_LPIS, BITS),
    st.builds(Access, st.just(TRIGGER), SPIS, BITS),
    st.builds(Access, st.just(SGI), st.just(OWN_SGI), VCPUS),
    st.builds(Access, st.sampled_from([MSI, DISCARD]), st.just(LPI), NOTHING),
    st.builds(Access, st.sampled_from([MOVI, MAPTI]), st.just(LPI), VCPUS),
    st.builds(Access, st.sampled_from([LPIS_OFF, LPIS_ON]), st.just(0), VCPUS),
)


class Sequential(RuleBasedStateMachine):
    """A VM with each kind of interrupt, whose guests and device do what they are called to."""

    nr_lr = 1
    bugs: tuple[str, ...] = ()

    def __init__(self) -> None:
        super().__init__()
        self._calls: list[Call] = []
        self._handled = sys.exception()

    @rule(vcpu=VCPUS, access=ACCESSES)
    def access(self, vcpu: int, access: Access) -> None:
        self._call(f"vcpu{vcpu}", Instruction(ACCESS, access))

    @rule(vcpu=VCPUS, what=st.sampled_from([ACKNOWLEDGE, END, dir_of(0)]))
    def handle(self, vcpu: int, what: Instruction) -> None:
        self._call(f"vcpu{vcpu}", what)

    @rule(vcpu=VCPUS, mode=BITS)
    def eoi_mode(self, vcpu: int, mode: int) -> None:
        self._call(f"vcpu{vcpu}", setting(EOI_MODE, mode))

    @rule(intid=st.sampled_from([SPI, LINE]), rises=st.booleans())
    def drive(self, intid: int, rises: bool) -> None:
        self._call("dev0", Pulse(intid, rises or intid == SPI, 1, 0))

    def teardown(self) -> None:
        """Run all calls, and to the end; raise what is wrong."""
        if self._calls and sys.exception() is self._handled:
            name = type(self).__name__
            check_calls(
                self._machine(), Following(self._calls), name,
                kernel="reference", bugs=self.bugs, check="architecture", points=None,
            )  # fmt: skip

    def _call(self, role: str, item: Instruction | Pulse) -> None:
        self._calls.append(Call(role, item, OVER))

    def _machine(self) -> Parameters:
        programs: dict[str, list[Instruction | Pulse]] = {}
        for call in self._calls:
            programs.setdefault(call.role, []).append(call.item)
        guests = tuple(
            Program(tuple(programs.get(f"vcpu{vcpu}", ())), (0,))  # type: ignore[arg-type]  # theirs
            for vcpu in range(2)
        )
        devices = (tuple(programs["dev0"]),) if "dev0" in programs else ()
        return Parameters(self.nr_lr, IRQS, guests, devices)  # type: ignore[arg-type]  # pulses


class WithManyRegisters(Sequential):
    """All of it fits: nothing is ever outside."""

    nr_lr = 8


class WithABug(Sequential):
    """The same with a bug in its kernel."""

    bugs: tuple[str, ...] = ("prune_active",)


@pytest.mark.parametrize("machine", [Sequential, WithManyRegisters])
def test_call_after_call_the_reference_does_what_a_gic_does(machine: type[Sequential]) -> None:
    run_state_machine_as_test(machine, settings=settings(DRAWING, stateful_step_count=30))


def test_a_kernel_with_a_bug_does_not() -> None:
    with pytest.raises(MachineFailed):
        run_state_machine_as_test(WithABug, settings=settings(DRAWING, stateful_step_count=30))
