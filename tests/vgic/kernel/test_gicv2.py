# SPDX-License-Identifier: GPL-2.0-only
"""What of a VM with a GICv2 is otherwise: sources of SGIs, its registers, DIR?

Sections 3.5, 7.2, 8, 11 and 13.4 of the semantics.
"""

from collections.abc import Callable
from functools import partial

import pytest

from harness import Execution, Failure
from vgic import REVISIONS, Mechanism, Reference
from vgic.accesses import (
    DIR_PAGE,
    DISTRIBUTOR,
    PEND,
    SGIR,
    SGIR_OTHERS,
    SGIR_SELF,
    TARGETS,
    UNPEND,
    Access,
)
from vgic.composition import compose, on_gicv2
from vgic.data import EDGE, LEVEL, V2, Config, lr_count
from vgic.data.vcpu import Vcpu, VgicIrq
from vgic.hardware import V2ListRegister

InKernel = Callable[..., Execution]
Fails = Callable[..., Failure]
ON_V2 = {"gic": V2, "irqs_off": False}


def sgi(kernel: Mechanism, *sources: int, active_of: int | None = None) -> VgicIrq:
    """Return an SGI of vCPU 0 that these have sent."""
    irq = kernel.kvm.add_irq(5, EDGE, 0x80, 0)
    irq.source = sum(1 << each for each in sources)
    irq.pending_latch = bool(sources)
    if active_of is not None:
        irq.active, irq.active_source = True, active_of
    return irq


def loaded(kernel: Mechanism, irq: VgicIrq) -> V2ListRegister:
    vcpu = kernel.kvm.vcpus[0]
    with irq.irq_lock:
        kernel.vgic_v3_populate_lr(vcpu, irq, 0)
    lr = vcpu.vgic_cpu.vgic_lr[0]
    assert isinstance(lr, V2ListRegister)
    return lr


@pytest.mark.parametrize(
    ("sources", "active_of", "count"),
    [((), None, 0), ((1,), None, 1), ((1, 2), None, 2), ((), 1, 1), ((1, 2), 3, 3)],
)
def test_an_sgi_would_take_a_register_for_each_source(
    in_kernel: InKernel, sources: tuple[int, ...], active_of: int | None, count: int
) -> None:
    def body(kernel: Mechanism) -> None:
        assert lr_count(sgi(kernel, *sources, active_of=active_of)) == count

    in_kernel(body, **ON_V2)


@pytest.mark.parametrize(
    ("sources", "active_of", "text", "eoi", "left"),
    [
        ((2,), None, "5:P from 2", False, 0),
        ((0, 1, 3), None, "5:P from 0", True, 0b1010),
        ((1, 3), None, "5:P from 1", True, 0b1000),
        ((), 2, "5:A from 2", False, 0),
        ((1,), 2, "5:A from 2", True, 0b10),
    ],
)
def test_one_source_is_loaded_and_the_rest_stay_pending(
    in_kernel: InKernel,
    sources: tuple[int, ...],
    active_of: int | None,
    text: str,
    eoi: bool,
    left: int,
) -> None:
    def body(kernel: Mechanism) -> None:
        irq = sgi(kernel, *sources, active_of=active_of)
        lr = loaded(kernel, irq)
        assert (str(lr), lr.eoi, irq.source) == (text, eoi, left)
        assert irq.pending_latch is (left != 0)

    in_kernel(body, gic=V2)


def test_an_sgi_that_nobody_has_sent_is_warned_of(failure_in_kernel: Fails) -> None:
    def body(kernel: Mechanism) -> None:
        irq = sgi(kernel)
        irq.pending_latch = True
        loaded(kernel, irq)

    failure = failure_in_kernel(body, gic=V2)
    assert (failure.kind, failure.functions) == ("warning", ("vgic_v2_compute_lr",))
    assert "nobody has sent it" in failure.message


def test_what_is_in_a_register_is_not_computed_for_another(failure_in_kernel: Fails) -> None:
    def body(kernel: Mechanism) -> None:
        irq = sgi(kernel, 1)
        loaded(kernel, irq)
        loaded(kernel, irq)

    assert failure_in_kernel(body, gic=V2).kind == "warning"


