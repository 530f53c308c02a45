# SPDX-License-Identifier: GPL-2.0-only
"""Tracepoints: what kernel, guest and machine announce, as the real kernel has trace_vgic_*.

They say what they do in plain values, numbers of vCPUs and INTIDs, and know nobody who listens.
What is judged, counted or drawn is the business of listeners, each with a memory of its own. An
execution without any takes the same steps and has the same trace.
"""

from harness.engine import observes
from vgic.tracepoints.announcing import Announcer, announcer, wanted_by
from vgic.tracepoints.events import EVENTS, Call, Tracepoints

__all__ = ["EVENTS", "Announcer", "Call", "Tracepoints", "announcer", "wanted_by"]

observes(__name__)
