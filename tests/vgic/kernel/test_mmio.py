# SPDX-License-Identifier: GPL-2.0-only
"""What does each register that contends with delivery do, and whom does it tell?

The table is section 11 of the semantics: some writes end in queueing and so in a kick; ICENABLER,
ICPENDR and IROUTER do neither, and a copy in a list register stays as it is until the next exit.
GICD_CTLR is in test_distributor.py.
"""

from collections.abc import Callable

import pytest

from harness import Execution, local_irq_disable, local_irq_enable
from vgic import Mechanism, Reference
from vgic.accesses import DISABLE, ENABLE, GROUP, PEND, QUIESCE, ROUTE, SGI, TRIGGER, UNPEND, Access
from vgic.composition import compose
from vgic.data.intids import Config
from vgic.data.vcpu import KVM_REQ_IRQ_PENDING, Mode, Vcpu, VgicIrq, irq_is_pending
from vgic.hardware.list_registers import ListRegister

OnVcpu0 = Callable[..., Execution]
Listed = Callable[..., list[int]]
Enlist = Callable[..., None]
Write = Callable[[Mechanism, VgicIrq], None]

SILENT: dict[str, Write] = {
    "ICENABLER": lambda kernel, irq: kernel.vgic_mmio_write_cenable(irq),
    "ICPENDR": lambda kernel, irq: kernel.vgic_mmio_write_cpending(irq),
    "IROUTER": lambda kernel, irq: kernel.vgic_mmio_write_irouter(irq, kernel.kvm.vcpus[1]),
}
QUEUEING: dict[str, Write] = {
    "ISENABLER": lambda kernel, irq: kernel.vgic_mmio_write_senable(irq),
    "ISPENDR": lambda kernel, irq: kernel.vgic_mmio_write_spending(irq),
    "IGROUPR": lambda kernel, irq: kernel.vgic_mmio_write_group(irq, 0),
}


def add_spi(kernel: Mechanism, *, home: int = 1, config: Config = Config.EDGE) -> VgicIrq:
    return kernel.kvm.add_irq(32, config, 0x80, home)


def into_guest(*vcpus: Vcpu) -> None:
    for vcpu in vcpus:
        vcpu.mode.value = Mode.IN_GUEST_MODE


def told(vcpu: Vcpu) -> bool:
    """Whether this vCPU, in its guest, was both left a request and kicked."""
    requested = bool(vcpu.requests.bits & 1 << KVM_REQ_IRQ_PENDING)
    assert requested == vcpu.ipi.pending
    return requested


@pytest.mark.parametrize("register", QUEUEING)
def test_enabling_pending_and_grouping_queue_and_tell_the_target(
    register: str, on_vcpu0: OnVcpu0, listed: Listed
) -> None:
    def body(kernel: Mechanism) -> None:
        irq = add_spi(kernel)
        irq.pending_latch = register != "ISPENDR"
        irq.enabled = register != "ISENABLER"
        into_guest(*kernel.kvm.vcpus)
        QUEUEING[register](kernel, irq)
        assert (irq.enabled, irq.pending_latch) == (True, True)
        assert [listed(vcpu) for vcpu in kernel.kvm.vcpus] == [[], [32]]
        assert irq.vcpu is kernel.kvm.vcpus[1]
        assert [told(vcpu) for vcpu in kernel.kvm.vcpus] == [False, True]

    on_vcpu0(body)


@pytest.mark.parametrize(
    ("register", "enabled", "pending"),
    [("ISENABLER", True, False), ("ISPENDR", False, True), ("IGROUPR", False, False)],
)
def test_half_of_what_delivery_needs_is_noted_but_not_queued(
    register: str, enabled: bool, pending: bool, on_vcpu0: OnVcpu0, listed: Listed
) -> None:
    def body(kernel: Mechanism) -> None:
        irq = add_spi(kernel)
        irq.enabled = False
        into_guest(*kernel.kvm.vcpus)
        QUEUEING[register](kernel, irq)
        assert (irq.enabled, irq.pending_latch) == (enabled, pending)
        assert [listed(vcpu) for vcpu in kernel.kvm.vcpus] == [[], []]
        assert not any(told(vcpu) for vcpu in kernel.kvm.vcpus)

    on_vcpu0(body)


