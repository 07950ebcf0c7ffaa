"""Write docs/policy-table.md, what the policies answer to everybody: ``python -m deploy.policy_page``."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from hub.access import texts
from hub.access.cedar import POLICY_TITLES, POLICY_VERSION
from hub.access.course_policy import may_handle_course, may_handle_meeting, may_handle_plan
from hub.access.disclosure_policy import DisclosureAsk, may_disclose
from hub.access.own_page_policy import OwnFacts, may_use_page
from hub.access.policy import decide, findable, may, may_handle_consents, may_reveal
from schemas.access import AccessFacts, AccessRequest, Actor, AuditAction, Decision, Purpose, Role
from schemas.consent import TeamFacts
from schemas.course import CourseFacts
from schemas.disclosure import DisclosureBasis
from schemas.machine import Machine, Scope
from schemas.source import Area

PAGE = Path(__file__).resolve().parent.parent / "docs/policy-table.md"
REASON = "En begrundelse, som reglen om begrundelser godtager"


class Kind(NamedTuple):
    """A sort of employee: the role, as the municipality knows it."""

    title: str
    roles: frozenset[Role]
    area: Area | None = None
    scopes: frozenset[Scope] | None = None
    """Of a machine; None: it is none."""
    kle: frozenset[str] | None = None
    """KLE numbers that the job function is limited to."""

    @property
    def actor(self) -> Actor:
        """Somebody of that sort."""
        machine = None
        if self.scopes is not None:
            machine = Machine(client_id="x", name="X", scopes=self.scopes, area=self.area)
        return Actor(
            id="x", name="X", title=self.title, roles=self.roles, area=self.area, kle=self.kle, machine=machine
        )


_MEMBER = frozenset({Role.TEAM_MEMBER})
KINDS = (
    *(Kind(f"medarbejder, {word}", _MEMBER, area) for area, word in texts.AREA.items()),
    Kind("medarbejder, social, kun KLE 27.24", _MEMBER, Area.SOCIAL, kle=frozenset({"27.24"})),
    Kind("medarbejder uden område", _MEMBER),
    Kind(f"maskine for en enhed, {texts.AREA[Area.SOCIAL]}", frozenset(), Area.SOCIAL, frozenset(Scope)),
    Kind("leder", frozenset({Role.MANAGER}), Area.SOCIAL),
    Kind("systemadministrator", frozenset({Role.ADMINISTRATOR})),
    Kind("databeskyttelsesrådgiver", frozenset({Role.DPO})),
)
RELATIONS: Mapping[str, Mapping[str, bool]] = {
    "på teamet": {"on_team": True},
    "nævnt ansvarlig": {"is_named_worker": True},
    "egen enhed har en indsats": {"unit_has_active_effort": True},
    "egen enhed fører sagen": {"unit_holds_case": True},
    "ingen": {},
    "er selv borgeren": {"is_self": True, "on_team": True, "unit_has_active_effort": True},
}
PURPOSES = {
    "om borgeren": (
        Purpose.TEAM_MEETING,
        Purpose.FOLLOW_UP,
        Purpose.NEW_NOTIFICATION,
        Purpose.CASE_WORK,
        Purpose.CITIZEN_REQUEST,
    ),
    "logkontrol, drift, ledelse": (Purpose.LOG_REVIEW, Purpose.OPERATIONS, Purpose.MANAGEMENT),
}
"""The purposes that the policies do not tell apart; a test asks each of them."""


class TeamPlace(NamedTuple):
    """Somebody's place in a course, as the municipality knows it."""

    title: str
    area: Area | None
    flags: frozenset[str] = frozenset()
    """Names of what holds in ``TeamFacts``."""
    roles: frozenset[Role] = _MEMBER


