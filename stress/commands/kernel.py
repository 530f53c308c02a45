# SPDX-License-Identifier: GPL-2.0-only
"""The commands `kernel ...`: what they are asked for.

Nothing that boots, builds or judges is imported before one of them is called.
"""

from pathlib import Path
from typing import Annotated

import typer

from stress.commands import options
from stress.commands.examples import ends_in
from stress.commands.kernel_agree import agree
from stress.inputs import BadArgument, arguments
from stress.system import Exit, logs, output

_SILENCE_S = 120.0

kernel = typer.Typer(
    help="Play on a real arm64 kernel, emulated, what the model plays.",
    epilog=ends_in("kernel"),
    no_args_is_help=True,
    rich_markup_mode=None,
)


@kernel.command(epilog=ends_in("kernel run"))
def run(
    image: options.KernelImage,
    play: Annotated[
        list[str] | None,
        typer.Argument(metavar="PLAY|FILE.play|TOKEN", help="All that are delivered if left out."),
    ] = None,
    rounds: Annotated[
        int | None,
        typer.Option("--rounds", metavar="N", min=1, max=1_000_000, help="Of each play."),
    ] = None,
    seed: Annotated[
        str, typer.Option("--seed", metavar="N", help="Of how long guests linger.")
    ] = "0",
    cpu: Annotated[
        str, typer.Option("--cpu", metavar="NAME", help="As the emulator calls it.")
    ] = "neoverse-n1",
    append: Annotated[
        str, typer.Option("--append", metavar="WORDS", help="More of the kernel's command line.")
    ] = "",
    silence: Annotated[
        float,
        typer.Option("--silence", metavar="SECONDS", min=1, help="Give up after so many."),
    ] = _SILENCE_S,
    trace: Annotated[
        Path | None,
        typer.Option("--trace", metavar="FOLDER", help="Write a round's trace of each play."),
    ] = None,
    console: Annotated[
        Path | None,
        typer.Option("--console", metavar="FILE", help="Write all that the machine prints."),
    ] = None,
    json_file: options.JsonFile = None,
    verbose: options.Verbose = 0,
) -> None:
    """Boot a kernel, play plays on it, and give a verdict.

    It exits as run does: with 1 if a round of a play was bad, with 4 if some play hung or too few
    of its rounds could be judged.
    """
    from stress.commands.kernel_run import AskedOfKernel, run_plays
    from stress.commands.plays import chosen_plays

    logs.start(verbose)
    asked = AskedOfKernel(
        image=image,
        plays=chosen_plays(play or (), rounds),
        seed=arguments.seed(seed),
        cpu=cpu,
        append=append,
        silence_s=silence,
        traces=trace,
        console=arguments.writable(console, "--console"),
        json_file=arguments.writable(json_file, "--json"),
    )
    raise typer.Exit(run_plays(asked))


kernel.command(epilog=ends_in("kernel agree"))(agree)


@kernel.command(epilog=ends_in("kernel doctor"))
def doctor(
    boot: Annotated[
        Path | None,
        typer.Option("--boot", metavar="IMAGE", help="Boot this kernel, and play one play."),
    ] = None,
) -> None:
    """Say what is there of all that is needed, what is missing, and what to type.

    It exits with 0 if all is there, else with 1.
    """
    from stress.commands.kernel_doctor import say_parts

    raise typer.Exit(Exit.CLEAN if say_parts(boot) else Exit.FINDINGS)


@kernel.command(name="list", epilog=ends_in("kernel list"))
def list_(
    play: Annotated[
        list[str] | None,
        typer.Argument(metavar="PLAY|FILE.play|TOKEN", help="Print these as scripts."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """List the plays that are delivered, by name, or print some as scripts."""
    from stress.commands.plays import plays_text, plays_values, scripts_text

    if play and as_json:
        raise BadArgument("--json lists all plays; leave the names out, or --json")
    if play:
        output.say(scripts_text(play))
    else:
        output.say(plays_values() if as_json else plays_text())
