# SPDX-License-Identifier: GPL-2.0-only
"""How the locks of each class are waited for, and which may be taken where, in lockdep's manner.

On a PREEMPT_RT kernel a spinlock_t and an rwlock_t sleep; a raw_spinlock_t spins there, too. So
what is right on other kernels may be wrong on that one, and is judged wherever it runs: a thread
waits in no other way than it may in its context and inside each lock that it holds
(check_wait_context). The interrupted thread's locks do not count in a handler, which has a context
of its own. Whoever only tries does not wait, so he is not judged; what he has got then counts.
That interrupts are off says nothing: see docs/detectors/lock-order.md.
"""

from harness.engine import (
    IN_HARDIRQ,
    IN_IRQ,
    IN_RCU,
    Failure,
    Lock,
    Thread,
    model_function,
    within,
)
from harness.primitives import WaitType

_HOW = {
    WaitType.SPIN: "spins",
    WaitType.CONFIG: "sleeps on PREEMPT_RT",
    WaitType.SLEEP: "sleeps",
}


class WaitTypes:
    """The wait type of each class.

    Attributes:
        sleepers: the classes, with their subclasses as bits, that are waited for asleep on some
            kernel. All others spin on all.
    """

    def __init__(self) -> None:
        self.sleepers = 0
        self._everywhere = 0

    def note(self, bits: int, wait_type: WaitType) -> None:
        """Note how a class is waited for that does not spin on all kernels.

        Args:
            bits: its subclasses.
            wait_type: CONFIG or SLEEP.
        """
        self.sleepers |= bits
        if wait_type is WaitType.SLEEP:
            self._everywhere |= bits

    def of(self, bit: int) -> WaitType:
        """Return how a class is waited for."""
        if bit & self._everywhere:
            return WaitType.SLEEP
        return WaitType.CONFIG if bit & self.sleepers else WaitType.SPIN

    def refusal(self, me: Thread, lock: Lock, bit: int) -> Failure | None:
        """Say what is wrong with waiting for a lock here and now; None if nothing is.

        Args:
            me: who is about to take it.
            lock: the lock.
            bit: its class and subclass.
        """
        wanted = self.of(bit)
        context, most = _context(me.chain)
        too_strict = [
            held for held in me.held if held.held_bit & me.chain and self.of(held.held_bit) < wanted
        ]
        if most < wanted:
            who, why = f"a handler on top of {me.role}", "is a hard interrupt's"
            right = "it is a thread on PREEMPT_RT: HostInterrupt(..., threaded_on_rt=True)"
            classes: tuple[str, ...] = (_class_of(lock),)
        elif too_strict:
            inside = too_strict[-1]
            who, why = me.role, f"holds {inside.name}, which spins there, too"
            right = f"{_class_of(inside)} is a spinlock_t: lock_class(..., sleeps_on_rt=True)"
            classes = (_class_of(inside), _class_of(lock))
        else:
            return None
        function = model_function()
        return Failure(
            kind="invalid wait context",
            message=f"{who} is about to take {lock.name}{within(function)}, which would sleep on a "
            f"PREEMPT_RT kernel, but {why}",
            functions=(function,),
            lock_classes=classes,
            details=(
                f"{me.role} is trying to acquire {lock.name} ({_HOW[wanted]}){within(function)}",
                f"the context is {context} ({_HOW[most]})",
                *self._held(me),
                f"right only if {right}",
            ),
        )

    def _held(self, me: Thread) -> list[str]:
        """List what a thread holds, the oldest first, and how each is waited for."""
        if not me.held:
            return [f"{me.role} holds no locks"]
        return [
            f"{me.role} holds:",
            *(f"  {held.name} ({_HOW[self.of(held.held_bit)]})" for held in me.held),
        ]


def _class_of(lock: Lock) -> str:
    """Return the name of a lock's class: all its subclasses are waited for alike."""
    return lock.name.partition("[")[0]


def _context(chain: int) -> tuple[str, WaitType]:
    """Return what a thread is in, and how it may wait there (task_wait_context)."""
    if chain & IN_HARDIRQ:
        return "a hard interrupt handler", WaitType.SPIN
    if chain & IN_IRQ:
        return "a handler that is a thread on PREEMPT_RT", WaitType.CONFIG
    if chain & IN_RCU:
        return "an RCU read section", WaitType.CONFIG
    return "a thread", WaitType.SLEEP
