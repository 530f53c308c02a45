# SPDX-License-Identifier: GPL-2.0-only
"""Do the checks between guest and host fire on what is wrong, and on nothing else? I10 to I15."""

from collections.abc import Callable

import pytest

from harness import Execution, Failure
from vgic import Mechanism, Parameters, Reference
from vgic.accesses import PEND, Access
from vgic.data.intids import Config
from vgic.data.program import Program
from vgic.data.vcpu import Vcpu, VgicIrq
from vgic.hardware.list_registers import ListRegister
from vgic.judging.eoicount import arrivals_keep_active_state, eoicount_is_plausible
from vgic.judging.handlers import acknowledged_by_right, active_is_acknowledged, priorities_nest
from vgic.judging.judge import listed
from vgic.parameters import Irq

Enlist = Callable[..., None]


def interrupt(
    kernel: Mechanism, intid: int = 32, *, active: bool = False, vcpu_id: int = 0
) -> VgicIrq:
    irq = kernel.kvm.add_irq(intid, Config.EDGE, 0x80, vcpu_id)
    irq.active = active
    irq.vcpu = kernel.kvm.vcpus[vcpu_id]
    return irq


def acknowledge(
    kernel: Mechanism, config: Config, *, explained: bool = False, raised: bool = False
) -> None:
    irq = kernel.kvm.add_irq(32, config, 0x80, 0)
    acknowledged_by_right(kernel.kvm, irq, explained=explained, raised=raised)


def test_i10_is_silent_on_an_edge_that_was_sent(in_kernel: Callable[..., Execution]) -> None:
    in_kernel(lambda k: acknowledge(k, Config.EDGE, explained=True))


def test_i10_fires_on_an_acknowledge_that_no_edge_explains(
    failure_in_kernel: Callable[..., Failure],
) -> None:
    failure = failure_in_kernel(lambda k: acknowledge(k, Config.EDGE, raised=True))
    assert failure.kind == "I10 phantom edge"


def test_i11_is_silent_on_a_level_that_was_up(
    in_kernel: Callable[..., Execution],
) -> None:
    in_kernel(lambda k: acknowledge(k, Config.LEVEL, raised=True))


def test_i11_fires_on_a_level_that_was_never_up(
    failure_in_kernel: Callable[..., Failure],
) -> None:
    failure = failure_in_kernel(lambda k: acknowledge(k, Config.LEVEL, explained=True))
    assert failure.kind == "I11 phantom level"


@pytest.mark.parametrize(("apr", "depth"), [(0, 0), (1, 1), (0b1010, 2), (1 << 31, 1)])
def test_i12_is_silent_with_one_active_priority_for_each_handler(
    in_kernel: Callable[..., Execution], apr: int, depth: int
) -> None:
    def body(kernel: Mechanism) -> None:
        kernel.kvm.vcpus[0].cpuif.ap1r = apr
        priorities_nest(kernel.kvm, kernel.kvm.vcpus[0], depth)

    in_kernel(body)


@pytest.mark.parametrize(("apr", "depth"), [(0, 1), (1, 0), (0b11, 1), (1, 2)])
def test_i12_fires_on_one_too_many_and_one_too_few(
    failure_in_kernel: Callable[..., Failure], apr: int, depth: int
) -> None:
    def body(kernel: Mechanism) -> None:
        kernel.kvm.vcpus[0].cpuif.ap1r = apr
        priorities_nest(kernel.kvm, kernel.kvm.vcpus[0], depth)

    assert failure_in_kernel(body).kind == "I12 active priorities"


def after_sync(kernel: Mechanism, *stack: int) -> None:
    kvm, vcpu = kernel.kvm, kernel.kvm.vcpus[0]
    active_is_acknowledged(kvm, vcpu, listed(kvm, vcpu), stack)


def test_i13_is_silent_where_active_is_what_the_guest_handles(
    in_kernel: Callable[..., Execution],
) -> None:
    """Beside it: one that is sent again while idle, one active on another vCPU, one on no list."""

    def body(kernel: Mechanism) -> None:
        interrupt(kernel, 32, active=True)
        interrupt(kernel, 33).pending_latch = True
        interrupt(kernel, 34, active=True, vcpu_id=1)
        interrupt(kernel, 35).vcpu = None
        after_sync(kernel, 32)

    in_kernel(body, nr_vcpus=2)


