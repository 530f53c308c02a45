# SPDX-License-Identifier: GPL-2.0-only
"""Objects with an end: allocated, freed, poisoned, and never free twice.

An object of a class derived from `SlabObject` is an ordinary one until it is freed. From then on
every read or write of one of its attributes is a use after free, by any thread and through any
pointer to the object: freeing puts another class in place of its own, so that an object that
lives costs nothing to look at. Memory is not used again, so a stale pointer never means another
object.

Reading an attribute is not a scheduling point, no more than any plain access is; listeners are
notified that it is touched, since it cannot be exchanged with the free. Where a thread
goes through a pointer that others may free, `use` is one: the free can come in there, between
having the pointer and going through it. What follows up to the next point is the same access.
"""

from collections import Counter
from typing import NoReturn, cast

from harness.engine import Failure, Scheduler, operation, within
from harness.primitives.likeness import Likeness
from harness.primitives.place import Place, here
from harness.primitives.watched import accessor


class Life:
    """The life of one object, which its memory does not share the end of.

    Attributes:
        cache: what it was allocated from.
        name: the object with its number, as reports print it.
        allocated: where it was allocated.
        deferred: where it was given up to be freed after a grace period, None if it was not.
        freed: where it was freed, None if it was not.
    """

    __slots__ = ("_free", "_use", "allocated", "cache", "deferred", "freed", "name")

    def __init__(self, cache: "KmemCache", name: str) -> None:
        self.cache = cache
        self.name = name
        self.allocated = here(cache.scheduler)
        self.deferred: Place | None = None
        self.freed: Place | None = None
        self._use = operation("use", cache.family, name)
        self._free = operation("free", cache.family, name)

    def check(self) -> None:
        """Fail if the object was freed: the running thread is about to use it."""
        if self.freed is not None and not self.cache.scheduler.unwinding:
            self._fail("use after free", "uses", "used by   ")

    def before_use(self) -> None:
        """Stand at the scheduling point before a use, and see that there is something to use."""
        self.cache.scheduler.point(self._use)
        self.check()

    def reached(self) -> None:
        """Check as `check` does: the running step touches the object by a part of it."""
        if self.cache.scheduler.wants_touches:
            self.cache.scheduler.touch(self._use)
        self.check()

    def before_free(self) -> None:
        """Stand at the scheduling point before a free."""
        self.cache.scheduler.point(self._free)

    def defer(self) -> None:
        """Note that the object is given up, to be freed after a grace period."""
        self._refuse_second()
        self.deferred = here(self.cache.scheduler)

    def end(self, freed: "Freeable", *, deferred: bool) -> None:
        """Free the object and poison it; no scheduling point.

        Args:
            freed: the object.
            deferred: the grace period is over that it was waiting for.
        """
        scheduler = self.cache.scheduler
        if scheduler.unwinding:
            return
        if not deferred:
            self._refuse_second()
        if scheduler.wants_touches:
            scheduler.touch(self._free)
        self.freed = here(scheduler)
        object.__setattr__(freed, "__class__", _POISONED.of(type(freed)))

    def _refuse_second(self) -> None:
        if (self.freed or self.deferred) and not self.cache.scheduler.unwinding:
            self._fail("double free", "frees", "freed by  ")

    def _fail(self, kind: str, does: str, label: str) -> NoReturn:
        scheduler = self.cache.scheduler
        now, ended = here(scheduler), self.deferred or self.freed
        assert ended is not None
        lines = [f"{label} {now}"]
        if self.deferred is not None:
            lines.append(f"given up by {self.deferred}")
        if self.freed is not None:
            lines.append(f"freed by   {self.freed}")
        scheduler.fail(
            Failure(
                kind=kind,
                message=f"{now.role} {does} {self.name}{within(now.function)} after "
                f"{ended.role} freed it{within(ended.function)}",
                functions=(now.function, ended.function),
                lock_classes=(self.cache.family,),
                details=(*lines, f"allocated by {self.allocated}"),
            )
        )


