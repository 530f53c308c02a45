# SPDX-License-Identifier: GPL-2.0-only
"""What a run on a kernel says: a line for each play, what went wrong, the verdict, the values."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from stress.plays import Play, PlayVerdict
from stress.reporting import Verdict
from stress.rig.booting import LIST_REGISTERS, Booted, BootFailed
from stress.rig.building import BuildFailed
from stress.rig.wire import Played
from stress.system import Exit, counted, worst

_REASONS_MAX = 3
_SAID_MAX = 10


class Came(NamedTuple):
    """What came of a play.

    Attributes:
        play: the play.
        judged: how its rounds were judged.
        result: what came of it on the rig.
    """

    play: Play
    judged: PlayVerdict
    result: Played

    @property
    def unjudged(self) -> str:
        """Why too little of it was seen to say that nothing is wrong, "" if enough was."""
        if self.result.trouble:
            return f"it was given up: {self.result.trouble}"
        if self.result.hung:
            return "it hung, and was given up"
        if self.judged.judged * 2 < self.play.rounds:
            return f"{self.judged.judged} of {counted(self.play.rounds, 'round')} could be judged"
        return ""

    @property
    def first_bad(self) -> int | None:
        """The number of its first bad round, from 0, counted with those that were lost."""
        first = self.judged.first
        return None if first is None else self.result.numbers[first.number]


def before_text(plays: Iterable[Play]) -> Iterator[str]:
    """Yield what is to be said of plays before they are played."""
    for play in plays:
        if (written_for := play.parameters.nr_lr) != LIST_REGISTERS:
            yield (
                f"{play.name} is for {counted(written_for, 'list register')}; "
                f"the emulated machine has {LIST_REGISTERS}"
            )


def judged_text(came: Came, width: int) -> str:
    """Return what came of a play: a line, and if it is bad what was wrong in its first bad round.

    Args:
        came: what came of it.
        width: of the longest name.
    """
    judged = came.judged
    more = [
        f"{count} {what}"
        for count, what in (
            (judged.disturbed, "disturbed"),
            (judged.lost, "lost"),
            (judged.hung, "hung"),
        )
        if count
    ]
    more += [f"known: {came.play.known}"] * bool(judged.bad and came.play.known)
    words = ", ".join([f"{judged.bad} bad of {counted(judged.judged, 'round')}", *more])
    lines = [f"{came.play.name:<{width}}  {words}"]
    if came.unjudged:
        lines.append(f"    not judged: {came.unjudged}")
    if judged.first is not None:
        bad = judged.first.bad
        lines += [f"    round {came.first_bad}: {reason}" for reason in bad[:_REASONS_MAX]]
        lines += [f"    and {len(bad) - _REASONS_MAX} more"] * (len(bad) > _REASONS_MAX)
    return "\n".join(lines)


def said_text(all_came: Mapping[str, Came], booted: Booted) -> Iterator[str]:
    """Yield what is to be said of controls, and of the boots themselves.

    Args:
        all_came: what came of each play that has begun, by name.
        booted: what came of the boots.
    """
    for control in _bad_controls(all_came):
        play = all_came[control].play.control
        yield f"{control}, the control of {play}, is bad: what {play} is about is not the cause"
    if names := _not_known(all_came):
        yield f"bad, and not known to be: {', '.join(names)}"
    for end in booted.early_ends:
        where = f"in {end.play}" if end.play else "in no play that is known"
        what = "the kernel panicked" if end.panicked else "a boot ended too early"
        yield f"{what}, {where}: {end.why}"
    if booted.unplayed:
        yield f"not played: {', '.join(booted.unplayed)}"
    if booted.kernel_said:
        yield "the kernel complained meanwhile:"
        yield from (f"  | {line}" for line in booted.kernel_said[:_SAID_MAX])
        if len(booted.kernel_said) > _SAID_MAX:
            yield f"  | and {len(booted.kernel_said) - _SAID_MAX} lines more, which --json has"
    if booted.dropped:
        yield f"{counted(booted.dropped, 'line')} of the console could not be read"
    yield (
        f"{counted(booted.boots, 'boot')}, up after {booted.boot_s:.1f} s, "
        f"{booted.seconds:.0f} s in all"
    )


def verdict_of(plays: Mapping[str, Play], all_came: Mapping[str, Came], booted: Booted) -> Verdict:
    """Return the verdict of a run.

    Args:
        plays: what was to be played, by name.
        all_came: what came of each play that has begun, by name.
        booted: what came of the boots.
    """
    bad = [name for name, each in all_came.items() if each.judged.bad]
    not_known = _not_known(all_came)
    controls = _bad_controls(all_came)
    panics = [end for end in booted.early_ends if end.panicked]
    unjudged = [name for name in plays if name not in all_came or all_came[name].unjudged]
    rounds = counted(sum(each.judged.judged for each in all_came.values()), "round")
    of_all = f"of {counted(len(plays), 'play')}"
    found = [f"{len(bad)} {of_all} bad"] * bool(bad)
    found += [f"{len(controls)} of these a control"] * bool(controls)
    found += [f"{len(not_known)} not known" if not_known else "all known"] * bool(bad)
    found += [counted(len(panics), "kernel panic")] * bool(panics)
    words = {
        Exit.CLEAN: f"no play bad in {rounds}",
        Exit.FINDINGS: ", ".join(found),
        Exit.TOO_FEW: f"{len(unjudged)} {of_all} could not be judged",
        Exit.INTERRUPTED: f"interrupted after {rounds}",
    }
    applying = {
        Exit.FINDINGS: found,
        Exit.INTERRUPTED: booted.interrupted,
        Exit.TOO_FEW: unjudged or booted.early_ends,
    }
    code = worst(code for code, applies in applying.items() if applies)
    if code is Exit.TOO_FEW and not unjudged:
        return Verdict(code, f"{counted(len(booted.early_ends), 'boot')} ended too early")
    return Verdict(code, words[code])


def without_a_boot(error: BootFailed | BuildFailed) -> Verdict:
    """Return the verdict of what could not begin, for this reason."""
    if isinstance(error, BuildFailed):
        return Verdict(Exit.HARNESS_BUG, "the monitor could not be built")
    return Verdict(Exit.TOO_FEW, "nothing was played")


def _not_known(all_came: Mapping[str, Came]) -> list[str]:
    """Return the bad plays that show what is known of no kernel."""
    return [name for name, each in all_came.items() if each.judged.bad and not each.play.known]


def _bad_controls(all_came: Mapping[str, Came]) -> list[str]:
    return [name for name, each in all_came.items() if each.judged.bad and each.play.control]


def values(
    image: Path,
    plays: Mapping[str, Play],
    all_came: Mapping[str, Came],
    booted: Booted | None,
) -> dict[str, object]:
    """Return the result for programs, beside the verdict.

    Args:
        image: the kernel, as it was named.
        plays: what was to be played, by name.
        all_came: what came of each play that has begun, by name.
        booted: what came of the boots, None as long as that is not known.
    """
    hello = booted and booted.hello
    return {
        "image": str(image),
        "kernel": hello.release if hello else "",
        "cpus": hello.cpus if hello else None,
        "boots": booted.boots if booted else 0,
        "boot_s": booted.boot_s if booted else None,
        "seconds": booted.seconds if booted else None,
        "plays": [_play_values(each) for each in all_came.values()],
        "not_played": [name for name in plays if name not in all_came],
        "ended_early": [end._asdict() for end in booted.early_ends] if booted else [],
        "kernel_said": list(booted.kernel_said) if booted else [],
        "said_at_boot": list(booted.said_at_boot) if booted else [],
        "dropped_lines": booted.dropped if booted else 0,
    }


def _play_values(came: Came) -> dict[str, object]:
    play, judged, result = came
    return {
        "name": play.name,
        "title": play.title,
        "control_of": play.control,
        "known": play.known,
        "rounds": play.rounds,
        "judged": judged.judged,
        "bad": judged.bad,
        "disturbed": judged.disturbed,
        "lost": judged.lost,
        "hung": judged.hung,
        "first_bad": judged.first and {"round": came.first_bad, "reasons": judged.first.bad},
        "not_judged": came.unjudged,
        "trouble": result.trouble,
        "microseconds": result.microseconds,
        "kvm_runs": result.runs,
        "exits": result.exits,
    }