@pytest.mark.parametrize(
    ("pending", "active", "source", "active_source"),
    [(True, False, 0b110, 0), (False, True, 0b010, 2), (False, False, 0b010, 0)],
)
def test_a_fold_takes_the_source_back(
    in_kernel: InKernel, pending: bool, active: bool, source: int, active_source: int
) -> None:
    def body(kernel: Mechanism) -> None:
        irq = sgi(kernel, 1)
        lr = V2ListRegister(5, pending, active)
        lr.source = 2
        kernel.vgic_v3_fold_lr(kernel.kvm.vcpus[0], lr)
        assert (irq.source, irq.active_source, irq.active) == (source, active_source, active)
        assert irq.pending_latch

    in_kernel(body, gic=V2)


@pytest.mark.parametrize("config", [EDGE, LEVEL])
def test_what_is_no_sgi_is_loaded_as_on_a_gicv3(in_kernel: InKernel, config: Config) -> None:
    def body(kernel: Mechanism) -> None:
        irq = kernel.kvm.add_irq(40, config, 0x40, 0, 0)
        irq.pending_latch = irq.active = True
        lr = loaded(kernel, irq)
        assert (lr.pending, lr.active, lr.eoi) == (config is EDGE, True, config is LEVEL)
        assert (lr.priority, lr.group, str(lr)) == (0x40, 0, "40:PA" if config is EDGE else "40:A")

    in_kernel(body, gic=V2)


@pytest.mark.parametrize("revision", ["reference", "linux-7.3"])
def test_each_end_of_a_level_is_heard_of_before_it_is_folded(
    in_kernel: InKernel, revision: str
) -> None:
    """A GICv3 of the same generation hears of those alone that an exit has found active."""

    def body(kernel: Mechanism) -> None:
        irq = kernel.kvm.add_irq(40, LEVEL, 0x40, 0, 1, True)
        assert irq.resampled is not None
        irq.resampled.ask()
        irq.resampled.serve()
        irq.line_level, irq.on_lr = True, True
        kernel.vgic_v3_fold_lr(kernel.kvm.vcpus[0], V2ListRegister(40, eoi=True))
        assert not irq.line_level

    in_kernel(body, gic=V2, kernel=REVISIONS[revision].cls)


SENDS = [
    (Access(SGIR, 5, 0b110), 0, [1, 2]),
    (Access(SGIR, 5, 0b11111001), 1, [0]),
    (Access(SGIR_OTHERS, 5), 1, [0, 2]),
    (Access(SGIR_SELF, 5), 2, [2]),
]


@pytest.mark.parametrize(("access", "sender", "targets"), SENDS, ids=str)
def test_each_target_is_told_who_sends(
    in_kernel: InKernel, access: Access, sender: int, targets: list[int]
) -> None:
    def body(kernel: Mechanism) -> None:
        vcpus = kernel.kvm.vcpus
        irqs = [kernel.kvm.add_irq(5, EDGE, 0x80, vcpu.vcpu_id) for vcpu in vcpus]
        access.emulate(kernel, vcpus[sender])
        expected = [1 << sender if vcpu.vcpu_id in targets else 0 for vcpu in vcpus]
        assert [irq.source for irq in irqs] == expected
        assert [irq.pending_latch for irq in irqs] == list(map(bool, expected))
        assert [irq.vcpu for irq in irqs] == [
            vcpu if source else None for vcpu, source in zip(vcpus, expected, strict=True)
        ]

    in_kernel(body, nr_vcpus=3, **ON_V2)


def test_nobody_is_sent_what_is_not_there(in_kernel: InKernel) -> None:
    def body(kernel: Mechanism) -> None:
        here = kernel.kvm.vcpus[0]
        kernel.vgic_mmio_write_sgir(here, here, 5)
        assert not here.requests.bits

    in_kernel(body, **ON_V2)


