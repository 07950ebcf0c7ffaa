"""*Mine borgere*: what stands still or waits in the plans, who reads it, and in how many statements."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from http import HTTPStatus
from uuid import UUID, uuid4

from hub.access.stand_still import StandStill
from hub.audit.repository import list_entries
from hub.course import plan_repository, trial_repository
from hub.course import service as course
from hub.course.plan_rules import passed_agreements
from hub.course.views import Membership
from hub.digest import keyed_digest
from hub.matching.repository import citizen_of, numbers_of
from hub.web.my_citizens.families import Family, FamilyMember
from hub.web.my_citizens.present import Filters
from schemas.access import AuditAction
from schemas.facts import EffortFact, EffortStatus
from schemas.identifiers import Identifier
from schemas.people import PersonFact
from schemas.plan import CitizenPlan, EntryVersion, NewEntry, PlanEntry, PlanKind, PlanState, PlanText
from schemas.record import Party, SourceRecord
from schemas.trial_action import TrialLine, TrialStatus, TrialText
from tests.consents import open_course
from tests.processing import process_records
from tests.web import maja
from tests.web.conftest import COURSE_START, Town, plain_record
from tests.web.statements import assert_no_more, counted
from tests.web.test_my_citizens import LOOKED, TODAY, member, page

GOAL = "Ida er i skole hver dag"
AGREEMENT = "Mads ringer hver fredag"
MANY = 27


def _entry(kind: PlanKind, words: str, due_on: date | None = None, state: PlanState = PlanState.OPEN) -> PlanEntry:
    said = PlanText(words=words, who="Mads", due_on=due_on, state=state)
    version = EntryVersion(version=1, text=said, by="Anna Holm", at=datetime(2023, 3, 12, tzinfo=UTC))
    return PlanEntry(id=uuid4(), kind=kind, parent_id=None, versions=(version,))


def _trial(judge_on: date, title: str = "Praktik") -> TrialLine:
    return TrialLine(
        trial_id=UUID(int=4),
        citizen_id=maja.IDA,
        course_id=UUID(int=77),
        title=title,
        first_day=date(2023, 8, 1),
        last_day=None,
        judge_on=judge_on,
        status=TrialStatus.RUNNING,
    )


def _family(standing: StandStill | None) -> Family:
    ida: FamilyMember = member(maja.IDA)
    return Family((replace(ida, stand_still=standing),), LOOKED)


def test_what_waits_is_told_in_words_with_days_the_longest_ago_first() -> None:
    goal, agreement = _entry(PlanKind.GOAL, GOAL), _entry(PlanKind.AGREEMENT, AGREEMENT, date(2023, 6, 1))
    standing = StandStill(((goal, date(2023, 3, 12)),), (agreement,), (_trial(TODAY), _trial(date(2023, 9, 4), "Ro")))
    (row,) = page(_family(standing)).families
    assert [(line.text, line.href) for line in row.still] == [
        (
            f"Ida: målet ”{GOAL}”: ingen har skrevet, at det går bedre, siden 12. mar. 2023",
            f"/plan/{maja.IDA}/post/{goal.id}",
        ),
        (
            f"Ida: aftalen ”{AGREEMENT}” (Mads) skulle være holdt 1. jun. 2023",
            f"/plan/{maja.IDA}/post/{agreement.id}",
        ),
        (
            "Ida: prøvehandlingen ”Ro” skulle være vurderet 4. sep. 2023",
            f"/proevehandlinger/{maja.IDA}/{UUID(int=4)}",
        ),
    ]
    assert row.more_still == "og 1 til"
    course_page = f"/forloeb/{UUID(int=77)}"
    assert [link.href for link in row.links] == [f"/plan/{maja.IDA}", course_page, f"{course_page}/moeder"]


def test_those_with_something_that_waits_can_be_chosen_and_others_have_no_such_choice() -> None:
    still, calm = _family(StandStill(trials=(_trial(TODAY),))), _family(StandStill())
    chosen = page(still, calm, wanted=Filters(still_only=True))
    assert [row.still[0].text for row in chosen.families] == ["Ida: prøvehandlingen ”Praktik” skal vurderes i dag"]
    assert [choice.text for choice in chosen.filters if choice.chosen] == ["Står stille (1)"]
    assert not any("stille" in choice.href for choice in page(calm).filters)


def test_nothing_of_a_plan_that_i_may_not_read_is_told_or_linked() -> None:
    (row,) = page(_family(None)).families
    assert row.still == ()
    assert not any("/plan/" in link.href for link in row.links)


def test_an_agreement_is_past_due_the_day_after_and_only_while_it_is_open() -> None:
    def passed(due_on: date | None, state: PlanState = PlanState.OPEN) -> bool:
        entry = _entry(PlanKind.AGREEMENT, AGREEMENT, due_on, state)
        plan = CitizenPlan(citizen_id=maja.IDA, course_id=UUID(int=77), entries=(entry,))
        return bool(passed_agreements(plan, TODAY))

    assert passed(TODAY - timedelta(days=1))
    assert not passed(TODAY)
    assert not passed(None)
    assert not passed(TODAY - timedelta(days=1), PlanState.DONE)


def _write(town: Town) -> None:
    ida, written_at = town.ids[maja.IDA], datetime(2023, 3, 13, 9, tzinfo=UTC)
    with town.context.database.transaction() as session:
        for kind, words, due_on in (
            (PlanKind.GOAL, GOAL, None),
            (PlanKind.AGREEMENT, AGREEMENT, date(2023, 6, 1)),
        ):
            new = NewEntry(kind=kind, text=PlanText(words=words, who="Mads", due_on=due_on))
            plan_repository.add_entry(session, town.course_id, ida, uuid4(), new, by="anna.holm", now=written_at)
        said = TrialText(
            what="Praktik", why="Ida ønsker det", first_day=date(2023, 8, 1), decided_by="Ida", judge_on=TODAY
        )
        trial_repository.add_trial(session, town.course_id, ida, uuid4(), said, by="anna.holm", now=written_at)


def test_the_team_reads_it_each_line_leads_to_where_it_is_written_and_the_log_says_so(town: Town) -> None:
    _write(town)
    anna = town.client("anna.holm")
    (row,) = [each for each in anna.get("/mine-borgere").text.split('<li class="course">') if GOAL in each]
    for words in (AGREEMENT, "Praktik", "skal vurderes i dag"):
        assert words in row
    with town.context.database.transaction() as session:
        lines = [line.entry for line in list_entries(session, size=100)]
    read = {(line.actor_id, line.citizen_id) for line in lines if line.action is AuditAction.READ_PLAN}
    assert read == {("anna.holm", town.ids[maja.IDA])}, "of nobody else anything of the plan is told"
    for part in row.split('href="')[1:]:
        assert anna.get(part.partition('"')[0]).status_code == HTTPStatus.OK
    assert GOAL not in town.client("ole.bruun").get("/mine-borgere").text


def _number(at: int) -> str:
    return f"{61 + at % 28:02}0180-4{at:03}"


def more_citizens(town: Town) -> list[tuple[UUID, UUID]]:
    """As many more, each on a course of their own whose team Anna is on, each with a goal that stands still.

    Returns:
        Course and citizen of each.
    """
    identifiers = [Identifier.national(_number(at)) for at in range(MANY)]
    records = []
    for at, identifier in enumerate(identifiers):
        fact = PersonFact(given_name=f"Borger {at}", family_name="Testborger", birth_date=date(1980, 1, 1 + at % 28))
        record = plain_record("person", maja.MAJA, fact, 1000 + at)
        party: Party = record.parties[0].model_copy(update={"identifiers": (identifier,), "name": None})
        records.append(record.model_copy(update={"parties": (party,), "digest": ""}))
    database, key, now = town.context.database, town.context.digest_key, town.clock.now()
    process_records(database, records, digest_key=key, now=now)
    written_at = datetime(2023, 3, 13, 9, tzinfo=UTC)
    added = []
    with database.transaction() as session:
        for identifier in identifiers:
            citizen_id = citizen_of(session, keyed_digest(identifier, key))
            assert citizen_id is not None
            course_id = open_course(session, "Forløb", [citizen_id], COURSE_START)
            course.join(session, course_id, Membership(actor_id="anna.holm", reason="Sagsbehandler"), COURSE_START)
            new = NewEntry(kind=PlanKind.GOAL, text=PlanText(words="Et job", who=""))
            plan_repository.add_entry(session, course_id, citizen_id, uuid4(), new, by="anna.holm", now=written_at)
            added.append((course_id, citizen_id))
    return added


MOST_STATEMENTS = 30
"""Of a citizen's page with family, plan, alerts and news (docs/performance.md)."""


