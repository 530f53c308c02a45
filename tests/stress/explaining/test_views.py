# SPDX-License-Identifier: GPL-2.0-only
"""Can somebody who has never seen the tool read a finding: in columns, and in every other view?"""

import ast
import json
import os
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest

import harness
from harness import Failed, OsThreads
from stress.executions.confirming import confirm
from stress.executions.following import follow
from stress.executions.single import run_index
from stress.executions.target import Target
from stress.executions.token import Token
from stress.explaining.columns import WIDTH
from stress.explaining.explanation import VIEWS, Explanation, explain
from stress.explaining.lines import lines as story_lines
from stress.explaining.repro_file import repro_file
from stress.explaining.stepping import HELP, step_through
from stress.scenarios import SCENARIOS
from stress.shrinking import shrink
from vgic import Mechanism, Reference
from vgic.data.vcpu import VgicIrq
from vgic.data.vm import Kvm
from vgic.hardware.list_registers import ListRegister
from vgic.tracepoints import Tracepoints

Tokens = dict[str, Token]
SCENARIO = "inject_while_eoicount"


def story_of(token: Token, pinned: OsThreads, *, shrunk: bool = True) -> Explanation:
    target = Target(token.revision, token.bugs)
    if shrunk:
        token = shrink(token, target, pinned).token
    return explain(token, target, pinned)


@pytest.fixture(scope="module")
def stories(tokens: Tokens, pinned: OsThreads) -> dict[str, Explanation]:
    return {name: story_of(token, pinned) for name, token in tokens.items()}


@pytest.fixture(scope="module")
def kick(stories: dict[str, Explanation]) -> Explanation:
    return stories["kick_without_request"]


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_is_plain_text_under_78_columns_without_addresses(
    stories: dict[str, Explanation], view: str
) -> None:
    for story in stories.values():
        text = story.view(view)
        assert text.isascii()
        assert max(map(len, text.splitlines())) < 78
        assert not re.search(r"0x[0-9a-f]{6}|object at", text)


@pytest.mark.parametrize("width", [60, 200])
@pytest.mark.parametrize("view", ["columns", "lockdep", "full"])
def test_a_view_for_the_screen_is_as_wide_as_that(
    stories: dict[str, Explanation], view: str, width: int
) -> None:
    widths = [max(map(len, story.view(view, width).splitlines())) for story in stories.values()]
    assert 60 - 16 < max(widths) <= width
    assert (max(widths) > WIDTH) == (width > WIDTH)


def test_the_view_for_an_email_is_not(kick: Explanation) -> None:
    assert kick.view("commit", 200) == kick.view("commit")


def test_what_was_not_shrunk_is_cut_at_the_front_and_says_so(
    tokens: Tokens, pinned: OsThreads
) -> None:
    text = story_of(tokens["no_recheck_after_relock"], pinned, shrunk=False).columns()
    assert re.search(r"\.\.\. \d+ lines? before these", text)
    assert max(map(len, text.splitlines())) < 78
    assert len(text.splitlines()) < 120


def test_the_columns_name_functions_objects_and_what_went_wrong(kick: Explanation) -> None:
    text = kick.columns()
    for words in ("vcpu0", "dev0", "vgic_queue_irq_unlock()", "irq_lock[spi", "ap_list_lock[vcpu"):
        assert words in text
    assert "=> I16 missed kick" in text


def test_each_thread_has_a_column_of_its_own(kick: Explanation) -> None:
    lines = kick.columns().splitlines()
    begin = next(line for line in lines if "CPU 1" in line).index("CPU 1")
    injects = next(line for line in lines if "kvm_vgic_inject_irq()" in line)
    flushes = next(line for line in lines if "kvm_vgic_flush_hwstate()" in line)
    assert injects.index("kvm_vgic_inject_irq") == begin
    assert flushes.index("kvm_vgic_flush_hwstate") < begin


def test_the_columns_begin_with_the_machine_and_who_is_more_urgent(
    stories: dict[str, Explanation],
) -> None:
    for story in stories.values():
        parameters, text = story.token.parameters, story.columns()
        lines = text.splitlines()
        assert re.search(rf", {parameters.nr_lr} list registers?$", lines[0])
        differ = len({irq.priority for irq in parameters.irqs}) > 1
        crowded = not differ and len(parameters.irqs) > parameters.nr_lr
        assert ("all interrupts at priority 0x" in text) == crowded
        assert ("most urgent first: " in lines[1]) == differ


def test_the_columns_say_what_a_maintenance_interrupt_is_for(
    stories: dict[str, Explanation],
) -> None:
    text = stories["head-walk"].columns()
    assert "ICH_MISR[vcpu 0] = underflow" in text
    assert "ICH_MISR" not in stories["kick_without_request"].columns()


def test_the_columns_say_what_a_vcpu_exits_for(stories: dict[str, Explanation]) -> None:
    """An exit is an interrupt's or the guest's own access; of that the access itself is shown."""
    lines = [
        (line.text, line.function)
        for story in stories.values()
        for line in story_lines(story.recorded)
        if "exits for" in line.text
    ]
    assert {function for _, function in lines} == {"run_guest"}
    texts = {text for text, _ in lines}
    assert "exits for an IPI" in texts
    assert "exits for a maintenance interrupt: underflow and nothing pending" in texts


