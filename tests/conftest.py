# SPDX-License-Identifier: GPL-2.0-only
"""Every fixture that more than one file uses, by what it is about: see tests/fixtures.

A fixture has one meaning in all tests. Where a file needs another it has its own.
"""

import signal

pytest_plugins = [
    "tests.fixtures.bytecode",
    "tests.fixtures.collector",
    "tests.fixtures.carriers",
    "tests.fixtures.programs",
    "tests.fixtures.kernel",
    "tests.fixtures.machine",
    "tests.fixtures.judging",
    "tests.fixtures.campaign",
    "tests.fixtures.found",
    "tests.fixtures.gallery",
    "tests.fixtures.command",
    "tests.fixtures.session",
    "tests.fixtures.own_scenarios",
    "tests.fixtures.rig",
]

# A shell starts what it runs in the background with Ctrl-C ignored, nohup with SIGHUP. Commands
# inherit that and rightly go on ignoring it: the tests of signals have to send one that arrives.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
