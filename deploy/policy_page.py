"""Write docs/policy-table.md, what the policies answer to everybody: ``python -m deploy.policy_page``."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from hub.access import texts
from hub.access.cedar import POLICY_TITLES, POLICY_VERSION
from hub.access.policy import decide, findable, may, may_reveal
from schemas.access import AccessFacts, AccessRequest, Actor, AuditAction, Purpose, Role
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

    @property
    def actor(self) -> Actor:
        """Somebody of that sort."""
        machine = None
        if self.scopes is not None:
            machine = Machine(client_id="x", name="X", scopes=self.scopes, area=self.area)
        return Actor(id="x", name="X", title=self.title, roles=self.roles, area=self.area, machine=machine)


_MEMBER = frozenset({Role.TEAM_MEMBER})
KINDS = (
    *(Kind(f"medarbejder, {word}", _MEMBER, area) for area, word in texts.AREA.items()),
    Kind("medarbejder uden område", _MEMBER),
    Kind(f"maskine for en enhed, {texts.AREA[Area.SOCIAL]}", frozenset(), Area.SOCIAL, frozenset(Scope)),
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
    "logkontrol, drift": (Purpose.LOG_REVIEW, Purpose.OPERATIONS),
}
"""The purposes that the policies do not tell apart; a test asks each of them."""
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
    sections = (next((word for word, decision in decisions if area in decision.shown), NO) for area in texts.AREA)
    opens = decisions[0][1].allowed
    reveal = "med begrundelse" if opens and may_reveal(kind.actor, without, REASON).allowed else NO
    finding = YES if findable(kind.actor, [without]) else NO
    if finding == NO and findable(kind.actor, [without], known_identifier=True):
        finding = "med hele cpr-nummeret"
    return (is_open, *sections, reveal, finding)


def _rows() -> Iterator[str]:
    for kind in KINDS:
        for relation, facts in RELATIONS.items():
            for group, purposes in PURPOSES.items():
                cells = (kind.title, relation, group, *answers(kind, facts, purposes[0]))
                yield f"| {' | '.join(cells)} |"


def _acts() -> Iterator[str]:
    for action in AuditAction:
        allowed = [kind.title for kind in KINDS if may(kind.actor, action)]
        if allowed:
            yield f"| `{action.value}` | {'; '.join(allowed)} |"


def table() -> str:
    """The whole page."""
    titles = "\n".join(f"| `{policy}` | {title} |" for policy, title in POLICY_TITLES.items())
    head = ("medarbejder", "relation", "formål", "åbne", *texts.AREA.values(), "beskyttet", "finde")
    rows, acts = "\n".join(_rows()), "\n".join(_acts())
    return f"""# Hvad svarer reglerne?

Siden er skrevet af reglerne selv (`make policy-table`), og en test holder den ved lige. Reglerne har udgaven
`{POLICY_VERSION}`; hver linje i loggen siger, hvilken udgave der afgjorde den. [Hvem må se hvad](access.md) forklarer,
hvorfor de er sådan, og `helhed policy explain MEDARBEJDER BORGER`, hvad de siger om to bestemte.

## Om en borger

»Med samtykke« er borgerens samtykke til området, »med begrundelse« en skrevet grund. Alt andet er nej.

| {" | ".join(head)} |
|{"---|" * len(head)}
{rows}

## Handlinger, der ikke handler om én borger

| handling | hvem |
|---|---|
{acts}

## Reglerne

| regel | hvad den siger |
|---|---|
{titles}
"""


def main() -> None:
    """Write the page."""
    PAGE.write_text(table(), encoding="utf-8")


if __name__ == "__main__":
    main()
