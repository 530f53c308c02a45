# SPDX-License-Identifier: GPL-2.0-only
"""Timed waits: a wait that ends when what is waited for has come, or when the time is up.

Which of the two it is the schedule says, and how long a timeout is says nothing: see
harness.engine.timeouts. What has come by the time that the thread goes on is not missed, however
late that is.
"""

from harness.engine import Operation, Scheduler, operation

TIME_IS_UP = "time is up:"


def timed_point(scheduler: Scheduler, waited: Operation, timeout: float) -> bool:
    """Wait at an operation's gate until it opens or the time is up; return whether it was open.

    Whoever calls this says what the operation touches when it has not been in vain.

    Args:
        scheduler: the execution's scheduler.
        waited: the operation as it would be without a timeout.
        timeout: 0 or less does not wait at all; how large it is else does not matter.
    """
    gate = waited.gate
    assert gate is not None
    if timeout <= 0:
        scheduler.point(operation("read", waited.lock_class, waited.name))
    else:
        scheduler.may_time_out()
        scheduler.gated_point(Operation("timed_wait", waited.lock_class, waited.name, gate))
    if scheduler.unwinding or not gate.shut:
        return True
    if timeout > 0:
        scheduler.time_is_up_for(scheduler.current)
        scheduler.note(TIME_IS_UP, waited.name)
    return False
