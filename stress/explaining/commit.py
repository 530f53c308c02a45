# SPDX-License-Identifier: GPL-2.0-only
"""The commit view: a paragraph and the diagram, ready for a patch e-mail.

In neutral words made from the trace: it says what was seen, not what is to be done about it.
"""

from collections.abc import Sequence
from textwrap import wrap

from stress.executions import Target
from stress.explaining.choices import Choice, before
from stress.explaining.columns import columns
from stress.explaining.first_divergence import FirstDivergence
from stress.explaining.machine import machine_in_words
from stress.explaining.recorded import Recorded
from stress.system import shell

WIDTH = 75


def commit(
    recorded: Recorded,
    target: Target,
    token: str,
    choices: Sequence[Choice],
    divergence: FirstDivergence | None,
) -> str:
    """Return the view: plain text under 78 columns.

    Args:
        recorded: the execution.
        target: what was tested.
        token: replays it.
        choices: what happens without each choice.
        divergence: where the correct kernel goes another way, if that is known.
    """
    failure = recorded.failure
    if failure is None:
        return "nothing went wrong"
    story = [f"On {target}, with {machine_in_words(recorded.parameters)}: {failure.message}."]
    story += [
        f"{deviation.role} is preempted {before(deviation.label)}, and {deviation.to} runs."
        for deviation in recorded.preemptions
        if deviation.label is not None
    ]
    if not recorded.preemptions:
        story.append("Nobody has to be preempted for it.")
    elif all(choice.without == "it passes" for choice in choices):
        which = "this" if len(choices) == 1 else "any one of these"
        story.append(f"Without {which} it does not happen.")
    paragraphs = [
        "\n".join(wrap(" ".join(story), WIDTH)),
        columns(recorded, divergence),
        "\n".join([shell.joined(target.replaying("-")) + " <<EOF", *wrap(token, WIDTH), "EOF"]),
    ]
    return "\n\n".join(paragraphs)
