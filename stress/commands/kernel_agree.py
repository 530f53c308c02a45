# SPDX-License-Identifier: GPL-2.0-only
"""The command `kernel agree`: generated programs on a kernel and in the model, side by side."""

from typing import Annotated

import typer

from stress.commands import options
from stress.inputs import arguments
from stress.system import logs


def agree(
    image: options.KernelImage,
    programs: Annotated[
        int, typer.Option("--programs", metavar="N", min=1, help="How many.")
    ] = 10_000,
    first: Annotated[
        int, typer.Option("--first", metavar="N", min=0, help="The number of the first of them.")
    ] = 0,
    seed: options.SeedNumber = None,
    revision: options.ComparedRevision = None,
    shrink: Annotated[
        bool, typer.Option("--shrink", help="Make an example of each difference smaller.")
    ] = False,
    json_file: options.JsonFile = None,
    verbose: options.Verbose = 0,
) -> None:
    """Play generated programs of one vCPU on a kernel, and compare it with the model.

    What a guest sees has to be what the model shows, or may show if the host exits. It exits with
    1 if a program differs, with 4 if none could be judged.
    """
    from stress.commands.kernel_agreeing import Comparison, compare
    from stress.executions import Target

    logs.start(verbose)
    target = None if revision is None else Target(revision)
    if target is not None:
        target.check()
    asked = Comparison(
        image=image,
        numbers=range(first, first + programs),
        seed=arguments.seed(seed),
        target=target,
        shrink=shrink,
        json_file=arguments.writable(json_file, "--json"),
    )
    raise typer.Exit(compare(asked))
