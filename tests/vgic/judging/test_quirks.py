# SPDX-License-Identifier: GPL-2.0-only
"""Are the checks silent for each quirk of docs/quirks.md, and do they fire just outside it?"""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from harness import (
    Execution,
    Failed,
    OsThreads,
    Scheduler,
    execute,
    local_irq_disable,
    local_irq_enable,
)
from harness.engine.strategy import Quiet
from tests.fixtures.judged import judged
from vgic import Irq, Machine, Mechanism, Parameters, Reference
from vgic.accesses import (
    ACTIVATE,
    DEACTIVATE,
    DISABLE,
    DISTRIBUTOR,
    ENABLE,
    GROUP,
    PEND,
    PRIORITY,
    RAISE,
    ROUTE,
    TRIGGER,
    UNPEND,
    Access,
)
from vgic.composition import compose
from vgic.data import ACCESS, ACKNOWLEDGE, END, WAIT, Instruction, Program
from vgic.data.intids import Config
from vgic.data.vcpu import IN_GUEST_MODE, Vcpu, VgicIrq
from vgic.data.vm import Kvm
from vgic.hardware import ListRegister

QUIRKS = Path(__file__).parents[3] / "docs" / "quirks.md"


class Bench:
    """Two vCPUs with one list register each, moved through an execution step by step."""

    def __init__(self, scheduler: Scheduler, kernel: type[Mechanism], config: Config) -> None:
        self.kvm = Kvm(scheduler, nr_lr=1, nr_vcpus=2)
        self.irq = self.kvm.add_irq(32, config, 0x80, 0)
        self.first, self.second = self.kvm.vcpus
        self.trace = judged(self.kvm)
        self.stacks: dict[Vcpu, list[int]] = {vcpu: [] for vcpu in self.kvm.vcpus}
        self.kernel = kernel(self.kvm, self.trace)
        for vcpu in self.kvm.vcpus:
            self.kernel.kvm_vgic_vcpu_init(vcpu)
        self.scheduler = scheduler

    def send(self) -> None:
        self.trace.driving(0, self.irq.intid, True)
        self.kernel.kvm_vgic_inject_irq(None, 32, level=True)
        self.trace.driven(0, self.irq.intid, True)

    def drive(self, *, level: bool) -> None:
        self.trace.driving(0, self.irq.intid, level)
        self.kernel.kvm_vgic_inject_irq(None, 32, level=level)
        self.trace.driven(0, self.irq.intid, level)

    def write(self, kind: str, target: int = 0) -> None:
        access = Access(kind, 32, target)
        self.trace.accessing(self.second.vcpu_id, access)
        self.kernel.handle_exit(self.second, access)
        self.trace.accessed(self.second.vcpu_id, access)

    def turn(self, *, on: bool) -> None:
        access = Access(DISTRIBUTOR, 0, int(on))
        self.trace.accessing(0, access)
        self.kernel.handle_exit(self.first, access)
        self.trace.accessed(0, access)

    def enter(self, vcpu: Vcpu) -> None:
        local_irq_disable(self.scheduler)
        self.trace.flushing(vcpu.vcpu_id)
        self.kernel.kvm_vgic_flush_hwstate(vcpu)
        self.trace.entered(vcpu.vcpu_id)
        local_irq_enable(self.scheduler)

    def acknowledge(self, vcpu: Vcpu) -> int:
        intid = vcpu.cpuif.acknowledge()
        if intid != 1023:
            self.stacks[vcpu].append(intid)
            self.trace.acknowledged(vcpu.vcpu_id, intid)
        return intid

    def end(self, vcpu: Vcpu) -> None:
        intid = self.stacks[vcpu].pop()
        vcpu.cpuif.end_of_interrupt(intid)
        self.trace.ended(vcpu.vcpu_id, intid)

    def leave(self, vcpu: Vcpu) -> None:
        local_irq_disable(self.scheduler)
        self.trace.exited(vcpu.vcpu_id)
        self.kernel.kvm_vgic_sync_hwstate(vcpu)
        self.trace.synced(vcpu.vcpu_id)
        local_irq_enable(self.scheduler)

    def serve(self, vcpu: Vcpu) -> None:
        """Go in, take what there is, end it, come out."""
        self.enter(vcpu)
        if self.acknowledge(vcpu) != 1023:
            self.end(vcpu)
        self.leave(vcpu)


Script = Callable[[Bench], None]


def kind_of(
    script: Script, kernel: type[Mechanism] = Reference, config: Config = Config.EDGE
) -> str | None:
    """Run a script in one thread; return the kind of its failure, None if the checks are silent."""

    def program(scheduler: Scheduler) -> None:
        bench = Bench(scheduler, kernel, config)
        scheduler.thread("vcpu0", lambda: script(bench))

    with OsThreads(pinned=False) as carriers:
        outcome = execute(program, Quiet(), carriers).outcome
    return outcome.failure.kind if isinstance(outcome, Failed) else None


class TakesAnything(Reference):
    def takes_lr(self, vcpu: Vcpu, irq: VgicIrq) -> bool:
        return True


class EnablesAlone(Reference):
    """An interrupt is enabled, and that is all."""

    def vgic_mmio_write_senable(self, irq: VgicIrq) -> None:
        irq.enabled = True


class RemembersLatch(Reference):
    """An acknowledged edge is made pending again by the fold: a phantom."""

    def vgic_v3_fold_lr_state(self, vcpu: Vcpu) -> None:
        super().vgic_v3_fold_lr_state(vcpu)
        for irq in self.kvm.irqs:
            irq.pending_latch = irq.pending_latch or irq.active


