# SPDX-License-Identifier: GPL-2.0-only
"""Does the monitor get what a play says, and is what it cannot play refused with a reason?"""

import struct

import pytest

from stress.plays import Play, read_script
from stress.rig.wire import Unplayable, encode
from vgic.accesses import ACCESSES, Access
from vgic.data import (
    ACCESS,
    SETTINGS,
    V2,
    HostEvent,
    Instruction,
    Program,
)
from vgic.hardware import PLAIN


def play(*lines: str, name: str = "a") -> Play:
    return read_script("\n".join(["title t", *lines, ""]), name)


def words(*plays: Play, seed: int = 0) -> list[int]:
    data = encode(plays, seed)
    return list(struct.unpack(f"<{len(data) // 4}I", data))


EDGE = "interrupt 40 edge priority 0x40"


def test_a_play_is_laid_out_as_proto_h_says() -> None:
    two = play(
        "rounds 7",
        "interrupt 41 level priority 0x80 vcpu 1",
        EDGE,
        "vcpu 0",
        "  signal 5",
        "  linger 300",
        "  route 41 vcpu 1",
        "vcpu 1",
        "device 0",
        "  raise 41 after 9",
        "  lower 41",
    )
    head, *rest = words(two)[3:]
    assert head == len(rest) + 1
    number, vcpus, irqs, devices, rounds, flags, _, *rest = rest
    assert (number, vcpus, irqs, devices, rounds, flags) == (0, 2, 2, 1, 7, 0)
    assert rest == [
        *(41 | 1 << 16, 0x80, 1, 40, 0x40, 0),
        *(3, 18 | 5 << 8, 20 | 300 << 8, 10 | 41 << 8 | 1 << 18),
        0,
        *(2, 41, 1, 9, 41, 0, 0),
    ]


def test_whether_each_is_on_the_console_first_is_said_of_all() -> None:
    one = play(EDGE, "vcpu 0")
    assert encode([one], alone=True) == struct.pack("<3I", 0x35534756, 1, 1) + encode([one])[12:]


def test_plays_stand_one_behind_the_other() -> None:
    assert words() == [0x35534756, 0, 0]
    first, second = words(play(EDGE, "vcpu 0")), words(play(EDGE, "vcpu 0", name="b"))
    both = words(play(EDGE, "vcpu 0"), play(EDGE, "vcpu 0", name="b"))
    second[4] = 1
    assert both == [0x35534756, 2, 0, *first[3:], *second[3:]]


def test_only_a_guest_that_exits_late_makes_a_play_slow() -> None:
    late = words(play(EDGE, "vcpu 0", "  lateness 0 1"))
    at_once = words(play(EDGE, "vcpu 0", "  lateness 0 0"))
    assert (late[9], at_once[9]) == (1, 0)


def test_how_long_guests_linger_follows_from_the_seed_and_the_name() -> None:
    lingers = play(EDGE, "vcpu 0", "  linger 9")
    assert words(lingers) == words(lingers)
    assert words(lingers)[10] != words(lingers, seed=1)[10]
    assert words(lingers)[10] != words(lingers._replace(name="b"))[10]


def test_the_least_urgent_priority_is_played_though_no_guest_is_given_it() -> None:
    masked = play("interrupt 40 edge priority 0xf8", "vcpu 0", "  priority 40 0xf8")
    assert words(masked).count(0xF8) == 1
    assert words(masked) != words(play("interrupt 40 edge priority 0xf8", "vcpu 0", "  work"))


IN_THE_MODEL_ONLY = (
    *("rebind", "trigger"),
    *("msi", "movi", "discard", "lpis off", "lpis on"),
    *("mapi", "mapti", "mapd", "mapd off", "mapc", "mapc off", "movall"),
    *("int", "clear", "inv", "invall"),
    *("sgir", "sgir others", "sgir self", "targets"),
)


@pytest.mark.parametrize("kind", IN_THE_MODEL_ONLY)
def test_what_no_kernel_plays_yet_is_refused(kind: str) -> None:
    one = play("interrupt 40 edge priority 0x80", "vcpu 0")
    program = Program((Instruction(ACCESS, Access(kind, 40)),), (0,))
    with pytest.raises(Unplayable, match=f"the rig knows no access {kind}"):
        encode([one._replace(parameters=one.parameters._replace(guests=(program,)))])


