# SPDX-License-Identifier: GPL-2.0-only
"""Traces: what the guests of one execution did and saw, one event a line.

A model and a real kernel are compared by them, so nothing in them is of the model alone: no step,
no lock, no list register. docs/traces.md describes the format.
"""

from stress.traces.event import NONE, SPURIOUS, Event, Trace

__all__ = ["NONE", "SPURIOUS", "Event", "Trace"]
