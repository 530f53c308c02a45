# SPDX-License-Identifier: GPL-2.0-only
"""What does turning the distributor on or off do, and who is told?

Section 11 of the semantics: GICD_CTLR is written under the config_lock; only the step from off to
on kicks, and it kicks each vCPU that has something on its list and nobody else. Which of those
shipped kernels look over: docs/findings.md, F9.
"""

from collections.abc import Callable

import pytest

from harness import Execution, local_irq_disable, local_irq_enable
from vgic import REVISIONS, Mechanism, Reference
from vgic.accesses import DISTRIBUTOR, Access
from vgic.composition import compose
from vgic.data import EDGE, KVM_REQ_IRQ_PENDING, LEVEL, Mode, Vcpu, VgicIrq
from vgic.kernel import ApListSummary

InKernel = Callable[..., Execution]
Enlist = Callable[..., None]
Operations = Callable[[Execution], list[str]]

PENDING = 1 << KVM_REQ_IRQ_PENDING
BY_MASK = compose(Reference, ["kicked_by_old_mask"])
SHIPPED = [REVISIONS[name].cls for name in ("classic", "v1-posted", "linux-7.3")]
V1_POSTED = REVISIONS["v1-posted"].cls
EVERYTHING, NOTHING = 0xF8, 0x00


def run(in_kernel: InKernel, body: Callable[[Mechanism], None], **how: object) -> Execution:
    return in_kernel(body, nr_vcpus=3, irqs_off=False, **how)


def in_guests(kernel: Mechanism, *, mask: int = EVERYTHING) -> None:
    """Have every vCPU in its guest, which had this mask when it left last, and none now."""
    for vcpu in kernel.kvm.vcpus:
        vcpu.mode.value = Mode.IN_GUEST_MODE
        vcpu.vgic_cpu.vgic_pmr = mask
        vcpu.cpuif.vmcr.pmr = EVERYTHING


def pending(
    kernel: Mechanism, enlist: Enlist, number: int, intid: int = 32, priority: int = 0x80
) -> VgicIrq:
    """Return an interrupt that is pending on that vCPU's list."""
    irq = kernel.kvm.add_irq(intid, EDGE, priority, number)
    irq.pending_latch = True
    enlist(kernel.kvm.vcpus[number], irq)
    return irq


def told(vcpu: Vcpu) -> bool:
    """Whether this vCPU, in its guest, was both left a request and kicked."""
    requested = vcpu.requests.bits == PENDING
    assert requested == vcpu.ipi.pending == (vcpu.mode.value is Mode.EXITING_GUEST_MODE)
    return requested


def turn(kernel: Mechanism, *, was: bool, to: bool) -> list[bool]:
    """Write GICD_CTLR on vCPU 0's thread; tell which vCPUs are told."""
    kernel.kvm.dist.enabled = was
    kernel.vgic_mmio_write_v3_misc(to)
    assert kernel.kvm.dist.enabled is to
    assert not kernel.scheduler.current.irqs_off
    assert not kernel.scheduler.current.held
    return [told(vcpu) for vcpu in kernel.kvm.vcpus]


@pytest.mark.parametrize("kernel", [Reference, BY_MASK, *SHIPPED])
@pytest.mark.parametrize("was", [False, True])
@pytest.mark.parametrize("to", [False, True])
def test_only_the_step_from_off_to_on_kicks_and_only_who_has_something(
    in_kernel: InKernel, enlist: Enlist, kernel: type[Mechanism], was: bool, to: bool
) -> None:
    def body(built: Mechanism) -> None:
        pending(built, enlist, 1)
        in_guests(built)
        assert turn(built, was=was, to=to) == [False, to and not was, False]

    run(in_kernel, body, kernel=kernel)


def test_each_that_has_something_is_kicked(in_kernel: InKernel, enlist: Enlist) -> None:
    def body(kernel: Mechanism) -> None:
        pending(kernel, enlist, 1, 33)
        pending(kernel, enlist, 2, 34)
        in_guests(kernel)
        assert turn(kernel, was=False, to=True) == [False, True, True]

    run(in_kernel, body)


