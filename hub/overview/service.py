"""Build, store and read overviews."""

import hashlib
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from hub.clock import danish_day
from hub.db import Database
from hub.driver import Answer
from hub.matching.decision_repository import settled_as_one_person
from hub.matching.repository import (
    ask_citizens_with_news,
    linked_records,
    linked_records_held,
    linked_records_then,
    numbers_of,
)
from hub.overview import repository
from hub.overview.builder import build
from hub.overview.changes import Change, ChangeKind, changes, says_when
from hub.overview.contested import mark_contested, statements_of
from hub.overview.notable_changes import notable_changes
from hub.overview.point_in_time import with_states
from hub.overview.repository import NewOverview
from hub.rights.contest_repository import end_corrected, marked_of
from hub.sources.repository import source_areas
from schemas.alert import NotableChange
from schemas.overview import Overview

_HEAD = re.compile(r'{"citizen_id":"[^"]*","version":\d+')
_OBSERVED_AT = re.compile(r'"observed_at":"[^"]*"')
"""Every time of observation. No text can match: its quotation marks are escaped."""


class OverviewVersion(NamedTuple):
    """A new version of a citizen's overview."""

    citizen_id: UUID
    version: int
    removed: bool
    """No record is about the citizen any more, so there is no overview."""
    previous: int | None = None
    """The version before, to which ``changes`` compare; None: there was none, or nothing is compared."""
    changes: tuple[NotableChange, ...] = ()
    """The kinds of change since then."""


class Rebuilt(NamedTuple):
    """What came of building overviews."""

    versions: tuple[OverviewVersion, ...] = ()
    concerned: tuple[OverviewVersion, ...] = ()
    """Others of whom the index may now hold more or less: protection came to, or left, somebody their pages name."""


class Preparing(NamedTuple):
    """How search documents are made of overviews, beside which they are kept."""

    shape: str
    """What they are like; one of another shape is made anew when it is needed."""
    make: Callable[[Overview], str | None]


def rebuild(
    session: Session, citizen_ids: Collection[UUID], *, now: datetime, preparing: Preparing | None = None
) -> Rebuilt:
    """Build the overviews of these citizens from their records; returns the new versions, for the outbox.

    *preparing* makes what is kept beside each for the search index. Without it that is made when it is sent.

    The rows are locked before the records are read, so a second worker sees what the first committed,
    and versions grow one by one with any number of workers.
    """
    if not citizen_ids:
        return Rebuilt()
    states = repository.lock(session, citizen_ids)
    linked, numbers = linked_records(session, sorted(states)), numbers_of(session, sorted(states))
    areas = source_areas(session)
    settled = settled_as_one_person(session, sorted(states))
    pages = {
        citizen_id: build(
            citizen_id, linked.get(citizen_id, ()), areas=areas, numbers=numbers[citizen_id],
            version=state.version + 1, settled_at=settled.get(citizen_id),
        )
        for citizen_id, state in states.items()
    }  # fmt: skip
    contests = marked_of(session, frozenset[UUID]().union(*(page.people for page in pages.values())))
    corrected: list[int] = []
    new: list[NewOverview] = []
    for citizen_id, state in states.items():
        built, over = mark_contested(pages[citizen_id], contests, linked.get(citizen_id, ()))
        corrected.extend(over)
        overview = built if _has_content(built) else None
        document = overview.model_dump_json(exclude_none=True) if overview else ""
        digest = content_digest(document) if overview else ""
        if digest != state.digest:
            prepared = preparing.make(overview) if preparing and overview else None
            new.append(NewOverview(citizen_id, state.version + 1, digest, overview, document, prepared))
    end_corrected(session, corrected, now)
    today = danish_day(now)
    known = [each.citizen_id for each in new if states[each.citizen_id].version]
    earlier = repository.current(session, known) if known else {}
    before = repository.guarded(session, known, today)
    left = _named_by(session, before)
    repository.write(session, new, now, preparing.shape if preparing else "")
    after = repository.guarded(session, [each.citizen_id for each in new], today)
    now_named = _named_by(session, after)
    changed = (before ^ after) | {key for key in before & after if left.get(key) != now_named.get(key)}
    versions = tuple(_version(each, earlier.get(each.citizen_id), today) for each in new)
    if not changed:
        return Rebuilt(versions)
    # Whoever lives with them is guarded as well, and stands on the pages of others again.
    named = left, now_named, _named_by(session, before - after)
    near = frozenset[UUID]().union(*(page.get(key, frozenset()) for page in named for key in changed))
    around = near.union(*_named_by(session, near).values())
    stored = repository.stored(session, around - {each.citizen_id for each in new})
    concerned = sorted(key for key, overview in stored.items() if overview.document is not None)
    return Rebuilt(versions, tuple(OverviewVersion(key, stored[key].version, removed=False) for key in concerned))


