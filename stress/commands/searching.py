# SPDX-License-Identifier: GPL-2.0-only
"""The commands that search for what fails, as the command line has them: `run` and `explore`.

Their arguments are read and checked here; run.py and explore.py do what they say.
"""

from typing import Annotated

import typer

from harness.search.strategies import PORTFOLIO
from stress.commands import options
from stress.commands.findings import NIGHTS
from stress.executions import Target, model_digest
from stress.inputs import EXECUTIONS, LIMIT, Points, arguments
from stress.scenarios import SCENARIOS
from stress.shrinking import REPLAYS
from stress.system import logs
from vgic import DEFAULT, JudgedBy


def run(
    scenario: options.Scenarios = None,
    scenarios: options.ScenarioFiles = None,
    revision: options.Revision = DEFAULT,
    bug: options.Bugs = None,
    check: options.Checks = None,
    no_check: options.NoChecks = None,
    points: options.PointsMode = Points.STANDARD,
    judge: options.Judge = JudgedBy.INVARIANTS,
    executions: options.Executions = None,
    duration: options.Duration = None,
    seed: options.SeedNumber = None,
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
    verbose: options.Verbose = 0,
    log_json: options.LogJson = False,
) -> None:
    """Run scenarios under random schedules and give a verdict."""
    from stress.campaign import Plan
    from stress.commands.run import Workers
    from stress.commands.run import run as run_campaign

    logs.start(verbose, as_json=log_json)
    if model is not None and arguments.model(model, seed, execution) != model_digest():
        from stress.commands.stored import stored

        named = arguments.scenarios(scenario, scenarios or ()) if scenario else ()
        raise typer.Exit(stored(history, model, arguments.seed(seed), named, execution or 0))
    target = Target(
        revision,
        arguments.bugs(bug),
        points=arguments.one_of(list(Points), points, "--points"),
        judge=arguments.one_of(list(JudgedBy), judge, "--judge"),
    ).races_checked(arguments.races(check, no_check))
    target = target.checking(**arguments.checking(check))
    target.check()
    plan = Plan(
        target=target,
        scenarios=arguments.scenarios(scenario or (), scenarios or ()),
        seed=arguments.seed(seed),
        strategy=arguments.strategy(strategy),
        executions=EXECUTIONS if executions is None and duration is None else executions,
        execution=execution,
        duration_s=arguments.duration_s(duration),
        stop_at_first=stop,
        shrink_replays=shrink,
    )
    json_file = arguments.writable(json_file, "--json")
    workers = Workers(arguments.jobs(jobs), arguments.hang_s(), stacks=bool(verbose))
    raise typer.Exit(run_campaign(plan, workers, json_file=json_file, quiet=quiet))


def explore(
    scenario: options.OneScenario,
    scenarios: options.ScenarioFiles = None,
    revision: options.Revision = DEFAULT,
    bug: options.Bugs = None,
    check: options.Checks = None,
    no_check: options.NoChecks = None,
    points: options.PointsMode = Points.STANDARD,
    judge: options.Judge = JudgedBy.INVARIANTS,
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
    verbose: options.Verbose = 0,
    log_json: options.LogJson = False,
) -> None:
    """Run one machine under every schedule there is, those that make no difference left out.

    With --preemptions under every schedule of no more preemptions. What hits the limit is no pass:
    it exits with 4, otherwise as run does.
    """
    from stress.commands.explore import explore as explore_space
    from stress.spaces import Space

    logs.start(verbose, as_json=log_json)
    (name,) = arguments.scenarios([scenario], scenarios or ())
    target = Target(
        revision,
        arguments.bugs(bug),
        points=arguments.one_of(list(Points), points, "--points"),
        judge=arguments.one_of(list(JudgedBy), judge, "--judge"),
    ).races_checked(arguments.races(check, no_check))
    target = target.checking(**arguments.checking(check))
    target.check()
    space = Space(SCENARIOS[name], arguments.seed(seed), execution, preemptions, limit, target)
    json_file = arguments.writable(json_file, "--json")
    raise typer.Exit(explore_space(space, json_file, stacks=bool(verbose)))
