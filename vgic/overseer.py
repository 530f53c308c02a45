# SPDX-License-Identifier: GPL-2.0-only
"""The architecture's judge hears what a machine announces: tracepoints in, a failure out.

It hears of what is done and seen, and of vCPUs that go in and come out: nothing else.
"""

from collections.abc import Callable, Sequence

from harness import Failure, Scheduler
from harness.engine import observes
from vgic.architecture import (
    ALL,
    FIRST_LPI,
    Accesses,
    Architecture,
    Parted,
    Parting,
    State,
    effects,
    key_of,
    name_of,
)
from vgic.data import DISABLE_GROUP, EDGE, ENABLE_GROUP, MASK, Exit
from vgic.parameters import Irq
from vgic.tracepoints import Tracepoints

observes(__name__)

ARCHITECTURE = "architecture: "
"""What the kinds of its failures begin with."""


class Overseer(Tracepoints):
    """Tells the judge, and fails the execution where it says so."""

    def __init__(self, scheduler: Scheduler, nr_vcpus: int, irqs: Sequence[Irq]) -> None:
        """Have a machine judged.

        Args:
            scheduler: the execution's scheduler.
            nr_vcpus: how many vCPUs there are.
            irqs: the interrupts.
        """
        self._scheduler = scheduler
        self._nr_vcpus = nr_vcpus
        self._sources: dict[int, int] = {}
        states = {key_of(irq.intid, irq.vcpu): state_of(irq) for irq in irqs}
        # An event may be mapped to the LPI of the one beside it, which is made then if need be.
        for _, intid in [key for key in states if key[1] >= FIRST_LPI]:
            states.setdefault((None, intid ^ 1), State(target=None, enabled=False))
        self._mapped = {key_of(irq.intid, irq.vcpu) for irq in irqs if irq.mapped}
        self._judge = Architecture(nr_vcpus, states, ALL)
        self._accesses = Accesses(self._judge, ALL)

    def _tell(self, event: Callable[..., object], *what: object, **how: object) -> None:
        try:
            event(*what, **how)
        except Parted as parted:
            self._scheduler.fail(failure_of(parted.parting))

    @property
    def _me(self) -> str:
        return self._scheduler.current.role

    def flushing(self, vcpu: int) -> None:
        """The vCPU begins to load."""
        self._tell(self._judge.load, vcpu)

    def flushed(self, vcpu: int) -> None:
        """It has loaded."""
        self._tell(self._judge.loaded, vcpu)

    def exited(self, vcpu: int) -> None:
        """It begins to take back what it has loaded."""
        self._tell(self._judge.sync, vcpu)

    def aborted(self, vcpu: int) -> None:
        """It does so without having been in its guest."""
        self._tell(self._judge.sync, vcpu)

    def synced(self, vcpu: int) -> None:
        """It has."""
        self._tell(self._judge.synced, vcpu)

    def acknowledged(self, vcpu: int, intid: int) -> None:
        """An observation."""
        self._tell(self._judge.acknowledged, vcpu, intid, self._sources.pop(vcpu, None))

    def sourced(self, vcpu: int, source: int) -> None:
        """What is acknowledged next is from there."""
        self._sources[vcpu] = source

    def found_nothing(self, vcpu: int) -> None:
        """An observation, too."""
        self._tell(self._judge.found_nothing, vcpu)

    def ended(self, vcpu: int, intid: int) -> None:
        """It is inactive from now on."""
        self._tell(self._judge.ended, vcpu, intid)

    def dropped(self, vcpu: int, intid: int) -> None:
        """It stays active."""
        self._tell(self._judge.dropped, vcpu, intid)

    def deactivating(self, vcpu: int, intid: int) -> None:
        """A call: the host may carry it out."""
        done = [(key_of(intid, vcpu), effects.deactivate)]
        self._tell(self._judge.begin, f"dir {vcpu}", done, announces=True)

    def deactivated(self, vcpu: int, intid: int) -> None:
        """It has returned."""
        self._tell(self._judge.finish, f"dir {vcpu}")
        self._tell(self._judge.deactivated, vcpu, intid)

    def ending_again(self, vcpu: int, intid: int) -> None:
        """The guest has lost count from now on."""
        self._tell(self._judge.ended_again, vcpu)

    def awaiting(self, vcpu: int, cell: int) -> None:
        """It takes no interrupts until it goes on."""
        self._judge.interfaces[vcpu].awaits = True

    def awaited(self, vcpu: int, cell: int) -> None:
        """It goes on."""
        self._judge.interfaces[vcpu].awaits = False

    def configured(self, vcpu: int, name: str, number: int) -> None:
        """It lets other interrupts in than before."""
        groups = self._judge.interfaces[vcpu].groups
        if name == MASK:
            self._tell(self._judge.configured, vcpu, mask=number)
        elif name == ENABLE_GROUP:
            self._tell(self._judge.configured, vcpu, groups=groups | {number})
        elif name == DISABLE_GROUP:
            self._tell(self._judge.configured, vcpu, groups=groups - {number})

    def driving(self, vcpu: int, intid: int, level: bool) -> None:
        """A call of a device: its line, an edge, or the message of an event."""
        if intid >= FIRST_LPI:
            self._tell(self._send, intid)
            return
        key = key_of(intid, vcpu)
        drives = effects.pass_on if key in self._mapped else effects.drive(level=level)
        self._tell(self._judge.begin, self._me, [(key, drives)], announces=level)

    def _send(self, event: int) -> None:
        self._judge.announce(self._judge.messages.send(self._me, event))

    def driven(self, vcpu: int, intid: int, level: bool) -> None:
        """It has returned."""
        finish = self._judge.messages.sent if intid >= FIRST_LPI else self._judge.finish
        self._tell(finish, self._me)

    def wired(self, vcpu: int, intid: int, level: bool) -> None:
        """The output behind a mapped interrupt, at this moment."""
        self._tell(self._judge.wired, key_of(intid, vcpu), level=level)

    def accessing(self, vcpu: int, access: Exit) -> None:
        """A call of a guest."""
        keys = [key_of(access.intid, each) for each in access.subjects(vcpu, self._nr_vcpus)]
        begin = self._accesses.begin
        self._tell(begin, vcpu, access.kind, keys, access.intid, access.value)

    def read(self, vcpu: int, intid: int, value: int) -> None:
        """What the access that is under way has read."""
        self._tell(self._accesses.read, vcpu, intid, value)

    def accessed(self, vcpu: int, access: Exit) -> None:
        """It has returned."""
        self._tell(self._accesses.finish, vcpu, access.kind, access.value)

    def idled(self) -> None:
        """Nobody has anything left to do."""
        self._tell(self._judge.idled)

    def left_active(self, vcpu: int, intid: int, active: bool) -> None:
        """What a guest would read at the end."""
        self._tell(self._judge.left_active, vcpu, intid, active)

    def drained(self) -> None:
        """The end."""
        self._tell(self._judge.drained)


def failure_of(parting: Parting) -> Failure:
    """Return a parting as a failure; the kind of interrupt tells it from others of its identity."""
    return Failure(
        kind=ARCHITECTURE + parting.kind,
        message=str(parting),
        details=tuple([f"it may have been {state}" for state in parting.states]),
        manner=name_of(parting.key).split()[0],
    )


def state_of(irq: Irq) -> State:
    """Return the state in which an interrupt of a machine begins."""
    return State(
        target=irq.vcpu,
        priority=irq.priority,
        group=irq.group,
        is_level=irq.config is not EDGE,
        is_mapped=irq.mapped,
    )
