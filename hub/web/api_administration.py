"""The JSON twins of what an administrator decides: the same functions, the same lines in the log."""

from collections.abc import Sequence
from typing import Annotated, Any, Self
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import Field, model_validator

from hub.access.identity_acts import ConflictDetails, IdentityQueue
from hub.errors import SourceNotFound, UnknownPage
from hub.indexing.repository import SourceComparison
from hub.jobs.job import Job, JobKind
from hub.jobs.repository import get_job
from hub.matching.decision_repository import DecisionState
from hub.quarantine.rules import QuarantineGroup
from hub.sources.definitions import HeldDeletion
from hub.sources.held_repository import list_held
from hub.web.api import LOGGED_IN, PROBLEM
from hub.web.held_deletions.present import entry_version
from hub.web.held_deletions.routes import HELD_DELETIONS, HeldDecision, decide_held
from hub.web.identity.routes import IDENTITY, Act, decide_identity, read_conflict, read_queue
from hub.web.index.routes import INDEX, read_comparisons, request_index_work
from hub.web.quarantine.routes import QUARANTINE, FaultKey, read_groups, request_replay
from hub.web.shell.form_token import require_header_token
from hub.web.shell.request_context import open_request
from schemas.access import AuditAction
from schemas.base import Schema

router = APIRouter(prefix="/api", responses=LOGGED_IN)
CHANGED: dict[int | str, dict[str, Any]] = {
    409: {"description": "Nothing was done: what was decided about has changed.", **PROBLEM}
}
UNKNOWN: dict[int | str, dict[str, Any]] = {404: {"description": "There is no such job.", **PROBLEM}}
Number = Annotated[int, Path(ge=1, le=2**63 - 1)]
RowNumber = Annotated[int, Field(ge=1, le=2**63 - 1)]


class HeldDeletionAnswer(Schema):
    """Deletions that wait, or were decided and are not over."""

    entry: HeldDeletion
    seen: str
    """Version of the entry; a decision must name it."""


class HeldDecisionAsk(Schema):
    """What is decided about held deletions, and why."""

    decision: HeldDecision
    reason: str = Field(max_length=500)
    seen: str = Field(max_length=50)
    """Version of the entry that the person saw."""


class FaultAnswer(Schema):
    """Open entries with the same fault."""

    key: str
    """Names the fault."""
    fault: QuarantineGroup


class IdentityAsk(Schema):
    """One decision on who is who; exactly one of the first seven is given."""

    link: RowNumber | None = None
    """Number of a conflict: it is one person, or ``other``."""
    apart: RowNumber | None = None
    """Number of a conflict of which ``record`` is about somebody else."""
    merge: UUID | None = None
    """The citizen who is ``other``."""
    keep_apart: UUID | None = None
    """The citizen who is not ``other``."""
    unmerge: UUID | None = None
    confirm: RowNumber | None = None
    """Number of a decision."""
    withdraw: RowNumber | None = None
    """Number of a decision."""
    other: UUID | None = None
    record: str = Field(default="", max_length=40)
    reason: str = Field(default="", max_length=500)

    @model_validator(mode="after")
    def _is_one_decision(self) -> Self:
        acts = (self.link, self.apart, self.merge, self.keep_apart, self.unmerge, self.confirm, self.withdraw)
        if sum(act is not None for act in acts) != 1:
            msg = "give exactly one of link, apart, merge, keep_apart, unmerge, confirm and withdraw"
            raise ValueError(msg)
        if self.other is None and (self.merge is not None or self.keep_apart is not None):
            msg = "give other"
            raise ValueError(msg)
        return self

    def chosen(self) -> tuple[AuditAction, Act]:  # noqa: PLR0911  one for each decision
        """What the policy is asked, and what is done."""
        other = self.other
        if self.link is not None:
            conflict = self.link
            return AuditAction.LINK_IDENTITY, lambda desk: desk.link(conflict, other)
        if self.apart is not None:
            conflict = self.apart
            return AuditAction.KEEP_APART, lambda desk: desk.keep_record_apart(conflict, self.record)
        if self.merge is not None and other is not None:
            citizen = self.merge
            return AuditAction.MERGE_CITIZENS, lambda desk: desk.merge(citizen, other)
        if self.keep_apart is not None and other is not None:
            citizen = self.keep_apart
            return AuditAction.KEEP_APART, lambda desk: desk.keep_citizens_apart(citizen, other)
        if self.unmerge is not None:
            citizen = self.unmerge
            return AuditAction.UNMERGE_CITIZENS, lambda desk: desk.unmerge(citizen)
        if self.confirm is not None:
            decision = self.confirm
            return AuditAction.CONFIRM_MERGE, lambda desk: desk.confirm(decision)
        decision = self.withdraw or 0
        return AuditAction.WITHDRAW_DECISION, lambda desk: desk.withdraw(decision)


class IdentityAnswer(Schema):
    """What came of a decision on who is who."""

    state: DecisionState
    decisions: tuple[int, ...]
    is_new: bool
    """False: it was so already."""
    still_joined: bool
    """A merge was taken back, and the sources say by themselves that both are one person."""


