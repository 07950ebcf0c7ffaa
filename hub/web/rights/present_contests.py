"""What a citizen contests, in words. Pure."""

from collections.abc import Mapping
from uuid import UUID

from hub.access.contests import ContestableFact, ContestView
from hub.clock import danish_day
from hub.rights.contest_repository import Contest, ContestOutcome
from hub.web.rights import texts
from hub.web.rights.page import ContestLine, ContestsPage, FactGroup
from hub.web.rights.paper import fact_title
from hub.web.shell.dates import at_minute, at_second, capital, day_text
from hub.web.shell.form_result import FormResult
from hub.web.shell.texts import AREA
from hub.web.shell.view_models import Choice

LONGEST_TITLE = 110


def contests_page(
    view: ContestView, citizen_id: UUID, name: str | None, titles: Mapping[str, str], result: FormResult | None
) -> ContestsPage:
    """What is contested, and the form to mark more."""
    key = str(citizen_id)
    typed = dict(result.typed) if result else {}
    labels = {fact.id: _label(fact, titles) for fact in view.facts}
    areas = list(dict.fromkeys(fact.area for fact in view.facts))
    return ContestsPage(
        key=key,
        heading=name or texts.BORN_KEY.format(key=key[:8]),
        contests=tuple(_line(each, labels, titles) for each in view.contests),
        groups=tuple(
            FactGroup(
                AREA[area],
                tuple(
                    Choice(fact.id, labels[fact.id], chosen=typed.get("fact") == fact.id)
                    for fact in view.facts
                    if fact.area is area
                ),
            )
            for area in areas
        ),
        form=result.form if result else "",
        typed=typed,
        result=result.outcome if result else None,
    )


def _label(fact: ContestableFact, titles: Mapping[str, str]) -> str:
    title = fact_title(fact.fact.model_dump(mode="json", exclude_none=True))
    words = title if len(title) <= LONGEST_TITLE else f"{title[:LONGEST_TITLE]}…"
    since = f", fra {day_text(fact.valid.start)}" if fact.valid.start else ""
    return f"{words}{since} ({titles.get(fact.source, fact.source)})"


def _line(contest: Contest, labels: Mapping[str, str], titles: Mapping[str, str]) -> ContestLine:
    source = titles.get(contest.source, contest.source)
    state = texts.WAITS_FOR_SOURCE.format(source=source)
    if contest.outcome is not None and contest.ended_at is not None:
        state = texts.ENDED[contest.outcome].format(
            when=at_minute(contest.ended_at), by=contest.ended_by or "", reason=contest.end_reason, source=source
        )
    if contest.outcome is ContestOutcome.UPHELD:
        state += (
            f" {texts.CORRECTED_SINCE.format(day=day_text(danish_day(contest.corrected_at)))}"
            if contest.corrected_at
            else f" {texts.NOT_CORRECTED}"
        )
    return ContestLine(
        id=contest.id,
        fact=capital(labels.get(contest.entity, texts.FACT_GONE.format(source=source))),
        words=contest.words,
        by=contest.contested_by,
        when=at_second(contest.contested_at),
        state=state,
        is_standing=contest.stands,
    )