def test_the_page_takes_as_many_statements_for_thirty_citizens_as_for_three(town: Town) -> None:
    _write(town)
    anna = town.client("anna.holm")
    anna.get("/mine-borgere")
    with counted() as few:
        anna.get("/mine-borgere")
    more_citizens(town)
    with counted() as many:
        page_of_many = anna.get("/mine-borgere").text
    assert "28 forløb med 30 borgere" in page_of_many
    assert page_of_many.count("ingen har skrevet, at det går bedre") == 25, "as many families as a page has"
    assert any("plan_versions" in statement for statement in few), "the driver's own statements are counted"
    assert_no_more(few, many)


def _news(town: Town, citizens: Sequence[UUID]) -> None:
    """Something new of each of these, some of whom the hub knew when Anna looked and some whom it did not."""
    registered = town.clock.now() - timedelta(hours=1)
    with town.context.database.transaction() as session:
        numbers = numbers_of(session, citizens)
    records = []
    for at, citizen_id in enumerate(citizens):
        record = plain_record("person", maja.MAJA, PersonFact(given_name="Ny", family_name="Testborger"), 3000 + at)
        identifiers = (numbers[citizen_id][0].identifier,)
        party: Party = record.parties[0].model_copy(update={"identifiers": identifiers, "name": None})
        fact = EffortFact(title=f"Ny indsats {at}", status=EffortStatus.ACTIVE)
        changed = {
            "parties": (party,),
            "fact": fact,
            "record_type": "effort",
            "registered_at": registered,
            "digest": "",
        }
        records.append(SourceRecord.model_validate({**record.model_dump(), **changed}))
    process_records(town.context.database, records, digest_key=town.context.digest_key, now=town.clock.now())


def test_what_changed_takes_as_many_statements_for_many_citizens_with_news_as_for_three(town: Town) -> None:
    _write(town)
    anna = town.client("anna.holm")
    family = [town.ids[key] for key in (maja.MAJA, maja.IDA, maja.EMIL)]
    others = [citizen_id for _, citizen_id in more_citizens(town)][:9]
    for citizen_id in (*family, *others):
        assert anna.get(f"/overblik/{citizen_id}").status_code == HTTPStatus.OK
    town.clock.move(timedelta(hours=2))
    _news(town, family)
    anna.get("/mine-borgere?vis=nyt")
    with counted() as few:
        page_of_few = anna.get("/mine-borgere?vis=nyt").text
    _news(town, others)
    with counted() as many:
        page_of_many = anna.get("/mine-borgere?vis=nyt").text
    assert page_of_few.count("Ny indsats") < page_of_many.count("Ny indsats")
    assert_no_more(few, many)
    with counted() as of_page:
        page = anna.get(f"/overblik/{family[0]}").text
    assert "Ny indsats" in page
    assert len(of_page) <= MOST_STATEMENTS, of_page
