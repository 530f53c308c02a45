# SPDX-License-Identifier: GPL-2.0-only
"""A CPU interface as the architecture has it, over any number of interrupts (ARM IHI 0069, 4.8).

It has no list registers. What becomes of an interrupt is what the judge's effects make of its
state; here is what is signalled, by priorities, masks and what is running.
"""

from collections.abc import Mapping

from vgic.architecture import ALL, State, effects

NOTHING = 1023
IDLE = 0xFF


class Ideal:
    """A CPU interface and the interrupts that go to it.

    Attributes:
        states: each interrupt, by its INTID.
        running: the group priorities of what is being handled, the innermost last.
        mask: the priority mask.
        enabled: the groups that are enabled.
        points: the binary point of each group.
        is_common: that of group 0 is used for both.
        drops_only: EOImode 1.
    """

    def __init__(self, states: Mapping[int, State]) -> None:
        self.states = {intid: effects.load(0, ALL)(state)[0] for intid, state in states.items()}
        self.running: list[int] = []
        self.mask = 0xF8
        self.enabled = {0, 1}
        self.points = [2, 3]
        self.is_common = False
        self.drops_only = False

    def pend(self, intid: int) -> None:
        """An edge comes, and is loaded."""
        (pended,) = effects.pend(self.states[intid])
        self.states[intid] = effects.load(0, ALL)(pended)[0]

    def group_priority(self, state: State) -> int:
        """Return the bits of a priority above the binary point: [7:n+1], or [7:n] of group 1."""
        lowest = self.points[0] + 1
        if state.group == 1:
            lowest = min(lowest, 7) if self.is_common else self.points[1]
        return state.priority >> lowest << lowest

    @property
    def running_priority(self) -> int:
        return min(self.running, default=IDLE)

    def signalled(self) -> int:
        """Return the INTID of what is signalled, NOTHING if nothing is."""
        there = [
            (state.priority, intid)
            for intid, state in self.states.items()
            if state.is_signalled and state.group in self.enabled
        ]
        if not there:
            return NOTHING
        # Which of several that are as urgent is the implementation's choice.
        priority, intid = min(there)
        preempts = self.group_priority(self.states[intid]) < self.running_priority
        return intid if priority < self.mask and preempts else NOTHING

    def acknowledge(self, group: int) -> int:
        """Read IAR of a group."""
        intid = self.signalled()
        if intid == NOTHING or self.states[intid].group != group:
            return NOTHING
        (self.states[intid],) = effects.acknowledge(0, ALL, has_active_state=True)(
            self.states[intid]
        )
        self.running.append(self.group_priority(self.states[intid]))
        return intid

    def end(self, intid: int) -> None:
        """Write EOIR for what was acknowledged last of what is running."""
        self.running.remove(self.running_priority)
        if not self.drops_only:
            self.deactivate(intid)

    def deactivate(self, intid: int) -> None:
        """Write DIR; with EOImode 0 an end has done so."""
        (inactive,) = effects.deactivate(self.states[intid])
        self.states[intid] = effects.load(0, ALL)(inactive)[0]
