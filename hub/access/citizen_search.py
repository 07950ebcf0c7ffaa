"""Search as an act: only whom the policy lets the actor find, with a line for the search and one per citizen."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import Field
from sqlalchemy.orm import Session

from hub import metrics, tracing
from hub.access.audit_entry import audit_entry
from hub.access.policy import ENDED_WITHIN_DAYS, PLANNED_WITHIN_DAYS, decide, findable, may
from hub.access.redaction import hidden_in, national_in, redact_identifiers
from hub.access.showing import cut_and_mask_all
from hub.audit.service import write, write_all
from hub.clock import danish_day
from hub.course import repository as course
from hub.digest import all_digests, all_keys, text_digest, unit_digest
from hub.matching.repository import citizen_of
from hub.overview import repository as overviews
from hub.overview.columns import UnitRelation
from schemas.access import (
    AccessFacts,
    AccessRequest,
    Actor,
    AuditAction,
    AuditObject,
    AuditOutcome,
    Basis,
    ObjectKind,
)
from schemas.base import Schema
from schemas.overview import CitizenHeader, IdentityState, Overview
from schemas.search import AccessFilter, AccessScope, FoundBy, HitRelative, SearchHit, SearchPage, SearchQuery
from search.base import SearchIndex, SearchUnavailable
from search.folding import fold, folded_words, marked
from search.similar import is_similar

_BY_NAME = frozenset({"name", "similar_name"})
"""Reasons of a hit that say what the citizen is called."""


class SearchResult(Schema):
    """What came of a search."""

    allowed: bool
    """False: the actor's role does not search for citizens."""
    page: SearchPage
    needs_reason: frozenset[UUID] = frozenset()
    """Citizens found by their whole number alone: opening them asks for a reason."""
    rights: dict[UUID, Basis] = Field(default_factory=dict)
    """With which right each hit could be opened; ``NONE``: only with a reason."""
    without_index: bool = False
    """The index did not answer: only names of the actor's own citizens, or the whole number, were looked for."""
    dropped: int = 0
    """Hits the index gave and the policy refused: the actor's own page, or an index that lags. For the
    operator's figures, never for the page."""


@metrics.search()
@tracing.spanned("search")
def search(  # noqa: PLR0913  the two live context and the clock are keyword-only
    session: Session,
    actor: Actor,
    query: SearchQuery,
    request: AccessRequest,
    *,
    index: SearchIndex,
    digest_key: bytes,
    now: datetime,
    own_unit_only: bool = False,
    typed_digest: str | None = None,
) -> SearchResult:
    """Find citizens.

    Args:
        session: the caller's transaction.
        actor: who searches.
        query: what for; a whole national number in the text is recognised. ``query.access`` is replaced.
        request: why.
        index: finds.
        digest_key: keys the digest of a national number.
        now: the instant; rights must hold on its Danish day.
        own_unit_only: only citizens for whom the actor's unit has an effort; the text may then be empty.
        typed_digest: keyed digest of what was hidden in the text before it came here (``digest_of_hidden``).

    When the index does not answer, names are looked for among the citizens of the actor's teams, and whole numbers in
    the store.

    Raises:
        SearchUnavailable: the index does not answer, and what was asked cannot be answered without it.
    """
    today = danish_day(now)
    digests, words = _typed(query, digest_key)
    typed_digest = typed_digest or digest_of_hidden(query.text, digest_key)
    criterion = _criterion(actor, digests, words, own_unit_only=own_unit_only, typed_digest=typed_digest)
    if not may(actor, AuditAction.SEARCH):
        write(session, audit_entry(actor, AuditAction.SEARCH, AuditOutcome.REFUSED, request, now, **criterion))
        return SearchResult(allowed=False, page=SearchPage())
    scopes = _unit_scopes(actor, digest_key)
    if not own_unit_only:
        scopes = (*course.access_scopes(session, actor, today), *scopes)
    limits = AccessFilter(
        on=today, scopes=scopes, excluded=_own_pages(session, actor), known_identifier=digests is not None
    )
    limited_query = query.model_copy(
        update={
            "text": words,
            "identifier_digests": digests,
            "access": limits,
        }
    )
    without_index = False
    try:
        with tracing.span("index.find"):
            page = index.find(limited_query)
    except SearchUnavailable:
        turned = limited_query.after is not None or limited_query.before is not None
        if own_unit_only or limited_query.narrowed or turned:
            raise
        page, without_index = _search_store(session, actor, limited_query, today), True
    facts = course.access_facts_of(session, actor, [hit.citizen_id for hit in page.hits], today)
    allowed = findable(actor, facts.values(), known_identifier=digests is not None)
    judged = (
        _without_units(hit, facts[hit.citizen_id], limited_query) for hit in page.hits if hit.citizen_id in allowed
    )
    hits = _told_apart(session, actor, [hit for hit in judged if hit is not None], facts, request=request, today=today)
    if digests is not None:
        hits = _told_former(session, hits, digests, digest_key)
    dropped = len(page.hits) - len(hits)
    metrics.hits_dropped(dropped)
    total = max(page.total - dropped, len(hits))
    if words and any(reason.field in _BY_NAME for hit in hits for reason in hit.found_by):
        # Beside the keys of those who were found, the words would say whose keys they are.
        criterion["details"] = {"by": "name", "typed": text_digest(fold(words), digest_key)}
    masked_page = page.model_copy(update={"hits": hits, "total": total, **({} if total else {"facets": {}})})
    write_all(
        session,
        [
            audit_entry(
                actor, AuditAction.SEARCH, AuditOutcome.SHOWN, request, now, result_count=masked_page.total, **criterion
            ),
            *(
                audit_entry(
                    actor,
                    AuditAction.SEARCH,
                    AuditOutcome.SHOWN,
                    request,
                    now,
                    citizen_id=hit.citizen_id,
                    basis=allowed[hit.citizen_id],
                )
                for hit in hits
            ),
        ],
    )
    by_number = frozenset(hit.citizen_id for hit in hits if allowed[hit.citizen_id] is Basis.NONE)
    return SearchResult(
        allowed=True,
        page=masked_page,
        needs_reason=by_number,
        rights=dict(allowed),
        without_index=without_index,
        dropped=dropped,
    )


