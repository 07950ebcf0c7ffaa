"""One source: its pages, what an administrator does there, and what comes of doing it twice or beside another."""

import html
import re
from datetime import timedelta

import pytest

from hub.audit.repository import list_entries
from hub.secrets import SecretKeys
from hub.sources import change_repository, repository, run_repository, service
from hub.sources.change_repository import ChangeKind
from hub.sources.definitions import SourceDefinition
from hub.sources.health import RunOutcome, RunSummary
from hub.sources.run_history import RunEvent, RunLogLine
from hub.sources.stream_repository import list_streams, save_run
from hub.web.source.present_runs import duration_words
from schemas.access import AuditAction
from tests.sources import leased
from tests.web import maja
from tests.web.conftest import Town
from tests.web.serving import Browser

PAGES = ("", "/koersler", "/plan", "/aendringer", "/indstillinger", "/fjern")


def kept_run(town: Town, **more: object) -> None:
    values = {
        "source": "social",
        "stream": "all",
        "started_at": maja.NOW - timedelta(minutes=9),
        "ended_at": maja.NOW - timedelta(minutes=8),
        "outcome": RunOutcome.COMPLETE,
        "read": 1204,
        "published": 1200,
        "rejected": 3,
        "skipped": {"Sag: same_id_twice": 1},
    }
    log = [RunLogLine(at=maja.NOW, event=RunEvent.READ, counts={"read": 1204}).model_dump(mode="json")]
    with town.context.database.transaction() as session:
        save_run(session, RunSummary.model_validate(values | more), None, log=log)


@pytest.mark.parametrize("end", PAGES)
def test_the_pages_of_a_source_are_an_administrators_alone(town: Town, end: str) -> None:
    assert town.client("tine.skov").get(f"/kilder/social{end}").status_code == 200
    assert town.client("anna.holm").get(f"/kilder/social{end}").status_code == 403
    assert town.client("tine.skov").get(f"/kilder/findes-ikke{end}").status_code == 404


def test_a_run_is_told_in_numbers_and_a_sentence_with_its_log(town: Town) -> None:
    kept_run(town, message="the server said 503", outcome=RunOutcome.UNAVAILABLE, advice="source_unavailable")
    browser = town.client("tine.skov")
    page = browser.get("/kilder/social").text
    address = re.search(r"/kilder/social/koersler/\d+", page)
    assert address
    text = browser.get(address.group()).text
    for words in ("1.204</strong> læst", "3</strong> i karantæne", "1 minut", "Stod to gange", "the server said 503"):
        assert words in text, words
    assert "er ikke talt i denne kørsel" in text
    assert browser.get("/kilder/social/koersler/9999999").status_code == 404
    assert browser.get("/kilder/health/koersler/" + address.group().rpartition("/")[2]).status_code == 404


def test_runs_come_by_page(town: Town) -> None:
    for number in range(30):
        kept_run(town, read=number)
    browser = town.client("tine.skov")
    first = browser.get("/kilder/social/koersler").text
    older = re.search(r'href="(/kilder/social/koersler\?foer=\d+)"', first)
    assert older
    second = browser.get(older.group(1)).text
    seen = [re.findall(r"koersler/(\d+)", page) for page in (first, second)]
    assert len(seen[0]) == 25
    assert len(seen[1]) == 5
    assert not set(seen[0]) & set(seen[1])
    assert "Til de nyeste kørsler" in second


