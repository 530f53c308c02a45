# SPDX-License-Identifier: GPL-2.0-only
"""Is each allowance as wide as it has to be, and no wider?

For each there is a kernel that is wrong by one notch, and a program that shows it. The judge says
so, and says nothing if the allowance is widened by that notch. What is legal and blamed where an
allowance is missing is in test_architecture.py, told by hand.
"""

from pathlib import Path

import pytest

from harness import Failed, OsThreads, Quiet, Scheduler, execute
from stress.plays import read_script
from tests.vgic.architecture.widened import WIDENED
from vgic import ARCHITECTURE, JudgedBy, Machine, Mechanism, Reference, with_judges
from vgic.architecture import Allowances
from vgic.data import Vcpu, VgicIrq, irq_is_pending
from vgic.hardware import ListRegister

ROOT = Path(__file__).parents[3]
AN_EDGE = "interrupt 40 edge priority 0x80\n"
A_LEVEL = "interrupt 40 level priority 0x80\n"


class LoadsDisabled(Reference):
    """What is disabled stays on its list, and is loaded."""

    def vgic_target_oracle(self, irq: VgicIrq) -> Vcpu | None:
        return irq.target_vcpu if irq_is_pending(irq) else super().vgic_target_oracle(irq)


class SortsBackwards(Reference):
    """The least urgent one is loaded first."""

    def sort_key(self, vcpu: Vcpu, irq: VgicIrq) -> tuple[bool | int, ...]:
        *more, priority = super().sort_key(vcpu, irq)
        return (*more, -priority)


class LoadsTwice(Reference):
    """An edge stays latched when its pending state goes into a list register."""

    def vgic_v3_populate_lr(self, vcpu: Vcpu, irq: VgicIrq, lr: int) -> None:
        latch = irq.pending_latch
        super().vgic_v3_populate_lr(vcpu, irq, lr)
        irq.pending_latch = latch


class LoadsLate(Reference):
    """What is to be loaded is passed over once."""

    def __init__(self, *what: object) -> None:
        super().__init__(*what)  # type: ignore[arg-type]  # passed on
        self._passed_over = set[VgicIrq]()

    def takes_lr(self, vcpu: Vcpu, irq: VgicIrq) -> bool:
        is_first = super().takes_lr(vcpu, irq) and irq not in self._passed_over
        self._passed_over.add(irq)
        return super().takes_lr(vcpu, irq) and not is_first


class ClearsNothing(Reference):
    """GICD_ICPENDR is written, and nothing comes of it."""

    def vgic_mmio_write_cpending(self, irq: VgicIrq) -> None:
        pass


class LoadsElsewhere(Reference):
    """What is handled and pending again is loaded, as pending, where it has been routed to."""

    def vgic_target_oracle(self, irq: VgicIrq) -> Vcpu | None:
        if irq.active and irq_is_pending(irq):
            return irq.target_vcpu
        return super().vgic_target_oracle(irq)

    def vgic_v3_compute_lr(self, vcpu: Vcpu, irq: VgicIrq) -> ListRegister:
        value = super().vgic_v3_compute_lr(vcpu, irq)
        value.active &= not value.pending
        return value


class LosesSoftPend(Reference):
    """GICD_ISPENDR of a level does nothing."""

    def vgic_mmio_write_spending(self, irq: VgicIrq) -> None:
        pass


class EnablesSilently(Reference):
    """Who enables what is pending puts it on no list."""

    def vgic_mmio_write_senable(self, irq: VgicIrq) -> None:
        irqs_were_off = irq.irq_lock.lock_irqsave()
        irq.enabled = True
        irq.irq_lock.unlock_irqrestore(irqs_were_off)


class KicksNobody(Reference):
    """What is put on a list is not announced."""

    def announce_pending(self, vcpu: Vcpu) -> None:
        pass


WRONG: dict[Allowances, tuple[type[Mechanism], str, str]] = {
    Allowances.LATE_WITHDRAWAL: (
        LoadsDisabled, "phantom",
        AN_EDGE + "vcpu 0\n  raise 40\n  disable 40\n  acknowledge\n",
    ),
    Allowances.LATE_ARRIVAL: (
        SortsBackwards, "priority inverted",
        "list-registers 1\n" + AN_EDGE + "interrupt 41 edge priority 0x40\n"
        "vcpu 0\n  raise 40\n  raise 41\n  exit\n  acknowledge\n  end\n",
    ),
    Allowances.OVERFLOW: (
        LoadsLate, "not signalled", AN_EDGE + "vcpu 0\n  raise 40\n  acknowledge\n  exit\n",
    ),
    Allowances.COUNTED_APART: (
        LoadsTwice, "phantom",
        AN_EDGE + "vcpu 0\n  raise 40\n  acknowledge\n  end\n  exit\n  acknowledge\n  end\n",
    ),
    Allowances.COMES_BACK: (
        ClearsNothing, "phantom",
        AN_EDGE + "vcpu 0\n  disable 40\n  raise 40\n  unpend 40\n  enable 40\n  acknowledge\n",
    ),
    Allowances.STAYS_WITH_HANDLER: (
        LoadsElsewhere, "phantom",
        AN_EDGE + "vcpu 0\n  raise 40\n  acknowledge\n  raise 40\n  route 40 vcpu 1\n  exit\n"
        "  signal 0\n  await 1\n  end\n  signal 2\n"
        "vcpu 1\n  await 0\n  exit\n  exit\n  signal 1\n  await 2\n  acknowledge\n  end\n",
    ),
    Allowances.ACTIVE_LEVEL: (
        LosesSoftPend, "not signalled", A_LEVEL + "vcpu 0\n  pend 40\n  acknowledge\n",
    ),
    Allowances.LEFT_UNLISTED: (
        EnablesSilently, "not signalled",
        AN_EDGE + "vcpu 0\n  disable 40\n  raise 40\n  enable 40\n  acknowledge\n",
    ),
    Allowances.UNANNOUNCED: (
        KicksNobody, "signalled too late",
        AN_EDGE + "vcpu 0\n  signal 0\nvcpu 1\n  await 0\n  raise 40\n",
    ),
}  # fmt: skip


def failure(kernel: type[Mechanism], script: str, carriers: OsThreads) -> str:
    """Return as what a program fails under the quiet schedule, "" if it passes."""
    parameters = read_script(f"title a program\n{script}", "program").parameters

    def program(scheduler: Scheduler) -> None:
        Machine(scheduler, parameters, with_judges(kernel, JudgedBy.ARCHITECTURE))

    outcome = execute(program, Quiet(), carriers).outcome
    return outcome.failure.kind if isinstance(outcome, Failed) else ""


@pytest.mark.parametrize("allowance", Allowances, ids=lambda each: each.name)
def test_one_notch_wider_hides_a_bug(
    allowance: Allowances, pinned: OsThreads, monkeypatch: pytest.MonkeyPatch
) -> None:
    kernel, kind, script = WRONG[allowance]
    assert failure(Reference, script, pinned) == ""
    assert failure(kernel, script, pinned) == ARCHITECTURE + kind
    WIDENED[allowance](monkeypatch)
    assert failure(kernel, script, pinned) == ""


def test_the_docs_name_every_allowance() -> None:
    text = (ROOT / "docs" / "judge.md").read_text("utf-8")
    rows = [line.split("|")[1].strip(" `") for line in text.splitlines() if line.startswith("| `")]
    named = [each.name for each in Allowances]
    assert [row for row in rows if row.isupper()] == named
