# SPDX-License-Identifier: GPL-2.0-only
"""A finding as a pytest file: it fails while the race is there.

It needs this package and nothing else, but for a user's class: that is named by its file.
"""

from collections.abc import Sequence
from pathlib import Path
from textwrap import wrap

from stress.executions import Target, Token

_TEMPLATE = '''\
"""{signature}

{view}

Found in the scenario {scenario}.

Made by vgic-stress. The test fails while this race is there and when it cannot be judged any
more; it passes when the schedule can be followed and nothing goes wrong.
"""

from stress.repro import assert_passes

{tokens}
{kernel}

def test_repro() -> None:
    assert_passes({names}{target})
'''


def repro_file(signature: str, view: str, tokens: Sequence[str], target: Target) -> str:
    """Return the text of a test file.

    Args:
        signature: the failure's identity.
        view: the execution in columns.
        tokens: replay it, together if it takes several.
        target: what it was found on. A user's class is named by its file.
    """
    kernel = chosen = ""
    if target.patch is not None:
        path, name = target.patch
        place = f"{Path(path).resolve()}{f':{name}' if name else ''}"
        kernel = f"KERNEL = {place!r}  # change it if the class has moved\n"
        chosen = f", revision=KERNEL, bugs={target.bugs!r}"
    names = ["TOKEN", *(f"TOKEN_{number}" for number in range(2, len(tokens) + 1))]
    return _TEMPLATE.format(
        signature=_in_docstring(signature),
        view=_in_docstring(view),
        scenario=" and ".join(dict.fromkeys(Token.decode(token).scenario for token in tokens)),
        tokens="\n".join(map(_assignment, names, tokens)),
        kernel=kernel,
        names=", ".join(names),
        target=chosen,
    )


def _in_docstring(text: str) -> str:
    """Keep what an exception's message may hold from ending the docstring."""
    return text.replace("\\", "\\\\").replace('"""', r"\"\"\"")


def _assignment(name: str, token: str) -> str:
    lines = "\n".join(f'    "{line}"' for line in wrap(token, 88, break_on_hyphens=False))
    return f"{name} = (\n{lines}\n)"
