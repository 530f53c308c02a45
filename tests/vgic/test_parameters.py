# SPDX-License-Identifier: GPL-2.0-only
"""Do parameters survive being written down, and is everything else refused politely?"""

import json
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vgic import BadParameters, Parameters
from vgic.accesses import (
    ACTIVE,
    DISABLE,
    EXITS,
    LOWER,
    PENDING,
    PRIORITY,
    RAISE,
    ROUTE,
    SGI,
    TRIGGER,
    Access,
)
from vgic.data.intids import LAST_LPI, LAST_SPI, Config
from vgic.data.own_interface import (
    DROPPED_MAX,
    HAND_OVER,
    SETTINGS,
    TAKE_OVER,
    dir_of,
    setting,
)
from vgic.data.program import (
    ACCESS,
    AWAIT,
    CONTEXTS,
    HOST_EVENTS,
    IOCTLS,
    LETTERS,
    LINGER,
    NR_CELLS,
    SIGNAL,
    HostEvent,
    Instruction,
    Program,
    Pulse,
)
from vgic.hardware import FIRST_LPI, PLAIN, Implementation
from vgic.parameters import Irq

NR_VCPUS = 3
VCPUS = st.integers(0, NR_VCPUS - 1)
SHARED = st.integers(32, LAST_SPI)
EIGHTS = st.integers(0, 31).map(lambda n: n << 3)
GROUPS = st.sampled_from((0, 1))

_YES, _NO = st.just(True), st.just(False)
IRQS = st.one_of(
    st.builds(Irq, SHARED, st.sampled_from(Config), EIGHTS, VCPUS, GROUPS, _NO, _NO),
    st.builds(Irq, SHARED, st.just(Config.LEVEL), EIGHTS, VCPUS, GROUPS, _YES, _NO),
    st.builds(Irq, SHARED, st.just(Config.LEVEL), EIGHTS, VCPUS, GROUPS, _NO, _YES),
    st.builds(
        Irq, st.integers(0, 15), st.just(Config.EDGE), st.just(0x80), VCPUS, GROUPS, _NO, _NO
    ),
)
ACCESSES = st.one_of(
    st.builds(Access, st.just(DISABLE), SHARED, st.just(0)),
    st.builds(Access, st.just(ROUTE), SHARED, VCPUS),
    st.builds(Access, st.just(SGI), st.integers(0, 15), VCPUS),
    st.builds(Access, st.just(PRIORITY), SHARED, EIGHTS),
    st.builds(Access, st.sampled_from((RAISE, LOWER, PENDING, ACTIVE)), SHARED, st.just(0)),
    st.just(Access(EXITS, 0)),
)
WRITTEN = {
    name: range(each.low, each.high + 1, each.step) for name, each in sorted(SETTINGS.items())
}
OWN = st.one_of(
    st.sampled_from(list(WRITTEN)).flatmap(
        lambda name: st.sampled_from(WRITTEN[name]).map(lambda number: setting(name, number))
    ),
    st.integers(0, DROPPED_MAX - 1).map(dir_of),
    st.sampled_from((HAND_OVER, TAKE_OVER)),
)
INSTRUCTIONS = st.one_of(
    OWN,
    st.sampled_from([each for each in LETTERS.values() if each.name != ACCESS]),
    st.builds(Instruction, st.just(ACCESS), st.none() | ACCESSES, st.just(0)),
    st.builds(
        Instruction, st.sampled_from((SIGNAL, AWAIT)), st.none(), st.integers(0, NR_CELLS - 1)
    ),
    st.builds(Instruction, st.just(LINGER), st.none(), st.integers(1, 1_000_000)),
)
HOST = st.builds(HostEvent, st.sampled_from((*HOST_EVENTS, *IOCTLS)), VCPUS, st.integers(0, 1000))
PROGRAMS = st.builds(
    Program,
    st.lists(INSTRUCTIONS, max_size=8).map(tuple),
    st.lists(st.integers(0, 1000), min_size=1, max_size=3).map(tuple),
)
IRQ_LISTS = st.lists(
    IRQS,
    min_size=1,
    max_size=5,
    unique_by=lambda irq: (irq.intid, irq.vcpu if irq.intid < 32 else 0),
)


