# SPDX-License-Identifier: GPL-2.0-only
"""Controlled concurrency for Python code on real threads; knows nothing of the vGIC.

A program adds modelled threads to a `Scheduler`; they share primitives with the kernel's rules
(`SpinLock`, `Mutex`, `Cell`, `Semaphore`, `Event`, `Timer`, `Rcu`) and objects that can be
freed (`SlabObject`); `execute` runs it once, on `OsThreads`, under a strategy that picks who goes
next. What went wrong is a `Failure`, and the deviations of the execution replay it.

The rooms, each of which imports only those before it: `engine` runs an execution, `schedule` writes
it down and follows it again, `primitives` are what its threads share, `detectors` find what has not
gone wrong yet, `search` chooses the schedules, `checking` is what a test of one's own code calls.
Start reading at engine/scheduler.py.
"""

from harness.checking import CannotReplay, CheckFailed, check, replay
from harness.detectors.lock_order import LockOrder
from harness.detectors.races import DataRaces
from harness.engine import (
    Carriers,
    Deviation,
    DivergedFrom,
    Execution,
    Failed,
    Failure,
    HarnessBug,
    Label,
    Listener,
    ModelFailure,
    NotDeterministic,
    OsThreads,
    Outcome,
    Passed,
    Quiet,
    Scheduler,
    Strategy,
    Stream,
    Streams,
    execute,
    observes,
)
from harness.moved import MODULES, NAMES
from harness.old_names import OldName, keep_old_names
from harness.primitives import (
    Atomic,
    Barrier,
    BoundedSemaphore,
    BrokenBarrier,
    Cell,
    Completion,
    Event,
    HostInterrupt,
    Ipi,
    JoinableThread,
    KmemCache,
    ListHead,
    LockClass,
    Mutex,
    Node,
    Rcu,
    Refcount,
    Requests,
    RwLock,
    Semaphore,
    SlabObject,
    SpinLock,
    Srcu,
    Timer,
    UnguardedPoints,
    WaitQueue,
    Work,
    WorkQueue,
    cpu_relax,
    kfree,
    list_sort,
    local_irq_disable,
    local_irq_enable,
    start_thread,
    wait_until,
)
from harness.schedule import (
    BadToken,
    Change,
    RecordedEvent,
    Recorder,
    StrictReplay,
    UnknownVersion,
)
from harness.search.explore import Exploration, every_behaviour, every_schedule, some_schedules

__all__ = [
    "Atomic", "BadToken", "Barrier", "BoundedSemaphore", "BrokenBarrier", "CannotReplay",
    "Carriers", "Cell", "Change", "CheckFailed", "Completion", "DataRaces", "Deviation",
    "DivergedFrom", "Event", "Execution", "Exploration", "Failed", "Failure", "HarnessBug",
    "HostInterrupt", "Ipi", "JoinableThread", "KmemCache", "Label", "ListHead", "Listener",
    "LockClass", "LockOrder", "ModelFailure", "Mutex", "Node", "NotDeterministic", "OldName",
    "OsThreads", "Outcome", "Passed", "Quiet", "Rcu", "RecordedEvent", "Recorder", "Refcount",
    "Requests", "RwLock", "Scheduler", "Semaphore", "SlabObject", "SpinLock", "Srcu",
    "Strategy", "Stream", "Streams", "StrictReplay", "Timer", "UnguardedPoints",
    "UnknownVersion", "WaitQueue", "Work", "WorkQueue", "check", "cpu_relax", "every_behaviour",
    "every_schedule", "execute", "keep_old_names", "kfree", "list_sort", "local_irq_disable",
    "local_irq_enable", "observes", "replay", "some_schedules", "start_thread", "wait_until",
]  # fmt: skip

keep_old_names(MODULES, NAMES)
