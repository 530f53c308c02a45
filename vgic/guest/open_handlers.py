# SPDX-License-Identifier: GPL-2.0-only
"""What a guest has open: acknowledged and not ended, or ended and not deactivated yet.

With EOImode 0 an end does both, and handlers end in the reverse order of their beginning. With
EOImode 1 it drops the priority, and the guest deactivates later (not an LPI): by DIR, in any order,
and a shared interrupt on another vCPU than acknowledged it if it has handed it over. What nobody
has taken over when it has nothing else to do it deactivates itself.
"""

from collections.abc import Callable

from harness.engine import observes
from vgic.data import (
    DISABLE_GROUP,
    ENABLE_GROUP,
    EOI_MODE,
    FIRST_SPI,
    LEVEL,
    MASK,
    Kvm,
    Vcpu,
    is_lpi,
)
from vgic.tracepoints import Tracepoints

# These are the guest's own steps: it is the guest that acknowledges and ends.
observes(__name__)


class OpenHandlers:
    """The handlers of the guest on one vCPU.

    Attributes:
        stack: the INTIDs it has acknowledged and not yet ended, outermost first.
        dropped: those it has ended with EOImode 1 and not deactivated, in that order.
    """

    def __init__(self, kvm: Kvm, vcpu: Vcpu, trace: Tracepoints) -> None:
        """Begin with none.

        Args:
            kvm: the VM.
            vcpu: the vCPU.
            trace: where the guest announces what it acknowledges, ends and deactivates.
        """
        self._kvm = kvm
        self._vcpu = vcpu
        self._trace = trace
        self._quiesced: set[int] = set()
        self._last_ended: int | None = None
        self._hands_over = False
        self._of_group_0: set[int] = set()
        self.stack: list[int] = []
        self.dropped: list[int] = []

    def has_to_quiesce(self) -> bool:
        """Tell whether the innermost handler is still to lower its device's line."""
        intid = self.stack[-1]
        irq = self._kvm.get_vcpu_irq(self._vcpu, intid)
        return (
            irq is not None
            and irq.config is LEVEL
            and irq.resampled is None
            and irq.physical is None
            and intid not in self._quiesced
        )

    def allow(self, name: str, number: int) -> bool:
        """Tell whether a setting can be written now without a handler being ended wrongly.

        The end of a handler has to find the binary point at which it began, and its group enabled.
        What was dropped is deactivated with EOImode 1.
        """
        if name == EOI_MODE:
            return bool(number) or not (self.dropped or self.waits_for_another)
        if name == DISABLE_GROUP:
            return all(self._group(intid) != number for intid in self.stack)
        return name in (MASK, ENABLE_GROUP) or not self.stack

    def quiesce(self) -> int:
        """Note that the innermost handler lowers its device's line; return its INTID."""
        self._quiesced.add(self.stack[-1])
        return self.stack[-1]

    def acknowledge(self) -> None:
        """Read IAR of the group in which something is signalled, of group 1 if nothing is."""
        vcpu = self._vcpu
        signalled = vcpu.cpuif.highest_pending()
        if signalled is None:
            self._trace.found_nothing(vcpu.vcpu_id)
            return
        intid = vcpu.cpuif.take(signalled)
        self._kvm.scheduler.note("guest acknowledges", intid)
        self.stack.append(intid)
        if signalled.group:
            self._of_group_0.discard(intid)
        else:
            self._of_group_0.add(intid)
        self._trace.acknowledged(vcpu.vcpu_id, intid)

    def end(self) -> None:
        """Write EOIR for the innermost handler."""
        vcpu, intid = self._vcpu, self.stack.pop()
        irq = self._kvm.get_vcpu_irq(vcpu, intid)
        if irq is not None and irq.resampled is not None:
            irq.resampled.serve()
        elif irq is not None and irq.physical is not None:
            irq.physical.serve()
        vcpu.cpuif.end_of_interrupt(intid, self._group(intid))
        self._quiesced.discard(intid)
        self._last_ended = intid
        if vcpu.cpuif.vmcr.eoi_drops_only and not is_lpi(intid):
            self._kvm.scheduler.note("guest drops the priority of", intid)
            self.dropped.append(intid)
            self._trace.dropped(vcpu.vcpu_id, intid)
        else:
            self._kvm.scheduler.note("guest ends", intid)
            self._trace.ended(vcpu.vcpu_id, intid)

    def end_again(self) -> None:
        """Write EOIR for what was ended last, as no honest guest does."""
        intid = self._last_ended
        if intid is not None:
            self._trace.ending_again(self._vcpu.vcpu_id, intid)
            self._vcpu.cpuif.end_of_interrupt(intid, self._group(intid))

    def source_of(self, intid: int) -> int:
        """Return who has sent an SGI, as the guest names him where it deactivates it."""
        return 0

    def _group(self, intid: int) -> int:
        """Return in which group the guest has acknowledged an interrupt."""
        return 0 if intid in self._of_group_0 else 1

    def choose(self, which: int) -> int | None:
        """Take one of what was dropped, counted round and round; return its INTID if there is."""
        return self.dropped.pop(which % len(self.dropped)) if self.dropped else None

    def hand_over(self) -> None:
        """Leave it to another vCPU to deactivate the first shared one that was dropped."""
        shared = next((intid for intid in self.dropped if intid >= FIRST_SPI), None)
        if shared is None:
            return
        self.dropped.remove(shared)
        self._hands_over = True
        cell, mine = self._kvm.handed_over, (self._vcpu.vcpu_id, shared)
        seen = cell.read()
        while (was := cell.cmpxchg(seen, (*seen, mine))) != seen:
            seen = was
        self._kvm.scheduler.note("guest hands over", shared)

    @property
    def waits_for_another(self) -> bool:
        """Whether something that it has handed over has been taken by nobody yet."""
        return self._hands_over and any(map(self._is_mine, self._kvm.handed_over.glance()))

    def take_over(self) -> int | None:
        """Take the first that anybody has handed over; return its INTID if there is one."""
        return self._take_over(lambda one: True)

    def take_back(self) -> int | None:
        """Take the first that this guest has handed over, if nobody has taken it meanwhile."""
        return self._take_over(self._is_mine)

    def _is_mine(self, one: tuple[int, int]) -> bool:
        return one[0] == self._vcpu.vcpu_id

    def _take_over(self, is_wanted: Callable[[tuple[int, int]], bool]) -> int | None:
        cell = self._kvm.handed_over
        seen = cell.read()
        while wanted := [one for one in seen if is_wanted(one)]:
            left = list(seen)
            left.remove(wanted[0])
            was = cell.cmpxchg(seen, tuple(left))
            if was == seen:
                return wanted[0][1]
            seen = was
        return None
