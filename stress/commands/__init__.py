# SPDX-License-Identifier: GPL-2.0-only
"""TODO."""

from stress.commands.cli import main

__all__ = ["main"]
