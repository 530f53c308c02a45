# SPDX-License-Identifier: GPL-2.0-only
"""Who takes part in an execution: threads that are there at its beginning, and those started in it.

A thread that is started inside an execution is one like any other from then on: it is offered to
the strategy, named by its role in deviations, and run to its end before the execution is over. Its
place in creation order, and so in the quiet default, is the last.

A daemon serves the others, as in Python: it fires timers, does queued work, or fills a cache. When
all others have ended and no daemon can go on, the execution is over. The daemons unwind where they
wait, and that is no failure, unless one is busy with what it was asked for.
"""

import sys
from collections.abc import Callable, Sequence

from harness.engine.carrying import Carriers
from harness.engine.failures import Failure, ForeignThread
from harness.engine.points import Points
from harness.engine.printable import NAME_MAX, printable_name
from harness.engine.strategy import Strategy, welcome
from harness.engine.threads import Operation, Thread, operation
from harness.engine.timeouts import Timeouts


class Population(Points):
    """The threads of one execution, in the order in which the quiet default takes them.

    Attributes:
        timeouts: whose time may be up; None as long as nobody has waited with a timeout.
    """

    __slots__ = ("_carriers", "_cycles", "_roles", "_strategy", "timeouts")

    def __init__(self, strategy: Strategy, *, steps_max: int) -> None:
        super().__init__(steps_max=steps_max, wants_growth=strategy.asks_on_growth)
        self.timeouts: Timeouts | None = None
        self._strategy = strategy
        self._carriers: Carriers
        self._cycles: list[list[Thread]] = []
        self._roles: set[str] = set()

    def thread(self, role: str, body: Callable[[], object]) -> Thread:
        """Add a thread; all are added before the execution starts.

        Inside the execution threads are started with `harness.start_thread`.
        """
        if self._cycles:
            self.fail(
                Failure(
                    "thread added too late",
                    f"{role} is added while the threads run: add it before, or start it with "
                    "start_thread",
                )
            )
        thread = Thread(role, 0, body)
        self.add(thread)
        return thread

    def add(self, thread: Thread) -> None:
        """Have a thread take part; it stands before its first step and can go on.

        Args:
            thread: new; while others run it needs a first operation of its own, so that what
                starts it comes before.
        """
        if thread.role in self._roles:
            self.fail(
                Failure(
                    "thread role taken",
                    f"there is a thread {thread.role} already: schedules name threads by their "
                    "roles, so give this one another",
                )
            )
        if printable_name(thread.role) != thread.role:
            self.fail(
                Failure(
                    "thread role unfit",
                    f"{printable_name(thread.role)} names a thread, and is not printable or longer "
                    f"than {NAME_MAX} characters: a token could not name it, so give it another",
                )
            )
        thread.index = len(self.threads)
        self.threads.append(thread)
        self._roles.add(thread.role)
        if self._cycles:
            try:
                self._carriers.welcome(thread)
            except ForeignThread as foreign:
                self.fail(foreign.failure(sys._getframe(1)))
            welcome(self._strategy, thread)
            self._line_up()
            if self.wants_growth:
                self.next_ask = 0

    def time_is_up_for(self, me: Thread) -> None:
        """Note that a thread has gone on because its time was up."""
        if self.timeouts is not None:
            self.timeouts.expired(me)

    def may_time_out(self) -> None:
        """Say that some thread is about to wait with a timeout."""
        if self.timeouts is None:
            self.timeouts = Timeouts(self.threads)

    def _forget_setting_up(self) -> None:
        """Nothing could have come in between what the program did so far: it is no step."""
        self.steps = 0
        self.trace[:] = [entry for entry in self.trace if not isinstance(entry, Operation)]
        for listener in self.listeners:
            listener.begins()

    def _line_up(self) -> None:
        """Put the threads into cyclic creation order, as seen from each of them."""
        threads = self.threads
        # The last one, index -1, is for the choice before the first step.
        self._cycles = [threads[i:] + threads[:i] for i in range(len(threads))] + [threads]

    def _next_to_unwind(self) -> Thread | None:
        """Return a thread that has still to leave what it was doing; None if all have ended."""
        for thread in self.threads:
            if not thread.finished:
                if thread.started:
                    self.current = thread
                    return thread
                thread.finished = True
        return None

    def _announce_end(self, me: Thread) -> None:
        """Say that a thread which others may wait for, or spin until it is over, has ended."""
        self.swapped[me.first.name] = len(self.trace)
        if self.wants_touches:
            self.touch(operation("exit", "thread", me.first.name))


def only_daemons_left(unfinished: Sequence[Thread]) -> bool:
    """Return whether all that have not ended are daemons that nobody has asked for anything."""
    return all(thread.daemon and not thread.busy for thread in unfinished)
