# SPDX-License-Identifier: GPL-2.0-only
"""TODO."""

from stress.plugin.capture import last_words

__all__ = ["last_words"]
