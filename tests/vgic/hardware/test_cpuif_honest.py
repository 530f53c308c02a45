# SPDX-License-Identifier: GPL-2.0-only
"""Does an honest guest keep the active priorities and EOIcount in step with its own stack?

I12: as many active priorities as acknowledged-but-not-ended interrupts, whatever the host does to
the list registers meanwhile; I14: EOIcount is exactly what it ended outside of them.
"""

from hypothesis import given, settings
from hypothesis import strategies as st

from vgic.hardware.cpuif import IDLE_PRIORITY, SPURIOUS, CpuInterface
from vgic.hardware.list_registers import ListRegister

NR_LR = 3
PRIORITIES = st.integers(0, 31).map(lambda level: level << 3)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("load"), st.integers(0, NR_LR - 1), PRIORITIES),
        st.tuples(st.just("acknowledge"), st.just(0), st.just(0)),
        st.tuples(st.just("end"), st.just(0), st.just(0)),
    ),
    max_size=60,
)


class HonestGuest:
    """Ends what it acknowledged, innermost first, and knows what that must do."""

    def __init__(self) -> None:
        self.cpuif = CpuInterface(NR_LR)
        self.stack: list[tuple[int, int]] = []
        self.priority: dict[int, int] = {}
        self.ended_outside = 0
        self.intid = 31

    def load(self, index: int, priority: int) -> None:
        """Let the host put a new interrupt into a register, and what was there out of it."""
        self.intid += 1
        self.priority[self.intid] = priority
        self.cpuif.lrs[index] = ListRegister(self.intid, pending=True, group=1, priority=priority)

    def acknowledge(self) -> None:
        intid = self.cpuif.acknowledge()
        if intid != SPURIOUS:
            self.stack.append((intid, self.priority[intid]))

    def end(self) -> None:
        if self.stack:
            intid, _ = self.stack.pop()
            self.ended_outside += all(lr.intid != intid for lr in self.cpuif.lrs)
            self.cpuif.end_of_interrupt(intid)


@settings(max_examples=150, deadline=None)
@given(STEPS)
def test_active_priorities_are_the_open_handlers(steps: list[tuple[str, int, int]]) -> None:
    guest = HonestGuest()
    for step, index, priority in steps:
        if step == "load":
            guest.load(index, priority)
        elif step == "acknowledge":
            guest.acknowledge()
        else:
            guest.end()
        innermost = guest.stack[-1][1] if guest.stack else IDLE_PRIORITY
        assert guest.cpuif.apr.bit_count() == len(guest.stack)
        assert guest.cpuif.running_priority == innermost
        assert guest.cpuif.hcr.eoicount == guest.ended_outside % 32


@settings(max_examples=50, deadline=None)
@given(STEPS)
def test_an_honest_guest_that_ends_everything_leaves_nothing_active(
    steps: list[tuple[str, int, int]],
) -> None:
    guest = HonestGuest()
    for step, index, priority in steps:
        if step == "load":
            guest.load(index, priority)
        elif step == "acknowledge":
            guest.acknowledge()
        else:
            guest.end()
    while guest.stack:
        guest.end()
    assert guest.cpuif.ap1r == 0
    assert not any(lr.active for lr in guest.cpuif.lrs)