def test_to_run_now_twice_is_one_run_and_both_are_logged(town: Town) -> None:
    browser = town.client("tine.skov")
    assert "så snart en arbejder er ledig" in browser.post("/kilder/social/koer").text
    browser.post("/kilder/social/koer")
    lease = leased(town.context.database, "social")
    assert lease.requested_by == "tine.skov"
    with town.context.database.transaction() as session:
        run_repository.begin_run(session, lease, maja.NOW)
        lines = [line.entry.action for line in list_entries(session)]
    assert lines.count(AuditAction.RUN_SOURCE) == 2
    assert "læses allerede" in browser.post("/kilder/social/koer").text
    running = browser.get("/kilder/social/lige-nu?saa=1").text
    assert 'hx-trigger="every 2s"' in running
    assert "Stands læsningen" in running
    stopping = browser.post("/kilder/social/stands", stream="all", number=str(lease.fence))
    assert "standser i god orden" in stopping.text
    assert "allerede slut" in browser.post("/kilder/social/stands", stream="all", number="99999").text


def test_what_is_over_is_said_where_it_was_watched(town: Town) -> None:
    text = town.client("tine.skov").get("/kilder/social/lige-nu?saa=1").text
    assert "Læsningen er slut" in text
    assert "hx-trigger" not in text


def test_a_source_that_is_off_cannot_be_run(town: Town) -> None:
    browser = town.client("tine.skov")
    assert "Leverandøren opdaterer" in browser.post("/kilder/social/sluk", reason="Leverandøren opdaterer").text
    assert browser.post("/kilder/social/koer").status_code == 409
    assert "tændt og læses nu" in browser.post("/kilder/social/taend").text
    changes = browser.get("/kilder/social/aendringer").text
    for words in ("Slukkede kilden", "Tændte kilden", "Tine Skov"):
        assert words in changes


def test_everything_is_read_again_from_the_start_where_a_day_cannot_be_asked_for(town: Town) -> None:
    browser = town.client("tine.skov")
    assert "læses alt igen fra begyndelsen" in browser.post("/kilder/social/laes-igen", since="2023-09-01").text
    assert "findes" in browser.post("/kilder/social/sammenlign").text
    assert browser.post("/kilder/social/laes-igen", since="i går").status_code == 422


def plan(town: Town, **more: str) -> dict[str, str]:
    with town.context.database.transaction() as session:
        (stream,) = list_streams(session, "social")
    return {"stream": "all", "seen": f"{stream.schedule}, read", "every": "", "at": "02:30", "enabled": "ja"} | more


def test_a_plan_is_kept_and_told(town: Town) -> None:
    browser = town.client("tine.skov")
    answer = browser.post("/kilder/social/plan", **plan(town))
    assert "Planen er gemt" in answer.text
    assert "hver dag kl. 02.30" in browser.get("/kilder/social").text
    with town.context.database.transaction() as session:
        (change, *_) = change_repository.list_changes(session, "social", size=5)
    assert (change.kind, change.fields, change.changed_by) == (ChangeKind.SCHEDULED, ("all",), "tine.skov")


def test_a_plan_that_somebody_else_changed_meanwhile_is_not_overwritten_and_nothing_is_lost(town: Town) -> None:
    mine, theirs = town.client("tine.skov"), town.client("tine.skov")
    seen = plan(town)
    theirs.post("/kilder/social/plan", **plan(town, at="04:00"))
    answer = mine.post("/kilder/social/plan", **seen)
    assert answer.status_code == 409
    assert "En anden har ændret planen" in answer.text
    assert 'value="02:30"' in answer.text
    with town.context.database.transaction() as session:
        assert str(list_streams(session, "social")[0].schedule) == "at 04:00"


def test_a_plan_that_cannot_be_says_so_beside_the_field(town: Town) -> None:
    answer = town.client("tine.skov").post("/kilder/social/plan", **plan(town, every="ofte", at=""))
    assert answer.status_code == 422
    assert 'value="ofte"' in answer.text
    assert 'aria-invalid="true"' in answer.text


@pytest.mark.parametrize(
    ("duration", "words"),
    [
        (timedelta(milliseconds=200), "under et sekund"),
        (timedelta(seconds=1), "1 sekund"),
        (timedelta(seconds=59), "59 sekunder"),
        (timedelta(minutes=2, seconds=20), "2 minutter"),
        (timedelta(hours=1), "1 time"),
        (timedelta(hours=2, minutes=5), "2 timer 5 minutter"),
    ],
)
def test_how_long_a_run_lasted_is_said_in_words(duration: timedelta, words: str) -> None:
    assert duration_words(duration) == words