class DropsLatch(Reference):
    """What is pending in memory is forgotten at the fold."""

    def vgic_v3_fold_lr_state(self, vcpu: Vcpu) -> None:
        super().vgic_v3_fold_lr_state(vcpu)
        for irq in self.kvm.irqs:
            irq.pending_latch = False


def disabled_after_the_flush(bench: Bench) -> None:
    bench.send()
    bench.enter(bench.first)
    bench.write(DISABLE)
    assert bench.acknowledge(bench.first) == 32
    bench.end(bench.first)
    bench.leave(bench.first)
    bench.trace.drained()


def disabled_before_the_flush(bench: Bench) -> None:
    bench.send()
    bench.write(DISABLE)
    bench.scheduler.steps += 1  # the flush comes later
    bench.enter(bench.first)


def test_q1_a_copy_in_a_list_register_stays_deliverable() -> None:
    assert kind_of(disabled_after_the_flush) is None


def left_disabled(bench: Bench) -> None:
    bench.write(DISABLE)
    bench.send()
    bench.trace.drained()


def enabled_but_never_queued(bench: Bench) -> None:
    left_disabled(bench)
    bench.write(ENABLE)
    bench.trace.drained()


def test_q1_what_stays_disabled_need_not_be_delivered() -> None:
    assert kind_of(left_disabled) is None


def test_q1_fires_if_it_is_enabled_and_not_delivered() -> None:
    assert kind_of(enabled_but_never_queued, EnablesAlone) == "stuck pending"


def test_q1_fires_if_it_is_loaded_after_it_was_disabled() -> None:
    assert kind_of(disabled_before_the_flush) is None
    assert kind_of(disabled_before_the_flush, TakesAnything) == "I22 undeliverable loaded"


def cleared_while_loaded(bench: Bench) -> None:
    bench.send()
    bench.enter(bench.first)
    bench.write(UNPEND)
    bench.leave(bench.first)
    assert bench.irq.pending_latch, "it has come back"
    bench.serve(bench.first)
    bench.serve(bench.first)
    bench.trace.drained()


def cleared_for_good(bench: Bench) -> None:
    bench.send()
    bench.write(UNPEND)
    bench.serve(bench.first)
    bench.trace.drained()


def sent_again_after_the_clear(bench: Bench) -> None:
    cleared_for_good(bench)
    bench.enter(bench.first)
    bench.send()
    bench.leave(bench.first)
    bench.serve(bench.first)
    bench.trace.drained()


def test_q2_a_cleared_edge_may_come_back_once_or_never() -> None:
    assert kind_of(cleared_while_loaded) is None
    assert kind_of(cleared_for_good) is None


def test_q2_fires_if_it_comes_back_more_often_than_it_was_sent() -> None:
    def script(bench: Bench) -> None:
        bench.send()
        bench.enter(bench.first)
        bench.acknowledge(bench.first)
        bench.write(UNPEND)
        bench.leave(bench.first)
        bench.enter(bench.first)
        bench.end(bench.first)
        bench.leave(bench.first)
        bench.serve(bench.first)

    assert kind_of(script) is None
    assert kind_of(script, RemembersLatch) == "I10 phantom edge"


def test_q2_fires_if_an_edge_that_was_one_with_another_is_to_pay_for_it() -> None:
    def script(bench: Bench, *, again: bool) -> None:
        bench.send()
        bench.send()
        bench.enter(bench.first)
        if again:
            bench.send()
        bench.acknowledge(bench.first)
        bench.leave(bench.first)
        bench.enter(bench.first)
        bench.end(bench.first)
        bench.leave(bench.first)
        bench.serve(bench.first)

    assert kind_of(lambda bench: script(bench, again=False)) is None
    assert kind_of(lambda bench: script(bench, again=True)) is None
    assert kind_of(lambda b: script(b, again=False), RemembersLatch) == "I10 phantom edge"


def test_q2_fires_if_what_was_cleared_in_no_register_comes_back() -> None:
    def script(bench: Bench) -> None:
        bench.write(ROUTE, 1)
        bench.send()
        bench.write(UNPEND)
        bench.irq.pending_latch = True
        bench.serve(bench.second)

    assert kind_of(script) == "I10 phantom edge"


def test_q2_fires_if_an_edge_sent_after_the_clear_is_lost() -> None:
    assert kind_of(sent_again_after_the_clear) is None
    assert kind_of(sent_again_after_the_clear, DropsLatch) == "I9 lost edge"


def idles(bench: Bench) -> None:
    bench.trace.idled()


def routed_away(bench: Bench) -> None:
    bench.send()
    bench.write(ROUTE, 1)
    bench.scheduler.steps += 1  # the flush comes later
    bench.enter(bench.first)
    idles(bench)


def routed_away_and_back(bench: Bench) -> None:
    routed_away(bench)
    bench.write(ROUTE, 0)
    idles(bench)


def routed_here_before_the_flush(bench: Bench) -> None:
    bench.write(ROUTE, 1)
    bench.write(ROUTE, 0)
    bench.scheduler.steps += 1  # the flush comes later
    bench.enter(bench.first)
    bench.send()
    idles(bench)


def test_q3_an_interrupt_on_the_old_list_may_wait_for_the_next_exit() -> None:
    assert kind_of(routed_away) is None
    assert kind_of(routed_away_and_back) is None


def test_q3_fires_if_it_belonged_here_since_before_the_flush() -> None:
    assert kind_of(routed_here_before_the_flush) == "I16 missed kick"


def written_but_not_changed(bench: Bench) -> None:
    bench.enter(bench.first)
    bench.send()
    bench.write(ROUTE, 0)
    idles(bench)


