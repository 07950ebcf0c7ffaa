"""The JSON twins of the pages of stated reasons and of a manager's units: the same functions, the same lines."""

from typing import Any

from fastapi import APIRouter, Depends, Request
from pydantic import Field

from hub.access.override_reviews import OverrideView, ReviewFault, WrittenReview
from hub.web.api import LOGGED_IN, PROBLEM
from hub.web.overrides.present import fault_text
from hub.web.overrides.routes import (
    OVERRIDES,
    After,
    OverrideId,
    list_overrides,
    read_override,
    review_override,
)
from hub.web.own_units.routes import OWN_UNITS, read_own_units
from hub.web.shell.form_token import require_header_token
from hub.web.shell.request_context import open_request
from schemas.base import Schema
from schemas.override import Override, OverrideOutcome, OverrideState
from schemas.staff import UnitFigures

router = APIRouter(prefix="/api/tilsyn/saerlige-grunde", responses=LOGGED_IN)
units_router = APIRouter(prefix="/api/mine-enheder", responses=LOGGED_IN)
UNKNOWN: dict[int | str, dict[str, Any]] = {404: {"description": "There is no such stated reason.", **PROBLEM}}


class OverridesAnswer(Schema):
    """Stated reasons in one state."""

    waiting: int
    """How many nobody has reviewed, on all pages."""
    follow_up: int
    reviewed: int
    overrides: tuple[Override, ...]
    """The oldest first; those that are reviewed the newest first."""
    after: int | None
    """Where the next page begins; None: this is the last."""


class ReviewAsk(Schema):
    """What a review came to, and why."""

    outcome: OverrideOutcome
    words: str = Field(max_length=500)
    """National numbers, and names of the citizen and the relatives, are masked before it is stored."""
    reviews_seen: int = Field(ge=0, le=2**31 - 1)
    """How many reviews there were when the reviewer looked."""


class ReviewFaultLine(Schema):
    """Why a review was not stored."""

    fault: ReviewFault
    text: str
    """As the page says it."""


class ReviewAnswer(Schema):
    """What came of it: stored when there are no faults."""

    faults: tuple[ReviewFaultLine, ...]


@units_router.get("", summary="How much a manager's units have to do")
def own_units(request: Request) -> tuple[UnitFigures, ...]:
    """The units that the actor leads and their employees, in bands of five and without citizens."""
    with open_request(request, OWN_UNITS) as context:
        return read_own_units(context)


@router.get("", summary="Stated reasons that opened a citizen, and their reviews")
def overrides(request: Request, state: OverrideState = OverrideState.WAITING, after: After = None) -> OverridesAnswer:
    """Those in one state."""
    with open_request(request, OVERRIDES) as context:
        listed = list_overrides(context, state, after)
        numbers = {each.value: number for each, number in listed.numbers.items()}
        return OverridesAnswer(**numbers, overrides=listed.overrides, after=listed.after)


@router.get("/{override_id}", summary="One stated reason", responses=UNKNOWN)
def override(request: Request, override_id: OverrideId) -> OverrideView:
    """What it opened, line by line, and its reviews."""
    with open_request(request, OVERRIDES) as context:
        return read_override(context, override_id)


@router.post(
    "/{override_id}/gennemgang",
    summary="Review a stated reason",
    responses=UNKNOWN,
    dependencies=[Depends(require_header_token)],
)
def review(request: Request, override_id: OverrideId, ask: ReviewAsk) -> ReviewAnswer:
    """Add a review; those that there are stay as they are. With faults nothing is stored."""
    with open_request(request, OVERRIDES) as context:
        written = WrittenReview(outcome=ask.outcome, words=ask.words.strip(), reviews_seen=ask.reviews_seen)
        faults = review_override(context, override_id, written)
        return ReviewAnswer(faults=tuple(ReviewFaultLine(fault=fault, text=fault_text(fault)) for fault in faults))
