"""Open a citizen with everything around them: decide and log first, then read. One place for page and API."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from hub import metrics
from hub.access import identity, service
from hub.access.colleagues import Colleague, cut_colleague
from hub.access.course_history import CourseHistory, read_history
from hub.access.disclosure_policy import may_disclose_something
from hub.access.masking import mask_numbers
from hub.access.rule_points import CitizenPoints, PointAnswers, read_points
from hub.access.rule_policy import may_assess
from hub.access.showing import cut_and_mask_all
from hub.audit.repository import Viewing
from hub.clock import danish_day
from hub.course import service as course
from hub.course.meeting_rules import meeting_on
from hub.course.plan_rules import plan_on
from hub.course.trial_rules import trial_on
from hub.course.views import CourseView, TeamMember
from hub.driver import Answer
from hub.indexing.serving import Prefetch, ServedFrom
from hub.overview import service as overviews
from hub.overview.changes import Change, wiped_of_person
from hub.overview.columns import workers_of
from hub.overview.follow_ups import list_follow_ups
from hub.web.citizen.acts import act_of
from hub.web.citizen.page_answers import NewsAnswer, PageAnswers, ask_news, ask_page
from hub.web.citizen.page_data import Changes, PageData, SourceAge, Team, Teammate, Viewer, end_of
from hub.web.shell.coverage import coverage, paused_at
from hub.web.shell.request_context import RequestContext
from schemas.access import AccessFacts, AccessRequest, AuditAction, Basis, Decision, PageKind
from schemas.course import TeamFunction
from schemas.overview import CitizenHeader, Overview, Section, SectionState
from schemas.people import PersonFact
from schemas.source import Area, AreaContact
from schemas.staff import EmployeeContact

VIEWERS_SHOWN = 5


@dataclass(frozen=True)
class OpenedCitizen:
    """A citizen whose overview the actor may see, and how current it is."""

    overview: Overview
    """Cut to the decision, protected fields masked."""
    decision: Decision
    facts: AccessFacts
    served_from: ServedFrom | None
    """None: as known on an earlier day, so built from the store."""
    not_updated_since: datetime | None
    """Since when the overview could not be built from what the sources say."""
    family: tuple["OpenedCitizen", ...] = ()
    """The others on the course whom the actor may see too, the oldest first; their lines are of the same act."""
    is_anybody_protected: bool = False
    """Whether the citizen or anybody else on the course is, opened or not."""
    answers: PageAnswers | None = None
    """None: nothing was sent for, as no page is to be shown."""

    @property
    def people(self) -> tuple["OpenedCitizen", ...]:
        """The citizen, then the family."""
        return (self, *self.family)


@dataclass(frozen=True)
class NotOpened:
    """A citizen who was not opened."""

    decision: Decision
    facts: AccessFacts | None
    """None: there is no such citizen."""


def open_citizen(
    context: RequestContext, citizen_id: UUID, page: PageKind, as_known: date | None = None, *, for_page: bool = False
) -> OpenedCitizen | NotOpened:
    """Decide, write the audit lines, read: the citizen with the family on the same course.

    Neither a refusal nor an unknown citizen is an exception. *for_page*: what ``load_page_data`` needs of those who
    are opened is sent for when their lines are written, so that the store looks it up while the overviews are read.
    """
    answers: list[PageAnswers] = []
    act = {"act_id": act_of(context, citizen_id, page), "page": page, "as_known": as_known}
    reader, served_from = context.reader, dict[UUID, ServedFrom]()
    prefetches = dict[UUID, Prefetch]()

    def request_for(other: UUID) -> AccessRequest:
        # The index answers while the store decides and writes the lines.
        if as_known is None:
            prefetches[other] = reader.prefetch(other)
        shown_on = {} if other == citizen_id else {"shown_on": citizen_id}
        return context.access(other).model_copy(update=act | shown_on)

    def read(facts: AccessFacts) -> Overview | None:
        person = facts.citizen_id
        if as_known is not None:
            return _read_as_known(context, person, end_of(as_known))
        served = reader.serve(context.session, facts, prefetches[person])
        served_from[person] = served.origin
        metrics.overview_served(served.origin)
        return served.overview

    def send_for_page(people: Sequence[UUID]) -> None:
        if for_page and people:
            answers.append(ask_page(context, people, page, as_known))

    request = request_for(citizen_id)
    context.ask_source_states()  # goes with what is read to decide
    try:
        opened = service.open_overview(
            context.session,
            context.actor,
            citizen_id,
            request,
            now=context.now,
            read=read,
            others=request_for,
            ahead=send_for_page,
        )
    finally:
        for prefetched in filter(None, prefetches.values()):
            prefetched.cancel()
    if opened.overview is None or opened.facts is None:
        return NotOpened(opened.decision, opened.facts)
    complete = coverage(context, as_known)

    def shown(each: service.Opened, overview: Overview, facts: AccessFacts) -> OpenedCitizen:
        return OpenedCitizen(
            # Here, and nowhere else: page and API show the same.
            overview=mask_numbers(complete(overview)),
            decision=each.decision,
            facts=facts,
            served_from=served_from.get(facts.citizen_id),
            not_updated_since=None if as_known else facts.not_updated_since,
            is_anybody_protected=each.is_anybody_protected,
        )

    family = (shown(each, each.overview, each.facts) for each in opened.family if each.overview and each.facts)
    by_age = sorted(family, key=lambda member: member.overview.header.person.birth_date or date.max)
    citizen = shown(opened, opened.overview, opened.facts)
    return replace(citizen, family=tuple(by_age), answers=next(iter(answers), None))


def family_of(context: RequestContext, citizen_id: UUID, decision: Decision) -> tuple[UUID, ...]:
    """The others shown on the citizen's page."""
    if not service.shows_family(decision):
        return ()
    return course.family_of(context.session, citizen_id, danish_day(context.now))


