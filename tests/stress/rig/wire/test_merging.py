# SPDX-License-Identifier: GPL-2.0-only
"""Do the logs of a round become a trace in an order in which it may have happened?"""

from hypothesis import given
from hypothesis import strategies as st

from stress.rig.wire.merging import merged
from stress.rig.wire.words import Op, Word
from stress.traces import NONE, Event, Trace

IDLE, EXITED = Word(Op.IDLE), Word(Op.EXITED)
ENDED = [IDLE, EXITED, EXITED]


def order(trace: Trace) -> list[str]:
    return [f"{each.who} {each.what}" for each in trace.events]


def test_nobody_passes_an_await_before_the_signal() -> None:
    waiter = [Word(Op.AWAIT, 3), Word(Op.EXIT)]
    trace = merged([waiter, [Word(Op.PEND, 40), Word(Op.SIGNAL, 3)]], [], [], ())
    assert order(trace) == ["vcpu1 pend", "vcpu1 signal", "vcpu0 await", "vcpu0 exit"]


def test_another_signal_is_not_waited_for() -> None:
    trace = merged([[Word(Op.AWAIT, 3)], [Word(Op.SIGNAL, 3), Word(Op.SIGNAL, 4)]], [], [], ())
    assert order(trace) == ["vcpu1 signal", "vcpu0 await", "vcpu1 signal"]


def test_nobody_acknowledges_what_nobody_has_announced() -> None:
    trace = merged(
        [[Word(Op.ACKNOWLEDGE, 40), Word(Op.END, 40), *ENDED]],
        [[Word(Op.RAISE, 64), Word(Op.RAISE, 40), Word(Op.RAISE, 41)]],
        [],
        (),
    )
    assert order(trace)[:4] == ["dev0 raise", "dev0 raise", "vcpu0 acknowledge", "vcpu0 end"]


def sends(*ops: Op, intid: int = 40) -> list[Word]:
    return [Word(op, intid) for op in ops]


ACKNOWLEDGES = [Word(Op.ACKNOWLEDGE, 40), Word(Op.END, 40)]


def test_an_edge_is_acknowledged_no_more_often_than_it_was_sent() -> None:
    trace = merged([ACKNOWLEDGES * 2], [sends(Op.RAISE, Op.RAISE)], [], ())
    assert order(trace) == [
        "dev0 raise", "vcpu0 acknowledge", "vcpu0 end",
        "dev0 raise", "vcpu0 acknowledge", "vcpu0 end",
    ]  # fmt: skip


def test_two_sendings_may_have_been_one() -> None:
    trace = merged([ACKNOWLEDGES], [sends(Op.RAISE, Op.RAISE)], [], ())
    assert order(trace) == ["dev0 raise", "vcpu0 acknowledge", "vcpu0 end", "dev0 raise"]


def test_a_level_is_acknowledged_while_its_line_is_up() -> None:
    handler = [Word(Op.ACKNOWLEDGE, 40), Word(Op.QUIESCE, 40), Word(Op.END, 40)]
    trace = merged([handler * 2], [sends(Op.RAISE, Op.RAISE)], [], {40})
    handled = ["vcpu0 acknowledge", "vcpu0 quiesce", "vcpu0 end"]
    assert order(trace) == ["dev0 raise", *handled, "dev0 raise", *handled]
    unserved = merged([ACKNOWLEDGES * 2], [sends(Op.RAISE, Op.LOWER)], [], {40})
    assert order(unserved) == ["dev0 raise", *["vcpu0 acknowledge", "vcpu0 end"] * 2, "dev0 lower"]


def test_a_level_that_is_down_is_acknowledged_last() -> None:
    guests = [sends(Op.RAISE, Op.LOWER), [Word(Op.AWAIT, 1), *ACKNOWLEDGES]]
    guests[0].append(Word(Op.SIGNAL, 1))
    trace = merged(guests, [sends(Op.RAISE, intid=64)], [], {40, 64})
    assert order(trace) == [
        "vcpu0 raise", "vcpu0 lower", "vcpu0 signal", "vcpu1 await", "dev0 raise",
        "vcpu1 acknowledge", "vcpu1 end",
    ]  # fmt: skip


def test_to_enable_or_to_route_is_not_to_send() -> None:
    guests = [ACKNOWLEDGES, [*sends(Op.ENABLE), Word(Op.ROUTE, 40), *sends(Op.PEND)]]
    assert order(merged(guests, [], [], ()))[:4] == [
        "vcpu1 enable", "vcpu1 route", "vcpu1 pend", "vcpu0 acknowledge",
    ]  # fmt: skip


def test_what_was_sent_to_one_vcpu_is_not_acknowledged_by_another() -> None:
    guests = [[Word(Op.ACKNOWLEDGE, 3)], [Word(Op.SGI, 3, 1), Word(Op.SGI, 3, 0)]]
    assert order(merged(guests, [], [], ())) == ["vcpu1 sgi", "vcpu1 sgi", "vcpu0 acknowledge"]
    guests = [[Word(Op.ACKNOWLEDGE, 17)], [Word(Op.RAISE, 17)]]
    device = [Word(Op.RAISE, 17, 0)]
    order_of_it = order(merged(guests, [device], [], {17}))
    assert order_of_it == ["vcpu1 raise", "dev0 raise", "vcpu0 acknowledge"]


