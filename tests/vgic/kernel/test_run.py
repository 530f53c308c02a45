# SPDX-License-Identifier: GPL-2.0-only
"""Does the run loop flush, enter, exit and sync in the order that lets nobody be missed?

The mode is published before the requests are read. The list registers are filled after that look
by the reference and by Linux 7.3.4, before the mode by all others. On the way out the mode is
published after the sync since the end of September 2026. What comes of it: test_entry.py.
"""

from collections.abc import Callable

import pytest

from harness import Execution, local_irq_disable
from harness.engine.trace import entry_text
from vgic import REVISIONS, Machine, Mechanism, Parameters, Reference
from vgic.accesses import PEND, Access
from vgic.data.intids import Config
from vgic.data.program import Exit, Program, Pulse
from vgic.data.vcpu import KVM_REQ_IRQ_PENDING, KVM_REQ_VGIC_PROCESS_UPDATE, Mode, Vcpu
from vgic.parameters import Irq

RunMachine = Callable[..., tuple[Execution, Machine]]

EDGE = Irq(32, Config.EDGE, 0x80, 0)


def machine_of(instructions: str, *pulses: Pulse, accesses: tuple[Access, ...] = ()) -> Parameters:
    """One vCPU with two list registers, one edge, and one device if there are pulses."""
    guest = Program.spelled(instructions, (0,), accesses)
    return Parameters(2, (EDGE,), (guest,), (pulses,) if pulses else ())


HELD = machine_of("mmam", accesses=(Access(PEND, 32), Access(PEND, 32), Access(PEND, 32)))
"""Something is on the list from the first access on, which every generation flushes and syncs."""


def telling(revision: type[Mechanism], events: list[str]) -> type[Mechanism]:
    """A kernel that tells what vCPU 0 does, and in which mode."""

    class Telling(revision):  # type: ignore[valid-type, misc]
        def _tell(self, what: str, vcpu: Vcpu) -> None:
            if vcpu.vcpu_id == 0:
                mode = "in" if vcpu.mode.value is not Mode.OUTSIDE_GUEST_MODE else "outside"
                events.append(f"{what} {mode}")

        def check_vcpu_requests(self, vcpu: Vcpu) -> None:
            self._tell("requests", vcpu)
            super().check_vcpu_requests(vcpu)

        def kvm_vcpu_exit_request(self, vcpu: Vcpu) -> bool:
            self._tell("look", vcpu)
            found: bool = super().kvm_vcpu_exit_request(vcpu)
            return found

        def kvm_vgic_flush_hwstate(self, vcpu: Vcpu) -> None:
            self._tell("flush", vcpu)
            super().kvm_vgic_flush_hwstate(vcpu)

        def kvm_vgic_sync_hwstate(self, vcpu: Vcpu) -> None:
            self._tell("sync", vcpu)
            super().kvm_vgic_sync_hwstate(vcpu)
            self._tell("pruned", vcpu)

        def handle_exit(self, vcpu: Vcpu, access: Exit | None) -> None:
            self._tell("access" if access else "exit", vcpu)
            super().handle_exit(vcpu, access)

    return Telling


def requesting(revision: type[Mechanism], *, after: int = 1, times: int = 1) -> type[Mechanism]:
    """A kernel whose vCPU finds a request at some of its looks, by default at the second."""

    class Requesting(revision):  # type: ignore[valid-type, misc]
        looks = 0

        def kvm_vcpu_exit_request(self, vcpu: Vcpu) -> bool:
            self.looks += 1
            if after < self.looks <= after + times:
                self.kvm_make_request(KVM_REQ_IRQ_PENDING, vcpu)
            found: bool = super().kvm_vcpu_exit_request(vcpu)
            return found

    return Requesting


MODE_FIRST = ("reference", "linux-7.3")
"""Where the mode is published before the list registers are filled."""

OUTSIDE_LAST = (*MODE_FIRST, "halting")
"""Where a vCPU is outside only when its state is folded."""


def one_round(revision: str, *, goes_in: bool) -> list[str]:
    """What a vCPU does, and in which mode, until its exit is handled or it turns back."""
    outside = "in" if revision in OUTSIDE_LAST else "outside"
    synced = [f"sync {outside}", f"pruned {outside}"]
    if revision not in MODE_FIRST:
        return ["requests outside", "flush outside", "look in", *synced]
    return ["requests outside", "look in", *(["flush in", *synced] if goes_in else [])]


@pytest.mark.parametrize("revision", REVISIONS)
def test_each_revision_enters_and_leaves_in_its_own_order(
    revision: str, run_passing: RunMachine
) -> None:
    events: list[str] = []
    kernel = telling(REVISIONS[revision].cls, events)
    _, machine = run_passing(HELD, kernel=kernel)
    first = events.index("access outside") + 1
    round_ = one_round(revision, goes_in=True)
    assert events[first : first + len(round_) + 1] == [*round_, "access outside"]
    assert not {"turned_back", "aborted_entry"} & machine.windows


@pytest.mark.parametrize("revision", REVISIONS)
def test_a_request_that_is_found_leads_to_another_round(
    revision: str, run_passing: RunMachine
) -> None:
    events: list[str] = []
    kernel = telling(requesting(REVISIONS[revision].cls), events)
    _, machine = run_passing(HELD, kernel=kernel)
    first = events.index("access outside") + 1
    expected = [
        *one_round(revision, goes_in=False),
        *one_round(revision, goes_in=True),
        "access outside",
    ]
    assert events[first : first + len(expected)] == expected
    found = {"turned_back"} if revision in MODE_FIRST else {"aborted_entry"}
    assert machine.windows & {"turned_back", "aborted_entry"} == found
    assert not found & REVISIONS[revision].cls.never_crosses


