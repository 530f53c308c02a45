# SPDX-License-Identifier: GPL-2.0-only
"""Who samples a line again at each end: is he notified, and may he inject from there?

Section 7.2 of the semantics: a fold that finds a level ended notifies with nothing held, since the
notifier injects. Of the ends of one stay shipped kernels notify nobody: docs/findings.md, F10.
"""

from collections.abc import Callable

import pytest

from harness import Execution, local_irq_disable, local_irq_enable
from vgic import REVISIONS, Mechanism, Reference
from vgic.accesses import LOWER, RAISE, Access
from vgic.composition import compose
from vgic.data import EDGE, LEVEL, Mode, VgicIrq
from vgic.data.resampled import ResampledDevice
from vgic.hardware import ListRegister

InKernel = Callable[..., Execution]
Enlist = Callable[..., None]
Listed = Callable[..., list[int]]

UNHEARD = compose(Reference, ["ends_unheard"])
SHIPPED = [REVISIONS[name].cls for name in ("v1-posted", "linux-7.3")]
CLASSIC = REVISIONS["classic"].cls
EMPTY = ListRegister(32, eoi=True, priority=0x80)


class FoldsWhenHalted(Reference):
    """The vCPUs that run leave their guests when the VM is halted, and fold: each at once."""

    def kvm_arm_halt_guest(self) -> None:
        super().kvm_arm_halt_guest()
        local_irq_disable(self.scheduler)
        for vcpu in self.kvm.vcpus:
            self.vgic_v3_fold_lr_state(vcpu)
        local_irq_enable(self.scheduler)


def raised(kernel: Mechanism, *, resampled: bool = True, home: int = 0) -> VgicIrq:
    """Return a level whose line the host has raised for a device, once."""
    irq = kernel.kvm.add_irq(32, LEVEL, 0x80, home, resampled=resampled)
    irq.line_level = True
    if irq.resampled is not None:
        assert irq.resampled.ask()
    return irq


def device_of(irq: VgicIrq) -> ResampledDevice:
    assert irq.resampled is not None
    return irq.resampled


def loaded(kernel: Mechanism, enlist: Enlist, irq: VgicIrq, lr: ListRegister) -> None:
    """Have it on vCPU 0's list, and in its first list register, in this state."""
    vcpu = kernel.kvm.vcpus[0]
    enlist(vcpu, irq)
    irq.on_lr = True
    vcpu.vgic_cpu.vgic_lr[0] = lr
    vcpu.vgic_cpu.used_lrs = 1


def state_of(irq: VgicIrq) -> tuple[bool, bool]:
    """Whether its line is up, and whether the host takes it for raised."""
    return irq.line_level, device_of(irq).raised


@pytest.mark.parametrize("kernel", [Reference, CLASSIC])
@pytest.mark.parametrize("was_active", [False, True])
def test_an_end_lowers_the_line(
    in_kernel: InKernel, enlist: Enlist, kernel: type[Mechanism], was_active: bool
) -> None:
    def body(built: Mechanism) -> None:
        irq = raised(built)
        loaded(built, enlist, irq, EMPTY)
        irq.active = was_active
        device_of(irq).serve()
        built.vgic_v3_fold_lr(built.kvm.vcpus[0], EMPTY)
        assert state_of(irq) == (False, False)
        assert not irq.active
        assert built.scheduler.current.irqs_off, "as it was called"
        assert not built.scheduler.current.held

    in_kernel(body, kernel=kernel)


@pytest.mark.parametrize("kernel", [UNHEARD, *SHIPPED])
@pytest.mark.parametrize("was_active", [False, True])
def test_of_an_end_in_the_stay_of_its_acknowledge_shipped_kernels_notify_nobody(
    in_kernel: InKernel, enlist: Enlist, kernel: type[Mechanism], was_active: bool
) -> None:
    """It takes an exit in between, which has found it active."""

    def body(built: Mechanism) -> None:
        irq = raised(built)
        loaded(built, enlist, irq, EMPTY)
        irq.active = was_active
        device_of(irq).serve()
        built.vgic_v3_fold_lr(built.kvm.vcpus[0], EMPTY)
        assert state_of(irq) == ((False, False) if was_active else (True, True))

    in_kernel(body, kernel=kernel)


