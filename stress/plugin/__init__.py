# SPDX-License-Identifier: GPL-2.0-only
"""The pytest plugin: a marked test stresses a kernel, and replays what it has found.

plugin.py is loaded into every session of pytest and imports nothing until a marked test runs, which
run.py does; so does this face. capture.py prints past what pytest captures, profile.py registers a
profile with Hypothesis.
"""

from stress.plugin.capture import last_words
from stress.plugin.profile import register_profile

__all__ = ["last_words", "register_profile"]
