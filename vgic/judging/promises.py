# SPDX-License-Identifier: GPL-2.0-only
"""What a kernel function returns is what its caller is promised: I30.

A wrong answer often does no harm at once, and one that nobody uses today never does. It is judged
when the function returns, where whatever it has looked at is still guarded as it was for it.
"""

from collections.abc import Callable
from typing import Any

from vgic.data import LEVEL, Kvm, Vcpu, VgicIrq, irq_is_pending
from vgic.hardware import ListRegister
from vgic.judging.bookkeeping import Bookkeeping
from vgic.judging.contents import named_by_its_register
from vgic.judging.judge import Judge, belongs_on, fail, names
from vgic.tracepoints import Call

_EINVAL = 22


class Promises(Judge):
    """Judges what the functions of a user's class return; the others do not announce it.

    Locks: those that a function returns with make readable what it was asked about. Queueing has
    none left, so only what its own thread has done is looked at; the summary has none of any
    interrupt, so what is touched meanwhile may count or not.
    """

    def __init__(self, kvm: Kvm, books: Bookkeeping) -> None:
        """Begin to listen.

        Args:
            kvm: the VM.
            books: tell who touches an interrupt.
        """
        super().__init__(kvm)
        self._ledger = books.ledger
        self._put_at: dict[tuple[str, VgicIrq], int] = {}

    def added(self, vcpu: Vcpu, irq: VgicIrq) -> None:
        """Remember who has put an interrupt on a list, and when."""
        scheduler = self._kvm.scheduler
        self._put_at[scheduler.current.role, irq] = scheduler.steps

    def returned(self, function: str, call: Call, result: object) -> None:
        """Judge what a function has returned."""
        broken = _PROMISES[function](self, call, result)
        if broken:
            fail(self._kvm, "I30 wrong return value", f"{function}() {broken}", function)

    def _oracle(self, call: Call, result: object) -> str:
        """An interrupt belongs where the architecture has it belong."""
        (irq,) = call.args
        where = belongs_on(self._kvm, irq)
        return "" if result is where else _says(result, f"{irq} belongs on {_list(where)}")

    def _validate(self, call: Call, result: object) -> str:
        """Whatever changes is taken in, and the end of an edge is nothing.

        A level that stays as it is may be taken in once more.
        """
        irq, level = call.args
        changes = bool(level != irq.line_level if irq.config is LEVEL else level)
        if changes is bool(result) or (irq.config is LEVEL and result):
            return ""
        return _says(result, f"{irq} {'changes' if changes else 'does not change'}")

    def _inject(self, call: Call, result: object) -> str:
        """An interrupt that is there is taken in, another refused."""
        vcpu, intid, _ = call.args
        expected = 0 if self._kvm.get_vcpu_irq(vcpu, intid) else -_EINVAL
        what = f"there is {'an' if expected == 0 else 'no'} interrupt {intid}"
        return "" if result == expected else _says(result, f"{what}: {expected} is promised")

    def _queue(self, call: Call, result: object) -> str:
        """It says whether it has put the interrupt on a list."""
        irq = call.args[0]
        put = self._put_at.get((self._kvm.scheduler.current.role, irq), -1) > call.began
        return "" if put is bool(result) else _says(result, f"it has put {irq} on {_a_list(put)}")

    def _summarize(self, call: Call, result: Any) -> str:
        """Its counts are those of the list, give or take what somebody touches meanwhile."""
        (vcpu,) = call.args
        here = [irq for irq in self._kvm.irqs if irq.vcpu is vcpu]
        active = sum(irq.active for irq in here)
        touched = [irq for irq in here if self._ledger.is_touched_since(irq, call.began)]
        sure = [irq for irq in here if not irq.active and irq not in touched]
        least = sum(belongs_on(self._kvm, irq) is vcpu for irq in sure)
        most = least + sum(not irq.active for irq in touched)
        pend, act = getattr(result, "nr_pend", least), getattr(result, "nr_act", active)
        if act == active and least <= pend <= most:
            return ""
        return _says(
            f"{pend} pending and {act} active",
            f"there are {least if least == most else f'{least} to {most}'} and {active}, of "
            f"{names(here)}",
        )

    def _compare(self, call: Call, result: object) -> str:
        """An entry is as urgent as itself."""
        _, first, second = call.args
        return (
            _says(result, f"{first} was compared with itself") if first is second and result else ""
        )

    def _compute(self, call: Call, result: Any) -> str:
        """A list register is what the interrupt is."""
        irq = call.args[1]
        if not isinstance(result, ListRegister):
            return _says(result, "a list register is promised")
        level = irq.config is LEVEL
        promised = {
            "intid": irq.intid,
            "pending": irq_is_pending(irq) and not (level and irq.active),
            "active": irq.active,
            "group": irq.group,
            "priority": irq.priority,
        }
        promised["hw"] = named = named_by_its_register(self._kvm, irq)
        if level and named is None:
            promised["eoi"] = True
        for field, value in promised.items():
            found = getattr(result, field)
            if found != value:
                return _says(result, f"{irq} is one of {field} {value}, not {found}")
        return ""

    def _still_to_queue(self, call: Call, result: object) -> str:
        """What is queued is on no list, and belongs there."""
        irq, vcpu = call.args
        where = belongs_on(self._kvm, irq)
        if not result or (irq.vcpu is None and where is vcpu):
            return ""
        return _says(result, f"{irq} is on {_list(irq.vcpu)} and belongs on {_list(where)}")

    def _still_to_migrate(self, call: Call, result: object) -> str:
        """What is moved is where it is taken from, and belongs where it is put."""
        irq, vcpu, target = call.args
        where = belongs_on(self._kvm, irq)
        if not result or (irq.vcpu is vcpu and where is target):
            return ""
        return _says(result, f"{irq} is on {_list(irq.vcpu)} and belongs on {_list(where)}")

    def _takes_lr(self, call: Call, result: object) -> str:
        """What gets a list register belongs here."""
        vcpu, irq = call.args
        where = belongs_on(self._kvm, irq)
        if not result or where is vcpu:
            return ""
        return _says(result, f"{irq} belongs on {_list(where)}")


def _says(result: object, truth: str) -> str:
    said = "None" if result is None else result
    return f"returns {said}, but {truth}"


def _list(vcpu: Vcpu | None) -> str:
    return "no list" if vcpu is None else f"the list of {vcpu}"


def _a_list(put: bool) -> str:
    return "a list" if put else "none"


_PROMISES: dict[str, Callable[[Promises, Call, Any], str]] = {
    "vgic_target_oracle": Promises._oracle,
    "vgic_validate_injection": Promises._validate,
    "kvm_vgic_inject_irq": Promises._inject,
    "vgic_queue_irq_unlock": Promises._queue,
    "summarize_ap_list": Promises._summarize,
    "vgic_irq_cmp": Promises._compare,
    "vgic_v3_compute_lr": Promises._compute,
    "still_to_queue": Promises._still_to_queue,
    "still_to_migrate": Promises._still_to_migrate,
    "takes_lr": Promises._takes_lr,
}

PROMISING = tuple(_PROMISES)
"""The kernel functions and decisions whose callers are promised something of what they return."""
