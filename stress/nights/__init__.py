# SPDX-License-Identifier: GPL-2.0-only
"""Nights: what runs for hours, may be killed at any moment, and leaves a history behind.

A `NightPlan` says what is to be done; a night is lanes of legs (lane.py, legs.py), each leg one
campaign. What is done is in a journal (journal.py, entries.py) and what is found in the history
(filing.py); from both follows all that is said of it (summing.py).
"""