def triggered_after_it_came_home(bench: Bench) -> None:
    routed_away_and_back(bench)
    bench.send()
    idles(bench)


def moved_here_after_the_write(bench: Bench) -> None:
    bench.send()
    bench.write(ROUTE, 1)
    bench.enter(bench.second)
    bench.serve(bench.first)
    idles(bench)


def test_q3_fires_if_the_write_changed_nothing() -> None:
    assert kind_of(written_but_not_changed) == "I16 missed kick"


def test_q3_fires_if_it_was_triggered_after_the_write() -> None:
    assert kind_of(triggered_after_it_came_home) == "I16 missed kick"


def test_q3_fires_if_it_was_moved_here_after_the_write() -> None:
    assert kind_of(moved_here_after_the_write) == "I16 missed kick"


def arrived_and_routed_away(bench: Bench) -> None:
    bench.enter(bench.first)
    bench.send()
    bench.write(ROUTE, 1)
    idles(bench)


def arrived_told_and_routed_away(bench: Bench) -> None:
    bench.enter(bench.first)
    bench.scheduler.steps += 1  # it arrives later
    bench.send()
    bench.scheduler.steps += 1  # the kick brings it back later
    bench.leave(bench.first)
    bench.enter(bench.first)
    bench.write(ROUTE, 1)
    idles(bench)


def test_q3_fires_if_nobody_told_the_vcpu_that_it_had_come() -> None:
    assert kind_of(arrived_told_and_routed_away) is None
    assert kind_of(arrived_and_routed_away) == "I16 arrival unannounced"


def triggered_again_on_the_old_list(bench: Bench) -> None:
    bench.send()
    bench.enter(bench.first)
    bench.acknowledge(bench.first)
    bench.end(bench.first)
    bench.write(ROUTE, 1)
    bench.send()
    assert bench.second.requests.bits
    idles(bench)


def triggered_again_at_home(bench: Bench) -> None:
    bench.send()
    bench.enter(bench.first)
    bench.acknowledge(bench.first)
    bench.end(bench.first)
    bench.send()
    idles(bench)


def test_q4_only_the_new_target_is_told() -> None:
    assert kind_of(triggered_again_on_the_old_list) is None


def test_q4_fires_if_the_list_is_the_targets_own() -> None:
    assert kind_of(triggered_again_at_home) == "I16 missed kick"


def pended_while_active(bench: Bench) -> None:
    bench.write(PEND)
    bench.enter(bench.first)
    assert bench.acknowledge(bench.first) == 32
    bench.leave(bench.first)
    bench.enter(bench.first)
    bench.write(PEND)
    bench.end(bench.first)
    bench.leave(bench.first)
    bench.serve(bench.first)
    bench.trace.drained()


def pended_and_acknowledged(bench: Bench) -> None:
    bench.write(PEND)
    bench.enter(bench.first)
    assert bench.acknowledge(bench.first) == 32


def pended_after_its_end(bench: Bench) -> None:
    pended_and_acknowledged(bench)
    bench.end(bench.first)
    bench.write(PEND)
    bench.leave(bench.first)
    bench.serve(bench.first)
    bench.trace.drained()


def pended_between_load_and_acknowledge(bench: Bench) -> None:
    """The write begins before the acknowledge and takes effect after it."""
    bench.write(PEND)
    bench.enter(bench.first)
    access = Access(PEND, 32)
    bench.trace.accessing(1, access)
    assert bench.acknowledge(bench.first) == 32
    bench.kernel.handle_exit(bench.second, access)
    bench.trace.accessed(1, access)
    bench.end(bench.first)
    bench.leave(bench.first)
    bench.serve(bench.first)
    bench.trace.drained()


ClearsLatch = compose(Reference, ["soft_pend_lost"])


@pytest.mark.parametrize("kernel", [Reference, ClearsLatch])
def test_q5_a_second_ispendr_on_an_active_level_interrupt_may_be_lost(
    kernel: type[Mechanism],
) -> None:
    assert kind_of(pended_while_active, kernel, Config.LEVEL) is None
    assert kind_of(pended_between_load_and_acknowledge, kernel, Config.LEVEL) is None


def test_q5_fires_if_it_had_been_ended() -> None:
    assert kind_of(pended_after_its_end, config=Config.LEVEL) is None
    assert kind_of(pended_after_its_end, ClearsLatch, Config.LEVEL) == "I9 lost pend"


def test_q5_fires_if_it_was_loaded_and_is_never_acknowledged() -> None:
    """What waits in a list register is not being handled, whatever the kernel has of it."""

    def script(bench: Bench) -> None:
        bench.send()
        bench.enter(bench.first)
        bench.write(PEND)
        bench.trace.driving(0, 32, False)
        bench.kernel.kvm_vgic_inject_irq(None, 32, level=False)
        bench.trace.driven(0, 32, False)
        bench.leave(bench.first)
        bench.serve(bench.first)
        bench.trace.drained()

    assert kind_of(script, config=Config.LEVEL) is None
    assert kind_of(script, DropsLatch, Config.LEVEL) == "I9 lost pend"


def test_q5_fires_if_that_happens_to_an_edge() -> None:
    assert kind_of(pended_while_active) is None
    assert kind_of(pended_while_active, DropsLatch) == "I9 lost edge"


def test_every_quirk_is_tested_both_ways() -> None:
    here = Path(__file__).read_text("utf-8")
    numbers = re.findall(r"^## Q(\d+) ", QUIRKS.read_text("utf-8"), re.MULTILINE)
    assert len(numbers) == 16
    elsewhere = {"14", "16"}  # of LPIs, and of GICv2: test_disabled_lpis.py, test_sources.py
    for number in set(numbers) - elsewhere:
        assert re.search(rf"def test_q{number}_(?!fires)", here), number
        assert re.search(rf"def test_q{number}_fires", here), number