_ON_TEAM = frozenset({"on_team"})
TEAM_PLACES = (
    TeamPlace("tovholder", Area.SOCIAL, _ON_TEAM | {"is_lead_coordinator"}),
    TeamPlace("borgerkoordinator", Area.EMPLOYMENT, _ON_TEAM | {"is_citizen_coordinator"}),
    TeamPlace("sundhedsfaglig på teamet", Area.HEALTH, _ON_TEAM),
    TeamPlace("skolefaglig på teamet", Area.SCHOOL, _ON_TEAM),
    TeamPlace("medarbejder uden for teamet", Area.SOCIAL),
    TeamPlace("tovholder, der selv er borgeren", Area.SOCIAL, _ON_TEAM | {"is_lead_coordinator", "is_self"}),
    TeamPlace("leder", Area.SOCIAL, _ON_TEAM, frozenset({Role.MANAGER})),
    TeamPlace("systemadministrator", None, _ON_TEAM, frozenset({Role.ADMINISTRATOR})),
    TeamPlace("databeskyttelsesrådgiver", None, _ON_TEAM, frozenset({Role.DPO})),
)
CONSENT_COLUMNS = {
    AuditAction.READ_CONSENTS: "se samtykker",
    AuditAction.PRINT_CONSENTS: "udskrive dem",
    AuditAction.GIVE_CONSENT: "skrive nye ind",
    AuditAction.WITHDRAW_CONSENT: "trække tilbage",
}
COURSE_COLUMNS = {
    AuditAction.READ_COURSE: "se forløbet",
    AuditAction.ADD_TEAM_MEMBER: "sætte på teamet",
    AuditAction.REMOVE_TEAM_MEMBER: "tage af teamet",
    AuditAction.ADD_COURSE_CITIZEN: "tage familie med",
    AuditAction.END_COURSE: "slutte det",
}
DISCLOSURE_COLUMNS = {
    DisclosureBasis.STATUTORY_DUTY: "lovbestemt pligt",
    DisclosureBasis.SIGNIFICANT_IMPORTANCE: "væsentlig betydning",
    DisclosureBasis.SSD_PREVENTIVE: "forebyggende møde (SSD)",
    DisclosureBasis.HEALTH_RELEASE: "frigivelse af sundhedsoplysninger",
}
PLAN_COLUMNS = {
    AuditAction.READ_PLAN: "se planen",
    AuditAction.CHANGE_PLAN: "skrive i den",
    AuditAction.JUDGE_TRIAL_ACTION: "vurdere prøvehandlinger",
}
MEETING_COLUMNS = {
    AuditAction.READ_MEETING: "se møder",
    AuditAction.PLAN_MEETING: "indkalde",
    AuditAction.CHANGE_MEETING: "flytte andres møder",
    AuditAction.CLOSE_MEETING: "lukke et møde",
}
OWN_COLUMNS = {
    AuditAction.OPEN_OWN_PAGE: "se siden",
    AuditAction.READ_OWN_LOG: "se, hvem der har set",
    AuditAction.PRINT_OWN_AGREEMENTS: "udskrive aftaler",
    AuditAction.WITHDRAW_OWN_CONSENT: "trække samtykke tilbage",
    AuditAction.WRITE_OWN_WORDS: "skrive egne ord",
}
YES, NO = "ja", "nej"


def facts_of(relation: Mapping[str, bool], consented: frozenset[Area] = frozenset()) -> AccessFacts:
    """What is known of an employee with that relation."""
    none = dict.fromkeys(
        (
            "on_team",
            "is_lead_coordinator",
            "is_named_worker",
            "unit_has_active_effort",
            "unit_holds_case",
            "is_self",
        ),
        False,
    )
    return AccessFacts.model_validate(
        {
            **none,
            **relation,
            "citizen_id": UUID(int=1),
            "overview_version": 1,
            "name_address_protected": True,
            "consented_areas": consented,
            "not_updated_since": None,
        }
    )