@st.composite
def machines(draw: st.DrawFn) -> Parameters:
    """Draw a machine whose devices pulse interrupts that it has."""
    irqs = draw(IRQ_LISTS)
    shared = [irq.intid for irq in irqs if irq.intid >= 32]
    pulse = st.builds(
        Pulse,
        *(st.sampled_from(shared or [0]), st.booleans(), st.integers(0, 1000), st.just(0)),
        st.just(""),
    ) | st.builds(
        Pulse,
        *(st.sampled_from(shared or [0]), st.just(True), st.integers(0, 1000), st.just(0)),
        st.sampled_from(CONTEXTS),
    )
    device = st.lists(pulse, max_size=3 if shared else 0).map(tuple)
    return Parameters(
        nr_lr=draw(st.integers(1, 16)),
        irqs=tuple(irqs),
        guests=draw(st.tuples(PROGRAMS, PROGRAMS, PROGRAMS)),
        devices=tuple(draw(st.lists(device, max_size=3))),
        host=tuple(draw(st.lists(HOST, max_size=2))),
        hardware=draw(st.builds(Implementation, *[st.booleans()] * len(PLAIN))),
    )


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=7), inner),
    max_leaves=12,
)
FIELDS = ("nr_lr", "irqs", "guests", "devices", "host", "hardware")


def valid() -> dict[str, object]:
    return Parameters(
        nr_lr=2,
        irqs=(Irq(32, Config.LEVEL, 0x80, 0), Irq(5, Config.EDGE, 0x40, 1, 0)),
        guests=(Program.spelled("aem", (1, 0), (Access(ROUTE, 32, 1),)), Program.spelled("", (0,))),
        devices=((Pulse(32, level=True, pause=3),), ()),
        host=(HostEvent("tick", 1, 2),),
        hardware=Implementation(has_tdir=True),
    ).to_values()


def spelled() -> dict[str, object]:
    """The same machine as tokens of version 1 have it."""
    return {**valid(), "guests": [["aem", [1, 0], [["route", 32, 1]]], ["", [0], []]]}


def read(values: object) -> Parameters | None:
    """Read parameters; any exception but BadParameters gets out."""
    try:
        return Parameters.from_values(values)
    except BadParameters:
        return None


def round_trips_or_is_refused(values: object) -> None:
    parameters = read(values)
    assert parameters is None or parameters.to_values() == values


def with_pulse(*pulse: object) -> dict[str, object]:
    return {**valid(), "devices": [[list(pulse)]]}


@pytest.mark.parametrize("context", CONTEXTS)
def test_where_a_line_is_raised_from_is_written_only_where_it_is_no_thread(context: str) -> None:
    parameters = Parameters.from_values(with_pulse(32, 1, 3, 0, context))
    assert parameters.devices == ((Pulse(32, level=True, pause=3, context=context),),)
    assert parameters.to_values()["devices"] == [[[32, 1, 3, 0, context]]]
    plain = Parameters.from_values(with_pulse(32, 1, 3, 0))
    assert plain.to_values()["devices"] == [[[32, 1, 3, 0]]]


@pytest.mark.parametrize("kind", ["attribute", "ioctl", "", 7])
def test_what_is_no_event_of_a_host_is_refused_with_all_there_are(kind: object) -> None:
    why = "one of tick, signal, reschedule, attributes, unregister, routes, close, not"
    with pytest.raises(BadParameters, match=why):
        Parameters.from_values({**valid(), "host": [[kind, 0, 0]]})


def test_a_vm_is_closed_once_and_nothing_is_done_to_it_after_that() -> None:
    host = [["tick", 1, 2], ["close", 0, 30]]
    parameters = Parameters.from_values({**valid(), "host": host})
    assert parameters.host[-1] == HostEvent("close", 0, 30)
    assert parameters.to_values()["host"] == host
    for wrong in (host[::-1], [host[1], host[1]]):
        with pytest.raises(BadParameters, match="close is the last of what the host does"):
            Parameters.from_values({**valid(), "host": wrong})


@pytest.mark.parametrize(
    ("pulse", "why"),
    [
        ((32, 1, 3, 0, "softirq"), "one of irqs off, interrupt, not 'softirq'"),
        ((32, 1, 3, 0, 7), "one of irqs off, interrupt, not 7"),
        ((32, 1, 3, 0, ""), "one of irqs off, interrupt, not ''"),
        ((32, 0, 3, 0, "irqs off"), "only what raises a shared line"),
        ((17, 1, 3, 0, "irqs off"), "only what raises a shared line"),
    ],
)
def test_what_no_irqfd_does_is_refused(pulse: tuple[object, ...], why: str) -> None:
    with pytest.raises(BadParameters, match=why):
        Parameters.from_values(with_pulse(*pulse))


