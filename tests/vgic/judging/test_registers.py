# SPDX-License-Identifier: GPL-2.0-only
"""Do the checks of the list registers fire on what is wrong, and on nothing else?

I4, I5, I22, and O10: the best deliverable interrupts are in list registers.
"""

from collections.abc import Callable

import pytest

from harness import Execution, Failure
from vgic import BUGS, Mechanism, Parameters, Reference
from vgic.accesses import DISABLE, ENABLE, PEND, Access
from vgic.data.intids import Config
from vgic.data.program import Program
from vgic.data.vcpu import Vcpu, VgicIrq
from vgic.data.vm import Kvm
from vgic.hardware.list_registers import ListRegister
from vgic.judging.judge import listed
from vgic.judging.loading import best_are_loaded
from vgic.judging.registers import no_lr_in_use, used_lrs_agree
from vgic.parameters import Irq

Enlist = Callable[..., None]


def pending(kernel: Mechanism, intid: int, priority: int = 0x80) -> VgicIrq:
    irq = kernel.kvm.add_irq(intid, Config.EDGE, priority, 0)
    irq.pending_latch = True
    return irq


def flushed(kernel: Mechanism, enlist: Enlist, *irqs: VgicIrq) -> Vcpu:
    vcpu = kernel.kvm.vcpus[0]
    enlist(vcpu, *irqs)
    with vcpu.vgic_cpu.ap_list_lock:
        kernel.vgic_flush_lr_state(vcpu)
    return vcpu


def after_flush(
    kernel: Mechanism, enlist: Enlist, damage: Callable[[Vcpu], None], config: Config = Config.EDGE
) -> None:
    """Flush two pending interrupts into three registers, damage something, and check."""
    irqs = [kernel.kvm.add_irq(intid, config, 0x80, 0) for intid in (32, 33)]
    for irq in irqs:
        irq.line_level = irq.pending_latch = True
    vcpu = flushed(kernel, enlist, *irqs)
    damage(vcpu)
    used_lrs_agree(kernel.kvm, vcpu)


def nothing(vcpu: Vcpu) -> None:
    pass


def stale_beyond_used(vcpu: Vcpu) -> None:
    """Registers beyond used_lrs are stale by right."""
    vcpu.vgic_cpu.vgic_lr[2] = ListRegister(32, pending=True, active=True, eoi=True)


def pending_and_active(vcpu: Vcpu) -> None:
    vcpu.vgic_cpu.vgic_lr[0].active = True


def one_too_few(vcpu: Vcpu) -> None:
    vcpu.vgic_cpu.used_lrs = 1


def same_twice(vcpu: Vcpu) -> None:
    vcpu.vgic_cpu.vgic_lr[1].load(vcpu.vgic_cpu.vgic_lr[0])


def empty_one(vcpu: Vcpu) -> None:
    vcpu.vgic_cpu.vgic_lr[1].pending = False


@pytest.mark.parametrize("damage", [nothing, stale_beyond_used, pending_and_active])
def test_what_flush_left_is_silent_and_an_edge_may_be_pending_and_active(
    in_kernel: Callable[..., Execution], enlist: Enlist, damage: Callable[[Vcpu], None]
) -> None:
    in_kernel(lambda kernel: after_flush(kernel, enlist, damage), nr_lr=3)


@pytest.mark.parametrize(
    ("damage", "config", "kind"),
    [
        (one_too_few, Config.EDGE, "I4 list registers miscounted"),
        (same_twice, Config.EDGE, "I5 INTID in two list registers"),
        (empty_one, Config.EDGE, "I22 illegal list register"),
        (pending_and_active, Config.LEVEL, "I22 illegal list register"),
    ],
)
def test_damaged_registers_fire(
    failure_in_kernel: Callable[..., Failure],
    enlist: Enlist,
    damage: Callable[[Vcpu], None],
    config: Config,
    kind: str,
) -> None:
    failure = failure_in_kernel(lambda kernel: after_flush(kernel, enlist, damage, config), nr_lr=3)
    assert failure.kind == kind


def test_i4_fires_when_an_interrupt_says_it_is_in_a_register_and_is_not(
    failure_in_kernel: Callable[..., Failure], enlist: Enlist
) -> None:
    def body(kernel: Mechanism) -> None:
        irqs = [pending(kernel, 32), pending(kernel, 33)]
        vcpu = flushed(kernel, enlist, *irqs)
        irqs[1].on_lr = True
        used_lrs_agree(kernel.kvm, vcpu)

    assert failure_in_kernel(body, nr_lr=1).kind == "I4 list registers miscounted"


def all_is_folded(kvm: Kvm, vcpu: Vcpu) -> None:
    no_lr_in_use(kvm, vcpu, listed(kvm, vcpu))


