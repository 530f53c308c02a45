# SPDX-License-Identifier: GPL-2.0-only
"""The command line: read the arguments, call, and give the exit code."""

import json
import sys
import traceback
from importlib import metadata
from pathlib import Path
from typing import Annotated

import typer
from loguru import logger

from harness.printable import printable
from harness.strategies import DESCRIPTIONS, PORTFOLIO
from stress import arguments, exits, opening, output
from stress.arguments import BadArgument, Check, Kind, View
from stress.campaign import Plan
from stress.exits import Exit
from stress.scenarios import SCENARIOS
from stress.shrinking import REPLAYS
from stress.source import model_digest
from stress.subject import Subject
from stress.token import BadToken
from vgic import BUGS, DEFAULT, REVISIONS, CompositionError

EXECUTIONS = 12_000
LIMIT = 100_000

# A line with a backspace keeps the paragraph after it from being wrapped.
_EPILOG = "\n\n".join(f"\b\n{paragraph}" for paragraph in exits.table().split("\n\n"))

app = typer.Typer(
    name="vgic-stress",
    epilog=_EPILOG,
    no_args_is_help=True,
    invoke_without_command=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


RevisionOption = Annotated[
    str, typer.Option("--revision", metavar="NAME|FILE.py:CLASS", help="What to test.")
]
BugOption = Annotated[
    list[str] | None, typer.Option("--bug", metavar="NAME", help="Put a named bug into it.")
]
TokenArgument = Annotated[
    str, typer.Argument(metavar="TOKEN|@FILE|-", help="What a run has printed.")
]
ReplayRevisionOption = Annotated[
    str | None,
    typer.Option("--revision", metavar="NAME|FILE.py:CLASS", help="Replay it on this instead."),
]
CheckOption = Annotated[
    list[Check] | None,
    typer.Option("--check", metavar="races", help="Look for more, at a third of the speed."),
]
VerboseOption = Annotated[bool, typer.Option("-v", "--verbose", help="Say more.")]


@app.callback()
def options(
    version: Annotated[bool, typer.Option("--version", help="Show the version and exit.")] = False,
) -> None:
    """Concurrency stress harness for the KVM/arm64 vGIC: find a race, replay it anywhere."""
    if version:
        typer.echo(f"vgic-stress {metadata.version('vgic-stress')} model={model_digest()}")
        raise typer.Exit


@app.command(epilog=_EPILOG)
def run(
    scenario: Annotated[
        list[str] | None, typer.Argument(metavar="SCENARIO", help="All of them if left out.")
    ] = None,
    revision: RevisionOption = DEFAULT,
    bug: BugOption = None,
    check: CheckOption = None,
    executions: Annotated[
        int, typer.Option("--executions", metavar="N", min=0, help="How many in all.")
    ] = EXECUTIONS,
    duration: Annotated[
        str | None, typer.Option("--duration", metavar="45s|5m|3h", help="Stop then at the latest.")
    ] = None,
    seed: Annotated[
        str | None, typer.Option("--seed", metavar="N", help="Decimal or hex; drawn if left out.")
    ] = None,
    execution: Annotated[
        int | None,
        typer.Option(
            "--execution", metavar="N", min=0, help="Just that one of the seed, of each scenario."
        ),
    ] = None,
    strategy: Annotated[str, typer.Option("--strategy", metavar="NAME")] = PORTFOLIO,
    jobs: Annotated[
        str, typer.Option("--jobs", metavar="N|auto", help="Worker processes.")
    ] = "auto",
    stop: Annotated[bool, typer.Option("-x", help="Stop at the first finding.")] = False,
    shrink: Annotated[
        int, typer.Option("--shrink", metavar="REPLAYS", min=0, help="For shrinking a finding.")
    ] = REPLAYS,
    json_file: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="The result for programs.")
    ] = None,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="No progress, no summary.")] = False,
    verbose: VerboseOption = False,
) -> None:
    """Run scenarios under random schedules and give a verdict."""
    from stress.running import Workers
    from stress.running import run as run_campaign

    _log(verbose)
    subject = Subject(revision, arguments.bugs(bug), Check.RACES in (check or ()))
    subject.kernel()
    plan = Plan(
        subject=subject,
        scenarios=arguments.scenarios(scenario or ()),
        seed=arguments.seed(seed),
        strategy=arguments.strategy(strategy),
        executions=executions,
        execution=execution,
        duration_s=arguments.duration_s(duration),
        stop_at_first=stop,
        shrink_replays=shrink,
    )
    json_file = arguments.writable(json_file, "--json")
    workers = Workers(arguments.jobs(jobs), arguments.silence_s())
    raise typer.Exit(run_campaign(plan, workers, json_file=json_file, quiet=quiet))


