# SPDX-License-Identifier: GPL-2.0-only
"""What an ITS maps is what the commands of its guests have asked for: I37, I38.

The judge keeps tables of its own, and carries out each command on them at the moment when the
lock of the ITS is let go of: commands are carried out one at a time, and that is their order.
"""

from vgic.data import Exit, Kvm, Lpi, Vcpu, VgicIrq, device_of
from vgic.judging.bookkeeping import Bookkeeping
from vgic.judging.judge import Judge, fail, names


class Mappings(Judge):
    """Compares the kernel's tables with its own, after each command."""

    def __init__(self, kvm: Kvm, books: Bookkeeping) -> None:
        """Begin with what is mapped at first.

        Args:
            kvm: the VM.
            books: are told what goes nowhere.
        """
        super().__init__(kvm)
        self._books = books
        assert kvm.dist.lpis is not None
        self._lpis = lpis = kvm.dist.lpis
        self._commands: dict[str, Exit] = {}
        # For each event its LPI and its collection; for each collection and LPI, where it goes.
        self._events: dict[int, tuple[int, int | None]] = {}
        self._collections: dict[int, int | None] = dict.fromkeys(range(len(kvm.vcpus)))
        self._targets: dict[int, int | None] = {}
        self._unmapped_devices: set[int] = set()
        for number, collection in lpis.collections.items():
            self._collections[number] = _number(collection.target)
        for event, ite in lpis.events.items():
            number_of = None if ite.collection is None else ite.collection.number
            self._events[event] = ite.irq.intid, number_of
            self._targets[ite.irq.intid] = _number(ite.irq.target_vcpu)
        lpis.its_lock.on_unlock = self._unlocked

    def accessing(self, vcpu: int, access: Exit) -> None:
        """Remember a command until it is carried out."""
        if access.asks.command:
            self._commands[self._kvm.vcpus[vcpu].role] = access

    def accessed(self, vcpu: int, access: Exit) -> None:
        """Forget one that was never carried out: it needs nothing of the ITS."""
        self._commands.pop(self._kvm.vcpus[vcpu].role, None)

    def _unlocked(self) -> None:
        """Carry out the command of the running thread, and compare."""
        command = self._commands.pop(self._kvm.scheduler.current.role, None)
        if command is None:
            return
        self._carry_out(command.asks.command, command.intid, command.value)
        no_lpi_is_mapped_twice(self._kvm)
        for event in sorted({*self._events, *self._lpis.events}):
            self._compare(event)
        for irq in self._kvm.irqs:
            if irq.refcount is not None:
                self._forget_what_goes_to(irq.target_vcpu, irq)

    def _forget_what_goes_to(self, target: Vcpu | None, irq: VgicIrq) -> None:
        """Do not ask for an LPI that goes nowhere, or where it may be dropped right now."""
        if target is None:
            self._books.ledger[irq].shut_out = True
        elif self._books.disabling[target.vcpu_id]:
            self._books.ledger.forgive(irq)

    def _compare(self, event: int) -> None:
        """Compare what is mapped by an event, and where that goes, with what is to be."""
        expected, ite = self._events.get(event), self._lpis.events.get(event)
        found = None if ite is None else ite.irq
        if expected is None or found is None or found.intid != expected[0]:
            to_be = None if expected is None else expected[0]
            is_mapped_as_asked_for(self._kvm, event, found, to_be)
        else:
            goes_where_asked_for(self._kvm, found, self._targets[found.intid])

    def _carry_out(self, command: str, number: int, value: int) -> None:
        """Do on the own tables what a command does."""
        if command in ("mapi", "mapti"):
            self._map(number, number ^ (command == "mapti"), value)
        elif command in ("mapd", "mapd off"):
            self._map_device(device_of(number), valid=command == "mapd")
        elif command == "mapc":
            self._collections[number] = value
            for lpi, collection in self._events.values():
                if collection == number:
                    self._targets[lpi] = value
        elif command == "mapc off":
            self._collections.pop(value, None)
            for event, (lpi, collection) in self._events.items():
                if collection == value:
                    self._events[event] = lpi, None
        elif command == "movall":
            for lpi, target in self._targets.items():
                if target == number:
                    self._targets[lpi] = value
        elif self._goes_to(number) is not None:
            lpi, _ = self._events[number]
            if command == "discard":
                del self._events[number]
            elif self._collections.get(value) is not None:
                self._events[number] = lpi, value
                self._targets[lpi] = self._collections[value]

    def _goes_to(self, event: int) -> int | None:
        """Return where an event goes by its collection, None if nowhere, or it is not mapped."""
        collection = self._events.get(event, (0, None))[1]
        return None if collection is None else self._collections.get(collection)

    def _map(self, event: int, lpi: int, collection: int) -> None:
        is_taken = any(each == lpi for each, _ in self._events.values())
        if device_of(event) in self._unmapped_devices or event in self._events or is_taken:
            return
        self._events[event] = lpi, collection
        self._targets[lpi] = self._collections.setdefault(collection, None)

    def _map_device(self, device: int, *, valid: bool) -> None:
        if device not in self._unmapped_devices:
            for event in [each for each in self._events if device_of(each) == device]:
                del self._events[event]
        self._unmapped_devices -= {device}
        self._unmapped_devices |= set() if valid else {device}


def _number(vcpu: Vcpu | None) -> int | None:
    return None if vcpu is None else vcpu.vcpu_id


def no_lpi_is_mapped_twice(kvm: Kvm) -> None:
    """I38: no LPI is mapped by more events than one.

    Locks: the its_lock.
    """
    lpis = kvm.dist.lpis
    mapped = [] if lpis is None else [ite.irq for ite in lpis.events.values()]
    twice = [irq for irq in dict.fromkeys(mapped) if mapped.count(irq) > 1]
    if twice:
        fail(
            kvm,
            "I38 mapped twice",
            f"more than one event is mapped to each of these: {names(twice)}",
            "vgic_its_cmd_handle_mapi",
        )


def is_mapped_as_asked_for(kvm: Kvm, event: int, found: Lpi | None, expected: int | None) -> None:
    """I37: an event is mapped to the LPI that commands have mapped it to, or to none.

    Args:
        kvm: the VM.
        event: the event.
        found: what it is mapped to.
        expected: the INTID of what it is to be mapped to, None if it is to be to none.

    Locks: the its_lock.
    """
    if (None if found is None else found.intid) != expected:
        to_be = "nothing" if expected is None else f"LPI {expected}"
        fail(
            kvm,
            "I37 mapping differs",
            f"event {event} is mapped to {found or 'nothing'}, and is to be to {to_be}",
        )


def goes_where_asked_for(kvm: Kvm, irq: Lpi, expected: int | None) -> None:
    """I37: an LPI that an event is mapped to goes where commands have sent it.

    Args:
        kvm: the VM.
        irq: the LPI.
        expected: the number of the vCPU, None if it is to go nowhere.

    Locks: the its_lock, under which alone that changes.
    """
    if _number(irq.target_vcpu) != expected:
        to_be = "nowhere" if expected is None else f"to {kvm.vcpus[expected]}"
        fail(
            kvm,
            "I37 LPI misrouted",
            f"{irq} goes to {irq.target_vcpu or 'none'}, and commands have it go {to_be}",
        )