def ends_again(bench: Bench, vcpu: Vcpu, *, apr: int = 1) -> None:
    """Have a guest end something again, while this is active."""
    vcpu.cpuif.ap1r, before = apr, vcpu.cpuif.ap1r
    bench.trace.ending_again(vcpu.vcpu_id, 32)
    vcpu.cpuif.ap1r = before


def loses(bench: Bench) -> None:
    """Lose the edge that was sent."""
    bench.enter(bench.first)
    bench.irq.pending_latch = False
    bench.irq.on_lr = False
    bench.trace.drained()


def lost_after_a_double_end(bench: Bench) -> None:
    bench.send()
    ends_again(bench, bench.first)
    loses(bench)


def listed_after_a_double_end(bench: Bench) -> None:
    ends_again(bench, bench.first)
    bench.send()
    loses(bench)


@pytest.mark.parametrize("script", [lost_after_a_double_end, listed_after_a_double_end])
def test_q6_what_is_or_comes_on_the_lists_of_a_dishonest_guests_vcpu_is_lost_by_right(
    script: Script,
) -> None:
    assert kind_of(script) is None


def test_q6_fires_if_another_vcpus_guest_has_ended_something_twice() -> None:
    def script(bench: Bench) -> None:
        bench.send()
        ends_again(bench, bench.second)
        loses(bench)

    assert kind_of(script) == "stuck on a list"


def test_q6_fires_if_the_second_end_finds_nothing_to_change() -> None:
    def script(bench: Bench) -> None:
        bench.send()
        ends_again(bench, bench.first, apr=0)
        loses(bench)

    assert kind_of(script) == "stuck on a list"


def acknowledges_a_phantom(bench: Bench, *, again: bool) -> None:
    bench.enter(bench.first)
    if again:
        ends_again(bench, bench.first)
    bench.first.cpuif.ap1r = 1
    bench.trace.acknowledged(0, 32)
    if not again:
        ends_again(bench, bench.first)


def test_q6_fires_on_what_comes_before_the_double_end() -> None:
    assert kind_of(lambda bench: acknowledges_a_phantom(bench, again=True)) is None
    assert kind_of(lambda b: acknowledges_a_phantom(b, again=False)) == "I10 phantom edge"


def test_q6_fires_on_a_line_that_is_lost_and_on_a_damaged_list() -> None:
    def line(bench: Bench) -> None:
        ends_again(bench, bench.first)
        bench.trace.driving(0, 32, True)
        bench.trace.driven(0, 32, True)

    def damaged(bench: Bench) -> None:
        ends_again(bench, bench.first)
        bench.irq.vcpu = bench.first
        local_irq_disable(bench.scheduler)
        with bench.first.vgic_cpu.ap_list_lock:
            pass

    assert kind_of(line, config=Config.LEVEL) == "I11 line lost"
    assert kind_of(damaged) == "I1 vcpu without list"


def ends_after(*writes: tuple[str, int]) -> Script:
    """Have a guest end an interrupt that another vCPU has written to while it was handled."""

    def script(bench: Bench) -> None:
        bench.send()
        bench.enter(bench.first)
        bench.acknowledge(bench.first)
        bench.leave(bench.first)
        for kind, value in writes:
            bench.write(kind, value)
        bench.enter(bench.first)
        bench.end(bench.first)
        bench.leave(bench.first)

    return script


def test_q7_an_interrupt_whose_priority_is_written_in_its_handler_may_stay_active() -> None:
    assert kind_of(ends_after((PRIORITY, 0x40))) is None


def test_q7_an_interrupt_may_be_loaded_with_the_priority_it_had() -> None:
    def script(bench: Bench) -> None:
        bench.send()
        local_irq_disable(bench.scheduler)
        bench.trace.flushing(0)
        bench.kernel.kvm_vgic_flush_hwstate(bench.first)
        bench.write(PRIORITY, 0x40)
        bench.trace.entered(0)

    assert kind_of(script) is None


class LosesEnds(Reference):
    """The end of an interrupt is not folded if its priority is an odd multiple of 8."""

    def vgic_v3_fold_lr(self, vcpu: Vcpu, lr: ListRegister) -> None:
        ended = not lr.active
        super().vgic_v3_fold_lr(vcpu, lr)
        irq = self.kvm.get_vcpu_irq(vcpu, lr.intid)
        assert irq is not None
        irq.active = irq.active or (ended and not lr.pending and bool(irq.priority & 8))


@pytest.mark.parametrize("before", [True, False])
def test_q7_fires_if_the_priority_is_as_it_was_or_was_written_before_the_interrupt_was_loaded(
    before: bool,
) -> None:
    def script(bench: Bench) -> None:
        if before:
            bench.write(PRIORITY, 0x48)
        else:
            bench.irq.priority = 0x48
        ends_after((PRIORITY, 0x48))(bench)

    assert kind_of(script) is None
    assert kind_of(script, LosesEnds) == "I13 stuck active"


@pytest.mark.parametrize("flushed", [True, False])
def test_q7_fires_if_the_priority_is_put_back_before_the_end(flushed: bool) -> None:
    def script(bench: Bench) -> None:
        bench.write(PRIORITY, 0x48)
        bench.send()
        bench.enter(bench.first)
        bench.acknowledge(bench.first)
        for priority in (0x40, 0x48):
            if flushed:
                bench.leave(bench.first)
            bench.write(PRIORITY, priority)
            if flushed:
                bench.enter(bench.first)
        bench.end(bench.first)
        bench.leave(bench.first)

    assert kind_of(script) is None
    assert kind_of(script, LosesEnds) == "I13 stuck active"


