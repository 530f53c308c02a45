# SPDX-License-Identifier: GPL-2.0-only
"""Are the bugs found that need a change between two reads, on machines that are made for it?

Each machine leaves to chance only when the other vCPU's write comes; the reference passes on all of
them. The one of unsorted_overflow leaves nothing to chance: two interrupts have to be undeliverable
at the summary and deliverable before and after, in each of three flushes in a row.
"""

from collections.abc import Callable

import pytest

from harness import Execution, Failed, Failure, OsThreads, Scheduler, Streams, execute
from harness.search.strategies.burst import Burst
from vgic import Machine, Mechanism, Parameters, Reference
from vgic.accesses import DISABLE, PEND, ROUTE, Access
from vgic.composition import compose
from vgic.data import ACKNOWLEDGE, AWAIT, END, SIGNAL, WORK, Instruction, Program
from vgic.data.intids import Config
from vgic.data.vcpu import Vcpu
from vgic.kernel.summary import ApListSummary
from vgic.parameters import Irq

EXECUTIONS = 100
LENGTH = 200
SEED = 7


def access(kind: str, intid: int, value: int = 0) -> Instruction:
    return Instruction("access", Access(kind, intid, value))


def edge(intid: int, priority: int) -> Irq:
    return Irq(intid, Config.EDGE, priority, 0)


OUTER, INNER = 32, 33
HANDLERS = (
    access(PEND, OUTER), ACKNOWLEDGE, access(PEND, INNER), ACKNOWLEDGE,
)  # fmt: skip
"""The outer one is pended and acknowledged, and the inner one inside of it."""

KEYS_CHANGE = Parameters(
    nr_lr=1,
    irqs=(edge(OUTER, 0xC0), edge(INNER, 0x40), edge(34, 0x80), edge(35, 0x88)),
    guests=(
        Program(
            (*HANDLERS, access(PEND, 34), Instruction(SIGNAL, None, 0), access(PEND, 35), END, END),
            (0,),
        ),
        Program((Instruction(AWAIT, None, 0), access(DISABLE, 34)), (0,)),
    ),
    devices=(),
)
"""34 stands in front of both handlers' interrupts, and is disabled while 35 has the list sorted."""

PENDED_LATE = Parameters(
    nr_lr=1,
    irqs=(Irq(32, Config.LEVEL, 0x80, 0),),
    guests=(
        Program(
            (access(PEND, 32), ACKNOWLEDGE, END, Instruction(SIGNAL, None, 0), *(WORK,) * 6), (6,)
        ),
        Program((Instruction(AWAIT, None, 0), access(PEND, 32)), (0,)),
    ),
    devices=(),
)
"""The end is folded late; the other guest pends it again as soon as it was ended."""

_AGAIN = access(PEND, 34)
"""Nothing new, but the guest exits for it."""

ROUTED_AWHILE = Parameters(
    nr_lr=2,
    irqs=(edge(OUTER, 0xC0), edge(INNER, 0x40), edge(34, 0xD0), edge(35, 0xD0)),
    guests=(
        Program((_AGAIN, access(PEND, 35), *HANDLERS, _AGAIN, END, _AGAIN, END), (0,)),
        Program((), (0,)),
    ),
    devices=(),
)
"""34 and 35 come first, and find list registers only when both handlers are open."""


class RoutesAwhile(Reference):
    """The other guest has 34 and 35 routed to it whenever they are summed up.

    It routes them back when the list registers are filled; once both handlers are open, before
    that, and not away again.
    """

    both_open = False

    def vgic_flush_lr_state(self, vcpu: Vcpu) -> None:
        if vcpu.vcpu_id or self.both_open:
            super().vgic_flush_lr_state(vcpu)
            return
        self._route(1)
        super().vgic_flush_lr_state(vcpu)
        self._route(0)

    def summarize_ap_list(self, vcpu: Vcpu) -> ApListSummary:
        summary = super().summarize_ap_list(vcpu)
        if all(self.kvm.dist.spis[intid].active for intid in (OUTER, INNER)):
            self.both_open = True
            self._route(0)
        return summary

    def _route(self, target: int) -> None:
        for intid in (34, 35):
            write = Access(ROUTE, intid, target)
            self.trace.accessing(1, write)
            self.vgic_mmio_write_irouter(self.kvm.dist.spis[intid], self.kvm.vcpus[target])
            self.trace.accessed(1, write)


MACHINES: dict[str, tuple[Parameters, type[Mechanism], str]] = {
    "keys_change_in_sort": (KEYS_CHANGE, Reference, "I13 stuck active"),
    "soft_pend_lost": (PENDED_LATE, Reference, "I9 lost pend"),
    "unsorted_overflow": (ROUTED_AWHILE, RoutesAwhile, "I13 stuck active"),
}


def run(
    kernel: type[Mechanism], parameters: Parameters, index: int, carriers: OsThreads
) -> Execution:
    def program(scheduler: Scheduler) -> None:
        Machine(scheduler, parameters, kernel)

    streams = Streams(SEED, "between_reads", index)
    return execute(program, Burst(streams.stream("schedule"), LENGTH), carriers)


@pytest.fixture
def first_of(pinned: OsThreads) -> Callable[..., Failure | None]:
    """Run a machine until it fails; return the failure, None if it never does."""

    def look(kernel: type[Mechanism], parameters: Parameters) -> Failure | None:
        for index in range(EXECUTIONS):
            outcome = run(kernel, parameters, index, pinned).outcome
            if isinstance(outcome, Failed):
                return outcome.failure
        return None

    return look


@pytest.mark.parametrize("name", MACHINES)
def test_a_bug_between_two_reads_is_found(
    first_of: Callable[..., Failure | None], name: str
) -> None:
    parameters, kernel, kind = MACHINES[name]
    failure = first_of(compose(kernel, [name]), parameters)
    assert failure is not None
    assert failure.kind == kind, failure


@pytest.mark.parametrize("name", MACHINES)
def test_the_reference_passes_on_the_same_machines(
    first_of: Callable[..., Failure | None], name: str
) -> None:
    parameters, kernel, _ = MACHINES[name]
    assert first_of(kernel, parameters) is None