SECRET = "et-meget-hemmeligt-ord"
DUBU = {
    "base_url": "https://dubu.example",
    "environment": "prod",
    "token_url": "https://dubu.example/token",
    "client_id": "helhed",
}


@pytest.fixture
def dubu(town: Town) -> Town:
    """The town with a source that has settings and a secret."""
    builder = town.context.catalogue.builder
    builder.keys = SecretKeys({"k1": bytes(32)})
    definition = SourceDefinition(name="dubu", kind="odata", settings=DUBU)
    with town.context.database.transaction() as session:
        service.add_source(session, builder, definition, secrets={"client_secret": SECRET}, by="tine.skov")
    town.context.catalogue.expire()
    return town


def settings_form(browser: Browser) -> dict[str, str]:
    """The form's controls as a browser would send them when nobody has touched it."""
    text = browser.get("/kilder/dubu/indstillinger").text
    fields = {}
    for tag in re.findall(r"<input [^>]*>", text):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        kind = re.search(r'type="([^"]*)"', tag)
        if name and kind and kind.group(1) in {"text", "hidden"} and name.group(1) != "csrf":
            fields[name.group(1)] = html.unescape(value.group(1)) if value else ""
    for name, body in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', text, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', body)
        fields[name] = chosen.group(1) if chosen else ""
    for name, body in re.findall(r'<textarea[^>]*name="([^"]*)"[^>]*>(.*?)</textarea>', text, re.DOTALL):
        fields[name] = html.unescape(body)
    return fields


def test_settings_are_changed_and_the_history_tells_which_but_never_a_secret(dubu: Town) -> None:
    browser = dubu.client("tine.skov")
    form = settings_form(browser)
    assert SECRET not in browser.get("/kilder/dubu/indstillinger").text
    new = {"field.client_id": "helhed-2", "field.client_secret": "et-nyt-hemmeligt-ord"}
    answer = browser.post("/kilder/dubu/indstillinger", **{**form, **new})
    assert "Ændringerne er gemt" in answer.text
    with dubu.context.database.transaction() as session:
        (change, *_) = change_repository.list_changes(session, "dubu", size=5)
        source = repository.existing_source(session, "dubu")
        ciphertext = repository.secrets_of(session, "dubu")["client_secret"]
    assert set(change.fields) >= {"client_id", "client_secret"}
    assert source.definition.settings["client_id"] == "helhed-2"
    secret = dubu.context.catalogue.builder.decrypt("dubu", "client_secret", ciphertext)
    assert secret == "et-nyt-hemmeligt-ord"
    text = browser.get("/kilder/dubu/aendringer").text
    assert "Klientens hemmelighed, Klientens navn" in text or "Klientens navn, Klientens hemmelighed" in text
    assert "client_id" not in text, "the label of the form, not the setting's name"
    assert "hemmeligt-ord" not in text
    assert "helhed-2" not in text


def expiry_of(town: Town) -> dict[str, str]:
    with town.context.database.transaction() as session:
        days = repository.existing_source(session, "dubu").definition.secret_expiry
    return {path: day.isoformat() for path, day in days.items()}


