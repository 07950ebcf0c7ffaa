"""A citizen whose overview cannot be built anew: whoever opens the page must know that the newest may be missing."""

from datetime import UTC, datetime

from sqlalchemy import text

from hub.overview.service import mark_due
from tests.web import maja
from tests.web.conftest import Town

SINCE = datetime(2023, 9, 11, 7, 30, tzinfo=UTC)
NOTICE = "Siden har ikke kunnet opdateres siden den 11. september 2023 kl. 09.30"


def test_the_page_and_the_api_tell_since_when(town: Town) -> None:
    anna = town.client("anna.holm")
    citizen = town.ids[maja.MAJA]
    assert "ikke kunnet opdateres" not in anna.get(f"/overblik/{citizen}").text
    assert anna.get(f"/api/overblik/{citizen}").json()["not_updated_since"] is None
    with town.context.database.transaction() as session:
        mark_due(session, [citizen], since=maja.NOW, failed_since=SINCE)
    for side in ("overblik", "familien", "tidslinje"):
        assert NOTICE in anna.get(f"/{side}/{citizen}").text
    assert anna.get(f"/api/overblik/{citizen}").json()["not_updated_since"] == "2023-09-11T07:30:00Z"
    then = anna.get(f"/tidslinje/{citizen}?kendt=2023-01-01").text
    assert NOTICE not in then, "what was known then is built on the spot"
    with town.context.database.transaction() as session:
        session.execute(text("DELETE FROM overview_due"))
    assert NOTICE not in anna.get(f"/overblik/{citizen}").text