@pytest.mark.parametrize(("kernel", "is_told"), [(Reference, True), (V1_POSTED, False)])
def test_what_a_flush_has_put_aside_is_something(
    in_kernel: InKernel, enlist: Enlist, kernel: type[Mechanism], is_told: bool
) -> None:
    """The flush passes over it, since the distributor is off; who is active goes before it."""

    def body(built: Mechanism) -> None:
        vcpu = built.kvm.vcpus[1]
        pending(built, enlist, 1, 33).active = True
        pending(built, enlist, 1, 34)
        built.kvm.dist.enabled = False
        local_irq_disable(built.scheduler)
        built.kvm_vgic_flush_hwstate(vcpu)
        local_irq_enable(built.scheduler)
        assert not vcpu.vgic_cpu.overflow_ap_list_head.empty
        in_guests(built)
        assert turn(built, was=False, to=True) == [False, is_told, False]
        vcpu.vgic_cpu.overflow_ap_list_head.init()

    run(in_kernel, body, kernel=kernel)


def idle(irq: VgicIrq) -> None:
    irq.pending_latch = False


def disabled(irq: VgicIrq) -> None:
    irq.enabled = False


def active(irq: VgicIrq) -> None:
    irq.active = True


@pytest.mark.parametrize("kernel", [Reference, BY_MASK])
@pytest.mark.parametrize("state", [idle, disabled, active])
def test_what_is_listed_and_cannot_come_kicks_nobody(
    in_kernel: InKernel, enlist: Enlist, kernel: type[Mechanism], state: Callable[[VgicIrq], None]
) -> None:
    def body(built: Mechanism) -> None:
        state(pending(built, enlist, 1))
        in_guests(built)
        assert turn(built, was=False, to=True) == [False, False, False]
        pending(built, enlist, 1, 33)
        assert turn(built, was=False, to=True) == [False, True, False], "behind it is one that can"

    run(in_kernel, body, kernel=kernel)


def test_a_level_that_is_up_is_something(in_kernel: InKernel, enlist: Enlist) -> None:
    def body(kernel: Mechanism) -> None:
        irq = kernel.kvm.add_irq(32, LEVEL, 0x80, 1)
        irq.line_level = True
        enlist(kernel.kvm.vcpus[1], irq)
        in_guests(kernel)
        assert turn(kernel, was=False, to=True) == [False, True, False]

    run(in_kernel, body)


def test_who_is_kicked_goes_by_the_list_it_is_on_however_it_is_routed(
    in_kernel: InKernel, enlist: Enlist
) -> None:
    def body(kernel: Mechanism) -> None:
        pending(kernel, enlist, 1).target_vcpu = kernel.kvm.vcpus[2]
        in_guests(kernel)
        assert turn(kernel, was=False, to=True) == [False, True, False]

    run(in_kernel, body)


def test_what_was_sent_while_it_was_off_is_queued_by_nobody(
    in_kernel: InKernel, listed: Callable[..., list[int]]
) -> None:
    """Quirk Q12: it takes another touch."""

    def body(kernel: Mechanism) -> None:
        irq = kernel.kvm.add_irq(32, EDGE, 0x80, 1)
        in_guests(kernel)
        assert not any(turn(kernel, was=True, to=False))
        kernel.kvm_vgic_inject_irq(None, 32, level=True)
        assert not any(turn(kernel, was=False, to=True))
        assert (irq.pending_latch, irq.vcpu, listed(kernel.kvm.vcpus[1])) == (True, None, [])
        kernel.vgic_mmio_write_senable(irq)
        assert [told(vcpu) for vcpu in kernel.kvm.vcpus] == [False, True, False]
        assert listed(kernel.kvm.vcpus[1]) == [32]

    run(in_kernel, body)


@pytest.mark.parametrize("kernel", [Reference, BY_MASK, *SHIPPED])
@pytest.mark.parametrize(("mask", "lets_in"), [(0x00, False), (0x80, False), (0x88, True)])
def test_the_mask_of_the_last_exit_keeps_it_from_a_vcpu_but_in_the_reference(
    in_kernel: InKernel, enlist: Enlist, kernel: type[Mechanism], mask: int, lets_in: bool
) -> None:
    """Its guest lets everything in by now, and has not left since."""

    def body(built: Mechanism) -> None:
        pending(built, enlist, 1)
        in_guests(built, mask=mask)
        wanted = lets_in or kernel is Reference
        assert turn(built, was=False, to=True) == [False, wanted, False]

    run(in_kernel, body, kernel=kernel)


