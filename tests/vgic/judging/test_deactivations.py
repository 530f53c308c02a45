# SPDX-License-Identifier: GPL-2.0-only
"""Do the checks follow a guest that ends and deactivates apart? I7, I11 to I13, I25, I26, I31, Q11.

By events, with the kernel's fields set by hand. While a DIR is under way its interrupt may be
active or not; when it is done, or a guest has acknowledged the interrupt again, it may not.
"""

from collections.abc import Callable

import pytest

from harness import Execution, Failure
from tests.fixtures.judged import handling, windows
from vgic import Mechanism
from vgic.accesses import ACTIVATE, ACTIVE, DEACTIVATE, PRIORITY, Access
from vgic.data import EDGE, LEVEL, Config, Kvm, VgicIrq
from vgic.hardware import ListRegister
from vgic.judging.bookkeeping import Bookkeeping
from vgic.tracepoints import Announcer

InKernel = Callable[..., Execution]
FailureInKernel = Callable[..., Failure]
Enlist = Callable[..., None]
Told = Callable[["Story"], None]


class Story:
    """A VM of two vCPUs; what vCPU 0 has on its list its guest ends in two steps."""

    def __init__(self, kernel: Mechanism, enlist: Enlist, config: Config = EDGE) -> None:
        self.kvm: Kvm = kernel.kvm
        self.trace = kernel.trace
        self.here, self.beside = self.kvm.vcpus
        self.irq = self.kvm.add_irq(32, config, 0x80, 0)
        self._enlist = enlist
        enlist(self.here, self.irq)

    def another(self, priority: int) -> VgicIrq:
        irq = self.kvm.add_irq(33, EDGE, priority, 0)
        self._enlist(self.here, irq)
        return irq

    def handles(self, irq: VgicIrq | None = None) -> None:
        """The guest of vCPU 0 acknowledges, and its host has folded that."""
        irq = irq or self.irq
        handling(self.trace, self.here, irq)
        irq.active = True

    def drops(self) -> None:
        """It ends its handler with EOImode 1."""
        self.here.cpuif.ap1r = 0
        self.trace.dropped(0, 32)

    def has_dropped(self) -> None:
        self.handles()
        self.drops()

    def begins(self, vcpu: int = 1) -> None:
        """A guest writes DIR."""
        self.trace.deactivating(vcpu, 32)

    def is_done(self, vcpu: int = 1, *, active: bool = False) -> None:
        """What it does is done."""
        self.irq.active = active
        self.trace.deactivated(vcpu, 32)

    def deactivates(self, vcpu: int = 1) -> None:
        self.begins(vcpu)
        self.is_done(vcpu)

    def reads(self, value: int) -> None:
        self.trace.accessing(1, Access(ACTIVE, 32))
        self.is_read(value)

    def is_read(self, value: int) -> None:
        self.trace.read(1, 32, value)
        self.trace.accessed(1, Access(ACTIVE, 32))

    def writes(self, kind: str, *, active: bool) -> None:
        self.trace.accessing(1, Access(kind, 32))
        self.irq.active = active
        self.trace.accessed(1, Access(kind, 32))

    def syncs(self) -> None:
        self.trace.synced(0)

    def takes_a_step(self) -> None:
        with self.irq.irq_lock:
            pass

    @property
    def forfeited(self) -> bool:
        """Whether vCPU 0 loses by right what it loses."""
        assert isinstance(self.trace, Announcer)
        books = next(each for each in self.trace.listeners if isinstance(each, Bookkeeping))
        return books.forfeited[0]


@pytest.fixture
def kind_of_story(call: Callable[..., Execution], enlist: Enlist) -> Callable[..., str | None]:
    """Tell a story; return the kind of what is wrong with it, None if nothing is."""

    def tell(told: Told, config: Config = EDGE) -> str | None:
        execution = call(lambda kernel: told(Story(kernel, enlist, config)), nr_vcpus=2)
        failure = getattr(execution.outcome, "failure", None)
        return None if failure is None else str(failure.kind)

    return tell


KindOf = Callable[..., str | None]
LOST, STUCK = "I13 active state lost", "I13 stuck active"


def then(*steps: Told) -> Told:
    """Return the story that has these steps, in order."""

    def told(story: Story) -> None:
        for step in steps:
            step(story)

    return told