def test_i13_is_silent_on_a_handled_interrupt_that_is_pending_again(
    in_kernel: Callable[..., Execution],
) -> None:
    def body(kernel: Mechanism) -> None:
        interrupt(kernel, 32, active=True).pending_latch = True
        after_sync(kernel, 32)

    in_kernel(body)


def test_i13_fires_on_an_active_interrupt_nobody_handles(
    failure_in_kernel: Callable[..., Failure],
) -> None:
    def body(kernel: Mechanism) -> None:
        interrupt(kernel, 32, active=True)
        interrupt(kernel, 33, active=True)
        after_sync(kernel, 33)

    failure = failure_in_kernel(body)
    assert failure.kind == "I13 stuck active"
    assert "spi 32" in failure.message
    assert failure.functions == ("kvm_vgic_sync_hwstate",)


@pytest.mark.parametrize(("handled_is_active", "manner"), [(True, ""), (False, "another is not")])
def test_i13_says_whether_an_end_was_taken_for_that_of_another(
    failure_in_kernel: Callable[..., Failure], handled_is_active: bool, manner: str
) -> None:
    def body(kernel: Mechanism) -> None:
        interrupt(kernel, 32, active=True)
        interrupt(kernel, 33, active=handled_is_active)
        after_sync(kernel, 33)

    failure = failure_in_kernel(body)
    assert (failure.kind, failure.manner) == ("I13 stuck active", manner)


def test_i13_fires_on_a_handled_interrupt_that_is_not_active(
    failure_in_kernel: Callable[..., Failure],
) -> None:
    def body(kernel: Mechanism) -> None:
        interrupt(kernel, 32, active=True)
        interrupt(kernel, 33)
        after_sync(kernel, 32, 33)

    failure = failure_in_kernel(body)
    assert failure.kind == "I13 active state lost"
    assert "spi 33" in failure.message


def test_i13_fires_on_a_handled_interrupt_that_prune_has_taken_off_its_list(
    failure_in_kernel: Callable[..., Failure],
) -> None:
    def body(kernel: Mechanism) -> None:
        interrupt(kernel, 32).vcpu = None
        after_sync(kernel, 32)

    assert failure_in_kernel(body).kind == "I13 active state lost"


def leaving(kernel: Mechanism, eoicount: int) -> None:
    """Leave a guest with two interrupts active outside the registers, and others beside them."""
    interrupt(kernel, 32, active=True)
    interrupt(kernel, 33, active=True)
    interrupt(kernel, 34, active=True).on_lr = True
    interrupt(kernel, 35, active=True, vcpu_id=1)
    interrupt(kernel, 36)
    kernel.kvm.vcpus[0].cpuif.hcr.eoicount = eoicount
    eoicount_is_plausible(kernel.kvm, kernel.kvm.vcpus[0])


@pytest.mark.parametrize("eoicount", [0, 1, 2])
def test_i14_is_silent_up_to_the_number_active_outside(
    in_kernel: Callable[..., Execution], eoicount: int
) -> None:
    in_kernel(lambda kernel: leaving(kernel, eoicount), nr_vcpus=2)


@pytest.mark.parametrize("eoicount", [3, 31])
def test_i14_fires_on_a_count_above_the_number_active_outside(
    failure_in_kernel: Callable[..., Failure], eoicount: int
) -> None:
    failure = failure_in_kernel(lambda kernel: leaving(kernel, eoicount), nr_vcpus=2)
    assert failure.kind == "I14 EOIcount too high"


def test_i15_is_silent_when_only_what_was_there_before_was_deactivated(
    in_kernel: Callable[..., Execution],
) -> None:
    def body(kernel: Mechanism) -> None:
        ended = interrupt(kernel, 32)
        still_active, idle = interrupt(kernel, 33, active=True), interrupt(kernel, 34)
        arrivals_keep_active_state(kernel.kvm, [ended, still_active], {still_active, idle})

    in_kernel(body)


def test_i15_fires_when_an_arrival_was_deactivated(
    failure_in_kernel: Callable[..., Failure],
) -> None:
    def body(kernel: Mechanism) -> None:
        arrival = interrupt(kernel, 33)
        arrivals_keep_active_state(kernel.kvm, [arrival], {arrival})

    failure = failure_in_kernel(body)
    assert failure.kind == "I15 arrival deactivated"
    assert "spi 33" in failure.message


# Does each invariant between guest and host pass the reference, and fire on a bug? I10-I15.
#
# The guest is alone. It nests three handlers: its accesses pend the next, more urgent one from
# within the handler of the last. A fourth, the least urgent, stays pending and so keeps the only
# list register: all three are ended outside it.


