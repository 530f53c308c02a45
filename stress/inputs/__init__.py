# SPDX-License-Identifier: GPL-2.0-only
"""TODO."""

from stress.inputs import arguments, standard_input
from stress.inputs.arguments import EXECUTIONS, LIMIT, BadArgument, Check, Kind, View, seed

__all__ = [
    "EXECUTIONS",
    "LIMIT",
    "BadArgument",
    "Check",
    "Kind",
    "View",
    "arguments",
    "seed",
    "standard_input",
]
