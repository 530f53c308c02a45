# SPDX-License-Identifier: GPL-2.0-only
"""Can a play come by name, from a file and out of a token, and be had as a script again?"""

from pathlib import Path

import pytest

from stress.commands.plays import chosen_plays, scripts_text
from stress.executions.token import Token
from stress.inputs import BadArgument
from stress.plays import print_script, read_script, shipped
from vgic import Parameters
from vgic.data import ACKNOWLEDGE, EDGE, END, Program, Pulse
from vgic.parameters import Irq

MACHINE = Parameters(
    nr_lr=2,
    irqs=(Irq(40, EDGE, 0x80, 0),),
    guests=(Program((ACKNOWLEDGE, END), (0,)),),
    devices=((Pulse(40, True, 3),),),
)
TOKEN = Token("mine", MACHINE, "reference", (), None, (), "none", "0123456789abcdef", "m")


def test_a_token_is_played_with_its_programs() -> None:
    (play,) = chosen_plays([TOKEN.encode()], None)
    assert (play.name, play.parameters, play.rounds) == ("token-01234567", MACHINE, 1)
    assert "mine" in play.about[0]


def test_a_token_in_a_file_as_well(tmp_path: Path) -> None:
    (tmp_path / "token").write_text(TOKEN.encode(), "utf-8")
    (play,) = chosen_plays([f"@{tmp_path / 'token'}"], 500)
    assert (play.parameters, play.rounds) == (MACHINE, 500)


def test_what_is_printed_is_read_again() -> None:
    play = shipped()["headwalk_slow"]
    assert read_script(scripts_text(["headwalk_slow"]), "headwalk_slow") == play
    (of_token,) = chosen_plays([TOKEN.encode()], None)
    assert read_script(scripts_text([TOKEN.encode()]), of_token.name) == of_token


def test_several_are_printed_one_after_another() -> None:
    both = scripts_text(["nested", "sgi"])
    assert both.startswith(print_script(shipped()["nested"]))
    assert both.endswith(print_script(shipped()["sgi"]).rstrip("\n"))


def test_a_file_of_that_name_is_no_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("vs2-mine.play").write_text(print_script(shipped()["sgi"]), "utf-8")
    (play,) = chosen_plays(["vs2-mine.play"], None)
    assert play.parameters == shipped()["sgi"].parameters


def test_what_is_neither_is_refused_with_the_nearest() -> None:
    with pytest.raises(BadArgument, match="nested"):
        chosen_plays(["nestd"], None)


def test_the_name_of_a_file_may_have_blanks_that_of_a_play_not(tmp_path: Path) -> None:
    path = tmp_path / "my  own play.play"
    path.write_text(print_script(shipped()["edge_spi"]), "utf-8")
    (play,) = chosen_plays([str(path)], None)
    assert play == shipped()["edge_spi"]._replace(name="my-own-play")
