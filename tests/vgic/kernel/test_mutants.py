# SPDX-License-Identifier: GPL-2.0-only
"""Is each decision of the kernel flipped, and is that found, or can it make no difference?

The named bugs flip most of them; here are the other ways to get one wrong, and those that nobody
could tell from right in this slice, each with the reason. `tests/benchmarks/mutants.py` counts the
executions that each takes.
"""

import inspect
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from harness import Failure, ListHead, Node
from vgic import BUGS, CANARY, REVISIONS, Mechanism, Reference
from vgic.composition.composing import overridden
from vgic.data.vcpu import KVM_REQ_IRQ_PENDING, Vcpu, VgicIrq
from vgic.hardware import ListRegister
from vgic.kernel import ApListSummary, Kernel


class QueueWithoutRecheck(Reference):
    """What was dropped to take two locks in order is not looked at again."""

    def still_to_queue(self, irq: VgicIrq, vcpu: Vcpu) -> bool:
        """Do not look."""
        return True


class RequestWithoutKick(Reference):
    """A vCPU in its guest is not made to leave it."""

    def announce_pending(self, vcpu: Vcpu) -> None:
        """Leave the request, and wait for some exit."""
        self.kvm_make_request(KVM_REQ_IRQ_PENDING, vcpu)


class OverflowStaysListed(Reference):
    """The list is not split, but EOIcount is looked for on the overflow list."""

    def split_ap_list(self, vcpu: Vcpu, last: VgicIrq) -> None:
        """Leave everything on the AP-list."""


class EoicountMinusOne(Reference):
    """One end too few is taken off."""

    def eoicount_to_account(self, vcpu: Vcpu) -> int:
        """Count one less."""
        return max(0, vcpu.vgic_cpu.vgic_hcr.eoicount - 1)


class SortIgnoresPriority(Reference):
    """The list is only sorted by kind."""

    def sort_key(self, vcpu: Vcpu, irq: VgicIrq) -> tuple[bool | int, ...]:
        """Leave the priority out."""
        return super().sort_key(vcpu, irq)[:3]


class SortIgnoresTarget(Reference):
    """What does not belong here is not sorted last."""

    def sort_key(self, vcpu: Vcpu, irq: VgicIrq) -> tuple[bool | int, ...]:
        """Leave out whether the entry belongs here."""
        return super().sort_key(vcpu, irq)[1:]


class IdleStaysListed(Reference):
    """Prune moves what was rerouted, and leaves what is idle."""

    def prune_target(self, irq: VgicIrq) -> Vcpu | None:
        """Take idle for belonging here."""
        return self.vgic_target_oracle(irq) or irq.vcpu


class SpliceAtHead(Reference):
    """The overflow goes back in front of the rest."""

    def replug_overflow(self, vcpu: Vcpu) -> None:
        """Put it in front."""
        ap_list, overflow = vcpu.vgic_cpu.ap_list_head, vcpu.vgic_cpu.overflow_ap_list_head
        if not overflow.empty:
            overflow.splice_tail_init(ap_list)
            ap_list.splice_tail_init(overflow)


class DirMeansNoSgi(Reference):
    """An SGI of GICv2 that its guest deactivates apart from its end stays active."""

    def is_of_source(self, irq: VgicIrq, source: int) -> bool:
        """Take it for another's."""
        return False


class NobodyIsHalted(Reference):
    """Active states are written while list registers have copies of them."""

    def needs_halt(self, vcpu: Vcpu, irq: VgicIrq) -> bool:
        """Halt for none."""
        return False


class MovallHaltsNobody(Reference):
    """vCPUs enter and leave, and prune, while MOVALL moves one LPI after the other (B8)."""

    def halts_for_movall(self) -> bool:
        """Halt nobody."""
        return False


class EverybodyIsHalted(Reference):
    """The VM is halted for what only the accessing vCPU can have a copy of, too."""

    def needs_halt(self, vcpu: Vcpu, irq: VgicIrq) -> bool:
        """Halt for all."""
        return True


class SortIgnoresGroup(Reference):
    """What belongs to a disabled group competes for a list register."""

    def sort_key(self, vcpu: Vcpu, irq: VgicIrq) -> tuple[bool | int, ...]:
        """Leave the group out."""
        elsewhere, _, not_pending, priority = super().sort_key(vcpu, irq)
        return elsewhere, not_pending, priority


class NeverSorts(Reference):
    """Whatever stands first gets a list register."""

    def needs_sort(self, vcpu: Vcpu, summary: ApListSummary) -> bool:
        """Say that the list is sorted."""
        return False


