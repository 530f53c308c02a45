# SPDX-License-Identifier: GPL-2.0-only
"""What does a guest's write of DIR do, wherever the interrupt is?

Section 13 of the semantics has three cases: it is on no list; it is in a list register somewhere;
it is on a list and in none. Then what real generations do otherwise, each against the reference.
When DIR is trapped, and the count behind that: test_traps_dir.py.
"""

from collections.abc import Callable, Iterator

import pytest

from harness import Execution, local_irq_disable, local_irq_enable
from vgic import REVISIONS, Mechanism, Reference
from vgic.accesses import Access
from vgic.accesses.icc_dir import TRAPPED_DIR
from vgic.composition import compose
from vgic.data import (
    EDGE,
    KVM_REQ_VGIC_PROCESS_UPDATE,
    LEVEL,
    Config,
    Exit,
    Mode,
    Trap,
    Vcpu,
    VgicIrq,
)
from vgic.hardware import PLAIN, ListRegister

InKernel = Callable[..., Execution]
Enlist = Callable[..., None]
Sweep = Callable[..., Iterator[Mechanism]]

UPDATE = 1 << KVM_REQ_VGIC_PROCESS_UPDATE
POSTED = REVISIONS["v1-posted"].cls


class FoldsWhenHalted(Reference):
    """The vCPUs that run leave their guests when the VM is halted, and fold: each at once."""

    def kvm_arm_halt_guest(self) -> None:
        super().kvm_arm_halt_guest()
        local_irq_disable(self.scheduler)
        for vcpu in self.kvm.vcpus:
            self.vgic_v3_fold_lr_state(vcpu)
        local_irq_enable(self.scheduler)


def handled(
    kernel: Mechanism, enlist: Enlist, *, intid: int = 42, config: Config = EDGE
) -> VgicIrq:
    """Return an interrupt that the guest of vCPU 0 handles, and is in no list register."""
    irq = kernel.kvm.add_irq(intid, config, 0x80, 0)
    irq.active = True
    enlist(kernel.kvm.vcpus[0], irq)
    return irq


def loaded(kernel: Mechanism, irq: VgicIrq) -> VgicIrq:
    """Put what the guest of vCPU 0 handles into a list register, which alone knows of that."""
    vgic_cpu = kernel.kvm.vcpus[0].vgic_cpu
    level = irq.config is LEVEL
    vgic_cpu.vgic_lr[0] = ListRegister(irq.intid, active=True, eoi=level, priority=0x80)
    vgic_cpu.used_lrs = 1
    irq.on_lr, irq.active = True, False
    return irq


def is_active(kernel: Mechanism, irq: VgicIrq) -> bool:
    """Whether it is, in its list register or, if it is in none, by itself."""
    return kernel.kvm.vcpus[0].vgic_cpu.vgic_lr[0].active if irq.on_lr else irq.active


def writer(kernel: Mechanism, number: int = 1) -> Vcpu:
    """Return a vCPU whose guest ends with EOImode 1."""
    vcpu = kernel.kvm.vcpus[number]
    vcpu.cpuif.vmcr.eoi_drops_only = True
    return vcpu


def deactivate(kernel: Mechanism, intid: int = 42, *, by: int = 1) -> list[tuple[int, bool]]:
    """Write DIR; return of each vCPU what it was asked for, and whether it was kicked."""
    for vcpu in kernel.kvm.vcpus:
        vcpu.mode.value = Mode.OUTSIDE_GUEST_MODE
    kernel.vgic_v3_deactivate(writer(kernel, by), intid)
    assert not kernel.scheduler.current.irqs_off
    assert not kernel.scheduler.current.held
    return [(vcpu.requests.bits & UPDATE, vcpu.ipi.pending) for vcpu in kernel.kvm.vcpus]


NOBODY = [(0, False), (0, False)]
FIRST = [(UPDATE, False), (0, False)]


def run(in_kernel: InKernel, body: Callable[[Mechanism], None], **how: object) -> None:
    in_kernel(body, nr_vcpus=2, irqs_off=False, **how)


def test_what_is_on_no_list_is_left_alone(in_kernel: InKernel) -> None:
    def body(kernel: Mechanism) -> None:
        irq = kernel.kvm.add_irq(42, EDGE, 0x80, 0)
        irq.active = True
        assert deactivate(kernel) == NOBODY
        assert irq.active

    run(in_kernel, body)