@pytest.mark.parametrize(
    "kind",
    [each for each in ACCESSES if ACCESSES[each].in_programs and each not in IN_THE_MODEL_ONLY],
)
def test_each_other_access_that_a_program_can_have_can_be_played(kind: str) -> None:
    intid = max(ACCESSES[kind].intids[0], 5)
    triggered = "level" if intid >= 16 else "edge"
    if kind in {"raise", "lower"}:
        intid, triggered = 40, "edge"
    one = play(f"interrupt {intid} {triggered} priority 0x80", "vcpu 0")
    about = intid if ACCESSES[kind].has_interrupt else 0
    program = Program((Instruction(ACCESS, Access(kind, about)),), (0,))
    encode([one._replace(parameters=one.parameters._replace(guests=(program,)))])


@pytest.mark.parametrize(
    ("lines", "why", "nearby"),
    [
        (["interrupt 128 edge priority 0", "vcpu 0"], "interrupt 128", ("128", "127")),
        (["interrupt 27 level priority 0", "vcpu 0"], "timer of the guest", ("27", "29")),
        (["interrupt 23 level priority 0", "vcpu 0"], "PMU of the guest", ("23", "22")),
        (["interrupt 25 level priority 0", "vcpu 0"], "GIC of the guest", ("25", "24")),
        (["interrupt 20 edge priority 0", "vcpu 0"], "all PPIs", ("edge", "level")),
        ([EDGE, *(f"vcpu {each}" for each in range(5))], "5 vCPUs", ("vcpu 4", "")),
        (
            [EDGE, "vcpu 0", *(f"device {each}" for each in range(3))],
            "3 devices",
            ("device 2", ""),
        ),
        ([EDGE, "vcpu 0", *["  work"] * 8_192], "8192 instr", ("  work\n  work\n", "  work\n")),
        (
            [EDGE, "vcpu 0", "device 0", *["  raise 40"] * 4_097],
            "4097 pulses",
            ("  raise 40\n  raise 40\n", "  raise 40\n"),
        ),
    ],
)
def test_what_cannot_be_played_is_refused_and_what_is_nearby_is_not(
    lines: list[str], why: str, nearby: tuple[str, str]
) -> None:
    with pytest.raises(Unplayable, match=f"^a cannot be played on a kernel: .*{why}"):
        encode([play(*lines)])
    encode([play("\n".join(lines).replace(nearby[0], nearby[1], 1))])


@pytest.mark.parametrize(
    ("instruction", "why"),
    [
        (Instruction("signal", None, 64), "no cell 64"),
        (Instruction("await", None, -1), "no cell -1"),
        (Instruction("linger", None, 1_000_001), "1000001"),
        (Instruction("wait"), "no instruction `wait`"),
        *[
            (Instruction(name, number=each.high + each.step), f"{name} is {each.what} from")
            for name, each in SETTINGS.items()
        ],
        (Instruction("mask", None, 0x44), "mask is a priority mask"),
        (Instruction("dir", None, 31), "from 0 to 30"),
        (Instruction("dir", None, -1), "from 0 to 30"),
        (Instruction(ACCESS, Access("dir", 40)), "no access dir"),
        (Instruction(ACCESS, Access("quiesce", 40)), "no access quiesce"),
        (Instruction(ACCESS, Access("pend", 41)), "41, which is not"),
        (Instruction(ACCESS, Access("sgi", 3, 1)), "3, which is not"),
        (Instruction(ACCESS, Access("sgi list", 4, 1)), "4, which is not"),
        (Instruction(ACCESS, Access("group", 41)), "41, which is not"),
        (Instruction(ACCESS, Access("raise", 3)), "SGI 3 has no line"),
        (Instruction(ACCESS, Access("priority", 40, 1 << 14)), "16384 cannot be written"),
    ],
)
def test_values_that_no_script_can_say_are_refused_too(instruction: Instruction, why: str) -> None:
    one = play(EDGE, "interrupt 3 edge priority 0", "vcpu 0")
    guests = (Program((instruction,), (0,)),)
    with pytest.raises(Unplayable, match=why):
        encode([one._replace(parameters=one.parameters._replace(guests=guests))])


def test_what_the_host_does_by_itself_is_refused() -> None:
    one = play(EDGE, "vcpu 0")
    host = (HostEvent("tick", 0, 0),)
    with pytest.raises(Unplayable, match="its host does something"):
        encode([one._replace(parameters=one.parameters._replace(host=host))])
    assert encode([one])


def test_what_a_guest_does_to_its_own_interface_has_a_number_and_an_interrupt_its_group() -> None:
    of_group_0 = "interrupt 41 level priority 0x80 group 0"
    own = ["mask 0xf8", "disable group 0", "binary point 1 7", "eoi mode 1", "dir 3", "hand over"]
    assert words(play(of_group_0, "vcpu 0", *own))[11:] == [
        *(41 | 1 << 16 | 1 << 17, 0x80, 0),
        *(6, 25 | 0xF8 << 8, 27, 29 | 7 << 8, 31 | 1 << 8, 32 | 3 << 8, 33),
    ]


