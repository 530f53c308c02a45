# SPDX-License-Identifier: GPL-2.0-only
"""Several tokens in one replay: executions that are a failure only together.

Two executions may each take two locks in one order, and not in the same one. Neither fails; but
somewhere the two could meet. They are replayed one after the other, and the orders of all go into
one graph. One that fails by itself counts too.
"""

from collections.abc import Callable, Sequence

from harness import OsThreads
from harness.order_graph import Learned, OrderGraph, inverted
from harness.printable import printable_text
from stress.exits import Exit
from stress.following import follow
from stress.silence import watched
from stress.subject import Subject
from stress.token import Token
from vgic import V1


def orders_text(steps: Sequence[tuple[Learned, str]]) -> list[str]:
    """Tell a cycle in the manner of lockdep: what closes it, then what came first.

    Args:
        steps: the orders, the one that closed the cycle first, each with who showed it.
    """
    (last, where), *chain = steps
    lines = [
        f"{last.role} took {last.after} while holding {last.before} in {last.function}: {where}",
        "the existing dependency chain is:",
        *(f"  {learned}{f': {place}' if learned.role else ''}" for learned, place in chain),
    ]
    return list(map(printable_text, lines))


def replay_together(
    tokens: Sequence[Token], subject: Subject, kernel: type[V1], say: Callable[[str], None]
) -> Exit:
    """Replay executions into one graph of lock orders and say what came of it.

    Args:
        tokens: the executions, as the finding's command names them.
        subject: what they are replayed on.
        kernel: the same, as a class.
        say: prints one text.
    """
    say(f"vgic-stress replay: {tokens[0].signature} ({len(tokens)} executions on {subject})")
    graph, found, failed = OrderGraph(), "", False
    with OsThreads() as carriers, watched(carriers):
        # The one that closed the cycle is named first.
        for number, token in reversed(list(enumerate(tokens, 1))):
            followed = follow(token, kernel, carriers)
            if followed.no_verdict:
                say(f"cannot be judged: token {number}: {followed.no_verdict}")
                return Exit.CANNOT_JUDGE
            if followed.failure is not None:
                say(f"token {number} fails alone: {followed.failure.signature}")
                failed = True
            for learned in followed.orders:
                steps = graph.add(learned, (f"token {number}", number))
                if steps:
                    found = inverted(steps)
                    say("\n".join(orders_text([(each, place) for each, (place, _) in steps])))
    if found:
        say(found)
    if found or failed:
        say("failed again")
        return Exit.FINDINGS
    say(f"passed: no order is inverted in {len(tokens)} executions together")
    return Exit.CLEAN