def earliest_not_updated(people: Iterable[OpenedCitizen]) -> datetime | None:
    """Since when one of these overviews could not be built; None: all are current."""
    return min((person.not_updated_since for person in people if person.not_updated_since), default=None)


def _read_as_known(context: RequestContext, citizen_id: UUID, moment: datetime) -> Overview | None:
    overview = overviews.read(context.session, citizen_id, moment)
    current = overviews.read(context.session, citizen_id)
    if current is None:
        return overview
    if overview is None:
        # Nothing was known then; the page still says about whom, so that one can step on to a later day.
        empty = tuple(Section(area=area, state=SectionState.NONE_FOUND) for area in Area)
        nobody = CitizenHeader(person=PersonFact())
        overview = current.model_copy(update={"sections": empty, "disagreements": (), "header": nobody})
    return overview.model_copy(update={"header": _recognisable(overview.header, current.header)})


def _recognisable(then: CitizenHeader, now: CitizenHeader) -> CitizenHeader:
    """The header of an earlier day, with who it is: a page says that also of a day before a source told it.

    What has happened to the citizen since, where they live and whom they are related to stays as it was known then.
    """
    person, is_numbered = then.person, any(identifier.is_national for identifier in then.identifiers)
    numbers = [identifier for identifier in now.identifiers if identifier.is_national][:1]
    if then.display_name is None:
        later = {"life_status": person.life_status, "died_on": person.died_on, "address": person.address}
        person = now.person.model_copy(update=later)
    return then.model_copy(
        update={
            "person": person,
            "identifiers": then.identifiers if is_numbered else (*then.identifiers, *numbers),
            "stated_identities": then.stated_identities or now.stated_identities,
        }
    )


