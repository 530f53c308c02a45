# SPDX-License-Identifier: GPL-2.0-only
"""Is a missed kick found while guests run, and is nothing else taken for one? I16.

Steps are announced by hand, on one thread; whole campaigns are at the end. A vCPU that comes back
later by itself, for its own maintenance interrupt, hides a missed kick from whoever judges only
when everybody idles.
"""

from collections.abc import Callable, Sequence
from functools import partial

import pytest

from harness import Execution, Failed, Failure, OsThreads, Scheduler, execute, local_irq_disable
from harness.engine.strategy import Quiet
from tests.fixtures.judged import judged
from vgic import Mechanism, Reference
from vgic.accesses import DISABLE, DISTRIBUTOR, ENABLE, PEND, ROUTE, SGI_LIST, Access
from vgic.data.intids import Config
from vgic.data.vcpu import KVM_REQ_IRQ_PENDING, Mode, Vcpu, VgicIrq
from vgic.data.vm import Kvm
from vgic.hardware import ListRegister
from vgic.judging.judge import would_take

FirstFailure = Callable[..., Failure | None]


@pytest.mark.parametrize(
    ("priority", "group", "pmr", "enabled", "bpr", "apr", "takes"),
    [
        (0x80, 1, 0xF8, (True, True), (2, 3), 0, True),
        (0x80, 1, 0x80, (True, True), (2, 3), 0, False),
        (0x80, 1, 0x88, (True, True), (2, 3), 0, True),
        (0x80, 1, 0xF8, (True, False), (2, 3), 0, False),
        (0x80, 0, 0xF8, (True, False), (2, 3), 0, True),
        (0x80, 1, 0xF8, (True, True), (2, 3), 1 << 16, False),
        (0x80, 1, 0xF8, (True, True), (2, 3), 1 << 17, True),
        (0x80, 1, 0xF8, (True, True), (2, 4), 1 << 17, True),
        (0x88, 1, 0xF8, (True, True), (2, 3), 1 << 18, True),
        (0x88, 1, 0xF8, (True, True), (2, 4), 1 << 17, True),
        (0x88, 1, 0xF8, (True, True), (2, 4), 1 << 16, False),
        (0x88, 0, 0xF8, (True, True), (2, 4), 1 << 17, False),
        (0x98, 1, 0xF8, (True, True), (2, 5), 1 << 18, True),
        (0x98, 0, 0xF8, (True, True), (2, 5), 1 << 18, False),
    ],
)
def test_a_guest_takes_what_is_let_in_and_interrupts_what_it_does(
    in_kernel: Callable[..., Execution],
    priority: int,
    group: int,
    pmr: int,
    enabled: tuple[bool, bool],
    bpr: tuple[int, int],
    apr: int,
    takes: bool,
) -> None:
    """The mask looks at the whole of its priority, and what is running at the group's part."""

    def body(kernel: Mechanism) -> None:
        vcpu = kernel.kvm.vcpus[0]
        vmcr = vcpu.cpuif.vmcr
        vmcr.pmr, vmcr.group_enabled, vcpu.cpuif.ap1r = pmr, enabled, apr
        vmcr.set_binary_points(bpr, common=False)
        irq = kernel.kvm.add_irq(32, Config.EDGE, priority, 0, group)
        assert would_take(vcpu, irq) is takes
        vcpu.cpuif.lrs[0] = ListRegister(32, pending=True, group=group, priority=priority)
        assert (vcpu.cpuif.highest_pending() is not None) is takes, "the hardware agrees"

    in_kernel(body)


def test_a_guest_takes_nothing_that_is_routed_elsewhere(
    in_kernel: Callable[..., Execution],
) -> None:
    def body(kernel: Mechanism) -> None:
        first, second = kernel.kvm.vcpus
        irq = kernel.kvm.add_irq(32, Config.EDGE, 0x80, 1)
        assert (would_take(first, irq), would_take(second, irq)) == (False, True)

    in_kernel(body, nr_vcpus=2)


