# SPDX-License-Identifier: GPL-2.0-only
"""Does an honest guest stay in step with its CPU interface in both groups and both EOI modes?

It ends innermost first what it has acknowledged, in the group in which it has; with EOImode 1 it
deactivates later, in any order. What it may set where handlers are open or dropped, it sets. The
model knows its stack and what the host took out of the list registers, and no bits.
"""

from hypothesis import given, settings
from hypothesis import strategies as st

from vgic.hardware import IDLE_PRIORITY, PLAIN, SPURIOUS, CpuInterface, Implementation, ListRegister

NR_LR = 3
REGISTERS = st.integers(0, NR_LR - 1)
PRIORITIES = st.integers(0, 31).map(lambda level: level << 3)
GROUPS = st.integers(0, 1)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("load"), REGISTERS, PRIORITIES, GROUPS),
        st.tuples(st.just("pend"), REGISTERS),
        st.tuples(st.just("acknowledge")),
        st.tuples(st.just("end")),
        st.tuples(st.just("dir"), st.integers(0, 7)),
        st.tuples(st.just("mode"), st.booleans()),
        st.tuples(st.just("points"), st.integers(2, 7), st.integers(3, 7), st.booleans()),
    ),
    max_size=60,
)
WAYS = st.builds(PLAIN._replace, drop_counts=st.booleans(), idle_end_counts=st.booleans())


class Handler:
    """An interrupt that was acknowledged, and in which group and block of priorities."""

    def __init__(self, intid: int, group: int, block: int) -> None:
        self.intid = intid
        self.group = group
        self.block = block


class HonestGuest:
    """Knows what each of its steps must do."""

    def __init__(self, cpuif: CpuInterface) -> None:
        self.cpuif = cpuif
        self.stack: list[Handler] = []
        self.dropped: list[int] = []
        self.counted = 0
        self.intid = 31
        self.cuts = (3, 3)

    def register_of(self, intid: int) -> ListRegister | None:
        return next((lr for lr in self.cpuif.lrs if lr.intid == intid), None)

    def load(self, index: int, priority: int, group: int) -> None:
        """Let the host put a new interrupt into a register, and what was there out of it."""
        self.intid += 1
        self.cpuif.lrs[index] = ListRegister(
            self.intid, pending=True, group=group, priority=priority
        )

    def pend(self, index: int) -> None:
        """Let what is active in a register be pending again."""
        lr = self.cpuif.lrs[index]
        lr.pending = lr.pending or lr.active

    def acknowledge(self) -> None:
        signalled = self.cpuif.highest_pending()
        group = 1 if signalled is None else signalled.group
        intid = self.cpuif.acknowledge(group)
        if intid != SPURIOUS:
            lr = self.register_of(intid)
            assert lr is not None
            cut = self.cuts[group]
            self.stack.append(Handler(intid, group, lr.priority >> cut << cut))

    def end(self) -> None:
        if not self.stack:
            return
        handler = self.stack.pop()
        lr = self.register_of(handler.intid)
        was_pending = lr is not None and lr.pending
        self.cpuif.end_of_interrupt(handler.intid, handler.group)
        drops_only = self.cpuif.vmcr.eoi_drops_only
        if lr is not None:
            assert (lr.pending, lr.active) == (was_pending, drops_only)
        elif not drops_only or self.cpuif.implementation.drop_counts:
            self.counted += 1
        if drops_only:
            self.dropped.append(handler.intid)

    def dir(self, which: int) -> None:
        """Deactivate one of those whose priority was dropped, if there is any and it may."""
        if not self.dropped or not self.cpuif.vmcr.eoi_drops_only:
            return
        intid = self.dropped.pop(which % len(self.dropped))
        lr = self.register_of(intid)
        was_pending = lr is not None and lr.pending
        self.cpuif.deactivate(intid)
        if lr is None:
            self.counted += 1
        else:
            assert (lr.pending, lr.active) == (was_pending, False)

    def mode(self, drops_only: bool) -> None:
        if drops_only or not self.dropped:
            self.cpuif.vmcr.eoi_drops_only = drops_only

    def points(self, first: int, second: int, common: bool) -> None:
        if not self.stack:
            self.cpuif.vmcr.set_binary_points((first, second), common=common)
            self.cuts = (first + 1, min(first + 1, 7) if common else second)

    def is_in_step(self) -> None:
        cpuif = self.cpuif
        blocks = [{each.block for each in self.stack if each.group == group} for group in (0, 1)]
        assert [cpuif.ap0r, cpuif.ap1r] == [sum(1 << (b >> 3) for b in each) for each in blocks]
        assert cpuif.apr.bit_count() == len(self.stack)
        innermost = self.stack[-1].block if self.stack else IDLE_PRIORITY
        assert cpuif.running_priority == innermost
        assert cpuif.hcr.eoicount == self.counted % 32
        mine = {each.intid for each in self.stack} | set(self.dropped)
        assert all(lr.active == (lr.intid in mine) for lr in cpuif.lrs)


@settings(max_examples=150, deadline=None)
@given(STEPS, WAYS)
def test_it_stays_in_step(steps: list[tuple[str, int]], implementation: Implementation) -> None:
    guest = HonestGuest(CpuInterface(NR_LR, implementation))
    for name, *arguments in steps:
        getattr(guest, name)(*arguments)
        guest.is_in_step()


@settings(max_examples=50, deadline=None)
@given(STEPS, WAYS)
def test_when_it_has_ended_and_deactivated_everything_nothing_is_active(
    steps: list[tuple[str, int]], implementation: Implementation
) -> None:
    guest = HonestGuest(CpuInterface(NR_LR, implementation))
    for name, *arguments in steps:
        getattr(guest, name)(*arguments)
    while guest.stack:
        guest.end()
    guest.mode(True)
    while guest.dropped:
        guest.dir(0)
    assert guest.cpuif.apr == 0
    assert not any(lr.active for lr in guest.cpuif.lrs)