def test_a_secret_is_good_until_a_day_and_the_next_one_until_another(dubu: Town) -> None:
    browser = dubu.client("tine.skov")
    address, control = "/kilder/dubu/indstillinger", "field.client_secret.expiry"
    soon, later = (maja.NOW.date() + timedelta(days=days) for days in (12, 400))
    assert "Ret:" in browser.post(address, **{**settings_form(browser), control: "den tredje"}).text
    browser.post(address, **{**settings_form(browser), control: soon.isoformat()})
    assert expiry_of(dubu) == {"client_secret": soon.isoformat()}
    assert f'value="{soon.isoformat()}"' in browser.get(address).text
    assert "udløbsdato" in browser.get("/kilder/dubu/aendringer").text
    dubu.context.catalogue.expire()
    assert "Adgangskoden udløber 24. september" in browser.get("/kilder").text
    new = {"field.client_secret": "et-nyt-hemmeligt-ord", control: soon.isoformat()}
    answer = browser.post(address, **{**settings_form(browser), **new})
    assert answer.status_code == 422, "the day is that of the secret before, which a notice tells of"
    assert "Datoen er den gamles" in answer.text
    answer = browser.post(address, **{**settings_form(browser), **new, control: later.isoformat()})
    assert "Ændringerne er gemt" in answer.text
    assert expiry_of(dubu) == {"client_secret": later.isoformat()}
    assert "intet at gemme" in browser.post(address, **{**settings_form(browser), control: later.isoformat()}).text
    browser.post(address, **{**settings_form(browser), control: ""})
    assert expiry_of(dubu) == {}


def test_settings_that_cannot_be_are_said_beside_the_field_and_nothing_is_lost(dubu: Town) -> None:
    browser = dubu.client("tine.skov")
    wrong = {"field.base_url": "ikke en adresse", "field.client_id": "nyt-navn"}
    answer = browser.post("/kilder/dubu/indstillinger", **{**settings_form(browser), **wrong})
    assert answer.status_code == 422
    assert 'value="ikke en adresse"' in answer.text
    assert 'value="nyt-navn"' in answer.text
    assert "Skriv en hel adresse" in answer.text
    with dubu.context.database.transaction() as session:
        assert repository.existing_source(session, "dubu").definition.settings["client_id"] == "helhed"


def test_of_two_administrators_the_second_is_told_and_what_was_typed_stays(dubu: Town) -> None:
    mine, theirs = dubu.client("tine.skov"), dubu.client("tine.skov")
    seen = settings_form(mine)
    theirs.post("/kilder/dubu/indstillinger", **{**seen, "field.client_id": "deres"})
    answer = mine.post("/kilder/dubu/indstillinger", **{**seen, "field.client_id": "mit"})
    assert answer.status_code == 409
    assert "Tine Skov har ændret kilden" in answer.text
    assert 'value="mit"' in answer.text
    with dubu.context.database.transaction() as session:
        assert repository.existing_source(session, "dubu").definition.settings["client_id"] == "deres"
    again = mine.post("/kilder/dubu/indstillinger", **{**seen, "field.client_id": "mit", "version": "2"})
    assert "Ændringerne er gemt" in again.text


def test_to_save_what_is_saved_changes_nothing(dubu: Town) -> None:
    browser = dubu.client("tine.skov")
    form = settings_form(browser)
    browser.post("/kilder/dubu/indstillinger", **{**form, "field.client_id": "nyt"})
    form = settings_form(browser)
    assert "intet at gemme" in browser.post("/kilder/dubu/indstillinger", **form).text


def test_settings_that_are_sent_twice_are_saved_once(dubu: Town) -> None:
    browser = dubu.client("tine.skov")
    new = {"field.client_id": "nyt", "field.client_secret": "nyt-ord", "field.client_secret.expiry": "2030-12-03"}
    form = settings_form(browser) | new
    for _ in range(2):
        assert "Ændringerne er gemt" in browser.post("/kilder/dubu/indstillinger", **form).text
    with dubu.context.database.transaction() as session:
        assert repository.existing_source(session, "dubu").version == 2
    other = browser.post("/kilder/dubu/indstillinger", **form | {"field.client_secret": "et-andet-ord"})
    assert other.status_code == 409


def test_a_plan_that_is_sent_twice_is_saved_once(town: Town) -> None:
    browser, form = town.client("tine.skov"), plan(town)
    for _ in range(2):
        assert "Planen er gemt" in browser.post("/kilder/social/plan", **form).text
    with town.context.database.transaction() as session:
        changes = change_repository.list_changes(session, "social", size=5)
    assert [change.kind for change in changes] == [ChangeKind.SCHEDULED, ChangeKind.ADDED]


