# SPDX-License-Identifier: GPL-2.0-only
"""Does what software writes of active states stand, and is it read as it is? I13, I26, I31, Q10.

By events, with the kernel's fields set by hand: what stands is said by what was announced.
"""

from collections.abc import Callable

import pytest

from harness import Execution, Failure
from tests.fixtures.judged import handling
from vgic import Mechanism
from vgic.accesses import ACTIVATE, ACTIVE, DEACTIVATE, Access
from vgic.data import EDGE, Kvm, VgicIrq
from vgic.judging.active_states import ActiveStates
from vgic.judging.bookkeeping import Bookkeeping
from vgic.tracepoints import Announcer

InKernel = Callable[..., Execution]
FailureInKernel = Callable[..., Failure]
Enlist = Callable[..., None]
Body = Callable[[Mechanism], None]


class Story:
    """A VM of two vCPUs with an interrupt, whose story a test tells event by event."""

    def __init__(self, kernel: Mechanism) -> None:
        self.kvm: Kvm = kernel.kvm
        self.trace = kernel.trace
        self.here, self.beside = self.kvm.vcpus
        self.irq = self.kvm.add_irq(32, EDGE, 0x80, 0)

    def handles(self, irq: VgicIrq | None = None) -> None:
        """The guest of vCPU 0 acknowledges, and its host has folded that."""
        irq = irq or self.irq
        handling(self.trace, self.here, irq)
        irq.active = True

    def ends(self) -> None:
        """It ends its handler, and its host has folded that."""
        self.here.cpuif.ap1r = 0
        self.trace.ended(0, 32)
        self.irq.active = False

    def begins(self, kind: str) -> None:
        """The guest of vCPU 1 begins an access."""
        self.trace.accessing(1, Access(kind, 32))

    def returns(self, kind: str, *, active: bool | None = None) -> None:
        """The access returns, having left the active state so."""
        if active is not None:
            self.irq.active = active
        self.trace.accessed(1, Access(kind, 32))

    def writes(self, kind: str, *, active: bool) -> None:
        self.begins(kind)
        self.returns(kind, active=active)

    def reads(self, value: int) -> None:
        self.begins(ACTIVE)
        self.trace.read(1, 32, value)
        self.returns(ACTIVE)

    def syncs(self) -> None:
        self.trace.synced(1)

    @property
    def activated(self) -> bool:
        """Whether the interrupt may be active by what software has written."""
        assert isinstance(self.trace, Announcer)
        states = next(each for each in self.trace.listeners if isinstance(each, ActiveStates))
        return states.is_activated(self.irq)

    @property
    def forfeited(self) -> bool:
        """Whether vCPU 0 loses by right what it loses."""
        assert isinstance(self.trace, Announcer)
        books = next(each for each in self.trace.listeners if isinstance(each, Bookkeeping))
        return books.forfeited[0]


@pytest.mark.parametrize(("kind", "active"), [(ACTIVATE, True), (DEACTIVATE, False)])
def test_a_write_that_takes_effect_stands(in_kernel: InKernel, kind: str, active: bool) -> None:
    def body(kernel: Mechanism) -> None:
        story = Story(kernel)
        story.writes(kind, active=active)
        story.syncs()

    in_kernel(body, nr_vcpus=2)


@pytest.mark.parametrize(("kind", "active"), [(ACTIVATE, False), (DEACTIVATE, True)])
def test_one_that_takes_none_is_lost(
    failure_in_kernel: FailureInKernel, kind: str, active: bool
) -> None:
    failure = failure_in_kernel(
        lambda kernel: Story(kernel).writes(kind, active=active), nr_vcpus=2
    )
    assert failure.kind == "I26 write lost"


@pytest.mark.parametrize(("kind", "active"), [(ACTIVATE, True), (DEACTIVATE, False)])
def test_one_that_a_fold_overwrites_is_lost(
    failure_in_kernel: FailureInKernel, kind: str, active: bool
) -> None:
    def body(kernel: Mechanism) -> None:
        story = Story(kernel)
        story.writes(kind, active=active)
        story.irq.active = not active
        story.syncs()

    assert failure_in_kernel(body, nr_vcpus=2).kind == "I26 write lost"


def test_what_is_in_a_list_register_is_not_asked(in_kernel: InKernel) -> None:
    def body(kernel: Mechanism) -> None:
        story = Story(kernel)
        story.writes(ACTIVATE, active=True)
        story.irq.active, story.irq.on_lr = False, True
        story.syncs()

    in_kernel(body, nr_vcpus=2)


def test_a_guest_that_acknowledges_it_changes_what_stands(in_kernel: InKernel) -> None:
    def body(kernel: Mechanism) -> None:
        story = Story(kernel)
        story.writes(DEACTIVATE, active=False)
        story.handles()
        story.syncs()

    in_kernel(body, nr_vcpus=2)


