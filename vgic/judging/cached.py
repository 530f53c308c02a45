# SPDX-License-Identifier: GPL-2.0-only
"""The windows of the cache of translations: a message that hits, and two who make it void at once.

They are seen at the cache itself, whatever code it is that looks into it.
"""

from vgic.data import LpiTable


def note_windows(lpis: LpiTable, crossed_ones: set[str]) -> None:
    """Have the windows noted from now on.

    Args:
        lpis: the LPIs of a VM.
        crossed_ones: the windows crossed so far, by name.
    """

    def is_hit() -> None:
        crossed_ones.add("cached_translation")

    def is_gone() -> None:
        crossed_ones.add("void_twice")

    lpis.translations.on_hit = is_hit
    lpis.translations.on_gone = is_gone