class SummaryWithoutActive(Reference):
    """What is active is not summed up."""

    def summarize_irq(self, vcpu: Vcpu, irq: VgicIrq, summary: ApListSummary) -> None:
        """Pass over it."""
        super().summarize_irq(vcpu, irq, summary)
        summary.nr_act = 0


class LoadsInTwoGoes(Reference):
    """The lock is let go between the question whether to load an interrupt and its answer."""

    def load_irq(self, vcpu: Vcpu, irq: VgicIrq, lr: int) -> bool:
        """Ask, let go, and load without asking again."""
        with irq.irq_lock:
            loads = self.takes_lr(vcpu, irq)
        if loads:
            with irq.irq_lock:
                self.vgic_v3_populate_lr(vcpu, irq, lr)
        return loads


class RemembersNobody(REVISIONS["linux-7.3"].cls):  # type: ignore[misc]
    """There is no cursor, however many list registers are filled."""

    def remember_last_lr(self, vcpu: Vcpu, irq: VgicIrq, count: int) -> None:
        """Leave it where it is."""


class WalksFromTheSecond(Reference):
    """EOIcount's victims are looked for behind the first of the overflow."""

    def eoicount_walk(self, vcpu: Vcpu, candidates: ListHead[VgicIrq]) -> Iterator[Node[VgicIrq]]:
        """Leave the first one out."""
        return candidates.nodes(after=None if candidates.empty else candidates.next)


class AccountsToAnybody(Reference):
    """An end is taken off EOIcount for each entry, whether it was active or not."""

    def account_eoi(self, vcpu: Vcpu, irq: VgicIrq) -> bool:
        """Say that it was."""
        super().account_eoi(vcpu, irq)
        return True


class AddsAndSaysSoLater(Reference):
    """An interrupt is put on a list, and says so when its lock has been let go."""

    def add_to_ap_list(self, vcpu: Vcpu, irq: VgicIrq) -> bool:
        """Put it there, and tell it afterwards."""
        irqs_were_off = vcpu.vgic_cpu.ap_list_lock.lock_irqsave()
        with irq.irq_lock:
            adds = self.still_to_queue(irq, vcpu)
            if adds:
                vcpu.vgic_cpu.ap_list_head.add_tail(irq.ap_list)
        if adds:
            irq.vcpu = vcpu
        vcpu.vgic_cpu.ap_list_lock.unlock_irqrestore(irqs_were_off)
        return adds


class PrunesInTwoGoes(Reference):
    """The lock is let go between the question where an entry belongs and what follows."""

    def prune_irq(self, vcpu: Vcpu, irq: VgicIrq) -> Vcpu | None:
        """Ask, let go, and take it off without asking again."""
        with irq.irq_lock:
            target = self.prune_target(irq)
        if target is None:
            with irq.irq_lock:
                vcpu.vgic_cpu.ap_list_head.delete(irq.ap_list)
                irq.vcpu = None
        return target


class FoldsNoEnd(Reference):
    """What a list register no longer has active stays active."""

    def fold_irq(self, irq: VgicIrq, lr: ListRegister) -> None:
        """Take everything else out of it."""
        was_active = irq.active
        super().fold_irq(irq, lr)
        irq.active |= was_active


class HearsOfNoEnd(Reference):
    """Whoever samples a line again is told of no end."""

    def hear_of_end(self, irq: VgicIrq, lr: ListRegister, was_active: bool) -> None:
        """Go on to nothing."""


FOUND_AS: dict[type[Mechanism], tuple[str, str]] = {
    HearsOfNoEnd: ("devices_passed_through", "I32 end unheard"),
    FoldsNoEnd: ("inject_while_eoicount", "I13 stuck active"),
    SortIgnoresGroup: ("groups_and_masks", "I16 missed kick"),
    QueueWithoutRecheck: ("reroute_while_pruning", "I30 wrong return value"),
    RequestWithoutKick: ("inject_while_eoicount", "I16 missed kick"),
    OverflowStaysListed: ("inject_while_eoicount", "I13 stuck active"),
    EoicountMinusOne: ("inject_while_eoicount", "I13 stuck active"),
    SortIgnoresPriority: ("overflow_nested_deeply", "O10 best pending left out"),
    IdleStaysListed: ("inject_while_eoicount", "I25 left behind"),
    NeverSorts: ("inject_while_eoicount", "O10 best pending left out"),
    SummaryWithoutActive: ("inject_while_eoicount", "I13 stuck active"),
    LoadsInTwoGoes: ("level_lines_toggle", "I22 illegal list register"),
    RemembersNobody: ("inject_while_eoicount", "I13 stuck active"),
    WalksFromTheSecond: ("inject_while_eoicount", "I13 stuck active"),
    AccountsToAnybody: ("overflow_nested_deeply", "I13 stuck active"),
    AddsAndSaysSoLater: ("inject_while_eoicount", "I1 list without vcpu"),
    PrunesInTwoGoes: ("inject_while_eoicount", "I8 pending but not queued"),
    DirMeansNoSgi: ("sgis_of_several", "I13 stuck active"),
    NobodyIsHalted: ("active_written_from_beside", "I26 write lost"),
}

