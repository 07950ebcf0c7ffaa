"""A citizen's own page in words. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from uuid import UUID, uuid4

from hub.access.own_efforts import OwnEffort
from hub.access.own_page import OwnChild, OwnCourse, OwnMeeting, OwnPageView
from hub.access.own_page_acts import TO_COURSE, consent_name
from hub.clock import danish_day
from hub.overview.efforts import LISTED
from hub.rights.restriction_repository import Restriction
from hub.sources.health import SourceState
from hub.web.my_page import texts
from hub.web.my_page.page import (
    OwnAgreementLine,
    OwnConsentLine,
    OwnEffortLine,
    OwnGoalLine,
    OwnMeetingLine,
    OwnPage,
    OwnPaperPage,
    OwnSourceLine,
    OwnWordsLine,
)
from hub.web.shell.cookies import MY_PAGE_PATH
from hub.web.shell.dates import (
    at_minute,
    capital,
    clock_text,
    counted,
    day_text,
    listed,
    long_day_text,
    phone_text,
)
from hub.web.shell.form_result import FormResult
from hub.web.shell.plan_texts import GOAL_PROGRESS, NOT_ASSESSED
from hub.web.shell.texts import AREA, DATA_CATEGORY
from hub.web.shell.view_models import Link, Phone
from schemas.consent import Consent
from schemas.period import Period
from schemas.plan import CitizenPlan, PlanEntry, PlanKind, PlanState
from schemas.source import SourceSystem


def own_page(  # noqa: PLR0913  keyword-only from the sources on
    view: OwnPageView,
    children: Sequence[OwnChild],
    now: datetime,
    *,
    sources: Mapping[str, SourceSystem],
    states: Sequence[SourceState],
    contact: str,
    result: FormResult | None,
) -> OwnPage:
    """Everything of the page."""
    today, course, child = danish_day(now), view.course, "" if view.facts.is_self else str(view.citizen_id)
    efforts = [effort_line(effort, sources) for effort in view.efforts]
    is_now = [effort.state in LISTED for effort in view.efforts]
    plan = course.plan if course else None
    shown = [each for each in children if each.name is not None]
    left_out = len(children) - len(shown)
    consents = _consents(course.consents, sources, today, child) if course else ()
    return OwnPage(
        name=view.name or "",
        child=child,
        is_own=view.facts.is_self,
        result=result.outcome if result else None,
        children=tuple(
            Link(texts.CHILD_PAGE.format(name=each.name), f"{MY_PAGE_PATH}?barn={each.citizen_id}") for each in shown
        ),
        older_children=texts.ONE_CHILD_LEFT_OUT.format(count=counted(left_out, *texts.CHILDREN)) if left_out else "",
        notes=tuple(map(_lifted_note, view.lifted)),
        course_note=_course_note(course, is_self=view.facts.is_self, shows_plan=plan is not None),
        wishes=_wishes(plan, child),
        waiting=tuple(
            OwnWordsLine(words.words, texts.WAITS.format(day=day_text(danish_day(words.written_at))), "")
            for words in view.waiting_words
        ),
        typed=result.typed.get("words", "") if result else "",
        key=(result.typed.get("key") if result else None) or str(uuid4()),
        shows_plan=course is None or plan is not None,
        goals=_goals(plan),
        agreements=agreement_lines(plan, None) if plan else (),
        strengths=_stated(plan, PlanKind.STRENGTH),
        concerns=_stated(plan, PlanKind.CONCERN),
        meetings=meeting_lines(course.meetings) if course else (),
        meetings_note=_meetings_note(course),
        lead=_lead(course),
        lead_phone=_phone(course.lead.phone) if course and course.lead else None,
        now=tuple(line for line, is_listed in zip(efforts, is_now, strict=True) if is_listed),
        before=tuple(line for line, is_listed in zip(efforts, is_now, strict=True) if not is_listed),
        consents=tuple(line for line in consents if line.href),
        earlier_consents=tuple(line for line in consents if not line.href),
        log=Link("Se, hvem der har set og hvorfor", address("opslag", child)),
        paper=Link("Aftaler og møder på ét ark", address("aftaler", child)),
        sources=source_lines(view, sources, states, today),
        withheld=_withheld(view),
        contact=contact,
    )


def _lifted_note(restriction: Restriction) -> str:
    lifted_at = restriction.lifted_at or restriction.placed_at
    return texts.LIFTED.format(
        start=day_text(danish_day(restriction.placed_at)),
        end=day_text(danish_day(lifted_at)),
        reason=restriction.lift_reason,
    )


def address(place: str, child: str, **more: object) -> str:
    """Of a page below *Min side*, of the same person."""
    query = "&".join(f"{name}={value}" for name, value in {"barn": child, **more}.items() if value)
    return f"{MY_PAGE_PATH}/{place}?{query}" if query else f"{MY_PAGE_PATH}/{place}"


def home(child: str) -> Link:
    """Back to the person's page."""
    return Link("Tilbage til siden", f"{MY_PAGE_PATH}?barn={child}" if child else MY_PAGE_PATH)


