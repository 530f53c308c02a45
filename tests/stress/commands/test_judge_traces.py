# SPDX-License-Identifier: GPL-2.0-only
"""Are traces judged from their files, and is what is none refused without a traceback?"""

import random
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from stress.commands.judge import judge_traces
from stress.inputs import BadArgument
from stress.system import Exit

Run = Callable[..., subprocess.CompletedProcess[str]]
Result = Callable[..., dict[str, Any]]

MACHINE = (
    '# machine {"nr_lr":1,"irqs":[[40,"edge",128,0],[41,"level",64,1]],'
    '"guests":[[[],[0]],[[],[0]]],"devices":[[[40,1,0,0]]]}'
)
TRACE = f"""# vgic-stress trace 1
{MACHINE}
dev0 raise 40
vcpu0 acknowledge 40
vcpu1 raise 41
vcpu1 disable 41
vcpu1 acknowledge none
vcpu0 end 40
vcpu1 pending 41 is 1
vcpu1 route 40 vcpu1
vcpu0 sgi list 3 0x02
vcpu0 priority 40 0x80
all idle
all exited
all exited
all final 40 pending 0 active 0
all final 41 pending 1 active 0
"""


def test_what_a_guest_saw_of_a_bug_is_wrong_and_of_the_reference_is_not(
    here: Run, result_here: Result
) -> None:
    words = ("inject_while_eoicount", "--bug", "prune_active", "--seed", 5, "--executions", 40)
    found = result_here(*words, "-x", "--judge", "architecture")
    (finding,) = found["findings"]
    here("replay", finding["token"], "--trace", "wrong.trace")
    here("replay", finding["token"], "--trace", "right.trace", "--revision", "reference")
    right = here("judge", "right.trace")
    assert right.returncode == 0, right.stdout + right.stderr
    assert right.stdout.splitlines()[-1] == "SUCCESS: nothing is wrong"
    both = here("judge", "right.trace", "wrong.trace")
    assert "without entries" in both.stdout


def test_a_trace_that_parts_exits_with_1_and_says_where(here: Run, tmp_path: Path) -> None:
    (tmp_path / "a.trace").write_text(TRACE.replace("dev0 raise 40\n", ""), "utf-8")
    ran = here("judge", "a.trace")
    assert ran.returncode == 1, ran.stderr
    said = ran.stdout.splitlines()
    assert said[0] == "a.trace: 14 events, without entries, 2 of 2 interrupts judged"
    assert said[1].startswith("  architecture: phantom: event 1, `vcpu0 acknowledge 40`: spi 40 is")
    assert said[-1] == "FAILURE: 1 trace of 1 wrong"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("nonsense\n", "a trace begins with"),
        (TRACE.replace(MACHINE + "\n", ""), "it does not say of which machine it is"),
        (TRACE.replace(MACHINE, "# machine " + "[" * 100_000), "it is no machine in JSON"),
        (TRACE.replace(MACHINE, "# machine {}"), "no machine is like that"),
        (TRACE.replace("vcpu1 raise", "vcpu7 raise"), "vcpu7, and its machine has none"),
        (TRACE + "vcpu0 exit\n" * 10_001, "more than 10000 events"),
    ],
)
def test_what_is_no_trace_is_refused(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "a.trace"
    file.write_text(text, "utf-8")
    with pytest.raises(BadArgument, match=said):
        judge_traces([file])


def test_damaged_traces_are_judged_or_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert {damaged(tmp_path, seed) for seed in range(300)} == {
        None, Exit.CLEAN, Exit.FINDINGS
    }  # fmt: skip
    assert "Traceback" not in capsys.readouterr().out


def damaged(folder: Path, seed: int) -> Exit | None:
    """Damage a trace and judge it; None if it is refused."""
    draws = random.Random(seed)
    lines = TRACE.splitlines()
    for _ in range(draws.randint(1, 3)):
        at, other = draws.randrange(2, len(lines)), draws.randrange(2, len(lines))
        how = draws.randrange(4)
        if how == 0:
            lines[at], lines[other] = lines[other], lines[at]
        elif how == 1:
            lines[at:at] = [lines[other]] * draws.randint(1, 4)
        elif how == 2:
            del lines[at]
        else:
            words = lines[at].split()
            words[draws.randrange(len(words))] = draws.choice(["40", "41", "vcpu1", "none", "\0"])
            lines[at] = " ".join(words)
        lines += [""] * max(0, 3 - len(lines))
    file = folder / "damaged.trace"
    file.write_text("\n".join([*lines, ""]), "utf-8")
    try:
        return judge_traces([file])
    except BadArgument:
        return None
