"""Answers to what a DPO asks of the whole installation: what stands there is what the database holds."""

import re
from dataclasses import replace
from datetime import timedelta
from http import HTTPStatus

import pytest
from sqlalchemy import text

from hub.clock import danish_day
from hub.rules.register import definitions_on
from hub.settings import Settings
from hub.sources.approval_repository import save_approvals
from hub.sources.field_approvals import declared_types
from hub.web.shell.declared_types import declared_streams
from schemas.oversight import Question
from tests.sources import know_connector
from tests.web import maja
from tests.web.accountability import ROOT, SLUGS, ReadingSource, execute, read_lines, table_of, words_of
from tests.web.conftest import Town


def test_who_never_logged_in_who_kept_a_place_and_what_administrators_did(town: Town) -> None:
    anna, jens = town.client("anna.holm"), town.client("jens.dam")
    anna.get("/mine-borgere")
    page = words_of(jens.get(f"{ROOT}/rettigheder").text)
    assert "4 medarbejdere med adgang uden login i perioden" in page
    for name in ("Lene Friis", "Ole Bruun", "Gitte Berg", "Tine Skov"):
        assert name in page
    assert "Anna Holm" not in page
    assert "aldrig, så langt loggen rækker" in page
    assert "Ingen systemadministrator har set en borger eller søgt i perioden." in page
    execute(town, "UPDATE actors SET unit_id = 'health:310', unit_name = 'Hjemmeplejen' WHERE id = 'anna.holm'")
    execute(town, "UPDATE team_memberships SET unit_name = 'Familieafdelingen' WHERE actor_id = 'anna.holm'")
    page = words_of(jens.get(f"{ROOT}/rettigheder").text)
    assert "Skiftet enhed (1)" in page
    assert "På team fra en tidligere enhed (1)" in page
    today = danish_day(town.clock.now())
    execute(town, "UPDATE courses SET ended_on = :today", today=today)
    execute(town, "UPDATE actors SET roles = '{administrator,team_member}' WHERE id = 'anna.holm'")
    anna.post("/soeg", text="Vestergaard")
    page = words_of(jens.get(f"{ROOT}/rettigheder").text)
    assert "På team i et sluttet forløb (2)" in page
    rows = table_of(jens.get(f"{ROOT}/rettigheder/tal.csv?tabel=administratorer").content)
    assert len(rows) > 1
    assert {row[1] for row in rows[1:]} == {"Anna Holm"}


def test_a_later_period_finds_who_stopped_logging_in(town: Town) -> None:
    town.client("anna.holm")
    town.clock.move(timedelta(days=100))
    page = words_of(town.client("jens.dam").get(f"{ROOT}/rettigheder").text)
    assert "5 medarbejdere med adgang uden login i perioden" in page
    assert "12. sep. 2023" in page


def test_searches_are_told_without_number_or_name_and_counted_as_the_log_has_them(town: Town) -> None:
    anna, jens = town.client("anna.holm"), town.client("jens.dam")
    for words in ("750786-4002", "Maja", "familiebehandling"):
        anna.post("/soeg", text=words)
    answer = jens.get(f"{ROOT}/soegninger")
    page = words_of(answer.text)
    with town.context.database.transaction() as session:
        number = session.scalar(text("SELECT count(*) FROM audit_log WHERE action = 'search' AND citizen_id IS NULL"))
    assert f"{number} søgninger, heraf 0 afviste." in page
    assert "Et helt cpr-nummer" in page
    assert "Et navn" in page
    assert "750786" not in answer.text
    assert "Maja" not in answer.text
    rows = table_of(jens.get(f"{ROOT}/soegninger/tal.csv?tabel=soegninger").content)
    assert rows[0] == ["Tid", "Hvem", "Søgte efter", "Fundet", "Udfald", "Formål"]
    assert len(rows) - 1 == number


