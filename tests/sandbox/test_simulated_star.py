"""The job centre of the sandbox: mutual TLS, services that count request ids, and events that wait for the first."""

import socket
from collections.abc import Callable
from datetime import date
from pathlib import Path
from threading import Event
from time import monotonic

import pytest

from connectors.base import ReadContext
from connectors.kit import read_all
from deploy.demo import connectors_to
from deploy.sandbox.fagsystemer.process import Running, ask
from deploy.sandbox.fagsystemer.webhook import UPDATED, Sender, retry_wait, thin_event
from deploy.sandbox.municipality.employment import clients_of
from deploy.sandbox.municipality.generate import generate
from hub.clock import SystemClock
from hub.db import Database
from hub.inbox.listener import ListenerSettings, serve_in_background
from hub.inbox.service import Inbox
from hub.secrets import PayloadCipher
from schemas.facts import EffortFact, TargetGroupFact
from tests.sandbox.conftest import TODAY
from tests.sources import add_connector, make_catalogue


def until(condition: Callable[[], object]) -> None:
    end = monotonic() + 20
    while not condition():
        assert monotonic() < end, "it did not come about"
        Event().wait(0.02)


def test_the_connector_reads_what_is_true_of_everybody_whom_the_job_centre_lists(running: Running) -> None:
    connector = connectors_to(running, SystemClock())["employment"]
    batches = list(read_all(connector, context=ReadContext()))
    connector.close()
    assert not [rejected for batch in batches for rejected in batch.rejected]
    records = [record for batch in batches for record in batch.records]
    clients = clients_of(generate(150, 7, TODAY))
    efforts = sorted(
        (
            (record.fact.title, record.valid.start, record.valid.end)
            for record in records
            if isinstance(record.fact, EffortFact)
        ),
        key=str,
    )
    assert efforts == sorted(
        ((each.title, each.start, each.end) for client in clients for each in client.efforts), key=str
    )
    groups = [record for record in records if isinstance(record.fact, TargetGroupFact)]
    assert len(groups) == sum(client.is_active for client in clients)
    assert all(record.synthetic for record in records if not record.deleted)


@pytest.mark.parametrize(
    ("day", "titles"),
    [
        (date(2005, 1, 1), {"Kontanthjælp"}),
        (date(2023, 9, 12), {"Kontanthjælp", "Ressourceforløb", "Mentorstøtte"}),
        (date(2025, 6, 1), set()),
    ],
)
def test_maja_has_the_employment_story_of_each_year(day: date, titles: set[str]) -> None:
    maja = next(client for client in clients_of(generate(60, 7, day)) if client.person.given == "Maja")
    assert {effort.title for effort in maja.efforts if effort.end is None or effort.end > day} == titles
    assert maja.is_active == bool(titles)


def test_a_citizens_later_events_wait_until_the_first_is_delivered_and_others_do_not(
    running: Running, database: Database, cipher: PayloadCipher
) -> None:
    connector = connectors_to(running, SystemClock())["employment"]
    catalogue = make_catalogue(database, SystemClock())
    add_connector(database, catalogue, connector)
    inbox = Inbox(database=database, catalogue=catalogue, cipher=cipher, clock=SystemClock())
    folder = Path(running.certificates)
    settings = ListenerSettings(
        host="127.0.0.1", port=0, certificate=folder / "listener.pem", authorities=folder / "ca.pem"
    )
    sender = Sender(folder / "star.pem", folder / "ca.pem")
    try:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            closed = silent.getsockname()[1]
        sender.subscribe(f"https://127.0.0.1:{closed}/webhooks/employment/0999")
        for version in "123":
            event = thin_event("Activity", "a-1", number="7507864002", version=version, change=UPDATED)
            sender.send("7507864002", event, "/activity")
        until(lambda: sender.waiting() == 3 and sender.delivered == 0)
        with serve_in_background(inbox, settings) as port:
            sender.subscribe(f"https://127.0.0.1:{port}/webhooks/employment/0999")
            until(lambda: sender.waiting() == 0)
        assert sender.delivered == 3
    finally:
        sender.stop()


def test_the_wait_between_attempts_is_that_of_the_real_sender() -> None:
    assert [retry_wait(attempts) for attempts in (1, 2, 3, 4, 30)] == [1, 3, 7, 15, 3 * 3600]


def test_a_change_in_the_truth_is_told_when_somebody_subscribes(own_servers: Running) -> None:
    before = ask(own_servers, "GET", "_webhook")["waiting"]
    ask(
        own_servers,
        "PATCH",
        "_truth/interview/samtale-new",
        {"number": "7507864002", "startTime": "2023-10-01T10:00:00"},
    )
    assert ask(own_servers, "GET", "_webhook")["waiting"] == before + 1
