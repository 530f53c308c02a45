# SPDX-License-Identifier: GPL-2.0-only
"""The process and its surroundings: streams, files, signals, exit codes, confined code under test.

It knows nothing of executions or findings. What code under test may not do to its process is in
confining.py, what every printed text goes through in output.py, what is logged in logs.py.
"""

from stress.system import exit_codes, logs, output, shell
from stress.system.children import dying_with_us
from stress.system.confining import GONE, confined, loading
from stress.system.exit_codes import Exit, end_at_once, worst
from stress.system.files import is_open_as, is_replaceable, write_whole
from stress.system.garbage import Garbage
from stress.system.logs import LogLine
from stress.system.memory import check_memory, is_bounded
from stress.system.output import bug_text, complain, say, write_json, write_unfinished
from stress.system.own_code import own_code, own_code_under_way
from stress.system.plurals import counted
from stress.system.printed import printed, printed_text
from stress.system.signals import Interrupts, interrupts
from stress.system.standing_in import standing_in
from stress.system.user_file import UnusableFile, line_in, run_file

__all__ = [
    "GONE",
    "Exit",
    "Garbage",
    "Interrupts",
    "LogLine",
    "UnusableFile",
    "bug_text",
    "check_memory",
    "complain",
    "confined",
    "counted",
    "dying_with_us",
    "end_at_once",
    "exit_codes",
    "interrupts",
    "is_bounded",
    "is_open_as",
    "is_replaceable",
    "line_in",
    "loading",
    "logs",
    "output",
    "own_code",
    "own_code_under_way",
    "printed",
    "printed_text",
    "run_file",
    "say",
    "shell",
    "standing_in",
    "worst",
    "write_json",
    "write_unfinished",
    "write_whole",
]
