# SPDX-License-Identifier: GPL-2.0-only
"""Portfolios of scenarios whose windows one strategy crosses far more often than another.

What leads crosses the hardest of them most often; what hardly does comes last, so that all are
tried in the long run and nobody waits for them in the short one.
"""

FOR_NESTING = ("random-walk", "random-walk", "pos", "random-walk", "burst", "random-walk", "pct")
"""Handlers nest deepest where everybody gets a little further in turn."""

FOR_MIGRATION = (
    "random-walk", "burst", "random-walk", "burst", "random-walk", "burst", "pos", "pct"
)  # fmt: skip
"""The windows in which prune and flush drop a lock are short; priorities rarely change inside."""
