# SPDX-License-Identifier: GPL-2.0-only
"""What judges hear of lists, locks, requests and kicks: from outside, whatever code it is."""

from collections.abc import Callable, Sequence
from functools import cache, partial

from vgic.data import Kvm, Vcpu, VgicIrq
from vgic.judging.judge import Judge
from vgic.judging.lists import Lists
from vgic.tracepoints import wanted_by


def attach(kvm: Kvm, judges: Sequence[Judge], lists: Lists) -> None:
    """Have judges hear of a VM's lists, locks and so on, in this order; once, before it runs.

    Args:
        kvm: the VM.
        judges: who is to hear of them.
        lists: the one of them that knows what was on each vCPU's lists.
    """
    kinds = tuple(map(type, judges))
    list_unlocked = _heard(judges, kinds, "list_unlocked")
    irq_unlocked = _heard(judges, kinds, "irq_unlocked")
    added = partial(_added, _heard(judges, kinds, "added"))
    requested = _heard(judges, kinds, "requested")
    woken = _heard(judges, kinds, "woken")
    kicking = _heard(judges, kinds, "kicking") if _wanted(kinds, "kicking") else None
    for vcpu in kvm.vcpus:
        if kicking is not None:
            vcpu.ipi.on_send = partial(kicking, vcpu)
        vcpu.requests.on_make = partial(requested, vcpu)
        vcpu.wait.on_wake = partial(woken, vcpu)
        vgic_cpu = vcpu.vgic_cpu
        vgic_cpu.ap_list_lock.on_unlock = partial(list_unlocked, vcpu)
        on_add = partial(added, vcpu, lists)
        vgic_cpu.ap_list_head.on_add = vgic_cpu.overflow_ap_list_head.on_add = on_add

    def hear_of(irq: VgicIrq) -> None:
        irq.irq_lock.on_unlock = partial(irq_unlocked, irq)

    for irq in kvm.irqs:
        hear_of(irq)
    kvm.on_join.append(hear_of)


@cache
def _wanted(kinds: tuple[type, ...], event: str) -> tuple[int, ...]:
    """Return the places of those kinds of judges that want to hear of an event."""
    return tuple(n for n, _ in wanted_by(kinds, event, getattr(Judge, event)))


def _heard(judges: Sequence[Judge], kinds: tuple[type, ...], event: str) -> Callable[..., None]:
    heard = [getattr(judges[n], event) for n in _wanted(kinds, event)]
    if len(heard) == 1:
        only: Callable[..., None] = heard[0]
        return only

    def to_all(*things: object) -> None:
        for each in heard:
            each(*things)

    return to_all


def _added(added: Callable[[Vcpu, VgicIrq], None], vcpu: Vcpu, lists: Lists, irq: VgicIrq) -> None:
    """Pass an addition on, unless the interrupt only changes its place on the vCPU's lists.

    What was on them when their lock was last released, and is put on one of them now, has been
    taken off since by the holder of the lock, and nobody has seen it gone. Where the interrupt
    says it is tells nothing: a patch may set `irq.vcpu` before it adds.
    """
    if irq not in lists.members[vcpu.vcpu_id]:
        added(vcpu, irq)