def found(*, active: bool) -> Told:
    """Have vCPU 0 sync with the interrupt in this state."""

    def told(story: Story) -> None:
        story.irq.active = active
        if not active:
            story.irq.pending_latch = True
        story.syncs()

    return told


DROPPED, BEGUN, DONE = Story.has_dropped, Story.begins, Story.is_done


@pytest.mark.parametrize(
    ("steps", "if_active", "if_not"),
    [
        ((Story.handles,), None, LOST),
        ((DROPPED,), None, LOST),
        ((DROPPED, BEGUN), None, None),
        ((DROPPED, BEGUN, DONE), STUCK, None),
        ((DROPPED, BEGUN, Story.handles), None, LOST),
        ((DROPPED, BEGUN, Story.handles, DONE), None, LOST),
        ((DROPPED, BEGUN, DONE, Story.handles), None, LOST),
        ((Story.handles, BEGUN), None, LOST),
    ],
)
def test_i13_is_silent_on_either_only_while_it_is_deactivated(
    kind_of_story: KindOf, steps: tuple[Told, ...], if_active: str | None, if_not: str | None
) -> None:
    """A DIR of what nobody has dropped, the last row, deactivates nothing that a guest may."""
    assert kind_of_story(then(*steps, found(active=True))) == if_active
    assert kind_of_story(then(*steps, found(active=False))) == if_not


@pytest.mark.parametrize("by", [0, 1])
def test_it_may_be_its_own_vcpu_that_deactivates(kind_of_story: KindOf, by: int) -> None:
    def told(story: Story) -> None:
        story.has_dropped()
        story.deactivates(by)
        story.irq.pending_latch = True
        story.syncs()

    assert kind_of_story(told) is None


def of_two(*, active: bool, second_done: bool) -> Told:
    """Have one vCPU begin, the interrupt come again, and the other vCPU deactivate that."""

    def told(story: Story) -> None:
        story.has_dropped()
        story.begins(1)
        story.has_dropped()
        story.begins(0)
        if second_done:
            story.is_done(0)
        story.is_done(1)
        story.irq.active, story.irq.pending_latch = active, not active
        story.syncs()

    return told


@pytest.mark.parametrize("active", [False, True])
def test_of_two_one_after_the_other_the_second_says_when_it_is_done(
    kind_of_story: KindOf, active: bool
) -> None:
    assert kind_of_story(of_two(active=active, second_done=False)) is None
    assert kind_of_story(of_two(active=active, second_done=True)) == (STUCK if active else None)


@pytest.mark.parametrize(("apr", "kind"), [(0, None), (1, "I12 active priorities")])
def test_i12_counts_no_priority_for_what_was_dropped(
    kind_of_story: KindOf, apr: int, kind: str | None
) -> None:
    def told(story: Story) -> None:
        story.handles()
        story.here.cpuif.ap1r = apr
        story.trace.dropped(0, 32)

    assert kind_of_story(told) == kind


@pytest.mark.parametrize(
    ("steps", "kind"), [((DROPPED,), "I7 active interrupt unlisted"), ((DROPPED, BEGUN), None)]
)
def test_i7_what_was_dropped_stays_listed_until_it_is_deactivated(
    kind_of_story: KindOf, steps: tuple[Told, ...], kind: str | None
) -> None:
    def taken_off(story: Story) -> None:
        story.here.vgic_cpu.ap_list_head.delete(story.irq.ap_list)
        story.irq.vcpu = None
        story.syncs()

    assert kind_of_story(then(*steps, taken_off)) == kind


# What is read and written of active states meanwhile.


@pytest.mark.parametrize(
    ("steps", "if_1", "if_0"),
    [
        ((DROPPED,), None, "I31 wrong read"),
        ((DROPPED, BEGUN), None, None),
        ((DROPPED, BEGUN, DONE), "I31 wrong read", None),
    ],
)
def test_i31_a_read_while_it_is_deactivated_finds_either(
    kind_of_story: KindOf, steps: tuple[Told, ...], if_1: str | None, if_0: str | None
) -> None:
    assert kind_of_story(then(*steps, lambda story: story.reads(1))) == if_1
    assert kind_of_story(then(*steps, lambda story: story.reads(0))) == if_0


