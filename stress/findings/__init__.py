# SPDX-License-Identifier: GPL-2.0-only
"""TODO."""

from stress.findings.finding import Finding, found
from stress.findings.inquiry import (
    Answer,
    Example,
    Inquiry,
    as_found,
    inquire,
    is_looked_into,
    look_into,
)
from stress.findings.store import Keeper, token_file

__all__ = [
    "Answer",
    "Example",
    "Finding",
    "Inquiry",
    "Keeper",
    "as_found",
    "found",
    "inquire",
    "is_looked_into",
    "look_into",
    "token_file",
]
