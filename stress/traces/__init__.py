# SPDX-License-Identifier: GPL-2.0-only
"""Traces: what the guests of one execution did and saw, one event a line.

A model and a real kernel are compared by them, so nothing in them is of the model alone: no step,
no lock, no list register. docs/traces.md describes the format. `print_trace` and `read_trace` are
its two directions, and `TraceWriter` is the listener that writes the model's.
"""

from stress.traces.event import NONE, SPURIOUS, Event, Trace
from stress.traces.machine import machine_line, machine_of
from stress.traces.printing import event_line, print_trace
from stress.traces.reading import BadTrace, read_trace
from stress.traces.writer import TraceWriter

__all__ = [
    "NONE", "SPURIOUS", "BadTrace", "Event", "Trace", "TraceWriter", "event_line",
    "machine_line",
    "machine_of", "print_trace", "read_trace",
]  # fmt: skip
