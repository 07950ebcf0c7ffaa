"""A national number that somebody types into a form is kept nowhere, whichever form and however it is spelled."""

from uuid import uuid4

from sqlalchemy import func, select, text

from tests.web import maja
from tests.web.conftest import Town

NUMBER = {"number": r"070761\D{0,20}4285|0 7 0 7"}
HAS_NUMBER = text("t::text ~ :number")
TYPED = "Gælder vist 070761 løbenr 4285, eller 0 7 0 7 6 1 4 2 8 5"


def test_no_form_keeps_a_number(town: Town) -> None:
    citizen = town.ids[maja.MAJA]
    stranger = town.ids[next(number for number in town.ids if number.int == 9)]
    worker, administrator, dpo = (town.client(name) for name in ("anna.holm", "tine.skov", "jens.dam"))
    colleague = town.client("lene.friis")
    worker.post("/soeg", text=TYPED)
    worker.post(f"/overblik/{stranger}/grund", purpose="case_work", reason=TYPED)
    worker.post(f"/overblik/{stranger}/grund", purpose="case_work", reason="070761 4285")
    worker.http.post(f"/overblik/{citizen}/vis", data={"csrf": worker.token(), "reason": TYPED}, follow_redirects=False)
    worker.http.post(
        f"/overblik/{citizen}/vis", data={"csrf": worker.token(), "reason": TYPED}, headers={"HX-Request": "true"}
    )
    administrator.post("/kilder/social/sluk", reason=TYPED)
    administrator.post("/kilder/social/indstillinger", title=TYPED, version="1")
    administrator.post(f"/identitet/borger/{citizen}/laeg-sammen", other=TYPED, reason=TYPED)
    administrator.get(f"/medarbejdere?ord={TYPED}")
    dpo.post("/tilsyn", citizen=TYPED)
    dpo.post("/tilsyn", employee=TYPED)
    # What comes back to be corrected waits in the session.
    ending = {"csrf": worker.token(), "ends_on": "", "outcome": "", "follows": TYPED}
    worker.http.post(f"/forloeb/{town.course_id}/slut", data=ending, follow_redirects=False)
    agreement = {"csrf": colleague.token(), "key": str(uuid4()), "kind": "agreement", "words": TYPED, "who": TYPED}
    colleague.http.post(f"/plan/{citizen}/ny", data=agreement, follow_redirects=False)
    with town.context.database.transaction() as session:
        tables = session.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).all()
        found = [
            table
            for table in tables
            if session.scalar(select(func.count()).select_from(text(f'"{table}" t')).where(HAS_NUMBER), NUMBER)
        ]
        pauses = session.scalars(text("SELECT reason FROM source_pauses")).all()
    assert found == []
    assert pauses == ["Gælder vist •••• løbenr ••••, eller ••••"]
    assert not any("4285" in address for address in worker.addresses + dpo.addresses)