def test_reveals_stand_with_their_reason(town: Town) -> None:
    anna, jens = town.client("anna.holm"), town.client("jens.dam")
    assert "Ingen har bedt om at se skjulte oplysninger" in jens.get(f"{ROOT}/visninger").text
    anna.post(f"/overblik/{town.ids[maja.MAJA]}/vis", reason="=Skal skrive til borgeren")
    page = words_of(jens.get(f"{ROOT}/visninger").text)
    assert "1 visning af skjulte oplysninger, heraf 0 afviste." in page
    assert "«=Skal skrive til borgeren»" in page
    assert f"Borger {str(town.ids[maja.MAJA])[:8]}" in page


def test_a_period_is_asked_for_and_a_wrong_one_is_told(town: Town) -> None:
    jens = town.client("jens.dam")
    town.client("anna.holm").post("/soeg", text="Maja")
    assert "0 søgninger" in jens.get(f"{ROOT}/soegninger?fra=2022-01-01&til=2022-02-01").text
    wrong = jens.get(f"{ROOT}/soegninger?fra=2023-09-12&til=2023-09-01").text
    assert "Perioden slutter, før den begynder" in wrong
    assert 'value="2023-09-01"' in wrong
    assert "Skriv begge datoer som" in jens.get(f"{ROOT}/soegninger?fra=i-morges&til=2023-09-01").text
    assert "uden for det, der kan vises" in jens.get(f"{ROOT}/soegninger?fra=0001-01-01&til=2023-09-01").text
    assert jens.get(f"{ROOT}/findes-ikke").status_code == HTTPStatus.NOT_FOUND
    assert jens.get(f"{ROOT}/soegninger/tal.csv?tabel=andet").status_code == HTTPStatus.NOT_FOUND


def test_pages_go_on_where_they_ended(town: Town) -> None:
    jens = town.client("jens.dam")
    execute(
        town,
        """
        INSERT INTO audit_log (recorded_at, action, outcome, actor_id, actor_name, sections_shown, sections_withheld,
                               fields_revealed, policy_version, request_id)
        SELECT now_at, 'search', 'shown', 'x', 'Nr. ' || n, '{}', '{}', '{}', '', ''
        FROM (SELECT n, cast(:now AS timestamptz) - (n / 3) * interval '1 minute' AS now_at
              FROM generate_series(1, 120) n) s
        """,
        now=town.clock.now(),
    )
    address, seen = f"{ROOT}/soegninger", list[str]()
    while address:
        page = jens.get(address).text
        seen += re.findall(r"Nr\. \d+", page)
        more = re.search(r'href="(/tilsyn/svar/soegninger\?[^"#]*efter=\d+)', page)
        address = more[1].replace("&amp;", "&") if more else ""
    assert len(seen) == len(set(seen)) == 120


@pytest.mark.parametrize("slug", SLUGS)
def test_reading_an_answer_is_a_line_and_others_are_refused(town: Town, slug: str) -> None:
    jens = town.client("jens.dam")
    assert jens.get(f"{ROOT}/{slug}").status_code == HTTPStatus.OK
    lines = [line for line in read_lines(town) if line["who"] == "jens.dam"]
    assert [line["form"] for line in lines] == ["page"]
    assert lines[0]["question"] in set(Question)
    for actor_id in ("anna.holm", "tine.skov", "gitte.berg"):
        browser = town.client(actor_id)
        for address in (ROOT, f"{ROOT}/{slug}", f"{ROOT}/{slug}/tal.csv?tabel=x"):
            assert browser.get(address).status_code == HTTPStatus.FORBIDDEN, f"{actor_id} {address}"


