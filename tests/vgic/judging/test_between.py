# SPDX-License-Identifier: GPL-2.0-only
"""Is a silent change between two reads counted where it falls, whatever code it falls into?"""

from harness import OsThreads
from stress.executions import Target, run_index
from stress.scenarios import SCENARIOS
from vgic import Mechanism, Reference
from vgic.data import Vcpu, VgicIrq
from vgic.kernel.summary import ApListSummary

CHANGES = "keys_change_while_sorting"
EXECUTIONS = 60
BETWEEN = {"change_in_summary", "change_in_sort", "change_in_walk", "change_in_prune"}


def crossed(kernel: type[Mechanism], scenario: str, executions: int = EXECUTIONS) -> list[set[str]]:
    """Return the windows between two reads that each of some executions came through."""
    target = Target(cls=kernel)
    with OsThreads() as carriers:
        return [
            {
                each
                for each in run_index(
                    SCENARIOS[scenario], 5, index, "random-walk", target, carriers
                ).windows
                if each.startswith("change_in_")
            }
            for index in range(executions)
        ]


def key(irq: VgicIrq) -> tuple[object, ...]:
    """Return what somebody else may change of an interrupt without telling its vCPU."""
    return irq.enabled, irq.line_level, irq.target_vcpu, irq.priority


def silent(before: tuple[object, ...], now: tuple[object, ...]) -> bool:
    """Tell whether something changed of which nobody is told: not what is enabled or raised."""
    fell = [old and not new for old, new in zip(before[:2], now[:2], strict=True)]
    return any(fell) or before[2:] != now[2:]


class Watched(Reference):
    """Says itself whether something changed while it sorted."""

    seen = False

    def vgic_sort_ap_list(self, vcpu: Vcpu) -> None:
        """Compare what each entry was before with what it is after."""
        entries = list(vcpu.vgic_cpu.ap_list_head.entries())
        before = [key(irq) for irq in entries]
        super().vgic_sort_ap_list(vcpu)
        after = [key(irq) for irq in entries]
        Watched.seen |= any(map(silent, before, after))


class InOne(Reference):
    """Sums up and fills in functions of its own making."""

    def summarize_ap_list(self, vcpu: Vcpu) -> ApListSummary:
        """Count in a loop of its own."""
        summary = ApListSummary(0, 0, self.kvm.nr_lr)
        for irq in vcpu.vgic_cpu.ap_list_head.entries():
            with irq.irq_lock:
                if self.vgic_target_oracle(irq) is vcpu:
                    summary.nr_act += irq.active
                    summary.nr_pend += not irq.active
        return summary


def test_all_walks_are_come_upon() -> None:
    assert set().union(*crossed(Reference, CHANGES)) >= BETWEEN


def test_nothing_is_counted_where_everything_is_announced() -> None:
    assert set().union(*crossed(Reference, "pended_while_ending")) == set()


def test_a_kernel_that_is_written_otherwise_comes_through_the_same() -> None:
    assert crossed(InOne, CHANGES) == crossed(Reference, CHANGES)


def test_a_change_in_the_sort_is_what_the_sort_itself_sees() -> None:
    """It does not see a line that falls and has risen again by its end."""
    windows, seen = [], []
    target = Target(cls=Watched)
    with OsThreads() as carriers:
        for index in range(EXECUTIONS):
            Watched.seen = False
            single = run_index(SCENARIOS[CHANGES], 5, index, "random-walk", target, carriers)
            windows.append("change_in_sort" in single.windows)
            seen.append(Watched.seen)
    assert all(window for window, saw in zip(windows, seen, strict=True) if saw)
    assert any(seen)
    assert sum(windows) <= sum(seen) + 2
    assert not all(windows)