def paper_page(view: OwnPageView, now: datetime) -> OwnPaperPage:
    """What is agreed, on one sheet."""
    course, child = view.course, "" if view.facts.is_self else str(view.citizen_id)
    plan = course.plan if course else None
    agreements = tuple(_agreement(entry) for entry in _open(plan, PlanKind.AGREEMENT))
    return OwnPaperPage(
        name=view.name or "",
        printed=texts.PRINTED.format(when=at_minute(now)),
        agreements=agreements,
        meetings=meeting_lines(course.meetings) if course else (),
        lead=_lead(course),
        lead_phone=_phone(course.lead.phone) if course and course.lead else None,
        note=_course_note(course, is_self=view.facts.is_self, shows_plan=plan is not None)
        or ("" if agreements else texts.PAPER_EMPTY),
        back=home(child),
    )


def _course_note(course: OwnCourse | None, *, is_self: bool, shows_plan: bool) -> str:
    if course is None:
        return texts.NO_COURSE if is_self else texts.NO_COURSE_CHILD
    if not shows_plan:
        return texts.PLAN_WITHHELD
    return "" if course.has_consent else texts.WAITING_COURSE


def _open(plan: CitizenPlan | None, *kinds: PlanKind) -> list[PlanEntry]:
    entries = plan.entries if plan else ()
    return [entry for entry in entries if entry.kind in kinds and entry.text.state is PlanState.OPEN]


def _wishes(plan: CitizenPlan | None, child: str) -> tuple[OwnWordsLine, ...]:
    return tuple(
        OwnWordsLine(
            entry.text.words,
            texts.WRITTEN.format(who=capital(entry.text.who), day=day_text(danish_day(entry.versions[0].at))),
            address(f"ord/{entry.id}", child),
        )
        for entry in _open(plan, PlanKind.WISH)
    )


def _stated(plan: CitizenPlan | None, kind: PlanKind) -> tuple[str, ...]:
    return tuple(entry.text.words for entry in _open(plan, kind))


def _goals(plan: CitizenPlan | None) -> tuple[OwnGoalLine, ...]:
    return tuple(
        OwnGoalLine(
            words=goal.text.words,
            progress=_progress(goal),
            agreements=agreement_lines(plan, goal.id),
            sub_goals=tuple(
                f"{each.text.words} – {_progress(each)}"
                for each in _open(plan, PlanKind.SUB_GOAL)
                if each.parent_id == goal.id
            ),
        )
        for goal in _open(plan, PlanKind.GOAL)
    )


def _progress(goal: PlanEntry) -> str:
    if not goal.progress:
        return NOT_ASSESSED
    newest = goal.progress[0]
    return texts.PROGRESS.format(state=GOAL_PROGRESS[newest.progress], day=day_text(newest.on_day), words=newest.words)


def agreement_lines(plan: CitizenPlan | None, goal_id: UUID | None) -> tuple[OwnAgreementLine, ...]:
    """Agreements that count, of a goal, or of none that is shown."""
    goals = {goal.id for goal in _open(plan, PlanKind.GOAL)}
    return tuple(
        _agreement(entry)
        for entry in _open(plan, PlanKind.AGREEMENT)
        if (entry.parent_id if entry.parent_id in goals else None) == goal_id
    )


def _agreement(entry: PlanEntry) -> OwnAgreementLine:
    said = entry.text
    by = texts.BY_DAY.format(day=day_text(said.due_on)) if said.due_on else texts.NO_DAY
    return OwnAgreementLine(said.words, said.who, by)


def meeting_lines(meetings: Iterable[OwnMeeting]) -> tuple[OwnMeetingLine, ...]:
    """When and where."""
    return tuple(map(_meeting, meetings))


def _meeting(own: OwnMeeting) -> OwnMeetingLine:
    said = own.meeting.text
    when = texts.AT.format(
        day=long_day_text(danish_day(said.starts_at)), start=clock_text(said.starts_at), end=clock_text(said.ends_at)
    )
    place = said.place or texts.PLACE_MISSING
    return OwnMeetingLine(
        when=capital(when),
        place=place if own.shows_place else texts.PLACE_WITHHELD,
        note="" if own.is_invited else texts.NOT_INVITED,
    )


def _meetings_note(course: OwnCourse | None) -> str:
    if course is not None and course.plan is None:
        return texts.MEETINGS_WITHHELD
    return "" if course and course.meetings else texts.MEETINGS_NONE


def _lead(course: OwnCourse | None) -> str:
    if course is None:
        return ""
    lead = course.lead
    return texts.NO_LEAD if lead is None else ", ".join(part for part in (lead.name, lead.unit_name) if part)


