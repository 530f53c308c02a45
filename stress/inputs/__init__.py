# SPDX-License-Identifier: GPL-2.0-only
"""What comes in from a user: options, marks and environment (arguments), and standard input.

Each is checked here, for the command line and for marked tests alike, with an error that says what
would be right.
"""

from stress.inputs import arguments, standard_input
from stress.inputs.arguments import EXECUTIONS, LIMIT, BadArgument, seed
from stress.inputs.text_file import text_of
from stress.inputs.words import Check, Kind, Points, View

__all__ = [
    "EXECUTIONS", "LIMIT", "BadArgument", "Check", "Kind", "Points", "View", "arguments",
    "seed", "standard_input", "text_of",
]  # fmt: skip
