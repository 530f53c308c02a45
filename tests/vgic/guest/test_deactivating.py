# SPDX-License-Identifier: GPL-2.0-only
"""Does a guest in EOImode 1 deactivate what it has dropped, by DIR, trapped or not?

What its own list registers have active is deactivated without leaving guest mode, trapped or not.
What they have not is counted where DIR is not trapped, and exits where it is.
"""

from collections.abc import Callable

import pytest

from harness import Execution
from tests.vgic.guest.test_guest import EXITS
from vgic import Mechanism
from vgic.accesses import QUIESCE, TRAPPED_DIR, Access
from vgic.data import (
    ACKNOWLEDGE,
    END,
    EOI_MODE,
    WORK,
    Config,
    Instruction,
    Program,
    dir_of,
    setting,
)
from vgic.guest import Guest
from vgic.hardware import ListRegister
from vgic.tracepoints import Announcer, Tracepoints, announcer

InKernel = Callable[..., Execution]
Operations = Callable[[Execution], list[str]]


class Told(Tracepoints):
    """Notes what the guest announces, in order."""

    def __init__(self) -> None:
        self.words: list[str] = []

    def acknowledged(self, vcpu: int, intid: int) -> None:
        self.words.append(f"acknowledged {intid}")

    def ended(self, vcpu: int, intid: int) -> None:
        self.words.append(f"ended {intid}")

    def dropped(self, vcpu: int, intid: int) -> None:
        self.words.append(f"dropped {intid}")

    def deactivating(self, vcpu: int, intid: int) -> None:
        self.words.append(f"deactivating {intid}")

    def deactivated(self, vcpu: int, intid: int) -> None:
        self.words.append(f"deactivated {intid}")


def told(guest: Guest) -> list[str]:
    trace = guest.handlers._trace
    assert isinstance(trace, Announcer)
    (each,) = [each for each in trace.listeners if isinstance(each, Told)]
    return each.words


def load(kernel: Mechanism, *intids: int, config: Config = Config.EDGE) -> None:
    """Put interrupts into list registers, the first the most urgent."""
    for index, intid in enumerate(intids):
        kernel.kvm.add_irq(intid, config, 0x80 + 8 * index, 0)
        kernel.kvm.vcpus[0].cpuif.lrs[index] = ListRegister(
            intid, pending=True, group=1, priority=0x80 + 8 * index
        )


def guest(
    kernel: Mechanism, *instructions: Instruction, drops_only: bool = True, tdir: bool = False
) -> Guest:
    """Return a guest on vCPU 0 that is kicked out whenever it idles."""
    vcpu = kernel.kvm.vcpus[0]
    vcpu.cpuif.vmcr.eoi_drops_only, vcpu.cpuif.hcr.tdir = drops_only, tdir
    kernel.trace = announcer((Told(),))

    def kick() -> bool:
        vcpu.ipi.assert_line()
        return True

    kernel.scheduler.on_quiescence = kick
    return Guest(kernel.kvm, vcpu, Program(instructions, (0,)), kernel.trace, EXITS)


def lrs(kernel: Mechanism) -> list[str]:
    return [str(lr) for lr in kernel.kvm.vcpus[0].cpuif.lrs if lr.intid]


def test_after_its_program_it_ends_and_then_deactivates_what_it_has_dropped(
    in_kernel: InKernel,
) -> None:
    def body(kernel: Mechanism) -> None:
        load(kernel, 32, 33)
        served = guest(kernel)
        assert served.run_guest() is None
        assert told(served) == [
            *("acknowledged 32", "dropped 32", "acknowledged 33", "dropped 33"),
            *("deactivating 32", "deactivated 32", "deactivating 33", "deactivated 33"),
        ]
        assert (served.handlers.stack, served.handlers.dropped) == ([], [])
        assert lrs(kernel) == ["32:invalid", "33:invalid"]

    in_kernel(body)


def test_in_eoi_mode_0_an_end_is_all_there_is(in_kernel: InKernel) -> None:
    def body(kernel: Mechanism) -> None:
        load(kernel, 32)
        served = guest(kernel, ACKNOWLEDGE, END, dir_of(), drops_only=False)
        assert served.run_guest() is None
        assert told(served) == ["acknowledged 32", "ended 32"]

    in_kernel(body)


@pytest.mark.parametrize(
    ("which", "left"),
    [(0, [33, 34]), (1, [32, 34]), (2, [32, 33]), (3, [33, 34]), (31, [32, 34])],
)
def test_a_program_deactivates_any_of_what_was_dropped_round_and_round(
    which: int, left: list[int], in_kernel: InKernel
) -> None:
    def body(kernel: Mechanism) -> None:
        load(kernel, 32, 33, 34)
        dropping = guest(kernel, *(ACKNOWLEDGE, END) * 3, dir_of(which), tdir=True)
        (gone,) = {32, 33, 34} - set(left)
        assert dropping.run_guest() == Access(TRAPPED_DIR, gone)
        assert dropping.handlers.dropped == left

    in_kernel(body)


def test_a_dir_of_nothing_is_other_work(in_kernel: InKernel, operations: Operations) -> None:
    def body(kernel: Mechanism) -> None:
        idle = guest(kernel, dir_of(), WORK, dir_of(3), tdir=True)
        assert idle.run_guest() is None
        assert told(idle) == []

    story = operations(in_kernel(body))
    assert [each for each in story if "deactivates" in each] == []


