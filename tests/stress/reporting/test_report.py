# SPDX-License-Identifier: GPL-2.0-only
"""Do the printed lines carry what a reader needs to tell, repeat and replay a campaign?"""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness import Failure
from stress.campaign.plan import Plan
from stress.campaign.result import Result
from stress.executions.source import model_digest
from stress.executions.target import Target
from stress.executions.token import PRINTED_MAX
from stress.findings.example import Example
from stress.findings.finding import Finding
from stress.findings.inquiry import Answer
from stress.findings.store import keep
from stress.jobs.work import Fact
from stress.reporting import writer as writing
from stress.reporting.asked import every_option, headline_of
from stress.reporting.finding_text import finding_text, replay_command, shrunk_text
from stress.reporting.summary import campaign_values
from stress.reporting.verdict import UNFINISHED, of_campaign
from stress.reporting.writer import Writer
from stress.scenarios import SCENARIOS
from stress.shrinking import REPLAYS, Size
from stress.system.exit_codes import Exit
from vgic import BUGS

MakePlan = Callable[..., Plan]
SHORT = "vs1-" + "a" * 100
LONG = "vs1-" + "a" * PRINTED_MAX


MakeExample = Callable[..., Example]


@pytest.fixture
def finding(example: MakeExample) -> Callable[..., Finding]:
    def make(token: str = SHORT) -> Finding:
        failure = Failure("I13 lost", "spi 33 is not active", ("f",), details=("one", "two"))
        story = replace(example("I13 lost in f", token), failure=failure)
        return Finding("scenario", 17, "pct", story)

    return make


MakeFinding = Callable[..., Finding]


def test_a_short_token_is_printed(finding: MakeFinding, tmp_path: Path) -> None:
    command = replay_command(finding(), Target(), tmp_path)
    assert command == f"vgic-stress replay {SHORT}"


def test_a_token_longer_than_two_kilobytes_is_read_from_where_it_is_kept(
    finding: MakeFinding, tmp_path: Path
) -> None:
    assert PRINTED_MAX == 2048
    kept = keep(finding(LONG), tmp_path)
    assert kept is not None
    command = replay_command(finding(LONG), Target(), kept)
    assert command.startswith("vgic-stress replay @")
    assert LONG not in command
    assert Path(command.rpartition("@")[2]).read_text("utf-8").strip() == LONG


def test_a_finding_is_not_lost_where_it_cannot_be_kept(finding: MakeFinding) -> None:
    assert LONG in replay_command(finding(LONG), Target(), None)


def test_the_command_names_the_users_class_and_bugs_a_token_does_not_carry(
    finding: MakeFinding,
) -> None:
    target = Target("my patch.py:MyKernel", ("no_splice",))
    command = replay_command(finding(), target, None)
    assert command.endswith("--revision 'my patch.py:MyKernel' --bug no_splice")


