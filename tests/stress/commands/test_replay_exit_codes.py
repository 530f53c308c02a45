# SPDX-License-Identifier: GPL-2.0-only
"""Does `replay` end with 1, 0, 125 or 2 as the table says, so that a bisection can trust it?"""

import re
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness import Deviation, Streams
from stress.executions.token import Token
from stress.scenarios import SCENARIOS

Run = Callable[..., subprocess.CompletedProcess[str]]
Result = Callable[..., dict[str, Any]]
Patch = Callable[[str], str]

WRONG = "raise ValueError('wrong')"


def digest_in(text: str) -> str:
    return str(re.findall(r"digest ([0-9a-f]+)", text)[-1])


@pytest.mark.parametrize("hash_seed", ["0", "1"])
def test_1_and_the_same_digest_when_it_fails_again(
    vgic_stress: Run, findings: list[dict[str, Any]], hash_seed: str
) -> None:
    for finding in findings:
        done = vgic_stress("replay", finding["token"], PYTHONHASHSEED=hash_seed)
        assert done.returncode == 1, done.stdout + done.stderr
        assert finding["signature"] in done.stdout
        assert "same digest" in done.stdout
        assert digest_in(done.stdout) == Token.decode(finding["token"]).digest


def test_0_or_125_and_never_1_on_the_right_kernel(
    here: Run, findings: list[dict[str, Any]]
) -> None:
    codes = {
        here("replay", finding["token"], "--revision", "reference").returncode
        for finding in findings
    }
    assert codes <= {0, 125}


def test_0_when_all_deviations_fit_and_it_does_not_fail(here: Run, a_token: str) -> None:
    quiet = replace(Token.decode(a_token), deviations=(), revision="reference")
    done = here("replay", quiet.encode())
    assert done.returncode == 0, done.stdout + done.stderr
    assert "passed" in done.stdout


def test_0_when_the_bug_that_was_found_is_mended(here: Run, result_here: Result) -> None:
    words = ("--bug", "no_splice", "--seed", 7, "--executions", 300)
    tokens = [finding["token"] for finding in result_here(*words)["findings"]]
    codes = [here("replay", token, "--revision", "reference").returncode for token in tokens]
    assert set(codes) <= {0, 125}
    assert here("replay", tokens[0]).returncode == 1


def test_125_when_a_deviation_finds_no_place(here: Run, a_token: str) -> None:
    opened = replace(Token.decode(a_token), revision="reference")
    nobody = replace(opened, deviations=(Deviation("vcpu7", 1, "dev0"),))
    for options in ((), ("--strict",)):
        done = here("replay", nobody.encode(), *options)
        assert done.returncode == 125, done.stdout + done.stderr
        assert "vcpu7" in done.stdout


@pytest.mark.parametrize("body", ["", "garbage", "eNp9Ve1yoyAU"])
def test_125_when_the_version_is_unknown(here: Run, body: str) -> None:
    done = here("replay", f"vs9-{body}")
    assert done.returncode == 125
    assert "vs9" in done.stdout + done.stderr


def test_125_when_the_users_class_is_absent(here: Run, result_here: Result, patch: Patch) -> None:
    (finding,) = result_here("--revision", patch(WRONG), "--seed", 7, "--executions", 5, "-x")[
        "findings"
    ]
    done = here("replay", finding["token"])
    assert done.returncode == 125
    assert "MyKernel" in done.stdout
    assert "--revision" in done.stdout
    for absent in ("my_patch.py:HerKernel", "absent.py:MyKernel"):
        assert here("replay", finding["token"], "--revision", absent).returncode == 125


def test_strict_is_125_where_an_edited_patch_diverges_and_says_where_and_how(
    here: Run, result_here: Result, patch: Patch
) -> None:
    words = ("--bug", "no_splice", "--seed", 7, "--executions", 300, "-x", "--shrink", 0)
    (finding,) = result_here("--revision", patch("pass"), *words)["findings"]
    target = ("--revision", "my_patch.py:MyKernel", "--bug", "no_splice")
    again = ("replay", finding["token"], *target)
    assert here(*again, "--strict").returncode == 1
    patch("vcpu.mode.read()")
    strict = here(*again, "--strict")
    assert strict.returncode == 125, strict.stdout + strict.stderr
    assert re.search(r"diverged at step \d+: expected .+; met .+", strict.stdout)
    assert "changed since the token was made" in strict.stdout
    lenient = here(*again)
    assert lenient.returncode in (0, 1, 125)
    assert "re-anchored" in lenient.stdout


