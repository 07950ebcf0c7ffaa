"""Pure: what the policies in ``policies/*.cedar`` say, and the overview cut to it.

The rules stand in the Cedar text and nowhere else; this module asks them. Default closed: what no policy
permits is refused, and so is everything when a policy cannot be evaluated.
"""

import hashlib
from collections.abc import Iterable, Mapping
from importlib.resources import files
from types import MappingProxyType
from uuid import UUID

import cedarpy

from hub.access.words import plain
from schemas.access import AccessFacts, AccessRequest, Actor, AuditAction, Basis, Decision
from schemas.facts import PersonFact
from schemas.overview import CitizenHeader, Disagreement, Overview, Section, SectionState
from schemas.source import Area

_TEXTS = {
    file.name: file.read_text(encoding="utf-8")
    for file in sorted((files("hub.access") / "policies").iterdir(), key=lambda file: file.name)
    if file.name.endswith(".cedar")
}
_POLICIES = cedarpy.PolicySet.from_str("\n".join(_TEXTS.values()))
_OVERRIDES = frozenset({"open.override", "see.override_own_area", "see.override_social"})
_ENOUGH = 10
_AREAS = tuple(Area)
_PAGES = frozenset({AuditAction.READ_LOG, AuditAction.READ_SOURCES, AuditAction.SEARCH, AuditAction.LIST_CITIZENS})
NO_AREAS: Mapping[str, Area] = MappingProxyType({})

POLICY_VERSION = hashlib.sha256("\x1f".join(f"{name}\x1f{text}" for name, text in _TEXTS.items()).encode()).hexdigest()[
    :12
]
"""Names the text that decided; every audit line carries it."""


def policy_texts() -> dict[str, str]:
    """The policies as they are in force, by file name; for the DPO's page."""
    return dict(_TEXTS)


def decide(actor: Actor, facts: AccessFacts, request: AccessRequest) -> Decision:
    """Whether the actor may open this citizen's overview, with which right, and which areas it shows."""
    context = _context(facts, _reason_length(request.override_reason))
    opened, *seen, reveal = _ask(
        actor,
        [
            _question(actor, "open_overview", facts.citizen_id, context),
            *(
                _question(
                    actor,
                    "see_section",
                    facts.citizen_id,
                    {**context, "area": area, "consented": area in facts.consented_areas},
                )
                for area in _AREAS
            ),
            _question(actor, "reveal", facts.citizen_id, _context(facts, _ENOUGH)),
        ],
    )
    if not opened.allowed:
        return Decision(
            allowed=False,
            basis=Basis.NONE,
            withheld=frozenset(Area),
            policies=_ids(opened),
            policy_version=POLICY_VERSION,
        )
    permitted = [(area, answer) for area, answer in zip(_AREAS, seen, strict=True) if answer.allowed]
    answers = [opened, *(answer for _, answer in permitted)]
    shown = frozenset(area for area, _ in permitted)
    return Decision(
        allowed=True,
        basis=_basis(facts, answers),
        shown=shown,
        withheld=frozenset(Area) - shown,
        may_reveal=facts.name_address_protected and reveal.allowed,
        policies=tuple(sorted({policy for answer in answers for policy in _ids(answer)})),
        policy_version=POLICY_VERSION,
    )


def may_reveal(actor: Actor, facts: AccessFacts, reason: str) -> Decision:
    """Whether the actor may be shown the citizen's protected fields, for that reason."""
    length = _reason_length(reason)
    (answer,) = _ask(actor, [_question(actor, "reveal", facts.citizen_id, _context(facts, length))])
    basis = Basis.TEAM if facts.on_team else Basis.OWN_UNIT
    return Decision(
        allowed=answer.allowed,
        basis=basis if answer.allowed else Basis.NONE,
        may_reveal=answer.allowed,
        policies=_ids(answer),
        policy_version=POLICY_VERSION,
    )


def findable(actor: Actor, facts: Iterable[AccessFacts], *, known_identifier: bool = False) -> dict[UUID, Basis]:
    """Which of these citizens the actor may find, and with which right they could be opened.

    Args:
        actor: who searches.
        facts: of the citizens in question.
        known_identifier: the actor gave the whole national number; such a citizen, if nothing else
            relates the two, has the basis ``NONE``: opening asks for a reason.
    """
    asked = list(facts)
    questions = [
        _question(actor, "find", fact.citizen_id, _context(fact, 0, known_identifier=known_identifier))
        for fact in asked
    ]
    return {
        fact.citizen_id: _relation(fact)
        for fact, answer in zip(asked, _ask(actor, questions), strict=True)
        if answer.allowed
    }


