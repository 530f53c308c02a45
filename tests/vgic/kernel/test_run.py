# SPDX-License-Identifier: GPL-2.0-only
"""Does the run loop flush, enter, exit and sync in the order that lets nobody be missed?

The mode is published after the flush and before the requests are read; on the way out it is
published after the sync by the reference, and before it by what was posted in November 2025.
"""

from collections.abc import Callable

import pytest

from harness import Execution, local_irq_disable
from harness.engine.trace import entry_text
from vgic import REVISIONS, Machine, Mechanism, Parameters, Reference
from vgic.accesses import PEND, Access
from vgic.data.intids import Config
from vgic.data.program import Exit, Program, Pulse
from vgic.data.vcpu import KVM_REQ_IRQ_PENDING, Mode, Vcpu
from vgic.parameters import Irq

RunMachine = Callable[..., tuple[Execution, Machine]]

EDGE = Irq(32, Config.EDGE, 0x80, 0)


def machine_of(instructions: str, *pulses: Pulse, accesses: tuple[Access, ...] = ()) -> Parameters:
    """One vCPU with two list registers, one edge, and one device if there are pulses."""
    guest = Program.spelled(instructions, (0,), accesses)
    return Parameters(2, (EDGE,), (guest,), (pulses,) if pulses else ())


def telling(revision: type[Mechanism], events: list[str]) -> type[Mechanism]:
    """A kernel that tells what vCPU 0 does, and in which mode."""

    class Telling(revision):  # type: ignore[valid-type, misc]
        def _tell(self, what: str, vcpu: Vcpu) -> None:
            if vcpu.vcpu_id == 0:
                events.append(f"{what} {vcpu.mode.value.value}")

        def check_vcpu_requests(self, vcpu: Vcpu) -> None:
            self._tell("requests", vcpu)
            super().check_vcpu_requests(vcpu)

        def kvm_vgic_flush_hwstate(self, vcpu: Vcpu) -> None:
            self._tell("flush", vcpu)
            super().kvm_vgic_flush_hwstate(vcpu)

        def vgic_v3_save_state(self, vcpu: Vcpu) -> None:
            self._tell("save", vcpu)
            super().vgic_v3_save_state(vcpu)

        def vgic_prune_ap_list(self, vcpu: Vcpu) -> None:
            super().vgic_prune_ap_list(vcpu)
            self._tell("pruned", vcpu)

        def handle_exit(self, vcpu: Vcpu, access: Exit | None) -> None:
            self._tell("access" if access else "exit", vcpu)
            super().handle_exit(vcpu, access)

    return Telling


def requesting(revision: type[Mechanism], *, times: int = 1) -> type[Mechanism]:
    """A kernel whose vCPU finds a request behind each of its first flushes."""

    class Requesting(revision):  # type: ignore[valid-type, misc]
        left = times

        def vgic_v3_restore_state(self, vcpu: Vcpu) -> None:
            super().vgic_v3_restore_state(vcpu)
            if self.left:
                self.left -= 1
                self.kvm_make_request(KVM_REQ_IRQ_PENDING, vcpu)

    return Requesting


SYNC_MODE = {"reference": "in", "v1-posted": "outside", "head-walk": "outside"}


@pytest.mark.parametrize("revision", SYNC_MODE)
def test_the_mode_is_published_late_by_v1_and_early_before(
    revision: str, run_passing: RunMachine
) -> None:
    events: list[str] = []
    parameters = machine_of("m", accesses=(Access(PEND, 32),))
    run_passing(parameters, kernel=telling(REVISIONS[revision].cls, events))
    mode = SYNC_MODE[revision]
    assert events[:5] == [
        "requests outside",
        "flush outside",
        f"save {mode}",
        f"pruned {mode}",
        "access outside",
    ]


@pytest.mark.parametrize("revision", SYNC_MODE)
def test_an_aborted_entry_syncs_and_begins_again_with_the_requests(
    revision: str, run_passing: RunMachine
) -> None:
    events: list[str] = []
    kernel = telling(requesting(REVISIONS[revision].cls), events)
    _, machine = run_passing(machine_of("m", accesses=(Access(PEND, 32),)), kernel=kernel)
    mode = SYNC_MODE[revision]
    aborted = ["requests outside", "flush outside", f"save {mode}", f"pruned {mode}"]
    assert events[:9] == [*aborted, *aborted, "access outside"]
    assert "aborted_entry" in machine.windows


def test_an_aborted_entry_runs_no_guest_instruction(run_passing: RunMachine) -> None:
    execution, _ = run_passing(machine_of("n"), kernel=requesting(Reference, times=3))
    done = [entry_text(entry) for entry in execution.trace]
    before = done[: done.index("work vcpu 0")]
    # Three times in and out again, then in for good.
    assert before.count("write mode[vcpu 0]") == 7


def test_the_request_is_taken_so_the_next_entry_goes_in(run_passing: RunMachine) -> None:
    events: list[str] = []
    _, machine = run_passing(machine_of("n"), kernel=telling(requesting(Reference), events))
    assert events[4:6] == ["requests outside", "flush outside"]
    assert "exit outside" in events
    assert machine.kvm.vcpus[0].requests.bits == 0


def test_what_an_aborted_entry_had_loaded_is_pending_again(run_passing: RunMachine) -> None:
    seen: list[tuple[bool, bool, int, bool]] = []

    class Looking(Reference):
        aborted = False

        def vgic_v3_restore_state(self, vcpu: Vcpu) -> None:
            super().vgic_v3_restore_state(vcpu)
            if vcpu.vgic_cpu.used_lrs and not self.aborted:
                self.aborted = True
                self.kvm_make_request(KVM_REQ_IRQ_PENDING, vcpu)

        def vgic_prune_ap_list(self, vcpu: Vcpu) -> None:
            super().vgic_prune_ap_list(vcpu)
            if self.aborted:
                irq = self.kvm.irqs[0]
                used = vcpu.vgic_cpu.used_lrs
                seen.append((irq.pending_latch, irq.on_lr, used, irq.vcpu is vcpu))

    parameters = machine_of("mae", accesses=(Access(PEND, 32),))
    _, machine = run_passing(parameters, kernel=Looking)
    assert "aborted_entry" in machine.windows
    assert seen[0] == (True, False, 0, True)
    assert seen[-1] == (False, False, 0, False)


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
