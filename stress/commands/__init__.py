# SPDX-License-Identifier: GPL-2.0-only
"""The command line: a command parses its arguments, calls, says what came of it, and gives a code.

`main` (entry.py) is the process, cli.py has the commands, but for those that search, which are in
searching.py, and options.py what several of them take; run.py, explore.py, shrink.py and list.py do
what a command does beside that.
"""

from stress.commands.entry import main

__all__ = ["main"]
