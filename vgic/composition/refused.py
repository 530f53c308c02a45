# SPDX-License-Identifier: GPL-2.0-only
"""The error of everything that does not go together."""


class CompositionError(ValueError):
    """The classes cannot be put together; the message says why and what to do."""
