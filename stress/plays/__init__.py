# SPDX-License-Identifier: GPL-2.0-only
"""Plays: a machine and its programs, how often they run, and what is to be seen each time.

A play is a scenario without a drawing: values that run in the model and, translated, on a real
kernel. Its printed form is a small script language.
"""

from stress.plays.play import Play, ToRead

__all__ = ["Play", "ToRead"]