@settings(max_examples=80, deadline=None)
@given(machines())
def test_they_come_back_from_json_as_they_were(parameters: Parameters) -> None:
    text = json.dumps(parameters.to_values())
    assert Parameters.from_values(json.loads(text)) == parameters


@settings(max_examples=100, deadline=None)
@given(JSON)
def test_any_json_value_is_parameters_or_bad_parameters(values: object) -> None:
    round_trips_or_is_refused(values)


@settings(max_examples=150, deadline=None)
@given(st.fixed_dictionaries(dict.fromkeys(FIELDS, JSON)))
def test_the_right_fields_with_any_values_are_parameters_or_bad_parameters(
    values: dict[str, object],
) -> None:
    round_trips_or_is_refused(values)


def paths(value: object, path: tuple[int | str, ...] = ()) -> list[tuple[int | str, ...]]:
    """Return the way to each value inside a JSON value."""
    inner: list[tuple[int | str, ...]] = [path]
    if isinstance(value, dict):
        for key, each in value.items():
            inner += paths(each, (*path, key))
    elif isinstance(value, list):
        for index, each in enumerate(value):
            inner += paths(each, (*path, index))
    return inner


def replaced(value: object, path: tuple[int | str, ...], new: object) -> object:
    """Return the value with what is at the end of the path replaced."""
    if not path:
        return new
    if isinstance(value, dict):
        return {**value, path[0]: replaced(value[path[0]], path[1:], new)}
    assert isinstance(value, list)
    return [
        replaced(each, path[1:], new) if index == path[0] else each
        for index, each in enumerate(value)
    ]


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(paths(valid())), JSON)
def test_one_value_replaced_by_any_other_is_parameters_or_bad_parameters(
    path: tuple[int | str, ...], new: object
) -> None:
    round_trips_or_is_refused(replaced(valid(), path, new))


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        (("nr_lr",), 0),
        (("nr_lr",), 17),
        (("nr_lr",), True),
        (("nr_lr",), 2.0),
        (("irqs",), []),
        (("guests",), []),
        (("irqs", 0, 0), LAST_SPI + 1),
        (("irqs", 0, 1), "both"),
        (("irqs", 0, 2), 0x81),
        (("irqs", 0, 2), 0x100),
        (("irqs", 0, 3), 2),
        (("irqs", 1, 1), "level"),
        (("irqs", 1), ["x"]),
        (("irqs", 1), [32, "edge", 0, 1]),
        (("irqs", 0), [32, "level", 0x80, 0, 1]),
        (("irqs", 1, 4), 2),
        (("irqs", 1, 4), False),
        (("irqs", 1, 4), None),
        (("irqs", 1), [5, "edge", 0x40, 1, 0, 0]),
        (("irqs", 0), [32, "level", 0x80, 0, 1, "sampled"]),
        (("irqs", 0), [32, "level", 0x80, 0, 0, True]),
        (("irqs", 0), [32, "level", 0x80, 0, 2, "resampled"]),
        (("irqs", 0), [32, "level", 0x80, 0, -1, "resampled"]),
        (("irqs", 0), [32, "level", 0x80, 0, "resampled"]),
        (("irqs", 0), [32, "level", 0x80, 0, 1, "resampled", "resampled"]),
        (("irqs", 0), [32, "edge", 0x80, 0, 1, "resampled"]),
        (("irqs", 0), [20, "level", 0x80, 0, 1, "resampled"]),
        (("irqs", 0), [20, "edge", 0x80, 0, 1, "mapped"]),
        (("irqs", 0), [32, "level", 0x80, 0, 2, "mapped"]),
        (("irqs", 0), [32, "level", 0x80, 0, 1, "resampled", "mapped"]),
        (("hardware",), []),
        (("hardware",), None),
        (("hardware",), {"has_tdir": True}),
        (("hardware",), ["has_tds"]),
        (("hardware",), ["has_tdir", "has_tdir"]),
        (("hardware",), ["has_tdir", "drop_counts", "idle_end_counts", "has_tdir"]),
        (("hardware",), ["drop_counts", "has_tdir"]),
        (("hardware", 0), True),
        (("hardware", 0), ["has_tdir"]),
        (("host",), []),
        (("host",), None),
        (("host",), {}),
        (("host", 0), ["tick", 0]),
        (("host", 0, 0), "tock"),
        (("host", 0, 0), ["tick"]),
        (("host", 0, 1), 2),
        (("host", 0, 1), True),
        (("host", 0, 2), -1),
        (("host", 0, 2), 1001),
        (("guests", 0, 0), "aem"),
        (("guests", 0, 0, 0), "acknowledged"),
        (("guests", 0, 0, 2, 0), "quiesce"),
        (("guests", 0, 0, 2, 1), 5),
        (("guests", 0, 0, 2, 2), 2),
        (("guests", 0, 0, 2), ["await", 64]),
        (("guests", 0, 0, 2), ["await", -1]),
        (("guests", 0, 0, 2), ["await", True]),
        (("guests", 0, 0, 2), ["linger", 0]),
        (("guests", 0, 0, 2), ["linger", 1_000_001]),
        (("guests", 0, 0, 2), ["work", 1]),
        (("guests", 0, 0, 2), [[], 1]),
        (("guests", 0, 0, 2), ["await"]),
        (("guests", 0, 0, 2), "await"),
        (("guests", 0, 0, 2), ["mask", 0x84]),
        (("guests", 0, 0, 2), ["mask", 0x100]),
        (("guests", 0, 0, 2), ["mask", -8]),
        (("guests", 0, 0, 2), ["mask", False]),
        (("guests", 0, 0, 2), "mask"),
        (("guests", 0, 0, 2), ["enable group", 2]),
        (("guests", 0, 0, 2), ["disable group", -1]),
        (("guests", 0, 0, 2), ["binary point 0", 1]),
        (("guests", 0, 0, 2), ["binary point 1", 2]),
        (("guests", 0, 0, 2), ["binary point 1", 8]),
        (("guests", 0, 0, 2), ["common binary point", 2]),
        (("guests", 0, 0, 2), ["eoi mode", 2]),
        (("guests", 0, 0, 2), ["dir", DROPPED_MAX]),
        (("guests", 0, 0, 2), ["dir", -1]),
        (("guests", 0, 0, 2), ["dir", 32, 0]),
        (("guests", 0, 0, 2), "dir"),
        (("guests", 0, 0, 2), ["hand over", 0]),
        (("guests", 0, 0, 2), "take back"),
        (("guests", 0, 0, 2), ["priority", 32, 0x41]),
        (("guests", 0, 0, 2), ["priority", 32, 0x100]),
        (("guests", 0, 0, 2), ["priority", 32, -8]),
        (("guests", 0, 0, 2), ["raise", 15, 0]),
        (("guests", 0, 0, 2), ["raise", 32, 1]),
        (("guests", 0, 0, 2), ["exits", 1, 0]),
        (("guests", 0, 1), []),
        (("guests", 0, 1, 0), -1),
        (("devices", 0, 0, 0), 5),
        (("devices", 0, 0, 1), 2),
        (("devices", 0, 0, 0), 33),
        (("devices", 0, 0, 2), 1001),
        (("devices", 0, 0, 3), 2),
        (("devices", 0, 0), [32, 1]),
    ],
)
def test_what_describes_no_machine_is_refused(path: tuple[int | str, ...], wrong: object) -> None:
    with pytest.raises(BadParameters, match=r"\w+ \w+"):
        Parameters.from_values(replaced(valid(), path, wrong))


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        (("guests", 0, 0), "aez"),
        (("guests", 0, 0), ["acknowledge"]),
        (("guests", 0, 1), []),
        (("guests", 0, 2, 0, 0), "quiesce"),
        (("guests", 0, 2, 0, 1), 5),
        (("guests", 0, 2, 0, 2), 2),
        (("guests", 0), [["acknowledge"], [0]]),
    ],
)
def test_what_is_spelled_wrongly_is_refused(path: tuple[int | str, ...], wrong: object) -> None:
    with pytest.raises(BadParameters, match=r"\w+ \w+"):
        Parameters.from_values(replaced(spelled(), path, wrong), spelled=True)