def test_a_guest_that_has_something_dropped_in_eoi_mode_0_returns_to_1_and_deactivates(
    in_kernel: InKernel, operations: Operations
) -> None:
    """No program of its own brings it there; it may be that another hands over the same again."""

    def body(kernel: Mechanism) -> None:
        load(kernel, 32)
        served = guest(kernel, drops_only=False)
        served.handlers.dropped.append(32)
        kernel.kvm.vcpus[0].cpuif.lrs[0] = ListRegister(32, active=True, group=1, priority=0x80)
        assert served.run_guest() is None
        assert (served.handlers.dropped, lrs(kernel)) == ([], ["32:invalid"])

    story = [each.partition("guest ")[2] for each in operations(in_kernel(body)) if "guest" in each]
    assert story == ["sets eoi mode 1", "deactivates 32"]


def test_untrapped_it_is_done_in_place_and_announced(in_kernel: InKernel) -> None:
    def body(kernel: Mechanism) -> None:
        load(kernel, 32)
        dropping = guest(kernel, ACKNOWLEDGE, END, dir_of(), WORK)
        assert dropping.run_guest() is None
        assert told(dropping)[-2:] == ["deactivating 32", "deactivated 32"]
        assert lrs(kernel) == ["32:invalid"]
        assert kernel.kvm.vcpus[0].cpuif.hcr.eoicount == 0

    in_kernel(body)


def test_untrapped_what_is_in_no_register_is_counted(in_kernel: InKernel) -> None:
    def body(kernel: Mechanism) -> None:
        dropping = guest(kernel)
        dropping.handlers.dropped.append(32)
        assert dropping.run_guest() is None
        assert told(dropping) == ["deactivating 32", "deactivated 32"]
        assert kernel.kvm.vcpus[0].cpuif.hcr.eoicount == 1

    in_kernel(body)


def test_trapped_it_leaves_and_nothing_is_done_yet(in_kernel: InKernel) -> None:
    def body(kernel: Mechanism) -> None:
        load(kernel, 32)
        dropping = guest(kernel, ACKNOWLEDGE, END, dir_of(), tdir=True)
        assert dropping.run_guest() == Access(TRAPPED_DIR, 32)
        assert told(dropping)[-1] == "deactivating 32"
        assert lrs(kernel) == ["32:A"]
        assert kernel.kvm.vcpus[0].cpuif.hcr.eoicount == 0
        assert dropping.handlers.dropped == [], "it is written once"

    in_kernel(body)


def test_trapped_in_place_the_guest_goes_on_without_an_exit(
    in_kernel: InKernel, operations: Operations
) -> None:
    def body(kernel: Mechanism) -> None:
        load(kernel, 32, 33)
        dropping = guest(kernel, *(ACKNOWLEDGE, END) * 2, dir_of(1), WORK, dir_of(), tdir=True)
        assert kernel.run_guest(kernel.kvm.vcpus[0], dropping) is None
        assert told(dropping)[-4:] == [
            *("deactivating 33", "deactivated 33", "deactivating 32", "deactivated 32"),
        ]
        assert lrs(kernel) == ["32:invalid", "33:invalid"]

    story = operations(in_kernel(body))
    assert sum("deactivate 3" in each for each in story) == 2


@pytest.mark.parametrize("state", [{}, {"pending": True}], ids=["invalid", "pending"])
def test_trapped_outside_it_exits_and_is_not_announced_as_done(
    state: dict[str, bool], in_kernel: InKernel
) -> None:
    def body(kernel: Mechanism) -> None:
        dropping = guest(kernel, dir_of(), tdir=True)
        dropping.handlers.dropped.append(32)
        register = ListRegister(32, group=1, priority=0x80, **state)
        kernel.kvm.vcpus[0].cpuif.lrs[0] = register
        assert kernel.run_guest(kernel.kvm.vcpus[0], dropping) == Access(TRAPPED_DIR, 32)
        assert told(dropping) == ["deactivating 32"]
        assert register.pending is bool(state)
        assert kernel.kvm.vcpus[0].cpuif.hcr.eoicount == 0

    in_kernel(body)


def test_what_is_pending_again_is_taken_again_after_its_deactivation(in_kernel: InKernel) -> None:
    def body(kernel: Mechanism) -> None:
        load(kernel, 32)
        dropping = guest(kernel, ACKNOWLEDGE, END, tdir=True)
        vcpu = kernel.kvm.vcpus[0]
        vcpu.cpuif.acknowledge()
        vcpu.cpuif.lrs[0].pending = True
        dropping.handlers.stack.append(32)
        assert kernel.run_guest(vcpu, dropping) is None
        assert told(dropping) == [
            *("dropped 32", "deactivating 32", "deactivated 32"),
            *("acknowledged 32", "dropped 32", "deactivating 32", "deactivated 32"),
        ]

    in_kernel(body)


def test_a_levels_device_is_quiesced_before_its_priority_is_dropped(in_kernel: InKernel) -> None:
    def body(kernel: Mechanism) -> None:
        load(kernel, 40, config=Config.LEVEL)
        dropping = guest(kernel)
        assert dropping.run_guest() == Access(QUIESCE, 40)
        assert told(dropping) == ["acknowledged 40"]
        assert dropping.run_guest() is None
        assert told(dropping)[1:] == ["dropped 40", "deactivating 40", "deactivated 40"]

    in_kernel(body)


def test_each_end_goes_by_the_mode_that_it_finds(in_kernel: InKernel) -> None:
    """One that was acknowledged with EOImode 0 may be ended with 1, and the other way round."""

    def body(kernel: Mechanism) -> None:
        load(kernel, 32, 33)
        modes = guest(
            kernel,
            *(ACKNOWLEDGE, setting(EOI_MODE, 1), END, dir_of()),
            *(ACKNOWLEDGE, setting(EOI_MODE, 0), END),
            drops_only=False,
        )
        assert modes.run_guest() is None
        assert told(modes) == [
            *("acknowledged 32", "dropped 32", "deactivating 32", "deactivated 32"),
            *("acknowledged 33", "ended 33"),
        ]

    in_kernel(body)
