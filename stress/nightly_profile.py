# SPDX-License-Identifier: GPL-2.0-only
"""The profile of Hypothesis for nights; registered where Hypothesis itself is imported.

Hypothesis calls what packages enter in the group `hypothesis` of entry points, so that
`pytest --hypothesis-profile=nightly` needs no line in conftest.py. Whoever imports Hypothesis for
something else imports this file for it, and nothing else of ours: it stands in no room.

Under a CI Hypothesis chooses its profile `ci` by itself, which draws the same examples in every run
and keeps none: a night under that is the night before once more. This one depends on no variable.
"""

NIGHTLY = "nightly"
EXAMPLES = 5_000


def register_profile() -> None:
    """Register the profile `nightly`, unless somebody has one of that name.

    It draws other examples each time, keeps what fails in the database of the default profile, and
    has no deadline.
    """
    from hypothesis import HealthCheck, settings
    from hypothesis.errors import InvalidArgument

    try:
        settings.get_profile(NIGHTLY)
    except InvalidArgument:
        settings.register_profile(
            NIGHTLY,
            parent=settings.get_profile("default"),
            max_examples=EXAMPLES,
            derandomize=False,
            deadline=None,
            print_blob=True,
            suppress_health_check=[HealthCheck.too_slow],
        )
