"""Pure: what the policies in ``policies/*.cedar`` say of actor, facts and request.

The rules stand in the Cedar text and nowhere else; this module asks them (``hub.access.cedar``).
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from uuid import UUID

from hub.access.acts import BACKUP_ACTS, CONSENT_ACTS, IDENTITY_ACTS, LOG_ACTS, SAMPLE_ACTS, SOURCE_ACTS, STAFF_ACTS
from hub.access.cedar import NOBODY, POLICY_VERSION, Answer, Principal, Question, get_answers
from hub.access.reason import has_words, length_of
from hub.access.section_rights import OVERRIDE_OF_ANYBODY, OVERRIDES, disclosed_areas, limited_area, right_of_area
from schemas.access import AccessFacts, AccessRequest, Actor, AuditAction, Basis, Decision, KleLimit
from schemas.consent import TeamFacts
from schemas.data_category import DataCategory
from schemas.disclosure import DisclosureBasis, SectionDisclosure
from schemas.source import Area

_AREAS = tuple(Area)
_PAGES = (
    frozenset(
        {
            AuditAction.LOG_IN,
            AuditAction.LOG_OUT,
            AuditAction.USE_OWN_LOGIN,
            AuditAction.READ_LOG,
            AuditAction.READ_SOURCES,
            AuditAction.SEARCH,
            AuditAction.LIST_CITIZENS,
            AuditAction.END_OVERRIDE,
            AuditAction.READ_POLICY,
            AuditAction.EXPLAIN_POLICY,
            AuditAction.READ_OWN_UNITS,
            AuditAction.READ_COMMITTEE_FIGURES,
            AuditAction.READ_RULES,
            AuditAction.READ_DISCLOSURES,
            AuditAction.MAKE_LINK,
            AuditAction.OPEN_LINK,
            AuditAction.READ_ALERTS,
            AuditAction.CHANGE_SUBSCRIPTIONS,
            AuditAction.READ_RIGHTS,
            AuditAction.READ_DELETIONS,
            AuditAction.FORGET_AGAIN,
            AuditAction.RUN_RETENTION,
        }
    )
    | STAFF_ACTS
    | LOG_ACTS
    | BACKUP_ACTS
)


def decide(actor: Actor, facts: AccessFacts, request: AccessRequest) -> Decision:
    """Whether the actor may open this citizen's overview, with which right, and which areas it shows."""
    has_reason = is_reason(request.override_reason)
    disclosed = disclosed_areas(facts, request)
    context = context_of(facts, has_reason=has_reason)
    context |= {"has_disclosure": bool(disclosed), "purpose": request.purpose.value}
    return _decision(
        _principals(actor),
        tuple(context.items()),
        facts.consented_areas,
        facts.consent_cells,
        relation_of(facts),
        disclosed,
        is_protected=facts.name_address_protected,
    )


@lru_cache(maxsize=8192)
def _decision(  # noqa: PLR0913  all that a decision follows from; it is the key of the cache
    principals: tuple[Principal, ...],
    context: tuple[tuple[str, object], ...],
    consented: frozenset[Area],
    consent_cells: frozenset[str],
    relation: Basis,
    disclosed: tuple[SectionDisclosure, ...],
    *,
    is_protected: bool,
) -> Decision:
    """The decision on whoever these hold for; every look-up asks, and most ask the same."""
    by_area = {disclosure.area: disclosure for disclosure in disclosed}
    opened, *sections, reveal = _answers_to_all(principals, _questions(dict(context), consented, by_area))
    if not opened.allowed:
        return Decision(
            allowed=False,
            basis=Basis.NONE,
            withheld=frozenset(Area),
            policies=opened.policies,
            policy_version=POLICY_VERSION,
        )
    permitted = {section: answer for section, answer in zip(_AREAS, sections, strict=True) if answer.allowed}
    answers = [opened, *permitted.values()]
    areas_shown = frozenset(permitted)
    employee = principals[0]
    limited = limited_area(employee, permitted, consent_cells)
    # What the override shows to anybody it shows whole: more than the job function does, which makes it an override.
    is_lifted = limited is not None and OVERRIDE_OF_ANYBODY in permitted[limited].policies
    disclosures = [
        right_of_area(
            section,
            answer,
            consent_cells,
            by_area.get(section),
            is_own_whole=section is not limited or not is_lifted,
        )
        for section, answer in permitted.items()
    ]
    is_widened = any(
        disclosure is not None and disclosure.basis is DisclosureBasis.OVERRIDE for disclosure in disclosures
    )
    return Decision(
        allowed=True,
        basis=Basis.OVERRIDE if is_widened else _basis(relation, answers),
        shown=areas_shown,
        withheld=frozenset(Area) - areas_shown,
        disclosures=tuple(disclosure for disclosure in disclosures if disclosure is not None),
        kle_limit=KleLimit(area=limited, numbers=frozenset(employee.kle or ())) if limited and not is_lifted else None,
        existence=_existence(principals, dict(context), consent_cells, areas_shown),
        may_reveal=is_protected and reveal.allowed,
        policies=tuple(sorted({policy for answer in answers for policy in answer.policies})),
        policy_version=POLICY_VERSION,
    )


