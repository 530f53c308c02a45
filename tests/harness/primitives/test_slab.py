# SPDX-License-Identifier: GPL-2.0-only
"""Is a freed object poison to whoever touches it, and an object that lives an ordinary one?"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest

from harness import (
    Deviation,
    Execution,
    Failure,
    KmemCache,
    Passed,
    Scheduler,
    SlabObject,
    kfree,
    observes,
)
from harness.primitives import Freeable
from harness.primitives.slab import life_of
from harness.schedule.replay import StrictReplay

Run = Callable[..., Execution]
FailureOf = Callable[..., Failure]
Program = Callable[[Scheduler], None]


class Packed(SlabObject):
    """An object with slots."""

    __slots__ = ("size",)

    def __init__(self, cache: KmemCache) -> None:
        super().__init__(cache)
        self.size = 1

    def grow(self) -> None:
        self.size += 1


class Loose(SlabObject):
    """An object with a dictionary."""

    def __init__(self, cache: KmemCache) -> None:
        super().__init__(cache, "7")
        self.size = 1

    def grow(self) -> None:
        self.size += 1


@dataclass(slots=True, eq=False)
class Declared(SlabObject):
    """An object whose fields are declared."""

    cache: KmemCache
    size: int = 1

    def __post_init__(self) -> None:
        SlabObject.__init__(self, self.cache)

    def grow(self) -> None:
        self.size += 1


class Based:
    """What an object is derived from that is no object of a slab."""

    __slots__ = ("size",)

    size: int

    def grow(self) -> None:
        self.size += 1


class Derived(Based, Freeable):
    """An object with a base of its own."""

    __slots__ = ("life",)

    def __init__(self, cache: KmemCache) -> None:
        self.size = 1
        self.be_born(cache)


KINDS = [Packed, Loose, Declared, Derived]


def after_free(what: Callable[[Loose], object], kind: type = Packed) -> Program:
    """Make a program that frees an object and then does this to it."""

    def program(scheduler: Scheduler) -> None:
        freed = kind(KmemCache(scheduler, "thing"))

        def release() -> None:
            kfree(freed)

        def body() -> None:
            release()
            what(freed)

        scheduler.thread("t0", body)

    return program


def write_size(freed: Loose) -> None:
    freed.size = 2


USES: dict[str, Callable[[Loose], object]] = {
    "read": lambda freed: freed.size,
    "write": write_size,
    "call": lambda freed: freed.grow(),
    "use": lambda freed: freed.use(),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("use", USES)
def test_every_use_after_free_is_seen(use: str, kind: type, failure_of: FailureOf) -> None:
    failure = failure_of(after_free(USES[use], kind))
    assert failure.kind == "use after free"
    assert failure.lock_classes == ("thing",)
    assert failure.functions[1] == "release"


def test_who_only_observes_may_look(run: Run, failure_of: FailureOf) -> None:
    """Whether a module observes goes by its name, so the look is made as if it stood in it."""

    def program(scheduler: Scheduler, *, module: str) -> None:
        freed = Packed(KmemCache(scheduler, "thing"))
        space: dict[str, Any] = {"__name__": module, "freed": freed}
        exec("def look():\n    return freed.size", space)

        def body() -> None:
            kfree(freed)
            space["look"]()

        scheduler.thread("t0", body)

    observes("tests.observing")
    assert run(partial(program, module="tests.observing")).outcome == Passed()
    assert failure_of(partial(program, module="tests.others")).kind == "use after free"


@pytest.mark.parametrize("kind", KINDS)
def test_to_free_again_is_a_double_free(kind: type, failure_of: FailureOf) -> None:
    assert failure_of(after_free(kfree, kind)).kind == "double free"


@pytest.mark.parametrize("kind", KINDS)
def test_an_object_that_lives_is_ordinary(kind: type, run: Run) -> None:
    sizes = []

    def program(scheduler: Scheduler) -> None:
        thing = kind(KmemCache(scheduler, "thing"))

        def body() -> None:
            thing.use()
            thing.grow()
            sizes.append(thing.size)
            kfree(thing)

        scheduler.thread("t0", body)

    assert run(program).outcome == Passed()
    assert sizes == [2]


@pytest.mark.parametrize("kind", KINDS)
def test_a_pointer_to_a_freed_object_is_only_a_pointer(kind: type, run: Run) -> None:
    def look(freed: Loose) -> None:
        assert isinstance(freed, kind)
        assert not isinstance(freed, KmemCache)
        assert freed is not None
        assert str(freed).endswith("(freed)")
        assert repr(freed).endswith("(freed)")
        assert life_of(freed).freed is not None

    assert run(after_free(look, kind)).outcome == Passed()


def test_another_object_of_the_class_is_not_poisoned(run: Run) -> None:
    def program(scheduler: Scheduler) -> None:
        cache = KmemCache(scheduler, "thing")
        things = [Packed(cache), Packed(cache)]

        def body() -> None:
            kfree(things[0])
            things[1].grow()
            kfree(things[1])

        scheduler.thread("t0", body)

    assert run(program).outcome == Passed()


def freed_by_another(scheduler: Scheduler) -> None:
    """One thread uses an object, the other frees it."""
    thing = Packed(KmemCache(scheduler, "thing"))

    def consult() -> None:
        thing.use()
        thing.grow()

    def release() -> None:
        kfree(thing)

    scheduler.thread("user", consult)
    scheduler.thread("owner", release)


def test_the_free_can_come_in_before_a_use(run: Run, failure_of: FailureOf) -> None:
    assert run(freed_by_another).outcome == Passed()
    first_use = Deviation("user", 1, "owner")
    failure = failure_of(freed_by_another, StrictReplay([first_use]))
    assert failure.kind == "use after free"


def test_the_report_says_where_it_was_used_freed_and_allocated(failure_of: FailureOf) -> None:
    failure = failure_of(freed_by_another, StrictReplay([Deviation("user", 1, "owner")]))
    assert failure.message == "user uses thing[0] in consult after owner freed it in release"
    assert failure.details == (
        "used by    user at step 3: consult",
        "freed by   owner at step 2: release",
        "allocated by start at step 0: freed_by_another",
    )
    assert failure.signature == "use after free in consult, release on thing"


def test_what_is_left_at_the_end_is_a_leak(failure_of: FailureOf) -> None:
    def program(scheduler: Scheduler) -> None:
        cache = KmemCache(scheduler, "thing")

        def connect() -> None:
            kfree(Packed(cache))
            Packed(cache)
            Packed(cache)

        scheduler.thread("t0", connect)

    failure = failure_of(program)
    assert failure.kind == "memory leak"
    assert failure.functions == ("connect",)
    assert failure.message.startswith("thing[t0.1] is still allocated")
    assert len(failure.details) == 2


def test_a_failure_before_the_end_is_not_hidden_by_a_leak(failure_of: FailureOf) -> None:
    def program(scheduler: Scheduler) -> None:
        Packed(KmemCache(scheduler, "thing"))
        scheduler.thread("t0", lambda: scheduler.fail(Failure("bug", "first")))

    assert failure_of(program).kind == "bug"


def test_unwinding_threads_may_clean_up(failure_of: FailureOf) -> None:
    """A thread whose execution is over runs its `finally`; nothing it does there is judged."""

    def program(scheduler: Scheduler) -> None:
        thing = Packed(KmemCache(scheduler, "thing"))

        def body() -> None:
            kfree(thing)
            try:
                scheduler.fail(Failure("bug", "first"))
            finally:
                thing.grow()
                kfree(thing)

        scheduler.thread("t0", body)

    assert failure_of(program).kind == "bug"
