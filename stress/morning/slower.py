# SPDX-License-Identifier: GPL-2.0-only
"""What got slower to find: a finding that was seen, but much more rarely than in earlier nights.

That is a sign of something: a change hides a race, or the search has lost what led it there. Rates
differ from night to night without any cause, too. The portfolio gives each strategy at least half
of an equal share, so that a rate may well halve; and of a hundred comparisons one is always
extreme. So a rate counts as lower only if it is lower than half of what it was (the conditional
test of two Poisson rates, for each scenario by itself, since nights give them other shares), and
only at a level of 1 % for all findings and scenarios of the night together (Holm). chances.py has
both.

What was not seen tonight is not slower: gone.py says how sure it is that it is gone.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from stress.history import FindingRecord, NightRecord
from stress.morning.chances import holm, not_slower
from stress.morning.episode import episode_of
from stress.morning.observed import Observed, observations
from stress.system import counted

FACTOR = 2.0
"""A rate that is lower by no more than this is not slower."""

LEVEL = 0.01
"""The probability that any finding of a night is called slower wrongly is at most this."""


@dataclass(frozen=True)
class Slower:
    """A finding that is seen more rarely than it was.

    Attributes:
        id: the finding's.
        scenario: where.
        earlier: failures, and of how many executions, in earlier nights.
        tonight: the same for the last night.
    """

    id: str
    scenario: str
    earlier: tuple[int, int]
    tonight: tuple[int, int]

    def sentence(self) -> str:
        """Return what there is to say."""
        failures, executions = self.tonight
        now = f"1 in {executions / failures:.0f}" if failures else "none"
        return (
            f"in {self.scenario}: {now} of {counted(executions, 'execution')} tonight, "
            f"1 in {self.earlier[1] / self.earlier[0]:.0f} of {self.earlier[1]} before"
        )


def slower(findings: Sequence[FindingRecord], nights: Sequence[NightRecord]) -> list[Slower]:
    """Return which findings of the last night were significantly more rare than before.

    Args:
        findings: all that are known.
        nights: all nights, the first one first.

    Returns:
        Each with the scenario in which it is so, in the order of the findings.
    """
    if not nights:
        return []
    tonight = nights[-1].night
    compared = [
        each for finding in findings for each in _compared(finding, findings, nights, tonight)
    ]
    values = (not_slower(each.earlier, each.tonight, FACTOR) for each in compared)
    significant = holm(values, LEVEL)
    return [each for each, is_so in zip(compared, significant, strict=True) if is_so]


def _compared(
    finding: FindingRecord,
    findings: Sequence[FindingRecord],
    nights: Sequence[NightRecord],
    tonight: str,
) -> list[Slower]:
    """Return of each scenario how often a finding was seen before and tonight, if it was."""
    if tonight not in {sighting.night for sighting in finding.sightings}:
        return []
    observed = list(observations(finding, findings, nights))
    last = [each for each in observed if each.night == tonight]
    before = episode_of([*(each for each in observed if each.night != tonight), *map(_known, last)])
    compared = []
    for scenario, tally in before.tallies.items():
        failures = sum(each.cells.get(scenario, (0, 0))[0] for each in last)
        executions = sum(each.cells.get(scenario, (0, 0))[1] for each in last)
        if tally.failures and executions:
            earlier = tally.failures, tally.executions
            compared.append(Slower(finding.id, scenario, earlier, (failures, executions)))
    return compared


def _known(observed: Observed) -> Observed:
    """Return a night without its executions: it is known to be there then, and how often is not."""
    return Observed(observed.night, observed.version, True, {}, 0)
