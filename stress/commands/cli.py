# SPDX-License-Identifier: GPL-2.0-only
"""The command line: for each command read its arguments, call it, and give its exit code.

What a command takes to do its work is imported only when it is called, so that `--help` and what
a shell completes come at once.
"""

from typing import Annotated

import typer
from loguru import logger

from harness.search.strategies import PORTFOLIO
from stress.commands import options
from stress.commands.findings import NIGHTS, findings
from stress.commands.list import listing
from stress.commands.nightly import nightly
from stress.commands.report import report
from stress.executions import Target, model_digest
from stress.inputs import EXECUTIONS, LIMIT, BadArgument, View, arguments, standard_input
from stress.scenarios import SCENARIOS
from stress.shrinking import REPLAYS
from stress.system import exit_codes as exits
from stress.system import output
from vgic import DEFAULT

_COMMANDS = "--step: its commands are"

# A line with a backspace keeps the paragraph after it from being wrapped.
_EPILOG = "\n\n".join(f"\b\n{paragraph}" for paragraph in exits.table().split("\n\n"))

app = typer.Typer(
    name="vgic-stress",
    epilog=_EPILOG,
    no_args_is_help=True,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


@app.callback()
def command(
    version: Annotated[bool, typer.Option("--version", help="Show the version and exit.")] = False,
) -> None:
    """Concurrency stress harness for the KVM/arm64 vGIC: find a race, replay it anywhere."""
    if version:
        from importlib import metadata

        typer.echo(f"vgic-stress {metadata.version('vgic-stress')} model={model_digest()}")
        raise typer.Exit


@app.command(epilog=_EPILOG)
def run(
    scenario: options.Scenarios = None,
    revision: options.Revision = DEFAULT,
    bug: options.Bugs = None,
    check: options.Checks = None,
    no_check: options.NoChecks = None,
    executions: options.Executions = None,
    duration: options.Duration = None,
    seed: options.SeedOption = None,
    execution: options.Execution = None,
    model: options.Model = None,
    history: options.HistoryFolder = NIGHTS,
    strategy: options.Strategy = PORTFOLIO,
    jobs: options.Jobs = "auto",
    stop: Annotated[bool, typer.Option("-x", help="Stop at the first finding.")] = False,
    shrink: Annotated[
        int, typer.Option("--shrink", metavar="REPLAYS", min=0, help="For shrinking a finding.")
    ] = REPLAYS,
    json_file: options.JsonFile = None,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="No progress, no summary.")] = False,
    verbose: options.Verbose = False,
) -> None:
    """Run scenarios under random schedules and give a verdict."""
    from stress.campaign import Plan
    from stress.commands.run import Workers
    from stress.commands.run import run as run_campaign

    _log(verbose)
    if model is not None and arguments.model(model, seed, execution) != model_digest():
        from stress.commands.stored import stored

        named = arguments.scenarios(scenario) if scenario else ()
        raise typer.Exit(stored(history, model, arguments.seed(seed), named, execution or 0))
    races, kicks = arguments.races(check, no_check), arguments.kicks(check)
    target = Target(revision, arguments.bugs(bug)).judged_by(races, kicks=kicks)
    target.check()
    plan = Plan(
        target=target,
        scenarios=arguments.scenarios(scenario or ()),
        seed=arguments.seed(seed),
        strategy=arguments.strategy(strategy),
        executions=EXECUTIONS if executions is None and duration is None else executions,
        execution=execution,
        duration_s=arguments.duration_s(duration),
        stop_at_first=stop,
        shrink_replays=shrink,
    )
    json_file = arguments.writable(json_file, "--json")
    workers = Workers(arguments.jobs(jobs), arguments.hang_s(), stacks=verbose)
    raise typer.Exit(run_campaign(plan, workers, json_file=json_file, quiet=quiet))