@pytest.mark.parametrize(
    ("mask", "target"), [(0b110, 1), (0b100, 2), (0b11111000, 0), (0, 0), (0b10000010, 1)]
)
def test_targets_are_those_that_are_there_and_the_first_is_taken(
    in_kernel: InKernel, mask: int, target: int
) -> None:
    def body(kernel: Mechanism) -> None:
        vcpus = kernel.kvm.vcpus
        irq = kernel.kvm.add_irq(40, EDGE, 0x80, 2)
        irq.pending_latch = True
        Access(TARGETS, 40, mask).emulate(kernel, vcpus[1])
        assert irq.target_vcpu is vcpus[target]
        assert irq.vcpu is None
        assert not any(vcpu.requests.bits for vcpu in vcpus)

    in_kernel(body, nr_vcpus=3, **ON_V2)


def test_where_a_private_one_goes_is_fixed(in_kernel: InKernel) -> None:
    def body(kernel: Mechanism) -> None:
        irq = kernel.kvm.add_irq(20, LEVEL, 0x80, 1)
        kernel.vgic_mmio_write_target(irq, 0b1)
        assert irq.target_vcpu is kernel.kvm.vcpus[1]

    in_kernel(body, nr_vcpus=2, **ON_V2)


@pytest.mark.parametrize("access", [Access(PEND, 5), Access(UNPEND, 5)], ids=str)
def test_software_neither_pends_nor_clears_an_sgi(in_kernel: InKernel, access: Access) -> None:
    def body(kernel: Mechanism) -> None:
        irq = sgi(kernel, 1)
        before = kernel.kvm.add_irq(6, EDGE, 0x80, 0)
        access.emulate(kernel, kernel.kvm.vcpus[0])
        Access(access.kind, 6).emulate(kernel, kernel.kvm.vcpus[0])
        assert (irq.pending_latch, before.pending_latch) == (True, False)

    in_kernel(body, **ON_V2)


def test_software_pends_and_clears_what_is_no_sgi(in_kernel: InKernel) -> None:
    def body(kernel: Mechanism) -> None:
        irq = kernel.kvm.add_irq(40, EDGE, 0x80, 0)
        for kind, pending in ((PEND, True), (UNPEND, False)):
            Access(kind, 40).emulate(kernel, kernel.kvm.vcpus[0])
            assert irq.pending_latch is pending

    in_kernel(body, **ON_V2)


def test_an_sgi_that_is_made_active_is_its_own_vcpus(in_kernel: InKernel) -> None:
    def body(kernel: Mechanism) -> None:
        irq = kernel.kvm.add_irq(5, EDGE, 0x80, 1)
        kernel.vgic_mmio_write_sactive(kernel.kvm.vcpus[1], irq)
        assert (irq.active, irq.active_source) == (True, 1)

    in_kernel(body, nr_vcpus=2, **ON_V2)


def drops_only(vcpu: Vcpu, *, drops: bool = True) -> None:
    vcpu.cpuif.vmcr.eoi_drops_only = drops


@pytest.mark.parametrize(
    ("source", "drops", "active"), [(2, True, False), (1, True, True), (2, False, True)]
)
def test_dir_deactivates_the_sgi_of_whom_it_names(
    in_kernel: InKernel, enlist: Callable[..., None], source: int, drops: bool, active: bool
) -> None:
    def body(kernel: Mechanism) -> None:
        here = kernel.kvm.vcpus[0]
        irq = sgi(kernel, active_of=2)
        enlist(here, irq)
        drops_only(here, drops=drops)
        Access(DIR_PAGE, 5, source).emulate(kernel, here)
        assert irq.active is active

    in_kernel(body, **ON_V2)


def test_dir_of_what_is_not_there_is_ignored(in_kernel: InKernel) -> None:
    def body(kernel: Mechanism) -> None:
        here = kernel.kvm.vcpus[0]
        drops_only(here)
        kernel.vgic_v2_deactivate(here, 40, 0)
        assert not here.requests.bits

    in_kernel(body, **ON_V2)