@pytest.mark.parametrize("group", [0, 1])
@pytest.mark.parametrize("was", [0, 1])
def test_a_group_is_written_and_announced_though_it_was_that_already(
    on_vcpu0: OnVcpu0, listed: Listed, enlist: Enlist, was: int, group: int
) -> None:
    def body(kernel: Mechanism) -> None:
        vcpu = kernel.kvm.vcpus[1]
        irq = add_spi(kernel)
        irq.group, irq.pending_latch = was, True
        enlist(vcpu, irq)
        into_guest(*kernel.kvm.vcpus)
        kernel.vgic_mmio_write_group(irq, group)
        assert irq.group == group
        assert listed(vcpu) == [32], "once"
        assert [told(vcpu) for vcpu in kernel.kvm.vcpus] == [False, True]

    on_vcpu0(body)


@pytest.mark.parametrize("state", ["enabled", "pending"])
def test_a_group_that_is_written_where_nothing_can_come_tells_nobody(
    on_vcpu0: OnVcpu0, listed: Listed, state: str
) -> None:
    def body(kernel: Mechanism) -> None:
        irq = add_spi(kernel)
        irq.enabled, irq.pending_latch = state == "enabled", state == "pending"
        into_guest(*kernel.kvm.vcpus)
        kernel.vgic_mmio_write_group(irq, 0)
        assert irq.group == 0
        assert [listed(vcpu) for vcpu in kernel.kvm.vcpus] == [[], []]
        assert not any(told(vcpu) for vcpu in kernel.kvm.vcpus)

    on_vcpu0(body)


@pytest.mark.parametrize("config", Config)
@pytest.mark.parametrize("was", Config)
def test_a_trigger_is_written_and_latch_and_line_stay_and_nobody_is_told(
    on_vcpu0: OnVcpu0, listed: Listed, was: Config, config: Config
) -> None:
    def body(kernel: Mechanism) -> None:
        irq = kernel.kvm.add_irq(32, was, 0x80, 1)
        irq.pending_latch = irq.line_level = True
        into_guest(*kernel.kvm.vcpus)
        kernel.vgic_mmio_write_config(irq, config)
        assert irq.config is config
        assert (irq.pending_latch, irq.line_level, irq.vcpu) == (True, True, None)
        assert [listed(vcpu) for vcpu in kernel.kvm.vcpus] == [[], []]
        assert not any(told(vcpu) for vcpu in kernel.kvm.vcpus)

    on_vcpu0(body)


def test_the_trigger_of_a_private_interrupt_is_fixed(on_vcpu0: OnVcpu0) -> None:
    def body(kernel: Mechanism) -> None:
        ppi = kernel.kvm.add_irq(27, Config.LEVEL, 0x80, 0)
        kernel.vgic_mmio_write_config(ppi, Config.EDGE)
        assert ppi.config is Config.LEVEL

    on_vcpu0(body)


def test_a_copy_in_a_list_register_keeps_its_group_until_the_next_exit(
    on_vcpu0: OnVcpu0, enlist: Enlist
) -> None:
    def body(kernel: Mechanism) -> None:
        vcpu = kernel.kvm.vcpus[0]
        irq = add_spi(kernel, home=0)
        irq.pending_latch = True
        enlist(vcpu, irq)
        for group in (1, 0):
            kernel.kvm_vgic_flush_hwstate(vcpu)
            kernel.vgic_mmio_write_group(irq, 0)
            assert vcpu.cpuif.lrs[0].group == group
            kernel.kvm_vgic_sync_hwstate(vcpu)

    on_vcpu0(body)


def test_enabling_a_level_that_is_up_queues_it(on_vcpu0: OnVcpu0, listed: Listed) -> None:
    def body(kernel: Mechanism) -> None:
        irq = add_spi(kernel, config=Config.LEVEL)
        irq.enabled, irq.line_level = False, True
        kernel.vgic_mmio_write_senable(irq)
        assert listed(kernel.kvm.vcpus[1]) == [32]
        assert not irq.pending_latch

    on_vcpu0(body)


