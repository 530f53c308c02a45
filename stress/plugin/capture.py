# SPDX-License-Identifier: GPL-2.0-only
"""What is printed in the middle of a test, past all that pytest captures."""

import sys
from contextlib import ExitStack

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
    _write(text)


def say_aloud(text: str) -> None:
    """Print something while a test goes on; what it prints is captured again after that.

    Args:
        text: what to print on standard error.
    """
    with ExitStack() as stack:
        for config in SESSIONS:
            capturing = config.pluginmanager.getplugin("capturemanager")
            if capturing is not None:
                stack.enter_context(capturing.global_and_fixture_disabled())
        _write(text)


def _write(text: str) -> None:
    if sys.stderr is not None:
        sys.stderr.write(f"\n{text}\n")
        sys.stderr.flush()
