"""The administrator's page of sources, and the switch that turns one off and on."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from hub.access import identity, service
from hub.access.policy import is_reason
from hub.errors import PauseReasonMissing, RoleMissing, SourceNotFound
from hub.matching import repository as matching
from hub.overview import repository as overviews
from hub.quarantine.repository import list_groups
from hub.sources import repository, stream_repository
from hub.sources.service import resume_source
from hub.web.present_sources import RUNS_SHOWN, SourceDetails, sources_page
from hub.web.security import checked_form
from hub.web.visit import Visit, visiting
from schemas.access import AuditAction, AuditOutcome

router = APIRouter()


@router.get("/kilder")
def sources(request: Request) -> HTMLResponse:
    """Is every source all right, and if not what do I do?"""
    with visiting(request) as visit:
        visit.need(AuditAction.READ_SOURCES)
        why = visit.access(action=AuditAction.READ_SOURCES)
        service.record(visit.session, visit.actor, AuditAction.READ_SOURCES, AuditOutcome.SHOWN, why, now=visit.now)
        names = {one.id: one.name for one in identity.actors(visit.session)}
        conflicts, due = matching.conflicts(visit.session), overviews.due(visit.session)
        page = sources_page(known_of(visit), conflicts, due, names, visit.now)
        return visit.page("sources.html", "Kilder", page)


@router.post("/kilder/{name}/sluk", dependencies=[Depends(checked_form)])
def switch_off(request: Request, name: str, reason: Annotated[str, Form(max_length=300)] = "") -> RedirectResponse:
    """Do not read the source until it is switched on; for a reason that the page shows.

    Raises:
        PauseReasonMissing: the reason is too short to tell anybody anything.
        SourceNotFound: no such source.
    """
    with visiting(request) as visit:
        why = reason.strip()
        _decide(visit, AuditAction.PAUSE_SOURCE, name, why)
        repository.pause(visit.session, name, paused_by=visit.actor.id, reason=why, now=visit.now)
    return RedirectResponse("/kilder", 303)


@router.post("/kilder/{name}/taend", dependencies=[Depends(checked_form)])
def switch_on(request: Request, name: str) -> RedirectResponse:
    """Read the source again.

    Raises:
        SourceNotFound: no such source.
    """
    with visiting(request) as visit:
        _decide(visit, AuditAction.RESUME_SOURCE, name)
        resume_source(visit.session, name, visit.now)
    return RedirectResponse("/kilder", 303)


def known_of(visit: Visit) -> tuple[SourceDetails, ...]:
    """All that is known of each source, in the order of the page."""
    pauses = repository.pauses(visit.session)
    unmatched = matching.unmatched_counts(visit.session)
    compared = overviews.comparisons(visit.session)
    sources = visit.sources
    return tuple(
        SourceDetails(
            source,
            state,
            runs=stream_repository.runs(visit.session, source.name, RUNS_SHOWN),
            groups=list_groups(visit.session, source.name),
            pause=pauses.get(source.name),
            unmatched=unmatched.get(source.name, 0),
            comparison=compared.get(source.name),
        )
        for source, state in zip(
            sources, stream_repository.source_states(visit.session, sources, visit.now), strict=True
        )
    )


def _decide(visit: Visit, action: AuditAction, name: str, reason: str | None = None) -> None:
    visit.need(action)
    if name not in {source.name for source in visit.sources}:
        raise SourceNotFound
    if action is AuditAction.PAUSE_SOURCE and not is_reason(reason):
        raise PauseReasonMissing
    why = visit.access(action=action).model_copy(update={"override_reason": reason})
    if not service.change_source(visit.session, visit.actor, action, name, why, now=visit.now):
        raise RoleMissing