def load_page_data(
    context: RequestContext, citizen: OpenedCitizen, page: PageKind, as_known: date | None = None
) -> PageData:
    """All that a page about the opened citizen needs."""
    citizen_id, today = citizen.overview.citizen_id, danish_day(context.now)
    sources = context.known_sources
    people = citizen.people
    family_overviews = tuple(person.overview for person in people)
    family_ids = [overview.citizen_id for overview in family_overviews]
    answers = citizen.answers or ask_page(context, family_ids, page, as_known)
    team_now = answers.team()
    contacts = ask_contacts_of(context, family_overviews)
    news = ask_news(context, family_ids, *answers.looks()) if answers.looks else None
    points = _points_of(context, citizen, answers.points, team_now) if answers.points else ()
    course_view = course.team_of(context.session, citizen_id, as_known) if as_known else team_now
    is_protected = citizen.is_anybody_protected
    data = PageData(
        overview=citizen.overview,
        decision=citizen.decision,
        actor=context.actor,
        purpose=context.access(citizen_id).purpose,
        now=context.now,
        override_until=override.until if (override := context.override(citizen_id)) else None,
        meeting_until=meeting.until if (meeting := context.opened_for_meeting(citizen_id)) else None,
        may_disclose=may_disclose_something(context.actor, citizen.facts),
        judged_by_reader=frozenset(
            person.overview.citizen_id
            for person in citizen.people
            if may_assess(context.actor, AuditAction.ASSESS_RULE, person.facts, person.decision)
        ),
        page=page,
        sources=sources,
        family=family_overviews[1:],
        served_from=frozenset(person.served_from for person in people if person.served_from),
        not_updated_since=earliest_not_updated(people),
        follow_ups={
            after.notification.id: tuple(followed.effort for followed in after.followed)
            for after in list_follow_ups(family_overviews, as_known or today)
        },
        team=team_of(context, course_view, citizen.decision, is_protected=is_protected) if course_view else None,
        own_function=_own_function(context, team_now),
        source_ages=tuple(
            SourceAge(
                sources[state.source],
                state.state,
                state.last_data_at,
                state.last_success_at,
                paused_at=paused_at(context, state),
            )
            for state in context.source_states
        ),
        as_known=as_known,
        contacts=contacts(),
        area_contacts=area_contacts(context),
        points=points,
        has_rules=bool(answers.points and answers.points.rules()),
        demo=context.app.settings.demo,
    )
    if page is PageKind.TIMELINE:
        history = _history(context, citizen)
        data = replace(
            data,
            plans={key: plan_on(plan, data.moment) for key, plan in history.plans.items()},
            trials=tuple(filter(None, (trial_on(trial, data.moment) for trial in history.trials))),
            meetings=tuple(filter(None, (meeting_on(meeting, data.moment) for meeting in history.meetings))),
            decisions=tuple(decision for decision in history.decisions if decision.at <= data.moment),
        )
    if answers.viewings is None or news is None:
        return data
    return replace(
        data,
        viewers=_viewers(context, answers.viewings(), citizen.decision, is_protected=is_protected),
        changes=_changes(context, people, news),
    )


def _history(context: RequestContext, citizen: OpenedCitizen) -> CourseHistory:
    """What the team wrote of those who are opened by the team's right."""
    citizen_id = citizen.overview.citizen_id
    act = {"act_id": act_of(context, citizen_id, PageKind.TIMELINE), "page": PageKind.TIMELINE}

    def request_for(other: UUID) -> AccessRequest:
        shown_on = {} if other == citizen_id else {"shown_on": citizen_id}
        return context.access(other).model_copy(update=act | shown_on)

    people = [person.facts for person in citizen.people if person.decision.basis is Basis.TEAM]
    if not people:
        return CourseHistory({}, ())
    return read_history(context.session, context.actor, people, request_for, now=context.now)


def _points_of(
    context: RequestContext, citizen: OpenedCitizen, answers: PointAnswers, view: CourseView | None
) -> tuple[CitizenPoints, ...]:
    """What the rules say of the opened citizen and the family, who are on that course together."""
    people = [(person.overview, person.decision, person.facts) for person in citizen.people]
    return read_points(context.session, context.actor, people, answers=answers, view=view, now=context.now)


