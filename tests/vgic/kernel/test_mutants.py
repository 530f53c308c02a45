# SPDX-License-Identifier: GPL-2.0-only
"""Is each decision of the kernel flipped, and is that found, or can it make no difference?

The named bugs flip most of them; here are the other ways to get one wrong, and those that nobody
could tell from right in this slice, each with the reason. `tests/benchmarks/mutants.py` counts the
executions that each takes.
"""

import inspect
from collections.abc import Callable

import pytest

from harness import Failure
from vgic import BUGS, REVISIONS, Mechanism, Reference
from vgic.composition.composing import overridden
from vgic.data.vcpu import KVM_REQ_IRQ_PENDING, Vcpu, VgicIrq
from vgic.kernel.table import Kernel


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


class EarlyOutside(Reference):
    """Others see the vCPU outside its guest before its state is folded."""

    def leaves_guest_mode_before_sync(self) -> bool:
        """As every kernel until September 2026."""
        return True


class SortIgnoresGroup(Reference):
    """What belongs to a disabled group competes for a list register."""

    def sort_key(self, vcpu: Vcpu, irq: VgicIrq) -> tuple[bool | int, ...]:
        """Leave the group out."""
        elsewhere, _, not_pending, priority = super().sort_key(vcpu, irq)
        return elsewhere, not_pending, priority


FOUND_AS: dict[type[Mechanism], tuple[str, str]] = {
    QueueWithoutRecheck: ("reroute_while_pruning", "I30 wrong return value"),
    RequestWithoutKick: ("inject_while_eoicount", "I16 missed kick"),
    OverflowStaysListed: ("inject_while_eoicount", "I13 stuck active"),
    EoicountMinusOne: ("inject_while_eoicount", "I13 stuck active"),
    SortIgnoresPriority: ("overflow_nested_deeply", "O10 best pending left out"),
    IdleStaysListed: ("inject_while_eoicount", "I25 left behind"),
}

EQUIVALENT: dict[type[Mechanism], str] = {
    SpliceAtHead: "the list is sorted whenever something is to stay outside the list registers; "
    "where all of it fits its order decides which of two equals goes first, and where the walk "
    "finds more than was counted, who waits for the maintenance interrupt that this raises",
    EarlyOutside: "only who halts a vCPU reads its state once its mode says that it is outside, "
    "and nobody does in this slice; a request made meanwhile is found before the next entry",
    SortIgnoresTarget: "the walk passes over what does not belong here without using up a list "
    "register, wherever it stands; if it is routed home behind the walk's back, the reference "
    "happens to come back for it and nobody has to (Q3)",
    SortIgnoresGroup: "no guest of this slice turns a group off",
}

EXECUTIONS = 300

Look = Callable[..., Failure | None]


def decisions() -> set[str]:
    """Return the kernel's decision methods: those whose docstring says so."""
    return {
        name
        for name in dir(Kernel)
        if "\nDecision: " in (inspect.getdoc(getattr(Reference, name)) or "")
    }


def test_every_decision_is_flipped() -> None:
    wrong = [
        *(revision.cls for revision in REVISIONS.values()),
        *(bug.cls for bug in BUGS.values()),
        *FOUND_AS,
        *EQUIVALENT,
    ]
    flipped = {name for kernel in wrong if kernel is not Reference for name in overridden(kernel)}
    assert len(decisions()) > 10
    assert flipped >= decisions()


@pytest.mark.parametrize("mutant", FOUND_AS)
def test_a_mutant_is_found_as_what_it_is(first_failure: Look, mutant: type[Mechanism]) -> None:
    scenario, kind = FOUND_AS[mutant]
    failure = first_failure(mutant, scenario, EXECUTIONS)
    assert failure is not None
    assert failure.kind == kind


@pytest.mark.parametrize("mutant", EQUIVALENT)
@pytest.mark.parametrize("scenario", ["overflow_nested_deeply", "reroute_while_pruning"])
def test_an_equivalent_mutant_is_not_blamed(
    first_failure: Look, mutant: type[Mechanism], scenario: str
) -> None:
    assert first_failure(mutant, scenario, EXECUTIONS) is None