def _phone(number: str | None) -> Phone | None:
    return Phone(phone_text(number), f"tel:{number.replace(' ', '')}") if number else None


def effort_line(effort: OwnEffort, sources: Mapping[str, SourceSystem]) -> OwnEffortLine:
    """An effort in words."""
    unit, worker = effort.unit, effort.worker
    names = [each.name for each in (worker, unit) if each is not None]
    source = sources.get(effort.source)
    return OwnEffortLine(
        area=effort.area.value,
        area_word=AREA[effort.area],
        title=capital(effort.title) if effort.title else texts.EFFORT_HIDDEN,
        state=texts.EFFORT_STATE[effort.state],
        period=_period(effort.valid),
        call=texts.CALL_WITHHELD if effort.is_place_withheld else ", ".join(names) or texts.CALL_MISSING,
        phone=_phone((worker and worker.phone) or (unit and unit.phone) or None),
        source=texts.FROM_SOURCE.format(
            source=source.title if source else AREA[effort.area], day=day_text(danish_day(effort.told_at))
        ),
        contested=texts.CONTESTED.format(words=effort.contested) if effort.contested else "",
    )


def _period(valid: Period) -> str:
    start = day_text(valid.start) if valid.start else ""
    end = day_text(valid.last_day) if valid.last_day else ""
    if start and end:
        return texts.FROM_TO.format(start=start, end=end)
    if start:
        return texts.SINCE.format(start=start)
    return texts.ENDS.format(end=end) if end else texts.NO_PERIOD


def consent_words(consents: Sequence[Consent], sources: Mapping[str, SourceSystem]) -> tuple[str, str]:
    """What the consents of one name are to, and what that means."""
    cell = consents[0].cell
    if cell is None:
        return texts.TO_COURSE, texts.TO_COURSE_MEANING
    source = sources.get(cell.source)
    categories = [
        DATA_CATEGORY[each.cell.category] if each.cell.category else texts.WHOLE_AREA for each in consents if each.cell
    ]
    what = texts.SHARE.format(source=source.title if source else AREA[cell.area])
    return what, texts.SHARE_MEANING.format(categories=listed(list(dict.fromkeys(categories))))


def _consents(
    consents: Sequence[Consent], sources: Mapping[str, SourceSystem], today: date, child: str
) -> tuple[OwnConsentLine, ...]:
    def group(consent: Consent) -> tuple[bool, str, str]:
        """What stands first, and of it the course."""
        name = consent_name(consent)
        since = "" if consent.stands(today) else f"{consent.withdrawn_on} {consent.terms.expires_on}"
        return not consent.stands(today), "" if name == TO_COURSE else name, since

    lines = []
    for (is_over, _, _), grouped in groupby(sorted(consents, key=group), group):
        same = list(grouped)
        what, meaning = consent_words(same, sources)
        href = "" if is_over else address("samtykke", child, hvad=consent_name(same[0]))
        lines.append(OwnConsentLine(what, meaning, _given(same[0], today), href))
    return tuple(lines)


def _given(consent: Consent, today: date) -> str:
    terms = consent.terms
    if consent.withdrawn_on is not None and consent.withdrawn_on <= today:
        return texts.WITHDRAWN_ON.format(day=day_text(consent.withdrawn_on))
    if terms.expires_on is None:
        return texts.GIVEN.format(day=day_text(terms.given_on))
    if terms.expires_on <= today:
        return texts.LAPSED.format(day=day_text(terms.expires_on))
    last = day_text(terms.expires_on - timedelta(days=1))
    return texts.GIVEN_UNTIL.format(day=day_text(terms.given_on), end=last)


def source_lines(
    view: OwnPageView, sources: Mapping[str, SourceSystem], states: Sequence[SourceState], today: date
) -> tuple[OwnSourceLine, ...]:
    """What each source has told that the page shows, and when it was read to its end."""
    lines = []
    for state in states:
        source = sources.get(state.source)
        entries = sum(effort.source == state.source for effort in view.efforts)
        read = danish_day(state.last_success_at) if state.last_success_at else None
        lines.append(
            OwnSourceLine(
                title=source.title if source else state.source,
                told=counted(entries, *texts.TOLD) if entries else texts.TOLD_NONE,
                read=texts.READ_AT.format(day=_near(read, today)) if read else texts.READ_NEVER,
            )
        )
    return tuple(lines)


def _near(day: date, today: date) -> str:
    return "i dag" if day == today else day_text(day)


def _withheld(view: OwnPageView) -> tuple[str, ...]:
    is_guarded_child = not view.facts.is_self and view.facts.is_protected
    return (
        *([texts.RULE_PROTECTED] if is_guarded_child else []),
        texts.RULE_NOTIFICATIONS,
        texts.RULE_OTHERS,
        texts.RULE_CONTENT,
        texts.RULE_LOG,
    )