@pytest.mark.parametrize("flushed", [True, False])
def test_q7_fires_on_what_was_only_loaded_and_pending_when_its_priority_was_written(
    flushed: bool,
) -> None:
    def script(bench: Bench) -> None:
        bench.send()
        bench.enter(bench.first)
        bench.write(PRIORITY, 0x48)
        if flushed:
            bench.leave(bench.first)
            bench.enter(bench.first)
        bench.acknowledge(bench.first)
        bench.end(bench.first)
        bench.leave(bench.first)

    assert kind_of(script) is None
    assert kind_of(script, LosesEnds) == "I13 stuck active"


def test_q7_what_was_loaded_before_the_write_and_again_after_it_was_acknowledged_stays_active() -> (
    None
):
    def script(bench: Bench) -> None:
        bench.send()
        bench.enter(bench.first)
        bench.write(PRIORITY, 0x48)
        bench.acknowledge(bench.first)
        bench.leave(bench.first)
        bench.enter(bench.first)
        bench.end(bench.first)
        bench.leave(bench.first)

    assert kind_of(script) is None


def test_q7_fires_on_a_list_register_of_another_priority_that_nobody_has_written() -> None:
    def script(bench: Bench) -> None:
        bench.write(PRIORITY, 0x40)
        bench.send()
        bench.serve(bench.second)
        local_irq_disable(bench.scheduler)
        bench.trace.flushing(0)
        bench.kernel.kvm_vgic_flush_hwstate(bench.first)
        bench.irq.priority = 0x48
        bench.trace.entered(0)

    assert kind_of(script) == "I29 list register differs"


def is_left(*, awaiting: bool, awaited: bool = False) -> Script:
    """Leave an edge in vCPU 0's list register until the VM is drained."""

    def script(bench: Bench) -> None:
        if awaiting:
            bench.kvm.awaiting.append(bench.first)
        if awaited:
            bench.kvm.awaiting.remove(bench.first)
        bench.send()
        bench.enter(bench.first)
        bench.trace.idled()
        bench.leave(bench.first)
        bench.enter(bench.first)
        bench.trace.drained()

    return script


def test_q8_what_is_sent_to_a_guest_that_awaits_for_ever_stays_where_it_is() -> None:
    assert kind_of(is_left(awaiting=True)) is None


def test_q8_fires_if_the_guest_has_gone_on_or_it_is_another_vcpus() -> None:
    assert kind_of(is_left(awaiting=False)) == "I9 lost edge"
    assert kind_of(is_left(awaiting=True, awaited=True)) == "I9 lost edge"

    def other(bench: Bench) -> None:
        bench.kvm.awaiting.append(bench.second)
        is_left(awaiting=False)(bench)

    assert kind_of(other) == "I9 lost edge"


def is_drained(priority: int) -> Script:
    """Send an edge of a priority to a guest that takes whatever it is given, and drain the VM."""

    def script(bench: Bench) -> None:
        bench.write(PRIORITY, priority)
        bench.send()
        bench.serve(bench.first)
        bench.enter(bench.first)
        bench.trace.idled()
        bench.leave(bench.first)
        bench.enter(bench.first)
        bench.trace.drained()

    return script


class ForgetsLatch(Reference):
    """An edge that is pending in its list register when the guest is left is folded as idle."""

    def fold_pending(self, irq: VgicIrq, lr: ListRegister) -> None:
        pass


def test_q9_what_no_mask_lets_in_stays_pending() -> None:
    assert kind_of(is_drained(0xF8)) is None


def test_q9_fires_on_what_is_let_in_and_on_what_is_pending_no_more() -> None:
    def left(bench: Bench) -> None:
        bench.write(PRIORITY, 0xF0)
        bench.send()
        bench.enter(bench.first)
        bench.trace.drained()

    assert kind_of(left) == "I9 lost edge"
    assert kind_of(is_drained(0xF8), ForgetsLatch) == "I9 lost edge"


def is_deactivated(by: Callable[[Bench], None], *, handled_anew: bool = False) -> Script:
    """Have an interrupt deactivated under its guest, or between two of its handlers."""

    def script(bench: Bench) -> None:
        bench.send()
        bench.enter(bench.first)
        bench.acknowledge(bench.first)
        if handled_anew:
            bench.end(bench.first)
        bench.leave(bench.first)
        by(bench)
        if handled_anew:
            bench.send()
        bench.enter(bench.first)
        if handled_anew:
            bench.acknowledge(bench.first)
        bench.end(bench.first)
        bench.leave(bench.first)
        bench.irq.pending_latch = handled_anew
        bench.trace.drained()

    return script


def by_software(bench: Bench) -> None:
    bench.write(DEACTIVATE)


def by_nobody(bench: Bench) -> None:
    bench.irq.active = False


def test_q10_what_is_deactivated_under_its_guest_is_handled_and_not_active() -> None:
    assert kind_of(is_deactivated(by_software)) is None


def test_q10_fires_if_nobody_has_written_or_the_guest_has_ended_it_before() -> None:
    assert kind_of(is_deactivated(by_nobody)) == "I14 EOIcount too high"
    assert kind_of(is_deactivated(by_software, handled_anew=True)) == "stuck pending"


def is_activated(by: Callable[[Bench], None]) -> Script:
    """Have an interrupt activated that no guest handles, and drain the VM."""

    def script(bench: Bench) -> None:
        by(bench)
        bench.serve(bench.first)
        bench.trace.idled()
        bench.trace.drained()

    return script


