"""The JSON twins of the pages of disclosures: the same functions, the same lines in the log."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Request
from pydantic import Field

from hub.access.disclosure_rules import DisclosureFault, StatedDisclosure
from hub.access.disclosures import DisclosureForm, ListedDisclosures
from hub.web.api import LOGGED_IN, PROBLEM
from hub.web.disclosures.present import fault_text
from hub.web.disclosures.routes import (
    DISCLOSURES,
    PageNumber,
    disclose,
    end_disclosure,
    list_disclosures,
    read_form,
    use_disclosure,
)
from hub.web.shell.form_token import require_header_token
from hub.web.shell.request_context import open_request
from schemas.base import Schema
from schemas.data_category import DataCategory
from schemas.disclosure import DisclosureBasis

router = APIRouter(prefix="/api/videregivelser", responses=LOGGED_IN)
TOKEN = [Depends(require_header_token)]
UNKNOWN: dict[int | str, dict[str, Any]] = {
    404: {"description": "There is no such disclosure, or the actor has nothing to do with it.", **PROBLEM}
}
DisclosureId = Annotated[int, Path(ge=1, le=2**63 - 1)]
Word = Annotated[str, Field(max_length=100)]


class DisclosureAsk(Schema):
    """What an employee lets others see, why and until when."""

    basis: DisclosureBasis
    categories: tuple[DataCategory, ...] = Field(max_length=20)
    reason: str = Field(max_length=500)
    """National numbers and names of the citizen and the relatives are masked before it is stored."""
    legal_basis: str = Field(default="", max_length=200)
    to_team: bool = False
    receivers: tuple[Word, ...] = Field(default=(), max_length=50)
    """Ids or whole names of employees."""
    meeting: str = Field(default="", max_length=100)
    meeting_on: date | None = None
    last_day: date | None = None


class DisclosureFaultLine(Schema):
    """Why a disclosure was not stored."""

    fault: DisclosureFault
    text: str
    """As the page says it."""


class DisclosedAnswer(Schema):
    """What came of it: stored under its number when there are no faults."""

    id: int | None
    faults: tuple[DisclosureFaultLine, ...]


class DoneAnswer(Schema):
    """Whether it was done now; false: it had ended, or it is not the day, or it is used up."""

    is_done: bool


@router.get("", summary="What others disclosed to me, and what I disclosed")
def disclosures(request: Request, page: PageNumber = 1) -> ListedDisclosures:
    """Fifty of each; a line of the log for the list, and one for each citizen."""
    with open_request(request, DISCLOSURES) as context:
        return list_disclosures(context, page)


@router.get("/ny/{citizen_id}", summary="What I may disclose about a citizen")
def new_disclosure(request: Request, citizen_id: UUID) -> DisclosureForm:
    """On which basis, and which categories of the own area."""
    with open_request(request, DISCLOSURES) as context:
        return read_form(context, citizen_id)


@router.post("/ny/{citizen_id}", summary="Disclose data of the own area", dependencies=TOKEN)
def state_disclosure(request: Request, citizen_id: UUID, ask: DisclosureAsk) -> DisclosedAnswer:
    """With faults nothing is stored."""
    with open_request(request, DISCLOSURES) as context:
        result = disclose(context, citizen_id, StatedDisclosure.model_validate(ask.model_dump()))
        faults = tuple(DisclosureFaultLine(fault=fault, text=fault_text(fault)) for fault in result.faults)
        return DisclosedAnswer(id=result.disclosure.id if result.disclosure else None, faults=faults)


@router.post("/{disclosure_id}/luk", summary="End a disclosure", responses=UNKNOWN, dependencies=TOKEN)
def close_disclosure(request: Request, disclosure_id: DisclosureId) -> DoneAnswer:
    """From now on it opens nothing."""
    with open_request(request, DISCLOSURES) as context:
        return DoneAnswer(is_done=end_disclosure(context, disclosure_id))


@router.post("/{disclosure_id}/aabn", summary="Open what is for a meeting", responses=UNKNOWN, dependencies=TOKEN)
def open_for_meeting(request: Request, disclosure_id: DisclosureId) -> DoneAnswer:
    """On the day of the meeting, for an hour, once."""
    with open_request(request, DISCLOSURES) as context:
        return DoneAnswer(is_done=use_disclosure(context, disclosure_id) is not None)