def test_what_is_passed_through_is_told_from_other_levels() -> None:
    passed = words(play("interrupt 41 level priority 0x80 resampled", "vcpu 0"))
    assert passed[11] == 41 | 1 << 16 | 1 << 18


def test_what_is_mapped_to_a_physical_interrupt_is_refused() -> None:
    one = play("interrupt 41 level priority 0x80", "vcpu 0")
    (irq,) = one.parameters.irqs
    mapped = one.parameters._replace(irqs=(irq._replace(mapped=True),))
    with pytest.raises(Unplayable, match="interrupt 41 is mapped"):
        encode([one._replace(parameters=mapped)])
    assert encode([one])


def test_what_is_about_all_or_several_says_to_whom() -> None:
    sgis = [f"interrupt 3 edge priority 0 vcpu {vcpu}" for vcpu in (0, 1)]
    own = ["distributor off", "distributor on", "sgi list 3 0x03", "sgi others 3", "group 3 1"]
    program = words(play(*sgis, "vcpu 0", *own, "vcpu 1"))[17:]
    assert program == [
        *(5, 36, 36 | 1 << 18, 38 | 3 << 8 | 3 << 18, 39 | 3 << 8, 37 | 3 << 8 | 1 << 18),
        0,
    ]
    active = words(play(*sgis, "vcpu 0", "activate 3 vcpu 1", "deactivate 3 vcpu 0", "vcpu 1"))[17:]
    assert active == [2, 40 | 3 << 8 | 1 << 18, 41 | 3 << 8, 0]
    (alone,) = (irq for irq in play(sgis[0], "vcpu 0").parameters.irqs)
    both = play(*sgis, "vcpu 0", "sgi others 3", "vcpu 1")
    with pytest.raises(Unplayable, match="3, which is not"):
        encode([both._replace(parameters=both.parameters._replace(irqs=(alone,)))])


@pytest.mark.parametrize(
    ("lines", "flags"),
    [([], 0), (["group 41 1"], 0), (["group 41 0"], 2), (["lateness 1", "group 41 0"], 3)],
)
def test_guests_look_into_group_0_if_something_may_be_of_it(lines: list[str], flags: int) -> None:
    assert words(play("interrupt 41 edge priority 0", "vcpu 0", *lines))[9] == flags
    assert words(play(GROUP_0, "vcpu 0"))[9] == 2


GROUP_0 = "interrupt 41 edge priority 0 group 0"


@pytest.mark.parametrize(
    ("lines", "playable"),
    [
        ([EDGE, "vcpu 0", "disable group 1"], True),
        ([EDGE, GROUP_0, "vcpu 0", "disable group 0"], True),
        ([EDGE, GROUP_0, "vcpu 0", "disable group 1"], False),
        ([EDGE, "vcpu 0", "disable group 1", "enable group 0"], False),
        ([EDGE, "vcpu 0", "disable group 1", "vcpu 1", "enable group 0"], True),
        ([EDGE, "vcpu 0", "disable group 1", "group 40 1"], True),
        ([EDGE, "vcpu 0", "disable group 1", "group 40 0"], False),
    ],
)
def test_a_guest_that_may_have_only_group_0_enabled_is_refused(
    lines: list[str], playable: bool
) -> None:
    if playable:
        assert encode([play(*lines)])
    else:
        with pytest.raises(Unplayable, match="disables group 1, and has group 0"):
            encode([play(*lines)])


@pytest.mark.parametrize("name", PLAIN._fields)
def test_a_choice_of_what_cpus_do_is_refused(name: str) -> None:
    one = play(EDGE, "vcpu 0")
    hardware = PLAIN._replace(**{name: True})
    with pytest.raises(Unplayable, match=rf"its CPUs are chosen \({name}\)"):
        encode([one._replace(parameters=one.parameters._replace(hardware=hardware))])


def test_a_machine_with_a_gicv2_is_refused() -> None:
    one = play(EDGE, "vcpu 0")
    with pytest.raises(Unplayable, match=r"its CPUs are chosen \(GICv2\)"):
        encode([one._replace(parameters=one.parameters._replace(gic=V2))])


@pytest.mark.parametrize("rounds", [0, 1_000_001])
def test_so_many_rounds_are_refused(rounds: int) -> None:
    with pytest.raises(Unplayable, match="rounds"):
        encode([play(EDGE, "vcpu 0")._replace(rounds=rounds)])
