# SPDX-License-Identifier: GPL-2.0-only
"""Are the executions of a seed the same whatever the jobs, and however the budget ends?"""

import subprocess
from collections.abc import Callable
from typing import Any

Result = Callable[..., dict[str, Any]]
Run = Callable[..., subprocess.CompletedProcess[str]]
HEAD_WALK = ("inject_while_eoicount", "--revision", "head-walk", "--seed", 7)
KEYS = {
    "verdict", "exit", "reasons", "harness_bugs", "faults", "model", "seed", "revision", "bugs",
    "races", "kicks", "points", "judge", "scenarios", "own_scenarios", "strategy", "asked",
    "executions", "compared", "steps", "seconds", "windows", "progress", "overrides", "behaviours",
    "findings",
}  # fmt: skip
FINDING_KEYS = {
    "signature", "kind", "scenario", "execution", "count", "token", "original", "with",
    "mended_by", "also_seen_as", "printed",
}  # fmt: skip
ALONE = {"count": 1, "also_seen_as": []}
"""What a finding is otherwise when nothing else is found."""


def timeless(value: dict[str, Any]) -> dict[str, Any]:
    """Return what does not depend on how the budget was set and how long it took."""
    return {key: each for key, each in value.items() if key not in ("seconds", "asked")}


def test_the_object_has_the_promised_keys_and_values(result_here: Result) -> None:
    value = result_here(
        *HEAD_WALK, "--bug", "kick_without_request", "--strategy", "burst", "--executions", 60
    )
    assert set(value) == KEYS
    assert (value["seed"], value["revision"], value["bugs"]) == (
        7,
        "head-walk",
        ["kick_without_request"],
    )
    assert (value["strategy"], value["executions"]) == ("burst", 60)
    assert (value["verdict"], value["exit"], value["reasons"]) == ("findings", 1, [])
    assert (value["races"], value["scenarios"]) == (False, ["inject_while_eoicount"])
    assert value["asked"]["executions"] == 60
    assert value["steps"] > 60
    assert all(0 < count <= 60 for count in value["windows"].values())
    assert set(value["behaviours"]) == {"burst", "together"}
    for seen in value["behaviours"].values():
        assert 0 < seen["distinct"] <= seen["executions"] <= 60
        assert 0 <= seen["unseen"] <= 1
    assert value["findings"]
    for finding in value["findings"]:
        assert set(finding) == FINDING_KEYS
        assert finding["scenario"] == "inject_while_eoicount"
        assert finding["signature"].startswith(finding["kind"])
        assert 0 <= finding["execution"] < 60
        assert 1 <= finding["count"] <= 60
        assert finding["token"].startswith("vs2-")


def test_neither_jobs_nor_logs_nor_hashing_change_the_result_nor_how_the_seed_is_written(
    result: Result, head_walk: dict[str, Any]
) -> None:
    words = (*HEAD_WALK, "--executions", 200)
    assert head_walk["findings"]
    for more, hash_seed in (("--jobs", 2, "-vv", "--log-json"), "0"), (("--seed", "0x7"), "1"):
        other = result(*words, *more, PYTHONHASHSEED=hash_seed)
        assert timeless(other) == timeless(head_walk)


def test_x_stops_at_the_first_finding_whoever_found_it(result: Result, result_here: Result) -> None:
    words = (*HEAD_WALK, "--executions", 200, "--strategy", "burst", "--shrink", 40)
    whole = result_here(*words)
    first = min(whole["findings"], key=lambda finding: finding["execution"])
    for stopped in (result_here(*words, "-x"), result(*words, "-x", "--jobs", 2)):
        assert stopped["findings"] == [first | ALONE]
        assert stopped["executions"] == first["execution"] + 1


def test_a_duration_runs_a_prefix_of_the_same_sequence_and_has_no_other_limit(
    result_here: Result,
) -> None:
    cut = result_here(*HEAD_WALK, "--duration", "1s")
    assert cut["executions"] > 0
    assert (cut["asked"]["executions"], cut["asked"]["duration_s"]) == (None, 1.0)
    assert timeless(result_here(*HEAD_WALK, "--executions", cut["executions"])) == timeless(cut)


def test_whichever_of_executions_and_duration_comes_first_counts(result_here: Result) -> None:
    assert result_here("--seed", 7, "--duration", "1h", "--executions", 30)["executions"] == 30


def test_one_execution_alone_fails_as_it_did_in_the_campaign(
    result_here: Result, findings: list[dict[str, Any]]
) -> None:
    for finding in findings:
        alone = result_here(*HEAD_WALK, "--execution", finding["execution"])
        assert alone["executions"] == 1
        assert alone["findings"] == [finding | ALONE]


def test_the_object_says_why_there_is_too_little_to_judge(result_here: Result) -> None:
    value = result_here("inject_while_eoicount", "--seed", 7, "--executions", 10)
    assert (value["verdict"], value["exit"], value["findings"]) == ("too few", 4, [])
    assert any("10" in reason for reason in value["reasons"])


def test_an_object_that_cannot_be_written_costs_no_words(here: Run) -> None:
    """Like a disk that has filled up since the run began."""
    words = (*HEAD_WALK, "--executions", 60, "--shrink", 0)
    done = here("run", *words, "--json", "/dev/full")
    assert done.returncode == 1
    # On a busy machine it takes long enough for progress to be shown.
    assert [line for line in done.stderr.splitlines() if " executions, " not in line] == []
    assert "finding 1: " in done.stdout
    assert "60 executions, " in done.stdout
    why, last = done.stdout.splitlines()[-2:]
    assert why == "--json /dev/full: it cannot be written: No space left on device"
    assert last.startswith("FAILURE: 1 finding in 60 executions on head-walk")
