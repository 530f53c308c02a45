# SPDX-License-Identifier: GPL-2.0-only
"""Numbers of things in words."""


def counted(count: int, what: str) -> str:
    """Return a number of things in words: `1 finding`, `2 findings`."""
    ending = "" if count == 1 else "es" if what.endswith("ch") else "s"
    return f"{count} {what}{ending}"
