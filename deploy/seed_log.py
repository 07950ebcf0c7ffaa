"""What the demo's employees did in the weeks before it: each act goes through the service that its page uses.

So the log, the reviews of stated reasons and the sample are what they would be, and the questions of the DPO have
answers. Nobody reads what was shown then, so no overview is read for it.
"""

from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from functools import partial
from itertools import count
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from deploy.sandbox.municipality.generate import cohorts
from hub.access import service
from hub.access.citizen_search import search
from hub.access.consents import ConsentDesk
from hub.access.identity import actor as actor_of
from hub.access.masking import ProtectedField
from hub.access.override_reviews import OverrideDesk, WrittenReview
from hub.access.samples import SampleDesk, WrittenEvent
from hub.clock import DANISH_TIME, danish_day
from hub.context import AppContext
from hub.digest import keyed_digest
from hub.matching.repository import citizen_of
from hub.rules.deadlines import is_working_day
from hub.web.shell.workspace import own_purpose
from hub.web.workspaces import WORKSPACES
from schemas.access import AccessRequest, Actor, AuditAction, AuditOutcome, PageKind, Purpose
from schemas.identifiers import Identifier
from schemas.override import OverrideOutcome
from schemas.sample import SampleEventKind, SampleLine, SampleOutcome, SampleParameters, Stratum
from schemas.search import AccessFilter, SearchQuery
from schemas.source import Area

Act = Callable[[datetime], object]
MAJA, IDA, EMIL = "Maja Testborger", "Ida Testborger", "Emil Testborger"
MARIA, OLE, ALMA, SOFIE = "Maria Testborg", "Ole Bruun", "Alma Overgaard", "Sofie Lindholm"
FAMILIES = ("Viggo Kjær Holm", "Asta Åkjær", "Yusuf Hussain", "Storm Ravn Toft", "Merle Nørgaard", "Lauge Korsgaard")
LOGGED_IN = ("anna.holm", "lene.friis", "peter.lund", "sara.winther", "birgit.dahl", "gitte.berg", "tine.skov")
"""Often. Ole Bruun came at night, Mads Krogh not since the spring, Karim Nielsen never."""
WEEKS = range(2, 40, 5)
"""A working day in each of eight weeks, counted back."""
BURST = 22
"""Citizens opened one after the other: more than a sample lets pass."""
SAMPLED_DAYS = 30


class DailyLookUp(NamedTuple):
    """Somebody opens a citizen once a week, for some weeks."""

    employee: str
    citizen: str
    purpose: Purpose
    day: int
    """So many working days later than the week's own."""
    hour: int
    weeks: int = len(WEEKS)
    page: PageKind = PageKind.OVERVIEW


LOOK_UPS = (
    DailyLookUp("anna.holm", MAJA, Purpose.TEAM_MEETING, 0, 9),
    *(
        DailyLookUp("anna.holm", name, Purpose.CASE_WORK, index % 3, 10 + index, 4)
        for index, name in enumerate(FAMILIES)
    ),
    DailyLookUp("birgit.dahl", MARIA, Purpose.FOLLOW_UP, 1, 13),
    DailyLookUp("birgit.dahl", OLE, Purpose.FOLLOW_UP, 1, 14, 4),
    DailyLookUp("peter.lund", MAJA, Purpose.FOLLOW_UP, 0, 10, 3),
    DailyLookUp("lene.friis", EMIL, Purpose.CASE_WORK, 2, 11, 6, PageKind.POINTS),
    DailyLookUp("sara.winther", IDA, Purpose.CITIZEN_REQUEST, 1, 9, 4, PageKind.TIMELINE),
)


def write_log(context: AppContext) -> None:
    """Do everything of the days before today, the oldest first, in one transaction."""
    today = danish_day(context.clock.now())
    with context.database.transaction() as session:
        for moment, act in sorted(_acts(_History(context, session), today), key=lambda timed: timed[0]):
            act(moment)