@pytest.mark.parametrize("name", WRITTEN)
def test_a_setting_is_refused_with_what_it_can_be(name: str) -> None:
    what, low, high, step = SETTINGS[name]
    for number in (low - step, high + step):
        with pytest.raises(ValueError, match=f"^{name} is {what} from {low} to {high}, not"):
            setting(name, number)
        with pytest.raises(BadParameters, match=f"{what} must be an integer from {low} to {high}"):
            Parameters.from_values(replaced(valid(), ("guests", 0, 0, 2), [name, number]))


def test_what_is_as_it_was_before_there_were_groups_and_choices_is_written_as_then() -> None:
    """So that a machine has one token, and tokens of older versions read as they did."""
    plain = Parameters(1, (Irq(32, Config.EDGE, 0, 0),), (Program((), (0,)),), ())
    assert plain.to_values() == {
        "nr_lr": 1,
        "irqs": [[32, "edge", 0, 0]],
        "guests": [[[], [0]]],
        "devices": [],
    }
    assert Parameters.from_values(plain.to_values()) == plain
    assert plain.irqs[0].group == 1


@pytest.mark.parametrize("group", [0, 1])
def test_a_device_that_is_passed_through_is_named_behind_the_group(group: int) -> None:
    irq = Irq(32, Config.LEVEL, 0x80, 0, group, resampled=True)
    assert irq.to_values() == [32, "level", 0x80, 0, group, "resampled"]
    read = Parameters.from_values(replaced(valid(), ("irqs", 0), irq.to_values()))
    assert read.irqs[0] == irq
    assert read.irqs[1].resampled is False


