# SPDX-License-Identifier: GPL-2.0-only
"""Findings: a failure is looked into, explained, and written into the findings directory.

An `Inquiry` asks for a failure of a campaign to be looked into and an `Answer` is what came of it;
an `Example` is one failure with all there is to say of it, a `Finding` where it was first met, and
a `Keeper` writes what is found into the findings directory.
"""

from stress.findings.elsewhere import CANNOT_BE_JUDGED, FAILS, PASSES, outcome_on, revisions_with
from stress.findings.example import Example, as_found, look_into, simplest
from stress.findings.finding import EXPLORING, Finding, found
from stress.findings.inquiry import Answer, Inquiry, circle, inquire, is_looked_into
from stress.findings.mending import mended_text
from stress.findings.programs import keep_program
from stress.findings.store import ALSO, Keeper, Keeps, slug, token_file, write_example
from stress.findings.trailers import trailers

__all__ = [
    "ALSO",
    "CANNOT_BE_JUDGED",
    "EXPLORING",
    "FAILS",
    "PASSES",
    "Answer",
    "Example",
    "Finding",
    "Inquiry",
    "Keeper",
    "Keeps",
    "as_found",
    "circle",
    "found",
    "inquire",
    "is_looked_into",
    "keep_program",
    "look_into",
    "mended_text",
    "outcome_on",
    "revisions_with",
    "simplest",
    "slug",
    "token_file",
    "trailers",
    "write_example",
]
