# SPDX-License-Identifier: GPL-2.0-only
"""`kernel agree`, with models in the kernel's place: what is said, and the exit codes."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from stress.agreement import booted, draw_program, model_of
from stress.commands.kernel_agreeing import Comparison, compare
from stress.executions import Target
from stress.inputs import BadArgument
from stress.plays import Play
from stress.rig.booting import BadImage, Booted, BootFailed
from stress.rig.wire import Hello, Played
from stress.system import Exit

Stands = Callable[..., None]


@pytest.fixture
def stands(monkeypatch: pytest.MonkeyPatch) -> Stands:
    """Return what puts a kernel of the model in a booted one's place, or an error."""

    def put(target: Target, *, loses: Sequence[str] = (), error: Exception | None = None) -> None:
        model = model_of(target)

        def boot(image: Path, plays: Sequence[Play], *_: object) -> Booted:
            if error is not None:
                raise error
            results = {
                play.name: Played((model(play.parameters),), lost=int(play.name in loses))
                for play in plays
            }
            return Booted(
                results=results, hello=Hello("7.3.4-straw", 2, 3000), kernel_said=("ouch",),
                said_at_boot=(), dropped=0, boot_s=3.0, seconds=8.0, boots=1, early_ends=(),
                unplayed=(), interrupted=False,
            )  # fmt: skip

        monkeypatch.setattr(booted, "boot", boot)

    return put


def asked(
    numbers: Sequence[int],
    json_file: Path | None = None,
    *,
    shrink: bool = False,
    target: Target | None = None,
) -> Exit:
    image = Path("vmlinuz")
    return compare(Comparison(image, numbers, 1, target, shrink, json_file))


def test_a_kernel_that_is_right_agrees(
    stands: Stands, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stands(Target("linux-7.3"))
    assert asked(range(12), tmp_path / "result.json") is Exit.CLEAN
    out = capsys.readouterr().out
    assert "12 programs: 12 show the model's quiet outcome, 0 differ" in out
    assert "7.3.4-straw: 1 boot, 8 s in all" in out
    assert "the kernel complained: ouch" in out
    assert out.splitlines()[-1].startswith("SUCCESS: kernel and model agree in 12 programs on vmli")
    result = json.loads((tmp_path / "result.json").read_text("utf-8"))
    assert (result["verdict"], result["programs"], result["quiet"]) == ("clean", 12, 12)
    assert (result["kernel"], result["differences"]) == ("7.3.4-straw", [])
    assert result["revision"] == "linux-7.3"


def test_a_kernel_is_compared_with_what_was_asked_for(stands: Stands, tmp_path: Path) -> None:
    stands(Target())
    assert asked([0], tmp_path / "result.json", target=Target("head-walk")) is Exit.CLEAN
    result = json.loads((tmp_path / "result.json").read_text("utf-8"))
    assert result["revision"] == "head-walk"


def test_a_kernel_with_the_bug_of_march_2026_differs_by_its_name(
    stands: Stands, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stands(Target("head-walk"))
    assert asked([93], tmp_path / "result.json") is Exit.FINDINGS
    out = capsys.readouterr().out
    assert "1 (plain, slow): as head-walk does: program-1-93" in out
    assert "title Program 93 of seed 1." in out
    assert out.splitlines()[-1].startswith("FAILURE: 1 of 1 program differs")
    (difference,) = json.loads((tmp_path / "result.json").read_text("utf-8"))["differences"]
    assert (difference["like"], difference["programs"]) == ("head-walk", ["program-1-93"])


def test_an_example_is_made_smaller_on_the_kernel(
    stands: Stands, capsys: pytest.CaptureFixture[str]
) -> None:
    stands(Target("head-walk"))
    assert asked([153], shrink=True) is Exit.FINDINGS
    out = capsys.readouterr().out
    script = out.partition("making program-1-153 smaller\n")[2]
    lines = script.partition("The same in")[0].partition("  lateness 1000\n")[2].splitlines()
    assert 3 < len(lines) < len(draw_program(1, 153).parameters.guests[0].instructions)


def test_what_is_lost_is_not_judged(stands: Stands, capsys: pytest.CaptureFixture[str]) -> None:
    stands(Target("linux-7.3"), loses=["program-1-3"])
    assert asked([3]) is Exit.TOO_FEW
    assert asked([3, 4]) is Exit.CLEAN
    assert "1 could not be judged" in capsys.readouterr().out


def test_a_kernel_that_does_not_come_up_is_too_few(
    stands: Stands, capsys: pytest.CaptureFixture[str]
) -> None:
    stands(Target(), error=BootFailed("it did not come up"))
    assert asked([3]) is Exit.TOO_FEW
    assert "it did not come up" in capsys.readouterr().out


def test_what_is_no_kernel_is_a_bad_argument(stands: Stands) -> None:
    stands(Target(), error=BadImage("vmlinuz is no kernel"))
    with pytest.raises(BadArgument, match="is no kernel"):
        asked([3])