def test_q10_what_software_has_activated_is_active_and_nobody_handles_it() -> None:
    assert kind_of(is_activated(lambda bench: bench.write(ACTIVATE))) is None


def test_q10_fires_if_nobody_has_written_it() -> None:
    def by_itself(bench: Bench) -> None:
        bench.irq.active = True

    assert kind_of(is_activated(by_itself)) == "stuck active"


class EndedOverDropped(Bench):
    """Two interrupts that vCPU 0 handles, 32 and inside of it 33, and a single list register."""

    def __init__(self, bench: Bench) -> None:
        vars(self).update(vars(bench))
        self.inner = self.kvm.add_irq(33, Config.EDGE, 0x40, 0)

    def handles_both(self) -> None:
        """Neither is in a list register when both are handled: 34 has it."""
        last = self.kvm.add_irq(34, Config.EDGE, 0xC0, 0)
        for irq in (self.irq, self.inner, last):
            self.trace.driving(0, irq.intid, True)
            self.kernel.kvm_vgic_inject_irq(None, irq.intid, level=True)
            self.trace.driven(0, irq.intid, True)
            self.enter(self.first)
            if irq is not last:
                assert self.acknowledge(self.first) == irq.intid
                self.leave(self.first)

    def drops(self) -> None:
        """The guest ends 33 with EOImode 1."""
        self.first.cpuif.vmcr.eoi_drops_only = True
        intid = self.stacks[self.first].pop()
        self.first.cpuif.end_of_interrupt(intid)
        self.trace.dropped(0, intid)
        self.first.cpuif.vmcr.eoi_drops_only = False

    def deactivates(self) -> None:
        """It deactivates that, and enters again."""
        self.first.cpuif.vmcr.eoi_drops_only = True
        self.trace.deactivating(0, 33)
        self.leave(self.first)
        self.kernel.vgic_v3_deactivate(self.first, 33)
        self.trace.deactivated(0, 33)
        self.first.cpuif.vmcr.eoi_drops_only = False
        self.enter(self.first)


def ended_over_dropped(*, deactivates: bool, loses: bool = False) -> Script:
    """Have a guest end 32 with EOImode 0 after it has dropped 33, and fold that."""

    def script(bench: Bench) -> None:
        story = EndedOverDropped(bench)
        story.handles_both()
        story.drops()
        if deactivates:
            story.deactivates()
        story.end(story.first)
        if loses:
            story.first.cpuif.hcr.eoicount = 0
        story.leave(story.first)

    return script


def test_q11_an_end_over_what_was_dropped_is_taken_off_that_by_right() -> None:
    assert kind_of(ended_over_dropped(deactivates=False)) is None


def test_q11_fires_if_what_was_dropped_has_been_deactivated_before() -> None:
    assert kind_of(ended_over_dropped(deactivates=True)) is None
    assert kind_of(ended_over_dropped(deactivates=True, loses=True)) == "I13 stuck active"


class QueuesNothingAfter(Reference):
    """Once the distributor was turned, what is sent is in memory alone."""

    turned = False

    def vgic_mmio_write_v3_misc(self, enabled: bool) -> None:
        super().vgic_mmio_write_v3_misc(enabled)
        self.turned = True

    def vgic_queue_irq_unlock(self, irq: VgicIrq, irqs_were_off: bool) -> bool:
        if not self.turned:
            return super().vgic_queue_irq_unlock(irq, irqs_were_off)
        irq.irq_lock.unlock_irqrestore(irqs_were_off)
        return False


class ForgetsWhatIsSent(Reference):
    """What is sent with the distributor off leaves no trace."""

    def kvm_vgic_inject_irq(self, vcpu: Vcpu | None, intid: int, level: bool) -> int:
        return super().kvm_vgic_inject_irq(vcpu, intid, level) if self.kvm.dist.enabled else 0


def is_turned(*steps: Callable[[Bench], None]) -> Script:
    """Turn the distributor off and on, with these steps before, between and after; drain."""

    def script(bench: Bench) -> None:
        before, between, *after = steps
        before(bench)
        bench.turn(on=False)
        between(bench)
        bench.turn(on=True)
        for step in after:
            step(bench)
        bench.trace.idled()
        bench.trace.drained()

    return script


def nothing(bench: Bench) -> None:
    pass


def delivered(bench: Bench) -> None:
    bench.serve(bench.first)
    assert bench.irq.vcpu is None


def test_q12_what_was_sent_to_a_distributor_that_is_off_is_pending_and_on_no_list() -> None:
    assert kind_of(is_turned(nothing, Bench.send)) is None
    assert kind_of(is_turned(nothing, Bench.send), config=Config.LEVEL) is None


def test_q12_what_was_listed_and_pruned_meanwhile_is_queued_by_nobody() -> None:
    def listed(bench: Bench) -> None:
        bench.send()
        assert bench.irq.vcpu is bench.first

    def pruned_where_it_is(bench: Bench) -> None:
        bench.enter(bench.first)
        bench.leave(bench.first)
        assert (bench.irq.vcpu, bench.irq.pending_latch) == (None, True)

    assert kind_of(is_turned(listed, pruned_where_it_is)) is None


def test_q12_fires_if_it_was_sent_again_with_the_distributor_on() -> None:
    assert kind_of(is_turned(nothing, Bench.send, Bench.send, delivered)) is None
    found = kind_of(is_turned(nothing, Bench.send, Bench.send), QueuesNothingAfter)
    assert found == "I8 pending but not queued"
    assert kind_of(is_turned(nothing, Bench.send), QueuesNothingAfter) is None