@pytest.mark.parametrize(("name", "saved"), [("classic", False), ("v1-posted", True)])
def test_up_to_6_18_the_mask_is_saved_when_the_vcpu_is_put_and_not_before(
    in_kernel: InKernel, name: str, saved: bool
) -> None:
    def body(kernel: Mechanism) -> None:
        vcpu = kernel.kvm.vcpus[0]
        vcpu.vgic_cpu.vgic_pmr, vcpu.cpuif.vmcr.pmr = NOTHING, 0x40
        kernel.vgic_v3_save_state(vcpu)
        assert vcpu.vgic_cpu.vgic_pmr == (0x40 if saved else NOTHING)
        kernel.kvm_vgic_put(vcpu)
        assert vcpu.vgic_cpu.vgic_pmr == 0x40

    for kernel in (REVISIONS[name].cls, *([Reference] if saved else [])):
        in_kernel(body, kernel=kernel)


class NotesWhatIsHeld(Reference):
    """Notes what is held when a vCPU is told."""

    def announce_pending(self, vcpu: Vcpu) -> None:
        held = [lock.name for lock in self.scheduler.current.held]
        self.scheduler.note("tell", vcpu, "holding", *held)
        super().announce_pending(vcpu)


def test_lists_are_looked_at_one_after_the_other_and_only_the_config_lock_is_held_to_kick(
    in_kernel: InKernel, enlist: Enlist, operations: Operations
) -> None:
    def body(kernel: Mechanism) -> None:
        for number in (1, 2):
            pending(kernel, enlist, number, 32 + number)
        in_guests(kernel)
        turn(kernel, was=False, to=True)

    told_of = [
        each.split(": ", 1)[1] for each in operations(run(in_kernel, body, kernel=NotesWhatIsHeld))
    ]
    assert [each.strip() for each in told_of if "lock" in each] == [
        "lock config_lock[vm]",
        "lock ap_list_lock[vcpu 0]",
        *("lock ap_list_lock[vcpu 1]", "lock irq_lock[spi 33]"),
        "tell vcpu 1 holding config_lock[vm]",
        *("lock ap_list_lock[vcpu 2]", "lock irq_lock[spi 34]"),
        "tell vcpu 2 holding config_lock[vm]",
    ]


@pytest.mark.parametrize("enabled", [False, True])
def test_a_vcpu_that_waits_has_nothing_to_wake_for_while_it_is_off(
    in_kernel: InKernel, enlist: Enlist, enabled: bool
) -> None:
    def body(kernel: Mechanism) -> None:
        pending(kernel, enlist, 1)
        in_guests(kernel)
        kernel.kvm.dist.enabled = enabled
        assert kernel.kvm_vgic_vcpu_pending_irq(kernel.kvm.vcpus[1]) is enabled

    run(in_kernel, body)


def test_off_what_is_pending_belongs_nowhere_and_what_is_active_stays(
    in_kernel: InKernel, enlist: Enlist, listed: Callable[..., list[int]]
) -> None:
    def body(kernel: Mechanism) -> None:
        vcpu = kernel.kvm.vcpus[0]
        irq, handled = (pending(kernel, enlist, 0, intid) for intid in (32, 33))
        handled.active = True
        kernel.kvm.dist.enabled = False
        summary = ApListSummary(0, 0, 4)
        for each in (irq, handled):
            kernel.summarize_irq(vcpu, each, summary)
        assert (summary.nr_pend, summary.nr_act) == (0, 1)
        kernel.vgic_prune_ap_list(vcpu)
        assert listed(vcpu) == [33]
        assert (irq.vcpu, irq.pending_latch) == (None, True)

    in_kernel(body)


@pytest.mark.parametrize("value", [0, 1])
def test_a_guests_write_comes_to_it_whatever_interrupts_there_are(
    in_kernel: InKernel, value: int
) -> None:
    def body(kernel: Mechanism) -> None:
        kernel.kvm.dist.enabled = not value
        kernel.handle_exit(kernel.kvm.vcpus[0], Access(DISTRIBUTOR, 0, value))
        assert kernel.kvm.dist.enabled is bool(value)

    run(in_kernel, body)