def _version(new: NewOverview, earlier: tuple[int, Overview | None] | None, on: date) -> OverviewVersion:
    previous, before = earlier or (None, None)
    news = notable_changes(before, new.overview, on) if new.overview else ()
    return OverviewVersion(new.citizen_id, new.version, new.overview is None, previous, news)


def _named_by(session: Session, citizen_ids: Collection[UUID]) -> dict[UUID, frozenset[UUID]]:
    """Whom the stored pages of these citizens speak of."""
    if not citizen_ids:
        return {}
    pages = repository.current(session, citizen_ids)
    return {citizen_id: overview.people for citizen_id, (_, overview) in pages.items() if overview is not None}


def mark_due(
    session: Session, citizen_ids: Collection[UUID], *, since: datetime, failed_since: datetime | None = None
) -> None:
    """Mark the overviews of these citizens as due to be built; in the transaction that changed their records.

    *failed_since*: since when building them has failed. An earlier instant that is noted already stays.
    """
    repository.mark_due(session, citizen_ids, since, failed_since)


def take_due(session: Session, *, until: datetime, limit: int) -> dict[UUID, datetime | None]:
    """Take citizens that have been due since *until* or longer, to be rebuilt in the same transaction.

    With each comes since when its overview could not be built, to be noted again if it fails once more.
    """
    return repository.take_due(session, until, limit)


def is_anything_due(database: Database, until: datetime) -> bool:
    """Whether there is a citizen to take; one statement in no transaction, for who has nothing to do."""
    return repository.is_anything_due(database, until)


def read(session: Session, citizen_id: UUID, as_known: datetime | None = None) -> Overview | None:
    """The overview as it is, or as it would have been at *as_known*; None when there is (or was) nothing.

    Args:
        session: within the caller's transaction.
        citizen_id: whose.
        as_known: an earlier instant (registered time). The version is then that of today.
    """
    version, overview = repository.current(session, [citizen_id]).get(citizen_id, (0, None))
    if as_known is None:
        return overview
    linked = linked_records(session, [citizen_id], as_known).get(citizen_id, ())
    numbers = numbers_of(session, [citizen_id])[citizen_id]
    areas, settled = source_areas(session), settled_as_one_person(session, [citizen_id])
    built = build(
        citizen_id,
        linked,
        areas=areas,
        numbers=numbers,
        version=version,
        as_known=as_known,
        settled_at=settled.get(citizen_id),
    )
    return built if _has_content(built) else None


def read_hidden(session: Session, citizen_id: UUID) -> Overview | None:
    """What the overview would say of a citizen whose processing is restricted: for the DPO, and never stored."""
    linked = linked_records(session, [citizen_id], with_restricted=True)[citizen_id]
    numbers = numbers_of(session, [citizen_id])[citizen_id]
    built = build(citizen_id, linked, areas=source_areas(session), numbers=numbers)
    return built if _has_content(built) else None


def statement_of(session: Session, citizen_id: UUID, entity: str) -> str | None:
    """Digest of what the source says of that line of the citizen's page now; None: it says nothing of it."""
    return statements_of(linked_records(session, [citizen_id])[citizen_id]).get(entity)