@pytest.mark.parametrize("intid", [20, 32])
@pytest.mark.parametrize("group", [0, 1])
def test_what_is_mapped_is_named_behind_the_group(intid: int, group: int) -> None:
    irq = Irq(intid, Config.LEVEL, 0x80, 0, group, mapped=True)
    assert irq.to_values() == [intid, "level", 0x80, 0, group, "mapped"]
    parameters = Parameters(
        1, (irq, irq._replace(intid=33, mapped=False)), (Program((), (0,)),), ()
    )
    assert Parameters.from_values(parameters.to_values()) == parameters


def test_the_trigger_of_what_is_mapped_is_not_written() -> None:
    def writing(intid: int) -> Parameters:
        irqs = (Irq(32, Config.LEVEL, 0x80, 0, mapped=True), Irq(33, Config.LEVEL, 0x80, 0))
        return Parameters(
            1, irqs, (Program((Instruction(ACCESS, Access(TRIGGER, intid, 1)),), (0,)),), ()
        )

    assert Parameters.from_values(writing(33).to_values()) == writing(33)
    with pytest.raises(BadParameters, match="the trigger of an irq that is mapped is not written"):
        Parameters.from_values(writing(32).to_values())


def test_only_a_level_is_mapped() -> None:
    with pytest.raises(BadParameters, match="only a level-triggered irq is mapped"):
        Parameters.from_values(replaced(valid(), ("irqs", 0), [32, "edge", 0x80, 0, 1, "mapped"]))


@pytest.mark.parametrize("intid", [20, 32])
def test_only_a_shared_level_has_a_device_that_is_passed_through(intid: int) -> None:
    edge_or_private = [intid, "level" if intid < 32 else "edge", 0x80, 0, 1, "resampled"]
    with pytest.raises(BadParameters, match="only a shared level-triggered irq is resampled"):
        Parameters.from_values(replaced(valid(), ("irqs", 0), edge_or_private))


@pytest.mark.parametrize("name", PLAIN._fields)
def test_hardware_is_named_by_what_it_has(name: str) -> None:
    hardware = PLAIN._replace(**{name: True})
    values = replaced(valid(), ("hardware",), [name])
    assert Parameters.from_values(values).hardware == hardware
    assert Parameters.from_values(values).to_values() == values


def test_letters_are_read_as_what_they_stand_for() -> None:
    assert Parameters.from_values(spelled(), spelled=True).to_values() == valid()


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(paths(spelled())), JSON)
def test_one_value_of_a_spelled_machine_replaced_is_parameters_or_bad_parameters(
    path: tuple[int | str, ...], new: object
) -> None:
    try:
        Parameters.from_values(replaced(spelled(), path, new), spelled=True)
    except BadParameters:
        return


def drop_a_field(values: dict[str, object]) -> None:
    del values["devices"]