def test_whom_the_failure_is_about_has_a_column_though_nothing_is_left_of_it(
    stories: dict[str, Explanation],
) -> None:
    for story in stories.values():
        failure = story.recorded.failure
        assert failure is not None
        text = story.columns()
        for number, role in enumerate(story.recorded.roles):
            if re.search(rf"vcpu {number}\b", failure.message) and role == f"vcpu{number}":
                assert f"CPU {number}: {role}" in text or f" {role}" in text


def test_a_mark_shows_where_the_correct_kernel_goes_another_way(kick: Explanation) -> None:
    text = kick.columns()
    assert len([line for line in text.splitlines() if line.startswith("* ")]) == 2
    assert "`request requests[vcpu" in text.replace("\n  ", " ")


def test_what_each_choice_is_needed_for_is_what_running_it_gives(
    kick: Explanation, pinned: OsThreads
) -> None:
    assert kick.choices
    deviations = kick.token.deviations
    for place, need in enumerate(kick.choices):
        less = (*deviations[:place], *deviations[place + 1 :])
        token = Token(**{**vars(kick.token), "deviations": less})
        followed = follow(token, kick.target, pinned)
        assert (need.without == "it passes") == (followed.failure is None)


def test_the_commit_view_replays_when_it_is_pasted(kick: Explanation) -> None:
    text = kick.view("commit")
    pasted = text.partition("<<EOF\n")[2].partition("\nEOF")[0]
    assert Token.decode(pasted) == kick.token
    paragraph = text.partition("\n\n")[0]
    assert "vcpu0 is preempted before its" in paragraph.replace("\n", " ")


def test_the_columns_show_where_the_locks_were_taken_that_a_finding_is_about(
    stories: dict[str, Explanation],
) -> None:
    lines = stories["two_locks_unordered"].columns().splitlines()
    verdict = lines.index("=> lock nesting")
    assert re.match(r"\*? +lock ap_list_lock\[vcpu \d\]$", lines[verdict - 2])
    assert lines[verdict - 3].strip() == "vgic_prune_ap_list()"


class FoldsPending(Reference):
    """Takes the pending state back as the list register has it, one way or the other."""

    def fold_pending(self, irq: VgicIrq, lr: ListRegister) -> None:
        irq.pending_latch = lr.pending


class CannotBeMade(Reference):
    """Fails before anything happens."""

    def __init__(self, kvm: Kvm, watch: Tracepoints) -> None:
        super().__init__(kvm, watch)
        raise AttributeError("'Kvm' object has no attribute 'nr_lrs'")


def first_story(kernel: type[Mechanism], pinned: OsThreads) -> Explanation:
    """Find a failure of a kernel, as it was met."""
    target = Target("mine.py:Kernel", cls=kernel)
    for index in range(1_000):
        single = run_index(SCENARIOS[SCENARIO], 3, index, "random-walk", target, pinned)
        if isinstance(single.execution.outcome, Failed):
            token, _ = confirm(single, SCENARIO, target, pinned)
            return explain(token, target, pinned)
    raise AssertionError("nothing found")


def test_the_first_divergence_names_the_field_that_the_correct_kernel_leaves_alone(
    pinned: OsThreads,
) -> None:
    text = first_story(FoldsPending, pinned).columns()
    footnote = " ".join(text.partition("* the reference goes another way ")[2].split())
    assert re.match(r"[a-z ]+: spi \d+ pending_latch stays as it was", footnote)


@pytest.mark.parametrize("view", VIEWS)
def test_what_fails_before_the_first_step_is_told(pinned: OsThreads, view: str) -> None:
    text = first_story(CannotBeMade, pinned).view(view)
    assert "'Kvm' object has no attribute 'nr_lrs'" in " ".join(text.split())


def test_the_commit_view_names_the_file_of_a_users_class(pinned: OsThreads) -> None:
    text = first_story(FoldsPending, pinned).view("commit")
    assert "\nvgic-stress replay - --revision mine.py:Kernel <<EOF\n" in text


def test_the_lockdep_view_says_who_holds_what(stories: dict[str, Explanation]) -> None:
    text = stories["two_locks_unordered"].view("lockdep")
    assert re.search(r"1 lock held by vcpu\d:\n  #0: ap_list_lock\[vcpu \d\], taken in", text)
    assert "vgic_prune_ap_list" in text


def test_the_full_view_has_every_step(kick: Explanation) -> None:
    text = kick.view("full")
    steps, _, verdict = text.partition("\n\n")
    numbers = [int(line[:5]) for line in steps.splitlines()[1:] if line[:5].strip()]
    assert verdict.startswith("=> I16 missed kick\n")
    operations = [s for s in kick.recorded.steps if not isinstance(s.event.what, tuple)]
    assert numbers == [step.event.step for step in operations]


