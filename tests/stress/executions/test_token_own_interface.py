# SPDX-License-Identifier: GPL-2.0-only
"""Are all the things a guest sets on its CPU interface in a token, and does it replay anywhere?

Groups, masks, binary points, EOImode 1, DIR and what is handed over, and what CPUs may choose. What
tokens of older versions do not say of all that is as it was then.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import harness
from harness import OsThreads, Streams
from harness.engine.greenlets import Greenlets
from harness.search.strategies import STRATEGIES
from stress.executions import Target, Token, follow, run, witness
from stress.inputs import Points
from vgic import Irq, Parameters
from vgic.accesses import PEND, Access
from vgic.data import (
    ACCESS,
    ACKNOWLEDGE,
    AWAIT,
    DISABLE_GROUP,
    ENABLE_GROUP,
    END,
    EOI_MODE,
    HAND_OVER,
    MASK,
    SETTINGS,
    SIGNAL,
    TAKE_OVER,
    Config,
    Instruction,
    Program,
    Pulse,
    dir_of,
    setting,
)
from vgic.hardware import PLAIN, Implementation

EVERY_SETTING = [setting(name, each.high) for name, each in sorted(SETTINGS.items())]
OPENED = [setting(ENABLE_GROUP, 0), setting(ENABLE_GROUP, 1), setting(MASK, 0xF8)]
SERVES = [ACKNOWLEDGE, END, ACKNOWLEDGE, END]
MACHINE = Parameters(
    nr_lr=1,
    irqs=(
        Irq(40, Config.EDGE, 0x40, 0, 0),
        Irq(41, Config.LEVEL, 0x80, 0),
        Irq(42, Config.EDGE, 0x88, 1, 0),
    ),
    guests=(
        Program(
            (
                *(setting(EOI_MODE, 1), Instruction(ACCESS, Access(PEND, 40)), *SERVES, HAND_OVER),
                *(Instruction(SIGNAL, number=1), dir_of(1), dir_of(), *EVERY_SETTING, *OPENED),
                *(*SERVES, setting(DISABLE_GROUP, 0)),
            ),
            (0, 2),
        ),
        Program(
            (setting(EOI_MODE, 1), Instruction(AWAIT, number=1), TAKE_OVER, *SERVES, dir_of(2)),
            (1,),
        ),
    ),
    devices=((Pulse(41, True, 2), Pulse(42, True, 1)),),
    hardware=Implementation(has_tdir=True, idle_end_counts=True),
)
TARGETS = [("reference", ()), ("linux-7.3", ()), ("v1-posted", ()), ("reference", ("no_splice",))]
FOLLOW = """
import json, sys
from harness import OsThreads
from stress.executions import Token, follow
from stress.replaying.opening import cases

with OsThreads() as carriers:
    print(json.dumps([
        follow(case.token, case.target, carriers, strict=True).execution.digest
        for text in json.load(sys.stdin)
        for case in cases([Token.decode(text)], None, None)
    ]))