def add_a_field(values: dict[str, object]) -> None:
    values["more"] = 1


@pytest.mark.parametrize("change", [drop_a_field, add_a_field])
def test_the_fields_are_exactly_these(change: Callable[[dict[str, object]], None]) -> None:
    values = valid()
    change(values)
    with pytest.raises(BadParameters, match="exactly the fields"):
        Parameters.from_values(values)


def test_two_interrupts_of_one_intid_are_refused_unless_private_to_two_vcpus() -> None:
    spi = [[32, "edge", 128, 0], [32, "edge", 128, 1]]
    with pytest.raises(BadParameters, match="same INTID"):
        Parameters.from_values(replaced(valid(), ("irqs",), spi))
    private = [[20, "edge", 128, 0], [20, "edge", 128, 1]]
    without_devices = replaced(valid(), ("devices",), [])
    assert len(Parameters.from_values(replaced(without_devices, ("irqs",), private)).irqs) == 2


def test_an_lpi_is_written_as_any_other_and_its_device_sends_messages() -> None:
    irqs = (Irq(FIRST_LPI, Config.EDGE, 0x80, 0), Irq(LAST_LPI, Config.EDGE, 0x40, 0))
    guest = Program((Instruction(ACCESS, Access("movi", FIRST_LPI, 0)),), (0,))
    device = (Pulse(LAST_LPI, level=True, pause=0),)
    machine = Parameters(nr_lr=1, irqs=irqs, guests=(guest,), devices=(device,))
    assert irqs[0].to_values() == [FIRST_LPI, "edge", 0x80, 0]
    assert Parameters.from_values(json.loads(json.dumps(machine.to_values()))) == machine


@pytest.mark.parametrize(
    ("irq", "why"),
    [
        ([FIRST_LPI, "level", 0x80, 0], "an LPI is triggered by an edge"),
        ([FIRST_LPI, "edge", 0x80, 0, 0], "an LPI is of group 1"),
        ([LAST_LPI + 1, "edge", 0x80, 0], "an INTID of an LPI must be an integer from 8192"),
        ([LAST_SPI + 1, "edge", 0x80, 0], "an INTID of an LPI must be an integer from 8192"),
    ],
)
def test_what_is_no_lpi_is_refused(irq: list[object], why: str) -> None:
    values = Parameters(1, (Irq(32, Config.EDGE, 0x80, 0),), (Program((), (0,)),), ()).to_values()
    with pytest.raises(BadParameters, match=why):
        Parameters.from_values({**values, "irqs": [irq]})


@pytest.mark.parametrize("context", CONTEXTS)
def test_no_message_comes_out_of_an_interrupt(context: str) -> None:
    irq = Irq(FIRST_LPI, Config.EDGE, 0x80, 0)
    values = Parameters(1, (irq,), (Program((), (0,)),), ()).to_values()
    with pytest.raises(BadParameters, match="a context"):
        Parameters.from_values({**values, "devices": [[[FIRST_LPI, 1, 0, 0, context]]]})


def test_a_device_pulses_only_what_is_there() -> None:
    with pytest.raises(BadParameters, match="pulses INTID 33, which is no irq"):
        Parameters.from_values(replaced(valid(), ("devices", 0, 0, 0), 33))


def test_more_interrupts_than_can_be_of_use_are_refused() -> None:
    irqs = [[32 + n, "edge", 128, 0] for n in range(257)]
    assert len(Parameters.from_values(replaced(valid(), ("irqs",), irqs[:256])).irqs) == 256
    with pytest.raises(BadParameters, match="irqs must be a list of 1 to 256"):
        Parameters.from_values(replaced(valid(), ("irqs",), irqs))


def test_the_programs_of_a_machine_are_bounded_together() -> None:
    """An attacker's machine is large in each of them; none of them alone is too large."""
    pulses, lateness, pend = [[32, 1, 0, 0]] * 2_000, [1] * 2_000, ["pend", 32, 0]
    guests = [[["work"] * 3_000 + [pend] * 1_000, lateness], [["work"] * 1_998, [1]]]
    full = replaced(replaced(valid(), ("guests",), guests), ("devices",), [pulses])
    assert Parameters.from_values(full)
    with pytest.raises(BadParameters, match="have 10001 instructions, latenesses"):
        Parameters.from_values(replaced(full, ("guests", 1, 0), ["work"] * 1_999))