def test_the_timeline_is_in_the_trace_event_format(stories: dict[str, Explanation]) -> None:
    for story in stories.values():
        events = json.loads(story.timeline())["traceEvents"]
        calls: dict[tuple[int, int], list[str]] = defaultdict(list)
        held: dict[tuple[int, int], int] = defaultdict(int)
        named = {(e["pid"], e["tid"]) for e in events if e["ph"] == "M"}
        for event in events:
            track = (event["pid"], event["tid"])
            assert event["ph"] in "BEXiM"
            assert event["name"]
            assert event["ts"] >= 0
            assert track in named
            if event["ph"] == "B":
                calls[track].append(event["name"])
            elif event["ph"] == "E":
                assert calls[track].pop() == event["name"]
            elif event["ph"] == "X":
                assert event["dur"] >= 1
                if event["cat"] == "lock" and event["pid"] == 2:
                    assert event["ts"] >= held[track]
                    held[track] = event["ts"] + event["dur"]
        assert not any(calls.values())


def stepped(story: Explanation, *commands: str) -> list[str]:
    said: list[str] = []
    read = iter(commands)
    step_through(story.recorded, lambda: next(read, None), said.append, WIDTH)
    return said


def test_stepping_goes_forward_back_to_switches_and_to_the_failure(kick: Explanation) -> None:
    _, begin, second, back, switch, before, end, over = stepped(kick, "", "b", "s", "r", "f")
    assert begin == back
    assert second != begin
    assert "-- to dev0 --" in switch
    assert "-- to dev0 --" not in before
    assert "=> I16 missed kick" in end
    assert "the commands have ended" in over
    assert "ap_list_head[vcpu 0]" in end


def test_stepping_goes_to_a_step_prints_all_and_explains_itself(kick: Explanation) -> None:
    _, _, there, everything, helped, also = stepped(kick, "g 5", "p", "what?", "g x", "q", "n")
    assert re.search(r"^ +5 ", there, re.MULTILINE)
    assert "ICH_HCR[vcpu 0]: EOIcount=0" in everything
    assert helped == also == HELP


def test_the_test_file_fails_while_the_race_is_there_and_tells_it(
    kick: Explanation, tmp_path: Path
) -> None:
    text = repro_file("I16 missed kick", kick.columns(), [kick.token.encode()], kick.target)
    (tmp_path / "test_repro.py").write_text(text, "utf-8")
    mended = text.replace("assert_passes(TOKEN)", "assert_passes(TOKEN, revision='reference')")
    assert mended != text
    (tmp_path / "test_mended.py").write_text(mended, "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-n", "0", "-q"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(Path(harness.__file__).parents[1])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "1 failed, 1 passed" in done.stdout, done.stdout
    assert "vgic_queue_irq_unlock()" in done.stdout
    assert "stress/repro.py" not in done.stdout


def test_the_test_file_of_a_users_class_says_where_it_was_and_can_be_read_whatever_was_raised(
    kick: Explanation,
) -> None:
    target = Target("mine.py:Kernel", ("no_splice",))
    raised = 'exception in f: \\N """'
    text = repro_file(raised, raised, [kick.token.encode()], target)
    module = ast.parse(text)
    assert str(ast.get_docstring(module, clean=False)).startswith(raised)
    assert f"KERNEL = {str(Path('mine.py').resolve()) + ':Kernel'!r}  # change it" in text
    assert "assert_passes(TOKEN, revision=KERNEL, bugs=('no_splice',))" in text


PRINT_VIEWS = """
import sys
from harness import OsThreads
from stress.explaining.explanation import VIEWS, explain
from stress.executions.target import Target
from stress.executions.token import Token
token = Token.decode(sys.argv[1])
target = Target(token.revision, token.bugs)
with OsThreads() as pinned:
    story = explain(token, target, pinned)
    print(*map(story.view, VIEWS), story.timeline(), sep="\\n")
"""


def printed_by(python: str, token: Token, hash_seed: str) -> str:
    return subprocess.run(
        [python, "-c", PRINT_VIEWS, token.encode()],
        env=os.environ
        | {
            "PYTHONPATH": str(Path(harness.__file__).parents[1]),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONHASHSEED": hash_seed,
        },
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def has_what_it_takes(python: Path) -> bool:
    """Tell whether an interpreter starts; the views need the standard library and us."""
    done = subprocess.run([str(python), "-c", "pass"], capture_output=True, check=False)
    return done.returncode == 0


def test_the_views_of_a_token_are_the_same_on_every_python_and_hash_seed(kick: Explanation) -> None:
    mine = printed_by(sys.executable, kick.token, "0")
    assert mine.startswith(kick.view(VIEWS[0]))
    assert printed_by(sys.executable, kick.token, "1") == mine
    for version in ("3.11", "3.12", "3.13"):
        for folder in os.get_exec_path():
            python = Path(folder) / f"python{version}"
            if python.exists() and has_what_it_takes(python):
                assert printed_by(str(python), kick.token, "2") == mine, version
                break
