# SPDX-License-Identifier: GPL-2.0-only
"""A finding as a pytest file: it fails while the race is there, and needs only this package."""

from pathlib import Path
from textwrap import wrap

from stress.subject import Subject

_TEMPLATE = '''\
"""{signature}

{view}

Made by vgic-stress. The test fails while this race is there and when it cannot be judged any
more; it passes when the schedule can be followed and nothing goes wrong.
"""

from stress.repro import assert_passes

TOKEN = (
{token}
)


def test_repro() -> None:
    assert_passes(TOKEN{subject})
'''


def repro_file(signature: str, view: str, token: str, subject: Subject) -> str:
    """Return the text of a test file.

    Args:
        signature: the failure's identity.
        view: the execution in columns.
        token: replays it.
        subject: what it was found on. A user's class is named by its file.
    """
    chosen = ""
    if subject.patch is not None:
        path, name = subject.patch
        place = f"{Path(path).resolve()}{f':{name}' if name else ''}"
        chosen = f", revision={place!r}, bugs={subject.bugs!r}"
    lines = wrap(token, 88, break_on_hyphens=False)
    return _TEMPLATE.format(
        signature=signature,
        view=view,
        token="\n".join(f'    "{line}"' for line in lines),
        subject=chosen,
    )