@pytest.mark.parametrize("kernel", [Reference, UNHEARD, *SHIPPED])
@pytest.mark.parametrize("lr", [{"active": True}, {"pending": True}], ids=str)
def test_what_is_not_ended_notifies_nobody(
    in_kernel: InKernel, enlist: Enlist, kernel: type[Mechanism], lr: dict[str, bool]
) -> None:
    def body(built: Mechanism) -> None:
        irq = raised(built)
        left = ListRegister(32, eoi=True, priority=0x80, **lr)
        loaded(built, enlist, irq, left)
        irq.active = True
        built.vgic_v3_fold_lr(built.kvm.vcpus[0], left)
        assert state_of(irq) == (True, True)

    in_kernel(body, kernel=kernel)


@pytest.mark.parametrize("config", [EDGE, LEVEL])
def test_where_no_device_is_passed_through_the_line_stays_as_it_is(
    in_kernel: InKernel, enlist: Enlist, config: object
) -> None:
    def body(kernel: Mechanism) -> None:
        irq = kernel.kvm.add_irq(32, LEVEL if config is LEVEL else EDGE, 0x80, 0)
        irq.line_level = irq.active = True
        lr = ListRegister(32, eoi=config is LEVEL, priority=0x80)
        loaded(kernel, enlist, irq, lr)
        kernel.vgic_v3_fold_lr(kernel.kvm.vcpus[0], lr)
        assert irq.line_level

    in_kernel(body)


@pytest.mark.parametrize(("asks", "up"), [("before", False), ("after", True)])
def test_what_the_device_asks_for_after_its_driver_has_looked_raises_the_line_again(
    in_kernel: InKernel, enlist: Enlist, listed: Listed, asks: str, up: bool
) -> None:
    """The line is up meanwhile, so that nobody raises it for that."""

    def body(kernel: Mechanism) -> None:
        irq = raised(kernel)
        loaded(kernel, enlist, irq, EMPTY)
        if asks == "before":
            assert not device_of(irq).ask()
        device_of(irq).serve()
        if asks == "after":
            assert not device_of(irq).ask()
        kernel.vgic_v3_fold_lr(kernel.kvm.vcpus[0], EMPTY)
        assert state_of(irq) == (up, up)
        kernel.vgic_prune_ap_list(kernel.kvm.vcpus[0])
        assert listed(kernel.kvm.vcpus[0]) == ([32] if up else [])

    in_kernel(body)


def test_what_is_raised_again_and_belongs_elsewhere_by_then_is_announced_there(
    in_kernel: InKernel, enlist: Enlist
) -> None:
    def body(kernel: Mechanism) -> None:
        here, there = kernel.kvm.vcpus
        irq = raised(kernel)
        loaded(kernel, enlist, irq, EMPTY)
        irq.target_vcpu = there
        there.mode.value = Mode.IN_GUEST_MODE
        device_of(irq).serve()
        device_of(irq).ask()
        kernel.vgic_v3_fold_lr(here, EMPTY)
        assert there.ipi.pending
        assert irq.vcpu is here, "prune moves it"

    in_kernel(body, nr_vcpus=2)


class NotesWhatIsHeld(Reference):
    """Notes with what who samples again is notified."""

    noted: list[tuple[bool, bool]]

    def kvm_notify_acked_irq(self, irq: VgicIrq) -> None:
        me = self.scheduler.current
        assert not irq.on_lr, "it has been folded"
        self.noted = [*vars(self).get("noted", []), (bool(me.held), me.irqs_off)]
        super().kvm_notify_acked_irq(irq)


def test_he_is_notified_with_nothing_held_and_interrupts_off(
    in_kernel: InKernel, enlist: Enlist
) -> None:
    def body(kernel: Mechanism) -> None:
        assert isinstance(kernel, NotesWhatIsHeld)
        irq = raised(kernel)
        loaded(kernel, enlist, irq, EMPTY)
        kernel.vgic_v3_fold_lr_state(kernel.kvm.vcpus[0])
        assert kernel.noted == [(False, True)]

    in_kernel(body, kernel=NotesWhatIsHeld)


