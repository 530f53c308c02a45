# SPDX-License-Identifier: GPL-2.0-only
"""Records as nights leave them, short to write down."""

from dataclasses import replace
from pathlib import Path

from stress.history import (
    Edge,
    FindingRecord,
    History,
    NightRecord,
    Replayed,
    Sighting,
    TargetRecord,
    finding_id,
)

MODEL, TARGET = "0123456789ab", "linux-6.12"
AS_WHOLE = (1, 1)


def name_of(number: int, machine: str = "a") -> str:
    """Return the name of a night; a machine is one hexadecimal digit."""
    return f"night-{number:04}-{machine * 8}"


def at_of(number: int) -> str:
    return f"2026-{1 + number // 28:02}-{1 + number % 28:02}T22:00:00+00:00"


def sighting(number: int, machine: str = "a", **more: object) -> Sighting:
    seen = Sighting(
        night=name_of(number, machine), at=at_of(number), model=MODEL, source="", seed=7,
        scenario="many_interrupts", execution=10 + number, strategy="pct",
        token=f"vs2-found-{number}{machine}", count=3, executions=1000, to_find=40,
    )  # fmt: skip
    return replace(seen, **more)  # type: ignore[arg-type]


def replayed(number: int, outcome: str, machine: str = "a") -> Replayed:
    return Replayed(name_of(number, machine), at_of(number), MODEL, "", outcome)


def finding(
    *seen: int | Sighting,
    replays: tuple[Replayed, ...] = (),
    identity: str = "lost",
    **more: object,
) -> FindingRecord:
    """Return a finding that was seen in these nights."""
    record = FindingRecord(
        id=finding_id(TARGET, identity), target=TARGET, identity=identity, symptom="I9 lost edge",
        kind="I9 lost edge", message="it is gone", races=False, token="vs2-simplest", others=[],
        confirmed=(10, 10), mended_by=["vgic_queue_irq_unlock"], fails_on=[TARGET], passes_on=[],
        trailers=[], sightings=[sighting(at) if isinstance(at, int) else at for at in seen],
        replays=list(replays),
    )  # fmt: skip
    return replace(record, **more)  # type: ignore[arg-type]


def night(number: int, machine: str = "a", **more: object) -> NightRecord:
    record = NightRecord(
        night=name_of(number, machine), begun=at_of(number), ended=at_of(number), seconds=3.5,
        version="0.2.0", python="3.11.7", platform="Linux-x86_64", commit="", resumed=0,
        troubles=[], interrupted=False, seed=7, model=MODEL, shard=AS_WHOLE, asked=1000,
        duration_s=None, targets=[target()], found=[], replayed={}, explored=[], edges=[],
        canaries=[], bugs=[], verdict="SUCCESS", exit=0,
    )  # fmt: skip
    return replace(record, **more)  # type: ignore[arg-type]


def target(**more: object) -> TargetRecord:
    record = TargetRecord(
        target=TARGET, source="", executions=1000, looked=100, distinct=50, cells=[], arms=[],
        windows=[], lost=[], faults=[], reasons=[],
    )  # fmt: skip
    return replace(record, **more)  # type: ignore[arg-type]


def edge(before: str, after: str, token: str = "vs2-edge", **more: object) -> Edge:
    record = Edge(TARGET, "", before, after, "vcpu0", "vgic_queue_irq_unlock", token)
    return replace(record, **more)  # type: ignore[arg-type]


def filed(folder: Path, *records: FindingRecord | NightRecord) -> Path:
    """Write records into the folder of a history, and return it."""
    with History.open(folder) as history:
        for record in records:
            if isinstance(record, NightRecord):
                history.night_ended(record)
            else:
                history.file(record, folder / "findings" / f"finding-{record.id}")
    return folder