def working_day(today: date, number: int) -> date:
    """The working day that lies so many of them before today."""
    day = today
    while number:
        day -= timedelta(days=1)
        number -= is_working_day(day)
    return day


def sunday(today: date, number: int) -> date:
    """The Sunday that lies so many of them before today."""
    return today - timedelta(days=today.weekday() + 1 + 7 * (number - 1))


def _acts(history: "_History", today: date) -> Iterator[tuple[datetime, Act]]:
    """What was done, and when; in no order."""

    def at(number: int, hour: int, minute: int = 0) -> datetime:
        return datetime.combine(working_day(today, number), time(hour, minute), DANISH_TIME)

    def on_sunday(number: int, hour: int, minute: int) -> datetime:
        return datetime.combine(sunday(today, number), time(hour, minute), DANISH_TIME)

    for number in range(1, 40, 3):
        for index, name in enumerate(LOGGED_IN):
            yield at(number, 7, 40 + index), history.log_in(name)
    yield at(64, 8, 20), history.log_in("mads.krogh")
    yield at(58, 8, 10), history.log_in("sara.winther", unit_id="health:310")  # where she was before
    for number in (4, 8, 30):
        yield at(number, 9, 25), history.log_in("jens.dam")

    for line in LOOK_UPS:
        for week in WEEKS[: line.weeks]:
            opened = history.open(line.employee, line.citizen, line.purpose, page=line.page)
            yield at(week + line.day, line.hour, 5 + week), opened
    yield at(1, 11), history.open("anna.holm", ALMA, Purpose.CASE_WORK)
    yield at(7, 13, 10), history.open_many("peter.lund", Purpose.FOLLOW_UP)
    yield on_sunday(2, 20, 15), history.open("lene.friis", IDA, Purpose.NEW_NOTIFICATION)
    yield on_sunday(1, 21, 5), history.open("peter.lund", MARIA, Purpose.FOLLOW_UP)
    yield at(21, 15, 30), history.open("sara.winther", SOFIE, Purpose.CASE_WORK)  # refused: no relation

    for week in WEEKS:
        yield at(week, 8, 55), history.find("anna.holm", "Testborger")
        yield at(week, 12, 25), history.find("peter.lund", "kontanthjælp")
    yield at(11, 12, 40), history.find("sara.winther", "Jeppesen")
    yield at(13, 12, 45), history.find("ole.bruun", cpr_of_citizen=MARIA)
    yield at(17, 15, 5), history.find("tine.skov", "Testborger")  # refused: administrators do not search

    night = on_sunday(1, 22, 41)
    yield night - timedelta(minutes=1), history.log_in("ole.bruun")
    yield night, history.override("ole.bruun", MARIA, "Ringede og bad om hjælp, jeg havde vagten")
    yield at(16, 11, 20), history.override("lene.friis", SOFIE, "Akut bekymring for barnet, mor svarer ikke telefonen")
    yield at(9, 14, 2), history.override("sara.winther", "Silas Bæk", "Skolen ringer om et fald i gården")
    yield at(2, 15, 45), history.override("peter.lund", OLE, "Møder op uden aftale og vil vide, hvem der hjælper ham")
    justified, follow_up = OverrideOutcome.JUSTIFIED, OverrideOutcome.NEEDS_FOLLOW_UP
    yield (
        at(12, 9, 30),
        history.review("gitte.berg", "lene.friis", justified, "Ringede samme dag og noterede det på sagen"),
    )
    yield at(8, 9, 40), history.review("jens.dam", "sara.winther", justified, "Skolen bekræfter opkaldet kl. 14")
    yield (
        at(1, 10, 15),
        history.review("jens.dam", "ole.bruun", follow_up, "Vagtplanen siger noget andet; lederen er spurgt"),
    )

    yield at(15, 9, 12), history.reveal("anna.holm", ALMA, "Brevet om mødet skal sendes til hjemmet")
    yield at(10, 13, 20), history.reveal("birgit.dahl", MARIA, "Skal bruge nummeret til en ansøgning")
    yield at(5, 14, 30), history.reveal("peter.lund", ALMA, "Vil se, hvor familien bor nu")
    yield at(6, 10, 5), history.withdraw("birgit.dahl", OLE, Area.EMPLOYMENT)
    yield at(1, 13), history.sample()


