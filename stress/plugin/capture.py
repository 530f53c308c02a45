# SPDX-License-Identifier: GPL-2.0-only
"""What is printed when a process ends in the middle of a test: past all that pytest captures."""

import sys

import pytest

SESSIONS: list[pytest.Config] = []
"""The sessions of this process, for as long as they last."""


def last_words(text: str) -> None:
    """Print why the process ends, where no capturing of pytest hides it.

    Args:
        text: what to print on standard error.
    """
    for config in SESSIONS:
        capturing = config.pluginmanager.getplugin("capturemanager")
        if capturing is not None:
            capturing.suspend_global_capture()
    if sys.stderr is not None:
        sys.stderr.write(f"\n{text}\n")
        sys.stderr.flush()