@pytest.mark.parametrize("value", [0, 1])
@pytest.mark.parametrize("done", [False, True])
def test_i31_so_does_one_that_began_before_and_returns_while_or_after(
    kind_of_story: KindOf, value: int, done: bool
) -> None:
    def told(story: Story) -> None:
        story.has_dropped()
        story.trace.accessing(1, Access(ACTIVE, 32))
        story.begins(0)
        if done:
            story.is_done(0)
        story.is_read(value)

    assert kind_of_story(told) is None


@pytest.mark.parametrize("active", [False, True])
@pytest.mark.parametrize("going", [False, True])
@pytest.mark.parametrize("kind", [ACTIVATE, DEACTIVATE])
def test_i26_of_a_write_and_a_dir_at_once_either_may_be_last(
    kind_of_story: KindOf, kind: str, going: bool, active: bool
) -> None:
    def told(story: Story) -> None:
        story.has_dropped()
        story.begins(0)
        if not going:
            story.is_done(0)
        story.writes(kind, active=active)

    stands = going or active is (kind == ACTIVATE)
    assert kind_of_story(told) == (None if stands else "I26 write lost")


@pytest.mark.parametrize("dir_", [False, True])
def test_what_was_deactivated_twice_is_no_undercut_handler_any_more(
    kind_of_story: KindOf, dir_: bool
) -> None:
    """Else the guest that ends it loses by right (Q10)."""
    forfeited = []

    def told(story: Story) -> None:
        story.has_dropped()
        story.writes(DEACTIVATE, active=False)
        if dir_:
            story.deactivates(0)
            story.handles()
        story.here.cpuif.ap1r = 0
        story.trace.ended(0, 32)
        forfeited.append(story.forfeited)

    kind_of_story(told)
    assert forfeited == [not dir_]


@pytest.mark.parametrize(("more", "kind"), [(0, None), (1, "I13 active state lost")])
def test_what_is_handled_twice_is_undercut_until_both_handlers_are_over(
    kind_of_story: KindOf, more: int, kind: str | None
) -> None:
    """Software deactivates it under its handler, it comes again, and one DIR deactivates it."""

    def told(story: Story) -> None:
        story.has_dropped()
        story.writes(DEACTIVATE, active=False)
        story.has_dropped()
        for _ in range(1 + more):
            story.deactivates(0)
        if more:
            story.has_dropped()
            story.irq.active = False
        story.syncs()

    assert kind_of_story(told) == kind


@pytest.mark.parametrize(("written", "kind"), [(True, None), (False, "I13 active state lost")])
def test_who_handles_it_again_is_undercut_by_the_dir_of_the_first(
    kind_of_story: KindOf, written: bool, kind: str | None
) -> None:
    """It comes to another vCPU in between, for software has deactivated it under the first."""

    def told(story: Story) -> None:
        story.has_dropped()
        if written:
            story.writes(DEACTIVATE, active=False)
        story.here, story.beside = story.beside, story.here
        story.irq.vcpu = story.irq.target_vcpu = story.here
        story.handles()
        story.begins(0)
        story.is_done(0)
        story.trace.synced(1)

    assert kind_of_story(told) == kind


# What comes again.


@pytest.mark.parametrize(
    ("loaded", "later", "kind"),
    [(True, True, None), (True, False, "I11 phantom level"), (False, True, "I11 phantom level")],
)
def test_i11_what_was_loaded_while_it_was_deactivated_was_up(
    kind_of_story: KindOf, loaded: bool, later: bool, kind: str | None
) -> None:
    """What is in a list register at once is so still, and not again."""

    def told(story: Story) -> None:
        story.irq.line_level = True
        story.has_dropped()
        story.trace.driving(0, 32, False)
        story.irq.line_level = False
        story.trace.driven(0, 32, False)
        story.begins()
        if later:
            story.takes_a_step()
        story.irq.on_lr = loaded
        story.is_done()
        story.here.cpuif.ap1r = 1
        story.trace.acknowledged(0, 32)

    assert kind_of_story(told, LEVEL) == kind


