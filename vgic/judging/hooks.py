# SPDX-License-Identifier: GPL-2.0-only
"""What judges hear of lists and locks: from outside, whatever code it is that changes them."""

from collections.abc import Callable, Sequence
from functools import cache, partial

from vgic.data import Kvm, Vcpu, VgicIrq
from vgic.judging.judge import Judge
from vgic.tracepoints import wanted_by


def attach(kvm: Kvm, judges: Sequence[Judge]) -> None:
    """Have judges hear of all lists and locks of a VM, in this order; once, before it runs."""
    kinds = tuple(map(type, judges))
    list_unlocked = _heard(judges, kinds, "list_unlocked")
    irq_unlocked = _heard(judges, kinds, "irq_unlocked")
    added = partial(_added, kvm, _heard(judges, kinds, "added"))
    for vcpu in kvm.vcpus:
        vgic_cpu = vcpu.vgic_cpu
        vgic_cpu.ap_list_lock.on_unlock = partial(list_unlocked, vcpu)
        on_add = partial(added, vcpu)
        vgic_cpu.ap_list_head.on_add = vgic_cpu.overflow_ap_list_head.on_add = on_add
    for irq in kvm.irqs:
        irq.irq_lock.on_unlock = partial(irq_unlocked, irq)


@cache
def _wanted(kinds: tuple[type, ...], event: str) -> tuple[int, ...]:
    """Return the places of those kinds of judges that want to hear of an event."""
    return tuple(n for n, _ in wanted_by(kinds, event, getattr(Judge, event)))


def _heard(judges: Sequence[Judge], kinds: tuple[type, ...], event: str) -> Callable[..., None]:
    heard = [getattr(judges[n], event) for n in _wanted(kinds, event)]
    if len(heard) == 1:
        only: Callable[..., None] = heard[0]
        return only
    if len(heard) == 2:
        # A third fewer instructions than the loop, for what comes a hundred times an execution.
        first, second = heard

        def to_both(*things: object) -> None:
            first(*things)
            second(*things)

        return to_both

    def to_all(*things: object) -> None:
        for each in heard:
            each(*things)

    return to_all


def _added(kvm: Kvm, added: Callable[[Vcpu, VgicIrq], None], vcpu: Vcpu, irq: VgicIrq) -> None:
    """Pass an addition on, unless the vCPU itself moves it from one of its lists to the other."""
    if irq.vcpu is not vcpu or kvm.scheduler.current.role != vcpu.role:
        added(vcpu, irq)