def test_consents_stand_by_key_and_a_look_after_withdrawal_is_a_line(town: Town) -> None:
    anna, jens = town.client("anna.holm"), town.client("jens.dam")
    citizen = str(town.ids[maja.MAJA])
    address = f"{ROOT}/samtykker?fra=2023-01-01&til=2023-12-31"
    page = jens.get(address)
    assert "0 opslag efter at samtykket var slut." in page.text
    assert f"Borger {citizen[:8]}" in page.text
    assert "Maja" not in page.text
    with town.context.database.transaction() as session:
        given = session.scalar(text("SELECT count(DISTINCT (citizen_id, kind, expires_on)) FROM consents"))
    assert f"{given} givet, 0 trukket tilbage, 0 udløbet." in words_of(page.text)
    anna.get(f"/overblik/{citizen}")
    assert "0 opslag efter at samtykket var slut." in jens.get(address).text
    yesterday = danish_day(town.clock.now()) - timedelta(days=1)
    execute(
        town,
        "UPDATE consents SET withdrawn_on = :day, withdrawn_by = 'anna.holm' WHERE citizen_id = :citizen",
        day=yesterday,
        citizen=citizen,
    )
    page = jens.get(address)
    late = table_of(jens.get(f"{address.replace('?', '/tal.csv?')}&tabel=efter").content)
    assert f"{len(late) - 1} opslag efter at samtykket var slut." in page.text
    assert len(late) == 2
    assert late[1][1:4] == ["Anna Holm", f"Borger {citizen[:8]}", "Åbnede overblikket"]
    assert "Forløbet" in late[1][4]
    assert "Anna Holm" in page.text
    anna.get(f"/overblik/{citizen}")
    assert len(table_of(jens.get(f"{address.replace('?', '/tal.csv?')}&tabel=efter").content)) == 2, "it is refused now"


def test_fields_are_those_the_connectors_declare_and_what_nobody_approved_is_told(town: Town) -> None:
    know_connector(town.context.catalogue, ReadingSource(maja.SOCIAL))
    town.context.catalogue.expire()
    jens = town.client("jens.dam")
    page = words_of(jens.get(f"{ROOT}/felter").text)
    declared = [
        info
        for source in town.context.catalogue.systems()
        for info in declared_types(declared_streams(town.context, source.name))
    ]
    number = sum(len(info.fields_read) for info in declared)
    assert number > 50
    assert f"felter læses fra {len(town.context.catalogue.systems())} kilder" in page
    rows = table_of(jens.get(f"{ROOT}/felter/tal.csv?tabel=felter").content)[1:]
    assert sum(len(row[2].split(", ")) for row in rows) == number
    with town.context.database.transaction() as session:
        approvals = session.scalar(text("SELECT count(*) FROM field_approvals WHERE record_type <> '*'"))
    history = table_of(jens.get(f"{ROOT}/felter/tal.csv?tabel=godkendelser").content)[1:]
    assert len(history) == approvals
    with town.context.database.transaction() as session:
        save_approvals(session, "social", declared[:1], approver="Bo Vang", by="tine.skov", now=town.clock.now())
    page = words_of(jens.get(f"{ROOT}/felter").text)
    assert f"{number - len(declared[0].fields_read)} felter er ikke godkendt" in page
    assert "Bo Vang (tine.skov)" in page
    execute(town, "DELETE FROM field_approvals")
    page = words_of(jens.get(f"{ROOT}/felter").text)
    assert f"{number} felter er ikke godkendt" in page
    assert "Ingen har godkendt det" in page
    assert declared[0].purpose.split(" (")[0] in page


def test_quality_counts_what_the_store_holds(town: Town) -> None:
    jens = town.client("jens.dam")
    assert "0 oplysninger kunne ikke læses" in jens.get(f"{ROOT}/datakvalitet").text
    execute(
        town,
        """
        INSERT INTO quarantine_entries (source, fingerprint, record_type, field, rule, first_seen_at, last_seen_at,
                                        seen)
        SELECT 'social', 'f' || days, 'Sag', 'x', 'missing', cast(:now AS timestamptz) - days * interval '1 day',
               :now, 1
        FROM unnest(cast(ARRAY[0, 3, 20, 40, 50] AS int[])) AS days
        """,
        now=town.clock.now(),
    )
    execute(
        town,
        """
        INSERT INTO identity_conflicts (kind, digest, masked, first_seen)
        VALUES ('disagreeing_person', 'x', '750786-••••', :now)
        """,
        now=town.clock.now(),
    )
    execute(
        town,
        """
        INSERT INTO identity_decisions (kind, state, subject_namespace, subject_value, subject_national,
            target_namespace, target_value, target_national, reason, decided_by, decided_at)
        VALUES ('merge', 'proposed', 'cpr', '7507864002', true, 'cpr', '6303094002', true, 'x', 'tine.skov', :now)
        """,
        now=town.clock.now(),
    )
    answer = jens.get(f"{ROOT}/datakvalitet").text
    page = words_of(answer)
    assert "5 oplysninger kunne ikke læses" in page
    assert "1 uenighed om, hvem nogen er, venter" in page
    assert "To borgere lagt sammen Venter på en anden" in page
    assert "7507864002" not in answer
    rows = table_of(jens.get(f"{ROOT}/datakvalitet/tal.csv?tabel=karantaene").content)
    assert rows[1][1:5] == ["1", "1", "1", "2"]