class _History:
    """Gives acts of the people named, to be done at a time."""

    def __init__(self, context: AppContext, session: Session) -> None:
        self._context, self._session = context, session
        self._cprs = {f"{person.given} {person.family}": person.cpr for person in cohorts().people}
        self._numbers = count(1)

    def log_in(self, employee: str, *, unit_id: str | None = None) -> Act:
        """Log in; *unit_id*: in the unit of that time."""

        def act(now: datetime) -> None:
            then = self._actor(employee).model_copy(update={"unit_id": unit_id} if unit_id else {})
            request = self._request(own_purpose(WORKSPACES, then))
            service.record(self._session, then, AuditAction.LOG_IN, AuditOutcome.SHOWN, request, now=now)

        return act

    def open(self, employee: str, citizen: str, purpose: Purpose, **more: Any) -> Act:
        """Open a citizen, and with the team's right the others of the course."""
        return partial(self._open, employee, lambda: self._citizen(citizen), purpose, more)

    def override(self, employee: str, citizen: str, reason: str) -> Act:
        """Open a citizen for a stated reason."""
        return self.open(employee, citizen, Purpose.CASE_WORK, override_reason=reason, override_id=f"demo-{employee}")

    def open_many(self, employee: str, purpose: Purpose) -> Act:
        """List the citizens of the own unit and open one after the other."""

        def act(now: datetime) -> None:
            result = self._search(employee, SearchQuery(access=AccessFilter(on=danish_day(now)), size=BURST), now, True)
            for number, hit in enumerate(result):
                later = now + timedelta(minutes=1 + number)
                self._open(employee, partial(_itself, hit), purpose, {"page": PageKind.OVERVIEW}, later)

        return act

    def find(self, employee: str, words: str = "", *, cpr_of_citizen: str = "") -> Act:
        """Search by words, or by the whole number of a citizen."""

        def act(now: datetime) -> None:
            typed = self._cprs[cpr_of_citizen] if cpr_of_citizen else words
            self._search(employee, SearchQuery(text=typed, access=AccessFilter(on=danish_day(now))), now)

        return act

    def reveal(self, employee: str, citizen: str, reason: str) -> Act:
        """Show what is hidden of a citizen."""

        def act(now: datetime) -> None:
            if (citizen_id := self._citizen(citizen)) is not None:
                service.reveal(
                    self._session,
                    self._actor(employee),
                    citizen_id,
                    self._request(Purpose.CASE_WORK, override_reason=reason),
                    fields=frozenset(ProtectedField),
                    now=now,
                    read=lambda _: None,
                    areas_of=lambda _: frozenset(),
                )

        return act

    def review(self, reviewer: str, employee: str, outcome: OverrideOutcome, words: str) -> Act:
        """Review the reason that the employee stated."""

        def act(now: datetime) -> None:
            judge = self._actor(reviewer)
            desk = OverrideDesk(self._session, judge, self._request(own_purpose(WORKSPACES, judge)), now=now)
            written = WrittenReview(outcome=outcome, words=words, reviews_seen=0)
            desk.review(f"demo-{employee}", written)

        return act

    def withdraw(self, employee: str, citizen: str, area: Area) -> Act:
        """Withdraw the citizen's consents to one area."""

        def act(now: datetime) -> None:
            if (citizen_id := self._citizen(citizen)) is not None:
                request = self._request(Purpose.CITIZEN_REQUEST)
                desk = ConsentDesk(self._session, self._actor(employee), citizen_id, request, now=now)
                view = desk.read()
                given = view.consents.consents if view else ()
                desk.withdraw([each.id for each in given if each.cell is not None and each.cell.area is area])

        return act

    def sample(self) -> Act:
        """Draw a sample of the latest days, send it to managers, and review some of it."""
        return self._sample

    def _sample(self, now: datetime) -> None:
        last = danish_day(now) - timedelta(days=1)
        parameters = SampleParameters(first_day=last - timedelta(days=SAMPLED_DAYS - 1), last_day=last)
        sample_id = self._samples("jens.dam", now).draw(parameters, send=True).sample_id
        if sample_id is None:  # a demo of a day before anybody was here
            return
        view = self._samples("jens.dam", now).read(sample_id, None, start=0, size=100)
        for number, line in enumerate(view.lines if view else ()):
            later = now + timedelta(hours=2, minutes=3 * number)
            self._judge(sample_id, line, number, later)

    def _judge(self, sample_id: int, line: SampleLine, number: int, now: datetime) -> None:
        """The manager answers for every other line; the DPO asks about what has no relation."""
        reviewer = line.sent_to.receiver_id if line.sent_to else None
        reviewed = SampleEventKind.REVIEWED
        written: tuple[WrittenEvent, ...] = ()
        if Stratum.NO_RELATION in line.strata:
            reviewer = "jens.dam"
            events = len(line.events)
            written = (
                WrittenEvent(
                    kind=SampleEventKind.ASKED, words="Hvad var opgaven, og hvem bad om den?", events_seen=events
                ),
                WrittenEvent(
                    kind=reviewed,
                    outcome=SampleOutcome.FOLLOW_UP,
                    words="Svaret afventer vagtplanen fra lederen",
                    events_seen=events + 1,
                ),
            )
        elif number % 2 == 0:
            outcome, words = SampleOutcome.WORK_RELATED, "Passer med mødet i kalenderen"
            written = (WrittenEvent(kind=reviewed, outcome=outcome, words=words, events_seen=len(line.events)),)
        for event in written if reviewer else ():
            self._samples(reviewer or "", now).act(sample_id, line.number, event)

    def _samples(self, employee: str, now: datetime) -> SampleDesk:
        request = self._request(Purpose.LOG_REVIEW)
        return SampleDesk(self._session, self._actor(employee), request, now=now)

    def _open(
        self,
        employee: str,
        citizen: Callable[[], UUID | None],
        purpose: Purpose,
        more: dict[str, Any],
        now: datetime,
    ) -> None:
        citizen_id = citizen()
        if citizen_id is None:  # a demo of a day before any source told it
            return
        request = self._request(purpose, **{"page": PageKind.OVERVIEW, **more})
        service.open_overview(
            self._session,
            self._actor(employee),
            citizen_id,
            request,
            now=now,
            read=lambda _: None,
            others=lambda _: request.model_copy(update={"shown_on": citizen_id}),
        )

    def _search(self, employee: str, query: SearchQuery, now: datetime, own_unit_only: bool = False) -> list[UUID]:
        result = search(
            self._session,
            self._actor(employee),
            query,
            self._request(Purpose.CASE_WORK),
            index=self._context.index,
            digest_key=self._context.digest_key,
            now=now,
            own_unit_only=own_unit_only,
        )
        return [hit.citizen_id for hit in result.page.hits]

    def _actor(self, employee: str) -> Actor:
        return actor_of(self._session, employee)

    def _request(self, purpose: Purpose, **more: Any) -> AccessRequest:
        return AccessRequest(purpose=purpose, request_id=f"demo-{next(self._numbers)}", **more)

    def _citizen(self, name: str) -> UUID | None:
        digest = keyed_digest(Identifier.national(self._cprs[name]), self._context.digest_key)
        return citizen_of(self._session, digest)


def _itself(citizen_id: UUID) -> UUID:
    return citizen_id
