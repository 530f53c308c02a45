# SPDX-License-Identifier: GPL-2.0-only
"""Controlled concurrency for Python code on real threads; knows nothing of interrupts.

A program adds modelled threads to a `Scheduler`; they share primitives with the kernel's rules
(`SpinLock`, `Cell`, `ListHead`, `Requests`, `Ipi`, `Refcount`, `Rcu`) and objects that can be
freed (`SlabObject`); `execute` runs it once, on `OsThreads`, under a strategy that picks who goes
next. What went wrong is a `Failure`, and the deviations of the execution replay it. Start reading
at scheduler.py.
"""

from harness.carriers import OsThreads
from harness.cells import Atomic, Cell
from harness.context import local_irq_disable, local_irq_enable
from harness.execution import DivergedFrom, Execution, Failed, Outcome, Passed, execute
from harness.explore import Exploration, every_behaviour, every_schedule, some_schedules
from harness.failures import Failure, HarnessBug, ModelFailure
from harness.history import Change
from harness.list_head import ListHead
from harness.list_node import Node
from harness.list_sort import list_sort
from harness.lockorder import LockClass, LockOrder
from harness.mutex import Mutex
from harness.rcu import Rcu
from harness.recording import Event, Recorder
from harness.refcount import Refcount
from harness.replay import StrictReplay
from harness.requests import Ipi, Requests
from harness.schedule import Deviation, Label
from harness.scheduler import Scheduler
from harness.slab import KmemCache, SlabObject, kfree
from harness.spinlock import SpinLock
from harness.strategy import Strategy
from harness.streams import Stream, Streams
from harness.threads import Carriers
from harness.waitqueue import Completion, WaitQueue

__all__ = [
    "Atomic", "Carriers", "Cell", "Change", "Completion", "Deviation", "DivergedFrom", "Event",
    "Execution", "Exploration", "Failed", "Failure", "HarnessBug", "Ipi", "KmemCache", "Label",
    "ListHead", "LockClass", "LockOrder", "ModelFailure", "Mutex", "Node", "OsThreads",
    "Outcome", "Passed", "Rcu", "Recorder", "Refcount", "Requests", "Scheduler", "SlabObject",
    "SpinLock", "Strategy", "Stream", "Streams", "StrictReplay", "WaitQueue", "every_behaviour",
    "every_schedule", "execute", "kfree", "list_sort", "local_irq_disable", "local_irq_enable",
    "some_schedules",
]  # fmt: skip
