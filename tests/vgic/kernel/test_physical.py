# SPDX-License-Identifier: GPL-2.0-only
"""A mapped interrupt and the physical one behind it: held when, sampled when, let go of when?

Sections 7.3, 8 and 11 of the semantics. A line that the kernel has taken to be down is read anew at
the fold; what ends in a list register deactivates the physical interrupt there (HW), what ends in
none is deactivated for the guest.
"""

from collections.abc import Callable

import pytest

from harness import Execution
from vgic import REVISIONS, Mechanism, Reference
from vgic.accesses import ACTIVATE, DEACTIVATE, DISABLE, ENABLE, PEND, UNPEND, Access
from vgic.composition import compose
from vgic.data import EDGE, LEVEL, VgicIrq
from vgic.hardware import PLAIN, ListRegister, PhysicalInterrupt

InKernel = Callable[..., Execution]
Enlist = Callable[..., None]

SHIPPED = [REVISIONS[name].cls for name in ("classic", "v1-posted", "linux-7.3")]
BY_MEMORY = compose(Reference, ["physical_by_memory"])
IN_SOFTWARE = PLAIN._replace(no_hw_deactivation=True)


def mapped(kernel: Mechanism, *, intid: int = 32, in_software: bool = False) -> VgicIrq:
    """Return a level that is mapped, and whose physical interrupt a CPU of the host has taken."""
    if in_software:
        kernel.kvm.implementation = IN_SOFTWARE
    irq = kernel.kvm.add_irq(intid, LEVEL, 0x80, 0, mapped=True)
    irq.line_level = True
    behind(irq).line = behind(irq).active = True
    return irq


def behind(irq: VgicIrq) -> PhysicalInterrupt:
    assert irq.physical is not None
    return irq.physical


def register_of(kernel: Mechanism, irq: VgicIrq) -> ListRegister:
    with irq.irq_lock:
        return kernel.vgic_v3_compute_lr(kernel.kvm.vcpus[0], irq)


def load(kernel: Mechanism, enlist: Enlist, irq: VgicIrq) -> ListRegister:
    """Put it on vCPU 0's list and into its first list register; return that."""
    vcpu = kernel.kvm.vcpus[0]
    enlist(vcpu, irq)
    with irq.irq_lock:
        kernel.vgic_v3_populate_lr(vcpu, irq, 0)
    vcpu.vgic_cpu.used_lrs = 1
    return vcpu.vgic_cpu.vgic_lr[0]


def state_of(irq: VgicIrq) -> tuple[bool, bool]:
    """Whether the kernel has its line up, and whether the physical interrupt is active."""
    return irq.line_level, behind(irq).active


# List registers.


@pytest.mark.parametrize("in_software", [False, True])
@pytest.mark.parametrize("active", [False, True])
def test_a_list_register_names_the_physical_interrupt_or_asks_for_an_end(
    in_kernel: InKernel, in_software: bool, active: bool
) -> None:
    """It is never pending and active: what is pending then lives in the device."""

    def body(kernel: Mechanism) -> None:
        irq = mapped(kernel, in_software=in_software)
        irq.active = active
        lr = register_of(kernel, irq)
        assert (lr.hw, lr.eoi) == ((None, True) if in_software else (behind(irq), False))
        assert (lr.pending, lr.active) == (not active, active)

    in_kernel(body)


@pytest.mark.parametrize("config", [EDGE, LEVEL])
def test_what_is_not_mapped_names_none(in_kernel: InKernel, config: object) -> None:
    def body(kernel: Mechanism) -> None:
        irq = kernel.kvm.add_irq(32, LEVEL if config is LEVEL else EDGE, 0x80, 0)
        irq.line_level = irq.pending_latch = True
        lr = register_of(kernel, irq)
        assert (lr.hw, lr.eoi) == (None, config is LEVEL)

    in_kernel(body)


@pytest.mark.parametrize("in_software", [False, True])
@pytest.mark.parametrize("active", [False, True])
def test_loaded_as_pending_its_line_is_taken_to_be_down(
    in_kernel: InKernel, enlist: Enlist, in_software: bool, active: bool
) -> None:
    def body(kernel: Mechanism) -> None:
        irq = mapped(kernel, in_software=in_software)
        irq.active = active
        load(kernel, enlist, irq)
        assert state_of(irq) == (active, True)

    in_kernel(body)


# Folds.