@pytest.mark.parametrize("config", Config)
@pytest.mark.parametrize("by", [0, 1])
def test_what_is_in_no_list_register_is_deactivated_and_its_vcpu_asked_to_prune(
    in_kernel: InKernel, enlist: Enlist, config: Config, by: int
) -> None:
    def body(kernel: Mechanism) -> None:
        irq = handled(kernel, enlist, config=config)
        assert deactivate(kernel, by=by) == FIRST
        assert not irq.active
        assert irq.vcpu is kernel.kvm.vcpus[0], "prune takes it off"
        assert not any(vcpu.pause.value for vcpu in kernel.kvm.vcpus), "nobody was halted"

    run(in_kernel, body)


@pytest.mark.parametrize("bug", ["", "dir_wakes_nobody"])
@pytest.mark.parametrize("pending", [False, True])
@pytest.mark.parametrize("enabled", [False, True])
def test_its_vcpu_is_kicked_if_it_is_to_be_delivered_still_but_for_the_bug(
    in_kernel: InKernel, enlist: Enlist, bug: str, pending: bool, enabled: bool
) -> None:
    """Nothing else would make a vCPU look that passed it over while it was active."""

    def body(kernel: Mechanism) -> None:
        second = kernel.kvm.vcpus[1]
        irq = kernel.kvm.add_irq(42, EDGE, 0x80, 1)
        irq.active, irq.pending_latch, irq.enabled = True, pending, enabled
        enlist(second, irq)
        second.mode.value = Mode.IN_GUEST_MODE
        kernel.vgic_v3_deactivate(writer(kernel, 0), 42)
        assert second.requests.bits == UPDATE
        kicked = pending and enabled and not bug
        assert second.ipi.pending is kicked
        mode = Mode.EXITING_GUEST_MODE if kicked else Mode.IN_GUEST_MODE
        assert second.mode.value is mode

    run(in_kernel, body, kernel=compose(Reference, [bug] if bug else []))


@pytest.mark.parametrize("config", Config)
def test_what_is_in_a_list_register_is_folded_first(
    in_kernel: InKernel, enlist: Enlist, config: Config
) -> None:
    def body(kernel: Mechanism) -> None:
        irq = loaded(kernel, handled(kernel, enlist, config=config))
        assert deactivate(kernel) == FIRST
        assert (irq.active, irq.on_lr) == (False, False)
        assert not any(vcpu.pause.value for vcpu in kernel.kvm.vcpus), "the VM was resumed"

    run(in_kernel, body, kernel=FoldsWhenHalted)


@pytest.mark.parametrize("pending", [False, True])
def test_what_is_only_pending_is_left_pending(
    in_kernel: InKernel, enlist: Enlist, pending: bool
) -> None:
    def body(kernel: Mechanism) -> None:
        irq = handled(kernel, enlist)
        irq.active, irq.pending_latch = False, pending
        deactivate(kernel)
        assert (irq.active, irq.pending_latch) == (False, pending)

    run(in_kernel, body)


def test_a_private_one_is_the_writing_vcpus_own(in_kernel: InKernel, enlist: Enlist) -> None:
    def body(kernel: Mechanism) -> None:
        mine = handled(kernel, enlist, intid=5)
        others = kernel.kvm.add_irq(5, EDGE, 0x80, 1)
        others.active = True
        enlist(kernel.kvm.vcpus[1], others)
        deactivate(kernel, 5, by=1)
        assert (mine.active, others.active) == (True, False)

    run(in_kernel, body)


def test_with_eoi_mode_0_nothing_is_done(in_kernel: InKernel, enlist: Enlist) -> None:
    def body(kernel: Mechanism) -> None:
        irq = handled(kernel, enlist)
        kernel.vgic_v3_deactivate(kernel.kvm.vcpus[1], 42)
        assert irq.active
        assert not any(vcpu.requests.bits for vcpu in kernel.kvm.vcpus)

    run(in_kernel, body)


@pytest.mark.parametrize("intid", [31, 43, 1023])
def test_what_is_no_interrupt_is_ignored(in_kernel: InKernel, enlist: Enlist, intid: int) -> None:
    def body(kernel: Mechanism) -> None:
        irq = handled(kernel, enlist)
        assert deactivate(kernel, intid) == NOBODY
        assert irq.active

    run(in_kernel, body)