@pytest.mark.parametrize("kernel", [Reference, UNHEARD, *SHIPPED])
def test_an_end_that_eoicount_stands_for_notifies(
    in_kernel: InKernel, enlist: Enlist, kernel: type[Mechanism]
) -> None:
    """It was active outside the list registers, so that an earlier exit has found it so."""

    def body(built: Mechanism) -> None:
        vcpu = built.kvm.vcpus[0]
        irq = raised(built)
        irq.active = True
        posted = kernel in (Reference, UNHEARD, SHIPPED[0])
        enlist(vcpu, irq, overflow=posted)
        vcpu.vgic_cpu.vgic_hcr.eoicount = 1
        if not posted:
            other = built.kvm.add_irq(33, EDGE, 0x40, 0)
            enlist(vcpu, other)
            vcpu.vgic_cpu.ap_list_head.delete(irq.ap_list)
            enlist(vcpu, irq)
            built.remember_last_lr(vcpu, other, built.kvm.nr_lr)
        device_of(irq).serve()
        built.vgic_v3_fold_lr_state(vcpu)
        assert not irq.active
        assert state_of(irq) == (False, False)

    in_kernel(body, kernel=kernel, nr_lr=1)


@pytest.mark.parametrize("kernel", [Reference, UNHEARD, *SHIPPED])
@pytest.mark.parametrize("by", [0, 1])
def test_dir_of_what_is_in_no_list_register_notifies(
    in_kernel: InKernel, enlist: Enlist, kernel: type[Mechanism], by: int
) -> None:
    def body(built: Mechanism) -> None:
        irq = raised(built)
        irq.active = True
        enlist(built.kvm.vcpus[0], irq)
        device_of(irq).serve()
        writer = built.kvm.vcpus[by]
        writer.cpuif.vmcr.eoi_drops_only = True
        built.vgic_v3_deactivate(writer, 32)
        assert state_of(irq) == (False, False)
        assert not built.scheduler.current.irqs_off

    in_kernel(body, kernel=kernel, nr_vcpus=2, irqs_off=False)


@pytest.mark.parametrize("bug", ["", "dir_leaves_latch"])
def test_dir_of_what_is_in_a_list_register_notifies_unless_it_is_left_to_icactiver(
    in_kernel: InKernel, enlist: Enlist, bug: str
) -> None:
    def body(kernel: Mechanism) -> None:
        irq = raised(kernel)
        loaded(kernel, enlist, irq, ListRegister(32, active=True, eoi=True, priority=0x80))
        device_of(irq).serve()
        writer = kernel.kvm.vcpus[1]
        writer.cpuif.vmcr.eoi_drops_only = True
        kernel.vgic_v3_deactivate(writer, 32)
        assert not irq.active
        assert state_of(irq) == ((True, True) if bug else (False, False))

    kernel = compose(FoldsWhenHalted, [bug] if bug else [])
    in_kernel(body, kernel=kernel, nr_vcpus=2, irqs_off=False)


def test_who_waits_for_no_end_is_not_notified_by_dir(in_kernel: InKernel, enlist: Enlist) -> None:
    """What is only pending is not deactivated."""

    def body(kernel: Mechanism) -> None:
        irq = raised(kernel)
        enlist(kernel.kvm.vcpus[0], irq)
        writer = kernel.kvm.vcpus[1]
        writer.cpuif.vmcr.eoi_drops_only = True
        kernel.vgic_v3_deactivate(writer, 32)
        assert state_of(irq) == (True, True)

    in_kernel(body, nr_vcpus=2, irqs_off=False)


def test_a_device_raises_its_line_once_for_all_that_it_asks_for_and_never_lowers_it(
    in_kernel: InKernel,
) -> None:
    def body(kernel: Mechanism) -> None:
        irq = kernel.kvm.add_irq(32, LEVEL, 0x80, 0, resampled=True)
        vcpu = kernel.kvm.vcpus[0]
        told: list[bool] = []
        inject = kernel.kvm_vgic_inject_irq

        def noting(vcpu: object, intid: int, level: bool) -> int:
            told.append(level)
            return inject(None, intid, level)

        kernel.kvm_vgic_inject_irq = noting  # type: ignore[method-assign]  # who calls it is asked
        for kind in (RAISE, RAISE, LOWER):
            kernel.handle_exit(vcpu, Access(kind, 32))
        assert told == [True]
        assert state_of(irq) == (True, True)
        assert device_of(irq).causes == 2

    in_kernel(body, irqs_off=False)