def _unit_scopes(actor: Actor, digest_key: bytes) -> tuple[AccessScope, ...]:
    """Whom the actor's unit may find: by an effort, within the days the policy gives, and by an open case."""
    if actor.unit_id is None:
        return ()
    own = frozenset({actor.whole_area} if actor.whole_area else ())
    effort, case = (
        frozenset(unit_digest(actor.unit_id, relation, key) for key in all_keys(digest_key))
        for relation in UnitRelation
    )
    return (
        AccessScope(units=effort, areas=own, lead_days=PLANNED_WITHIN_DAYS, tail_days=ENDED_WITHIN_DAYS),
        AccessScope(units=case, areas=own),
    )


def _own_pages(session: Session, actor: Actor) -> frozenset[UUID]:
    """The actor as a citizen: no hit, and in no count either."""
    citizen_id = citizen_of(session, actor.own_identifier_digest) if actor.own_identifier_digest else None
    return frozenset({citizen_id} if citizen_id else ())


def _told_apart(
    session: Session,
    actor: Actor,
    hits: Sequence[SearchHit],
    facts: Mapping[UUID, AccessFacts],
    *,
    request: AccessRequest,
    today: date,
) -> tuple[SearchHit, ...]:
    """The hits with what tells people of one name apart: where they live and whose relatives they are.

    Cut and masked as on a page. Of citizens whom only a reason would open it is name and birth date alone, and that
    the sources disagree on them.
    """
    headers = overviews.headers(session, [hit.citizen_id for hit in hits])
    # A reason is given for one citizen and never for a list.
    plain_request = request.model_copy(update={"override_reason": None})
    decisions = {citizen_id: decide(actor, facts[citizen_id], plain_request) for citizen_id in headers}
    pages = [
        Overview(citizen_id=citizen_id, version=0, header=header, sections=())
        for citizen_id, header in headers.items()
        if decisions[citizen_id].allowed
    ]
    masked = cut_and_mask_all(session, pages, decisions, today, facts=facts)
    return tuple(
        _with_header(
            hit,
            page.header if (page := masked.get(hit.citizen_id)) else None,
            today,
            headers[hit.citizen_id].identity if hit.citizen_id in headers else IdentityState.AGREED,
        )
        for hit in hits
    )


def _with_header(hit: SearchHit, header: CitizenHeader | None, today: date, identity: IdentityState) -> SearchHit:
    hit = hit.model_copy(update={"identity": identity})
    if header is None:
        return hit
    address = header.person.address
    parts = (address.postal_code, address.town) if address and not hit.protected else ()
    relatives = (
        HitRelative(name=relative.name, relation=relative.relation)
        for relative in header.relatives
        if relative.name and relative.valid.contains(today)
    )
    place = " ".join(part for part in parts if part) or None
    return hit.model_copy(update={"place": place, "relatives": tuple(dict.fromkeys(relatives))})