def ask_contacts_of(context: RequestContext, people: Iterable[Overview]) -> Answer[dict[str, EmployeeContact]]:
    """The employees whom these overviews name as responsible; masked entries carry no id."""
    keys = {worker.worker_id for person in people for worker in workers_of(person)}
    return identity.ask_contacts(context.session, keys)


def area_contacts(context: RequestContext) -> dict[Area, AreaContact]:
    """Whom to call about each area: as the municipality set it, else the authority that its first source names."""
    named = {source.area: AreaContact(name=source.authority) for source in reversed(context.sources)}
    return {**named, **context.app.settings.area_contacts}


def _own_function(context: RequestContext, team: CourseView | None) -> TeamFunction | None:
    """The first of the actor's places on the team; the lead coordinator's comes before all others."""
    members = team.team if team else ()
    return next((member.function for member in members if member.actor_id == context.actor.id), None)


def team_of(context: RequestContext, view: CourseView, decision: Decision, *, is_protected: bool) -> Team:
    """The team, as far as the reader may know of it."""

    def teammate(member: TeamMember) -> Teammate:
        known = cut_colleague(
            Colleague(
                name=member.name, title=member.title, unit=member.unit_name, phone=member.phone, area=member.area
            ),
            decision,
            is_reader=member.actor_id == context.actor.id,
            is_protected=is_protected,
        )
        return Teammate(known.name, known.title, member.function, known.unit, known.phone, known.area)

    return Team(view.started_on, view.title, tuple(map(teammate, view.team)), view.course_id)


def _viewers(
    context: RequestContext, viewings: Sequence[Viewing], decision: Decision, *, is_protected: bool
) -> tuple[Viewer, ...]:
    """Who else has looked, each once, newest first."""
    latest = {viewing.actor_id: viewing for viewing in reversed(viewings) if viewing.actor_id != context.actor.id}
    newest = sorted(latest.values(), key=lambda viewing: viewing.recorded_at, reverse=True)[:VIEWERS_SHOWN]
    colleagues = identity.colleagues(context.session, [viewing.actor_id for viewing in newest])
    # Nobody can tell of which area somebody was who is not known any more.
    nobody = Colleague(name=None)

    def viewer(viewing: Viewing) -> Viewer:
        known = cut_colleague(
            colleagues.get(viewing.actor_id, nobody), decision, is_reader=False, is_protected=is_protected
        )
        return Viewer(known.name, known.unit, viewing.recorded_at)

    return tuple(map(viewer, newest))


def _changes(context: RequestContext, people: Sequence[OpenedCitizen], news: NewsAnswer) -> Changes | None:
    """What came in the family since then; None when nothing is to be told as this is the first look."""
    family = [person.overview.citizen_id for person in people]
    seen, is_first, with_news = news.seen, news.is_first, news.citizens()
    if is_first and not with_news:
        return None
    today = danish_day(context.now)
    by_entry: dict[str, Change] = {}
    person_wiped: tuple[str, ...] = ()
    earlier = overviews.read_seen(context.session, {key: seen[key] for key in family if key in with_news}, with_news)
    decisions = {person.overview.citizen_id: person.decision for person in people}
    facts = {person.overview.citizen_id: person.facts for person in people}
    before = cut_and_mask_all(context.session, earlier.values(), decisions, today, facts=facts)
    pairs = [(before[key], person.overview) for person in people if (key := person.overview.citizen_id) in before]
    for changes in overviews.changed_all(context.session, pairs, today).values():
        for change in changes:
            by_entry.setdefault(change.entry.id, change)
    if family[0] in before:
        person_wiped = wiped_of_person(before[family[0]], people[0].overview)
    if is_first and not by_entry and not person_wiped:
        return None
    return Changes(seen[family[0]], tuple(by_entry.values()), person_wiped)