def may_see_entry(limit: KleLimit, number: str | None) -> bool:
    """Whether who is limited so may see what has that KLE number; None: it has none."""
    parts = number.split(".") if number else []
    numbers = tuple(".".join(parts[:length]) for length in range(1, len(parts) + 1))
    employee = Principal(kle=tuple(sorted(limit.numbers)))
    return get_answers(employee, (question_of("see_entry", {"kle": numbers}),))[0].allowed


def _existence(
    principals: tuple[Principal, ...],
    context: Mapping[str, object],
    consent_cells: frozenset[str],
    areas_shown: frozenset[Area],
) -> frozenset[str]:
    """Of which sources of withheld areas the actor may know whether there is anything, as ``area/source``."""
    suffix = f"/{DataCategory.EXISTENCE}"
    sources = [cell.removesuffix(suffix) for cell in consent_cells if cell.endswith(suffix)]
    withheld = sorted({Area(source.partition("/")[0]) for source in sources} - areas_shown)
    questions = tuple(
        question_of("see_existence", {**_of_area(context, section), "consented": True, "disclosed_by": ""})
        for section in withheld
    )
    answers = _answers_to_all(principals, questions)
    permitted = {section for section, answer in zip(withheld, answers, strict=True) if answer.allowed}
    return frozenset(source for source in sources if source.partition("/")[0] in permitted)


def _questions(
    context: Mapping[str, object], consented: frozenset[Area], disclosed: Mapping[Area, SectionDisclosure]
) -> tuple[Question, ...]:
    """What is asked to open a citizen: the page, each area, and protected fields if a reason is stated for them."""
    plain = {key: value for key, value in context.items() if key not in {"purpose", "has_disclosure"}}
    return (
        question_of("open_overview", context),
        *(
            question_of(
                "see_section",
                {
                    **_of_area(context, area),
                    "consented": area in consented,
                    "disclosed_by": disclosed[area].basis.value if area in disclosed else "",
                },
            )
            for area in _AREAS
        ),
        question_of("reveal", {**plain, "has_reason": True}),
    )


def _of_area(context: Mapping[str, object], area: Area) -> dict[str, object]:
    return {**{key: value for key, value in context.items() if key != "has_disclosure"}, "area": area}


def answers_by_question(actor: Actor, facts: AccessFacts, request: AccessRequest) -> dict[str, Answer]:
    """What the policies answer to each question that a decision asks: ``open_overview``, each area, ``reveal``."""
    disclosed = disclosed_areas(facts, request)
    context = context_of(facts, has_reason=is_reason(request.override_reason))
    context |= {"has_disclosure": bool(disclosed), "purpose": request.purpose.value}
    questions = _questions(context, facts.consented_areas, {each.area: each for each in disclosed})
    names = ("open_overview", *_AREAS, "reveal")
    return dict(zip(names, ask_policies(actor, questions), strict=True))


