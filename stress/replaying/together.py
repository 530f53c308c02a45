# SPDX-License-Identifier: GPL-2.0-only
"""Several tokens in one replay: executions that are a failure only together.

Two executions may each take two locks in one order, and not in the same one. Neither fails; but
somewhere the two could meet. They are replayed one after the other, and the orders of all go into
one graph. One that fails by itself counts too.
"""

from collections.abc import Callable, Sequence

from harness import Carriers
from harness.detectors.lock_order import OrderGraph, inverted
from stress.executions import follow
from stress.explaining import orders_text
from stress.replaying.opening import Case
from stress.reporting import Verdict, not_judged
from stress.system import Exit, printed_text


def judge_together(
    cases: Sequence[Case], carriers: Carriers, say: Callable[[str], None]
) -> Verdict:
    """Replay executions into one graph of lock orders; say what is seen on the way.

    Args:
        cases: the executions, as the finding's command names them.
        carriers: what the threads run on.
        say: prints one text.

    Raises:
        HarnessBug: the harness's own code raised an exception.
    """
    graph, found, failed = OrderGraph(), "", False
    # The one that closed the cycle is named first.
    for number, case in reversed(list(enumerate(cases, 1))):
        followed = follow(case.token, case.target, carriers)
        if followed.printed:
            say("\n".join([f"token {number}:", *printed_text(followed.printed)]))
        if followed.divergence:
            say(f"token {number} diverged {followed.divergence}")
        if followed.no_verdict:
            return not_judged(f"token {number}: {followed.no_verdict}")
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
        return Verdict(Exit.FINDINGS, "failed again")
    return Verdict(Exit.CLEAN, f"passed: no order is inverted in {len(cases)} executions together")