@pytest.mark.parametrize("kernel", [Reference, *SHIPPED])
@pytest.mark.parametrize("line", [False, True])
def test_what_the_guest_has_not_taken_is_read_anew(
    in_kernel: InKernel, enlist: Enlist, kernel: type[Mechanism], line: bool
) -> None:
    """If the line has gone down meanwhile, the device is let come again."""

    def body(built: Mechanism) -> None:
        irq = mapped(built)
        load(built, enlist, irq)
        behind(irq).line = line
        built.vgic_v3_fold_lr_state(built.kvm.vcpus[0])
        assert state_of(irq) == (line, line)

    in_kernel(body, kernel=kernel)


@pytest.mark.parametrize("kernel", [Reference, *SHIPPED])
@pytest.mark.parametrize("line", [False, True])
def test_what_came_again_before_its_end_is_folded_is_read_anew(
    in_kernel: InKernel, enlist: Enlist, kernel: type[Mechanism], line: bool
) -> None:
    def body(built: Mechanism) -> None:
        irq = mapped(built)
        lr = load(built, enlist, irq)
        lr.pending, irq.active = False, True
        irq.line_level, behind(irq).line = True, line
        built.vgic_v3_fold_lr_state(built.kvm.vcpus[0])
        assert not irq.active
        assert state_of(irq) == (line, line)

    in_kernel(body, kernel=kernel)


@pytest.mark.parametrize("kernel", [Reference, *SHIPPED])
def test_while_it_is_handled_the_device_is_held(
    in_kernel: InKernel, enlist: Enlist, kernel: type[Mechanism]
) -> None:
    def body(built: Mechanism) -> None:
        irq = mapped(built)
        lr = load(built, enlist, irq)
        lr.pending, lr.active = False, True
        behind(irq).line = False
        built.vgic_v3_fold_lr_state(built.kvm.vcpus[0])
        assert irq.active
        assert state_of(irq) == (False, True)

    in_kernel(body, kernel=kernel)


@pytest.mark.parametrize("bug", ["", "walk_leaves_physical"])
def test_an_end_that_eoicount_stands_for_lets_the_device_come_again(
    in_kernel: InKernel, enlist: Enlist, bug: str
) -> None:
    def body(kernel: Mechanism) -> None:
        vcpu = kernel.kvm.vcpus[0]
        irq = mapped(kernel)
        irq.active, irq.line_level, behind(irq).line = True, False, False
        enlist(vcpu, irq, overflow=True)
        vcpu.vgic_cpu.vgic_hcr.eoicount = 1
        kernel.vgic_v3_fold_lr_state(vcpu)
        assert not irq.active
        assert state_of(irq) == (False, bool(bug))

    in_kernel(body, kernel=compose(Reference, [bug] if bug else []))


@pytest.mark.parametrize("kernel", [Reference, SHIPPED[1], SHIPPED[2]])
@pytest.mark.parametrize("by", [0, 1])
def test_dir_of_what_is_in_no_list_register_lets_the_device_come_again(
    in_kernel: InKernel, enlist: Enlist, kernel: type[Mechanism], by: int
) -> None:
    def body(built: Mechanism) -> None:
        irq = mapped(built)
        irq.active, irq.line_level, behind(irq).line = True, False, False
        enlist(built.kvm.vcpus[0], irq)
        writer = built.kvm.vcpus[by]
        writer.cpuif.vmcr.eoi_drops_only = True
        built.vgic_v3_deactivate(writer, 32)
        assert not irq.active
        assert state_of(irq) == (False, False)

    in_kernel(body, kernel=kernel, nr_vcpus=2, irqs_off=False)


def test_dir_of_what_is_only_pending_lets_nothing_go(in_kernel: InKernel, enlist: Enlist) -> None:
    def body(kernel: Mechanism) -> None:
        irq = mapped(kernel)
        enlist(kernel.kvm.vcpus[0], irq)
        writer = kernel.kvm.vcpus[0]
        writer.cpuif.vmcr.eoi_drops_only = True
        kernel.vgic_v3_deactivate(writer, 32)
        assert state_of(irq) == (True, True)

    in_kernel(body, irqs_off=False)


@pytest.mark.parametrize(("kernel", "held"), [(Reference, True), (BY_MEMORY, False)])
def test_what_software_has_pended_holds_the_device_beyond_a_fold(
    in_kernel: InKernel, enlist: Enlist, kernel: type[Mechanism], held: bool
) -> None:
    """Its guest has ended it in its list register, and so let the device come."""

    def body(built: Mechanism) -> None:
        irq = mapped(built)
        lr = load(built, enlist, irq)
        lr.pending = behind(irq).line = behind(irq).active = False
        irq.pending_latch = irq.pended_since_load = True
        built.vgic_v3_fold_lr_state(built.kvm.vcpus[0])
        assert irq.pending_latch
        assert state_of(irq) == (False, held)

    in_kernel(body, kernel=kernel)


