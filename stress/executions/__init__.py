# SPDX-License-Identifier: GPL-2.0-only
"""TODO."""

from stress.executions.class_subject import ClassSubject, subject_of
from stress.executions.following import Followed, follow
from stress.executions.silence import hangs_text, watched
from stress.executions.single import (
    Single,
    confirm,
    labelled,
    outcome_text,
    run_index,
    run_parameters,
    witness,
)
from stress.executions.source import model_digest
from stress.executions.subject import Subject
from stress.executions.token import PACKED_MAX, PRINTED_MAX, BadToken, Token, UnknownVersion

__all__ = [
    "PACKED_MAX",
    "PRINTED_MAX",
    "BadToken",
    "ClassSubject",
    "Followed",
    "Single",
    "Subject",
    "Token",
    "UnknownVersion",
    "confirm",
    "follow",
    "hangs_text",
    "labelled",
    "model_digest",
    "outcome_text",
    "run_index",
    "run_parameters",
    "subject_of",
    "watched",
    "witness",
]
