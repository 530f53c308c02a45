# SPDX-License-Identifier: GPL-2.0-only
"""All judges of one VM, in the order in which they hear of an event: the first failure stands."""

from vgic.data import Kvm
from vgic.judging.active_states import ActiveStates
from vgic.judging.announcements import Announcements
from vgic.judging.between import Between
from vgic.judging.bookkeeping import Bookkeeping
from vgic.judging.cached import note_windows
from vgic.judging.contents import Contents
from vgic.judging.deactivations import Deactivations
from vgic.judging.delivery import Delivery
from vgic.judging.disabled_lpis import DisabledLpis
from vgic.judging.forwarded import Forwarded
from vgic.judging.halts import Halts
from vgic.judging.handlers import Handlers
from vgic.judging.hooks import attach
from vgic.judging.judge import Judge
from vgic.judging.kicks import Kicks
from vgic.judging.lists import Lists
from vgic.judging.loading import Loading
from vgic.judging.mappings import Mappings
from vgic.judging.progress import Progress
from vgic.judging.promises import Promises
from vgic.judging.references import Holders
from vgic.judging.registers import Registers
from vgic.judging.resampling import Resampling
from vgic.judging.sources import Sources
from vgic.judging.stopped import Stopped
from vgic.judging.windows import Windows
from vgic.judging.writes import Writes
from vgic.tracepoints import Tracepoints


class Judges:
    """The judges of one VM.

    Attributes:
        listeners: all of them; they have to be announced to.
        windows: those that were crossed so far, by name.
        steps: what else was reached so far of what leads to them.
    """

    def __init__(self, kvm: Kvm, *, kicks: bool = False, breaks_rings: bool = False) -> None:
        """Have a VM judged.

        Args:
            kvm: the VM, with all of its interrupts.
            kicks: judge whether anybody is kicked for nothing.
            breaks_rings: its lists are known to be no rings while they are split.
        """
        books = Bookkeeping(kvm)
        states = ActiveStates(kvm, books)
        registers = Registers(kvm)
        windows = Windows(kvm, registers)
        lists = Lists(kvm, registers, books, states, breaks_rings=breaks_rings)
        judges: list[Judge] = [
            books,
            states,
            registers,
            windows,
            Between(kvm, books, windows.crossed_ones),
            Deactivations(kvm, books, windows.crossed_ones),
            lists,
            Halts(kvm, books, lists),
            *([Stopped(kvm, lists, windows.crossed_ones)] if kvm.ioctls is not None else []),
            *(_of_lpis(kvm, books, windows) if kvm.dist.lpis is not None else []),
            Loading(kvm, books, registers, lists),
            Contents(kvm, books, lists),
            Handlers(kvm, books, states, registers, lists),
            Writes(kvm, books),
            Announcements(kvm, books, registers, lists),
            Promises(kvm, books),
            *([Sources(kvm, books, states, windows.crossed_ones)] if kvm.is_v2 else []),
            *([Resampling(kvm, books)] if any(irq.resampled for irq in kvm.irqs) else []),
            *([Forwarded(kvm, books)] if any(irq.physical for irq in kvm.irqs) else []),
            Progress(kvm, breaks_rings=breaks_rings),
            Delivery(kvm, books, states, lists),
        ]
        if kicks:
            judges.append(Kicks(kvm))
        attach(kvm, judges, lists)
        self.listeners: tuple[Tracepoints, ...] = tuple(judges)
        self.windows = windows.crossed_ones
        self.steps = windows.steps


def _of_lpis(kvm: Kvm, books: Bookkeeping, windows: Windows) -> list[Judge]:
    """Return those that are about LPIs, where there are any."""
    if kvm.dist.lpis is not None:
        note_windows(kvm.dist.lpis, windows.crossed_ones)
    disabled = DisabledLpis(kvm, books, windows.crossed_ones)
    return [Holders(kvm, books), disabled, Mappings(kvm, books)]
