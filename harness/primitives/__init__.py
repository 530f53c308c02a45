# SPDX-License-Identifier: GPL-2.0-only
"""What modelled threads share, with the kernel's names and rules.

Locks (`spinlock`, `mutex`, `rwlock`), words (`cells`, `refcount`, `requests`), lists (`list_head`,
`list_sort`), waiting (`waitqueue`, `completion`, `semaphore`, `event`, `barrier`, `requests`,
`spinning`; with a timeout, `timed`), threads (`joining`) and what is done later (`timer`,
`workqueue`), the life of objects (`slab`, `rcu`, `srcu`) and interrupts (`context`,
`host_interrupt`). Each operation is a scheduling point before it takes effect, and each primitive
checks the rules that the kernel's own checks when built for debugging, or Python's where it is
Python's.
A lock notifies a `LockListener` of what is new about taking it, and knows no detector;
`Watching` does the same for plain attributes, and `UnguardedPoints` makes a scheduling point of
each access to one without its guard.
"""

from harness.primitives.atomic_context import check_may_call_cpus, check_may_sleep
from harness.primitives.barrier import Barrier, BrokenBarrier
from harness.primitives.cells import Atomic, Cell
from harness.primitives.completion import Completion
from harness.primitives.context import (
    local_irq_disable,
    local_irq_enable,
    preempt_disable,
    preempt_enable,
)
from harness.primitives.event import Event
from harness.primitives.guard import Guard, is_held
from harness.primitives.host_interrupt import HostInterrupt, run_on_top
from harness.primitives.joining import JoinableThread, start_thread
from harness.primitives.list_head import ListHead
from harness.primitives.list_node import Node
from harness.primitives.list_sort import list_sort
from harness.primitives.lock_class import LockClass, WaitType, might_lock
from harness.primitives.mutex import Mutex
from harness.primitives.placed_lock import line_text, remember_places
from harness.primitives.rcu import Rcu
from harness.primitives.refcount import Refcount
from harness.primitives.requests import Ipi, Requests, Taking
from harness.primitives.rwlock import RwLock
from harness.primitives.semaphore import BoundedSemaphore, Semaphore
from harness.primitives.slab import Freeable, KmemCache, SlabObject, kfree, life_of
from harness.primitives.spinlock import SpinLock
from harness.primitives.spinning import cpu_relax, wait_until
from harness.primitives.srcu import Srcu
from harness.primitives.timer import Timer
from harness.primitives.unguarded import UnguardedPoints
from harness.primitives.waitqueue import WaitQueue
from harness.primitives.watched import Watching, accessor
from harness.primitives.work import Work
from harness.primitives.workqueue import WorkQueue

__all__ = [
    "Atomic",
    "Barrier",
    "BoundedSemaphore",
    "BrokenBarrier",
    "Cell",
    "Completion",
    "Event",
    "Freeable",
    "Guard",
    "HostInterrupt",
    "Ipi",
    "JoinableThread",
    "KmemCache",
    "ListHead",
    "LockClass",
    "Mutex",
    "Node",
    "Rcu",
    "Refcount",
    "Requests",
    "RwLock",
    "Semaphore",
    "SlabObject",
    "SpinLock",
    "Srcu",
    "Taking",
    "Timer",
    "UnguardedPoints",
    "WaitQueue",
    "WaitType",
    "Watching",
    "Work",
    "WorkQueue",
    "accessor",
    "check_may_call_cpus",
    "check_may_sleep",
    "cpu_relax",
    "is_held",
    "kfree",
    "life_of",
    "line_text",
    "list_sort",
    "local_irq_disable",
    "local_irq_enable",
    "might_lock",
    "preempt_disable",
    "preempt_enable",
    "remember_places",
    "run_on_top",
    "start_thread",
    "wait_until",
]
