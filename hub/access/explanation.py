"""Pure: why the policies answer as they do about an employee and a citizen, in sentences."""

from hub.access import texts
from hub.access.cedar import POLICY_TITLES, POLICY_VERSION, Answer
from hub.access.policy import answers_by_question, is_own_unit, is_reason
from schemas.access import AccessFacts, AccessRequest, Actor


def explain(actor: Actor, facts: AccessFacts, request: AccessRequest) -> tuple[str, ...]:
    """Who asks, what holds between the two, and what each question is answered by; the citizen is not named."""
    answers = answers_by_question(actor, facts, request)
    is_open = answers["open_overview"].allowed
    return (
        *_who(actor, request),
        *_facts(facts),
        *(_answer(question, answer) for question, answer in answers.items() if is_open or question == "open_overview"),
        texts.VERSION.format(version=POLICY_VERSION),
    )


def _who(actor: Actor, request: AccessRequest) -> tuple[str, ...]:
    roles = " og ".join(texts.ROLE[role] for role in sorted(actor.roles)) or texts.NO_ROLE
    area = texts.OF_AREA.format(area=texts.AREA[actor.area]) if actor.area else ""
    reason = texts.REASON if is_reason(request.override_reason) else texts.NO_REASON
    return (
        texts.WHO.format(name=actor.name, roles=roles, area=area),
        *((texts.KLE_LIMIT.format(numbers=", ".join(sorted(actor.kle))),) if actor.kle is not None else ()),
        texts.PURPOSE_LINE.format(purpose=texts.PURPOSE[request.purpose], reason=reason),
    )


def _facts(facts: AccessFacts) -> tuple[str, ...]:
    relations = {
        "on_team": facts.on_team,
        "is_named_worker": facts.is_named_worker,
        "unit_has_active_effort": is_own_unit(facts),
        "unit_holds_case": facts.unit_holds_case,
    }
    lines = (
        texts.FACT_LINE.format(fact=holds if relations[name] else holds_not)
        for name, (holds, holds_not) in texts.FACTS.items()
    )
    in_part = {cell.partition("/")[0] for cell in facts.consent_cells}
    areas = ", ".join(
        texts.IN_PART.format(area=texts.AREA[area]) if area in in_part else texts.AREA[area]
        for area in sorted(facts.consented_areas)
    )
    consents = texts.CONSENTS.format(areas=areas) if areas else texts.NO_CONSENTS
    disclosed = (
        texts.DISCLOSED.format(name=standing.stated_by, area=texts.AREA[standing.area])
        for standing in facts.disclosures
    )
    return (*((texts.IS_SELF,) if facts.is_self else ()), *lines, *((consents,) if facts.on_team else ()), *disclosed)


def _answer(question: str, answer: Answer) -> str:
    allowed, refused = texts.QUESTION[question]
    word = allowed if answer.allowed else refused
    if not answer.policies:
        return texts.NO_POLICY.format(answer=word)
    titles = "; ".join(texts.TITLE.format(title=POLICY_TITLES[policy], policy=policy) for policy in answer.policies)
    return texts.BECAUSE.format(answer=word, titles=titles)
