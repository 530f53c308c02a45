# SPDX-License-Identifier: GPL-2.0-only
"""The house rules that a linter cannot see, as functions over a tree of sources.

Each takes the folder that the rooms stand in and returns one line for each violation, in the order
of the files. So the same function judges this repository and, in the tests, a small tree with a
violation planted in it.
"""