# What real generations do otherwise.


@pytest.mark.parametrize("bug", ["", "dir_folds_unlocked"])
def test_what_is_loaded_meanwhile_is_deactivated_nowhere_but_for_the_bug(
    at_each_point: Sweep, enlist: Enlist, bug: str
) -> None:
    """Its vCPU fills its list registers at each point of the way in turn, and folds none yet."""
    irqs: list[VgicIrq] = []

    def prepare(kernel: Mechanism) -> None:
        irqs.append(handled(kernel, enlist))

    def dir_(kernel: Mechanism) -> None:
        target, _ = kernel.deactivate_unless_loaded(kernel.kvm.vcpus[1], irqs[-1])
        assert target is kernel.kvm.vcpus[0]
        kernel.kvm_make_request(KVM_REQ_VGIC_PROCESS_UPDATE, target)

    def flush(kernel: Mechanism) -> None:
        kernel.kvm_vgic_flush_hwstate(kernel.kvm.vcpus[0])

    seen = set()
    kernel = compose(Reference, [bug] if bug else [])
    for built in at_each_point({"vcpu1": dir_, "vcpu0": flush}, prepare, kernel=kernel):
        vgic_cpu = built.kvm.vcpus[0].vgic_cpu
        seen.add((irqs[-1].on_lr, bool(vgic_cpu.used_lrs and vgic_cpu.vgic_lr[0].active)))
    whole = {(False, False), (True, True)}
    assert seen == (whole | {(False, True)} if bug else whole)


@pytest.mark.parametrize("bug", ["", "dir_leaves_latch"])
@pytest.mark.parametrize("again", [False, True])
def test_what_software_had_pended_goes_with_the_end_but_for_the_bug(
    in_kernel: InKernel, enlist: Enlist, bug: str, again: bool
) -> None:
    """Unless it was pended again since it was loaded."""

    def body(kernel: Mechanism) -> None:
        irq = loaded(kernel, handled(kernel, enlist, config=LEVEL))
        irq.pending_latch, irq.pended_since_load = True, again
        deactivate(kernel)
        assert not irq.active
        assert irq.pending_latch is (bool(bug) or again)

    run(in_kernel, body, kernel=compose(FoldsWhenHalted, [bug] if bug else []))


@pytest.mark.parametrize("bug", ["", "dir_asks_oracle"])
def test_a_loaded_edge_that_looks_idle_is_found_but_for_the_bug(
    in_kernel: InKernel, enlist: Enlist, bug: str
) -> None:
    def body(kernel: Mechanism) -> None:
        irq = loaded(kernel, handled(kernel, enlist))
        assert deactivate(kernel) == (NOBODY if bug else FIRST)
        assert irq.on_lr is bool(bug)

    run(in_kernel, body, kernel=compose(FoldsWhenHalted, [bug] if bug else []))


@pytest.mark.parametrize("bug", ["", "dir_asks_oracle"])
@pytest.mark.parametrize("active", [False, True])
def test_the_vcpu_is_asked_whose_list_it_is_on_however_it_is_routed(
    in_kernel: InKernel, enlist: Enlist, bug: str, active: bool
) -> None:
    def body(kernel: Mechanism) -> None:
        irq = handled(kernel, enlist)
        irq.active, irq.pending_latch = active, True
        irq.target_vcpu = kernel.kvm.vcpus[1]
        assert deactivate(kernel) == (FIRST if active or not bug else NOBODY)

    run(in_kernel, body, kernel=compose(Reference, [bug] if bug else []))