def answers(kind: Kind, relation: Mapping[str, bool], purpose: Purpose) -> tuple[str, ...]:
    """To that employee: opening, each area, protected fields, and being finding; what it takes, or no."""
    without, consented = facts_of(relation), facts_of(relation, frozenset(Area))
    plain = AccessRequest(purpose=purpose, request_id="table")
    because = plain.model_copy(update={"override_reason": REASON})
    decisions = (
        (YES, decide(kind.actor, without, plain)),
        ("med samtykke", decide(kind.actor, consented, plain)),
        ("med begrundelse", decide(kind.actor, without, because)),
    )
    is_open = next((word for word, decision in decisions if decision.allowed), NO)
    sections = (
        next((_of_section(word, area, decision) for word, decision in decisions if area in decision.shown), NO)
        for area in texts.AREA
    )
    opens = decisions[0][1].allowed
    reveal = "med begrundelse" if opens and may_reveal(kind.actor, without, REASON).allowed else NO
    finding = YES if findable(kind.actor, [without]) else NO
    if finding == NO and findable(kind.actor, [without], known_identifier=True):
        finding = "med hele cpr-nummeret"
    return (is_open, *sections, reveal, finding)


def _of_section(word: str, area: Area, decision: Decision) -> str:
    limit = decision.kle_limit
    return f"{word}, kun numrene" if limit is not None and limit.area is area else word


def _rows() -> Iterator[str]:
    for kind in KINDS:
        for relation, facts in RELATIONS.items():
            for group, purposes in PURPOSES.items():
                cells = (kind.title, relation, group, *answers(kind, facts, purposes[0]))
                yield f"| {' | '.join(cells)} |"


def team_answers(place: TeamPlace) -> tuple[str, ...]:
    """To somebody with that place: opening, own and other areas, and each act on consents and on the course."""
    kind = Kind(place.title, place.roles, place.area)
    relation = dict.fromkeys(place.flags & AccessFacts.model_fields.keys(), True)
    is_open, *sections, _, _ = answers(kind, relation, Purpose.TEAM_MEETING)
    by_area = dict(zip(texts.AREA, sections, strict=True))
    own = by_area.pop(place.area) if place.area else NO
    others = sorted(set(by_area.values()))
    flags = ("on_team", "is_lead_coordinator", "is_citizen_coordinator", "is_self")
    facts = TeamFacts(
        citizen_id=UUID(int=1),
        course_id=UUID(int=2),
        title="",
        member_key=UUID(int=1),
        **{flag: flag in place.flags for flag in flags},
    )
    acts = (YES if may_handle_consents(kind.actor, action, facts) else NO for action in CONSENT_COLUMNS)
    course = CourseFacts(
        course_id=UUID(int=2),
        title="",
        version=1,
        citizen_ids=(),
        has_lead=True,
        **{flag: flag in place.flags for flag in flags},
    )
    on_course = (YES if may_handle_course(kind.actor, action, course) else NO for action in COURSE_COLUMNS)
    plan = (YES if may_handle_plan(kind.actor, action, facts_of(relation)) else NO for action in PLAN_COLUMNS)
    meetings = (
        YES if may_handle_meeting(kind.actor, action, course, has_consent=True, is_own=False) else NO
        for action in MEETING_COLUMNS
    )
    return (is_open, own, " / ".join(others), *acts, *on_course, *plan, *meetings)


def _team() -> Iterator[str]:
    for place in TEAM_PLACES:
        yield f"| {' | '.join((place.title, *team_answers(place)))} |"


def disclosure_answers(area: Area, basis: DisclosureBasis) -> str:
    """To somebody who works with a citizen in that area: to whom they may disclose on that basis, for how many days."""
    actor = Kind("", _MEMBER, area).actor
    facts = facts_of({"unit_has_active_effort": True})

    def allows(days: int, *, to_team: bool, receivers: frozenset[Area] = frozenset()) -> bool:
        return may_disclose(
            actor,
            facts,
            DisclosureAsk(
                basis=basis,
                reason=REASON,
                days=days,
                has_legal_basis=True,
                to_team=to_team,
                has_meeting=True,
                receiver_areas=receivers,
            ),
        )

    receivers = []
    if allows(1, to_team=True):
        receivers.append("teamet")
    areas = [word for each, word in texts.AREA.items() if allows(1, to_team=False, receivers=frozenset({each}))]
    if areas:
        receivers.append("medarbejdere" if len(areas) == len(Area) else f"medarbejdere i {', '.join(areas)}")
    if not receivers:
        return NO
    days = max(days for days in range(1, 366) if allows(days, to_team="teamet" in receivers))
    return f"til {' eller '.join(receivers)}, højst {days} dage"


