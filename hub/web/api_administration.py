"""The JSON twins of what an administrator decides: the same functions, the same lines in the log."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import Field

from hub.errors import SourceNotFound, UnknownPage
from hub.jobs.job import Job
from hub.jobs.repository import get_job
from hub.quarantine.rules import QuarantineGroup
from hub.sources.definitions import HeldDeletion
from hub.sources.held_repository import list_held
from hub.web.api import LOGGED_IN, PROBLEM
from hub.web.held_deletions.present import entry_version
from hub.web.held_deletions.routes import HELD_DELETIONS, HeldDecision, decide_held
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
        found = get_job(context.session, job_id)
        if found is None:
            raise UnknownPage
        return found


def _held(entries: Sequence[HeldDeletion]) -> tuple[HeldDeletionAnswer, ...]:
    return tuple(HeldDeletionAnswer(entry=entry, seen=entry_version(entry)) for entry in entries)
