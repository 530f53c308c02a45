# SPDX-License-Identifier: GPL-2.0-only
"""Lifetimes: programs that free too early, twice or never, each beside its right relative."""

from tests.programs.example import Program
from tests.programs.lifetime import ends, references, sections

DEFECTS: dict[str, Program] = {
    program.__name__: program
    for program in (
        sections.looked_up_outside_section,
        sections.freed_under_readers,
        sections.waited_before_unlink,
        ends.closed_twice,
        ends.walked_while_deleted,
        references.taken_from_zero,
        references.cache_puts_what_it_found,
        ends.loser_forgets_its_own,
        references.kept_on_failure,
    )
}

NEAR_MISSES: dict[str, Program] = {
    program.__name__: program
    for program in (
        sections.looked_up_in_section,
        sections.freed_after_readers,
        sections.waited_after_unlink,
        ends.closed_once,
        ends.walked_under_lock,
        references.taken_unless_zero,
        references.cache_puts_what_it_erased,
        ends.loser_frees_its_own,
        references.dropped_on_failure,
    )
}

KINDS: dict[str, frozenset[str]] = {
    "looked_up_outside_section": frozenset({"use after free"}),
    "freed_under_readers": frozenset({"use after free"}),
    "waited_before_unlink": frozenset({"use after free"}),
    "closed_twice": frozenset({"double free"}),
    "walked_while_deleted": frozenset({"list corruption", "use after free"}),
    "taken_from_zero": frozenset({"reference from zero"}),
    "cache_puts_what_it_found": frozenset({"reference underflow"}),
    "loser_forgets_its_own": frozenset({"memory leak"}),
    "kept_on_failure": frozenset({"memory leak"}),
}
"""What each defect may be found as; which of two depends on who comes first."""

__all__ = ["DEFECTS", "KINDS", "NEAR_MISSES"]