@pytest.mark.parametrize("register", SILENT)
def test_taking_away_or_rerouting_leaves_the_list_alone_and_tells_nobody(
    register: str, on_vcpu0: OnVcpu0, listed: Listed, enlist: Enlist
) -> None:
    def body(kernel: Mechanism) -> None:
        first, second = kernel.kvm.vcpus
        irq = add_spi(kernel, home=0)
        irq.pending_latch = True
        enlist(first, irq)
        into_guest(first, second)
        SILENT[register](kernel, irq)
        assert irq.enabled is (register != "ICENABLER")
        assert irq.pending_latch is (register != "ICPENDR")
        assert irq.target_vcpu is (second if register == "IROUTER" else first)
        assert (listed(first), listed(second), irq.vcpu) == ([32], [], first)
        assert not told(first)
        assert not told(second)

    on_vcpu0(body)


@pytest.mark.parametrize("register", SILENT)
def test_a_copy_in_a_list_register_stays_deliverable_until_the_next_exit(
    register: str, on_vcpu0: OnVcpu0, enlist: Enlist
) -> None:
    def body(kernel: Mechanism) -> None:
        vcpu = kernel.kvm.vcpus[0]
        irq = add_spi(kernel, home=0)
        irq.pending_latch = True
        enlist(vcpu, irq)
        kernel.kvm_vgic_flush_hwstate(vcpu)
        SILENT[register](kernel, irq)
        assert irq.on_lr
        assert vcpu.cpuif.acknowledge() == 32

    on_vcpu0(body)


def test_a_cleared_edge_comes_back_once_when_a_list_register_still_had_it(
    on_vcpu0: OnVcpu0, enlist: Enlist
) -> None:
    def body(kernel: Mechanism) -> None:
        vcpu = kernel.kvm.vcpus[0]
        irq = add_spi(kernel, home=0)
        irq.pending_latch = True
        enlist(vcpu, irq)
        kernel.kvm_vgic_flush_hwstate(vcpu)
        kernel.vgic_mmio_write_cpending(irq)
        kernel.kvm_vgic_sync_hwstate(vcpu)
        assert (irq.pending_latch, irq.vcpu) == (True, vcpu)
        kernel.vgic_mmio_write_cpending(irq)
        kernel.kvm_vgic_sync_hwstate(vcpu)
        assert (irq.pending_latch, irq.vcpu) == (False, None)

    on_vcpu0(body)


@pytest.mark.parametrize("bug", ["", "soft_pend_lost"])
def test_a_level_pended_by_software_while_active_outlives_its_end_but_for_the_bug(
    on_vcpu0: OnVcpu0, bug: str
) -> None:
    def body(kernel: Mechanism) -> None:
        irq = add_spi(kernel, home=0, config=Config.LEVEL)
        irq.active = irq.on_lr = True
        kernel.vgic_mmio_write_spending(irq)
        assert irq.pending_latch
        kernel.vgic_v3_fold_lr(kernel.kvm.vcpus[0], ListRegister(32, eoi=True))
        assert (irq.pending_latch, irq.active) == (not bug, False)

    on_vcpu0(body, kernel=compose(Reference, [bug] if bug else []))


def test_a_level_that_was_pended_and_cleared_while_active_is_gone(on_vcpu0: OnVcpu0) -> None:
    def body(kernel: Mechanism) -> None:
        irq = add_spi(kernel, home=0, config=Config.LEVEL)
        irq.active = irq.on_lr = True
        kernel.vgic_mmio_write_spending(irq)
        kernel.vgic_mmio_write_cpending(irq)
        kernel.vgic_v3_fold_lr(kernel.kvm.vcpus[0], ListRegister(32, eoi=True))
        assert not irq_is_pending(irq)

    on_vcpu0(body)


def test_clearing_the_latch_of_a_level_leaves_its_line_up(on_vcpu0: OnVcpu0) -> None:
    def body(kernel: Mechanism) -> None:
        irq = add_spi(kernel, config=Config.LEVEL)
        irq.line_level = irq.pending_latch = True
        kernel.vgic_mmio_write_cpending(irq)
        assert (irq.pending_latch, irq.line_level) == (False, True)

    on_vcpu0(body)


