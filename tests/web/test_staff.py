"""Medarbejdere: the administrator sees who may do what, and nobody else sees the page."""

import re

from sqlalchemy import text

from hub.access.staff_repository import record_reading
from hub.audit.repository import list_entries
from schemas.access import AuditAction
from tests.web.conftest import Town
from tests.web.test_override_reviews import _text


def test_the_list_tells_role_unit_origin_and_state(town: Town) -> None:
    with town.context.database.transaction() as session:
        session.execute(text("UPDATE actors SET active = false, organisation_id = 'o' WHERE id = 'ole.bruun'"))
        functions = '[{"name": "f", "role": "team_member", "units": null, "kle": ["27.24"]}]'
        statement = text(
            "UPDATE actors SET subject = 's', functions = CAST(:functions AS jsonb) WHERE id = 'anna.holm'"
        )
        session.execute(statement, {"functions": functions})
    page = town.client("tine.skov").get("/medarbejdere").text
    rows = {re.sub(r"<[^>]+>|\s+", " ", row) for row in re.findall(r"<tr role.*?</tr>", page, re.DOTALL)}
    anna = next(row for row in rows if "Anna Holm" in row)
    assert all(
        word in anna for word in ("Familieafdelingen", "Arbejder med borgere", "kun KLE 27.24", "Kommunens login")
    )
    ole = next(row for row in rows if "Ole Bruun" in row)
    assert "Fratrådt; kan ikke logge ind" in ole
    with town.context.database.transaction() as session:
        assert list_entries(session)[0].entry.action is AuditAction.READ_STAFF


def test_the_list_is_searched_and_paged(town: Town) -> None:
    with town.context.database.transaction() as session:
        session.execute(
            text(
                "INSERT INTO actors (id, name, title, roles)"
                " SELECT 'p' || n, 'Person ' || n, '', '{}' FROM generate_series(100, 219) n"
            )
        )
    browser = town.client("tine.skov")
    seen: list[str] = []
    address = "/medarbejdere?ord=person"
    while address:
        page = browser.get(address).text
        seen += re.findall(r"Person (\d+)<", page)
        following = re.search(r'href="([^"]+)">Vis næste', page)
        address = following[1].replace("&amp;", "&") if following else ""
    assert seen == [str(number) for number in range(100, 220)]
    assert "Ingen medarbejder passer" in browser.get("/medarbejdere?ord=findes-ikke").text


def test_units_tell_tasks_area_and_how_many_may_log_in(town: Town) -> None:
    browser = town.client("tine.skov")
    assert "Organisationen er ikke læst endnu." in browser.get("/medarbejdere/enheder").text
    with town.context.database.transaction() as session:
        session.execute(
            text("""INSERT INTO organisation_units (organisation_id, name, kle, area)
                 VALUES ('u1', 'Familieafdelingen', '{27.24}', 'social'), ('u2', 'Byrådet', '{}', NULL)""")
        )
    page = re.sub(r"<[^>]+>|\s+", " ", browser.get("/medarbejdere/enheder").text)
    assert re.search(r"Byrådet\s+Ingen KLE-opgaver\s+Intet af vores områder", page)
    assert re.search(r"Familieafdelingen\s+27.24\s+Social", page)


def test_only_an_administrator_sees_it(town: Town) -> None:
    for actor_id in ("anna.holm", "jens.dam"):
        for path in ("/medarbejdere", "/medarbejdere/enheder"):
            assert town.client(actor_id).get(path).status_code == 403


def test_a_failed_reading_of_the_organisation_is_told_with_what_to_do_until_it_is_read(town: Town) -> None:
    tine = town.client("tine.skov")
    assert "Organisationen" not in _text(tine.get("/medarbejdere").text)
    with town.context.database.transaction() as session:
        record_reading(session, town.clock.now(), fault="HELHED_ORGANISATION_URL: no answer <b>")
    page = tine.get("/medarbejdere").text
    assert "Organisationen kan ikke læses siden" in page
    assert "helhed actor fetch" in page
    assert "no answer &lt;b&gt;" in page
    with town.context.database.transaction() as session:
        record_reading(session, town.clock.now())
    page = tine.get("/medarbejdere").text
    assert "kan ikke læses" not in page
    assert "Organisationen er læst" in page
