# SPDX-License-Identifier: GPL-2.0-only
"""The windows of the cache of translations: a message that hits, and two who make it void at once.

They are seen at the cache itself, whatever code it is that looks into it.
"""

from functools import partial

from vgic.data import LpiTable


def note_windows(lpis: LpiTable, crossed: set[str]) -> None:
    """Have the windows noted from now on.

    Args:
        lpis: the LPIs of a VM.
        crossed: the windows crossed so far, by name.
    """
    lpis.translations.on_hit = partial(crossed.add, "cached_translation")
    lpis.translations.on_gone = partial(crossed.add, "void_twice")
