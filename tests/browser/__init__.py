# SPDX-License-Identifier: GPL-2.0-only
"""The report page in a real browser: `tox -e browser`, which no other run of the tests collects."""