def test_what_was_sent_to_several_is_acknowledged_by_these_and_nobody_else() -> None:
    taken = [Word(Op.ACKNOWLEDGE, 3)]
    listed = [taken, taken, [Word(Op.SGI_LIST, 3, 0b010), Word(Op.SGI, 3, 0)]]
    assert order(merged(listed, [], [], ())) == [
        "vcpu2 sgi list", "vcpu1 acknowledge", "vcpu2 sgi", "vcpu0 acknowledge",
    ]  # fmt: skip
    others = [taken, [Word(Op.SGI_OTHERS, 3)], taken]
    assert order(merged(others, [], [], ())) == [
        "vcpu1 sgi others", "vcpu0 acknowledge", "vcpu2 acknowledge",
    ]  # fmt: skip
    own = [[Word(Op.SGI_OTHERS, 3), *taken], [Word(Op.SGI, 3, 0)]]
    assert order(merged(own, [], [], ())) == ["vcpu0 sgi others", "vcpu1 sgi", "vcpu0 acknowledge"]


def test_an_acknowledge_of_nothing_waits_for_nothing() -> None:
    trace = merged([[Word(Op.ACKNOWLEDGE, 1023)]], [[Word(Op.RAISE, 64)]], [], ())
    assert order(trace) == ["vcpu0 acknowledge", "dev0 raise"]


def test_what_nobody_announced_is_taken_as_it_comes() -> None:
    trace = merged([[Word(Op.ACKNOWLEDGE, 40)], [Word(Op.AWAIT, 1)]], [], [], ())
    assert order(trace) == ["vcpu0 acknowledge", "vcpu1 await"]


def test_nobody_deactivates_what_nobody_has_dropped() -> None:
    taken_over = [Word(Op.DIR, 40), Word(Op.EXIT)]
    trace = merged([taken_over, [Word(Op.DROP, 41), Word(Op.DROP, 40), Word(Op.EXIT)]], [], [], ())
    assert order(trace)[:3] == ["vcpu1 drop", "vcpu1 drop", "vcpu0 dir"]
    twice = merged([[Word(Op.DIR, 40)] * 2, [Word(Op.DROP, 40), Word(Op.DROP, 40)]], [], [], ())
    assert order(twice) == ["vcpu1 drop", "vcpu0 dir"] * 2
    private = merged([[Word(Op.DIR, 20)], [Word(Op.DROP, 20), Word(Op.DIR, 20)]], [], [], ())
    assert order(private) == ["vcpu1 drop", "vcpu1 dir", "vcpu0 dir"]


def test_a_phase_is_over_for_all_at_once() -> None:
    guests = [[Word(Op.EXIT), *ENDED], [IDLE, Word(Op.ACKNOWLEDGE, 40), EXITED, EXITED]]
    trace = merged(guests, [], [Word(Op.FINAL, 40, 3)], ())
    assert order(trace) == [
        "vcpu0 exit", "all idle", "vcpu1 acknowledge", "all exited", "all exited", "all final",
    ]  # fmt: skip


def test_who_hung_has_no_end() -> None:
    trace = merged([ENDED, [Word(Op.LOWER, 40)]], [], None, ())
    assert not trace.ended
    assert order(trace) == ["vcpu1 lower", "all idle", "all exited", "all exited"]


def test_each_event_says_what_the_format_has() -> None:
    guest = [
        Word(Op.ROUTE, 40, 1), Word(Op.PRIORITY, 40, 0x80), Word(Op.PENDING, 40, 1), Word(Op.EXIT),
        Word(Op.EXITS, 0, 3), Word(Op.END_AGAIN, 40), Word(Op.RAISE, 17),
        Word(Op.DISTRIBUTOR, 0, 1), Word(Op.GROUP, 40, 0), Word(Op.SGI_LIST, 3, 6),
        Word(Op.SGI_OTHERS, 3), Word(Op.ACTIVATE, 17, 1), Word(Op.DEACTIVATE, 40),
    ]  # fmt: skip
    device = [Word(Op.RAISE, 17, 1), Word(Op.LOWER, 64)]
    final = [Word(Op.FINAL, 17, 1 << 2 | 2), Word(Op.FINAL, 40, 1)]
    assert merged([guest], [device], final, ()).events == (
        Event("vcpu0", "route", 40, 1),
        Event("vcpu0", "priority", 40, 0x80),
        Event("vcpu0", "pending", 40, 1),
        Event("vcpu0", "exit"),
        Event("vcpu0", "exits", NONE, 3),
        Event("vcpu0", "end again", 40),
        Event("vcpu0", "raise", 17),
        Event("vcpu0", "distributor", 0, 1),
        Event("vcpu0", "group", 40, 0),
        Event("vcpu0", "sgi list", 3, 6),
        Event("vcpu0", "sgi others", 3),
        Event("vcpu0", "activate", 17, 1),
        Event("vcpu0", "deactivate", 40, 0),
        Event("dev0", "raise", 17, 1),
        Event("dev0", "lower", 64),
        Event("vcpu1", "final", 17, 2),
        Event("all", "final", 40, 1),
    )


LOGGED = sorted(set(Op) - {Op.STOP, Op.WORK, Op.LINGER, Op.FINAL, Op.IDLE, Op.EXITED})
LOGS = st.lists(st.builds(Word, st.sampled_from(LOGGED), st.integers(0, 3)), max_size=6)


@given(st.lists(LOGS, min_size=1, max_size=3))
def test_each_is_in_the_order_in_which_he_did_it(logs: list[list[Word]]) -> None:
    trace = merged([[*log, *ENDED] for log in logs], [], [], ())
    for vcpu, log in enumerate(logs):
        alone = merged([log], [], [], ()).events
        his = [each for each in trace.events if each.who == f"vcpu{vcpu}"]
        assert [each[1:] for each in his] == [each[1:] for each in alone]
    assert order(trace)[-3:] == ["all idle", "all exited", "all exited"]