def may(actor: Actor, action: AuditAction) -> bool:
    """Whether the actor's role reaches the pages of that action (log, sources, search, list of citizens).

    What is done to one citizen is never answered here: that takes facts (``decide``).
    """
    if action not in _PAGES:
        return False
    question: dict[str, object] = {
        "principal": {"type": "Actor", "id": actor.id},
        "action": {"type": "Action", "id": action.value},
        "resource": {"type": "Pages", "id": "pages"},
        "context": {},
    }
    return _ask(actor, [question])[0].allowed


def cut(overview: Overview, decision: Decision, areas: Mapping[str, Area] = NO_AREAS) -> Overview:
    """What of the overview the decision shows. Never adds anything.

    A withheld area says that it is withheld, and nothing of whether there is anything. What else its
    sources say (relatives, disagreements, local ids, who reports protection) goes with it; the person's
    merged master data stay. A refusal shows nothing.

    Args:
        overview: the whole.
        decision: what is shown.
        areas: area of each source by name. A source that is neither here nor in a shown section is cut.
    """
    if not decision.allowed:
        return Overview(
            citizen_id=overview.citizen_id,
            version=overview.version,
            header=CitizenHeader(person=PersonFact()),
            sections=tuple(_withheld(section) for section in overview.sections),
            synthetic=overview.synthetic,
        )
    by_entry = {entry.provenance.source: entry.area for entry in overview.entries()}
    shown = frozenset(source for source, area in {**by_entry, **areas}.items() if area in decision.shown)
    header = overview.header
    return overview.model_copy(
        update={
            "sections": tuple(
                section if section.area in decision.shown else _withheld(section) for section in overview.sections
            ),
            "header": header.model_copy(
                update={
                    "relatives": tuple(other for other in header.relatives if other.provenance.source in shown),
                    "identifiers": tuple(
                        identifier
                        for identifier in header.identifiers
                        if identifier.is_national or identifier.namespace.partition(":")[0] in shown
                    ),
                    "protection_sources": tuple(source for source in header.protection_sources if source in shown),
                }
            ),
            "disagreements": tuple(
                kept for each in overview.disagreements if (kept := _agreed(each, shown)) is not None
            ),
        }
    )


def _withheld(section: Section) -> Section:
    return Section(area=section.area, state=SectionState.WITHHELD)


def _agreed(disagreement: Disagreement, shown: frozenset[str]) -> Disagreement | None:
    values = tuple(value for value in disagreement.values if value.provenance.source in shown)
    # One value alone is no disagreement, and would tell that somebody else said something else.
    return Disagreement(field=disagreement.field, values=values) if len(values) > 1 else None


def _relation(facts: AccessFacts) -> Basis:
    if facts.on_team:
        return Basis.TEAM
    return Basis.OWN_UNIT if facts.unit_has_active_effort else Basis.NONE


def _basis(facts: AccessFacts, answers: Iterable[cedarpy.AuthzResult]) -> Basis:
    """The override, when anything at all is shown by it alone; it is reviewed then."""
    if any(_OVERRIDES.issuperset(_ids(answer)) for answer in answers):
        return Basis.OVERRIDE
    return _relation(facts)


def _reason_length(reason: str | None) -> int:
    return len(plain(reason or ""))


def _context(facts: AccessFacts, reason_length: int, *, known_identifier: bool = False) -> dict[str, object]:
    return {
        "on_team": facts.on_team,
        "unit_has_active_effort": facts.unit_has_active_effort,
        "is_self": facts.is_self,
        "reason_length": reason_length,
        "known_identifier": known_identifier,
    }


def _question(actor: Actor, action: str, citizen_id: UUID, context: dict[str, object]) -> dict[str, object]:
    return {
        "principal": {"type": "Actor", "id": actor.id},
        "action": {"type": "Action", "id": action},
        "resource": {"type": "Citizen", "id": str(citizen_id)},
        "context": context,
    }


def _ask(actor: Actor, questions: list[dict[str, object]]) -> list[cedarpy.AuthzResult]:
    if not questions:
        return []
    attributes: dict[str, object] = {"roles": sorted(actor.roles)}
    if actor.area is not None:
        attributes["area"] = actor.area
    who = {"uid": {"type": "Actor", "id": actor.id}, "attrs": attributes, "parents": []}
    answers = cedarpy.is_authorized_batch(questions, _POLICIES, [who])
    broken = [error for answer in answers for error in answer.diagnostics.errors]
    if broken:
        # Cedar skips a policy that fails, also one that forbids: then no answer can be trusted.
        raise RuntimeError(f"policy cannot be evaluated: {broken[0]}")
    return answers


def _ids(answer: cedarpy.AuthzResult) -> tuple[str, ...]:
    return tuple(sorted(answer.diagnostics.id_annotations_by_reason.values()))
