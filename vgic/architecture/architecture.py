# SPDX-License-Identifier: GPL-2.0-only
"""The judge: hears what is done to interrupts and what guests see, and says where that parts.

A call is an interval, an observation a moment. vCPUs are numbers; who calls is a name, and what he
has begun last he finishes first.
"""

from collections.abc import Iterable, Mapping

from vgic.architecture.allowances import ALL, Allowances
from vgic.architecture.effects import Effect, acknowledge, deactivate, take_back, wire
from vgic.architecture.given_up import GivenUp
from vgic.architecture.interface import Interface
from vgic.architecture.interrupts import FIRST_LPI, Interrupts, Key, Reads, key_of
from vgic.architecture.messages import Messages
from vgic.architecture.parting import part
from vgic.architecture.residency import Astray
from vgic.architecture.state import State
from vgic.architecture.stays import Stays
from vgic.architecture.the_end import TheEnd


class Architecture:
    """What each interrupt of a VM may be, by what was done and seen so far.

    Attributes:
        interrupts: all that may be of each.
        interfaces: the CPU interface of each vCPU.
        messages: what an ITS maps, and what is under way about it.
        is_turned: the distributor has been turned off.
        astray: what a vCPU may have listed though it goes to another.
    """

    def __init__(
        self, nr_vcpus: int, states: Mapping[Key, State], allowed: Allowances = ALL
    ) -> None:
        """Begin with a VM of which nobody has done anything yet.

        Args:
            nr_vcpus: how many vCPUs there are.
            states: the state of each interrupt.
            allowed: what software delivery may do.
        """
        self.interfaces = [Interface() for _ in range(nr_vcpus)]
        self.interrupts = Interrupts(states, allowed)
        self._allowed = allowed
        self.astray = Astray(nr_vcpus, allowed)
        self._announced: set[Key] = set()
        self.messages = Messages(self.interrupts, nr_vcpus)
        self._given_up = GivenUp(self.interrupts, self.interfaces)
        self._stays = Stays(self.interrupts, self.interfaces, self.astray, self._given_up, allowed)
        self._end = TheEnd(self.interrupts, self.interfaces, self._given_up)
        self.is_turned = False
        self._mapped = [key for key, state in states.items() if state.is_mapped]

    # What is done, from a start to a return.

    def begin(
        self, who: str, effects: Iterable[tuple[Key, Effect]], *, announces: bool = False
    ) -> None:
        """Somebody begins to do something to interrupts.

        Args:
            who: his name.
            effects: what becomes of which by it.
            announces: whoever it concerns is told; else he may find out when he next looks.
        """
        effects = list(effects)
        # Who finds it so already announces nothing.
        changed = [key for key, effect in effects if self.interrupts.may_change(key, effect)]
        keys = self.interrupts.begin(who, effects)
        if announces:
            self._announced.update(changed)
        elif Allowances.UNANNOUNCED in self._allowed:
            self._announced.difference_update(keys)

    def finish(self, who: str) -> list[Key]:
        """He has done it; return what it was about."""
        return self.interrupts.finish(who)

    def reroute(self, keys: Iterable[Key]) -> None:
        """What has begun routes these to another vCPU; or has just done so.

        Whoever has one of them listed, and begins to sync after it is done, moves it on.
        """
        for key in keys:
            self.astray.rerouted([key])
            self.astray.restart(key)
            if Allowances.UNANNOUNCED in self._allowed:
                self._announced.discard(key)

    def announce(self, keys: Iterable[Key]) -> None:
        """What has begun announces these, if they become pending by it."""
        self._announced.update(keys)

    def wired(self, key: Key, *, level: bool) -> None:
        """The output of a device has changed, which the host hears of when it rises."""
        if key in self.interrupts:
            self.interrupts.observe(key, wire(level=level))

    def give_up_mapped(self, keys: Iterable[Key]) -> None:
        """What becomes of those of these that are mapped is not judged any more (Q13)."""
        self._given_up.add(key for key in keys if key in self._mapped)

    def disturb(self, keys: Iterable[Key]) -> None:
        """Somebody writes what the handlers of these count on, if there are any."""
        self._given_up.disturb(keys)

    # vCPUs go into their guests, and come back.

    def load(self, vcpu: int) -> None:
        """A vCPU begins to load what is pending for it."""
        self._stays.load(vcpu)

    def loaded(self, vcpu: int) -> None:
        """It has, and goes into its guest, or back."""
        self._stays.loaded(vcpu)

    def sync(self, vcpu: int) -> None:
        """A vCPU has come back, and begins to take what has become of it."""
        self.astray.sync(vcpu)
        for key in self.interrupts.alive if self.is_turned else self._mapped:
            self.interrupts.observe(key, take_back(vcpu))

    def synced(self, vcpu: int) -> None:
        """It has, and has moved on what goes elsewhere."""
        self.astray.synced(vcpu)

    # What guests see and do, at a moment.

    def acknowledged(self, vcpu: int, intid: int, source: int | None = None) -> None:
        """A guest has acknowledged an interrupt.

        Args:
            vcpu: whose guest.
            intid: the interrupt.
            source: who is said to have sent it, of an SGI of a GICv2.

        Raises:
            Parted: it could not be acknowledged there.
        """
        key = key_of(intid, vcpu)
        self.interfaces[vcpu].acknowledge(key)
        if key in self._given_up or self.interfaces[vcpu].is_forfeited:
            self._given_up.add([key])
            return
        before = self.interrupts.states(key)
        self._stays.nothing_is_more_urgent(vcpu, key, before)
        takes = acknowledge(vcpu, self._allowed, has_active_state=intid < FIRST_LPI, source=source)
        if not self.interrupts.observe(key, takes):
            kind = "phantom"
            if all(state.active for state in before):
                kind = "acknowledged while active"
            part(kind, key, vcpu, f"vcpu {vcpu} has acknowledged it", before)
        self._stays.took(vcpu, key)

    def found_nothing(self, vcpu: int) -> None:
        """A guest has found nothing to acknowledge.

        Raises:
            Parted: there was something.
        """
        self._stays.found_nothing(vcpu)

    def reading(self, who: str, key: Key, look: Reads) -> None:
        """Somebody begins to read a register that has a bit of an interrupt."""
        if key in self.interrupts:
            self.interrupts.watch(who, key, look)

    def read(self, who: str, vcpu: int, key: Key, value: bool) -> None:
        """He has read it.

        Raises:
            Parted: it was never so while he read.
        """
        if key not in self.interrupts:
            return
        seen = self.interrupts.seen(who)
        if key not in self._given_up and not seen & {value, None}:
            told = f"vcpu {vcpu} has read {int(value)} of it"
            part("wrong read", key, vcpu, told, self.interrupts.states(key))

    def configured(
        self, vcpu: int, *, mask: int | None = None, groups: Iterable[int] | None = None
    ) -> None:
        """A guest lets in other interrupts than before: what is loaded may be others still.

        Args:
            vcpu: whose guest.
            mask: only what has a priority below this is let in from now on.
            groups: only these are.
        """
        interface = self.interfaces[vcpu]
        interface.mask = interface.mask if mask is None else mask
        interface.groups = interface.groups if groups is None else set(groups)
        self._stays.took(vcpu)

    def ended(self, vcpu: int, intid: int) -> None:
        """A guest has ended an interrupt, which deactivates it."""
        key = key_of(intid, vcpu)
        self._given_up.end_on(vcpu)
        self.interfaces[vcpu].end(key, drops_only=False)
        if key not in self._given_up:
            self.interrupts.observe(key, deactivate)

    def dropped(self, vcpu: int, intid: int) -> None:
        """A guest has dropped the priority of an interrupt, which stays active."""
        self.interfaces[vcpu].end(key_of(intid, vcpu), drops_only=True)

    def deactivated(self, vcpu: int, intid: int) -> None:
        """A guest has written DIR, as it began to say with `begin`, and that is done."""
        for interface in self.interfaces:
            interface.deactivate(key_of(intid, vcpu))

    def ended_again(self, vcpu: int) -> None:
        """A guest has ended what it has ended already."""
        self.interfaces[vcpu].is_forfeited = True

    # The end.

    def idled(self) -> None:
        """Nobody has anything left to do, and nothing has forced a vCPU out of its guest.

        Raises:
            Parted: something waits that was announced.
        """
        announced = {key for key in self._announced if key not in self.astray}
        self._end.nothing_waits("signalled too late", announced)

    def left_active(self, vcpu: int, intid: int, active: bool) -> None:
        """At the end an interrupt is active, or is not.

        Raises:
            Parted: it cannot be.
        """
        self._end.left_active(key_of(intid, vcpu), vcpu, active=active)

    def drained(self) -> None:
        """Every vCPU has gone into its guest twice more, which lets everything in.

        Raises:
            Parted: something waits.
        """
        self._end.drained()
