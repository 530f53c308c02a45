# SPDX-License-Identifier: GPL-2.0-only
"""translation_put_twice: two who forget the same translation both drop its reference."""

from vgic.bugs.bug import Bug
from vgic.kernel import Mechanism


class TranslationPutTwice(Mechanism):
    """Who makes the cache of translations void goes over it, takes each out, and puts what he saw.

    Commands do so with the its_lock, and who disables LPIs without: the one reference is dropped
    twice, and the LPI freed while an event is mapped to it.
    """

    def puts_found_translation(self) -> bool:
        """Drop the reference of what was seen."""
        return True


RECORD = Bug(
    name="translation_put_twice",
    cls=TranslationPutTwice,
    found_as=("I6 reference missing", "reference underflow", "use after free", "double free"),
    guest_sees=True,
    date="2026-06",
    mended_by="13031fb6b835",
    cve="CVE-2026-46316",
    applies_to=("reference", "halting", "linux-7.3"),
)