@pytest.mark.parametrize(("kind", "found"), [(ENABLE, True), (GROUP, True), (PRIORITY, False)])
def test_q12_fires_if_it_was_announced_otherwise_since(kind: str, found: bool) -> None:
    def touched(bench: Bench) -> None:
        bench.write(kind, 0x40 if kind == PRIORITY else 0)

    kind_found = kind_of(is_turned(nothing, Bench.send, touched), QueuesNothingAfter)
    assert kind_found == ("I8 pending but not queued" if found else None)


def test_q12_fires_if_the_level_was_up_and_is_raised_anew_and_not_if_it_is_up_still() -> None:
    def lowered(bench: Bench) -> None:
        bench.trace.driving(0, 32, False)
        bench.kernel.kvm_vgic_inject_irq(None, 32, level=False)
        bench.trace.driven(0, 32, False)

    level = Config.LEVEL
    up_still = is_turned(nothing, Bench.send, Bench.send)
    assert kind_of(up_still, QueuesNothingAfter, level) is None
    anew = is_turned(nothing, Bench.send, lowered, Bench.send)
    assert kind_of(anew, QueuesNothingAfter, level) == "I8 pending but not queued"


def test_q12_fires_if_it_is_not_even_pending() -> None:
    assert kind_of(is_turned(nothing, Bench.send), ForgetsWhatIsSent) == "I9 lost edge"


class KicksNobody(Reference):
    """The distributor is turned on, and no vCPU is told."""

    def has_something(self, vcpu: Vcpu) -> bool:
        return False


def listed_elsewhere(bench: Bench) -> None:
    bench.irq.target_vcpu = bench.second
    bench.send()


def left_there(bench: Bench) -> None:
    """Its vCPU goes into its guest, where nothing can come, and takes nothing off its list."""
    bench.enter(bench.second)
    bench.second.mode.value = IN_GUEST_MODE
    bench.scheduler.steps += 1
    assert bench.irq.vcpu is bench.second


def kicked_and_served(bench: Bench) -> None:
    assert bench.second.ipi.pending
    bench.leave(bench.second)
    bench.serve(bench.second)


def test_q12_fires_if_it_is_on_a_list() -> None:
    """It was when the distributor was turned on, and its vCPU idles in its guest."""
    steps = listed_elsewhere, left_there
    assert kind_of(is_turned(*steps, kicked_and_served)) is None
    assert kind_of(is_turned(*steps), KicksNobody) == "I16 missed kick"


def test_q12_fires_if_the_distributor_was_never_off() -> None:
    def script(bench: Bench) -> None:
        bench.turn(on=True)
        bench.send()
        bench.trace.idled()

    assert kind_of(script, QueuesNothingAfter) == "I8 pending but not queued"


# Q13: whole machines with one mapped interrupt, whose device or whose software asks.


class LetsDeviceGo(Reference):
    """Whatever is folded, its device is let come again."""

    def vgic_irq_handle_resampling(self, irq: VgicIrq, lr: ListRegister, was_active: bool) -> None:
        self.vgic_irq_set_phys_active(irq, False)


def kind_of_mapped(
    run_machine: Callable[..., tuple[Execution, Machine]],
    *instructions: Instruction,
    kernel: type[Mechanism] = Reference,
    mapped: bool = True,
) -> str | None:
    irq = Irq(32, Config.LEVEL, 0x80, 0, mapped=mapped)
    guest = Program(instructions, (0,))
    outcome = run_machine(Parameters(1, (irq,), (guest,), ()), kernel=kernel)[0].outcome
    return outcome.failure.kind if isinstance(outcome, Failed) else None


def asks_of(kind: str) -> tuple[Instruction, ...]:
    """Return what has a mapped interrupt taken, and handled over an exit."""
    asked = Instruction(ACCESS, Access(kind, 32))
    return asked, WAIT, ACKNOWLEDGE, Instruction(ACCESS), END


PENDED = Instruction(ACCESS, Access(PEND, 32))


def test_q13_what_software_pends_of_what_is_mapped_is_nobodys(
    run_machine: Callable[..., tuple[Execution, Machine]],
) -> None:
    assert kind_of_mapped(run_machine, *asks_of(PEND), kernel=LetsDeviceGo) is None
    handled = (*asks_of(RAISE)[:-1], PENDED, END)
    assert kind_of_mapped(run_machine, *handled) is None


def test_q13_fires_if_a_device_asks_or_did_so_before_or_does_so_after(
    run_machine: Callable[..., tuple[Execution, Machine]],
) -> None:
    for asks in ((RAISE,), (RAISE, PEND), (PEND, RAISE)):
        instructions = [each for kind in asks for each in (*asks_of(kind), Instruction(ACCESS))]
        found = kind_of_mapped(run_machine, *instructions, kernel=LetsDeviceGo)
        assert found == "I34 device let go"


# Q15: the trigger is written.

LEVEL, EDGE = Config.LEVEL, Config.EDGE


def made(config: Config) -> Script:
    """Have the second vCPU write how the interrupt is triggered; what comes then comes later."""

    def write(bench: Bench) -> None:
        bench.write(TRIGGER, int(config is EDGE))
        bench.scheduler.steps += 1

    return write


def up(bench: Bench) -> None:
    bench.drive(level=True)


def down(bench: Bench) -> None:
    bench.drive(level=False)


def goes_in(bench: Bench) -> None:
    bench.enter(bench.first)


def comes_out(bench: Bench) -> None:
    bench.leave(bench.first)


def takes(bench: Bench) -> None:
    assert bench.acknowledge(bench.first) == 32


def ends(bench: Bench) -> None:
    bench.end(bench.first)