def test_a_divergence_of_labels_alone_is_followed_re_anchored(
    here: Run, findings: list[dict[str, Any]]
) -> None:
    """One more operation at the start of a thread moves all deviations of it by one."""
    tokens = [Token.decode(finding["original"]) for finding in findings]
    opened = max(tokens, key=lambda token: len(token.deviations))
    role = next(each.role for each in opened.deviations if each.role != "start")
    moved = tuple(
        each._replace(n=each.n + 1) if each.role == role else each for each in opened.deviations
    )
    shifted = replace(opened, deviations=moved).encode()
    assert here("replay", shifted, "--strict").returncode == 125
    done = here("replay", shifted)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "diverged at step" in done.stdout
    assert f"{len(moved)} of {len(moved)} deviations found a place" in done.stdout


def test_a_deviation_whose_operation_is_gone_is_re_anchored_and_it_is_said_where(
    here: Run, result_here: Result
) -> None:
    words = ("--bug", "kick_without_request", "--seed", 3, "--executions", 300, "-x")
    (finding,) = result_here("one_interrupt", *words)["findings"]
    opened = Token.decode(finding["token"])
    (deviation,) = opened.deviations
    assert deviation.label is not None
    gone = replace(
        opened, deviations=(deviation._replace(label=deviation.label._replace(nth=99)),)
    ).encode()
    for options, code in (((), 1), (("--revision", "reference"), 0)):
        done = here("replay", gone, *options)
        assert done.returncode == code, done.stdout + done.stderr
        assert "re-anchored: 1 of 1 deviations found a place" in done.stdout
        assert f"{deviation.role} gives way to {deviation.to} before its " in done.stdout
        assert "it was before its 99th `" in done.stdout


@pytest.mark.parametrize("text", ["", "garbage", "vs1-garbage", "vs1-", "{}", "@missing.token"])
def test_2_and_no_traceback_when_it_is_no_token(here: Run, text: str) -> None:
    done = here("replay", text)
    assert done.returncode == 2, done.stdout + done.stderr
    assert done.stderr
    assert "Traceback" not in done.stderr


def test_2_when_the_token_was_cut_off(here: Run, a_token: str) -> None:
    assert here("replay", a_token[:-9]).returncode == 2


@pytest.mark.parametrize("options", [("--revision", "head_walk"), ("--bug", "no_slice")])
def test_2_when_what_to_replay_it_on_is_misspelt(
    here: Run, a_token: str, options: tuple[str, str]
) -> None:
    done = here("replay", a_token, *options)
    assert done.returncode == 2
    assert "did you mean" in done.stderr


def test_a_token_needs_no_seed_only_its_values(here: Run, a_token: str) -> None:
    scenario = SCENARIOS["inject_while_eoicount"]
    drawn = scenario.draw(Streams("no campaign ever", scenario.name, 0))
    other = replace(
        Token.decode(a_token),
        parameters=drawn,
        deviations=(),
        revision="reference",
        scenario="of old",
    )
    assert here("replay", other.encode()).returncode == 0


def test_2_before_anything_is_replayed_where_no_trace_can_be_written(
    here: Run, a_token: str, tmp_path: Path
) -> None:
    done = here("replay", a_token, "--trace", tmp_path / "nowhere" / "trace")
    assert (done.returncode, done.stdout) == (2, "")
    assert "--trace" in done.stderr


def test_2_for_a_trace_of_several_tokens(here: Run, a_token: str, tmp_path: Path) -> None:
    done = here("replay", a_token, a_token, "--trace", "trace")
    assert (done.returncode, done.stdout) == (2, "")
    assert "to look at one, replay it alone" in done.stderr
    assert not (tmp_path / "trace").exists()