class Two:
    """Two vCPUs and a device, all on one thread."""

    def __init__(self, scheduler: Scheduler, nr_lr: int = 1) -> None:
        self.kvm = Kvm(scheduler, nr_lr=nr_lr, nr_vcpus=2)
        self.irq = self.kvm.add_irq(32, Config.EDGE, 0x80, 0)
        self.other = self.kvm.add_irq(33, Config.EDGE, 0x40, 0)
        self.first, self.second = self.kvm.vcpus
        for vcpu in self.kvm.vcpus:
            vcpu.vgic_cpu.ap_list_head.init()
            vcpu.vgic_cpu.overflow_ap_list_head.init()
        self.trace = judged(self.kvm)
        self.scheduler = scheduler

    def enter(self) -> None:
        """Go into the first guest with nothing to do."""
        self.trace.flushing(0)
        self.first.mode.value = Mode.IN_GUEST_MODE
        self.trace.entered(0)
        self.scheduler.steps += 1

    def lists(self, irq: VgicIrq, vcpu: Vcpu) -> None:
        """Make it pending, on that vCPU's list."""
        with vcpu.vgic_cpu.ap_list_lock, irq.irq_lock:
            irq.pending_latch = True
            vcpu.vgic_cpu.ap_list_head.add_tail(irq.ap_list)
            irq.vcpu = vcpu

    def send(self, *, announced: Callable[[], None] = lambda: None) -> None:
        """Send it, and do that before the call returns."""
        self.trace.driving(0, 32, True)
        self.lists(self.irq, self.first)
        announced()
        self.trace.driven(0, 32, True)

    def exiting(self) -> None:
        self.first.mode.value = Mode.EXITING_GUEST_MODE


Script = Callable[[Two], None]


def kind_of(script: Script) -> str | None:
    """Run a script; return the kind of its failure, None if the checks are silent."""

    def program(scheduler: Scheduler) -> None:
        two = Two(scheduler)

        def body() -> None:
            local_irq_disable(scheduler)
            script(two)

        scheduler.thread("vcpu0", body)

    with OsThreads(pinned=False) as carriers:
        outcome = execute(program, Quiet(), carriers).outcome
    return outcome.failure.kind if isinstance(outcome, Failed) else None


def unannounced(two: Two) -> None:
    two.enter()
    two.send()


def only_requested(two: Two) -> None:
    two.enter()
    two.send(announced=lambda: two.first.requests.make(KVM_REQ_IRQ_PENDING))


@pytest.mark.parametrize("script", [unannounced, only_requested])
def test_it_fires_when_the_sender_has_returned_and_no_exit_is_under_way(script: Script) -> None:
    assert kind_of(script) == "I16 missed kick"


def sent_an_ipi(two: Two) -> None:
    two.enter()
    two.send(announced=two.first.ipi.assert_line)


def made_to_exit_by_a_slow_kick(two: Two) -> None:
    two.enter()
    two.send(announced=two.exiting)


def comes_back_by_itself(two: Two) -> None:
    two.first.cpuif.hcr.uie = True
    two.enter()
    two.send()


def outside(two: Two) -> None:
    two.send()


def left_while_it_was_sent(two: Two) -> None:
    two.enter()
    two.send(announced=lambda: two.trace.exited(0))


def masked(two: Two) -> None:
    two.first.cpuif.ap1r = 1 << (0x80 >> 3)
    two.enter()
    two.send()


def disabled(two: Two) -> None:
    two.irq.enabled = False
    two.enter()
    two.trace.driving(0, 32, True)
    two.irq.pending_latch = True
    two.trace.driven(0, 32, True)


def routed_home(two: Two) -> None:
    two.lists(two.irq, two.first)
    two.irq.target_vcpu = two.second
    two.enter()
    access = Access(ROUTE, 32, 0)
    two.trace.accessing(1, access)
    two.irq.target_vcpu = two.first
    two.trace.accessed(1, access)


@pytest.mark.parametrize(
    "script",
    [
        sent_an_ipi,
        made_to_exit_by_a_slow_kick,
        comes_back_by_itself,
        outside,
        left_while_it_was_sent,
        masked,
        disabled,
        routed_home,
    ],
)
def test_it_is_silent_on_what_need_not_be_announced_or_was(script: Script) -> None:
    assert kind_of(script) is None


def sent_by_two(two: Two) -> None:
    two.enter()
    two.trace.driving(0, 32, True)
    two.trace.driving(0, 32, True)
    two.irq.pending_latch = True
    two.lists(two.irq, two.first)
    two.trace.driven(0, 32, True)
    # The other one has still to announce it, and does.
    two.first.ipi.assert_line()
    two.trace.driven(0, 32, True)


def sent_by_two_and_announced_by_none(two: Two) -> None:
    two.enter()
    two.trace.driving(0, 32, True)
    two.trace.driving(0, 32, True)
    two.lists(two.irq, two.first)
    two.trace.driven(0, 32, True)
    two.trace.driven(0, 32, True)


def test_it_waits_for_the_last_who_has_to_announce_it() -> None:
    assert kind_of(sent_by_two) is None
    assert kind_of(sent_by_two_and_announced_by_none) == "I16 missed kick"


def sent_while_another_is_under_way(two: Two, *, of: int, kicked: bool) -> None:
    """Send it unannounced while a device is sending another interrupt, which may be kicked for."""
    two.enter()
    two.other.target_vcpu = two.kvm.vcpus[of]
    two.trace.driving(0, 33, True)
    two.send()
    if kicked:
        two.first.ipi.assert_line()
    two.trace.driven(0, 33, True)


