# SPDX-License-Identifier: GPL-2.0-only
"""The words that some options take, each a list of its own."""

from enum import StrEnum


class Check(StrEnum):
    """What can be checked or not; if nothing is said a user's class is, for races alone."""

    RACES = "races"
    KICKS = "kicks"
    ARCHITECTURE = "architecture"


class Points(StrEnum):
    """Where threads can be interleaved: where they synchronise, or at plain accesses as well."""

    STANDARD = "standard"
    ALL = "all"


class View(StrEnum):
    """How an execution can be shown."""

    COLUMNS = "columns"
    LOCKDEP = "lockdep"
    COMMIT = "commit"
    FULL = "full"


class Kind(StrEnum):
    """What can be listed."""

    SCENARIOS = "scenarios"
    REVISIONS = "revisions"
    BUGS = "bugs"
    STRATEGIES = "strategies"
    FUNCTIONS = "functions"
    WINDOWS = "windows"
