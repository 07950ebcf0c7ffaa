"""Kilder and Tilsyn: what each state says and what to do, the switch, the log's numbers, and who may be named."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import text

from hub.audit.repository import list_entries
from hub.clock import FixedClock, danish_day
from hub.inbox.backlog import InboxBacklog
from hub.indexing.repository import SourceComparison
from hub.matching.repository import IdentityConflict
from hub.matching.rules import ConflictKind
from hub.notices.conditions import Condition, NoticeKind
from hub.notices.source_listing import SourceListing
from hub.overview.repository import Due
from hub.overview.service import mark_due
from hub.pipeline import RETRY_AFTER, rebuild_due
from hub.quarantine.rules import QuarantineGroup
from hub.sources.definitions import Pause
from hub.sources.health import RunOutcome, RunSummary, SourceState, SourceStatus
from hub.sources.repository import pause_reason
from hub.sources.run_history import DayCount
from hub.sources.stream_repository import save_run
from hub.web.index.present import index_page
from hub.web.quarantine.present import KnownSource, fault_facts
from hub.web.source.present import SourceFacts, SourceNumbers, source_head, source_page
from hub.web.sources import texts
from hub.web.sources.page import SourceRow, SourcesPage
from hub.web.sources.present import (
    BAR_HEIGHT,
    CONFLICTS_SHOWN,
    LEAST_BAR,
    SOURCES_ON_PAGE,
    ListQuestion,
    SourceDetails,
    sources_page,
)
from schemas.access import AuditAction, ObjectKind
from schemas.record import RejectionRule
from schemas.source import Area, SourceSystem
from tests.web import maja
from tests.web.conftest import HOSTILE, NUMBERS, Town

NOTHING_DUE = Due(waiting=0, waiting_since=None, failed=0, failed_since=None)
TODAY = danish_day(maja.NOW)


def run(outcome: RunOutcome = RunOutcome.COMPLETE, ago: int = 5, published: int = 0, **more: object) -> RunSummary:
    ended = maja.NOW - timedelta(minutes=ago)
    given = {
        "source": "social",
        "stream": "all",
        "started_at": ended,
        "ended_at": ended,
        "outcome": outcome,
        "read": published,
    }
    return RunSummary.model_validate({**given, "published": published, **more})


def known(status: SourceStatus, *runs: RunSummary, source: SourceSystem = maja.SOCIAL, **more: Any) -> SourceDetails:
    state = SourceState(
        source=source.name,
        state=status,
        last_run=runs[0] if runs else None,
        last_data_at=maja.NOW,
        next_due_at=None if status is SourceStatus.PAUSED else maja.NOW,
    )
    return SourceDetails(SourceListing(source=source, state=state, streams=(), **more), runs)


def page_of(*details: SourceDetails, due: Due = NOTHING_DUE, **more: Any) -> SourcesPage:
    return sources_page(details, more.pop("conflicts", ()), due, {"tine.skov": "Tine Skov"}, maja.NOW, **more)


def rows_of(page: SourcesPage) -> tuple[SourceRow, ...]:
    return (*page.needing, *page.others)


@pytest.mark.parametrize("status", SourceStatus)
def test_every_state_has_a_word_and_a_sentence(status: SourceStatus) -> None:
    (row,) = rows_of(page_of(known(status, run())))
    assert row.state
    assert row.reason
    assert row.trouble == (status is not SourceStatus.FRESH)


@pytest.mark.parametrize("outcome", [RunOutcome.UNAVAILABLE, RunOutcome.REFUSED, RunOutcome.FAILED])
def test_a_failing_source_says_since_when_and_what_to_do(outcome: RunOutcome) -> None:
    failed = [run(outcome, ago, advice="bus_unavailable") for ago in (1, 2, 3)]
    page = page_of(known(SourceStatus.FAILING, *failed, run(ago=4, published=9)))
    (row,) = rows_of(page)
    assert texts.RUN_OUTCOME[outcome] in row.reason
    assert "3 kørsler i træk gik galt; den første for 3 minutter siden" in row.reason
    assert row.advice == texts.ADVICE["bus_unavailable"]
    assert row.next_run == "om et øjeblik"
    needs_person = outcome is not RunOutcome.UNAVAILABLE
    assert bool(page.needing) == needs_person
    assert page.trouble == needs_person, "a source that does not answer is tried again by itself"


def test_sources_of_the_same_title_are_told_apart() -> None:
    other = maja.SOCIAL.model_copy(update={"name": "social_2"})
    page = page_of(*(known(SourceStatus.FRESH, run(), source=source) for source in (maja.SOCIAL, other)))
    assert [row.title for row in rows_of(page)] == [f"{maja.SOCIAL.title} ({name})" for name in ("social", "social_2")]


def test_one_glance_tells_what_needs_a_person() -> None:
    held = Condition(kind=NoticeKind.HELD_DELETIONS, source="health", number=12)
    ends = Condition(kind=NoticeKind.CERTIFICATE_EXPIRING, source="health", number=5)
    secret_ends = Condition(kind=NoticeKind.SECRET_EXPIRING, source="health", number=-2)
    needy = known(
        SourceStatus.FRESH,
        source=maja.HEALTH,
        held=12,
        open_lines=1,
        certificate_ends=maja.NOW + timedelta(days=5),
        secret_ends=maja.NOW.date() - timedelta(days=2),
        conditions=(held, ends, secret_ends),
    )
    late = known(SourceStatus.LATE, conditions=(Condition(kind=NoticeKind.LATE, source="social"),))
    page = page_of(needy, late)
    assert page.summary == f"1 kilde kræver dig: {maja.HEALTH.title}."
    assert [row.name for row in page.needing] == ["health"]
    assert [row.name for row in page.others] == ["social"], "what is late comes by itself"
    assert [(need.text, need.href) for need in page.needing[0].needs] == [
        ("12 sletninger venter på dig", "/kilder/health/tilbageholdt"),
        ("1 linje kunne ikke læses", "/karantaene?kilde=health"),
        ("Certifikatet udløber 17. september", "/kilder/health/indstillinger"),
        ("Adgangskoden udløb 10. september", "/kilder/health/indstillinger"),
    ]
    assert page.needing[0].expiry is None, "it stands among what needs a person"
    assert page_of(late).summary == f"Ingen kilde kræver dig. Ikke alle er friske: {maja.SOCIAL.title}."


def test_fourteen_days_are_drawn_and_told() -> None:
    days = [DayCount(day=TODAY - timedelta(days=ago)) for ago in reversed(range(14))]
    days[3] = days[3].model_copy(update={"runs": 2, "published": 1200})
    days[-2] = days[-2].model_copy(update={"runs": 1, "failed": 1})
    days[-1] = days[-1].model_copy(update={"runs": 3, "published": 4, "failed": 1})
    (row,) = rows_of(page_of(known(SourceStatus.FRESH, run(), days=tuple(days))))
    heights = [bar.height for bar in row.bars]
    assert [heights.index(BAR_HEIGHT), heights.count(0)] == [3, 11]
    assert LEAST_BAR <= heights[-1] < BAR_HEIGHT
    assert [bar.failed for bar in row.bars][-2:] == [True, True]
    assert row.bars[3].text == "2. september: 1.200 taget ind i 2 kørsler"
    assert row.bars[-1].text == "12. september: 4 taget ind i 3 kørsler, 1 gik galt"
    assert row.bars_text == (
        "De seneste 14 dage er 1.204 oplysninger taget ind; på 2 dage gik noget galt; på 11 dage var der ingen kørsler."
    )
    (none,) = rows_of(page_of(known(SourceStatus.NEVER)))
    assert (none.bars, none.bars_text) == ((), texts.NO_RUNS)


def test_sources_come_by_page_and_by_area() -> None:
    many = [known(SourceStatus.FRESH, source=maja.SOCIAL.model_copy(update={"name": f"s{at:02}"})) for at in range(21)]
    both = [*many, known(SourceStatus.FRESH, source=maja.HEALTH)]
    first, second = page_of(*both), page_of(*both, question=ListQuestion(page=2))
    assert [len(rows_of(first)), first.later, first.earlier] == [SOURCES_ON_PAGE, "/kilder?side=2", None]
    assert [row.name for row in rows_of(second)] == ["s20", "health"]
    assert (second.earlier, second.later) == ("/kilder", None)
    area = page_of(*both, question=ListQuestion(Area.HEALTH))
    assert [row.name for row in rows_of(area)] == ["health"]
    assert [(link.href, link.current) for link in area.areas] == [
        ("/kilder", False),
        ("/kilder?omraade=social", False),
        ("/kilder?omraade=health", True),
    ]
    assert page_of(*many).areas == (), "there is nothing to choose between"
    assert page_of(*many, question=ListQuestion(Area.SCHOOL)).empty == texts.NONE_ON_PAGE
    assert page_of().summary == texts.NO_SOURCES


def searched(comparison: SourceComparison | None) -> tuple[str, str | None]:
    facts = SourceFacts(
        maja.SOCIAL, known(SourceStatus.FRESH).listing.state, None, (), titles={}, employees={}, now=maja.NOW
    )
    numbers = SourceNumbers(
        open_lines=0, held=(), unmatched=0, inbox=InboxBacklog(source="social"), comparison=comparison
    )
    page = source_page(facts, numbers, (), (), head=source_head(facts, "", None), csrf="", may_since=False)
    return page.searchable, page.compared


@pytest.mark.parametrize(
    ("comparison", "words"),
    [
        (None, "endnu ikke sammenlignet"),
        ((1, 1, True), "1 borger, alt er med"),
        ((1204, 1204, True), "1.204 borgere, alle er med"),
        ((1204, 1204, False), "1.204 borgere, nogle i en ældre udgave"),
        ((1204, 1200, False), "1.200 af 1.204 borgere; resten er på vej"),
    ],
)
def test_the_page_of_a_source_says_how_much_of_it_can_be_searched(
    comparison: tuple[int, int, bool] | None, words: str
) -> None:
    latest = comparison and SourceComparison(
        source="social",
        in_store=comparison[0],
        in_index=comparison[1],
        is_equal=comparison[2],
        compared_at=maja.NOW - timedelta(minutes=2),
        repaired_at=maja.NOW - timedelta(hours=3),
        repaired_citizens=4,
    )
    compared = "sammenlignet for 2 minutter siden; 4 borgere blev rettet for 3 timer siden" if latest else None
    assert searched(latest) == (words, compared)


def test_a_comparison_that_is_not_made_any_more_says_what_may_be_down() -> None:
    latest = SourceComparison(
        source="social", in_store=3, in_index=3, is_equal=True, compared_at=maja.NOW - timedelta(minutes=20)
    )
    down = "sidst sammenlignet for 20 minutter siden: søgningen svarer ikke, eller arbejderen kører ikke"
    assert searched(latest)[1] == down


@pytest.mark.parametrize(("citizens", "words"), [(1, "1 borger har flere"), (1200, "1.200 borgere har flere")])
def test_the_page_of_the_search_says_of_how_many_citizens_it_holds_not_all(citizens: int, words: str) -> None:
    def cut(count: int) -> str | None:
        page = index_page({}, maja.NOW, titles={}, repair=None, reindex=None, result=None, cut_documents=count)
        return page.cut

    assert (cut(citizens) or "").startswith(words)
    assert cut(0) is None


@pytest.mark.parametrize("rule", RejectionRule)
def test_every_rule_says_what_is_wrong_and_what_to_do(rule: RejectionRule) -> None:
    group = QuarantineGroup(
        source="social",
        record_type="Sag",
        field="startdato",
        rule=rule,
        masked_value="2••••",
        first_seen_at=maja.NOW,
        last_seen_at=maja.NOW,
        payloads=1204,
        seen=1204,
    )
    row = fault_facts(group, KnownSource(maja.SOCIAL, {"Sag": "Sager"}), maja.NOW)
    assert (row.what, row.count, row.example) == ("Sager: startdato", "1.204 linjer", "2••••")
    assert row.problem
    assert row.advice


def test_a_failing_source_says_nothing_in_english(town: Town, clock: FixedClock) -> None:
    failed = run(RunOutcome.UNAVAILABLE, advice="source_unavailable", message="the token server answers 503")
    with town.context.database.transaction() as session:
        save_run(session, failed, clock.now())
    page = town.client("tine.skov").get("/kilder").text
    assert texts.ADVICE["source_unavailable"] in page
    assert "token server" not in page


def test_who_is_who_is_said_with_what_to_do() -> None:
    kinds = [*ConflictKind, *["several_people"] * (CONFLICTS_SHOWN + 2)]
    conflicts = [IdentityConflict(kind=str(kind), subject="841279-••••", first_seen=maja.NOW) for kind in kinds]
    page = page_of(known(SourceStatus.FRESH, run()), conflicts=conflicts)
    assert len(page.conflicts) == CONFLICTS_SHOWN
    assert all(row.advice for row in page.conflicts)
    assert page.more_conflicts is not None
    assert page.more_conflicts.startswith("og 2 mere")
    assert page.identity == f"Om {len(ConflictKind)} borgere siger kilderne hver sit."


def test_a_switched_off_source_says_who_and_why() -> None:
    pause = Pause(source="social", paused_by="tine.skov", reason="Ny version i aften", paused_at=maja.NOW)
    (row,) = rows_of(page_of(known(SourceStatus.PAUSED, run(), pause=pause)))
    assert row.pause is not None
    assert (row.pause.by, row.pause.reason) == ("Tine Skov", "Ny version i aften")
    assert row.next_run == "ikke før kilden tændes"


def test_a_source_is_switched_off_and_on_and_both_are_logged(town: Town) -> None:
    browser = town.client("tine.skov")
    assert browser.post("/kilder/social/sluk", reason="kort").status_code == 422
    assert (
        "«Leverandøren opdaterer i aften»"
        in browser.post("/kilder/social/sluk", reason="Leverandøren opdaterer i aften").text
    )
    with town.context.database.transaction() as session:
        assert pause_reason(session, "social") == "Leverandøren opdaterer i aften"
        entry = list_entries(session)[1].entry
    assert (entry.action, entry.object_kind, entry.object_id) == (AuditAction.PAUSE_SOURCE, ObjectKind.SOURCE, "social")
    assert entry.override_reason == "Leverandøren opdaterer i aften"
    assert "«Leverandøren opdaterer i aften»" in browser.get("/kilder").text
    browser.post("/kilder/social/taend")
    assert "«Leverandøren opdaterer i aften»" not in browser.get("/kilder").text
    assert browser.post("/kilder/findes-ikke/taend").status_code == 404
    log = town.client("jens.dam").get("/tilsyn").text
    assert "Slukkede en kilde" in log
    assert f"Om {maja.SOCIAL.title}" in log


@pytest.mark.parametrize("actor_id", ["anna.holm", "jens.dam"])
def test_only_an_administrator_switches(town: Town, actor_id: str) -> None:
    answer = town.client(actor_id).post("/kilder/social/sluk", reason="Det vil jeg gerne prøve")
    assert answer.status_code == 403
    with town.context.database.transaction() as session:
        assert pause_reason(session, "social") is None


@pytest.mark.parametrize(
    ("citizens", "summary", "sentence"),
    [
        (1, "1 borgers overblik kan ikke bygges.", "Kilderne har meldt nyt om 1 borger. Det er gemt"),
        (1204, "1.204 borgeres overblik kan ikke bygges.", "Kilderne har meldt nyt om 1.204 borgere. Det er gemt"),
    ],
)
def test_what_cannot_be_built_is_said_in_numbers(citizens: int, summary: str, sentence: str) -> None:
    due = Due(waiting=7, waiting_since=maja.NOW, failed=citizens, failed_since=maja.NOW - timedelta(hours=3))
    page = page_of(known(SourceStatus.FRESH, run()), due=due)
    assert page.summary == f"Alle kilder er friske. {summary}"
    assert page.trouble
    assert page.not_built is not None
    assert page.not_built.sentence.startswith(sentence)
    assert page.not_built.first.text == "for 3 timer siden"


def test_what_only_waits_to_be_built_is_nobodys_to_look_after() -> None:
    due = Due(waiting=7, waiting_since=maja.NOW, failed=0, failed_since=None)
    page = page_of(known(SourceStatus.FRESH, run()), due=due)
    assert (page.summary, page.trouble, page.not_built) == ("Alle kilder er friske.", False, None)


def test_overviews_that_cannot_be_built_come_and_go_and_nobody_is_named(
    town: Town, clock: FixedClock, caplog: pytest.LogCaptureFixture
) -> None:
    browser, database = town.client("tine.skov"), town.context.database
    build = partial(rebuild_due, database, digest_key=town.context.digest_key, limit=9)
    assert "kan ikke bygges" not in browser.get("/kilder").text
    family = [town.ids[maja.IDA], town.ids[maja.EMIL]]
    with database.transaction() as session:
        session.execute(text("UPDATE overview_versions SET digest = 'older'"))
        session.execute(text("ALTER TABLE overviews ADD CONSTRAINT nobody CHECK (false) NOT VALID"))
        mark_due(session, family, since=clock.now())
    build(until=clock.now(), now=clock.now())
    clock.move(timedelta(minutes=4))
    page = browser.get("/kilder").text
    assert "2 borgeres overblik kan ikke bygges." in page
    assert "for 4 minutter siden" in page
    event = "pipeline.rebuild_failed"
    assert event in page
    assert event in caplog.text
    assert not any(str(one) in page for one in family)
    with database.transaction() as session:
        session.execute(text("ALTER TABLE overviews DROP CONSTRAINT nobody"))
    clock.move(RETRY_AFTER)
    build(until=clock.now(), now=clock.now())
    assert "kan ikke bygges" not in browser.get("/kilder").text


def test_the_dpo_counts_today_and_narrows(town: Town) -> None:
    other = town.client("ole.bruun")
    address = f"/overblik/{town.ids[maja.MAJA]}"
    other.get(address)
    other.post(f"{address}/grund", purpose="case_work", reason="Akut henvendelse fra hjemmet i nat")
    browser = town.client("jens.dam")
    page = browser.get("/tilsyn").text
    assert '<strong class="missing">1</strong> med en særlig grund' in page
    assert '<strong class="">0</strong> afvist' in page
    overrides = browser.post("/tilsyn", only="override").text
    assert "«Akut henvendelse fra hjemmet i nat»" in overrides
    assert "Loggede ind" not in overrides
    assert "ingen kilde til beskæftigelse og skole" in overrides
    assert "Afviste: Ole Bruun" in browser.post("/tilsyn", employee="ole.bruun", only="refused").text


def test_the_dpo_names_only_whom_the_number_named(town: Town) -> None:
    browser = town.client("jens.dam")
    key = str(town.ids[maja.MAJA])
    by_key = browser.post("/tilsyn", citizen=key).text
    assert "Maja" not in by_key
    assert "Søg med cpr-nummeret" in by_key
    assert "Alle handlinger om Maja Testborger" in browser.post("/tilsyn", citizen=NUMBERS[maja.MAJA]).text
    assert "Alle handlinger om Maja Testborger" in browser.post("/tilsyn", citizen=key).text
    hidden = browser.post("/tilsyn", citizen=NUMBERS[HOSTILE]).text
    assert "en borger med navne- og adressebeskyttelse" in hidden
    assert "Brien" not in hidden
    assert "Ingen borger har det nummer" in browser.post("/tilsyn", citizen="010160-0000").text


def test_the_log_is_turned_page_by_page_newest_first(town: Town) -> None:
    browser = town.client("jens.dam")
    for _ in range(52):
        browser.get("/tilsyn")
    page = browser.get("/tilsyn").text
    assert "50 handlinger af 1 medarbejder. Der er flere." in page
    after = page.split('name="after" value="')[1].split('"')[0]
    older = browser.post("/tilsyn", after=after).text
    assert "Loggede ind" in older
    assert 'name="after"' not in older
