# SPDX-License-Identifier: GPL-2.0-only
"""Detectors: what finds a defect in an execution in which nothing went wrong.

`lock_order` finds orders of locks that could deadlock, `races` accesses that nothing orders. A
detector listens, to the locks or to the engine, has its own memory, and is a package of its own: no
other room but search stands above it, and nothing below it knows that it exists. To add one, make a
package here with a `Listener` in it.
"""
