# SPDX-License-Identifier: GPL-2.0-only
"""The command line: for each command read its arguments, call it, and give its exit code.

What a command takes to do its work is imported only when it is called, so that `--help` and what
a shell completes come at once.
"""

from typing import Annotated

import typer

from stress.commands import options, searching
from stress.commands.examples import ends_in
from stress.commands.findings import findings
from stress.commands.judge import judge
from stress.commands.kernel import kernel
from stress.commands.list import listing
from stress.commands.nightly import nightly
from stress.commands.report import report
from stress.executions import model_digest
from stress.inputs import BadArgument, View, arguments, standard_input
from stress.shrinking import REPLAYS
from stress.system import logs, output

_COMMANDS = "--step: its commands are"

app = typer.Typer(
    name="vgic-stress",
    epilog=ends_in("", codes=True),
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


app.command(epilog=ends_in("run", codes=True))(searching.run)


@app.command(epilog=ends_in("replay", codes=True))
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
    trace: options.TraceFile = None,
    verbose: options.Verbose = 0,
) -> None:
    """Replay one execution from its token, or several that fail only together.

    It is replayed on what it was found on. --revision replaces that, bugs and all; --bug replaces
    the bugs. What fails is shown in columns, with -v every step of it.
    """
    from stress.replaying import Wanted, opening
    from stress.replaying import replay as replay_token

    logs.start(verbose)
    chosen = arguments.view(view) or (View.FULL if verbose else None)
    if step:
        standard_input.check_open(_COMMANDS)
    if step and token == ["-"]:
        raise BadArgument("--step reads its commands where `-` reads the token; use @FILE")
    tokens = [opening.opened(text) for text in token]
    cases = opening.cases(tokens, revision, bug or None, **arguments.more(check))
    if len(cases) > 1 and (step or view or timeline or trace or strict):
        raise BadArgument("several tokens have one verdict; to look at one, replay it alone")
    wanted = Wanted(
        view=chosen,
        timeline=arguments.writable(timeline, "--timeline"),
        trace=arguments.writable(trace, "--trace"),
        read=_command if step else None,
        stacks=bool(verbose),
    )
    raise typer.Exit(replay_token(cases, output.say, wanted, strict=strict))


@app.command(epilog=ends_in("shrink", codes=True))
def shrink(
    token: options.OneToken,
    revision: options.ReplayRevision = None,
    bug: options.Bugs = None,
    check: options.Checks = None,
    replays: Annotated[
        int, typer.Option("--replays", metavar="N", min=1, help="At most so many executions.")
    ] = REPLAYS,
    verbose: options.Verbose = 0,
) -> None:
    """Shrink a failing execution: fewer threads, interrupts, operations and preemptions.

    Its last line is the token of the simplest execution that still fails with the same symptom.
    Ctrl-C ends it with the simplest so far. It exits as replay does.
    """
    from stress.commands.shrink import shrink_token
    from stress.replaying import opening

    logs.start(verbose)
    tokens = [opening.opened(token)]
    (case,) = opening.cases(tokens, revision, bug or None, **arguments.more(check))
    raise typer.Exit(shrink_token(case, output.say, replays_max=replays))


app.command(epilog=ends_in("explore", codes=True))(searching.explore)
app.command(epilog=ends_in("judge", codes=True))(judge)


@app.command(name="list", epilog=ends_in("list"))
def list_(
    what: options.What = None,
    scenarios: options.ScenarioFiles = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """List what there is, by name.

    Functions are what a patch may override; windows are situations that a campaign counts.
    """
    kind = arguments.kind(what)
    arguments.registered(scenarios or ())
    output.say(listing(kind, as_json=as_json))


app.command(epilog=ends_in("nightly", codes=True))(nightly)
app.command(epilog=ends_in("report"))(report)
app.add_typer(findings, name="findings")
app.add_typer(kernel, name="kernel")


def _command() -> str | None:
    """Read one command for stepping through; None at the end of the input."""
    if standard_input.is_terminal():
        typer.echo("> ", nl=False)
    return standard_input.line(_COMMANDS)
