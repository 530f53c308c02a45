# SPDX-License-Identifier: GPL-2.0-only
"""A vCPU that is destroyed is forgotten by its lists: I28.

User space may end a VM at any time, with interrupts on the lists. They are freed with it, so heads
that still led to them would dangle. At the end of a drain nothing is listed, so something is put
there first, behind the kernel's back; an LPI with a reference, which has to be dropped: it would be
left over when all is freed.
"""

from harness import ListHead
from vgic.data import Kvm, Vcpu, VgicIrq, is_lpi, references
from vgic.judging.judge import fail

DESTROY = "kvm_vgic_vcpu_destroy"


def leave_listed(kvm: Kvm, vcpu: Vcpu) -> list[VgicIrq]:
    """Put an interrupt on each list of a vCPU that is about to be destroyed, and return them.

    Nobody judges its lists from now on. An interrupt that is listed already stays where it is, so
    with few interrupts a list may be left empty.
    """
    vgic_cpu = vcpu.vgic_cpu
    vgic_cpu.ap_list_lock.on_unlock = None
    left = []
    heads = (vgic_cpu.overflow_ap_list_head, vgic_cpu.ap_list_head)
    for head, irq in zip(heads, _of(vcpu, kvm, lpis=False), strict=False):
        if not irq.ap_list.linked and irq.vcpu is None:
            _link(vcpu, head, irq)
            left.append(irq)
    for irq in [] if kvm.dist.lpis is None else _of(vcpu, kvm, lpis=True)[:1]:
        if not irq.ap_list.linked and irq.vcpu is None:
            references(irq).value += 1
            _link(vcpu, vgic_cpu.ap_list_head, irq)
            left.append(irq)
    return left


def _of(vcpu: Vcpu, kvm: Kvm, *, lpis: bool) -> list[VgicIrq]:
    """Return every so-many-eth interrupt, so that no two vCPUs are left the same."""
    irqs = kvm.irqs
    if kvm.dist.lpis is not None:
        irqs = [irq for irq in irqs if is_lpi(irq.intid) is lpis]
    return irqs[vcpu.vcpu_id :: len(kvm.vcpus)]


def _link(vcpu: Vcpu, head: ListHead[VgicIrq], irq: VgicIrq) -> None:
    node, last = irq.ap_list, head.prev
    node.next, node.prev = head, last
    last.next = head.prev = node
    irq.vcpu = vcpu


def lists_are_forgotten(kvm: Kvm, vcpu: Vcpu, left: list[VgicIrq]) -> None:
    """I28: after a vCPU is destroyed both of its list heads are empty, whatever was there.

    Args:
        kvm: the VM.
        vcpu: the vCPU.
        left: what was put on its lists before.

    Locks: none; nobody else knows the vCPU any more.
    """
    for head in (vcpu.vgic_cpu.ap_list_head, vcpu.vgic_cpu.overflow_ap_list_head):
        if head.next is not head or head.prev is not head:
            fail(
                kvm,
                "I28 list head dangles",
                f"{head.name} still leads to {head.next.name} after {vcpu} was destroyed, "
                "which frees that: INIT_LIST_HEAD is missing",
                DESTROY,
            )
    for irq in left:
        irq.vcpu = None
        irq.ap_list.next = irq.ap_list.prev = irq.ap_list


def all_lists_are_forgotten(kvm: Kvm) -> None:
    """I28: the same of all vCPUs, if the VM has been destroyed by now.

    It ends at any time, so there may be anything on its lists, and nothing has to be put there.

    Locks: none; nobody else knows the VM any more.
    """
    if kvm.lifetime is not None and kvm.lifetime.is_destroyed:
        for vcpu in kvm.vcpus:
            lists_are_forgotten(kvm, vcpu, [])
