# SPDX-License-Identifier: GPL-2.0-only
"""Does a guest set its CPU interface as its program says, unless a handler would be ended wrongly?

An end has to find the binary point and the group of its acknowledge; what was dropped is
deactivated with EOImode 1. Everything else an honest guest may set at any time, and no setting
exits.
"""

from collections.abc import Callable

import pytest

from harness import Execution
from tests.vgic.guest.test_guest import EXITS
from vgic import Mechanism
from vgic.data import (
    ACKNOWLEDGE,
    BINARY_POINT_0,
    BINARY_POINT_1,
    COMMON_BINARY_POINT,
    DISABLE_GROUP,
    ENABLE_GROUP,
    END,
    EOI_MODE,
    HAND_OVER,
    MASK,
    SETTINGS,
    WORK,
    Config,
    Instruction,
    Program,
    dir_of,
    setting,
)
from vgic.guest import Guest
from vgic.guest.open_handlers import OpenHandlers
from vgic.guest.settings import write_setting
from vgic.hardware import ListRegister, Vmcr
from vgic.tracepoints import announcer

Operations = Callable[[Execution], list[str]]
InKernel = Callable[..., Execution]
FIELDS = ("pmr", "group_enabled", "eoi_drops_only", "bpr", "common_bpr")

WRITES: dict[tuple[str, int], dict[str, object]] = {
    (MASK, 0x40): {"pmr": 0x40},
    (DISABLE_GROUP, 0): {"group_enabled": (False, True)},
    (DISABLE_GROUP, 1): {"group_enabled": (True, False)},
    (BINARY_POINT_0, 5): {"bpr": (5, 3)},
    (BINARY_POINT_1, 5): {"bpr": (2, 5)},
    (COMMON_BINARY_POINT, 1): {"common_bpr": True},
    (EOI_MODE, 1): {"eoi_drops_only": True},
}


def fields(vmcr: Vmcr) -> dict[str, object]:
    return {name: getattr(vmcr, name) for name in FIELDS}


@pytest.mark.parametrize(("written", "changed"), WRITES.items(), ids=str)
def test_each_setting_writes_its_field_and_no_other(
    written: tuple[str, int], changed: dict[str, object]
) -> None:
    vmcr = Vmcr()
    write_setting(vmcr, *written)
    assert fields(vmcr) == fields(Vmcr()) | changed


def test_every_setting_has_been_looked_at() -> None:
    assert {name for name, _ in WRITES} | {ENABLE_GROUP} == set(SETTINGS)


@pytest.mark.parametrize("group", [0, 1])
def test_a_group_is_enabled_again_without_the_other(group: int) -> None:
    vmcr = Vmcr()
    vmcr.group_enabled = (False, False)
    write_setting(vmcr, ENABLE_GROUP, group)
    assert vmcr.group_enabled == (group == 0, group == 1)


def test_what_is_set_before_stays_when_another_is_set() -> None:
    vmcr = Vmcr()
    settings = ((BINARY_POINT_0, 4), (COMMON_BINARY_POINT, 1), (BINARY_POINT_0, 5))
    for name, number in settings:
        write_setting(vmcr, name, number)
    assert (vmcr.bpr, vmcr.common_bpr) == ((5, 3), True)
    assert (vmcr.group_priority(0, 0xF8), vmcr.group_priority(1, 0xF8)) == (0xC0, 0xC0)


def test_the_binary_point_of_group_1_is_not_written_while_that_of_group_0_counts_for_both() -> None:
    vmcr = Vmcr()
    for number in (1, 0):
        write_setting(vmcr, COMMON_BINARY_POINT, number)
        write_setting(vmcr, BINARY_POINT_1, 6)
        assert vmcr.bpr == (2, 3 if number else 6)


def served(kernel: Mechanism, *instructions: Instruction, groups: tuple[int, ...] = ()) -> Guest:
    """Run a guest to where it idles, with an interrupt of each of these groups, and no exit."""
    vcpu = kernel.kvm.vcpus[0]

    def kick() -> bool:
        vcpu.ipi.assert_line()
        return True

    kernel.scheduler.on_quiescence = kick
    for index, group in enumerate(groups):
        kernel.kvm.add_irq(32 + index, Config.EDGE, 0x80 - 8 * index, 0, group)
        vcpu.cpuif.lrs[index] = ListRegister(
            32 + index, pending=True, group=group, priority=0x80 - 8 * index
        )
    guest = Guest(kernel.kvm, vcpu, Program(instructions, (0,)), announcer(), EXITS)
    assert guest.run_guest() is None
    return guest


def said(story: list[str]) -> list[str]:
    """Return what the guest says it does, in order."""
    return [line.partition("guest ")[2] for line in story if "guest " in line]


@pytest.mark.parametrize("written", [*WRITES, (ENABLE_GROUP, 1)], ids=str)
def test_a_program_sets_it_in_one_instruction_and_does_not_leave(
    written: tuple[str, int], in_kernel: InKernel, operations: Operations
) -> None:
    def body(kernel: Mechanism) -> None:
        served(kernel, WORK, setting(*written), WORK)
        assert fields(kernel.kvm.vcpus[0].cpuif.vmcr) == fields(Vmcr()) | WRITES.get(written, {})

    story = operations(in_kernel(body))
    name, number = written
    assert said(story) == [f"sets {name} {number}"]
    assert [line for line in story if "work" in line] == ["vcpu0: work vcpu 0"] * 3


