# SPDX-License-Identifier: GPL-2.0-only
"""The command `run` for a seed of another model: it means nothing here, but its token may be kept.

A seed says what an execution is only together with the model that drew it. What an execution of
some night showed is kept as a token, which says it for good.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from stress.executions import model_digest
from stress.history import History, Stored
from stress.inputs import BadArgument
from stress.morning import replay_line
from stress.system import Exit, complain, say


def stored(folder: Path, model: str, seed: int, scenarios: Sequence[str], execution: int) -> Exit:
    """Say what is stored of an execution of another model's seed.

    Args:
        folder: the folder of the nights.
        model: the digest of the model.
        seed: the seed.
        scenarios: the scenarios of the execution, () for any.
        execution: its number within the scenario.

    Returns:
        CLEAN if a token is stored, TOO_FEW if none is.

    Raises:
        BadArgument: there is no such folder.
    """
    if not folder.is_dir():
        raise BadArgument(f"--history {folder}: there is no such folder; name one of `nightly`")
    say(
        f"a seed of model={model} means nothing to this one, model={model_digest()}; "
        f"what nights have stored of it is in {folder}"
    )
    with History.open(folder) as history:
        of_any = history.token_of(model, seed, execution)
        for note in history.notes:
            complain(f"vgic-stress: {note}")
    found = [each for each in of_any if not scenarios or each.sighting.scenario in scenarios]
    for each in found:
        say(_text(each))
    if not found:
        where = f" of {', '.join(scenarios)}" if scenarios else ""
        say(
            f"nothing is stored of execution {execution}{where} with seed={seed:#x}: an execution "
            "is stored if it was the first of its night to show a finding"
        )
    return Exit.CLEAN if found else Exit.TOO_FEW


def _text(found: Stored) -> str:
    record, at = found.record, found.sighting
    alone = replace(record, token=at.token, others=[])
    return (
        f"execution {at.execution} of {at.scenario} in {at.night}, on {record.target}: "
        f"{record.symptom} (finding {record.id})\n  {replay_line(alone, length_max=1 << 30)}"
    )
