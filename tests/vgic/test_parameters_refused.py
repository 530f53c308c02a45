# SPDX-License-Identifier: GPL-2.0-only
"""Do parameters survive the way through a token, and is everything else refused and nothing worse?

A token comes from an e-mail: whatever stands in it gives Parameters or BadParameters.
"""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vgic import BadParameters, Parameters
from vgic.accesses import ACCESSES, QUIESCE, ROUTE, SGI, Access
from vgic.data.intids import Config
from vgic.data.program import LETTERS, Program, Pulse
from vgic.parameters import Irq

VCPUS = 3
KINDS = [kind for kind in ACCESSES if kind != QUIESCE]


def an_access(kind: str) -> st.SearchStrategy[Access]:
    intids = {SGI: st.integers(0, 15), ROUTE: st.integers(32, 1019)}
    return st.builds(
        Access, st.just(kind), intids.get(kind, st.integers(0, 1019)), st.integers(0, VCPUS - 1)
    )


IRQS = st.builds(
    lambda intid, config, level, vcpu: Irq(
        intid, Config.EDGE if intid < 16 else config, level * 8, vcpu
    ),
    st.integers(0, 1019),
    st.sampled_from(Config),
    st.integers(0, 31),
    st.integers(0, VCPUS - 1),
)
PROGRAMS = st.builds(
    Program.spelled,
    st.text("".join(LETTERS), max_size=10),
    st.lists(st.integers(0, 9), min_size=1, max_size=3).map(tuple),
    st.lists(st.sampled_from(KINDS).flatmap(an_access), max_size=3).map(tuple),
)


@st.composite
def machines(draw: st.DrawFn) -> Parameters:
    """A machine whose devices pulse the lines of interrupts that are there; SGIs have none."""
    irqs = draw(st.lists(IRQS, min_size=1, max_size=4, unique_by=lambda irq: irq.intid))
    lines = [irq for irq in irqs if irq.intid >= 16]
    pulses = st.builds(
        lambda irq, level, pause: Pulse(irq.intid, level, pause, irq.vcpu),
        st.sampled_from(lines or irqs),
        st.booleans(),
        st.integers(0, 9),
    )
    device = st.lists(pulses, max_size=3 if lines else 0).map(tuple)
    return Parameters(
        nr_lr=draw(st.integers(1, 16)),
        irqs=tuple(irqs),
        guests=tuple(draw(st.lists(PROGRAMS, min_size=VCPUS, max_size=VCPUS))),
        devices=tuple(draw(st.lists(device, max_size=3))),
    )


LEAVES = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5)
)
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
GOOD: dict[str, object] = Parameters(
    nr_lr=2,
    irqs=(Irq(32, Config.LEVEL, 0x80, 0), Irq(5, Config.EDGE, 0x40, 1)),
    guests=(Program.spelled("amen", (0, 2), (Access(ROUTE, 32, 1),)), Program.spelled("", (0,))),
    devices=((Pulse(32, level=True, pause=1),),),
).to_values()


def read(values: object) -> Parameters | None:
    """What from_values makes of them; None if it refuses."""
    try:
        return Parameters.from_values(values)
    except BadParameters:
        return None


def paths(value: object, here: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
    """The way to each value inside a value."""
    if isinstance(value, dict):
        inside = list(value.items())
    elif isinstance(value, list):
        inside = list(enumerate(value))
    else:
        inside = []
    return [here, *(path for key, each in inside for path in paths(each, (*here, key)))]


def replaced(value: object, path: tuple[object, ...], new: object) -> object:
    if not path:
        return new
    if isinstance(value, dict):
        return {k: replaced(v, path[1:], new) if k == path[0] else v for k, v in value.items()}
    assert isinstance(value, list)
    return [replaced(v, path[1:], new) if i == path[0] else v for i, v in enumerate(value)]


@settings(max_examples=60, deadline=None)
@given(machines())
def test_what_goes_out_comes_back_through_json(parameters: Parameters) -> None:
    assert Parameters.from_values(json.loads(json.dumps(parameters.to_values()))) == parameters


@settings(max_examples=100, deadline=None)
@given(JSON)
def test_any_json_value_is_a_machine_or_refused(values: object) -> None:
    assert read(values) is None or isinstance(values, dict)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(paths(GOOD)), JSON)
def test_any_one_value_changed_is_a_machine_that_says_so_or_refused(
    path: tuple[object, ...], new: object
) -> None:
    values = replaced(GOOD, path, new)
    parameters = read(values)
    assert parameters is None or parameters.to_values() == values


def test_the_unchanged_ones_are_a_machine() -> None:
    parameters = read(GOOD)
    assert parameters is not None
    assert parameters.honest


@pytest.mark.parametrize(
    ("path", "new"),
    [
        (("nr_lr",), 0),
        (("nr_lr",), 17),
        (("nr_lr",), True),
        (("nr_lr",), 2.0),
        (("irqs",), []),
        (("irqs", 0, 0), 1020),
        (("irqs", 0, 1), "EDGE"),
        (("irqs", 0, 2), 0x81),
        (("irqs", 0, 3), 2),
        (("irqs", 1, 1), "level"),
        (("irqs", 1), ["x"]),
        (("irqs", 1), [32, "edge", 0, 1]),
        (("guests",), []),
        (("guests", 0, 0), "amen"),
        (("guests", 0, 0, 0), "z"),
        (("guests", 0, 1), []),
        (("guests", 0, 1, 0), -1),
        (("guests", 0, 0, 1, 0), QUIESCE),
        (("guests", 0, 0, 1, 1), 5),
        (("guests", 0, 0, 1, 2), 2),
        (("devices", 0, 0, 0), 5),
        (("devices", 0, 0, 0), 33),
        (("devices", 0, 0, 1), 2),
        (("devices", 0, 0, 2), -1),
        (("devices", 0, 0, 3), 2),
    ],
)
def test_what_is_no_machine_is_refused(path: tuple[object, ...], new: object) -> None:
    assert read(replaced(GOOD, path, new)) is None