class KmemCache:
    """Where objects of one kind come from (kmem_cache), and where all have to be back at the end.

    Attributes:
        scheduler: the execution's scheduler.
        family: what the objects are called.
        lives: the lives of all objects so far, oldest first.
    """

    def __init__(self, scheduler: Scheduler, family: str) -> None:
        """Make a cache with no objects.

        Args:
            scheduler: the execution's scheduler; when all its threads have ended and nothing
                was wrong, an object that is not freed is a `memory leak`.
            family: what its objects are called, as reports print it.
        """
        self.scheduler = scheduler
        self.family = family
        self.lives: list[Life] = []
        self._allocated: Counter[str] = Counter()
        scheduler.at_end.append(self._leaks)

    def __repr__(self) -> str:
        return f"KmemCache({self.family}, {sum(not each.freed for each in self.lives)} allocated)"

    def born(self, instance: str) -> Life:
        """Begin the life of an object, which `SlabObject` does."""
        life = Life(self, f"{self.family}[{instance or self._number()}]")
        self.lives.append(life)
        return life

    def _number(self) -> str:
        """Number an object by the thread that allocates it, so that others do not change it."""
        me = self.scheduler.current
        number = self._allocated[me.role]
        self._allocated[me.role] += 1
        return f"{me.role}.{number}" if me.started else str(number)

    def _leaks(self) -> Failure | None:
        left = [life for life in self.lives if life.freed is None]
        if not left:
            return None
        others = f", and so are {len(left) - 1} more" if len(left) > 1 else ""
        return Failure(
            kind="memory leak",
            message=f"{left[0].name} is still allocated when all threads have ended{others}",
            functions=(left[0].allocated.function,),
            lock_classes=(self.family,),
            details=tuple(f"{life.name} allocated by {life.allocated}" for life in left),
        )


class Freeable:
    """What can be freed; for a class with a base of its own, which has a slot for `life`.

    Attributes:
        life: its life, which can be asked after its end too: `life_of`.
    """

    __slots__ = ()

    life: Life

    def be_born(self, cache: KmemCache, instance: str = "") -> None:
        """Allocate the object, called by `instance` in reports; nobody has a pointer to it yet."""
        object.__setattr__(self, "life", cache.born(instance))
        if cache.scheduler.wants_touches:
            self.__class__ = _TOUCHING.of(type(self))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({life_of(self).name})"

    def use(self) -> None:
        """Go through a pointer to the object that others may free: a scheduling point."""
        self.life.before_use()


class SlabObject(Freeable):
    """What can be freed while others still have a pointer to it: derive from it."""

    __slots__ = ("life",)

    def __init__(self, cache: KmemCache, instance: str = "") -> None:
        self.be_born(cache, instance)


def life_of(of: Freeable) -> Life:
    """Return the life of an object, freed or not; to ask for it is no use of the object."""
    return cast(Life, object.__getattribute__(of, "life"))


def kfree(freed: Freeable) -> None:
    """Free an object (kfree, kmem_cache_free)."""
    life = life_of(freed)
    life.before_free()
    life.end(freed, deferred=False)


def _read(living: Freeable, name: str) -> object:
    # To call a method is not yet an access, and who only observes may look.
    if not callable(getattr(type(living), name, None)) and accessor(type(living).__module__):
        life_of(living).reached()
    return object.__getattribute__(living, name)


def _written(living: Freeable, name: str, value: object) -> None:
    life_of(living).reached()
    object.__setattr__(living, name, value)


def _reads(freed: Freeable, name: str) -> object:
    # isinstance asks for the class, and looks at the pointer only; who only observes may look.
    if name != "__class__" and accessor(type(freed).__module__):
        life_of(freed).check()
    return object.__getattribute__(freed, name)


def _writes(freed: Freeable, name: str, value: object) -> None:
    life_of(freed).check()
    object.__setattr__(freed, name, value)


def _prints(freed: Freeable) -> str:
    return f"{life_of(freed).name} (freed)"


_TOUCHING = Likeness({"__getattribute__": _read, "__setattr__": _written})
_POISONED = Likeness(
    {
        "__getattribute__": _reads,
        "__setattr__": _writes,
        "__repr__": _prints,
        "__str__": _prints,
    }
)
