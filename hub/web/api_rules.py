"""The JSON twins of *Værd at tale om* and of the register of rules: the same functions, the same lines in the log."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import Response
from pydantic import Field

from hub.access.rule_points import CitizenPoints, PointFault
from hub.access.rule_register import RegisterView, RuleDecision, RuleFault
from hub.errors import AccessRefused
from hub.web.api import ABOUT_ONE, LOGGED_IN
from hub.web.citizen.loading import NotOpened, load_page_data, open_citizen
from hub.web.citizen.point_routes import assess_point, fault_text
from hub.web.citizen.present_points import hit_texts
from hub.web.citizen.routes import recording_failure
from hub.web.citizen.workspace import CITIZEN
from hub.web.rule_register.present import fault_text as rule_fault_text
from hub.web.rule_register.routes import RULE_REGISTER, decide_rule, read_register
from hub.web.shell.errors import error_page
from hub.web.shell.form_token import require_header_token
from hub.web.shell.request_context import open_request
from schemas.access import PageKind
from schemas.base import Schema
from schemas.rule import Verdict

router = APIRouter(prefix="/api")
TOKEN = [Depends(require_header_token)]


class PointsAnswer(Schema):
    """What the approved rules say of a citizen and the family, in the order of the register."""

    points: tuple[CitizenPoints, ...]
    """The citizen first. No rule of the family's members that the actor may not see."""
    texts: dict[str, str]
    """The sentence of each hit by its key, as the page says it."""


class AssessAsk(Schema):
    """What somebody makes of a point, and why."""

    key: str = Field(max_length=64)
    verdict: Verdict
    words: str = Field(max_length=500)
    """National numbers, and names of the citizen and the relatives, are masked before it is stored."""


class PointFaultLine(Schema):
    """Why a judgement was not stored."""

    fault: PointFault
    text: str


class AssessAnswer(Schema):
    """What came of it: stored when there are no faults."""

    faults: tuple[PointFaultLine, ...]


class RuleAsk(Schema):
    """What is to hold of a rule, and why."""

    version: int = Field(ge=1, le=10_000)
    is_on: bool
    reason: str = Field(max_length=500)
    limit: float | None = Field(default=None, allow_inf_nan=False)
    """Of a local rule; None: as the register proposes."""


class RuleFaultLine(Schema):
    """Why a decision was not stored."""

    fault: RuleFault
    text: str


class RuleAnswer(Schema):
    """What came of it: stored when there are no faults."""

    faults: tuple[RuleFaultLine, ...]


@router.get("/punkter/{citizen_id}", summary="What is worth talking about", responses=ABOUT_ONE,
            response_model=PointsAnswer)  # fmt: skip
def points(request: Request, citizen_id: UUID) -> Response:
    """The points of the citizen and the family, with what was judged. Refused: 403 with the decision."""
    with recording_failure(request, citizen_id), open_request(request, CITIZEN) as context:
        citizen = open_citizen(context, citizen_id, PageKind.POINTS, for_page=True)
        if not isinstance(citizen, NotOpened):
            data = load_page_data(context, citizen, PageKind.POINTS)
            answer = PointsAnswer(points=data.points, texts=hit_texts(data))
            return Response(answer.model_dump_json(), media_type="application/json")
        if citizen.facts is not None:
            decision = citizen.decision.model_dump(mode="json")
            return error_page(request, AccessRefused(), more={"decision": decision})
        unknown = context.unknown_citizen(citizen_id)
    raise unknown


@router.post("/punkter/{citizen_id}/vurder", summary="Judge a point", responses=ABOUT_ONE, dependencies=TOKEN)
def assess(request: Request, citizen_id: UUID, ask: AssessAsk) -> AssessAnswer:
    """Add a judgement; those that there are stay as they are. With faults nothing is stored."""
    with open_request(request, CITIZEN) as context:
        faults = assess_point(context, citizen_id, ask.key, ask.verdict, ask.words)
        return AssessAnswer(faults=tuple(PointFaultLine(fault=each, text=fault_text(each)) for each in faults))


@router.get("/regler", summary="The register of rules", responses=LOGGED_IN)
def register(request: Request) -> RegisterView:
    """Every rule that may be used today, with who approved it."""
    with open_request(request, RULE_REGISTER) as context:
        return read_register(context)


@router.post("/regler/{rule}", summary="Switch a rule on or off", responses=LOGGED_IN, dependencies=TOKEN)
def decide(request: Request, rule: Annotated[str, Path(max_length=60)], ask: RuleAsk) -> RuleAnswer:
    """Store a decision on a version of a rule. With faults nothing is stored."""
    with open_request(request, RULE_REGISTER) as context:
        faults = decide_rule(context, RuleDecision(rule, ask.version, ask.is_on, ask.reason, ask.limit))
        return RuleAnswer(faults=tuple(RuleFaultLine(fault=each, text=rule_fault_text(each)) for each in faults))