def test_an_sgi_is_queued_on_its_targets_own_and_no_one_elses(
    on_vcpu0: OnVcpu0, listed: Listed
) -> None:
    def body(kernel: Mechanism) -> None:
        mine, other = (kernel.kvm.add_irq(5, Config.EDGE, 0x80, vcpu) for vcpu in (0, 1))
        into_guest(*kernel.kvm.vcpus)
        kernel.vgic_v3_dispatch_sgi(kernel.kvm.vcpus[1], 5)
        assert (mine.pending_latch, other.pending_latch) == (False, True)
        assert [listed(vcpu) for vcpu in kernel.kvm.vcpus] == [[], [5]]
        assert [told(vcpu) for vcpu in kernel.kvm.vcpus] == [False, True]

    on_vcpu0(body)


def test_an_sgi_to_oneself_is_queued_with_a_request_and_without_an_ipi(
    on_vcpu0: OnVcpu0, listed: Listed
) -> None:
    def body(kernel: Mechanism) -> None:
        vcpu = kernel.kvm.vcpus[0]
        kernel.kvm.add_irq(5, Config.EDGE, 0x80, 0)
        kernel.vgic_v3_dispatch_sgi(vcpu, 5)
        assert listed(vcpu) == [5]
        assert vcpu.requests.bits == 1 << KVM_REQ_IRQ_PENDING
        assert not vcpu.ipi.pending

    on_vcpu0(body)


def test_an_sgi_nobody_has_changes_nothing(on_vcpu0: OnVcpu0) -> None:
    def body(kernel: Mechanism) -> None:
        other = kernel.kvm.add_irq(5, Config.EDGE, 0x80, 1)
        kernel.vgic_v3_dispatch_sgi(kernel.kvm.vcpus[0], 5)
        kernel.vgic_v3_dispatch_sgi(kernel.kvm.vcpus[1], 6)
        assert not other.pending_latch

    on_vcpu0(body)


@pytest.mark.parametrize("irqs_off", [False, True])
@pytest.mark.parametrize("register", [*SILENT, *QUEUEING])
def test_no_write_changes_whether_interrupts_are_on(
    register: str, irqs_off: bool, on_vcpu0: OnVcpu0
) -> None:
    def body(kernel: Mechanism) -> None:
        irq = add_spi(kernel)
        (local_irq_disable if irqs_off else local_irq_enable)(kernel.scheduler)
        (SILENT | QUEUEING)[register](kernel, irq)
        assert kernel.scheduler.current.irqs_off is irqs_off
        assert not kernel.scheduler.current.held

    on_vcpu0(body)


@pytest.mark.parametrize(
    ("access", "changed"),
    [
        (Access(QUIESCE, 33), {"line_level": False}),
        (Access(ROUTE, 33, 1), {"target_vcpu": "vcpu 1"}),
        (Access(DISABLE, 33), {"enabled": False}),
        (Access(ENABLE, 34), {"enabled": True}),
        (Access(PEND, 34), {"pending_latch": True}),
        (Access(UNPEND, 33), {"pending_latch": False}),
        (Access(GROUP, 34, 0), {"group": 0}),
        (Access(TRIGGER, 34, 0), {"config": Config.LEVEL}),
        (Access(SGI, 5, 1), {}),
    ],
    ids=str,
)
def test_each_access_of_a_guest_reaches_its_register_and_no_other(
    access: Access, changed: dict[str, object], on_vcpu0: OnVcpu0
) -> None:
    def state(irq: VgicIrq) -> dict[str, object]:
        fields = ("config", "enabled", "group", "pending_latch", "line_level")
        target = {"target_vcpu": str(irq.target_vcpu)}
        return {name: getattr(irq, name) for name in fields} | target

    def body(kernel: Mechanism) -> None:
        kvm = kernel.kvm
        up = kvm.add_irq(33, Config.LEVEL, 0x80, 0)
        up.line_level = up.pending_latch = True
        down = kvm.add_irq(34, Config.EDGE, 0x80, 0)
        down.enabled = False
        sgi = kvm.add_irq(5, Config.EDGE, 0x80, 1)
        before = {irq.intid: state(irq) for irq in kvm.irqs}
        kernel.handle_exit(kvm.vcpus[0], access)
        before[access.intid] |= changed if access.kind != SGI else {"pending_latch": True}
        assert {irq.intid: state(irq) for irq in (up, down, sgi)} == before

    on_vcpu0(body)
