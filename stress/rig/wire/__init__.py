# SPDX-License-Identifier: GPL-2.0-only
"""The wire between us and the monitor: plays go to it as words, lines of its console come back.

sources/proto.h is the contract. What the monitor prints is data out of a machine that may do
anything: it is checked, bounded and escaped here, and becomes values: traces, and what came of each
play.
"""

from stress.rig.wire.encoding import Unplayable, encode
from stress.rig.wire.lines import is_from_the_monitor
from stress.rig.wire.played import Played
from stress.rig.wire.receiving import Hello, Reception

__all__ = ["Hello", "Played", "Reception", "Unplayable", "encode", "is_from_the_monitor"]