"""

OF_VERSION_2 = (
    "vs2-eNqlV9tyozAM_ZWOn9kZfMGQ_MF-QybjocZJvBBIuSTb7fTf1-YSRLY1gX1JGGGfY0lHkvlAlVR5XOoCbVFxVe"
    "UhK24iV1WtEpEodcnekYcucRmfVa3KCm0_UF6KrERb7CFdvhnLbkeJh1RyVMgjzPf8vbej9G7xo87CBguOWGcJ7paA"
    "dBZ-txC7a--hY2PO0pLsUCzTvLhl3Qp0K8p05u_LDU-gPE_0n2CLPVq7b20k-j-VJ5NfkyvmYe75nklT97u32UrUVU"
    "vVpcuIAntsUMP90ewzKhkEcDdz84hJC_PpodLgVLrIjShPKk5-3OLMHuO1OVrsvVVkLU9omzdZ1rHGtVneEqOrvDQ-"
    "8mj7wrdOlLq2HqbXs4hLeRJ2hdCFrDNRNrl5cy4SKzpzkH6PEXcPM4Sgc8089Ov61-HI0q0zgKIVbbuUjJDEBUkA5M"
    "YNyUZI6oKkABL7bsxgxAxGzKyQaR-261FLofNfStbCVD1qa190C2A4TAqdRHwkCv8hakneGtUoyyGavLd_QzUmeCrk"
    "KSMFSXWmgEPs8ClskAq8PG4w5zharFYoLd_l2AbyjOLKdOtFe8IrFYciS0xfF1Udt_TxRdgVwtbfpDSIM4oYpoiMso"
    "Mpvhg3lOgJABXIcU_FnFRQ4QQ_RfUgpZ4mdNJAYdgT9TR1nNoF8qRk2uWoVG_dtLINbHgEPNTZVYgPefijO1VzPps5"
    "_WfWG-rsCgSqjoTLWIDkmFMFdKKC6MvUWFh5vnxb3xQvLglQ6ywaz2dYfsvTcShJuzfV7UHAtoF1bGBlq3wH6ZhkGJ"
    "jNSFx1E_ORVV_0tPrp8lkFWk_grH468Y6vKEjgXOCeOLBSmP8YyLlKAdkL2OJuyiB3-LTi4LZgVe7hsfmKmTY5AXWP"
    "T-wDsgUKn3DwGQ7o0JNihhrjM3cNDO4A3C3dEMLO3CxwCGCdjZZGEHYmGgREnDvVz2D_5nP3QtCwuXPKsclt8-uBOo"
    "7v79o1504OmL8Qr7siANnwyMkWQDayoiNBqo2TCnakkC68IsDLqlNRDCoqDBbSRICGLO57k2CGS3suGCMhW9G8AvvV"
    "V-ljHtdNqczn2k9MX6q6kelLLGt9VS86f7m7UL3nUpxug34SfbT1sEXUp-z1VSWEKhUcFOv7VmZe8UPMAxpL4h989P"
    "kXgKYkKw"
)
OF_VERSION_3 = (
    "vs3-eNqlWNuSojAQ_ZWpPLNVkISA_sF-g2WlMiFqVgSGi-7s1Pz7JlykcWeCsC9KNck56e7T3dEPVEmViVLnaIvyqy"
    "oPaX7jmapqlfBEqSJ9Rx4qRCkuqlZlhbYfKCt5WqJt4CFdvhnLbkewh1RyVMjD1Pf8vbcj5G7x485CB0sQ084S3i0h"
    "7izsbsF2195Dx8acpSXZISHPWX5LuxXolpfnma8vNzyB8jzRf4It9mjtvrWR6L9Ulkw-Ta6oFzDP90yaus-9zVairl"
    "qqLl1GFIFHBzXcH80-o5JBAHczM48BbmE-PVQanErnmRHlSYnkx02k9hivzdFi760ia3lC26xJ045V1GZ5S4yusmh8"
    "5JH2hW-dKHVtPTxfL1yU8sTtCq5zWae8bDLz5pInVnTmIP0eI-4eZghB55p56Nf1r6ORpVtnAHkr2nYpHiGxCxIDyI"
    "0bko6QxAVJAGTguzHDETMcMdNcnvuwXY9acp39UrLmpupRW_u8WwDDYVLoJGIjUfQPUUvy1qhGWQ7eZL39G6oxwVMh"
    "TxkJSKozBQxiR09hg1QEy-MGcx7Ei9UKpeW7HNtAnlFcqW69aE94JfyQp4np67yqRUsvCm5XcFt_k9LAzigGMEV4lB"
    "1McWHcULwnAFQgxz0VdVJBhePgKaoHKfU0kZMGCsOeqKepxdkukCclz12OSvXWTSvbwIZHwEOcXQX7kIc9ulM1l4uZ"
    "039mvSHOroCh6nC0jAVIjjpVQCYqiL9MjYWVl-Lb-ibB4pIAtU7j8XyG5bc8HYeStHvPuj0I2Dawjg2sbJXvIB2TDA"
    "OzGYmrbmI-supCT6ufLJ9VoPWEzuonE-_YioIEzoXuiQMrhfqPgZyrFJC9kC7uphRyR08rDm4LV-UeHputmGmTExD3"
    "-Ax8QLZA4RMONsMBHXpSzFBjbOauEYA7AHNLN4KwMzeLIAKwzkZLYgg7Ew0MIs6c6qewf7O5eyFo2Mw55ejktvn1QB"
    "3H93ftmjEnB8xfFKy7IgDZsNjJFkI2vKIjQaqNkwp2pIgsvCLAy6pTURQqKgoX0sSABi_ue5NgRkt7LhgjEV3RvEL7"
    "q6_Sx0zUTanMz7WfAXmp6kaeX4Ss9VW96Ozl7kL1nkl-ug36SfTR1sMWEZ_Q11eVYKJUeFC071upecUOgoVESOwf7M"
    "GKXGf27wAk0hR9_gXDPyjv"
)
"""Of an execution of `head-walk`, as it was written before any of this could be said."""
OLDER = "3034bbed23ee5fe4"
"""The digest of both."""


@pytest.fixture(scope="module")
def tokens() -> list[Token]:
    """Tokens of the machine under some schedules, each seen to replay strictly here."""
    made = []
    with OsThreads() as carriers:
        for number, (revision, bugs) in enumerate(TARGETS):
            target = Target(revision, bugs)
            stream = Streams(2, "own interface", number).stream("schedule")
            single = run(MACHINE, target, STRATEGIES["random-walk"](stream, 200), carriers)
            made.append(witness(single, "groups_and_masks", "", target, carriers))
    return made


def test_the_machine_has_all_there_is() -> None:
    names = {each.name for guest in MACHINE.guests for each in guest.instructions}
    assert names >= {*SETTINGS, "dir", "hand over", "take over"}
    assert {irq.group for irq in MACHINE.irqs} == {0, 1}


def test_it_comes_back_from_its_token(tokens: list[Token]) -> None:
    assert [Token.decode(token.encode()) for token in tokens] == tokens
    assert all(token.parameters == MACHINE for token in tokens)


@pytest.mark.parametrize("hash_seed", ["0", "77"])
def test_it_replays_to_the_same_digest_in_another_process(
    tokens: list[Token], hash_seed: str
) -> None:
    there = subprocess.run(
        [sys.executable, "-c", FOLLOW],
        input=json.dumps([token.encode() for token in tokens]),
        env=os.environ
        | {"PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(Path(harness.__file__).parents[1])},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert json.loads(there.stdout) == [token.digest for token in tokens]


def test_it_replays_to_the_same_digest_on_greenlets(tokens: list[Token]) -> None:
    with Greenlets() as carriers:
        for token in tokens:
            target = Target(token.revision, token.bugs)
            assert follow(token, target, carriers, strict=True).execution.digest == token.digest


@pytest.mark.parametrize(
    ("text", "points"), [(OF_VERSION_2, Points.STANDARD), (OF_VERSION_3, Points.ALL)]
)
def test_an_older_token_is_read_as_it_was_meant_and_written_as_it_was(
    text: str, points: Points, pinned: OsThreads
) -> None:
    token = Token.decode(text)
    assert (token.points, token.digest, token.revision) == (points, OLDER, "head-walk")
    assert token.parameters.hardware == PLAIN
    assert {irq.group for irq in token.parameters.irqs} == {1}
    assert token.encode() == text
    followed = follow(token, Target("head-walk", points=points), pinned, strict=True)
    assert followed.execution.digest == OLDER
    assert followed.failure is not None
    assert followed.failure.signature == token.signature
