# SPDX-License-Identifier: GPL-2.0-only
"""What a test tests: a revision by name or a class of its own, with bugs, and what is checked."""

import inspect
from collections.abc import Sequence

from stress.executions import Target, target_of
from stress.inputs import BadArgument, Check, Points, arguments
from stress.plugin.marker import BadMarker
from stress.scenarios import BadScenarioFile
from vgic import CompositionError, named_revision
from vgic.composition import did_you_mean


def tested(kernel: object, bugs: object, check: object, points: Points) -> Target:
    """Return what is tested.

    Args:
        kernel: a revision's name, or a class.
        bugs: the name of a bug to put in, or several.
        check: the name of a check, or several; None for the usual ones.
        points: where its threads can be interleaved.

    Raises:
        BadMarker: there is no such thing.
    """
    names = names_of(bugs, "bugs are names of bugs")
    checks = None if check is None else checks_of(check)
    if not isinstance(kernel, str) and not inspect.isclass(kernel):
        raise BadMarker(f"kernel is a revision by name or a class, not {kernel!r}")
    races = None if checks is None else Check.RACES in checks
    try:
        if isinstance(kernel, str):
            named_revision(kernel)
        target = target_of(kernel, arguments.bugs(names)).races_checked(races)
        target = target.checking(points=points, **arguments.checking(checks))
        target.check()
    except (BadArgument, CompositionError) as error:
        raise BadMarker(str(error)) from error
    return target


def checks_of(check: object) -> Sequence[str]:
    """Return the names of checks.

    Raises:
        BadMarker: there is no such check.
    """
    checks = names_of(check, "checks go by their names")
    for each in checks:
        if each not in list(Check):
            raise BadMarker(
                f"there is no check {each!r}{did_you_mean(each, list(Check))} "
                f"(there is {', '.join(Check)})"
            )
    return checks


def scenario_named(name: object) -> str:
    """Return the name of a scenario that there is.

    Raises:
        BadMarker: there is none.
    """
    if not isinstance(name, str):
        raise BadMarker(f"scenarios and strategies go by their names, not {name!r}")
    try:
        return arguments.scenarios([name])[0]
    except (BadArgument, BadScenarioFile) as error:
        raise BadMarker(str(error)) from error


def names_of(value: object, rule: str) -> Sequence[str]:
    """Return names that are given as one or as several.

    Raises:
        BadMarker: they are none; the message begins with the rule.
    """
    names = (value,) if isinstance(value, str) else value
    if not isinstance(names, list | tuple) or not all(isinstance(name, str) for name in names):
        raise BadMarker(f"{rule}, not {value!r}")
    return names
