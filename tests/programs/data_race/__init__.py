# SPDX-License-Identifier: GPL-2.0-only
"""Data races, and near misses: programs that have one, and programs that look as if they had."""

from tests.programs.data_race import broken_barrier, handed_over, plain, put_off, waited_for
from tests.programs.data_race.bank import Account, Bank
from tests.programs.example import Program

_PAIRS = (*handed_over.PAIRS, *waited_for.PAIRS, *put_off.PAIRS, *broken_barrier.PAIRS)

DEFECTS: dict[str, Program] = {
    program.__name__: program
    for program in (
        plain.no_lock,
        plain.two_different_locks,
        plain.published_by_a_marked_write,
        plain.read_after_the_lock_is_dropped,
        plain.looked_at_before_it_is_taken,
        *(wrong for wrong, _ in _PAIRS),
    )
}

NEAR_MISSES: dict[str, Program] = {
    program.__name__: program
    for program in (
        plain.one_lock,
        plain.two_fields_of_one_account,
        plain.published_by_an_atomic,
        plain.estimate_without_the_lock,
        plain.handed_over_by_ipi,
        plain.handed_over_by_request,
        plain.guarded_by_a_lock_of_its_own,
        *(right for _, right in _PAIRS),
    )
}

__all__ = ["DEFECTS", "NEAR_MISSES", "Account", "Bank"]
