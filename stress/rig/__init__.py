# SPDX-License-Identifier: GPL-2.0-only
"""The rig: a real arm64 kernel, emulated, that plays the same programs as the model.

A small monitor of ours is the only program in it. `building` makes that, `wire` translates plays
for it and its console lines into traces, `booting` runs the emulator, and `doctor` says what this
machine lacks for any of it. Nothing here judges: that is done from traces alone (stress/plays).
"""