def test_i4_is_silent_when_all_is_folded_and_while_another_vcpu_uses_its_registers(
    in_kernel: Callable[..., Execution], enlist: Enlist
) -> None:
    def body(kernel: Mechanism) -> None:
        flushed(kernel, enlist, pending(kernel, 32))
        kernel.vgic_v3_fold_lr_state(kernel.kvm.vcpus[0])
        other = pending(kernel, 33)
        enlist(kernel.kvm.vcpus[1], other)
        other.on_lr = True
        all_is_folded(kernel.kvm, kernel.kvm.vcpus[0])

    in_kernel(body, nr_vcpus=2)


@pytest.mark.parametrize("what", ["on_lr", "used_lrs"])
def test_i4_fires_on_what_is_left_unfolded(
    failure_in_kernel: Callable[..., Failure], enlist: Enlist, what: str
) -> None:
    def body(kernel: Mechanism) -> None:
        irq = pending(kernel, 32)
        vcpu = flushed(kernel, enlist, irq)
        kernel.vgic_v3_fold_lr_state(vcpu)
        irq.on_lr = what == "on_lr"
        vcpu.vgic_cpu.used_lrs = int(what == "used_lrs")
        all_is_folded(kernel.kvm, vcpu)

    assert failure_in_kernel(body).kind == "I4 list registers not folded"


def check_best(
    kernel: Mechanism, enlist: Enlist, *irqs: VgicIrq, changed: frozenset[VgicIrq]
) -> None:
    best_are_loaded(kernel.kvm, flushed(kernel, enlist, *irqs), changed)


def left_out(kernel: Mechanism) -> tuple[VgicIrq, VgicIrq]:
    """Return a less urgent interrupt and a more urgent one, which the unsorted flush leaves out."""
    return pending(kernel, 32, 0x80), pending(kernel, 33, 0x40)


class Unsorted(Reference):
    def vgic_sort_ap_list(self, vcpu: Vcpu) -> None:
        """Do not."""


def test_o10_is_silent_on_what_a_right_flush_left_out(
    in_kernel: Callable[..., Execution], enlist: Enlist
) -> None:
    def body(kernel: Mechanism) -> None:
        same = pending(kernel, 34, 0x40)
        check_best(kernel, enlist, *left_out(kernel), same, changed=frozenset())

    in_kernel(body, nr_lr=1)


def test_o10_fires_when_a_lesser_interrupt_has_the_register(
    failure_in_kernel: Callable[..., Failure], enlist: Enlist
) -> None:
    def body(kernel: Mechanism) -> None:
        check_best(kernel, enlist, *left_out(kernel), changed=frozenset())

    failure = failure_in_kernel(body, kernel=Unsorted, nr_lr=1)
    assert failure.kind == "O10 best pending left out"
    assert "spi 33" in failure.message


@pytest.mark.parametrize("why", ["changed", "disabled", "group", "active", "distributor off"])
def test_o10_is_silent_when_what_was_left_out_could_not_be_taken(
    in_kernel: Callable[..., Execution], enlist: Enlist, why: str
) -> None:
    def body(kernel: Mechanism) -> None:
        lesser, better = left_out(kernel)
        vcpu = flushed(kernel, enlist, lesser, better)
        better.enabled = why != "disabled"
        better.active = why == "active"
        better.group = int(why != "group")
        vcpu.cpuif.vmcr.group_enabled = (False, True)
        kernel.kvm.dist.enabled = why != "distributor off"
        changed = frozenset([better] if why == "changed" else [])
        best_are_loaded(kernel.kvm, vcpu, changed)

    in_kernel(body, kernel=Unsorted, nr_lr=1)


def test_o10_fires_when_an_active_interrupt_has_the_register_of_a_pending_one(
    failure_in_kernel: Callable[..., Failure], enlist: Enlist
) -> None:
    def body(kernel: Mechanism) -> None:
        held_open = kernel.kvm.add_irq(32, Config.EDGE, 0x00, 0)
        held_open.active = True
        check_best(kernel, enlist, held_open, pending(kernel, 33), changed=frozenset())

    failure = failure_in_kernel(body, kernel=BUGS["active_first_sort"].cls, nr_lr=1)
    assert failure.kind == "O10 best pending left out"


def test_o10_fires_when_a_register_is_empty_while_something_waits(
    failure_in_kernel: Callable[..., Failure], enlist: Enlist
) -> None:
    class TakesOne(Reference):
        def takes_lr(self, vcpu: Vcpu, irq: VgicIrq) -> bool:
            return irq.intid == 32

    def body(kernel: Mechanism) -> None:
        irqs = [pending(kernel, intid, 0x80) for intid in (32, 33)]
        check_best(kernel, enlist, *irqs, changed=frozenset())

    assert failure_in_kernel(body, kernel=TakesOne, nr_lr=2).kind == "O10 best pending left out"