@app.command(epilog=_EPILOG)
def replay(
    token: options.Tokens,
    revision: options.ReplayRevision = None,
    bug: options.Bugs = None,
    check: options.Checks = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Do not look for deviations that have moved.")
    ] = False,
    view: options.Views = None,
    step: Annotated[bool, typer.Option("--step", help="Step through it.")] = False,
    timeline: options.Timeline = None,
    verbose: options.Verbose = False,
) -> None:
    """Replay one execution from its token, or several that fail only together.

    It is replayed on what it was found on. --revision replaces that, bugs and all; --bug replaces
    the bugs. What fails is shown in columns, with -v every step of it.
    """
    from stress.replaying import Wanted, opening
    from stress.replaying import replay as replay_token

    _log(verbose)
    chosen = arguments.view(view) or (View.FULL if verbose else None)
    if step:
        standard_input.check_open(_COMMANDS)
    if step and token == ["-"]:
        raise BadArgument("--step reads its commands where `-` reads the token; use @FILE")
    tokens = [opening.opened(text) for text in token]
    cases = opening.cases(tokens, revision, bug or None, **arguments.more(check))
    if len(cases) > 1 and (step or view or timeline or strict):
        raise BadArgument("several tokens have one verdict; to look at one, replay it alone")
    wanted = Wanted(
        view=chosen,
        timeline=arguments.writable(timeline, "--timeline"),
        read=_command if step else None,
        stacks=verbose,
    )
    raise typer.Exit(replay_token(cases, output.say, wanted, strict=strict))


@app.command(epilog=_EPILOG)
def shrink(
    token: options.OneToken,
    revision: options.ReplayRevision = None,
    bug: options.Bugs = None,
    check: options.Checks = None,
    replays: Annotated[
        int, typer.Option("--replays", metavar="N", min=1, help="At most so many executions.")
    ] = REPLAYS,
    verbose: options.Verbose = False,
) -> None:
    """Shrink a failing execution: fewer threads, interrupts, operations and preemptions.

    Its last line is the token of the simplest execution that still fails with the same symptom.
    Ctrl-C ends it with the simplest so far. It exits as replay does.
    """
    from stress.commands.shrink import shrink_token
    from stress.replaying import opening

    _log(verbose)
    tokens = [opening.opened(token)]
    (case,) = opening.cases(tokens, revision, bug or None, **arguments.more(check))
    raise typer.Exit(shrink_token(case, output.say, replays_max=replays))


@app.command(epilog=_EPILOG)
def explore(
    scenario: options.OneScenario,
    revision: options.Revision = DEFAULT,
    bug: options.Bugs = None,
    check: options.Checks = None,
    no_check: options.NoChecks = None,
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
    json_file: options.JsonFile = None,
    verbose: options.Verbose = False,
) -> None:
    """Run one machine under every schedule there is, those that make no difference left out.

    With --preemptions under every schedule of no more preemptions. What hits the limit is no pass:
    it exits with 4, otherwise as run does.
    """
    from stress.commands.explore import explore as explore_space
    from stress.spaces import Space

    _log(verbose)
    (name,) = arguments.scenarios([scenario])
    races, kicks = arguments.races(check, no_check), arguments.kicks(check)
    target = Target(revision, arguments.bugs(bug)).judged_by(races, kicks=kicks)
    target.check()
    space = Space(SCENARIOS[name], arguments.seed(seed), execution, preemptions, limit, target)
    json_file = arguments.writable(json_file, "--json")
    raise typer.Exit(explore_space(space, json_file, stacks=verbose))


@app.command(name="list")
def list_(
    what: options.What = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """List what there is, by name.

    Functions are what a patch may override; windows are situations that a campaign counts.
    """
    output.say(listing(arguments.kind(what), as_json=as_json))


app.command(epilog=_EPILOG)(nightly)
app.command()(report)
app.add_typer(findings, name="findings")


def _command() -> str | None:
    """Read one command for stepping through; None at the end of the input."""
    if standard_input.is_terminal():
        typer.echo("> ", nl=False)
    return standard_input.line(_COMMANDS)


def _log(verbose: bool) -> None:
    """Log for people, on standard error, and only if they ask for it."""
    logger.remove()
    if verbose:
        logger.add(output.complain, level="DEBUG", format="{level}: {message}")
