# SPDX-License-Identifier: GPL-2.0-only
"""Does a Dask cluster give what the local pool gives, also when a worker of it is killed?

One scheduler and two workers on loopback, and one campaign, so that it is over in some seconds.
"""

import os
import re
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from stress.campaign.campaign import Campaign
from stress.campaign.plan import Plan
from stress.executions.target import Target
from stress.inputs import BadArgument
from stress.jobs import cluster, members
from stress.jobs.cluster import Cluster
from stress.jobs.executor import Job, Outcome
from stress.jobs.local_pool import LocalPool
from stress.jobs.remote import Parcel, about, deliver, let_go
from stress.jobs.work import Batch, Bug, Facts
from stress.scenarios import SCENARIOS, register
from stress.system import logs
from tests.fixtures.dask import PATIENCE_S, dask, scheduler, worker

pytest.importorskip("distributed")

MakePlan = Callable[..., Plan]
NOBODY = "tcp://127.0.0.1:9"

PATCH = """
from vgic.revisions.head_walk import HeadWalk


class Mine(HeadWalk):
    pass
"""


def connected(address: str, workers: int) -> Cluster:
    """Connect when so many workers are there."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            pool = Cluster(address, hang_s=30.0)
        except BadArgument:
            assert time.monotonic() < deadline
            continue
        if len(pool._members.threads) == workers:
            return pool
        pool.close()


def hosts_of(pid: int) -> list[int]:
    """Return the hosts whose parent this is or was; it may have other children, too."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = path.read_text("utf-8", errors="replace")
            words = (path.parent / "cmdline").read_bytes()
        except OSError:
            continue
        if int(text.rpartition(")")[2].split()[1]) == pid and b"stress.jobs.host" in words:
            found.append(int(path.parent.name))
    return found