# Is each invariant of the list registers silent on Reference, and is a kernel bug called by it?
#
# I4, I5, I22 and O10. The guest is alone with three interrupts, of which it handles one while it
# exits, disables another and enables it again.


Judge = Callable[[Parameters, type[Mechanism]], str | None]

ACCESSES = (
    Access(PEND, 32),
    Access(PEND, 33),
    Access(DISABLE, 33),
    Access(PEND, 34),
    Access(ENABLE, 33),
)


def alone(nr_lr: int, config: Config = Config.EDGE) -> Parameters:
    return Parameters(
        nr_lr=nr_lr,
        irqs=tuple(Irq(32 + n, config, 0xA0 - 0x20 * n, 0) for n in range(3)),
        guests=(Program.spelled("mammmnm", (0,), ACCESSES),),
        devices=(),
    )


class UsesNone(Reference):
    """Flush forgets how many list registers it has filled."""

    def vgic_flush_lr_state(self, vcpu: Vcpu) -> None:
        super().vgic_flush_lr_state(vcpu)
        vcpu.vgic_cpu.used_lrs = 0


class FoldsNothing(Reference):
    """The exit leaves the list registers as they are."""

    def vgic_v3_fold_lr_state(self, vcpu: Vcpu) -> None:
        pass


class StaysInRegister(Reference):
    """The fold does not say that the interrupt is in none any more."""

    def vgic_v3_fold_lr(self, vcpu: Vcpu, lr: ListRegister) -> None:
        super().vgic_v3_fold_lr(vcpu, lr)
        irq = self.kvm.get_vcpu_irq(vcpu, lr.intid)
        assert irq is not None
        irq.on_lr = irq.active


class SameName(Reference):
    """Every list register gets the first interrupt's INTID."""

    def vgic_v3_compute_lr(self, vcpu: Vcpu, irq: VgicIrq) -> ListRegister:
        lr = super().vgic_v3_compute_lr(vcpu, irq)
        lr.intid = 32
        return lr


class TakesAnything(Reference):
    """What cannot be delivered gets a list register as well."""

    def takes_lr(self, vcpu: Vcpu, irq: VgicIrq) -> bool:
        return True

    def prune_target(self, irq: VgicIrq) -> Vcpu | None:
        return super().prune_target(irq) or irq.vcpu


class PendingAndActive(Reference):
    """A level that is up is loaded pending while it is active."""

    def vgic_v3_compute_lr(self, vcpu: Vcpu, irq: VgicIrq) -> ListRegister:
        lr = super().vgic_v3_compute_lr(vcpu, irq)
        lr.pending = lr.pending or lr.active
        return lr


class WorstFirst(Reference):
    """The sort takes 0 for the least urgent."""

    def sort_key(self, vcpu: Vcpu, irq: VgicIrq) -> tuple[bool | int, ...]:
        *flags, priority = super().sort_key(vcpu, irq)
        return (*flags, -priority)


class ActiveFirst(Reference):
    """The order of kernels until 6.18."""

    def sort_key(self, vcpu: Vcpu, irq: VgicIrq) -> tuple[bool | int, ...]:
        elsewhere, group_off, not_pending, priority = super().sort_key(vcpu, irq)
        return elsewhere, group_off, not not_pending, priority


class LeavesOneEmpty(Reference):
    """What is pending by software gets no list register."""

    def takes_lr(self, vcpu: Vcpu, irq: VgicIrq) -> bool:
        return super().takes_lr(vcpu, irq) and irq.intid != 34


@pytest.mark.parametrize("config", Config)
@pytest.mark.parametrize("nr_lr", [1, 2, 3, 16])
def test_all_are_silent_with_few_and_with_many_list_registers(
    windows_of: Callable[[Parameters], set[str]], nr_lr: int, config: Config
) -> None:
    """O10 too: the disabled one waits outside, though a list register may be empty."""
    assert "split" in windows_of(alone(nr_lr, config))


@pytest.mark.parametrize(
    ("bug", "parameters", "kind"),
    [
        (UsesNone, alone(4), "I4 list registers miscounted"),
        (FoldsNothing, alone(4), "I4 list registers not folded"),
        (StaysInRegister, alone(4), "I4 list registers not folded"),
        (SameName, alone(4), "I5 INTID in two list registers"),
        (TakesAnything, alone(4), "I22 undeliverable loaded"),
        (PendingAndActive, alone(4, Config.LEVEL), "I22 illegal list register"),
        (WorstFirst, alone(1), "O10 best pending left out"),
        (ActiveFirst, alone(1), "O10 best pending left out"),
        (LeavesOneEmpty, alone(4), "O10 best pending left out"),
    ],
)
def test_a_bug_is_called_by_its_name(
    kind_of: Judge, bug: type[Mechanism], parameters: Parameters, kind: str
) -> None:
    assert kind_of(parameters, Reference) is None
    assert kind_of(parameters, bug) == kind