@pytest.mark.parametrize("revision", REVISIONS)
def test_nothing_of_the_guest_runs_until_there_is_no_request(
    revision: str, run_passing: RunMachine
) -> None:
    kernel = requesting(REVISIONS[revision].cls, after=0, times=3)
    execution, _ = run_passing(machine_of("n"), kernel=kernel)
    done = [entry_text(entry) for entry in execution.trace]
    before = done[: done.index("work vcpu 0")]
    # Three times in and out again, then in for good.
    assert before.count("write mode[vcpu 0]") == 7


def test_an_update_that_is_asked_for_inside_is_pruned_in_the_next_round(
    run_passing: RunMachine,
) -> None:
    events: list[str] = []

    class Asked(telling(Reference, events)):  # type: ignore[misc]  # a class made by a function
        has_asked = False

        def kvm_vgic_flush_hwstate(self, vcpu: Vcpu) -> None:
            super().kvm_vgic_flush_hwstate(vcpu)
            if not self.has_asked:
                self.has_asked = True
                self.kvm_make_request(KVM_REQ_VGIC_PROCESS_UPDATE, vcpu)

        def vgic_prune_ap_list(self, vcpu: Vcpu) -> None:
            self._tell("prune", vcpu)
            super().vgic_prune_ap_list(vcpu)

    _, machine = run_passing(HELD, kernel=Asked)
    first = ["requests outside", "look in", "flush in", "sync in", "prune in", "pruned in"]
    assert events[:10] == [*first, "access outside", "requests outside", "prune outside", "look in"]
    assert events.count("prune outside") == 1
    assert machine.kvm.vcpus[0].requests.bits == 0


def test_the_request_is_taken_so_the_next_entry_goes_in(run_passing: RunMachine) -> None:
    events: list[str] = []
    kernel = telling(requesting(Reference, after=0), events)
    _, machine = run_passing(machine_of("n"), kernel=kernel)
    assert events[2:5] == ["requests outside", "look in", "flush in"]
    assert "exit outside" in events
    assert machine.kvm.vcpus[0].requests.bits == 0


def test_interrupts_are_off_from_flush_to_sync_and_on_while_the_exit_is_handled(
    run_passing: RunMachine,
) -> None:
    off: dict[str, set[bool]] = {}

    class Looking(requesting(Reference)):  # type: ignore[misc]
        def _look(self, where: str) -> None:
            off.setdefault(where, set()).add(self.scheduler.current.irqs_off)

        def check_vcpu_requests(self, vcpu: Vcpu) -> None:
            self._look("requests")
            super().check_vcpu_requests(vcpu)

        def kvm_vgic_flush_hwstate(self, vcpu: Vcpu) -> None:
            self._look("flush")
            super().kvm_vgic_flush_hwstate(vcpu)

        def kvm_vgic_sync_hwstate(self, vcpu: Vcpu) -> None:
            self._look("sync")
            super().kvm_vgic_sync_hwstate(vcpu)
            self._look("sync")

        def handle_exit(self, vcpu: Vcpu, access: Exit | None) -> None:
            self._look("exit")
            super().handle_exit(vcpu, access)

    run_passing(machine_of("m", accesses=(Access(PEND, 32),)), kernel=Looking)
    assert off == {"requests": {False}, "flush": {True}, "sync": {True}, "exit": {False}}


def test_nothing_is_held_while_the_guest_runs_or_an_exit_is_handled(
    run_passing: RunMachine,
) -> None:
    held: list[int] = []

    class Looking(Reference):
        def vgic_v3_restore_state(self, vcpu: Vcpu) -> None:
            super().vgic_v3_restore_state(vcpu)
            held.append(len(self.scheduler.current.held))

        def vgic_v3_fold_lr_state(self, vcpu: Vcpu) -> None:
            held.append(len(self.scheduler.current.held))
            super().vgic_v3_fold_lr_state(vcpu)

        def handle_exit(self, vcpu: Vcpu, access: Exit | None) -> None:
            held.append(len(self.scheduler.current.held))
            super().handle_exit(vcpu, access)

    run_passing(machine_of("ae", Pulse(32, level=True, pause=0)), kernel=Looking)
    assert held
    assert set(held) == {0}


def test_the_loop_ends_when_user_space_wants_the_vcpu_back(run_passing: RunMachine) -> None:
    events: list[str] = []
    _, machine = run_passing(machine_of("n"), kernel=telling(Reference, events))
    assert machine.kvm.stopping
    assert machine.kvm.vcpus[0].mode.value is Mode.OUTSIDE_GUEST_MODE
    assert events[-1] == "exit outside"


def test_taking_requests_with_none_pending_changes_nothing(
    on_vcpu0: Callable[..., Execution],
) -> None:
    def body(kernel: Mechanism) -> None:
        vcpu = kernel.kvm.vcpus[0]
        local_irq_disable(kernel.scheduler)
        kernel.check_vcpu_requests(vcpu)
        assert vcpu.requests.bits == 0
        kernel.kvm_make_request(KVM_REQ_IRQ_PENDING, vcpu)
        kernel.check_vcpu_requests(vcpu)
        assert vcpu.requests.bits == 0

    on_vcpu0(body)