@router.get("/tilbageholdt", summary="Deletions that wait for a person")
def held_deletions(
    request: Request, kilde: Annotated[str | None, Query(max_length=50)] = None
) -> tuple[HeldDeletionAnswer, ...]:
    """What is missing, of one source or of all, the longest held first."""
    with open_request(request, HELD_DELETIONS) as context:
        context.record(AuditAction.READ_SOURCES)
        if kilde is not None and kilde not in context.known_sources:
            raise SourceNotFound
        return _held(list_held(context.session, kilde))


@router.post(
    "/tilbageholdt/{entry_id}",
    summary="Release or refuse held deletions",
    dependencies=[Depends(require_header_token)],
    responses=CHANGED,
)
def decide_held_deletions(request: Request, entry_id: Number, ask: HeldDecisionAsk) -> tuple[HeldDeletionAnswer, ...]:
    """The entries that were decided: this one, and those that follow it. The source is read again at once."""
    with open_request(request, HELD_DELETIONS) as context:
        return _held(decide_held(context, entry_id, ask.decision, ask.reason, ask.seen))


@router.get("/karantaene", summary="What could not be read, by fault")
def quarantine(request: Request) -> tuple[FaultAnswer, ...]:
    """Every fault with its key, the largest first; values are masked."""
    with open_request(request, QUARANTINE) as context:
        return tuple(FaultAnswer(key=group.key, fault=group) for group in read_groups(context))


@router.post(
    "/karantaene/fejl/{key}/proev",
    summary="Try all rows with a fault again",
    dependencies=[Depends(require_header_token)],
    responses=CHANGED,
)
def replay_fault(request: Request, key: FaultKey) -> Job:
    """The job that a worker does; while it is unfinished the same is given again."""
    with open_request(request, QUARANTINE) as context:
        return request_replay(context, key)


@router.post(
    "/karantaene/{entry_id}/proev",
    summary="Try one row again",
    dependencies=[Depends(require_header_token)],
    responses=CHANGED,
)
def replay_entry(request: Request, entry_id: Number) -> Job:
    """As for a fault."""
    with open_request(request, QUARANTINE) as context:
        return request_replay(context, entry_id)


@router.get("/opgaver/{job_id}", summary="How far a job has come, and what came of it", responses=UNKNOWN)
def job(request: Request, job_id: Number) -> Job:
    """A replay, a repair of the index, or a reindex."""
    with open_request(request, QUARANTINE) as context:
        stored_job = get_job(context.session, job_id)
        if stored_job is None:
            raise UnknownPage
        return stored_job


@router.get("/indeks", summary="What database and search have, by source")
def index(request: Request) -> tuple[SourceComparison, ...]:
    """The latest comparison; the empty name stands for all sources together."""
    with open_request(request, INDEX) as context:
        return tuple(read_comparisons(context).values())


@router.post("/indeks/ret-op", summary="Repair the search", dependencies=[Depends(require_header_token)])
def repair_index(request: Request) -> Job:
    """Write to the search what differs from the database; the job that a worker does."""
    with open_request(request, INDEX) as context:
        return request_index_work(context, JobKind.INDEX_REPAIR)


@router.post("/indeks/byg", summary="Build the search anew", dependencies=[Depends(require_header_token)])
def rebuild_index(request: Request) -> Job:
    """Build it beside the one that serves; the job that a worker does."""
    with open_request(request, INDEX) as context:
        return request_index_work(context, JobKind.REINDEX)


@router.get("/identitet", summary="What waits for a decision on who is who")
def identity_queue(request: Request, efter: Annotated[int, Query(ge=0, le=2**63 - 1)] = 0) -> IdentityQueue:
    """Contradictions after that number, fifty at a time, and merges that wait for a second person; masked."""
    with open_request(request, IDENTITY) as context:
        return read_queue(context, efter)


@router.get("/identitet/{conflict_id}", summary="One contradiction, side by side", responses=UNKNOWN)
def identity_conflict(request: Request, conflict_id: Number) -> ConflictDetails:
    """The claims that make it, masked."""
    with open_request(request, IDENTITY) as context:
        return read_conflict(context, conflict_id)


@router.post(
    "/identitet/afgoer",
    summary="Decide who is who",
    dependencies=[Depends(require_header_token)],
    responses=CHANGED,
)
def decide_who_is_who(request: Request, ask: IdentityAsk) -> IdentityAnswer:
    """Link, keep apart, merge, confirm, unmerge or withdraw; each but a confirmation with a reason."""
    action, act = ask.chosen()
    reason = None if action is AuditAction.CONFIRM_MERGE else ask.reason
    result = decide_identity(request, action, act, reason)
    return IdentityAnswer(
        state=result.state, decisions=result.decision_ids, is_new=result.is_new, still_joined=result.still_joined
    )


def _held(entries: Sequence[HeldDeletion]) -> tuple[HeldDeletionAnswer, ...]:
    return tuple(HeldDeletionAnswer(entry=entry, seen=entry_version(entry)) for entry in entries)