@pytest.mark.parametrize("latch", [False, True])
@pytest.mark.parametrize("state", ["pending", "active", "ended"])
def test_where_hardware_does_not_deactivate_the_fold_does_when_all_is_over(
    in_kernel: InKernel, enlist: Enlist, state: str, latch: bool
) -> None:
    """What is pending still comes again at once: its line is up, and its device not held."""

    def body(kernel: Mechanism) -> None:
        irq = mapped(kernel, in_software=True)
        lr = load(kernel, enlist, irq)
        lr.pending, lr.active = state == "pending", state == "active"
        irq.pending_latch = irq.pended_since_load = latch
        kernel.vgic_v3_fold_lr_state(kernel.kvm.vcpus[0])
        assert state_of(irq) == (False, latch or state == "active")

    in_kernel(body)


# Registers. What is in memory of what is loaded says nothing of the physical side.


def put(irq: VgicIrq, what: str) -> None:
    """Have it be nothing, pending by its line, active, or loaded and taken."""
    irq.line_level = what == "pending"
    irq.active = what == "active"
    irq.on_lr = what == "loaded"
    behind(irq).active = what != "nothing"


WRITES = {
    # state: the line that is noted, and whether the physical one is active, after each write
    (ENABLE, "nothing", True): (False, False),
    (ENABLE, "pending", True): (True, True),
    (ENABLE, "pending", False): (False, False),
    (ENABLE, "active", True): (False, True),
    (ENABLE, "loaded", True): (False, True),
    (DISABLE, "pending", False): (True, True),
    (PEND, "nothing", False): (False, True),
    (PEND, "loaded", False): (False, True),
    (UNPEND, "pending", True): (True, True),
    (UNPEND, "active", True): (False, True),
    (UNPEND, "loaded", True): (False, True),
    (ACTIVATE, "nothing", False): (False, True),
    (DEACTIVATE, "active", False): (False, False),
    (DEACTIVATE, "pending", True): (True, True),
}

BY_MEMORY_DIFFERS = {
    (ENABLE, "nothing", True): (True, False),
    (ENABLE, "active", True): (True, True),
    (ENABLE, "loaded", True): (True, True),
    (UNPEND, "pending", True): (True, False),
    (UNPEND, "loaded", True): (False, False),
    (DEACTIVATE, "pending", True): (True, False),
}
"""What all shipped kernels do otherwise."""


@pytest.mark.parametrize("kernel", [Reference, BY_MEMORY, *SHIPPED])
@pytest.mark.parametrize(("kind", "what", "line"), WRITES)
def test_a_write_changes_the_physical_side_of_what_is_known(
    in_kernel: InKernel, kernel: type[Mechanism], kind: str, what: str, line: bool
) -> None:
    def body(built: Mechanism) -> None:
        irq = mapped(built, intid=27)
        put(irq, what)
        behind(irq).line = line
        built.handle_exit(built.kvm.vcpus[0], Access(kind, 27))
        write = (kind, what, line)
        expected = WRITES[write]
        if kernel is not Reference:
            expected = BY_MEMORY_DIFFERS.get(write, expected)
        assert state_of(irq) == expected
        assert irq.irq_lock.owner is None

    in_kernel(body, kernel=kernel, irqs_off=False)


@pytest.mark.parametrize("ended", [False, True])
def test_a_pend_of_what_is_loaded_leaves_the_device_to_the_fold(
    in_kernel: InKernel, ended: bool
) -> None:
    """If its guest has ended it, nothing would let the device go again but a second end."""

    def body(kernel: Mechanism) -> None:
        irq = mapped(kernel)
        put(irq, "loaded")
        behind(irq).active = not ended
        kernel.handle_exit(kernel.kvm.vcpus[0], Access(PEND, 32))
        assert irq.pending_latch
        assert behind(irq).active is not ended

    in_kernel(body, irqs_off=False)


def test_a_clear_of_what_software_has_pended_lets_the_device_come_again(
    in_kernel: InKernel,
) -> None:
    def body(kernel: Mechanism) -> None:
        irq = mapped(kernel)
        put(irq, "nothing")
        for kind, held in ((PEND, True), (UNPEND, False)):
            kernel.handle_exit(kernel.kvm.vcpus[0], Access(kind, 32))
            assert (irq.pending_latch, behind(irq).active) == (held, held)

    in_kernel(body, irqs_off=False)
