# SPDX-License-Identifier: GPL-2.0-only
"""LPIs: interrupts behind an ITS, whose memory is freed when nobody has a reference any more.

Whatever has a pointer to one has a reference: the event that is mapped to it, the list it is on,
who has looked it up and is at work on it. The table finds them by INTID, without a lock: RCU keeps
an LPI whose count has come to zero until all who may have found it by then have looked at the
count.
"""

from collections.abc import Sequence
from enum import Enum

from harness import Cell, KmemCache, Mutex, Rcu, Refcount, SpinLock
from harness.engine import observes, operations
from vgic.data.lock_order import VgicLocks
from vgic.data.translations import TranslationCache
from vgic.data.vcpu import Lpi, Vcpu, VgicIrq
from vgic.hardware import FIRST_LPI

# A table is only memory: it is the kernel that finds, enters and takes out.
observes(__name__)


EVENTS_OF_A_DEVICE = 4
"""How many events each device has."""


class LpisOf(Enum):
    """Whether a vCPU's redistributor forwards LPIs (GICR_CTLR.EnableLPIs, and RWP)."""

    DISABLED = "disabled"
    BEING_DISABLED = "being disabled"
    ENABLED = "enabled"


class Collection:
    """Where a group of events goes (struct its_collection).

    Attributes:
        number: its number; the guests' first mapping has it that of a vCPU.
        target: the vCPU that its LPIs go to, None while it is mapped to none.
    """

    __slots__ = ("number", "target")

    def __init__(self, number: int, target: Vcpu | None) -> None:
        self.number = number
        self.target = target


class Ite:
    """What an event is translated to (struct its_ite).

    Attributes:
        irq: the LPI that it is mapped to, with a reference.
        collection: by which it goes to a vCPU, None if that is no more.
    """

    __slots__ = ("collection", "irq")

    def __init__(self, irq: Lpi, collection: Collection | None) -> None:
        self.irq = irq
        self.collection = collection

    @property
    def target(self) -> Vcpu | None:
        """The vCPU that the LPI goes to by its collection, None if to none."""
        return None if self.collection is None else self.collection.target


def device_of(event: int) -> int:
    """Return the device that an event is of: each has some in a row."""
    return (event - FIRST_LPI) // EVENTS_OF_A_DEVICE


class LpiTable:
    """The LPIs of a VM by INTID (lpi_xa of struct vgic_dist), and what refers to them.

    Attributes:
        cmd_lock: is held while an ITS carries out a command of a guest.
        its_lock: guards the events.
        xa_lock: guards the table against others who change it.
        rcu: keeps what readers of the table may have found.
        entries: what is in the table; for who observes.
        events: what each event is mapped to; an event goes by the INTID that it was mapped to at
            first.
        collections: the collections by number, as far as there are any.
        unmapped_devices: the devices whose events cannot be mapped.
        properties: for each LPI a byte of the guests' memory: its priority, and bit 0 if it is
            enabled.
        is_rearranged: some guest changes what is mapped, beyond moving and discarding.
        translations: what events were translated to lately.
        ctlr: for each vCPU, whether its redistributor forwards LPIs.
        born: all there ever were.
    """

    def __init__(self, locks: VgicLocks, vcpus: Sequence[Vcpu]) -> None:
        scheduler = locks.order.scheduler
        self._scheduler = scheduler
        self._read, self._write = operations("lpi_xa", "lpi_xa[vm]", "read", "write")
        self._locks = locks
        self._cache = KmemCache(scheduler, "vgic_irq")
        of_lpis = locks.of_lpis
        self.cmd_lock = Mutex(locks.order, of_lpis.cmd_lock, "its")
        self.its_lock = Mutex(locks.order, of_lpis.its_lock, "its")
        self.xa_lock = SpinLock(locks.order, of_lpis.xa_lock, "vm")
        self.rcu = Rcu(scheduler)
        self.entries: dict[int, Lpi] = {}
        self.events: dict[int, Ite] = {}
        self.collections = {each.vcpu_id: Collection(each.vcpu_id, each) for each in vcpus}
        self.unmapped_devices: set[int] = set()
        self.properties: dict[int, Cell[int]] = {}
        self.is_rearranged = False
        self.translations = TranslationCache(scheduler, self.rcu)
        self.ctlr = [Cell(scheduler, "ctlr", vcpu.name, LpisOf.ENABLED) for vcpu in vcpus]
        self.born: list[Lpi] = []

    def make(self, intid: int, priority: int, target_vcpu: Vcpu | None) -> Lpi:
        """Allocate an LPI, with a reference; it is in no table yet."""
        made = Lpi(self._locks, self._cache, intid, priority, target_vcpu)
        self.born.append(made)
        return made

    def property_of(self, intid: int) -> Cell[int]:
        """Return the byte of an LPI in the guests' property table."""
        if intid not in self.properties:
            self.properties[intid] = Cell(self._scheduler, "property", str(intid), 0)
        return self.properties[intid]

    def load(self, intid: int) -> Lpi | None:
        """Find an LPI, in a read section (xa_load)."""
        self._scheduler.point(self._read)
        self.rcu.assert_read_lock_held()
        return self.entries.get(intid)

    def store(self, irq: Lpi) -> None:
        """Enter an LPI, with the lock held (__xa_store)."""
        self.xa_lock.assert_held()
        self._scheduler.touch(self._write)
        self.entries[irq.intid] = irq

    def erase(self, intid: int) -> None:
        """Take an entry out, with the lock held (__xa_erase)."""
        self.xa_lock.assert_held()
        self._scheduler.touch(self._write)
        self.entries.pop(intid, None)

    def locks(self) -> list[SpinLock]:
        """Return its locks."""
        return [self.cmd_lock, self.its_lock, self.xa_lock]

    def retire(self) -> None:
        """Let go of all that refers back: nothing of the VM is used any more."""
        for lock in self.locks():
            lock.retire()
        for irq in self.born:
            object.__getattribute__(irq, "irq_lock").retire()
            object.__getattribute__(irq, "ap_list").retire()
            object.__setattr__(irq, "refcount", None)
        self._cache.lives.clear()
        self.entries.clear()
        self.events.clear()
        self.translations.retire()
        self.born.clear()


def references(irq: VgicIrq) -> Refcount:
    """Return the count of the references to an LPI."""
    assert irq.refcount is not None
    return irq.refcount