def test_a_source_is_removed_in_two_steps(dubu: Town) -> None:
    browser = dubu.client("tine.skov")
    text = browser.get("/kilder/dubu/fjern").text
    assert "Det bliver stående på borgernes sider" in text
    assert "Glem det: 0 oplysninger om 0 borgere" in text
    form = {"version": "1", "data": "behold", "confirmed": "dubu"}
    assert browser.post("/kilder/dubu/fjern", **form | {"confirmed": "nej"}).status_code == 422
    assert "Vælg, hvad der skal ske" in browser.post("/kilder/dubu/fjern", **form | {"data": ""}).text
    assert browser.post("/kilder/dubu/fjern", **form | {"version": "7"}).status_code == 409
    assert browser.post("/kilder/dubu/fjern", **form).url.path == "/kilder/dubu/fjernet"
    assert browser.get("/kilder/dubu").status_code == 404
    again = browser.post("/kilder/dubu/fjern", **form)
    assert (again.status_code, again.url.path) == (200, "/kilder/dubu/fjernet"), "sent twice, it is removed once"
    assert 'href="/kilder/dubu/fjernet"' in browser.get("/kilder").text
    with dubu.context.database.transaction() as session:
        assert repository.secrets_of(session, "dubu") == {}


def test_a_form_that_comes_after_the_session_is_over_is_sent_again_without_loss(dubu: Town) -> None:
    browser = dubu.client("tine.skov")
    form = settings_form(browser) | {"field.client_id": "skrevet-længe", "withheld": "field.client_secret"}
    secret = {"field.client_secret": "et-nyt-hemmeligt-ord"}
    browser.post("/log-ud")
    browser.http.headers["sec-fetch-site"] = "same-origin"
    answer = browser.post("/kilder/dubu/indstillinger", **form, **secret)
    assert answer.status_code in {401, 403}
    assert "det, du skrev, er ikke tabt" in answer.text
    assert "hemmeligt-ord" not in answer.text
    assert 'value="skrevet-længe"' in answer.text
    assert browser.post("/log-ind", person="tine.skov").status_code == 200
    assert "Ændringerne er gemt" in browser.post("/kilder/dubu/indstillinger", **form).text
    browser.post("/log-ud")
    browser.http.headers["sec-fetch-site"] = "cross-site"
    assert "Send igen" not in browser.post("/kilder/dubu/indstillinger", **form).text, "another site gets no token"


def test_the_api_runs_stops_and_tells_as_the_page_does(town: Town) -> None:
    browser = town.client("tine.skov")
    token = {"x-csrf-token": browser.get("/api/mig").json()["csrf"]}
    kept_run(town)
    assert browser.http.post("/api/kilder/social/koer", json={}).status_code == 403, "without the token"
    assert browser.http.post("/api/kilder/social/koer", json={}, headers=token).json() == {"done": True}
    assert browser.http.post("/api/kilder/social/stands", headers=token).json() == {"done": False}
    wrong = browser.http.post("/api/kilder/social/koer", json={"stream": "findes-ikke"}, headers=token)
    assert wrong.status_code == 404
    answer = browser.get("/api/kilder/social/koersler").json()
    assert [run["summary"]["read"] for run in answer["runs"]] == [1204]
    number = answer["runs"][0]["summary"]["number"]
    assert browser.get(f"/api/kilder/social/koersler/{number}").json()["log"][0]["counts"] == {"read": 1204}
    assert browser.get("/api/kilder/social/koersler/99999").status_code == 404
    assert browser.get("/api/kilder/social/aendringer").json()[0]["kind"] == "added"
    assert browser.get("/api/beskeder").json() == []
    assert town.client("anna.holm").get("/api/kilder/social/koersler").status_code == 403
