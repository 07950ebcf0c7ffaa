"""Pure: what the policies in ``policies/*.cedar`` say, and the overview cut to it.

The rules stand in the Cedar text and nowhere else; this module asks them. Default closed: what no policy
permits is refused, and so is everything when a policy cannot be evaluated.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from uuid import UUID

import cedarpy

from hub.access.acts import IDENTITY_ACTS, SOURCE_ACTS, STAFF_ACTS
from hub.access.reason import has_words, length_of
from hub.overview.relatives import relative_of_sources
from schemas.access import AccessFacts, AccessRequest, Actor, AuditAction, Basis, Decision, Role
from schemas.overview import (
    CitizenHeader,
    Disagreement,
    EntryParty,
    Overview,
    Section,
    SectionState,
    StatedIdentity,
)
from schemas.people import PersonFact
from schemas.source import Area

_TEXTS = {
    file.name: file.read_text(encoding="utf-8")
    for file in sorted((files("hub.access") / "policies").iterdir(), key=lambda file: file.name)
    if file.name.endswith(".cedar")
}
_SOMEBODY = re.compile(r'\b(Actor|Citizen)::"')
if any(_SOMEBODY.search(text) for text in _TEXTS.values()):
    # ``_answers`` asks without saying who, so such a policy would never apply.
    raise RuntimeError("a policy names a single person; rights follow from role, area and facts alone")
_POLICIES = cedarpy.PolicySet.from_str("\n".join(_TEXTS.values()))
_OVERRIDES = frozenset({"open.override", "see.override_own_area", "see.override_social"})
_AREAS = tuple(Area)
_PAGES = (
    frozenset({AuditAction.READ_LOG, AuditAction.READ_SOURCES, AuditAction.SEARCH, AuditAction.LIST_CITIZENS})
    | STAFF_ACTS
)
Question = tuple[str, str, tuple[tuple[str, object], ...]]
"""Action, type of what it is done to, and the context's items."""

POLICY_VERSION = hashlib.sha256("\x1f".join(f"{name}\x1f{text}" for name, text in _TEXTS.items()).encode()).hexdigest()[
    :12
]
"""Names the text that decided; every audit line carries it."""


def policy_texts() -> dict[str, str]:
    """The policies as they are in force, by file name; for the DPO's page."""
    return dict(_TEXTS)


def decide(actor: Actor, facts: AccessFacts, request: AccessRequest) -> Decision:
    """Whether the actor may open this citizen's overview, with which right, and which areas it shows."""
    context = _context(facts, has_reason=is_reason(request.override_reason))
    return _decision(
        tuple(sorted(actor.roles)),
        actor.area,
        tuple(context.items()),
        facts.consented_areas,
        _relation(facts),
        is_protected=facts.name_address_protected,
    )


@lru_cache(maxsize=8192)
def _decision(
    roles: tuple[Role, ...],
    area: Area | None,
    context: tuple[tuple[str, object], ...],
    consented: frozenset[Area],
    relation: Basis,
    *,
    is_protected: bool,
) -> Decision:
    """The decision on whoever these hold for; every look-up asks, and most ask the same."""
    facts = dict(context)
    opened, *sections, reveal = _answers(
        roles,
        area,
        (
            _question("open_overview", facts),
            *(_question("see_section", {**facts, "area": seen, "consented": seen in consented}) for seen in _AREAS),
            _question("reveal", {**facts, "has_reason": True}),
        ),
    )
    if not opened.allowed:
        return Decision(
            allowed=False,
            basis=Basis.NONE,
            withheld=frozenset(Area),
            policies=_ids(opened),
            policy_version=POLICY_VERSION,
        )
    permitted = [(section, answer) for section, answer in zip(_AREAS, sections, strict=True) if answer.allowed]
    answers = [opened, *(answer for _, answer in permitted)]
    areas_shown = frozenset(section for section, _ in permitted)
    return Decision(
        allowed=True,
        basis=_basis(relation, answers),
        shown=areas_shown,
        withheld=frozenset(Area) - areas_shown,
        may_reveal=is_protected and reveal.allowed,
        policies=tuple(sorted({policy for answer in answers for policy in _ids(answer)})),
        policy_version=POLICY_VERSION,
    )