ENDINGS: dict[int, tuple[dict[str, Any], list[str]]] = {
    0: ({}, []),
    1: ({"findings": {"I13 lost": None}}, []),
    3: ({"bugs": ["a worker died"]}, []),
    4: ({}, ["nothing was selected"]),
    130: ({"interrupted": True}, []),
}
"""By exit code: what of a result brings it about, and why there are too few executions."""


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return what a writer says, as it comes."""
    texts: list[str] = []
    monkeypatch.setattr(writing, "say", texts.append)
    return texts


def first_line(plan: Plan) -> str:
    return headline_of(plan).line("vgic-stress run:")


def lines(plan: Plan, said: list[str], json_file: Path | None = None) -> list[str]:
    """Return the first line of a campaign, and every last line it can have."""
    writer = Writer("vgic-stress run", headline_of(plan), json_file)
    writer.begin()
    for code, (fields, reasons) in ENDINGS.items():
        ended = of_campaign(Result(executions=123_456, **fields), reasons)
        assert ended.code == code
        writer.end(ended, {})
    return said


def test_first_and_last_line_say_what_was_tested_on_which_seed_by_which_model(
    plan: MakePlan, said: list[str]
) -> None:
    tested = plan(target=Target("head-walk", ("no_splice",)), seed=42, executions=5)
    for line in lines(tested, said):
        assert "head-walk+no_splice (seed=0x2a " in line
        assert line.endswith(f" model={model_digest()})")


def test_the_first_line_says_what_is_not_as_by_default(plan: MakePlan) -> None:
    some = plan(scenarios=["one_disable"], strategy="portfolio", executions=5, duration_s=90.0)
    assert "(seed=0x7 scenarios=one_disable executions=5 ... model=" in first_line(some)
    everything = replace(some, scenarios=list(SCENARIOS))
    assert "(seed=0x7 executions=5 duration=90s model=" in first_line(everything)
    more = replace(some, scenarios=["one_disable", "one_reroute"], strategy="mix")
    assert "(seed=0x7 scenarios=one_disable+1 strategy=mix ... model=" in first_line(more)
    line = first_line(plan(scenarios=list(SCENARIOS), executions=None, strategy="portfolio"))
    assert line == f"vgic-stress run: reference (seed=0x7 model={model_digest()})"


def test_the_first_line_says_which_execution_was_asked_for(plan: MakePlan) -> None:
    assert "execution=17" in first_line(plan(execution=17))
    assert "executions=" not in first_line(plan(execution=17))


def test_every_option_is_told_to_who_asks_however_long_that_is(plan: MakePlan) -> None:
    text = every_option(plan(scenarios=list(SCENARIOS), execution=17, duration_s=90.0), jobs=2)
    for word in (",".join(SCENARIOS), "execution=17", "strategy=mix", "duration=90s", "jobs=2"):
        assert word in text


@pytest.mark.parametrize("seed", [7, 2**32 - 1, 2**64 - 1])
@pytest.mark.parametrize(
    "target",
    [
        Target(),
        Target("head-walk", tuple(BUGS), races=True),
        Target(f"/{'long/' * 40}my_patch.py:MyKernel", ("no_splice",)),
    ],
)
def test_no_first_or_last_line_has_more_than_100_columns(
    plan: MakePlan, said: list[str], target: Target, seed: int
) -> None:
    asked = plan(
        target=target,
        seed=seed,
        scenarios=list(SCENARIOS)[:-1],
        strategy="random-walk",
        executions=10**30,
        duration_s=86_400_000.0,
    )
    for line in lines(asked, said):
        assert len(line) <= 100
        assert f"(seed={seed:#x} " in line
        assert line.endswith(f"model={model_digest()})")
        assert "\n" not in line


def test_the_last_line_says_success_or_failure(plan: MakePlan, said: list[str]) -> None:
    _, *last = lines(plan(), said)
    words = [line.partition(":")[0] for line in last]
    assert words == ["SUCCESS" if code == 0 else "FAILURE" for code in ENDINGS]


def test_what_cannot_be_written_leaves_every_verdict_but_a_clean_one(
    plan: MakePlan, said: list[str]
) -> None:
    """A program may wait for the file; nobody may take a finding for a wrong option."""
    writer = Writer("vgic-stress run", headline_of(plan()), Path("/dev/full"))
    for code, (fields, reasons) in ENDINGS.items():
        ended = writer.end(of_campaign(Result(**fields), reasons), {})
        assert ended.code == (code or Exit.USAGE)
        unwritten, last = said[-2:]
        assert unwritten.startswith("--json /dev/full: it cannot be written")
        assert last.startswith(f"FAILURE: {ended.words} on reference")


def test_until_there_is_a_verdict_the_file_says_so(plan: MakePlan, tmp_path: Path) -> None:
    file = tmp_path / "result.json"
    writer = Writer("vgic-stress run", headline_of(plan()), file)
    writer.so_far(lambda: {"seed": 7})
    assert json.loads(file.read_text("utf-8")) == {**UNFINISHED, "seed": 7}
    assert UNFINISHED == {"verdict": "unfinished", "exit": None}


def test_a_finding_is_told_with_story_first_index_count_and_command(finding: MakeFinding) -> None:
    command = f"vgic-stress replay {SHORT}"
    text = finding_text(1, finding(), 4, command, Path("findings/one"), drawn=False)
    for words in ("I13 lost in f", "spi 33 is not active", "one", "two", "execution 17", "4 times"):
        assert words in text
    assert "kept in findings/one" in text
    assert text.endswith(command)
    assert "CPU 0" not in text


def test_a_finding_is_drawn_if_it_is_wanted(finding: MakeFinding) -> None:
    assert "CPU 0" in finding_text(1, finding(), 1, "", None, drawn=True)


def test_a_finding_says_what_shrinking_has_done(finding: MakeFinding) -> None:
    before = Size(6, 4, 9, choices=61, preemptions=40, switches=14, steps=300)
    after = Size(3, 1, 3, choices=3, preemptions=2, switches=4, steps=40)
    example = replace(finding().example, before=before, after=after, replays=80)
    assert shrunk_text(example) == (
        "61 choices, 14 switches -> 3 threads, 2 preemptions (in 80 replays)"
    )
    assert "budget ended" in shrunk_text(replace(example, complete=False))
    assert "not shrunk" in shrunk_text(replace(example, replays=0))


def test_json_has_the_promised_keys(
    plan: MakePlan, fact: Callable[..., Fact], example: MakeExample
) -> None:
    result = Result()
    failed = fact(index=9, steps=40, windows=frozenset({"overflow"}), signature="I13 lost in f")
    result.add(failed)
    identity = "I13 lost in f, preempted in g"
    story = example("I13 lost in f", SHORT, identity)
    result.find(Answer(-1, "inject_while_eoicount", 9, "pct", story))
    target = Target("head-walk", ("no_splice",))
    reasons = ["inject_while_eoicount: few"]
    asked = plan(target=target, seed=42)
    ended = of_campaign(result, reasons)
    value = {**ended.values(), **campaign_values(asked, result, reasons)}
    seconds = value.pop("seconds")
    assert isinstance(seconds, float)
    assert value == {
        "verdict": "findings",
        "exit": 1,
        "reasons": reasons,
        "harness_bugs": [],
        "faults": [],
        "model": model_digest(),
        "seed": 42,
        "revision": "head-walk",
        "bugs": ["no_splice"],
        "races": False,
        "kicks": False,
        "points": "standard",
        "judge": "invariants",
        "scenarios": ["inject_while_eoicount"],
        "own_scenarios": [],
        "strategy": "mix",
        "asked": {
            "executions": 100,
            "execution": None,
            "duration_s": None,
            "stop_at_first": False,
            "shrink": REPLAYS,
        },
        "executions": 1,
        "compared": 0,
        "steps": 40,
        "windows": {"overflow": 1},
        "overrides": {},
        "progress": value["progress"],
        "behaviours": {"together": {"executions": 0, "distinct": 0, "unseen": 1.0, "growth": []}},
        "findings": [
            {
                "signature": identity,
                "kind": "I13",
                "scenario": "inject_while_eoicount",
                "execution": 9,
                "count": 1,
                "token": SHORT,
                "original": f"{SHORT}-as-found",
                "with": [],
                "mended_by": [],
                "also_seen_as": [],
                "printed": [],
            }
        ],
    }
