# SPDX-License-Identifier: GPL-2.0-only
"""Under `@given` a test runs hundreds of times: which of these runs is the one that is reported?

While Hypothesis searches and shrinks, each example that fails is only the way to the next. The one
that it reports it runs once more at the end, and that run it calls the final one.
"""

import sys


def is_reported() -> bool:
    """Say whether what fails now is reported: outside Hypothesis, or in its final run.

    A release of Hypothesis that says it in another way has each example taken for the last.
    """
    context = _context()
    return bool(getattr(context, "is_final", True))


def is_under_given() -> bool:
    """Say whether Hypothesis runs an example."""
    return _context() is not None


def _context() -> object:
    """Return what Hypothesis knows of the run of an example, None if it runs none."""
    hypothesis = sys.modules.get("hypothesis")
    if hypothesis is None or not hypothesis.currently_in_test_context():
        return None
    context: object = getattr(sys.modules["hypothesis.control"], "current_build_context", object)()
    return context
