# SPDX-License-Identifier: GPL-2.0-only
"""The engine: modelled threads, one execution of them, and its verdict.

A modelled thread publishes an operation at each scheduling point (`points`, `threads`); the
scheduler decides there who goes next, as its strategy has it, and OS threads or greenlets carry
them (`scheduler`, `strategy`, `carriers`). Threads may be started inside an execution, and may wait
with a timeout (`population`, `timeouts`). `execute` runs a program once and returns an
`Execution`: outcome, schedule, trace. That nobody can proceed and that there is no end are
verdicts of the engine's own (`deadlock`, `step_bound`); whatever else wants to know what happens is
a listener (`listeners`). It knows no primitive and no detector.

From the bottom up: printable, frames, failures, threads, trace, listeners, points, population,
scheduler, execution.
"""

from harness.engine.carriers import OsThreads
from harness.engine.carrying import Carried, Carriers
from harness.engine.deviation import Deviation, Label
from harness.engine.execution import DivergedFrom, Execution, Failed, Outcome, Passed, execute
from harness.engine.failures import (
    Diverged,
    Failure,
    ForeignThread,
    HarnessBug,
    Misbehaviour,
    ModelFailure,
    NotDeterministic,
    Unwind,
)
from harness.engine.frames import (
    above_execution,
    calls_at,
    delivered,
    is_model,
    is_observer,
    is_ours,
    is_own,
    model_function,
    model_stack,
    observes,
    only_observes,
    own_line,
    unnamed,
    within,
)
from harness.engine.listeners import Listener
from harness.engine.printable import (
    NAME_MAX,
    TEXT_MAX,
    described,
    is_printable,
    printable,
    printable_lines,
    printable_name,
    printable_text,
    shortened,
    value_text,
)
from harness.engine.rehearsal import Rehearsed, Rehearsing, Run
from harness.engine.scheduler import Scheduler
from harness.engine.signs import SIGNS
from harness.engine.strategy import NEVER, Quiet, Strategy, Welcoming, welcome
from harness.engine.streams import Stream, Streams
from harness.engine.threads import (
    CONTEXT,
    EVERYTHING,
    EXIT,
    IN_HARDIRQ,
    IN_IRQ,
    IN_RCU,
    IRQS_ON,
    START,
    Gate,
    Lock,
    Operation,
    Standstill,
    Thread,
    operation,
    operations,
)
from harness.engine.timeouts import IN_A_ROW, TIMED
from harness.engine.touches import Touches
from harness.engine.trace import Entry, Note, Touch, entry_text

__all__ = [
    "CONTEXT",
    "EVERYTHING",
    "EXIT",
    "IN_A_ROW",
    "IN_HARDIRQ",
    "IN_IRQ",
    "IN_RCU",
    "IRQS_ON",
    "NAME_MAX",
    "NEVER",
    "SIGNS",
    "START",
    "TEXT_MAX",
    "TIMED",
    "Carried",
    "Carriers",
    "Deviation",
    "Diverged",
    "DivergedFrom",
    "Entry",
    "Execution",
    "Failed",
    "Failure",
    "ForeignThread",
    "Gate",
    "HarnessBug",
    "Label",
    "Listener",
    "Lock",
    "Misbehaviour",
    "ModelFailure",
    "NotDeterministic",
    "Note",
    "Operation",
    "OsThreads",
    "Outcome",
    "Passed",
    "Quiet",
    "Rehearsed",
    "Rehearsing",
    "Run",
    "Scheduler",
    "Standstill",
    "Strategy",
    "Stream",
    "Streams",
    "Thread",
    "Touch",
    "Touches",
    "Unwind",
    "Welcoming",
    "above_execution",
    "calls_at",
    "delivered",
    "described",
    "entry_text",
    "execute",
    "is_model",
    "is_observer",
    "is_ours",
    "is_own",
    "is_printable",
    "model_function",
    "model_stack",
    "observes",
    "only_observes",
    "operation",
    "operations",
    "own_line",
    "printable",
    "printable_lines",
    "printable_name",
    "printable_text",
    "shortened",
    "unnamed",
    "value_text",
    "welcome",
    "within",
]