def test_rules_stand_with_their_approval_and_every_number_about_citizens_is_described(town: Town) -> None:
    jens = town.client("jens.dam")
    page = words_of(jens.get(f"{ROOT}/regelkontrol").text)
    assert "Der er ikke gemt nogen score" in page
    rows = table_of(jens.get(f"{ROOT}/regelkontrol/tal.csv?tabel=tal").content)[1:]
    stored = {(row[0], row[1]) for row in rows}
    assert ("tabellen trial_versions", "cost_before") in stored
    assert ("overblikket, som det gemmes", "version") in stored
    assert any("documents" in place for place, _ in stored), "the index in the database is read, too"
    execute(town, "CREATE TABLE concern (citizen_id uuid, risk_score double precision, weights int[])")
    page = words_of(jens.get(f"{ROOT}/regelkontrol").text)
    assert "2 tal om borgere er ikke beskrevet." in page
    rows = table_of(jens.get(f"{ROOT}/regelkontrol/tal.csv?tabel=regler").content)
    with town.context.database.transaction() as session:
        assert len(rows) - 1 == len(definitions_on(danish_day(town.clock.now())))
        session.execute(
            text(
                """
                INSERT INTO rule_assessments (citizen_id, rule, version, hit_key, areas, verdict, reason,
                                              assessed_by_id, assessed_by, assessed_at)
                SELECT gen_random_uuid(), :rule, :version, 'k', '{}', 'relevant', 'x', 'a', 'a', now()
                FROM generate_series(1, 4)
                """
            ),
            {
                "rule": definitions_on(danish_day(town.clock.now()))[0].id,
                "version": definitions_on(danish_day(town.clock.now()))[0].version,
            },
        )
    assert table_of(jens.get(f"{ROOT}/regelkontrol/tal.csv?tabel=regler").content)[1][5] == "Under 5"


def test_real_numbers_are_counted_in_a_test_installation_and_not_asked_for_elsewhere(town: Town) -> None:
    jens = town.client("jens.dam")
    assert "Ingen cpr-numre kan tilhøre rigtige mennesker." in jens.get(f"{ROOT}/testdata").text
    for number, namespace in (("1502779995", "a test person"), ("0101704000", "looks real"), ("010170VV11", "letters")):
        execute(
            town,
            """
            INSERT INTO citizen_identifiers (namespace, value, national, digest, citizen_id)
            SELECT 'cpr', :number, true, :namespace, id FROM citizens LIMIT 1
            """,
            number=number,
            namespace=namespace,
        )
    answer = jens.get(f"{ROOT}/testdata").text
    assert "1 cpr-nummer kan tilhøre rigtige mennesker." in answer
    assert "0101704000" not in answer
    rows = table_of(jens.get(f"{ROOT}/testdata/tal.csv?tabel=numre").content)
    with town.context.database.transaction() as session:
        number_of = session.scalar(text("SELECT count(DISTINCT value) FROM citizen_identifiers WHERE national"))
    assert rows[1] == ["Borgernes numre", str(number_of), "1", "1", "1"]
    town.app.state.context = replace(town.context, settings=Settings(demo=False, secure_cookies=False))
    answer = jens.get(f"{ROOT}/testdata").text
    assert "Spørgsmålet gælder testinstallationer." in answer
    assert "Borgernes numre" not in answer
