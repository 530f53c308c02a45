# SPDX-License-Identifier: GPL-2.0-only
"""A kernel each of whose functions is held to its contract about locks and local interrupts.

Checked as it is called and when it returns, whoever's override it is; an exception that passes
through is no return. Otherwise a lock that was left behind would be reported wherever it is wanted
next, and interrupts that were left off not at all. The functions that are here are held to it by
their tests, and pay nothing: to check all of them takes 1.6 times as long.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from inspect import BoundArguments, signature
from operator import attrgetter
from typing import Any, NoReturn

from harness import Failure, Scheduler, SpinLock
from harness.engine import IRQS_ON, Lock, Thread
from harness.primitives import line_text
from vgic.kernel import CONTRACTS, Contract, Kernel, Mechanism

KIND = "context imbalance"

_Function = Callable[..., Any]


def with_contracts_checked(
    kernel: type[Mechanism], functions: Iterable[str] = CONTRACTS
) -> type[Mechanism]:
    """Return a kernel whose functions are held to their contracts.

    Args:
        kernel: the kernel.
        functions: which of its kernel functions and decisions.
    """
    checked: dict[str, object] = {
        name: _held_to(CONTRACTS[name], name, getattr(kernel, name)) for name in functions
    }
    inside = {**checked, "remembers_places": True, "__module__": kernel.__module__}
    contracted: type[Mechanism] = type(kernel.__name__, (kernel,), inside)
    return contracted


def not_of_ours(kernel: type[Mechanism]) -> list[str]:
    """Return the kernel functions and decisions that a user's class changes.

    They are those that it overrides; all, if it replaces a helper that ours call.
    """
    replaced = [
        name
        for cls in kernel.__mro__
        for name, value in vars(cls).items()
        if name.startswith("_") and not name.startswith("__")
        if callable(value) and not _is_ours(value)
    ]
    if any(name in vars(cls) for cls in Mechanism.__mro__ for name in replaced):
        return list(CONTRACTS)
    return [name for name in CONTRACTS if not _is_ours(getattr(kernel, name))]


def _is_ours(thing: object) -> bool:
    return str(getattr(thing, "__module__", "")).startswith("vgic.")


def _held_to(contract: Contract, name: str, function: _Function) -> _Function:
    """Return a function with its contract checked around it."""
    if contract.takes:
        return function
    if contract.held:
        return _called_with_locks(contract, name, function)

    @wraps(function)
    def _checked(self: Mechanism, *args: Any, **kwargs: Any) -> Any:
        me = self.scheduler.current
        held, chain, sections = me.held[:], me.chain, me.sections
        result = function(self, *args, **kwargs)
        if me.chain != chain or me.held != held or me.sections != sections:
            _compare(self.scheduler, me, name, held, sections, irqs_off=not chain & IRQS_ON)
        return result

    return _checked


def _called_with_locks(contract: Contract, name: str, function: _Function) -> _Function:
    ours, own = signature(getattr(Kernel, name)), signature(function)
    places = {parameter: n - 1 for n, parameter in enumerate(ours.parameters)}
    locks = []
    for path in contract.held:
        parameter, _, attributes = path.partition(".")
        locks.append((places[parameter], attrgetter(attributes), path in contract.drops))
    restores = places.get(contract.restores)

    @wraps(function)
    def _checked(self: Mechanism, *args: Any, **kwargs: Any) -> Any:
        given: Sequence[Any] = args
        if kwargs:
            given = in_order(own.bind(self, *args, **kwargs))
        me = self.scheduler.current
        dropped: list[Lock] = []
        for place, lock_of, drops in locks:
            lock: SpinLock = lock_of(given[place])
            lock.assert_held()
            if drops:
                dropped.append(lock)
        held, chain, sections = me.held[:], me.chain, me.sections
        irqs_off = not chain & IRQS_ON
        result = function(self, *args, **kwargs)
        if dropped or me.chain != chain or me.held != held or me.sections != sections:
            if dropped:
                held = [lock for lock in held if lock not in dropped]
            if restores is not None:
                irqs_off = given[restores]
            _compare(self.scheduler, me, name, held, sections, irqs_off=irqs_off)
        return result

    return _checked


def in_order(bound: BoundArguments) -> tuple[Any, ...]:
    """Return what a function was given beside the kernel, however it or its caller names it."""
    return *bound.args[1:], *bound.kwargs.values()


def _compare(
    scheduler: Scheduler,
    me: Thread,
    name: str,
    held: Sequence[Lock],
    sections: int,
    *,
    irqs_off: bool,
) -> None:
    """Fail unless the thread holds these locks, in whatever order, and the rest is so.

    Args:
        scheduler: the execution's scheduler.
        me: the thread.
        name: the function that returns.
        held: the locks that it has to return with.
        sections: how many RCU read sections it has to return in.
        irqs_off: local interrupts have to be off.
    """
    if scheduler.unwinding:
        return
    for lock in me.held:
        if lock not in held:
            place = line_text(lock.taken_at if isinstance(lock, SpinLock) else None)
            _fail(scheduler, name, f"returns holding {lock.name}, taken at {place}", lock)
    for lock in held:
        if lock not in me.held:
            _fail(scheduler, name, f"returns without {lock.name}, which its caller holds", lock)
    if me.irqs_off and not irqs_off:
        place = line_text(me.irqs_off_at)
        _fail(scheduler, name, f"returns with local interrupts off, turned off at {place}")
    if irqs_off and not me.irqs_off:
        _fail(scheduler, name, "returns with local interrupts on, which its caller has off")
    if me.sections != sections:
        _fail(scheduler, name, f"returns in {me.sections} RCU read sections, called in {sections}")


def _fail(scheduler: Scheduler, name: str, what: str, *locks: Lock) -> NoReturn:
    classes = tuple(lock.name.partition("[")[0] for lock in locks)
    message = f"{scheduler.current.role}: {name}() {what}"
    scheduler.fail(Failure(KIND, message, functions=(name,), lock_classes=classes))