def serves(bench: Bench) -> None:
    bench.serve(bench.first)


def serves_it(bench: Bench) -> None:
    """It comes once more, and its handler lowers the line."""
    bench.enter(bench.first)
    assert bench.acknowledge(bench.first) == 32
    bench.drive(level=False)
    bench.end(bench.first)
    bench.leave(bench.first)


def is_over(bench: Bench) -> None:
    serves(bench)
    serves(bench)
    bench.trace.idled()
    bench.trace.drained()


def in_turn(*steps: Script) -> Script:
    def script(bench: Bench) -> None:
        for step in steps:
            step(bench)

    return script


def is_gone(bench: Bench) -> None:
    assert (bench.irq.pending_latch, bench.irq.vcpu) == (False, None)


def test_q15_what_was_loaded_as_an_edge_is_lost_if_it_is_a_level_by_its_fold() -> None:
    script = in_turn(up, goes_in, made(LEVEL), comes_out, is_gone, is_over)
    assert kind_of(script) is None


def test_q15_what_was_loaded_as_a_level_comes_once_more_if_it_is_an_edge_by_its_fold() -> None:
    script = in_turn(up, goes_in, made(EDGE), comes_out, serves, serves, is_over)
    assert kind_of(script, config=LEVEL) is None


def test_q15_what_is_up_is_pending_no_more_if_it_is_made_an_edge() -> None:
    script = in_turn(up, made(EDGE), is_over, is_gone)
    assert kind_of(script, config=LEVEL) is None


def test_q15_what_is_latched_of_an_edge_pends_the_level() -> None:
    assert kind_of(in_turn(up, made(LEVEL), serves_it, is_over, is_gone)) is None


def test_q15_a_line_is_not_followed_while_it_is_an_edges() -> None:
    fell = up, goes_in, takes, made(EDGE), down, ends, comes_out, made(LEVEL)
    assert kind_of(in_turn(*fell, is_over), config=LEVEL) is None, "on no list"
    assert kind_of(in_turn(*fell, up, is_over), config=LEVEL) is None, "which is no news"
    queued: Script = lambda bench: bench.write(ENABLE)  # noqa: E731  a step like the others
    assert kind_of(in_turn(*fell, queued, serves_it, is_over), config=LEVEL) is None, "a phantom"


def test_q15_what_it_is_made_pending_by_is_not_announced() -> None:
    """It is listed, since it is active, and a level that is up when its guest ends it."""
    script = in_turn(
        *(up, made(EDGE), serves, up, goes_in, takes, comes_out, goes_in, made(LEVEL), ends),
        idles,
    )
    assert kind_of(script, config=LEVEL) is None


def test_q15_fires_if_an_edge_that_comes_after_the_write_is_lost() -> None:
    script = in_turn(up, goes_in, made(EDGE), comes_out, serves, serves, goes_in, up, comes_out)
    assert kind_of(in_turn(script, is_over), config=LEVEL) is None
    assert kind_of(in_turn(script, is_over), DropsLatch, LEVEL) == "I9 lost edge"


def test_q15_fires_if_the_write_changes_nothing() -> None:
    lost = in_turn(goes_in, up, made(EDGE), comes_out, is_over)
    assert kind_of(lost) is None
    assert kind_of(lost, DropsLatch) == "I9 lost edge"
    again = in_turn(up, goes_in, takes, made(EDGE), comes_out, goes_in, ends, comes_out, serves)
    assert kind_of(again) is None
    assert kind_of(again, RemembersLatch) == "I10 phantom edge"


def test_q15_fires_if_it_comes_more_often_than_once_more() -> None:
    def script(bench: Bench) -> None:
        in_turn(up, goes_in, made(EDGE), comes_out, serves)(bench)
        bench.irq.pending_latch = True
        bench.write(ENABLE)
        serves(bench)

    assert kind_of(script, config=LEVEL) == "I10 phantom edge"


def phantom(bench: Bench) -> None:
    bench.irq.pending_latch = True
    bench.write(ENABLE)
    serves(bench)


@pytest.mark.parametrize(
    ("was", "found"), [(EDGE, "I11 phantom level"), (LEVEL, "I10 phantom edge")]
)
def test_q15_fires_if_it_comes_and_was_not_pending(was: Config, found: str) -> None:
    becomes = LEVEL if was is EDGE else EDGE
    assert kind_of(in_turn(made(becomes), phantom), config=was) == found


class FollowsNoLine(Reference):
    """What becomes a level never knows its line."""

    def vgic_validate_injection(self, irq: VgicIrq, level: bool) -> bool:
        return irq.config is EDGE and level


def test_q15_fires_if_a_line_is_not_followed_once_it_is_a_levels() -> None:
    script = in_turn(up, serves, made(LEVEL), up)
    assert kind_of(in_turn(script, serves_it, is_over)) is None
    assert kind_of(script, FollowsNoLine) == "I11 line lost"


class QueuesNoLevel(Reference):
    """A level that rises is put on no list."""

    def vgic_queue_irq_unlock(self, irq: VgicIrq, irqs_were_off: bool) -> bool:
        if irq.config is EDGE:
            return super().vgic_queue_irq_unlock(irq, irqs_were_off)
        irq.irq_lock.unlock_irqrestore(irqs_were_off)
        return False


def test_q15_fires_if_a_level_that_rises_after_the_write_is_on_no_list() -> None:
    script = in_turn(made(LEVEL), down, up)
    assert kind_of(in_turn(script, serves_it, is_over)) is None
    assert kind_of(in_turn(script, idles), QueuesNoLevel) == "I8 pending but not queued"