def _told_former(
    session: Session, hits: Sequence[SearchHit], digests: Sequence[str], digest_key: bytes
) -> tuple[SearchHit, ...]:
    """The hits with whether the number that was typed is one that the citizen had before."""
    headers = overviews.headers(session, [hit.citizen_id for hit in hits])
    sought = frozenset(digests)
    former = {
        citizen_id
        for citizen_id, header in headers.items()
        if any(not sought.isdisjoint(all_digests(number, digest_key)) for number in header.former_numbers)
    }
    reason = FoundBy(field="former_identifier", highlight=())
    return tuple(
        hit.model_copy(
            update={"found_by": tuple(reason if each.field == "identifier" else each for each in hit.found_by)}
        )
        if hit.citizen_id in former
        else hit
        for hit in hits
    )


def record_failure(  # noqa: PLR0913  keyword-only from the digest on
    session: Session,
    actor: Actor,
    query: SearchQuery,
    request: AccessRequest,
    *,
    digest_key: bytes,
    now: datetime,
    own_unit_only: bool = False,
    typed_digest: str | None = None,
) -> None:
    """Write that a search failed, in a fresh transaction: the one that failed took its line with it."""
    digests, words = _typed(query, digest_key)
    typed_digest = typed_digest or digest_of_hidden(query.text, digest_key)
    criterion = _criterion(actor, digests, words, own_unit_only=own_unit_only, typed_digest=typed_digest)
    write(session, audit_entry(actor, AuditAction.SEARCH, AuditOutcome.FAILED, request, now, **criterion))


def _typed(query: SearchQuery, digest_key: bytes) -> tuple[tuple[str, ...] | None, str]:
    """The digests of a whole number, or words: mistyped numbers must not reach the log, nor the index's own logs."""
    number = national_in(query.text)
    digests = query.identifier_digests if number is None else all_digests(number, digest_key)
    return digests, "" if digests is not None else redact_identifiers(query.text)


def digest_of_hidden(text: str, digest_key: bytes) -> str | None:
    """Keyed digest of what is hidden of the text, so that the log holds what was typed; None: nothing is hidden."""
    hidden = hidden_in(text)
    return text_digest(hidden, digest_key) if hidden else None


def _criterion(
    actor: Actor, digests: Sequence[str] | None, words: str, *, own_unit_only: bool, typed_digest: str | None
) -> dict[str, Any]:
    """What was searched for, as fields of a line: a digest, words, or the citizens of the own unit."""
    if digests is not None:
        return {"about": AuditObject(kind=ObjectKind.IDENTIFIER, id=digests[0])}
    fields: dict[str, Any] = {"details": {"text": words}} if words else {}
    if words and typed_digest is not None:
        fields["details"]["typed"] = typed_digest
    if own_unit_only and actor.unit_id is not None:
        fields["about"] = AuditObject(kind=ObjectKind.UNIT, id=actor.unit_id)
    return fields


def _search_store(session: Session, actor: Actor, query: SearchQuery, today: date) -> SearchPage:
    """What the store can answer by itself; whom of these the actor may find is judged as with any hit."""
    if query.identifier_digests is not None:
        citizen_id = citizen_of(session, *query.identifier_digests)
        current = overviews.current(session, [citizen_id] if citizen_id else [])
        hits = [
            SearchHit(
                citizen_id=overview.citizen_id,
                name=overview.header.display_name or "",
                birth_date=overview.header.person.birth_date,
                protected=overview.header.person.name_address_protected,
                found_by=(FoundBy(field="identifier", highlight=()),),
            )
            for _, overview in current.values()
            if overview is not None
        ]
        return SearchPage(hits=tuple(hits), total=len(hits))
    starts = folded_words(query.text)

    def is_match(word: str) -> bool:
        folded = fold(word)
        return any(folded.startswith(start) or is_similar(start, folded) for start in starts)

    matching = [
        SearchHit(
            citizen_id=citizen.citizen_id,
            name=citizen.name,
            birth_date=citizen.birth_date,
            protected=citizen.protected,
            found_by=(FoundBy(field="name", highlight=marked(citizen.name, is_match)),),
        )
        for citizen in course.my_citizens(session, actor, today)
        if citizen.name
        and starts
        and all(
            any(word.startswith(start) or is_similar(start, word) for word in folded_words(citizen.name))
            for start in starts
        )
    ]
    return SearchPage(hits=tuple(matching), total=len(matching))


def _without_units(hit: SearchHit, facts: AccessFacts, query: SearchQuery) -> SearchHit | None:
    """A guarded citizen's hit without units; None if a unit alone is why it was found.

    The index names no unit of a guarded citizen, but it learns late that a citizen has come to live with one.
    """
    if not facts.name_address_protected:
        return hit
    other_reasons = tuple(reason for reason in hit.found_by if reason.field != "unit")
    if query.units or (hit.found_by and not other_reasons):
        return None
    return hit.model_copy(update={"found_by": other_reasons, "protected": True})