def read_seen(
    session: Session, moments: Mapping[UUID, datetime], news: Mapping[UUID, bool] = MappingProxyType({})
) -> dict[UUID, Overview]:
    """What could be seen of each citizen at the moment given for it; where nothing was there it is left out.

    What a source registered earlier and sent later is new to whoever looked in between. If the hub had received
    nothing by then, since it was filled later than the look, what was registered by then stands for it. As many
    statements for many citizens as for one. It has no version, for it may never have been a page.

    Args:
        session: within the caller's transaction.
        moments: for each citizen.
        news: what ``ask_with_news`` gave of them; of whom it says that nothing was received, nothing is looked for.
    """
    if not moments:
        return {}
    received = {citizen_id: moment for citizen_id, moment in moments.items() if news.get(citizen_id, True)}
    held = linked_records_held(session, received) if received else {}
    filled_later = {citizen_id: moment for citizen_id, moment in moments.items() if not held.get(citizen_id)}
    registered = linked_records_then(session, filled_later) if filled_later else {}
    current = repository.current(session, filled_later) if filled_later else {}
    # Whether a person decided that it is one person is not asked: no change and no cut tells it.
    numbers, areas = numbers_of(session, moments.keys()), source_areas(session)
    seen = {}
    for citizen_id, moment in moments.items():
        _, present = current.get(citizen_id, (0, None))
        built = build(
            citizen_id,
            registered[citizen_id] if citizen_id in filled_later else held[citizen_id],
            areas=areas,
            numbers=numbers[citizen_id],
            as_known=moment if citizen_id in filled_later else None,
        )
        if _has_content(built):
            seen[citizen_id] = _with_undated(built, present) if present else built
    return seen


def ask_with_news(session: Session, moments: Mapping[UUID, datetime]) -> Answer[dict[UUID, bool]]:
    """The citizens about whom anything was received since the moment given for each; whether anything was by then."""
    return ask_citizens_with_news(session, moments)


def changed(session: Session, before: Overview, now: Overview, on: date) -> tuple[Change, ...]:
    """What changed since *before*, an earlier ``read``, newest registration first."""
    return changed_all(session, [(before, now)], on)[now.citizen_id]


def changed_all(
    session: Session, pairs: Sequence[tuple[Overview, Overview]], on: date
) -> dict[UUID, tuple[Change, ...]]:
    """The same of several citizens, in one statement.

    *before* was built from the records of this moment, *now* perhaps not yet. Until it is, what it lacks is not gone.
    """
    all_changes = {now.citizen_id: changes(with_states(before, on), with_states(now, on), on) for before, now in pairs}
    versions = {
        now.citizen_id: now.version
        for _, now in pairs
        if any(change.kind is ChangeKind.GONE for change in all_changes[now.citizen_id])
    }
    unsettled = versions.keys() - repository.settled_among(session, versions)
    return {
        citizen_id: tuple(each for each in of_citizen if each.kind is not ChangeKind.GONE)
        if citizen_id in unsettled
        else of_citizen
        for citizen_id, of_citizen in all_changes.items()
    }


def _with_undated(earlier: Overview, current: Overview) -> Overview:
    """The earlier overview with what is told now and says nothing of when: nobody can say that it was not so then."""
    earlier_ids = {entry.id for entry in earlier.entries()}
    undated = [entry for entry in current.entries() if not says_when(entry) and entry.id not in earlier_ids]
    sections = tuple(
        section.model_copy(
            update={"entries": (*section.entries, *(entry for entry in undated if entry.area is section.area))}
        )
        for section in earlier.sections
    )
    return earlier.model_copy(update={"sections": sections})


def content_digest(document: str) -> str:
    """SHA-256 over the content of an overview; reading a source again without changes leaves it the same.

    Args:
        document: the overview as JSON, as Pydantic writes it.
    """
    head = _HEAD.match(document)
    content = document[head.end() :] if head else document
    return hashlib.sha256(_OBSERVED_AT.sub("", content).encode()).hexdigest()


def _has_content(overview: Overview) -> bool:
    return bool(overview.header.identifiers or overview.entries())