@pytest.mark.parametrize("active", [False, True])
def test_of_an_acknowledge_and_a_write_at_once_either_may_be_last(
    in_kernel: InKernel, active: bool
) -> None:
    def body(kernel: Mechanism) -> None:
        story = Story(kernel)
        story.begins(DEACTIVATE)
        story.handles()
        story.returns(DEACTIVATE, active=active)
        story.syncs()

    in_kernel(body, nr_vcpus=2)


@pytest.mark.parametrize("active", [False, True])
def test_of_two_writes_at_once_either_may_be_last(in_kernel: InKernel, active: bool) -> None:
    def body(kernel: Mechanism) -> None:
        story = Story(kernel)
        story.trace.accessing(0, Access(ACTIVATE, 32))
        story.begins(DEACTIVATE)
        story.irq.active = active
        story.trace.accessed(0, Access(ACTIVATE, 32))
        story.returns(DEACTIVATE)
        story.syncs()

    in_kernel(body, nr_vcpus=2)


def test_of_one_after_the_other_the_second_stands(failure_in_kernel: FailureInKernel) -> None:
    def body(kernel: Mechanism) -> None:
        story = Story(kernel)
        story.writes(ACTIVATE, active=True)
        story.writes(DEACTIVATE, active=False)
        story.irq.active = True
        story.syncs()

    assert failure_in_kernel(body, nr_vcpus=2).kind == "I26 write lost"


@pytest.mark.parametrize("value", [0, 1])
@pytest.mark.parametrize("handled", [False, True])
def test_an_active_state_is_read_as_it_is(
    in_kernel: InKernel, failure_in_kernel: FailureInKernel, value: int, handled: bool
) -> None:
    def body(kernel: Mechanism) -> None:
        story = Story(kernel)
        if handled:
            story.handles()
        story.reads(value)

    if handled is bool(value):
        in_kernel(body, nr_vcpus=2)
    else:
        assert failure_in_kernel(body, nr_vcpus=2).kind == "I31 wrong read"


@pytest.mark.parametrize(("kind", "value"), [(ACTIVATE, 0), (DEACTIVATE, 1)])
def test_what_was_written_is_read(
    failure_in_kernel: FailureInKernel, kind: str, value: int
) -> None:
    def body(kernel: Mechanism) -> None:
        story = Story(kernel)
        story.handles()
        story.ends()
        story.writes(kind, active=not value)
        story.reads(value)

    assert failure_in_kernel(body, nr_vcpus=2).kind == "I31 wrong read"


@pytest.mark.parametrize("value", [0, 1])
def test_what_a_guest_changes_meanwhile_is_read_as_either(in_kernel: InKernel, value: int) -> None:
    def body(kernel: Mechanism) -> None:
        story = Story(kernel)
        story.begins(ACTIVE)
        story.handles()
        story.trace.read(1, 32, value)
        story.returns(ACTIVE)

    in_kernel(body, nr_vcpus=2)


@pytest.mark.parametrize("value", [0, 1])
def test_so_is_what_somebody_writes_meanwhile(in_kernel: InKernel, value: int) -> None:
    def body(kernel: Mechanism) -> None:
        story = Story(kernel)
        story.trace.accessing(0, Access(ACTIVATE, 32))
        story.begins(ACTIVE)
        story.trace.read(1, 32, value)
        story.returns(ACTIVE)

    in_kernel(body, nr_vcpus=2)


def test_a_guest_that_ends_what_was_deactivated_under_it_loses_by_right(
    in_kernel: InKernel,
) -> None:
    def body(kernel: Mechanism) -> None:
        story = Story(kernel)
        story.handles()
        story.writes(DEACTIVATE, active=False)
        assert not story.forfeited
        story.ends()
        assert story.forfeited

    in_kernel(body, nr_vcpus=2)


def test_one_that_has_ended_it_before_does_not(in_kernel: InKernel) -> None:
    def body(kernel: Mechanism) -> None:
        story = Story(kernel)
        story.handles()
        story.ends()
        story.writes(DEACTIVATE, active=False)
        story.handles()
        story.ends()
        assert not story.forfeited

    in_kernel(body, nr_vcpus=2)


@pytest.mark.parametrize(
    ("priority", "on_lr", "forfeited"),
    [(0x40, False, True), (0x80, False, True), (0x88, False, False), (0x40, True, False)],
)
def test_a_count_may_be_taken_off_what_software_has_activated_before_it(
    in_kernel: InKernel, enlist: Enlist, priority: int, on_lr: bool, forfeited: bool
) -> None:
    def body(kernel: Mechanism) -> None:
        story = Story(kernel)
        first = story.kvm.add_irq(33, EDGE, priority, 0)
        first.active, first.on_lr = True, on_lr
        kernel.trace.accessing(1, Access(ACTIVATE, 33))
        kernel.trace.accessed(1, Access(ACTIVATE, 33))
        enlist(story.here, first)
        story.handles()
        story.ends()
        assert story.forfeited is forfeited

    in_kernel(body, nr_vcpus=2)