EQUIVALENT: dict[type[Mechanism], str] = {
    SpliceAtHead: "the list is sorted whenever something is to stay outside the list registers; "
    "where all of it fits its order decides which of two equals goes first, and where the walk "
    "finds more than was counted, who waits for the maintenance interrupt that this raises",
    EverybodyIsHalted: "who halts the VM for more than he has to only keeps others waiting",
    MovallHaltsNobody: "prune starts again once for each entry that it moves, whether those were "
    "moved one by one or all at once, and MOVALL moves each LPI once: it has an end either way, "
    "and costs no more",
    SortIgnoresTarget: "the walk passes over what does not belong here without using up a list "
    "register, wherever it stands; if it is routed home behind the walk's back, the reference "
    "happens to come back for it and nobody has to (Q3)",
}

RIGHT = Reference.__mro__

PAGE = (Path(__file__).parents[3] / "docs" / "mutants.md").read_text("utf-8")

EXECUTIONS = 300

Look = Callable[..., Failure | None]


def decisions() -> set[str]:
    """Return the kernel's decision methods: those whose docstring says so."""
    return {
        name
        for name in dir(Kernel)
        if "\nDecision: " in (inspect.getdoc(getattr(Reference, name)) or "")
    }


def test_the_page_has_a_row_for_each_bug_and_mutant_and_a_reason_for_each_equivalent_one() -> None:
    told_from_right, others = PAGE.split("can be told from right.")
    wrong = {*(name for name in BUGS if name != CANARY), *(each.__name__ for each in FOUND_AS)}
    rows = re.findall(r"^\| `(\w+)` \| (.+) \| .+ \|$", told_from_right, re.MULTILINE)
    assert sorted(name for name, _ in rows) == sorted(wrong)
    found = [name for name, counts in rows if re.search(r"\b[1-9]\d*,|, [1-9]", counts)]
    assert f"That is {len(found)} found of {len(rows)} that" in " ".join(PAGE.split())
    text = " ".join(others.split())
    for mutant, reason in EQUIVALENT.items():
        assert f"- `{mutant.__name__}`: {reason}" in text


def test_every_decision_is_flipped() -> None:
    wrong = [
        *(cls for each in REVISIONS.values() for cls in each.cls.__mro__ if cls not in RIGHT),
        *(bug.cls for bug in BUGS.values()),
        *FOUND_AS,
        *EQUIVALENT,
    ]
    flipped = {name for kernel in wrong for name in overridden(kernel)}
    assert len(decisions()) > 10
    assert flipped >= decisions()


@pytest.mark.parametrize("mutant", FOUND_AS)
def test_a_mutant_is_found_as_what_it_is(first_failure: Look, mutant: type[Mechanism]) -> None:
    scenario, kind = FOUND_AS[mutant]
    failure = first_failure(mutant, scenario, EXECUTIONS)
    assert failure is not None
    assert failure.kind == kind


CALLED_IN: dict[type[Mechanism], tuple[str, ...]] = {
    EverybodyIsHalted: ("active_written_from_beside",),
    MovallHaltsNobody: ("events_remapped",),
}

NOT_BLAMED = [
    (mutant, scenario)
    for mutant in EQUIVALENT
    for scenario in CALLED_IN.get(mutant, ("overflow_nested_deeply", "reroute_while_pruning"))
]


@pytest.mark.parametrize(("mutant", "scenario"), NOT_BLAMED)
def test_an_equivalent_mutant_is_not_blamed(
    first_failure: Look, mutant: type[Mechanism], scenario: str
) -> None:
    """Though what it flips is called."""
    (flipped,) = vars(mutant).keys() & decisions()
    calls = 0

    def counting(self: Mechanism, *arguments: object) -> object:
        nonlocal calls
        calls += 1
        return getattr(mutant, flipped)(self, *arguments)

    counted = type(mutant.__name__, (mutant,), {flipped: counting})
    assert first_failure(counted, scenario, EXECUTIONS) is None
    assert calls > 0
