# SPDX-License-Identifier: GPL-2.0-only
"""The command `explore`: every schedule of one small machine, or why not every one.

By reduction, one execution of each behaviour: executions that differ only in the order of steps
which do not depend on each other are one. Or, to a bound of preemptions, every schedule there is.
A limit that was hit is never a pass.
"""

from dataclasses import dataclass
from pathlib import Path

from harness import Execution, HarnessBug, OsThreads, Scheduler, Streams
from harness.search.explore import Exploration, Heard, every_behaviour, every_schedule
from stress.executions import Subject, model_digest, watched
from stress.exploration import Failures, Sample
from stress.inputs import LIMIT
from stress.reporting import counted, headline, verdict_object
from stress.scenarios import Scenario
from stress.system import Exit, Interrupts, bug_text, interrupts, say, write_json, write_unfinished
from stress.system import exit_codes as exits
from vgic import Machine, Mechanism, Parameters

_SAY_EVERY = 5_000


@dataclass(frozen=True)
class Space:
    """What is explored.

    Attributes:
        scenario: where the parameters come from.
        seed: the seed they are drawn with.
        execution: the number of the execution they are drawn for.
        preemptions: the most preemptions of a schedule; None for every behaviour.
        limit: give up after so many executions.
    """

    scenario: Scenario
    seed: int
    execution: int
    preemptions: int | None
    limit: int

    def parameters(self) -> Parameters:
        """Return the machine and its programs."""
        return self.scenario.draw(Streams(self.seed, self.scenario.name, self.execution))


def explore(
    space: Space, subject: Subject, kernel: type[Mechanism], json_file: Path | None = None
) -> Exit:
    """Explore and say what came of it.

    Args:
        space: what to explore.
        subject: what is tested.
        kernel: the same, as a class.
        json_file: where to write the result for programs.
    """
    count = 0
    write_unfinished(json_file, lambda: {**verdict_object(None), **_what(space, subject)})
    with interrupts() as interrupted, OsThreads() as carriers, watched(carriers):
        name = space.scenario.name
        failures = Failures(name, space.execution, space.parameters(), subject, kernel, carriers)

        def heard(execution: Execution) -> None:
            nonlocal count
            count += 1
            if count % _SAY_EVERY == 0:
                say(f"{count} executions so far")
            failures.heard(execution)

        say(_line("vgic-stress explore:", space, subject))
        carriers.pin_caller()
        found, bugs = Exploration(preemptions=space.preemptions), []
        try:
            found = _explore(space, kernel, carriers, heard, interrupted)
        except HarnessBug as bug:
            bugs.append(str(bug))
        told = {**_told(found), "executions": count} if bugs else _told(found)
        told["failures"] = {**failures.counts, **_counts(found)}
        bugs += failures.say(found, interrupted)
        if bugs:
            for each in bugs:
                say(bug_text(each))
            code, verdict = Exit.HARNESS_BUG, "FAILURE: HARNESS BUG"
            told["harness_bugs"] = bugs
        else:
            stopped = interrupted() and not found.complete
            code, verdict = _code(found, interrupted=stopped), _verdict(found, interrupted=stopped)
            say(_result(found, interrupted=stopped))
    if json_file is not None:
        value = {**verdict_object(code), **_what(space, subject), **told}
        unwritten = write_json(json_file, value)
        if unwritten:
            say(unwritten)
            code = exits.unwritten(code)
            if code is Exit.USAGE:
                verdict = "FAILURE: --json cannot be written"
    say(_line(f"{verdict}:", space, subject))
    return code


def _line(begin: str, space: Space, subject: Subject) -> str:
    """Return a first or last line."""
    identity = [f"seed={space.seed:#x}", f"model={model_digest()}"]
    options = [
        *(["check=races"] if subject.races else []),
        *([] if space.preemptions is None else [f"preemptions={space.preemptions}"]),
        *([f"execution={space.execution}"] if space.execution else []),
        *([] if space.limit == LIMIT else [f"limit={space.limit}"]),
    ]
    return headline.line(begin, f"{space.scenario.name} on {subject}", identity, options)


def _explore(
    space: Space,
    kernel: type[Mechanism],
    carriers: OsThreads,
    heard: Heard,
    interrupted: Interrupts,
) -> Exploration:
    parameters = space.parameters()

    # Orders of locks are learned by all threads together, which would make every first
    # acquisition depend on every other one; what an order leads to is explored anyway.
    def program(scheduler: Scheduler) -> None:
        Machine(scheduler, parameters, kernel, lock_order=False)

    sample = Sample()

    def both(execution: Execution) -> None:
        sample.heard(execution)
        heard(execution)

    if space.preemptions is None:
        found = every_behaviour(
            program, carriers, executions_max=space.limit, heard=both, stop=interrupted
        )
    else:
        found = every_schedule(
            program,
            carriers,
            preemptions=space.preemptions,
            executions_max=space.limit,
            heard=both,
            stop=interrupted,
        )
    sample.must_come_out_alike(program, carriers)
    return found


def _result(found: Exploration, *, interrupted: bool) -> str:
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


def _verdict(found: Exploration, *, interrupted: bool) -> str:
    if found.failures:
        return f"FAILURE: {counted(len(found.failures), 'way')} to fail"
    if found.complete:
        return "SUCCESS: complete, none fails"
    return f"FAILURE: {'interrupted' if interrupted else 'limit hit'}, not a pass"


def _code(found: Exploration, *, interrupted: bool) -> Exit:
    if found.failures:
        return Exit.FINDINGS
    if interrupted:
        return Exit.INTERRUPTED
    return Exit.CLEAN if found.complete else Exit.TOO_FEW


def _what(space: Space, subject: Subject) -> dict[str, object]:
    return {
        "model": model_digest(),
        "scenario": space.scenario.name,
        "seed": space.seed,
        "execution": space.execution,
        "revision": subject.revision,
        "bugs": list(subject.bugs),
        "races": subject.races,
        "preemptions": space.preemptions,
        "limit": space.limit,
    }


def _told(found: Exploration) -> dict[str, object]:
    return {
        "complete": found.complete,
        "executions": found.executions,
        "abandoned": found.abandoned,
    }


def _counts(found: Exploration) -> dict[str, int]:
    return {name: failure.executions for name, failure in found.failures.items()}