def test_what_is_masked_or_disabled_is_left_where_it_is(in_kernel: InKernel) -> None:
    def body(kernel: Mechanism) -> None:
        cpuif = kernel.kvm.vcpus[0].cpuif
        served(kernel, setting(MASK, 0x80), setting(DISABLE_GROUP, 0), groups=(1, 0))
        assert [str(lr) for lr in cpuif.lrs[:2]] == ["32:P", "33:P"]

    in_kernel(body)


def test_an_acknowledge_and_an_end_are_of_the_group_that_is_signalled(
    in_kernel: InKernel, operations: Operations
) -> None:
    """What has become of the interrupt meanwhile is not the guest's to know."""

    def body(kernel: Mechanism) -> None:
        kernel.kvm.add_irq(40, Config.EDGE, 0x80, 0, group=1)
        cpuif = kernel.kvm.vcpus[0].cpuif
        cpuif.lrs[3] = ListRegister(40, pending=True, group=0, priority=0x80)
        guest = served(kernel, groups=(1,))
        assert guest.handlers.stack == []
        assert (cpuif.ap0r, cpuif.ap1r, cpuif.hcr.eoicount) == (0, 0, 0)
        assert [str(cpuif.lrs[n]) for n in (0, 3)] == ["32:invalid", "40:invalid"]

    story = said(operations(in_kernel(body)))
    assert story == ["acknowledges 32", "ends 32", "acknowledges 40", "ends 40"]


def in_handler(kernel: Mechanism, group: int) -> OpenHandlers:
    """Return the handlers of a guest that has acknowledged INTID 40 in a group."""
    vcpu = kernel.kvm.vcpus[0]
    kernel.kvm.add_irq(40, Config.EDGE, 0x80, 0, group=group)
    vcpu.cpuif.lrs[0] = ListRegister(40, pending=True, group=group, priority=0x80)
    handlers = OpenHandlers(kernel.kvm, vcpu, announcer())
    handlers.acknowledge()
    assert handlers.stack == [40]
    return handlers


@pytest.mark.parametrize("group", [0, 1])
def test_with_a_handler_open_its_group_and_the_binary_points_stay(
    group: int, in_kernel: InKernel
) -> None:
    def body(kernel: Mechanism) -> None:
        handlers = in_handler(kernel, group)
        assert not handlers.allow(DISABLE_GROUP, group)
        for name in (BINARY_POINT_0, BINARY_POINT_1, COMMON_BINARY_POINT):
            assert not handlers.allow(name, 1)
        assert handlers.allow(DISABLE_GROUP, 1 - group)
        assert all(handlers.allow(ENABLE_GROUP, each) for each in (0, 1))
        assert handlers.allow(MASK, 0)
        assert all(handlers.allow(EOI_MODE, each) for each in (0, 1)), "nothing is dropped yet"

    in_kernel(body)


@pytest.mark.parametrize("drops_only", [False, True])
def test_with_no_handler_open_any_more_groups_and_binary_points_may_change(
    drops_only: bool, in_kernel: InKernel
) -> None:
    def body(kernel: Mechanism) -> None:
        kernel.kvm.vcpus[0].cpuif.vmcr.eoi_drops_only = drops_only
        handlers = in_handler(kernel, 1)
        handlers.end()
        for name in set(SETTINGS) - {EOI_MODE}:
            assert handlers.allow(name, 1)

    in_kernel(body)


def test_the_eoi_mode_stays_1_until_all_that_was_dropped_is_deactivated(
    in_kernel: InKernel,
) -> None:
    def body(kernel: Mechanism) -> None:
        kernel.kvm.vcpus[0].cpuif.vmcr.eoi_drops_only = True
        handlers = in_handler(kernel, 1)
        assert handlers.allow(EOI_MODE, 0)
        handlers.end()
        assert not handlers.allow(EOI_MODE, 0)
        assert handlers.allow(EOI_MODE, 1)
        handlers.hand_over()
        assert not handlers.allow(EOI_MODE, 0), "it may have to take that back"
        assert OpenHandlers(kernel.kvm, kernel.kvm.vcpus[0], announcer()).take_over() == 40
        assert handlers.allow(EOI_MODE, 0)

    in_kernel(body)


def test_a_setting_that_is_not_allowed_is_skipped_and_the_program_goes_on(
    in_kernel: InKernel, operations: Operations
) -> None:
    def body(kernel: Mechanism) -> None:
        point, mode = setting(BINARY_POINT_1, 7), setting(EOI_MODE, 0)
        served(
            kernel,
            *(setting(EOI_MODE, 1), ACKNOWLEDGE, point, END, point),
            *(mode, HAND_OVER, mode, dir_of(), mode),
            groups=(1,),
        )
        assert kernel.kvm.vcpus[0].cpuif.vmcr.bpr == (2, 7)

    assert said(operations(in_kernel(body))) == [
        "sets eoi mode 1",
        "acknowledges 32",
        "drops the priority of 32",
        "sets binary point 1 7",
        "hands over 32",
        "deactivates 32",
    ]
