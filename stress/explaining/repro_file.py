# SPDX-License-Identifier: GPL-2.0-only
"""A finding as a pytest file: it fails while the race is there, and needs only this package."""

from collections.abc import Sequence
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

{tokens}


def test_repro() -> None:
    assert_passes({names}{subject})
'''


def repro_file(signature: str, view: str, tokens: Sequence[str], subject: Subject) -> str:
    """Return the text of a test file.

    Args:
        signature: the failure's identity.
        view: the execution in columns.
        tokens: replay it, together if it takes several.
        subject: what it was found on. A user's class is named by its file.
    """
    chosen = ""
    if subject.patch is not None:
        path, name = subject.patch
        place = f"{Path(path).resolve()}{f':{name}' if name else ''}"
        chosen = f", revision={place!r}, bugs={subject.bugs!r}"
    names = ["TOKEN", *(f"TOKEN_{number}" for number in range(2, len(tokens) + 1))]
    return _TEMPLATE.format(
        signature=signature,
        view=view,
        tokens="\n".join(map(_assignment, names, tokens)),
        names=", ".join(names),
        subject=chosen,
    )


def _assignment(name: str, token: str) -> str:
    lines = "\n".join(f'    "{line}"' for line in wrap(token, 88, break_on_hyphens=False))
    return f"{name} = (\n{lines}\n)"