def test_two_who_have_something_for_one_vcpu_may_agree_that_one_kicks() -> None:
    """Before the other has returned nobody can say that he does not."""
    assert kind_of(lambda two: sent_while_another_is_under_way(two, of=0, kicked=True)) is None
    missed = kind_of(lambda two: sent_while_another_is_under_way(two, of=0, kicked=False))
    assert missed == "I16 missed kick"


def test_who_sends_to_another_vcpu_is_not_waited_for() -> None:
    kicked = kind_of(lambda two: sent_while_another_is_under_way(two, of=1, kicked=True))
    assert kicked == "I16 missed kick"


def pended_again(two: Two, *, seen: bool) -> None:
    two.trace.flushing(0)
    if seen:
        two.lists(two.irq, two.first)
    two.first.mode.value = Mode.IN_GUEST_MODE
    two.trace.entered(0)
    if not seen:
        two.scheduler.steps += 1
        two.lists(two.irq, two.first)
        two.trace.synced(1)
    access = Access(PEND, 32)
    two.trace.accessing(1, access)
    two.trace.accessed(1, access)


def test_it_is_silent_on_what_the_last_flush_has_seen_and_left_outside() -> None:
    assert kind_of(lambda two: pended_again(two, seen=True)) is None
    assert kind_of(lambda two: pended_again(two, seen=False)) == "I16 missed kick"


def passed_over(two: Two, *, active: bool = False) -> None:
    """Enter the first guest, with what the flush has seen, and not loaded."""
    two.trace.flushing(0)
    two.lists(two.irq, two.first)
    two.irq.active = active
    two.first.mode.value = Mode.IN_GUEST_MODE
    two.trace.entered(0)


def deactivated_beside(two: Two, *, active: bool = True, kicked: bool = False) -> None:
    """Have vCPU 1 deactivate what is pending on the list of vCPU 0 as well, and outside."""
    passed_over(two, active=active)
    two.trace.deactivating(1, 32)
    two.irq.active = False
    if kicked:
        two.exiting()
    two.trace.deactivated(1, 32)


def deactivated_while_its_vcpu_flushes(two: Two) -> None:
    """It is pending when its vCPU looks, which asks for a maintenance interrupt then."""
    two.irq.active = True
    two.trace.deactivating(1, 32)
    two.scheduler.steps += 1
    two.irq.active = False
    passed_over(two)
    two.trace.deactivated(1, 32)


def test_it_fires_when_another_deactivates_what_was_passed_over_and_tells_nobody() -> None:
    assert kind_of(deactivated_beside) == "I16 missed kick"


@pytest.mark.parametrize(
    "script",
    [
        partial(deactivated_beside, kicked=True),
        partial(deactivated_beside, active=False),
        deactivated_while_its_vcpu_flushes,
    ],
)
def test_it_is_silent_on_a_dir_that_tells_its_vcpu_or_need_not(script: Script) -> None:
    """What was only pending the flush has counted, and asked for its maintenance interrupt."""
    assert kind_of(script) is None


def test_it_fires_when_a_handler_ends_and_something_less_urgent_has_come_meanwhile() -> None:
    def script(two: Two) -> None:
        masked(two)
        two.trace.driving(0, 33, True)
        two.trace.acknowledged(0, 33)
        two.trace.driven(0, 33, True)
        two.first.cpuif.ap1r = 0
        two.trace.ended(0, 33)

    assert kind_of(script) == "I16 missed kick"


def test_it_fires_when_an_enable_announces_nothing() -> None:
    def script(two: Two) -> None:
        two.enter()
        two.irq.enabled = False
        access = Access(ENABLE, 32)
        two.trace.accessing(1, access)
        two.irq.enabled = True
        two.lists(two.irq, two.first)
        two.trace.accessed(1, access)

    assert kind_of(script) == "I16 missed kick"


def test_a_write_that_announces_nothing_by_right_is_not_judged() -> None:
    def script(two: Two) -> None:
        two.enter()
        access = Access(DISABLE, 33)
        two.trace.accessing(1, access)
        two.other.enabled = False
        two.trace.accessed(1, access)

    assert kind_of(script) is None


def turned_on(two: Two, *, announced: Callable[[], None] = lambda: None, on: bool = True) -> None:
    """Enter with something listed and the distributor off, and turn it on from beside."""
    two.lists(two.irq, two.first)
    two.scheduler.steps += 1
    two.kvm.dist.enabled = False
    two.enter()
    access = Access(DISTRIBUTOR, 0, int(on))
    two.trace.accessing(1, access)
    two.kvm.dist.enabled = on
    announced()
    two.trace.accessed(1, access)


def turned_on_and_kicked(two: Two) -> None:
    turned_on(two, announced=two.first.ipi.assert_line)


def turned_on_and_made_to_exit(two: Two) -> None:
    turned_on(two, announced=two.exiting)