def test_a_campaign_comes_out_as_it_does_here_though_a_worker_is_killed(
    plan: MakePlan, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    (tmp_path / "mine.py").write_text(PATCH, "utf-8")
    target = Target(f"{tmp_path / 'mine.py'}:Mine")
    plan_ = plan(target=target, executions=96, shrink_replays=5)
    log = tmp_path / "log.txt"
    logs.start(2, log)
    request.addfinalizer(logs.stop)
    with LocalPool(1) as here:
        usual = Campaign(plan_, here).run()
    assert usual.findings
    with dask(tmp_path) as start:
        address = scheduler(start, tmp_path)
        workers = [worker(start, tmp_path, address) for _ in range(2)]
        killed: list[int] = []

        def kill(_: object) -> None:
            """Kill the first worker when it has something to do."""
            if not killed and (hosts := hosts_of(workers[0].pid)):
                killed.extend(hosts)
                workers[0].kill()

        with connected(address, 2) as there:
            result = Campaign(plan_, there, progress=kill).run()
        assert killed
        assert replace(result, seconds=0.0) == replace(usual, seconds=0.0)
        assert any("is done elsewhere" in text for text in there.troubles)
        logged = log.read_text("utf-8")
        assert re.search(r" DEBUG worker 1 of tcp://\S+: ", logged)
        assert "is done elsewhere" in logged
        deadline = time.monotonic() + PATIENCE_S
        while any(Path(f"/proc/{pid}").exists() for pid in [*killed, *hosts_of(workers[1].pid)]):
            assert time.monotonic() < deadline, "a host was left behind"
            time.sleep(0.05)


def test_nobody_there_is_said_within_some_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(members, "CONNECT_S", 0.5)
    with pytest.raises(BadArgument, match="no scheduler can be reached there"):
        Cluster(NOBODY)


@pytest.mark.parametrize("address", ["nonsense", "tcp://", "quic://x:1", "tcp://a b:1"])
def test_no_address_is_said_to_be_none(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setattr(members, "CONNECT_S", 0.5)
    with pytest.raises(BadArgument, match=r"--cluster .*: no scheduler can be reached there"):
        Cluster(address)


def test_without_the_extra_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(BadArgument, match=r"pip install 'vgic-stress\[cluster\]'"):
        Cluster(NOBODY)


class FakeFuture:
    def __init__(self, value: object) -> None:
        self.value = value

    def done(self) -> bool:
        return True

    def result(self, timeout: float) -> object:
        if isinstance(self.value, Exception):
            raise self.value
        return self.value

    def add_done_callback(self, call: Callable[[object], None]) -> None:
        call(self)

    def release(self) -> None:
        pass


class FakeClient:
    """A cluster without processes: who is there, and what each says."""

    def __init__(self, there: dict[str, object]) -> None:
        self.there = there
        self.scheduler = self
        self.ncores: object = None
        self.given: list[str] = []

    def sync(self, function: object, callback_timeout: float) -> dict[str, int]:
        return dict.fromkeys(self.there, 1)

    def submit(
        self, what: Callable[..., object], *args: object, workers: list[str], **_: object
    ) -> FakeFuture:
        if what is about:
            return FakeFuture(self.there[workers[0]])
        self.given.append(workers[0])
        return FakeFuture(OSError("gone"))

    def run(self, *args: object, **_: object) -> None:
        pass

    def close(self, timeout: float) -> None:
        pass


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> FakeClient:
    client = FakeClient({"tcp://a": about()})
    monkeypatch.setattr(members, "_connected", lambda address: client)
    return client


JOB = Batch(0, Target(), 7, "mix", (("one_interrupt", 0),))


def test_a_cluster_without_workers_is_refused(fake: FakeClient) -> None:
    fake.there.clear()
    with pytest.raises(BadArgument, match="it has no worker that answers"):
        Cluster(NOBODY)


@pytest.mark.parametrize("says", ["vgic-stress 0.0 model=0", ModuleNotFoundError("stress")])
def test_a_worker_with_another_model_is_refused_by_name(fake: FakeClient, says: object) -> None:
    fake.there["tcp://b"] = says
    with pytest.raises(BadArgument, match=r"every worker must have .*, and tcp://b has "):
        Cluster(NOBODY)


def test_one_that_comes_later_gets_no_job(fake: FakeClient) -> None:
    with Cluster(NOBODY) as pool:
        fake.there |= {"tcp://b": "vgic-stress 0.0 model=0", "tcp://c": about()}
        pool._members.look()
        pool._members.look()
        assert set(pool._members.threads) == {"tcp://a", "tcp://c"}
        (trouble,) = pool.troubles
        assert trouble.startswith("tcp://b gets no job: it has vgic-stress 0.0 model=0, and this ")


def test_what_is_registered_goes_with_each_job(
    fake: FakeClient, scenario_file: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = scenario_file()
    register(file)
    parcels: list[Parcel] = []

    def submit(what: object, name: str, *given: Parcel) -> FakeFuture:
        parcels.extend(given)
        return FakeFuture(OSError("gone"))

    with Cluster(NOBODY) as pool:
        monkeypatch.setattr(pool._members, "submit", submit)
        pool.submit(JOB)
    assert parcels[0].own == tuple((each, file.read_bytes()) for each in SCENARIOS.registered)
    assert len(parcels[0].own) == 1


def collected(pool: Cluster, job: Job) -> list[Outcome]:
    pool.submit(job)
    said: list[Outcome] = []
    while pool.busy:
        said += pool.answers(0.0)
    return said


def test_a_job_that_all_workers_go_away_with_is_given_up(fake: FakeClient) -> None:
    with Cluster(NOBODY) as pool:
        (bug,) = collected(pool, JOB)
    assert isinstance(bug, Bug)
    assert len(fake.given) == cluster.TRIES


def test_a_cluster_without_workers_ends_what_it_was_to_do(
    fake: FakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "ALONE_S", -1.0)
    with Cluster(NOBODY) as pool:
        fake.there.clear()
        pool._members.look()
        assert not pool.idle
        monkeypatch.setattr(cluster, "LOOK_EVERY_S", -1.0)
        with pytest.raises(ConnectionError, match="the cluster cannot go on: it has had no worker"):
            collected(pool, JOB)


def test_a_scheduler_that_is_gone_is_said_to_be(fake: FakeClient) -> None:
    with Cluster(NOBODY) as pool:
        pool.submit(JOB)
        fake.there = None  # type: ignore[assignment]
        pool._members.look()
        with pytest.raises(ConnectionError, match="the scheduler is gone: TypeError: "):
            pool.answers(0.0)


def test_a_host_is_kept_replaced_and_let_go(
    tmp_path: Path, scenario_file: Callable[..., Path]
) -> None:
    """It runs users' files from copies, by their own names, though there are none here."""
    file = scenario_file()
    register(file)
    own = tuple((each, file.read_bytes()) for each in SCENARIOS.registered)
    file.unlink()
    job = replace(JOB, target=Target("nowhere/mine.py:Mine"), items=(("two_edges", 0),))
    parcel = Parcel("this", job, PATCH.encode(), 30.0, True, own)
    delivery = deliver(parcel, str(tmp_path))
    (facts,) = delivery.outcomes
    assert {name for name, _ in delivery.lines} == {"worker 1"}
    assert "DEBUG" in {line.level for _, line in delivery.lines}
    assert isinstance(facts, Facts)
    assert [(fact.scenario, len(fact.machine)) for fact in facts.facts] == [("two_edges", 16)]
    (host,) = hosts_of(os.getpid())
    os.kill(host, signal.SIGKILL)
    assert deliver(parcel, str(tmp_path)).outcomes == [facts]
    let_go("this")
    with pytest.raises(ProcessLookupError):
        os.kill(host, 0)