@pytest.mark.parametrize(
    ("when", "kind"),
    [("while it leaves", None), ("before", "I25 left behind")],
)
def test_i25_what_is_deactivated_from_beside_as_its_vcpu_prunes_may_stay_listed(
    kind_of_story: KindOf, when: str, kind: str | None
) -> None:
    def told(story: Story) -> None:
        story.has_dropped()
        if when == "before":
            story.deactivates()
            story.takes_a_step()
        story.trace.exited(0)
        if when == "while it leaves":
            story.takes_a_step()
            story.deactivates()
        story.syncs()

    assert kind_of_story(told) == kind


# Q11: the count of an end means whatever is first.


@pytest.mark.parametrize(
    ("dropped_on_lr", "ended_on_lr", "dir_", "priority", "forfeited"),
    [
        (False, False, "", 0xC0, True),
        (False, False, "", 0x80, True),
        (False, False, "", 0x40, False),
        (True, False, "", 0xC0, False),
        (False, True, "", 0xC0, False),
        (False, False, "begun", 0xC0, True),
        (False, False, "begun", 0x40, False),
        (False, False, "begun elsewhere", 0xC0, False),
        (False, False, "done", 0xC0, False),
    ],
)
def test_q11_an_end_outside_while_something_dropped_is_outside_before_it_forfeits(
    kind_of_story: KindOf,
    dropped_on_lr: bool,
    ended_on_lr: bool,
    dir_: str,
    priority: int,
    forfeited: bool,
) -> None:
    """What was dropped has priority 0x80."""
    seen = []

    def told(story: Story) -> None:
        story.has_dropped()
        story.irq.on_lr = dropped_on_lr
        ended = story.another(priority)
        story.handles(ended)
        ended.on_lr = ended_on_lr
        if dir_:
            story.begins()
        if dir_ == "begun elsewhere":
            story.irq.vcpu = story.beside
        if dir_ == "done":
            story.is_done()
        story.here.cpuif.ap1r = 0
        story.trace.ended(0, 33)
        seen.append(story.forfeited)

    assert kind_of_story(told) is None
    assert seen == [forfeited]


@pytest.mark.parametrize("dropped", [False, True])
@pytest.mark.parametrize(("loaded_with", "forfeited"), [(0x40, False), (0x48, True)])
def test_q7_a_priority_written_in_use_counts_whatever_else_was_dropped(
    kind_of_story: KindOf, dropped: bool, loaded_with: int, forfeited: bool
) -> None:
    seen = []

    def told(story: Story) -> None:
        if dropped:
            story.has_dropped()
        inner = story.another(0x40)
        story.handles(inner)
        story.here.cpuif.ap1r = 1 << 8
        write = Access(PRIORITY, 33, 0x48)
        story.trace.accessing(1, write)
        inner.priority, inner.on_lr = 0x48, True
        story.trace.accessed(1, write)
        story.here.cpuif.lrs[0] = ListRegister(33, active=True, group=1, priority=loaded_with)
        story.here.cpuif.ap1r = 0
        story.trace.ended(0, 33)
        seen.append(story.forfeited)

    kind_of_story(told)
    assert seen == [forfeited]


# The windows.


@pytest.mark.parametrize(
    ("by", "on_lr", "listed", "crossed"),
    [
        (0, True, True, {"dir_in_register"}),
        (0, False, True, {"dir_outside"}),
        (0, False, False, set()),
        (1, True, True, {"dir_from_beside", "dir_of_loaded"}),
        (1, False, True, {"dir_from_beside", "dir_outside"}),
        (1, False, False, {"dir_from_beside"}),
    ],
)
def test_each_window_is_crossed_where_it_says(
    kind_of_story: KindOf, by: int, on_lr: bool, listed: bool, crossed: set[str]
) -> None:
    seen: set[str] = set()

    def told(story: Story) -> None:
        story.has_dropped()
        story.irq.on_lr = on_lr
        if not listed:
            story.irq.vcpu = None
        story.begins(by)
        seen.update(each for each in windows(story.trace) if each.startswith("dir_"))

    kind_of_story(told)
    assert seen == crossed


def test_a_dir_of_what_nobody_has_dropped_crosses_none(kind_of_story: KindOf) -> None:
    seen: set[str] = set()

    def told(story: Story) -> None:
        story.handles()
        story.begins()
        story.trace.deactivating(1, 40)
        seen.update(each for each in windows(story.trace) if each.startswith("dir_"))

    kind_of_story(told)
    assert seen == set()