def _disclosures() -> Iterator[str]:
    for basis, word in DISCLOSURE_COLUMNS.items():
        yield f"| {' | '.join((word, *(disclosure_answers(area, basis) for area in texts.AREA)))} |"


def _acts() -> Iterator[str]:
    for action in AuditAction:
        allowed = [kind.title for kind in KINDS if may(kind.actor, action)]
        if allowed:
            yield f"| `{action.value}` | {'; '.join(allowed)} |"


def table() -> str:
    """The whole page."""
    titles = "\n".join(f"| `{policy}` | {title} |" for policy, title in POLICY_TITLES.items())
    head = ("medarbejder", "relation", "formål", "åbne", *texts.AREA.values(), "beskyttet", "finde")
    team_head = (
        "hvem",
        "åbne",
        "eget område",
        "andre områder",
        *CONSENT_COLUMNS.values(),
        *COURSE_COLUMNS.values(),
        *PLAN_COLUMNS.values(),
        *MEETING_COLUMNS.values(),
    )
    disclosures = "\n".join(_disclosures())
    rows, team, acts = "\n".join(_rows()), "\n".join(_team()), "\n".join(_acts())
    return f"""# Hvad svarer reglerne?

Siden er skrevet af reglerne selv (`make policy-table`), og en test holder den ved lige. Reglerne har udgaven
`{POLICY_VERSION}`; hver linje i loggen siger, hvilken udgave der afgjorde den. [Hvem må se hvad](access.md) forklarer,
hvorfor de er sådan, og `helhed policy explain MEDARBEJDER BORGER`, hvad de siger om to bestemte.

## Om en borger

»Med samtykke« er borgerens samtykke til området, »med begrundelse« en skrevet grund, »kun
numrene« det, der har et af de KLE-numre, jobfunktionen er begrænset til. Alt andet er nej.

| {" | ".join(head)} |
|{"---|" * len(head)}
{rows}

## På borgerens team

Tovholder og borgerkoordinator er pladser på teamet og ingen rolle: hvad de må ud over andre på teamet, er
samtykkerne, teamet og forløbets slutning.
En sundhedsfaglig er en medarbejder i området sundhed, en skolefaglig en i området skole.

| {" | ".join(team_head)} |
|{"---|" * len(team_head)}
{team}

## Videregivelse uden samtykke

Hvad den, der arbejder med borgeren i området og ser hele området, kan videregive derfra. Alle andre kan ikke.

| grundlag | {" | ".join(texts.AREA.values())} |
|{"---|" * (len(texts.AREA) + 1)}
{disclosures}

## Min side

| hvem | {" | ".join(OWN_COLUMNS.values())} |
|{"---|" * (len(OWN_COLUMNS) + 1)}
{own_page_rows()}

## Handlinger, der ikke handler om én borger

| handling | hvem |
|---|---|
{acts}

## Reglerne

| regel | hvad den siger |
|---|---|
{titles}
"""


def own_page_rows() -> str:
    """What the policies answer to citizens on Min side."""
    people = {
        "borgeren selv, fra 15 år": {"is_self": True, "age": 15},
        "borgeren selv, under 15 år": {"is_self": True, "age": 14},
        "forælder med forældremyndighed, barn under 15 år": {"has_custody": True, "age": 14},
        "forælder med forældremyndighed, den unge er 15 år": {"has_custody": True, "age": 15},
        "forælder uden forældremyndighed": {"age": 10},
        "enhver, når det er uvist, hvem borgeren er": {"is_self": True, "age": 40, "is_disputed": True},
    }
    none: dict[str, object] = {"is_self": False, "has_custody": False, "is_disputed": False, "is_protected": False}
    facts = {title: OwnFacts.model_validate({**none, **parts}) for title, parts in people.items()}
    return "\n".join(
        f"| {title} | {' | '.join(YES if may_use_page(action, parts) else NO for action in OWN_COLUMNS)} |"
        for title, parts in facts.items()
    )


def main() -> None:
    """Write the page."""
    PAGE.write_text(table(), encoding="utf-8")


if __name__ == "__main__":
    main()
