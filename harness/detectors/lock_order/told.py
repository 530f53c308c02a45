# SPDX-License-Identifier: GPL-2.0-only
"""What is wrong with an order of locks, told in the order in which kernel people read it."""

from collections.abc import Sequence

from harness.detectors.lock_order.graph import KIND, Learned
from harness.engine import Failure, Lock, Thread, model_function, within


def recursion(me: Thread, lock: Lock, bit: int, name: str) -> Failure:
    """Describe that a thread wants a second lock of a class, as the same subclass.

    Args:
        me: the thread.
        lock: the lock it wants.
        bit: its class and subclass.
        name: what that is called.
    """
    return Failure(
        kind="lock recursion",
        message=f"{me.role} is trying to acquire {lock.name} but already holds "
        f"{_held_of(me, bit)}, of the same class {name}: a nested acquisition needs "
        "its subclass",
        functions=(model_function(),),
        lock_classes=(name,),
    )


def nesting(me: Thread, lock: Lock, held: Lock) -> Failure:
    """Describe that a thread wants a lock that ranks below one of its class that it holds."""
    return Failure(
        kind="lock nesting",
        message=f"{me.role} is trying to acquire {lock.name} while holding "
        f"{held.name}: two locks of this class are taken in rising order",
        functions=(model_function(),),
        lock_classes=(lock.name.partition("[")[0],),
    )


def inversion(
    me: Thread, lock: Lock, held: int, names: tuple[str, str], chain: Sequence[Learned]
) -> Failure:
    """Describe that an order of two classes closes a cycle.

    Args:
        me: the thread that wants the lock.
        lock: the lock.
        held: the class that it holds, with its subclass.
        names: what that and the wanted class are called.
        chain: the orders that lead from the wanted class to the one that it holds.
    """
    having, wanted = names
    function = model_function()
    return Failure(
        kind=KIND,
        message=f"{having} -> {wanted}, but {wanted} -> {having} came first",
        functions=(function, *(learned.function for learned in chain)),
        lock_classes=names,
        details=(
            f"{me.role} is trying to acquire {lock.name}{within(function)}",
            f"but {me.role} is already holding {_held_of(me, held)}",
            "the existing dependency chain is:",
            *(f"  {learned}" for learned in chain),
        ),
    )


def _held_of(me: Thread, bit: int) -> str:
    for lock in me.held:
        if lock.held_bit == bit:
            return lock.name
    return "a lock"
