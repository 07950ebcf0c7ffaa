"""The night in which all four sources bring what is new, while the worker is killed again and again.

After the first load the sandbox's clock goes on by a night at a time: the school delivers its set, the job centre sends
events, the social and the health system hold what changed. A worker is killed at random moments of the reading. In the
end each statement in the store must be the one that its source makes then: none missing, none left over, none old.
"""

import json
import random
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event
from time import monotonic

from sqlalchemy import text

from deploy.sandbox.fagsystemer import fhir_resources, odata_rows, star_rows
from deploy.sandbox.fagsystemer.process import ask, control, subscribe
from deploy.sandbox.fagsystemer.school_drop import write_night
from deploy.sandbox.municipality.generate import generate
from hub.context import AppContext
from hub.indexing.comparison import compare
from schemas.base import Schema
from schemas.record import SourceRecord
from tests.chaos.harness import count_entities, is_at_rest, parts_of, wait_until
from tests.chaos.stage import DAY, Stage, staged
from tests.fagsystemer import read_records

LONGEST_LIFE = 10.0
"""Seconds that a worker lives at most before it is killed; it needs two or three to begin."""
_GO_WITH_THE_LISTING = ("employment/Citizen.caseworker/", "employment/Citizen.targetGroup/")
READINGS = 3
"""So many complete readings of each stream after the last night: two prove that something is gone."""
_LIVE = text("""
    SELECT document FROM records WHERE is_current AND NOT deleted
""")
_READINGS = text("""
    SELECT min(readings) FROM (SELECT count(*) FILTER (WHERE outcome = 'complete' AND started_at > :since) AS readings
    FROM source_runs GROUP BY source, stream) s
""")


class NightlyReport(Schema):
    """What the nights brought, and what differs from the truth afterwards."""

    seed: int
    citizens: int
    kills: int
    nights: int
    rows: dict[str, int]
    """Rows of the first of these nights, by source."""
    changed: int
    """Statements that differ from those of the first load."""
    statements: dict[str, int]
    """What the sources say in the end, by source: as many as the store holds, when nothing is lost."""
    lost: list[str]
    """Entities of the sources without a statement in the store."""
    invented: list[str]
    """Entities with a statement in the store that no source has."""
    old: list[str]
    """Entities of which the store holds another statement than the source."""
    differing: int
    """Citizens whose version differs between index and store."""
    parked: int
    """Records in quarantine because storing failed."""
    undelivered: int
    """Events that the job centre still holds, or the inbox."""
    tracebacks: int
    seconds: float

    @property
    def is_whole(self) -> bool:
        """The store says what the sources say, and the index what the store says."""
        faults = (self.differing, self.parked, self.undelivered, self.tracebacks)
        return not (self.lost or self.invented or self.old or any(faults))


def run_nights(
    *, kills: int, citizens: int, seed: int, progress: Callable[[int, str], None] = lambda _number, _words: None
) -> NightlyReport:
    """Load everything once in peace; then kill a worker so many times while nights are read, and compare.

    Raises:
        ServiceMissing: Kafka or OpenSearch cannot be had here.
        AssertionError: it got stuck.
    """
    chance = random.Random(seed)  # noqa: S311  moments to fail at, not secrets
    began = monotonic()
    with staged(citizens=citizens, seed=seed, brokers=1, nodes=1, webs=0, repair_every="1s") as stage:
        context = parts_of(stage)
        for process in (stage.listener, *stage.workers):
            process.start()
        subscribe(stage.sources, f"https://127.0.0.1:{stage.listener.port}")
        first = statements(read_records(stage.sources))
        wait_until(lambda: _is_loaded(stage, context, len(first)), lambda: count_entities(stage))
        nights, night_began = 0, datetime.now(UTC)
        for number in range(kills):
            if not nights or _is_read(stage, context, night_began, readings=1):
                nights, night_began = nights + 1, datetime.now(UTC)
                control(stage.sources, "POST", "clock", {"day": (DAY + timedelta(days=nights)).isoformat()})
            Event().wait(chance.random() * LONGEST_LIFE)
            worker = chance.choice(stage.workers)
            worker.kill()
            worker.start()
            progress(number + 1, f"night {nights}")
        last = datetime.now(UTC)
        wait_until(lambda: _is_read(stage, context, last, readings=READINGS))
        wait_until(lambda: not compare(context.database, context.index).differences)
        report = _report(stage, context, first)
        context.close()
    return report.model_copy(
        update={
            "seed": seed, "citizens": stage.sources.citizens, "kills": kills, "nights": nights,
            "rows": rows_of_night(citizens, seed, DAY + timedelta(days=1)),
            "seconds": round(monotonic() - began, 1),
        }
    )  # fmt: skip


