# SPDX-License-Identifier: GPL-2.0-only
"""What a run on a kernel says: a line for each play, what went wrong, the verdict, the values."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from stress.plays import Play, PlayVerdict
from stress.reporting import Verdict
from stress.rig.booting import Booted
from stress.rig.wire import Played
from stress.system import Exit, counted, worst

_REASONS_MAX = 3
_SAID_MAX = 10


def judged_text(play: Play, judged: PlayVerdict, result: Played, width: int) -> str:
    """Return what came of a play: a line, and if it is bad what was wrong in its first bad round.

    Args:
        play: the play.
        judged: how its rounds were judged.
        result: what came of it on the rig.
        width: of the longest name.
    """
    more = [
        f"{count} {what}"
        for count, what in (
            (judged.disturbed, "disturbed"),
            (judged.lost, "lost"),
            (judged.hung, "hung"),
        )
        if count
    ]
    words = ", ".join([f"{judged.bad} bad of {counted(judged.judged, 'round')}", *more])
    lines = [f"{play.name:<{width}}  {words}"]
    if result.trouble:
        lines.append(f"    it was given up: {result.trouble}")
    if judged.first is not None:
        number, bad, _ = judged.first
        lines += [f"    round {number}: {reason}" for reason in bad[:_REASONS_MAX]]
        lines += [f"    and {len(bad) - _REASONS_MAX} more"] * (len(bad) > _REASONS_MAX)
    return "\n".join(lines)


def said_text(booted: Booted) -> Iterator[str]:
    """Yield what is to be said of the boots themselves."""
    for end in booted.early_ends:
        where = f"in {end.play}" if end.play else "between two plays"
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


def verdict_of(
    plays: Mapping[str, Play], judged: Mapping[str, PlayVerdict], booted: Booted
) -> Verdict:
    """Return the verdict of a run.

    Args:
        plays: what was to be played, by name.
        judged: what came of each play that has begun.
        booted: what came of the boots.
    """
    bad = [name for name, each in judged.items() if each.bad]
    panics = [end for end in booted.early_ends if end.panicked]
    unjudged = [name for name in plays if name not in judged or not judged[name].judged]
    rounds = counted(sum(each.judged for each in judged.values()), "round")
    of_all = f"of {counted(len(plays), 'play')}"
    found = [f"{len(bad)} {of_all} bad"] * bool(bad)
    found += [counted(len(panics), "kernel panic")] * bool(panics)
    words = {
        Exit.CLEAN: f"no play bad in {rounds}",
        Exit.FINDINGS: " and ".join(found),
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


def values(
    image: Path,
    plays: Mapping[str, Play],
    judged: Mapping[str, PlayVerdict],
    booted: Booted | None,
) -> dict[str, object]:
    """Return the result for programs, beside the verdict.

    Args:
        image: the kernel, as it was named.
        plays: what was to be played, by name.
        judged: what came of each play that has begun.
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
        "plays": [_play_values(plays[name], each, booted) for name, each in judged.items()],
        "not_played": list(booted.unplayed) if booted else list(plays),
        "ended_early": [end._asdict() for end in booted.early_ends] if booted else [],
        "kernel_said": list(booted.kernel_said) if booted else [],
        "said_at_boot": list(booted.said_at_boot) if booted else [],
        "dropped_lines": booted.dropped if booted else 0,
    }


def _play_values(play: Play, judged: PlayVerdict, booted: Booted | None) -> dict[str, object]:
    result = booted.results[play.name] if booted else None
    return {
        "name": play.name,
        "title": play.title,
        "control_of": play.control,
        "rounds": play.rounds,
        "judged": judged.judged,
        "bad": judged.bad,
        "disturbed": judged.disturbed,
        "lost": judged.lost,
        "hung": judged.hung,
        "first_bad": judged.first and {"round": judged.first.number, "reasons": judged.first.bad},
        "trouble": result.trouble if result else "",
        "microseconds": result and result.microseconds,
        "kvm_runs": result and result.runs,
        "exits": result and result.exits,
    }
