# SPDX-License-Identifier: GPL-2.0-only
"""Every fixture that more than one file uses, by what it is about: see tests/fixtures.

A fixture has one meaning in all tests. Where a file needs another it has its own.
"""

pytest_plugins = [
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
]