def test_what_ends_in_a_list_register_is_not_counted(in_kernel: InKernel, enlist: Enlist) -> None:
    def body(kernel: Mechanism) -> None:
        story = Story(kernel)
        first = story.kvm.add_irq(33, EDGE, 0x40, 0)
        first.active = True
        kernel.trace.accessing(1, Access(ACTIVATE, 33))
        kernel.trace.accessed(1, Access(ACTIVATE, 33))
        enlist(story.here, first)
        story.handles()
        story.irq.on_lr = True
        story.ends()
        assert not story.forfeited

    in_kernel(body, nr_vcpus=2)


@pytest.mark.parametrize(("kind", "activated"), [(ACTIVATE, True), (DEACTIVATE, False)])
@pytest.mark.parametrize("ends", [False, True])
def test_what_was_only_deactivated_while_a_guest_touched_it_nobody_has_activated(
    in_kernel: InKernel, kind: str, activated: bool, ends: bool
) -> None:
    def body(kernel: Mechanism) -> None:
        story = Story(kernel)
        if ends:
            story.handles()
        story.begins(kind)
        assert story.activated is activated
        if ends:
            story.ends()
        else:
            story.handles()
        assert story.activated is activated
        story.returns(kind, active=True)
        assert story.activated is activated

    in_kernel(body, nr_vcpus=2)


def test_what_was_activated_is_until_it_is_deactivated_or_a_guest_touches_it(
    in_kernel: InKernel,
) -> None:
    def body(kernel: Mechanism) -> None:
        story = Story(kernel)
        story.writes(ACTIVATE, active=True)
        story.begins(DEACTIVATE)
        seen = [story.activated]
        story.returns(DEACTIVATE, active=False)
        seen.append(story.activated)
        story.writes(ACTIVATE, active=True)
        story.handles()
        assert [*seen, story.activated] == [True, False, False]

    in_kernel(body, nr_vcpus=2)


@pytest.mark.parametrize("elsewhere", [False, True])
def test_an_end_on_one_vcpu_is_none_of_what_is_active_on_another(
    in_kernel: InKernel, elsewhere: bool
) -> None:
    """Software has deactivated it under its handler, and activated it where it is routed by now."""

    def body(kernel: Mechanism) -> None:
        story = Story(kernel)
        story.handles()
        story.writes(DEACTIVATE, active=False)
        story.irq.vcpu = story.beside if elsewhere else story.here
        story.writes(ACTIVATE, active=True)
        story.here.cpuif.ap1r = 0
        story.trace.ended(0, 32)
        assert story.activated is elsewhere

    in_kernel(body, nr_vcpus=2)


def test_of_two_writes_at_once_the_one_that_activates_counts(in_kernel: InKernel) -> None:
    def body(kernel: Mechanism) -> None:
        story = Story(kernel)
        story.trace.accessing(0, Access(ACTIVATE, 32))
        story.begins(DEACTIVATE)
        story.irq.active = True
        story.trace.accessed(0, Access(ACTIVATE, 32))
        story.returns(DEACTIVATE)
        assert story.activated

    in_kernel(body, nr_vcpus=2)


@pytest.mark.parametrize("kind", [ACTIVATE, DEACTIVATE])
def test_what_stays_active_after_its_end_is_stuck_unless_it_was_activated_meanwhile(
    in_kernel: InKernel, failure_in_kernel: FailureInKernel, kind: str
) -> None:
    def body(kernel: Mechanism) -> None:
        story = Story(kernel)
        story.handles()
        story.begins(kind)
        story.ends()
        story.returns(kind, active=True)
        story.trace.drained()

    if kind == ACTIVATE:
        in_kernel(body, nr_vcpus=2)
    else:
        assert failure_in_kernel(body, nr_vcpus=2).kind == "stuck active"


@pytest.mark.parametrize("handled", [False, True])
def test_i13_is_silent_while_what_is_being_deactivated_is_handled_and_else_not(
    in_kernel: InKernel, failure_in_kernel: FailureInKernel, enlist: Enlist, handled: bool
) -> None:
    """The write is under way, and has not taken effect."""

    def body(kernel: Mechanism) -> None:
        story = Story(kernel)
        enlist(story.here, story.irq)
        if handled:
            story.handles()
            story.begins(DEACTIVATE)
        else:
            story.begins(DEACTIVATE)
            story.irq.active = True
        story.trace.synced(0)

    if handled:
        in_kernel(body, nr_vcpus=2)
    else:
        assert failure_in_kernel(body, nr_vcpus=2).kind == "I13 stuck active"
