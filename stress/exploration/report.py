# SPDX-License-Identifier: GPL-2.0-only
"""What there is to say of an exploration, but for its verdict: in words and as values."""

from harness.search.explore import Exploration
from stress.executions import model_digest
from stress.inputs import LIMIT
from stress.reporting import Headline, checks
from stress.scenarios import SCENARIOS
from stress.spaces import Space
from stress.system import counted


def headline_of(space: Space) -> Headline:
    """Return what first and last line of an exploration say of it."""
    options = [
        *checks(space.target),
        *([] if space.preemptions is None else [f"preemptions={space.preemptions}"]),
        *([f"execution={space.execution}"] if space.execution else []),
        *([] if space.limit == LIMIT else [f"limit={space.limit}"]),
    ]
    identity = [f"seed={space.seed:#x}", f"model={model_digest()}"]
    return Headline(f"{space.scenario.name} on {space.target}", identity, options, joint=":")


def space_values(space: Space) -> dict[str, object]:
    """Return what is explored, for programs."""
    return {
        "model": model_digest(),
        "scenario": space.scenario.name,
        "own_scenarios": list(map(str, SCENARIOS.origins([space.scenario.name]))),
        "seed": space.seed,
        "execution": space.execution,
        "revision": space.target.revision,
        "bugs": list(space.target.bugs),
        "races": space.target.races,
        "kicks": space.target.kicks,
        "points": space.target.points,
        "judge": space.target.judge,
        "preemptions": space.preemptions,
        "limit": space.limit,
    }


def exploration_values(found: Exploration) -> dict[str, object]:
    """Return how far an exploration came, for programs."""
    return {
        "complete": found.complete,
        "executions": found.executions,
        "abandoned": found.abandoned,
    }


def result_text(found: Exploration, *, interrupted: bool) -> str:
    """Return how far an exploration came, and in how many ways an execution fails."""
    what = "execution" if found.preemptions is not None else "inequivalent execution"
    known = len(found.failures)
    fails = "none fails" if not known else f"{counted(known, 'way')} to fail"
    bound = "" if found.preemptions is None else f" of at most {found.preemptions} preemptions"
    if found.complete:
        more = "; there are schedules of more preemptions" if found.more else ""
        return f"complete: {counted(found.executions, what)}{bound}, {fails}{more}"
    tried = counted(found.executions + found.abandoned, "execution")
    of_them = f", {found.executions} of them inequivalent" if found.preemptions is None else bound
    ended = "interrupted" if interrupted else "limit hit"
    return f"{ended} after {tried}{of_them}, {fails} so far: not a pass"