@pytest.mark.parametrize("intid", [32, 42, 150])
@pytest.mark.parametrize("bug", ["", "dir_hits_another"])
def test_it_is_the_one_that_was_meant_but_for_the_bug(
    in_kernel: InKernel, enlist: Enlist, intid: int, bug: str
) -> None:
    """The offset counts bytes of eight interrupts, and words have 32."""

    def body(kernel: Mechanism) -> None:
        irq = loaded(kernel, handled(kernel, enlist, intid=intid))
        hit = kernel.kvm.add_irq(8 * (intid // 32) + intid % 32, EDGE, 0x80, 1)
        hit.active = True
        deactivate(kernel, intid)
        assert (is_active(kernel, irq), hit.active) == (bool(bug), not bug)

    run(in_kernel, body, kernel=compose(FoldsWhenHalted, [bug] if bug else []))


def test_an_offset_where_nothing_is_hits_nothing(in_kernel: InKernel, enlist: Enlist) -> None:
    def body(kernel: Mechanism) -> None:
        irq = loaded(kernel, handled(kernel, enlist))
        deactivate(kernel)
        assert irq.on_lr

    run(in_kernel, body, kernel=compose(FoldsWhenHalted, ["dir_hits_another"]))


@pytest.mark.parametrize("active", [False, True])
def test_as_posted_what_is_outside_is_deactivated_if_it_is_active(
    in_kernel: InKernel, enlist: Enlist, active: bool
) -> None:
    def body(kernel: Mechanism) -> None:
        irq = handled(kernel, enlist)
        irq.active, irq.pending_latch = active, not active
        assert deactivate(kernel) == (FIRST if active else NOBODY)
        assert (irq.active, irq.pending_latch) == (False, not active)

    run(in_kernel, body, kernel=POSTED)


# Where the guest need not leave for it.


class Guest:
    """Leaves its guest for each of these in turn, and then for good."""

    def __init__(self, kernel: Mechanism, *leaves: Exit | Trap) -> None:
        self._kernel = kernel
        self._leaves = list(leaves)
        self.runs = 0

    def run_guest(self) -> Exit | Trap | None:
        self.runs += 1
        if not self._leaves:
            return None
        left = self._leaves.pop(0)
        if isinstance(left, Access):
            self._kernel.trace.deactivating(0, left.intid)
        return left


DIR = Access(TRAPPED_DIR, 42)


@pytest.mark.parametrize(
    ("kernel", "in_lr", "mode_1", "runs"),
    [
        (Reference, True, True, 2),
        (Reference, False, True, 1),
        (Reference, False, False, 2),
        (REVISIONS["linux-7.3"].cls, True, True, 2),
        (POSTED, True, True, 1),
    ],
)
def test_the_guest_goes_on_if_nothing_is_left_for_the_host(
    in_kernel: InKernel, kernel: type[Mechanism], in_lr: bool, mode_1: bool, runs: int
) -> None:
    def body(built: Mechanism) -> None:
        vcpu = built.kvm.vcpus[0]
        built.kvm.add_irq(42, EDGE, 0x80, 0)
        vcpu.cpuif.vmcr.eoi_drops_only = mode_1
        if in_lr:
            vcpu.cpuif.lrs[0] = ListRegister(42, active=True)
        guest = Guest(built, DIR)
        left = built.run_guest(vcpu, guest)
        assert guest.runs == runs
        assert (left is DIR) is (runs == 1)
        assert vcpu.cpuif.lrs[0].active is (in_lr and runs == 1)
        assert vcpu.cpuif.hcr.eoicount == 0, "what is trapped is not counted"

    in_kernel(body, kernel=kernel)


@pytest.mark.parametrize(
    ("kernel", "has_tdir", "stays"),
    [
        (Reference, True, True),
        (REVISIONS["linux-7.3"].cls, True, False),
        (REVISIONS["linux-7.3"].cls, False, True),
    ],
)
def test_a_real_kernel_leaves_for_what_is_trapped_alone(
    in_kernel: InKernel, kernel: type[Mechanism], has_tdir: bool, stays: bool
) -> None:
    def body(built: Mechanism) -> None:
        vcpu = built.kvm.vcpus[0]
        built.kvm.implementation = PLAIN._replace(has_tdir=has_tdir)
        built.kvm.add_irq(42, EDGE, 0x80, 0)
        vcpu.cpuif.vmcr.eoi_drops_only = True
        vcpu.cpuif.lrs[0] = ListRegister(42, active=True)
        assert (built.run_guest(vcpu, Guest(built, DIR)) is None) is stays
        assert vcpu.cpuif.lrs[0].active is not stays

    in_kernel(body, kernel=kernel)


def test_what_else_the_guest_leaves_for_is_the_hosts(in_kernel: InKernel) -> None:
    def body(kernel: Mechanism) -> None:
        vcpu = kernel.kvm.vcpus[0]
        assert kernel.run_guest(vcpu, Guest(kernel, Trap.WFI)) is Trap.WFI
        assert kernel.run_guest(vcpu, Guest(kernel)) is None

    in_kernel(body)
