# SPDX-License-Identifier: GPL-2.0-only
"""Replaying: a token is opened, run on what it was found on or on what is named, and judged.

The one judgement of tokens: the command `replay` and `git bisect` with it, `shrink`, a marked test
under `--vgic-replay` and the test file of a finding all come here, so that they cannot differ.
"""

from stress.replaying import opening
from stress.replaying.judgement import Say, Wanted, judged, replay, say_divergence
from stress.replaying.opening import Case, opened

__all__ = ["Case", "Say", "Wanted", "judged", "opened", "opening", "replay", "say_divergence"]
