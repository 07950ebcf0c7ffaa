"""What a citizen contests (GDPR article 16): marked wherever it is shown, until it is corrected or decided."""

from datetime import timedelta
from uuid import UUID

from hub.overview import repository as overviews
from hub.rights.contest_repository import list_contests
from schemas.access import AuditAction
from schemas.facts import EffortFact, EffortStatus
from schemas.overview import ContestMark
from schemas.record import PartyRole
from tests.factories import MAJA, make_party, make_record
from tests.processing import process_records
from tests.web import maja
from tests.web.conftest import Town
from tests.web.my_pages import own_browsing
from tests.web.test_oversight import acts, rows
from tests.web.test_rights import plain, send

PATH = "/tilsyn/rettigheder"
WORDS = "Jeg har aldrig sagt ja til det, mit nummer er 750786-4002"
SHOWN = "Bestridt af borgeren siden"


def an_effort(town: Town, key: UUID, *, is_own: bool) -> str:
    """One of Maja's own, which Min side shows; or the first of her page, which her team sees and which is Ida's too."""
    with town.context.database.transaction() as session:
        _, overview = overviews.current(session, [key])[key]
        assert overview
        efforts = [entry for entry in overview.entries() if isinstance(entry.fact, EffortFact)]
        primary = {entry.id for entry in efforts for party in entry.parties
                   if party.citizen_id == key and party.role is PartyRole.PRIMARY}  # fmt: skip
        return next(entry.id for entry in efforts if (entry.id in primary) is is_own)


def mark_on(town: Town, key: UUID, fact: str) -> ContestMark | None:
    """The mark as it is stored on the citizen's page."""
    with town.context.database.transaction() as session:
        _, overview = overviews.current(session, [key])[key]
        assert overview
        return next(entry.contested for entry in overview.entries() if entry.id == fact)


def test_a_contested_line_is_marked_everywhere_until_the_dpo_decides(town: Town) -> None:
    jens, anna, key = town.client("jens.dam"), town.client("anna.holm"), town.ids[maja.MAJA]
    address, fact = f"{PATH}/{key}/bestridt", an_effort(town, key, is_own=False)
    assert "Borgeren bestrider ingen oplysninger." in plain(jens.get(address).text)
    short = jens.post(address, fact=fact, words="nej")
    assert "Skriv, hvad borgeren siger" in plain(short.text)
    assert f'<option value="{fact}" selected>' in short.text, "nothing typed is lost"
    assert "Vælg den oplysning, der er forkert" in plain(jens.post(address, fact="social/Ydelse/0", words=WORDS).text)
    marked = plain(jens.post(address, fact=fact, words=WORDS).text)
    assert "Mærket: oplysningen står som bestridt" in marked
    assert "750786-4002" not in marked
    assert "mærket i forvejen" in plain(jens.post(address, fact=fact, words=WORDS).text)
    for page in (f"/overblik/{key}", f"/tidslinje/{key}"):
        shown = plain(anna.get(page).text)
        assert SHOWN in shown, page
        assert "Jeg har aldrig sagt ja" in shown, page
        assert "750786-4002" not in shown, page
    family = plain(anna.get(f"/familien/{key}").text)
    assert SHOWN in family
    assert "Bestridt siden" in family, "the table of what happened when has the mark alone"
    ida = town.ids[maja.IDA]
    assert "Bestridt af Maja siden" in plain(anna.get(f"/overblik/{ida}").text), "it is about Ida too"
    assert mark_on(town, ida, fact) == ContestMark(since=town.clock.now()), "without Maja's words"
    entries = [entry for section in anna.get(f"/api/overblik/{key}").json()["overview"]["sections"]
               for entry in section["entries"]]  # fmt: skip
    assert [entry["id"] for entry in entries if entry.get("contested")] == [fact]
    assert "Mærket: " in plain(jens.post(address, fact=an_effort(town, key, is_own=True), words=WORDS).text)
    with own_browsing(town.address, key) as mother:
        assert "Det er mærket som bestridt" in plain(mother.get().text)
    made = send(jens, f"/api{PATH}/{key}/kopi", {}).json()["subject_copy"]
    assert len([each for each in made["facts"] if each["contested"]]) == 1
    source = fact.partition("/")[0]
    of_source = plain(town.client("tine.skov").get(f"/kilder/{source}").text)
    assert "1 oplysning er bestridt af en borger" in of_source
    assert "Jeg har aldrig" not in of_source
    with town.context.database.transaction() as session:
        contest = next(each for each in list_contests(session, key) if each.entity == fact)
    settle = f"{address}/{contest.id}/afgoer"
    assert "Vælg, om borgeren har ret" in plain(jens.post(settle, reason="Kilden er spurgt og har ret").text)
    settled = plain(jens.post(settle, outcome="upheld", reason="Underskriften findes ikke").text)
    assert "Borgeren fik ret" in settled
    assert "Borgeren har ret i, at det er forkert" in plain(anna.get(f"/overblik/{key}").text), "the mark stays"
    assert "ret den i kilden" in plain(town.client("tine.skov").get(f"/kilder/{source}").text)
    assert mark_on(town, ida, fact) == ContestMark(since=town.clock.now(), is_upheld=True)
    (row, *_) = rows(acts(town, AuditAction.DECIDE_CONTEST))
    assert row.reason == "Underskriften findes ikke"


def test_what_the_source_corrects_is_contested_no_more_and_the_api_does_the_same(town: Town) -> None:
    jens, key, clock = town.client("jens.dam"), town.ids[maja.MAJA], town.clock
    address = f"/api{PATH}/{key}/bestridt"
    maja_herself = make_party(MAJA)
    first = make_record(
        source_id="777",
        parties=[maja_herself],
        fact=EffortFact(title="Støtte", status=EffortStatus.ACTIVE),
        source="social",
    )
    process_records(town.context.database, [first], digest_key=town.context.digest_key, now=clock.now())
    fact = next(each["id"] for each in jens.get(address).json()["facts"] if each["id"].endswith("/777"))
    assert send(town.client("anna.holm"), address, {"fact": fact, "words": WORDS}).status_code == 403
    assert send(jens, address, {"fact": fact, "words": "nej"}).json()["faults"][0]["fault"] == "words_missing"
    assert send(jens, address, {"fact": fact, "words": WORDS}).json()["faults"] == []
    same = first.model_copy(update={"observed_at": first.observed_at + timedelta(days=1)})
    process_records(town.context.database, [same], digest_key=town.context.digest_key, now=clock.now())
    assert jens.get(address).json()["contests"][0]["outcome"] is None, "the same again corrects nothing"
    corrected = make_record(
        source_id="777",
        parties=[maja_herself],
        fact=EffortFact(title="Vejledning", status=EffortStatus.ACTIVE),
        source="social",
        source_version="2",
        registered_at=first.registered_at + timedelta(days=1),
    )
    process_records(town.context.database, [corrected], digest_key=town.context.digest_key, now=clock.now())
    (contest,) = jens.get(address).json()["contests"]
    assert (contest["outcome"], contest["ended_by"]) == ("corrected", None)
    assert SHOWN not in plain(town.client("anna.holm").get(f"/overblik/{key}").text)
    settled = send(jens, f"{address}/{contest['id']}/afgoer", {"outcome": "rejected", "reason": "Det er for sent nu"})
    assert settled.json()["faults"][0]["fault"] == "over_already"
