"""What a source has sent that waits: on its page and as JSON, in numbers and times alone."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from connectors.base import Hint
from hub.inbox import repository as inbox
from hub.inbox.backlog import InboxBacklog
from hub.inbox.refusals import REFUSALS
from hub.sources import hint_repository
from hub.sources.health import RunOutcome, RunSummary
from hub.web.source.inbox import InboxBox, inbox_box
from hub.web.source.present_runs import asked_by_text
from hub.web.source.texts import REFUSED_SENDER
from schemas.identifiers import Identifier
from tests.web import maja
from tests.web.conftest import Town
from tests.web.test_source_page import kept_run

HOUR = timedelta(hours=1)
RUN = RunSummary(
    source="star",
    stream="events",
    number=7,
    started_at=maja.NOW - HOUR,
    ended_at=maja.NOW,
    outcome=RunOutcome.UNAVAILABLE,
    advice="source_unavailable",
)


def box(*, is_paused: bool = False, **values: object) -> InboxBox:
    backlog = InboxBacklog.model_validate({"source": "star", "is_pushed": True, **values})
    shown = inbox_box(backlog, is_paused=is_paused, next_attempt="om 5 minutter", now=maja.NOW)
    assert shown is not None
    return shown


def test_a_source_that_sends_nothing_has_no_inbox() -> None:
    assert inbox_box(InboxBacklog(source="social"), is_paused=False, next_attempt="", now=maja.NOW) is None


def test_an_empty_inbox_says_so_and_whom_the_source_told_of() -> None:
    shown = box(hints=2)
    assert (shown.waiting, shown.trouble, shown.next_attempt) == (
        "Intet venter. Det, kilden har sendt, er slået op.",
        None,
        None,
    )
    assert shown.hinted == "Kilden har meldt nyt om 2 borgere. Deres sager læses som det næste, før planen siger det."


def test_what_waits_is_told_with_why_when_it_is_tried_and_the_run() -> None:
    shown = box(events=12, since=maja.NOW - 3 * HOUR, tried=3, next_attempt_at=maja.NOW, last_run=RUN)
    assert shown.waiting == "12 beskeder fra kilden venter på at blive slået op. Den ældste kom for 3 timer siden."
    assert shown.trouble == "3 af dem er prøvet, men kunne ikke slås op: kilden svarede ikke."
    assert shown.advice == "Kilden svarer ikke lige nu. Der prøves igen af sig selv; intet er gået tabt."
    assert shown.next_attempt == "Prøves igen af sig selv: om 5 minutter. Intet er gået tabt, og det andet går videre."
    assert shown.run is not None
    assert shown.run.href == "/kilder/star/koersler/7"


def test_who_was_refused_is_told_with_how_often_why_and_what_to_do() -> None:
    times = {"first_at": maja.NOW - 30 * HOUR, "last_at": maja.NOW - HOUR}
    here = {"reason": "sender_not_allowed", "times": 12, "is_of_source": True, **times}
    elsewhere = {"reason": "handshake", "times": 1, "is_of_source": False, **times}
    shown = box(refusals=(here, elsewhere))
    (line,), (other,) = shown.refused, shown.refused_elsewhere
    assert line.text.startswith("12 gange, siden ")
    assert line.text.endswith("sidst for 1 time siden: certifikatet er ikke blandt dem, der må sende for kilden.")
    assert "skriv aftrykket under Indstillinger" in line.advice
    assert other.text == "1 gang, for 1 time siden: forbindelsen kom uden et certifikat."
    assert REFUSED_SENDER.keys() == REFUSALS.keys()


@pytest.mark.parametrize(
    ("values", "is_paused", "sentence"),
    [
        ({"since": maja.NOW}, False, "De slås op, så snart"),
        ({"since": maja.NOW - HOUR}, False, "Se efter, om arbejderen kører"),
        ({"since": maja.NOW, "tried": 1}, True, "slås op, når den tændes"),
    ],
)
def test_what_becomes_of_it_is_said(values: dict[str, object], is_paused: bool, sentence: str) -> None:
    assert sentence in str(box(events=1, is_paused=is_paused, **values).next_attempt)


def test_what_the_source_does_not_know_yet_is_no_failure_of_a_run() -> None:
    run = RUN.model_copy(update={"outcome": RunOutcome.COMPLETE, "advice": None})
    shown = box(events=1, since=maja.NOW, tried=1, next_attempt_at=maja.NOW, last_run=run)
    assert shown.trouble == "Den er prøvet, men kunne ikke slås op: kilden havde det ikke endnu."
    assert (shown.advice, shown.run) == (None, None)


def test_a_run_says_why_it_was_read() -> None:
    assert asked_by_text(RUN, "Tine Skov", is_pushed=True) == "sat i gang af Tine Skov"
    assert asked_by_text(RUN, None, is_pushed=True) == "fordi kilden sendte noget"
    assert asked_by_text(RUN, None, is_pushed=False) == "efter planen"
    hinted = RUN.model_copy(update={"hints": 1})
    assert asked_by_text(hinted, None, is_pushed=False) == "fordi kilden meldte nyt om 1 borger"


def test_page_and_api_tell_what_waits_and_never_what_is_in_it(town: Town) -> None:
    number = "750786-4002"
    with town.context.database.transaction() as session:
        session.execute(text("UPDATE source_streams SET is_pushed = true WHERE source = 'social'"))
        for index in range(3):
            row = {"source": "social", "digest": f"key-{index}", "path": "path-of-it", "body": b"body-of-it"}
            inbox.save_event(session, {**row, "is_cut": False}, again=False, now=maja.NOW - HOUR)
        (event, *_) = inbox.take_events(session, "social", maja.NOW, 10)
        inbox.postpone(session, event.id, maja.NOW + timedelta(minutes=7))
        counts = {("social", "forged_header"): 3, ("", "handshake"): 1}
        inbox.add_refusals(session, counts, fresh=maja.NOW, now=maja.NOW)
        hint = Hint(stream="all", citizen=Identifier.national(number))
        hint_repository.save_hints(session, "social", [hint, hint], maja.NOW)
    kept_run(town, outcome=RunOutcome.REFUSED, advice="source_refused", message="the server said 403")
    kept_run(town, hints=2)
    browser = town.client("tine.skov")
    page = browser.get("/kilder/social").text
    for words in ("3 beskeder fra kilden venter", "Kilden har meldt nyt om 1 borger", "Kun sagerne for 2 borgere"):
        assert words in page, words
    assert "3 gange, siden" in page
    assert "En afsender er afvist 3 gange" in browser.get("/kilder").text
    answer = browser.get("/api/kilder/social/indbakke").json()
    assert [(count["reason"], count["times"]) for count in answer["refusals"]] == [
        ("forged_header", 3),
        ("handshake", 1),
    ]
    assert (answer["events"], answer["tried"], answer["hints"], answer["is_pushed"]) == (3, 1, 1, True)
    assert answer["last_run"]["hints"] == 2
    assert not {secret for secret in ("key-0", "path-of-it", "body-of-it", number) if secret in page + str(answer)}
    assert browser.get("/api/kilder/findes-ikke/indbakke").status_code == 404
    assert town.client("anna.holm").get("/api/kilder/social/indbakke").status_code == 403