@app.command(epilog=_EPILOG)
def replay(
    token: Annotated[
        list[str], typer.Argument(metavar="TOKEN|@FILE|-", help="What a run has printed.")
    ],
    revision: ReplayRevisionOption = None,
    bug: BugOption = None,
    check: CheckOption = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Do not look for deviations that have moved.")
    ] = False,
    view: Annotated[
        View | None, typer.Option("--view", metavar="|".join(View), help="How to show it.")
    ] = None,
    step: Annotated[bool, typer.Option("--step", help="Step through it.")] = False,
    timeline: Annotated[
        Path | None,
        typer.Option("--timeline", metavar="FILE", help="Write it for ui.perfetto.dev."),
    ] = None,
    verbose: VerboseOption = False,
) -> None:
    """Replay one execution from its token, or several that fail only together.

    It is replayed on what it was found on. --revision replaces that, bugs and all; --bug replaces
    the bugs. What fails is shown in columns, with -v every step of it.
    """
    from stress.replaying import Wanted
    from stress.replaying import replay as replay_token
    from stress.together import replay_together

    _log(verbose)
    opened, *others = map(opening.opened, token)
    subject, kernel = opening.subject_of(
        opened, revision, bug or [], races=Check.RACES in (check or ())
    )
    if others:
        if step or view or timeline or strict:
            raise BadArgument("several tokens have one verdict; to look at one, replay it alone")
        raise typer.Exit(replay_together([opened, *others], subject, kernel, output.say))
    wanted = Wanted(
        view=view or (View.FULL if verbose else None),
        timeline=arguments.writable(timeline, "--timeline"),
        read=_command if step else None,
    )
    if step and token == ["-"]:
        raise BadArgument("--step reads its commands where `-` reads the token; use @FILE")
    raise typer.Exit(replay_token(opened, subject, kernel, output.say, wanted, strict=strict))


@app.command(epilog=_EPILOG)
def shrink(
    token: TokenArgument,
    revision: ReplayRevisionOption = None,
    bug: BugOption = None,
    check: CheckOption = None,
    replays: Annotated[
        int, typer.Option("--replays", metavar="N", min=1, help="At most so many executions.")
    ] = REPLAYS,
    verbose: VerboseOption = False,
) -> None:
    """Shrink a failing execution: fewer threads, interrupts, operations and preemptions.

    Its last line is the token of the simplest execution that still fails with the same symptom.
    Ctrl-C ends it with the simplest so far. It exits as replay does.
    """
    from stress.shrinking_command import shrink_token

    _log(verbose)
    opened = opening.opened(token)
    subject, kernel = opening.subject_of(
        opened, revision, bug or [], races=Check.RACES in (check or ())
    )
    raise typer.Exit(shrink_token(opened, subject, kernel, output.say, replays_max=replays))


@app.command(epilog=_EPILOG)
def explore(
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help="A small one.")],
    revision: RevisionOption = DEFAULT,
    bug: BugOption = None,
    check: CheckOption = None,
    preemptions: Annotated[
        int | None,
        typer.Option("--preemptions", metavar="N", min=0, help="Every schedule to this bound."),
    ] = None,
    limit: Annotated[
        int, typer.Option("--limit", metavar="N", min=1, help="At most so many executions.")
    ] = LIMIT,
    seed: Annotated[
        str, typer.Option("--seed", metavar="N", help="What the machine is drawn with.")
    ] = "0",
    execution: Annotated[
        int, typer.Option("--execution", metavar="N", min=0, help="And for which execution.")
    ] = 0,
    json_file: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="The result for programs.")
    ] = None,
    verbose: VerboseOption = False,
) -> None:
    """Run one machine under every schedule there is, those that make no difference left out.

    With --preemptions under every schedule of no more preemptions. What hits the limit is no pass:
    it exits with 4, otherwise as run does.
    """
    from stress.exploring import Space
    from stress.exploring import explore as explore_space

    _log(verbose)
    (name,) = arguments.scenarios([scenario])
    subject = Subject(revision, arguments.bugs(bug), Check.RACES in (check or ()))
    kernel = subject.kernel()
    space = Space(SCENARIOS[name], arguments.seed(seed), execution, preemptions, limit)
    json_file = arguments.writable(json_file, "--json")
    raise typer.Exit(explore_space(space, subject, kernel, json_file))


@app.command(name="list")
def list_(
    what: Annotated[Kind, typer.Argument(metavar="|".join(Kind))],
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """List scenarios, revisions, bugs or strategies."""
    rows: dict[str, dict[str, str]]
    if what is Kind.SCENARIOS:
        rows = {
            name: {"summary": scenario.summary, "result": scenario.result}
            for name, scenario in SCENARIOS.items()
        }
    elif what is Kind.STRATEGIES:
        rows = {name: {"summary": summary} for name, summary in DESCRIPTIONS.items()}
    else:
        table = REVISIONS if what is Kind.REVISIONS else BUGS
        rows = {
            name: {"summary": (cls.__doc__ or "").strip().partition("\n")[0]}
            for name, cls in table.items()
        }
    if as_json:
        typer.echo(json.dumps([{"name": name, **row} for name, row in rows.items()], indent=2))
        return
    width = max(len(name) for name in rows)
    for name, row in rows.items():
        result = f" [{row['result']}]" if "result" in row else ""
        typer.echo(f"{name:<{width}}  {row['summary']}{result}")


def _command() -> str | None:
    """Read one command for stepping through; None at the end of the input."""
    if sys.stdin.isatty():
        typer.echo("> ", nl=False)
    line = sys.stdin.readline()
    return line.strip() if line else None


def _log(verbose: bool) -> None:
    """Log for people, on standard error, and only if they ask for it."""
    logger.remove()
    if verbose:
        logger.add(output.complain, level="DEBUG", format="{level}: {message}")


def main() -> None:
    """Run the command line; bad input is a message and exit code 2, never a traceback."""
    output.prepare()
    try:
        app()
    except (BadArgument, BadToken, CompositionError) as error:
        output.complain(f"vgic-stress: {error}")
        raise SystemExit(Exit.USAGE) from error
    except opening.CannotJudge as error:
        output.say(printable(f"cannot be judged: {error}"))
        raise SystemExit(Exit.CANNOT_JUDGE) from error
    except Exception as error:
        output.complain_of_bug(traceback.format_exc())
        raise SystemExit(Exit.HARNESS_BUG) from error