@pytest.mark.parametrize("revision", REVISIONS)
def test_dir_leaves_the_guest_unless_its_page_was_mapped(
    in_kernel: InKernel, revision: str
) -> None:
    def body(kernel: Mechanism) -> None:
        here = kernel.kvm.vcpus[0]
        with here.vgic_cpu.ap_list_lock:
            kernel.vgic_v3_configure_hcr(here, kernel.summarize_ap_list(here))
        assert here.vgic_cpu.vgic_hcr.tdir is (revision != "classic")
        assert not kernel.vgic_v3_write_dir(here, 40)

    in_kernel(body, gic=V2, kernel=REVISIONS[revision].cls)


@pytest.mark.parametrize(("revision", "locked"), [("reference", True), ("linux-7.3", False)])
def test_only_the_reference_takes_a_lock_to_turn_the_distributor(
    in_kernel: InKernel, operations: Callable[[Execution], list[str]], revision: str, locked: bool
) -> None:
    def body(kernel: Mechanism) -> None:
        here = kernel.kvm.vcpus[0]
        irq = kernel.kvm.add_irq(40, EDGE, 0x80, 0)
        for on in (0, 1):
            Access(DISTRIBUTOR, 0, on).emulate(kernel, here)
            assert kernel.kvm.dist.enabled is bool(on)
        assert not irq.pending_latch

    execution = in_kernel(body, kernel=REVISIONS[revision].cls, **ON_V2)
    taken = [each for each in operations(execution) if "config_lock" in each]
    assert bool(taken) is locked


def test_a_bug_of_the_kernel_is_one_on_a_gicv2_as_well(in_kernel: InKernel) -> None:
    bug = compose(Reference, ["sgi_of_one_for_all"])

    def body(kernel: Mechanism) -> None:
        assert isinstance(kernel, bug)
        irq = sgi(kernel, 1, 2)
        loaded(kernel, irq)
        assert irq.source == 0

    in_kernel(body, kernel=bug, gic=V2)
    assert on_gicv2(bug) is on_gicv2(bug)


def held_back(
    kernel: Mechanism, enlist: Callable[..., None], priority: int, *, active: bool
) -> int:
    """Return how many list registers a flush fills with an SGI of two and another interrupt."""
    here = kernel.kvm.vcpus[0]
    irq = sgi(kernel, 1, 2)
    other = kernel.kvm.add_irq(40, EDGE, priority, 0)
    other.pending_latch, other.active = not active, active
    enlist(here, irq, other)
    with here.vgic_cpu.ap_list_lock:
        kernel.vgic_flush_lr_state(here)
    return here.vgic_cpu.used_lrs


@pytest.mark.parametrize(
    ("revision", "priority", "active", "used"),
    [
        ("reference", 0xA0, False, 2),
        ("classic", 0xA0, False, 1),
        ("classic", 0x60, False, 2),
        ("classic", 0xA0, True, 2),
    ],
)
def test_an_sgi_with_more_sources_kept_out_what_is_less_urgent(
    in_kernel: InKernel,
    enlist: Callable[..., None],
    revision: str,
    priority: int,
    active: bool,
    used: int,
) -> None:
    """What is active stands before it, and is loaded first, unless the SGI is active as well."""
    look = partial(held_back, enlist=enlist, priority=priority, active=active)

    def body(kernel: Mechanism) -> None:
        assert look(kernel) == used

    in_kernel(body, gic=V2, kernel=REVISIONS[revision].cls)


def test_an_active_sgi_kept_out_what_is_active_and_less_urgent(
    in_kernel: InKernel, enlist: Callable[..., None]
) -> None:
    """So its end was nobody's: nothing counted what is ended in no list register."""

    def body(kernel: Mechanism) -> None:
        here = kernel.kvm.vcpus[0]
        irq = sgi(kernel, 2, active_of=1)
        other = kernel.kvm.add_irq(40, EDGE, 0xA0, 0)
        other.active = True
        enlist(here, irq, other)
        with here.vgic_cpu.ap_list_lock:
            kernel.vgic_flush_lr_state(here)
        assert (irq.on_lr, other.on_lr) == (True, False)
        assert not here.vgic_cpu.vgic_hcr.lrenpie

    in_kernel(body, gic=V2, kernel=REVISIONS["classic"].cls)
