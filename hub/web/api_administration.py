"""The JSON twins of what an administrator decides: the same functions, the same lines in the log."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import Field

from hub.errors import SourceNotFound
from hub.sources.definitions import HeldDeletion
from hub.sources.held_repository import list_held
from hub.web.api import LOGGED_IN, PROBLEM
from hub.web.held_deletions.present import entry_version
from hub.web.held_deletions.routes import HELD_DELETIONS, HeldDecision, decide_held
from hub.web.shell.form_token import require_header_token
from hub.web.shell.request_context import open_request
from schemas.access import AuditAction
from schemas.base import Schema

router = APIRouter(prefix="/api", responses=LOGGED_IN)
CHANGED: dict[int | str, dict[str, Any]] = {
    409: {"description": "Nothing was done: what was decided about has changed.", **PROBLEM}
}
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


def _held(entries: Sequence[HeldDeletion]) -> tuple[HeldDeletionAnswer, ...]:
    return tuple(HeldDeletionAnswer(entry=entry, seen=entry_version(entry)) for entry in entries)
