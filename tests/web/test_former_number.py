"""A citizen who was merged into another: the old address leads on, the page and the search tell the former number."""

from hub.access.identity_acts import IdentityDesk
from hub.indexing.reindex import reindex
from hub.pipeline import rebuild_due
from schemas.access import AccessRequest, Purpose
from tests.identity import administrator
from tests.web import maja
from tests.web.conftest import Town


def merge(town: Town) -> None:
    """Emil is Maja, says an administrator; a second confirms it where both have efforts."""
    context, now = town.context, town.clock.now()
    request = AccessRequest(purpose=Purpose.OPERATIONS, override_reason="Afklaret med CPR", request_id="merge")

    def desk(by: str) -> IdentityDesk:
        return IdentityDesk(session, administrator(by), request, digest_key=context.digest_key, now=now)

    with context.database.transaction() as session:
        result = desk("tine").merge(town.ids[maja.EMIL], town.ids[maja.MAJA])
        if result.state.value == "proposed":
            desk("jens").confirm(result.decision_ids[0])
    rebuild_due(context.database, digest_key=context.digest_key, until=now, now=now, limit=100)
    reindex(context.database, context.index, digest_key=context.digest_key, clock=town.clock)
    context.index.refresh()


def test_the_old_address_leads_to_the_one_who_stays_and_the_page_names_the_former_number(town: Town) -> None:
    merge(town)
    http = town.client("anna.holm").http
    for side in ("overblik", "familien", "tidslinje"):
        answer = http.get(f"/{side}/{town.ids[maja.EMIL]}", follow_redirects=True)
        assert (answer.status_code, answer.url.path) == (200, f"/{side}/{town.ids[maja.MAJA]}")
        assert "750786-••••" in answer.text
        assert "Tidligere cpr</dt><dd>820512-••••" in answer.text


def test_a_search_by_the_former_number_says_so(town: Town) -> None:
    merge(town)
    browser = town.client("anna.holm")
    answer = browser.http.post("/soeg", data={"csrf": browser.token(), "text": "820512-4001"}, follow_redirects=True)
    assert answer.status_code == 200
    assert "tidligere cpr-nummer" in answer.text
    assert "820512-4001" not in answer.text