def test_who_turns_the_distributor_on_announces_what_is_listed() -> None:
    assert kind_of(turned_on) == "I16 missed kick"
    assert kind_of(turned_on_and_kicked) is None
    assert kind_of(turned_on_and_made_to_exit) is None


def test_turned_off_there_is_nothing_to_announce() -> None:
    assert kind_of(lambda two: turned_on(two, on=False)) is None


def test_what_is_listed_and_its_guest_does_not_take_need_not_be_announced() -> None:
    def masks(two: Two) -> None:
        two.first.cpuif.vmcr.pmr = 0x80
        turned_on(two)

    assert kind_of(masks) is None


def opens_its_mask_first(two: Two) -> None:
    """As in F9: the host has the old one."""
    two.first.vgic_cpu.vgic_pmr = 0
    turned_on(two)


def test_the_mask_that_counts_is_the_guests_own() -> None:
    assert kind_of(opens_its_mask_first) == "I16 missed kick"


def sent_to_both(two: Two, kicked: Sequence[int], access: Access) -> None:
    """Both are in their guests; list an SGI of each, and kick some, before the write returns."""
    irqs = [two.kvm.add_irq(5, Config.EDGE, 0x80, number) for number in (0, 1)]
    for vcpu in two.kvm.vcpus:
        two.trace.flushing(vcpu.vcpu_id)
        vcpu.mode.value = Mode.IN_GUEST_MODE
        two.trace.entered(vcpu.vcpu_id)
    two.scheduler.steps += 1
    two.trace.accessing(1, access)
    for vcpu, irq in zip(two.kvm.vcpus, irqs, strict=True):
        two.lists(irq, vcpu)
        if vcpu.vcpu_id in kicked:
            vcpu.ipi.assert_line()
    two.trace.accessed(1, access)


@pytest.mark.parametrize(
    ("kicked", "found"),
    [((0, 1), None), ((0,), "I16 missed kick"), ((1,), "I16 missed kick")],
)
def test_of_several_sgis_at_once_each_is_announced(
    kicked: Sequence[int], found: str | None
) -> None:
    assert kind_of(lambda two: sent_to_both(two, kicked, Access(SGI_LIST, 5, 3))) == found


class SavesTheIpi(Reference):
    """A vCPU that is going to come back by itself is left alone."""

    def announce_pending(self, vcpu: Vcpu) -> None:
        self.kvm_make_request(KVM_REQ_IRQ_PENDING, vcpu)
        if not (vcpu.vgic_cpu.vgic_hcr.uie or vcpu.vgic_cpu.vgic_hcr.npie):
            self.kvm_vcpu_kick(vcpu)


class KicksUnlessHandling(Reference):
    """A vCPU whose list registers are full will exit soon enough."""

    def announce_pending(self, vcpu: Vcpu) -> None:
        self.kvm_make_request(KVM_REQ_IRQ_PENDING, vcpu)
        if vcpu.vgic_cpu.used_lrs < self.kvm.nr_lr:
            self.kvm_vcpu_kick(vcpu)


class KicksUnderTheLock(Reference):
    """Right: the vCPU is kicked while the list's lock is still held."""

    def vgic_queue_irq_unlock(self, irq: VgicIrq, irqs_were_off: bool) -> bool:
        vcpu = self.vgic_target_oracle(irq)
        irq.irq_lock.unlock_irqrestore(irqs_were_off)
        if vcpu is None:
            return False
        irqs_were_off = vcpu.vgic_cpu.ap_list_lock.lock_irqsave()
        irq.irq_lock.lock()
        queues = self.still_to_queue(irq, vcpu)
        if queues:
            vcpu.vgic_cpu.ap_list_head.add_tail(irq.ap_list)
            irq.vcpu = vcpu
            self.announce_pending(vcpu)
        irq.irq_lock.unlock()
        vcpu.vgic_cpu.ap_list_lock.unlock_irqrestore(irqs_were_off)
        if queues:
            return True
        irqs_were_off = irq.irq_lock.lock_irqsave()
        return super().vgic_queue_irq_unlock(irq, irqs_were_off)


@pytest.mark.parametrize("kernel", [SavesTheIpi, KicksUnlessHandling])
def test_a_kick_that_is_saved_is_found_while_guests_run(
    first_failure: FirstFailure, kernel: type[Mechanism]
) -> None:
    failure = first_failure(kernel, "inject_while_eoicount", 400)
    assert failure is not None
    assert failure.kind == "I16 missed kick"
    assert "a request alone" in failure.message


@pytest.mark.parametrize("scenario", ["inject_while_eoicount", "migration_ping_pong"])
def test_a_kick_under_the_lock_is_one(first_failure: FirstFailure, scenario: str) -> None:
    assert first_failure(KicksUnderTheLock, scenario, 60) is None
