# SPDX-License-Identifier: GPL-2.0-only
"""In which contexts locks are taken, and what follows from that, in lockdep's manner.

A class that an interrupt handler takes must never be held with interrupts on: the handler may run
on top of the holder, and spins for ever. The same follows at a distance: if the handler's class is
somewhere held while a second one is wanted, and the second is somewhere held with interrupts on,
then a handler on top of that holder waits for a thread that waits for that holder. Neither has to
have happened, nor has an interrupt to have come.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from harness.engine import IN_IRQ, IRQS_ON, Failure, Thread, model_function, within


class Use(NamedTuple):
    """The first time that a class was taken in some context."""

    role: str
    function: str
    lock: str

    def __str__(self) -> str:
        return f"{self.lock}, {self.role}{within(self.function and f'{self.function}()')}"


class Usages:
    """In which contexts each class was taken, and where first."""

    def __init__(self) -> None:
        self._in_irq: dict[int, Use] = {}
        self._irqs_on: dict[int, Use] = {}

    def learn(self, bit: int, context: int, me: Thread, lock: str) -> None:
        """Note a context.

        Args:
            bit: the class and subclass.
            context: IRQS_ON, IN_IRQ, or neither.
            me: who takes it.
            lock: which one.
        """
        if context:
            use = Use(me.role, model_function(), lock)
            if context & IN_IRQ:
                self._in_irq.setdefault(bit, use)
            if context & IRQS_ON:
                self._irqs_on.setdefault(bit, use)

    def pairs(self) -> Iterator[tuple[int, int]]:
        """Yield each class taken in a handler with each class taken with interrupts on."""
        for safe in self._in_irq:
            for unsafe in self._irqs_on:
                yield safe, unsafe

    def inversion(
        self, safe: int, unsafe: int, names: tuple[str, str], chain: Sequence[str]
    ) -> Failure:
        """Describe what can go wrong between two of them.

        Args:
            safe: the class taken in a handler.
            unsafe: the class taken with interrupts on.
            names: their names.
            chain: how the first leads to the second; empty if they are one.
        """
        handler, holder = self._in_irq[safe], self._irqs_on[unsafe]
        one, other = names
        if safe == unsafe:
            message = (
                f"{one} is taken in an interrupt handler and held with interrupts on: a handler "
                "on top of the holder spins for ever"
            )
        else:
            message = (
                f"{one} is taken in an interrupt handler and leads to {other}, which is held with "
                "interrupts on: a handler on top of its holder waits for who waits for the holder"
            )
        return Failure(
            kind="lock irq inversion",
            message=message,
            functions=(handler.function, holder.function),
            lock_classes=(one,) if safe == unsafe else (one, other),
            details=(
                f"taken in an interrupt handler: {handler}",
                f"held with interrupts on: {holder}",
                *(("the dependency chain is:", *(f"  {line}" for line in chain)) if chain else ()),
            ),
        )
