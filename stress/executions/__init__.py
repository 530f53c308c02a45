# SPDX-License-Identifier: GPL-2.0-only
"""One execution: what is tested, the machine and the schedule in, a verdict out, and its token.

A `Target` is a revision or a class with bugs in it. `run` and `run_index` (single.py) run it once,
`confirm` (confirming.py) makes a token of what came of it, `follow` (following.py) replays one,
`model_trace` and `traced` (tracing.py) write down what its guests saw, and `watched` (hanging.py)
ends the process if an execution never comes to its end.
"""

from harness.schedule import PACKED_MAX, BadToken, UnknownVersion
from stress.executions.confirming import confirm, labelled, outcome_text, witness
from stress.executions.differing import fault_of, not_deterministic
from stress.executions.following import Followed, follow
from stress.executions.hanging import Hung, hangs_text, watched
from stress.executions.kept_pool import give_up_pool, kept_pool
from stress.executions.played import played
from stress.executions.single import Single, run, run_index
from stress.executions.source import model_digest
from stress.executions.target import Target, target_of
from stress.executions.token import PRINTED_MAX, CannotJudge, Token
from stress.executions.tracing import Traced, model_trace, traced

__all__ = [
    "PACKED_MAX", "PRINTED_MAX", "BadToken", "CannotJudge", "Followed", "Hung", "Single", "Target",
    "Token", "Traced", "UnknownVersion", "confirm", "fault_of", "follow", "give_up_pool",
    "hangs_text", "kept_pool", "labelled", "model_digest", "model_trace", "not_deterministic",
    "outcome_text", "played", "run", "run_index", "target_of", "traced", "watched", "witness",
]  # fmt: skip