def _is_loaded(stage: Stage, context: AppContext, whole: int) -> bool:
    """Whether the first load came to rest; nobody killed a worker yet, so one that ended refuses what it was told."""
    ended = [worker.last_words() for worker in stage.workers if not worker.is_running]
    assert not ended, ended
    return is_at_rest(context, whole)


def _is_read(stage: Stage, context: AppContext, since: datetime, *, readings: int) -> bool:
    """Whether every stream was read so often since then, and nothing is on its way any more."""
    with stage.database.transaction() as session:
        finished = session.scalar(_READINGS, {"since": since}) or 0
    return finished >= readings and not _undelivered(stage) and is_at_rest(context, 0)


def _undelivered(stage: Stage) -> int:
    """Events that the job centre still holds, or the inbox."""
    held: int = ask(stage.sources, "GET", "_webhook")["waiting"]
    with stage.database.transaction() as session:
        return held + (session.scalar(text("SELECT count(*) FROM inbox_events WHERE body IS NOT NULL")) or 0)


def rows_of_night(citizens: int, seed: int, day: date) -> dict[str, int]:
    """How many rows each source has for its reader on that morning; the health system only those that changed."""
    truth, before = generate(citizens, seed, day), generate(citizens, seed, day - timedelta(days=1))
    social, employment = odata_rows.rows(truth), star_rows.rows(truth)
    known = {resource["id"]: resource for resource in fhir_resources.resources(before)}
    with TemporaryDirectory() as folder:
        write_night(truth, Path(folder), first=False)
        files = [path.read_bytes() for path in Path(folder).rglob("*") if path.suffix in {".csv", ".txt", ".xml"}]
    return {
        "school": sum(content.count(b"\n") + content.count(b"<InstitutionPerson>") for content in files),
        "social": len(social.cases) + len(social.efforts) + sum(map(len, social.activities.values())),
        "employment": len(employment.citizens) + sum(map(len, employment.entities.values())),
        "health": sum(known.get(resource["id"]) != resource for resource in fhir_resources.resources(truth)),
    }


def statements(records: Iterable[SourceRecord]) -> dict[str, str]:
    """What the sources say of each entity, and of whom: the last record of it.

    Of a citizen the number counts: an event's look-up knows no name and no local id, the search does.
    """
    said: dict[str, str] = {}
    for record in records:
        content = record.model_dump(mode="json", include={"fact", "valid"})
        numbers = [number.value for party in record.parties for number in party.identifiers if number.is_national]
        said[record.entity] = json.dumps([content, sorted(numbers)], sort_keys=True)
        if record.deleted:
            del said[record.entity]
    return said


def still_said(first: dict[str, str], last: dict[str, str]) -> dict[str, str]:
    """What the sources say, and what they said of citizens who have left the job centre's list since.

    Nobody withdraws that: the services' entities of such a citizen stay, with the citizen; case workers and target
    group go.
    """
    left = {_number(said) for entity, said in first.items() if _is_listing(entity) and entity not in last}
    kept = {
        entity: said
        for entity, said in first.items()
        if entity.startswith("employment/") and not entity.startswith(_GO_WITH_THE_LISTING) and _number(said) in left
    }
    return {**kept, **last}


def _number(said: str) -> str:
    numbers: list[str] = json.loads(said)[1]
    return numbers[0]


def _is_listing(entity: str) -> bool:
    return entity.startswith("employment/Citizen/")


def _report(stage: Stage, context: AppContext, first: dict[str, str]) -> NightlyReport:
    said = still_said(first, statements(read_records(stage.sources)))
    with stage.database.transaction() as session:
        stored = statements(SourceRecord.model_validate(document) for document in session.scalars(_LIVE))
        parked = session.scalar(text("SELECT count(*) FROM quarantine_entries WHERE rule = 'not_processed'")) or 0
    logs = [process.log.read_text(encoding="utf-8") for process in (*stage.workers, stage.listener)]
    return NightlyReport(
        seed=0,
        citizens=0,
        kills=0,
        nights=0,
        rows={},
        changed=sum(first.get(entity) != words for entity, words in said.items()) + len(first.keys() - said.keys()),
        statements=dict(Counter(entity.partition("/")[0] for entity in said)),
        lost=sorted(said.keys() - stored.keys()),
        invented=sorted(stored.keys() - said.keys()),
        old=sorted(entity for entity in said.keys() & stored.keys() if said[entity] != stored[entity]),
        differing=len(compare(context.database, context.index).differences),
        parked=parked,
        undelivered=_undelivered(stage),
        tracebacks=sum(log.count("Traceback") for log in logs),
        seconds=0,
    )