def may_reveal(actor: Actor, facts: AccessFacts, reason: str) -> Decision:
    """Whether the actor may be shown the citizen's protected fields, for that reason."""
    (answer,) = _ask(actor, [_question("reveal", _context(facts, has_reason=is_reason(reason)))])
    return Decision(
        allowed=answer.allowed,
        basis=_relation(facts) if answer.allowed else Basis.NONE,
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
    return {
        fact.citizen_id: _relation(fact)
        for fact in facts
        if _ask(actor, [_question("find", _context(fact, has_reason=False, known_identifier=known_identifier))])[
            0
        ].allowed
    }


def may(actor: Actor, action: AuditAction) -> bool:
    """Whether the actor's role reaches a page (log, sources, search, citizens), or an act on a source or an identity.

    An act that takes a reason is answered as if there was one; ``may_change_source`` looks at the reason. What is done
    to one citizen is never answered here: that takes facts (``decide``).
    """
    if action in SOURCE_ACTS:
        return _may_change_source(actor, action, has_reason=True)
    if action in IDENTITY_ACTS:
        return _may_decide_identity(actor, action, has_reason=True)
    return action in _PAGES and _ask(actor, [(action.value, "Pages", ())])[0].allowed


def may_change_source(actor: Actor, action: AuditAction, reason: str | None) -> bool:
    """Whether the actor may do that to a source, for that reason."""
    return action in SOURCE_ACTS and _may_change_source(actor, action, has_reason=is_reason(reason))


def may_decide_identity(actor: Actor, action: AuditAction, reason: str | None) -> bool:
    """Whether the actor may decide that about who is who, for that reason."""
    return action in IDENTITY_ACTS and _may_decide_identity(actor, action, has_reason=is_reason(reason))


def is_reason(text: str | None) -> bool:
    """Whether *text* counts as a reason wherever a policy asks for one."""
    return _is_reason_of(length_of(text or ""), has_words=has_words(text or ""))


def is_own_unit(facts: AccessFacts) -> bool:
    """Whether the unit of the actor has an effort that counts on the day: ongoing, or within the policy's limits."""
    begins_in, ended_for = facts.unit_effort_begins_in, facts.unit_effort_ended_for
    return (
        facts.unit_has_active_effort
        or (begins_in is not None and begins_in <= PLANNED_WITHIN_DAYS)
        or (ended_for is not None and ended_for < ENDED_WITHIN_DAYS)
    )


def cut(overview: Overview, decision: Decision, areas: Mapping[str, Area]) -> Overview:
    """What of the overview the decision shows. Never adds anything.

    A withheld area says that it is withheld, and nothing of whether there is anything. What else its
    sources say (relatives, disagreements, local ids, who reports protection, another name) goes with it; the person's
    merged master data stay, and that the sources disagree on who it is. A person whom an entry names is named only to
    who may know of that person: the citizen, and the relatives that are left. A refusal shows nothing.

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
    sources_shown = frozenset(source for source, area in {**by_entry, **areas}.items() if area in decision.shown)
    header = overview.header
    visible_relatives = (relative_of_sources(relative, sources_shown) for relative in header.relatives)
    relatives = tuple(relative for relative in visible_relatives if relative is not None)
    known_ids = frozenset(person.citizen_id for person in relatives if person.citizen_id) | {overview.citizen_id}
    names = frozenset(person.name for person in relatives if person.name)
    return overview.model_copy(
        update={
            "sections": tuple(
                _with_known_names(section, known_ids, names) if section.area in decision.shown else _withheld(section)
                for section in overview.sections
            ),
            "header": header.model_copy(
                update={
                    "stated_identities": _identities(header.stated_identities, sources_shown),
                    "relatives": relatives,
                    "identifiers": tuple(
                        identifier
                        for identifier in header.identifiers
                        if identifier.is_national or identifier.namespace.partition(":")[0] in sources_shown
                    ),
                    "protection_sources": tuple(
                        source for source in header.protection_sources if source in sources_shown
                    ),
                }
            ),
            "disagreements": tuple(
                rest for each in overview.disagreements if (rest := _of_sources(each, sources_shown)) is not None
            ),
        }
    )


def _with_known_names(section: Section, known: frozenset[UUID], names: frozenset[str]) -> Section:
    """The section without the names of people whom the reader may not know of; that there are such people stays."""

    def is_known(party: EntryParty) -> bool:
        return party.name is None or (party.citizen_id in known if party.citizen_id else party.name in names)

    entries = tuple(
        entry
        if all(map(is_known, entry.parties))
        else entry.model_copy(
            update={
                "parties": tuple(
                    party if is_known(party) else party.model_copy(update={"name": None}) for party in entry.parties
                )
            }
        )
        for entry in section.entries
    )
    return section.model_copy(update={"entries": entries})


def _withheld(section: Section) -> Section:
    return Section(area=section.area, state=SectionState.WITHHELD)


def _of_sources(disagreement: Disagreement, sources_shown: frozenset[str]) -> Disagreement | None:
    values = tuple(value for value in disagreement.values if value.provenance.source in sources_shown)
    # One value alone is no disagreement, and would tell that somebody else said something else.
    return Disagreement(field=disagreement.field, values=values) if len(values) > 1 else None


def _identities(identities: Sequence[StatedIdentity], sources_shown: frozenset[str]) -> tuple[StatedIdentity, ...]:
    """That the sources disagree on who the citizen is everybody reads; what a withheld source says nobody.

    The headline's name and birth date are the citizen's master data and stay. Withheld sources are one other side,
    however many there are.
    """
    cut_identities = []
    for identity in identities:
        sources = tuple(source for source in identity.sources if source in sources_shown)
        if sources or identity.is_headline:
            cut_identities.append(identity.model_copy(update={"sources": sources}))
        else:
            cut_identities.append(StatedIdentity())
    return tuple(dict.fromkeys(cut_identities))


def _relation(facts: AccessFacts) -> Basis:
    """The closest working relation; all but the team's open the same."""
    if facts.on_team:
        return Basis.TEAM
    if facts.is_named_worker:
        return Basis.NAMED_WORKER
    if is_own_unit(facts):
        return Basis.OWN_UNIT
    return Basis.CASE_UNIT if facts.unit_holds_case else Basis.NONE


def _basis(relation: Basis, answers: Iterable[cedarpy.AuthzResult]) -> Basis:
    """The override, when anything at all is shown by it alone; it is reviewed then."""
    if any(_OVERRIDES.issuperset(_ids(answer)) for answer in answers):
        return Basis.OVERRIDE
    return relation


def _may_change_source(actor: Actor, action: AuditAction, *, has_reason: bool) -> bool:
    return _ask(actor, [(action.value, "Source", (("has_reason", has_reason),))])[0].allowed


def _may_decide_identity(actor: Actor, action: AuditAction, *, has_reason: bool) -> bool:
    return _ask(actor, [(action.value, "Identity", (("has_reason", has_reason),))])[0].allowed


def _is_reason_of(length: int, *, has_words: bool) -> bool:
    context = (("has_words", has_words), ("length", length))
    return _answers((), None, (("state_reason", "Reason", context),))[0].allowed


def _context(facts: AccessFacts, *, has_reason: bool, known_identifier: bool = False) -> dict[str, object]:
    return {
        "on_team": facts.on_team,
        "is_named_worker": facts.is_named_worker,
        "unit_has_active_effort": is_own_unit(facts),
        "unit_holds_case": facts.unit_holds_case,
        "is_self": facts.is_self,
        "has_reason": has_reason,
        "known_identifier": known_identifier,
    }


def _question(action: str, context: Mapping[str, object]) -> Question:
    return action, "Citizen", tuple(sorted(context.items()))


def _ask(actor: Actor, questions: Sequence[Question]) -> tuple[cedarpy.AuthzResult, ...]:
    return _answers(tuple(sorted(actor.roles)), actor.area, tuple(questions))


@lru_cache(maxsize=8192)
def _answers(
    roles: tuple[Role, ...], area: Area | None, questions: tuple[Question, ...]
) -> tuple[cedarpy.AuthzResult, ...]:
    """What Cedar says. Rights follow from role, area and facts alone, never from who somebody is.

    So the same facts have the same answer, and one asking in a thousand reaches Cedar, which takes over a millisecond.
    """
    if not questions:
        return ()
    attributes: dict[str, object] = {"roles": list(roles)}
    if area is not None:
        attributes["area"] = area
    principal = {"type": "Actor", "id": "anybody"}
    requests: list[dict[str, object]] = [
        {
            "principal": principal,
            "action": {"type": "Action", "id": action},
            "resource": {"type": kind, "id": "any"},
            "context": dict(context),
        }
        for action, kind, context in questions
    ]
    answers = cedarpy.is_authorized_batch(requests, _POLICIES, [{"uid": principal, "attrs": attributes, "parents": []}])
    broken = [error for answer in answers for error in answer.diagnostics.errors]
    if broken:
        # Cedar skips a policy that fails, also one that forbids: then no answer can be trusted.
        raise RuntimeError(f"policy cannot be evaluated: {broken[0]}")
    return tuple(answers)


def _ids(answer: cedarpy.AuthzResult) -> tuple[str, ...]:
    return tuple(sorted(answer.diagnostics.id_annotations_by_reason.values()))


def _most_days(action: str) -> int:
    """Up to how many days a policy permits the action; 0 when it never does."""
    questions = tuple((action, "Effort", (("days", days),)) for days in range(1, _MOST_DAYS + 1))
    return sum(answer.allowed for answer in _answers((), None, questions))


_MOST_DAYS = 100
PLANNED_WITHIN_DAYS = _most_days("count_planned_effort")
"""So many days before it begins an effort of the own unit opens the citizen, by the policy."""
ENDED_WITHIN_DAYS = _most_days("count_ended_effort")
"""So many days after its last day it still does."""
SHORTEST_REASON = next(length for length in range(1, 1001) if _is_reason_of(length, has_words=True))
"""How many visible characters the policy asks of a reason; for forms and sentences."""