def may_reveal(actor: Actor, facts: AccessFacts, reason: str) -> Decision:
    """Whether the actor may be shown the citizen's protected fields, for that reason."""
    (answer,) = ask_policies(actor, [question_of("reveal", context_of(facts, has_reason=is_reason(reason)))])
    return Decision(
        allowed=answer.allowed,
        basis=relation_of(facts) if answer.allowed else Basis.NONE,
        may_reveal=answer.allowed,
        policies=answer.policies,
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
    contexts = ((fact, context_of(fact, has_reason=False, known_identifier=known_identifier)) for fact in facts)
    return {
        fact.citizen_id: relation_of(fact)
        for fact, context in contexts
        if ask_policies(actor, [question_of("find", context)])[0].allowed
    }


def may(actor: Actor, action: AuditAction) -> bool:  # noqa: PLR0911  one for each kind of act
    """Whether the actor's role reaches a page (log, sources, search, citizens), or an act on a source or the like.

    An act that takes a reason is answered as if there was one; ``may_change_source`` looks at the reason. What is done
    to one citizen is never answered here: that takes facts (``decide``).
    """
    if action in SOURCE_ACTS:
        return _may_change_source(actor, action, has_reason=True)
    if action in IDENTITY_ACTS:
        return _may_decide_identity(actor, action, has_reason=True)
    if action is AuditAction.DECIDE_RULE:
        return ask_policies(actor, [(action.value, "Rule", (("has_reason", True),))])[0].allowed
    if action is AuditAction.REVIEW_OVERRIDE:
        return _may_review_override(actor, has_reason=True, is_own=False, is_of_own_unit=True)
    if action in SAMPLE_ACTS:
        return may_handle_sample(actor, action, is_own=False, is_sent=True)
    if action is AuditAction.READ_OVERRIDES:
        return may_read_overrides(actor, is_of_own_unit=True)
    return action in _PAGES and ask_policies(actor, [(action.value, "Pages", ())])[0].allowed


def may_change_source(actor: Actor, action: AuditAction, reason: str | None) -> bool:
    """Whether the actor may do that to a source, for that reason."""
    return action in SOURCE_ACTS and _may_change_source(actor, action, has_reason=is_reason(reason))


def may_decide_identity(actor: Actor, action: AuditAction, reason: str | None) -> bool:
    """Whether the actor may decide that about who is who, for that reason."""
    return action in IDENTITY_ACTS and _may_decide_identity(actor, action, has_reason=is_reason(reason))


def may_read_overrides(actor: Actor, *, is_of_own_unit: bool) -> bool:
    """Whether the actor may see stated reasons (værdispring): all, or those of employees of the actor's own units."""
    context = (("is_of_own_unit", is_of_own_unit),)
    return ask_policies(actor, [(AuditAction.READ_OVERRIDES.value, "Override", context)])[0].allowed


def may_review_override(actor: Actor, reason: str | None, *, is_own: bool, is_of_own_unit: bool) -> bool:
    """Whether the actor may judge a stated reason (værdispring), in those words; *is_own*: it is the actor's own."""
    return _may_review_override(actor, has_reason=is_reason(reason), is_own=is_own, is_of_own_unit=is_of_own_unit)


def may_handle_sample(actor: Actor, action: AuditAction, *, is_own: bool, is_sent: bool) -> bool:
    """Whether the actor may do that with samples of look-ups, or with a line: an own look-up, one sent to the actor."""
    context = (("is_own", is_own), ("is_sent", is_sent))
    return action in SAMPLE_ACTS and ask_policies(actor, [(action.value, "Sample", context)])[0].allowed


def may_handle_consents(actor: Actor, action: AuditAction, facts: TeamFacts) -> bool:
    """Whether the actor may read, print, record or withdraw consents of a citizen to that course."""
    context = {
        "on_team": facts.on_team,
        "is_lead_coordinator": facts.is_lead_coordinator,
        "is_citizen_coordinator": facts.is_citizen_coordinator,
        "is_self": facts.is_self,
    }
    return action in CONSENT_ACTS and ask_policies(actor, [(action.value, "Course", tuple(context.items()))])[0].allowed


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


def relation_of(facts: AccessFacts) -> Basis:
    """The closest working relation; all but the team's open the same."""
    if facts.on_team:
        return Basis.TEAM
    if facts.is_named_worker:
        return Basis.NAMED_WORKER
    if is_own_unit(facts):
        return Basis.OWN_UNIT
    return Basis.CASE_UNIT if facts.unit_holds_case else Basis.NONE


def _basis(relation: Basis, answers: Iterable[Answer]) -> Basis:
    """The override, when anything at all is shown by it alone; it is reviewed then."""
    if any(OVERRIDES.issuperset(answer.policies) for answer in answers):
        return Basis.OVERRIDE
    return Basis.DISCLOSED if relation is Basis.NONE else relation


def _may_change_source(actor: Actor, action: AuditAction, *, has_reason: bool) -> bool:
    return ask_policies(actor, [(action.value, "Source", (("has_reason", has_reason),))])[0].allowed


def _may_decide_identity(actor: Actor, action: AuditAction, *, has_reason: bool) -> bool:
    return ask_policies(actor, [(action.value, "Identity", (("has_reason", has_reason),))])[0].allowed


def _may_review_override(actor: Actor, *, has_reason: bool, is_own: bool, is_of_own_unit: bool) -> bool:
    context = (("has_reason", has_reason), ("is_own", is_own), ("is_of_own_unit", is_of_own_unit))
    return ask_policies(actor, [(AuditAction.REVIEW_OVERRIDE.value, "Override", context)])[0].allowed


def _is_reason_of(length: int, *, has_words: bool) -> bool:
    context = (("has_words", has_words), ("length", length))
    return get_answers(NOBODY, (("state_reason", "Reason", context),))[0].allowed


def context_of(facts: AccessFacts, *, has_reason: bool, known_identifier: bool = False) -> dict[str, object]:
    """What the policies ask of the actor and a citizen."""
    return {
        "on_team": facts.on_team,
        "is_named_worker": facts.is_named_worker,
        "unit_has_active_effort": is_own_unit(facts),
        "unit_holds_case": facts.unit_holds_case,
        "is_self": facts.is_self,
        "has_reason": has_reason,
        "known_identifier": known_identifier,
    }


def question_of(action: str, context: Mapping[str, object]) -> Question:
    """The question whether the action may be done to a citizen."""
    return action, "Citizen", tuple(sorted(context.items()))


def ask_policies(actor: Actor, questions: Sequence[Question]) -> tuple[Answer, ...]:
    """What the policies answer to each of the questions about that actor."""
    return _answers_to_all(_principals(actor), tuple(questions))


def _principals(actor: Actor) -> tuple[Principal, ...]:
    """Who must be allowed to: the employee, the machine, or both where one asks on behalf of the other."""
    kle = None if actor.kle is None else tuple(sorted(actor.kle))
    employee = Principal(roles=tuple(sorted(actor.roles)), area=actor.area, kle=kle)
    machine = actor.machine
    if machine is None:
        return (employee,)
    caller = Principal(area=machine.area, scopes=tuple(sorted(machine.scopes)), for_employee=machine.for_employee)
    return (employee, caller) if machine.for_employee else (caller,)


def _answers_to_all(principals: tuple[Principal, ...], questions: tuple[Question, ...]) -> tuple[Answer, ...]:
    """What is allowed to every one of them."""
    answers = [get_answers(principal, questions) for principal in principals]
    return answers[0] if len(answers) == 1 else tuple(_both(*pair) for pair in zip(*answers, strict=True))


def _both(first: Answer, second: Answer) -> Answer:
    """Yes where both say yes, with the policies of both; else no, with those that refuse."""
    if first.allowed and second.allowed:
        return Answer(allowed=True, policies=tuple(sorted({*first.policies, *second.policies})))
    return Answer(
        allowed=False,
        policies=tuple(sorted({name for answer in (first, second) if not answer.allowed for name in answer.policies})),
    )


def _most_days(action: str) -> int:
    """Up to how many days a policy permits the action; 0 when it never does."""
    questions = tuple((action, "Effort", (("days", days),)) for days in range(1, _MOST_DAYS + 1))
    return sum(answer.allowed for answer in get_answers(NOBODY, questions))


_MOST_DAYS = 100
PLANNED_WITHIN_DAYS = _most_days("count_planned_effort")
"""So many days before it begins an effort of the own unit opens the citizen, by the policy."""
ENDED_WITHIN_DAYS = _most_days("count_ended_effort")
"""So many days after its last day it still does."""
SHORTEST_REASON = next(length for length in range(1, 1001) if _is_reason_of(length, has_words=True))
"""How many visible characters the policy asks of a reason; for forms and sentences."""