Judge = Callable[[Parameters, type[Mechanism]], str | None]


def nested(config: Config = Config.EDGE, lateness: int = 0, nr_lr: int = 1) -> Parameters:
    return Parameters(
        nr_lr=nr_lr,
        irqs=(
            *(Irq(32 + n, config, 0xA0 - 0x20 * n, 0) for n in range(3)),
            Irq(35, Config.EDGE, 0xC0, 0),
        ),
        guests=(
            Program.spelled(
                "mamamameee",
                (lateness,),
                tuple(Access(PEND, intid) for intid in (32, 33, 34, 35)),
            ),
        ),
        devices=(),
    )


class PendsAgain(Reference):
    """What is active after the fold is made pending again."""

    def vgic_v3_fold_lr(self, vcpu: Vcpu, lr: ListRegister) -> None:
        super().vgic_v3_fold_lr(vcpu, lr)
        irq = self.kvm.get_vcpu_irq(vcpu, lr.intid)
        assert irq is not None
        irq.pending_latch = irq.pending_latch or irq.active


class RaisesAgain(Reference):
    """A level that the guest has ended is taken to be up."""

    def vgic_v3_fold_lr(self, vcpu: Vcpu, lr: ListRegister) -> None:
        super().vgic_v3_fold_lr(vcpu, lr)
        irq = self.kvm.get_vcpu_irq(vcpu, lr.intid)
        assert irq is not None
        irq.line_level = not irq.active


class ForgetsPriorities(Reference):
    """The active priorities do not survive an entry."""

    def vgic_v3_restore_state(self, vcpu: Vcpu) -> None:
        super().vgic_v3_restore_state(vcpu)
        vcpu.cpuif.ap1r = 0


class CountsOneShort(Reference):
    """m04: one of what was ended outside is never deactivated."""

    def eoicount_to_account(self, vcpu: Vcpu) -> int:
        return max(0, super().eoicount_to_account(vcpu) - 1)


class CountsOneMore(Reference):
    """m03: one that is still handled is deactivated."""

    def eoicount_to_account(self, vcpu: Vcpu) -> int:
        return super().eoicount_to_account(vcpu) + bool(super().eoicount_to_account(vcpu))


class KeepsCount(Reference):
    """m05: EOIcount goes into the guest as it came out last."""

    def vgic_v3_restore_state(self, vcpu: Vcpu) -> None:
        count = vcpu.vgic_cpu.vgic_hcr.eoicount or getattr(self, "_count", 0)
        super().vgic_v3_restore_state(vcpu)
        vcpu.cpuif.hcr.eoicount = count

    def save_eoicount(self, vcpu: Vcpu) -> None:
        super().save_eoicount(vcpu)
        self._count = vcpu.vgic_cpu.vgic_hcr.eoicount


@pytest.mark.parametrize("config", Config)
@pytest.mark.parametrize("lateness", range(4))
@pytest.mark.parametrize("nr_lr", [1, 2, 3, 4])
def test_all_are_silent_on_nested_handlers(
    windows_of: Callable[[Parameters], set[str]], config: Config, lateness: int, nr_lr: int
) -> None:
    """I10 to I15 at once, with handlers ended outside the list register if there is only one."""
    windows = windows_of(nested(config, lateness, nr_lr))
    assert "eoicount" in windows or nr_lr > 1
    assert "overflow" not in windows or nr_lr < 4


def test_two_ended_outside_before_a_late_exit_are_silent(
    windows_of: Callable[[Parameters], set[str]],
) -> None:
    assert "eoicount_of_two" in windows_of(nested(lateness=3))
    assert "eoicount_of_two" not in windows_of(nested(lateness=0))


@pytest.mark.parametrize(
    ("bug", "parameters", "kind"),
    [
        (PendsAgain, nested(), "I10 phantom edge"),
        (RaisesAgain, nested(Config.LEVEL), "I11 phantom level"),
        (ForgetsPriorities, nested(), "I12 active priorities"),
        (CountsOneShort, nested(), "I13 stuck active"),
        (CountsOneMore, nested(), "I13 active state lost"),
        (KeepsCount, nested(lateness=3), "I14 EOIcount too high"),
    ],
)
def test_a_bug_is_called_by_its_name(
    kind_of: Judge, bug: type[Mechanism], parameters: Parameters, kind: str
) -> None:
    assert kind_of(parameters, Reference) is None
    assert kind_of(parameters, bug) == kind
