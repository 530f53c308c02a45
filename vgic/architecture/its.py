# SPDX-License-Identifier: GPL-2.0-only
"""What an ITS maps: events to LPIs by collections, and what its commands make of that.

ARM IHI 0069, 5.3. A command is carried out at some moment between its start and its end, as any
other call; several may be under way, and each order of them is followed.
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple

EVENTS_OF_A_DEVICE = 4


class Mapped(NamedTuple):
    """What an event is mapped to.

    Attributes:
        lpi: the LPI.
        collection: by which it goes; None if that is no more.
    """

    lpi: int
    collection: int | None


class Tables(NamedTuple):
    """What is mapped; values, so that two of them can be compared.

    Attributes:
        events: each event that is mapped, and to what.
        collections: each collection that there is, and the vCPU that it goes to, None for none.
        unmapped: the devices that are not mapped.
    """

    events: frozenset[tuple[int, Mapped]]
    collections: frozenset[tuple[int, int | None]]
    unmapped: frozenset[int] = frozenset()

    @staticmethod
    def with_each(lpis: Iterable[tuple[int, int | None]], nr_vcpus: int) -> "Tables":
        """Return those with which guests begin: each LPI by the event of its number.

        Args:
            lpis: the LPIs, and the vCPU that each goes to; by the collection of that number.
            nr_vcpus: how many vCPUs there are, and collections.
        """
        return Tables(
            frozenset((lpi, Mapped(lpi, target)) for lpi, target in lpis),
            frozenset((vcpu, vcpu) for vcpu in range(nr_vcpus)),
        )

    def entry(self, event: int) -> Mapped | None:
        """Return what an event is mapped to."""
        return dict(self.events).get(event)

    def target(self, entry: Mapped | None) -> int | None:
        """Return where what an event is mapped to goes, None if nowhere."""
        if entry is None or entry.collection is None:
            return None
        return dict(self.collections).get(entry.collection)

    def reaches(self, event: int) -> int | None:
        """Return the LPI that a message of an event makes pending, None if it is refused."""
        entry = self.entry(event)
        return None if entry is None or self.target(entry) is None else entry.lpi

    def with_event(self, event: int, entry: Mapped) -> "Tables":
        """Return them with an event mapped so."""
        return self._replace(events=frozenset({**dict(self.events), event: entry}.items()))

    def without(self, events: Iterable[int]) -> "Tables":
        """Return them with some events mapped to nothing."""
        gone = set(events)
        return self._replace(events=frozenset(each for each in self.events if each[0] not in gone))

    def with_collection(self, number: int, target: int | None) -> "Tables":
        """Return them with a collection that goes to a vCPU, or to none."""
        collections = {**dict(self.collections), number: target}
        return self._replace(collections=frozenset(collections.items()))

    def of_device(self, device: int) -> list[int]:
        """Return the events of a device that are mapped."""
        return [event for event, _ in self.events if device_of(event) == device]

    def by_collection(self, number: int) -> list[int]:
        """Return the LPIs that go by a collection."""
        return [entry.lpi for _, entry in self.events if entry.collection == number]


FIRST_EVENT = 8192
"""Events go by the number of the LPI that each is mapped to at first."""


def device_of(event: int) -> int:
    """Return the device that an event is of."""
    return (event - FIRST_EVENT) // EVENTS_OF_A_DEVICE


class Done(NamedTuple):
    """What a command makes of the tables, and of LPIs.

    Attributes:
        tables: the tables.
        targets: the LPIs that it routes, and where.
        unmapped: those whose events are mapped to nothing by it.
        mapped: one that is mapped anew, whose configuration is read.
    """

    tables: Tables
    targets: tuple[tuple[int, int | None], ...] = ()
    unmapped: tuple[int, ...] = ()
    mapped: tuple[int, ...] = ()


def movi(tables: Tables, event: int, collection: int) -> Done:
    """MOVI: the event goes by another collection, and its LPI where that goes."""
    entry, target = tables.entry(event), dict(tables.collections).get(collection)
    if entry is None or tables.target(entry) is None or target is None:
        return Done(tables)
    moved = Mapped(entry.lpi, collection)
    return Done(tables.with_event(event, moved), targets=((entry.lpi, target),))


def discard(tables: Tables, event: int, _: int) -> Done:
    """DISCARD: the event is mapped to nothing."""
    lpi = tables.reaches(event)
    if lpi is None:
        return Done(tables)
    return Done(tables.without([event]), unmapped=(lpi,))


def _map(tables: Tables, event: int, lpi: int, collection: int) -> Done:
    is_taken = any(entry.lpi == lpi for _, entry in tables.events)
    if device_of(event) in tables.unmapped or tables.entry(event) is not None or is_taken:
        return Done(tables)
    entry = Mapped(lpi, collection)
    if collection not in dict(tables.collections):
        tables = tables.with_collection(collection, None)
    after = tables.with_event(event, entry)
    return Done(after, targets=((lpi, after.target(entry)),), mapped=(lpi,))


def mapi(tables: Tables, event: int, collection: int) -> Done:
    """MAPI: the event is mapped to the LPI of its own number."""
    return _map(tables, event, event, collection)


def mapti(tables: Tables, event: int, collection: int) -> Done:
    """MAPTI, as guests here write it: it is mapped to that of the event beside it."""
    return _map(tables, event, event ^ 1, collection)


def _map_device(tables: Tables, event: int, *, valid: bool) -> Done:
    device = device_of(event)
    gone = [] if device in tables.unmapped else tables.of_device(device)
    lpis = tuple([entry.lpi for each, entry in tables.events if each in gone])
    after = tables.without(gone)
    others = after.unmapped - {device}
    unmapped = others if valid else others | {device}
    return Done(after._replace(unmapped=unmapped), unmapped=lpis)


def mapd(tables: Tables, event: int, _: int) -> Done:
    """MAPD: the device of an event is mapped, with no event of it."""
    return _map_device(tables, event, valid=True)


def mapd_off(tables: Tables, event: int, _: int) -> Done:
    """MAPD with V 0: it is mapped no more."""
    return _map_device(tables, event, valid=False)


def mapc(tables: Tables, number: int, vcpu: int) -> Done:
    """MAPC: the LPIs of a collection go to a vCPU."""
    targets = tuple([(lpi, vcpu) for lpi in tables.by_collection(number)])
    return Done(tables.with_collection(number, vcpu), targets=targets)


def mapc_off(tables: Tables, _: int, number: int) -> Done:
    """MAPC with V 0: there is no such collection any more; its events go nowhere."""
    events = frozenset(
        (event, entry._replace(collection=None) if entry.collection == number else entry)
        for event, entry in tables.events
    )
    left = frozenset(each for each in tables.collections if each[0] != number)
    return Done(tables._replace(events=events, collections=left))


COMMANDS: dict[str, Callable[[Tables, int, int], Done]] = {
    "movi": movi,
    "discard": discard,
    "mapi": mapi,
    "mapti": mapti,
    "mapd": mapd,
    "mapd off": mapd_off,
    "mapc": mapc,
    "mapc off": mapc_off,
}
"""The commands that map or route, by name: of an event or a collection, and a value."""
