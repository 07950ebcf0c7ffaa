"""A source is set up by the API as on the pages: the same acts, the same refusals, the same lines in the log."""

from dataclasses import dataclass
from threading import Event
from time import monotonic
from typing import Any

import pytest
from sqlalchemy import select

from hub.audit.tables import AuditRow
from hub.secrets import SecretKeys
from hub.sources.definitions import SourceDefinition
from hub.sources.repository import secrets_of
from hub.sources.service import add_source
from tests.web.conftest import Town
from tests.web.serving import Browser
from tests.web.test_posts import REMOTE

SETUP = "/api/kilder/{name}/opsaetning"


@dataclass
class Client:
    """A program that has logged in, and sends the token with every act."""

    browser: Browser

    def ask(self, method: str, path: str, body: object = None, *, status: int = 200, name: str = "sample") -> Any:
        """The answer's JSON."""
        token = self.browser.get("/api/mig").json()["csrf"]
        address = path.replace("SETUP", SETUP.format(name=name))
        answer = self.browser.http.request(method, address, json=body, headers={"x-csrf-token": token})
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None

    def ended(self, path: str) -> Any:
        """The trial of that path, once it is over."""
        end = monotonic() + 60
        while True:
            trial = self.ask("GET", path)
            if trial["ended_at"] is not None:
                return trial
            assert monotonic() < end
            Event().wait(0.05)


@pytest.fixture
def client(town: Town) -> Client:
    town.context.catalogue.builder.keys = SecretKeys({"k1": bytes(32)})
    return Client(town.client("tine.skov"))


def test_a_source_is_set_up_from_nothing(client: Client, town: Town) -> None:
    kinds = {kind["kind"]: kind for kind in client.ask("GET", "/api/kilder/typer")}
    assert kinds["odata"]["settings"]["properties"]["client_secret"]
    draft = client.ask("POST", "/api/kilder", {"kind": "sample"}, status=201)
    assert (draft["name"], draft["lifecycle"]) == ("sample", "draft")
    assert client.ask("POST", "/api/kilder", {"kind": "sample"}, status=201) == draft, "sent twice, it is one"

    wrong = client.ask("PATCH", "SETUP", {"version": draft["version"], "settings": {"count": "mange"}})
    assert wrong["errors"] == {"count": "Skriv et helt tal."}
    assert wrong["why_not"]
    assert client.ask("POST", "SETUP/start", status=409)["type"] == "urn:helhed:settings_incomplete"
    assert client.ask("GET", "SETUP/felter", status=409)["type"] == "urn:helhed:settings_incomplete"
    stale = client.ask("PATCH", "SETUP", {"version": draft["version"], "settings": {"count": 5}}, status=409)
    assert stale["type"] == "urn:helhed:source_changed"
    right = client.ask("PATCH", "SETUP", {"version": wrong["version"], "title": "Prøve", "settings": {"count": 5}})
    assert (right["errors"], right["title"], right["settings"]["count"]) == ({}, "Prøve", 5)

    client.ask("POST", "SETUP/tjek", status=202)
    assert [step["is_ok"] for step in client.ended("SETUP/tjek")["result"]["steps"]] == [True, True]
    assert client.ask("POST", "SETUP/proeve", status=409)["type"] == "urn:helhed:fields_not_approved"
    assert client.ask("POST", "SETUP/start", status=409)["type"] == "urn:helhed:fields_not_approved"
    fields = client.ask("GET", "SETUP/felter")
    assert fields["unapproved"]
    assert fields["system"]["legal_basis"]
    stream = fields["streams"][0]["name"]
    plan = {"approver": "Karen Krogh", "streams": {stream: {"schedule": {"at": "02:30"}}}}
    approved = client.ask("POST", "SETUP/felter", plan)
    assert approved["unapproved"] == []
    assert {approval["approver"] for approval in approved["approvals"]} == {"Karen Krogh"}
    unknown = {"approver": "Karen Krogh", "streams": {"findes-ikke": {"schedule": {"every": "1h"}}}}
    client.ask("POST", "SETUP/felter", unknown, status=404)
    client.ask("POST", "SETUP/proeve", status=202)
    rows = client.ended("SETUP/proeve")["result"]["rows"]
    assert len(rows) > 1
    assert client.ask("POST", "SETUP/start")["lifecycle"] == "active"
    assert client.ask("POST", "SETUP/start")["lifecycle"] == "active", "sent twice, it is started once"
    client.ask("DELETE", "SETUP", status=404)  # it is read: no draft
    with town.context.database.transaction() as session:
        acts = [
            row.details["act"]
            for row in session.scalars(
                select(AuditRow).where(AuditRow.action == "configure_source").order_by(AuditRow.seq)
            )
            if row.details
        ]
    expected = ["draft_added", "settings_saved", "settings_saved", "checked", "streams_planned", "fields_approved"]
    assert acts == [*expected, "previewed", "started"]


def test_a_source_that_is_read_is_changed_and_must_stay_whole(client: Client, town: Town) -> None:
    definition = SourceDefinition(name="dubu", kind="odata", settings=REMOTE)
    with town.context.database.transaction() as session:
        secrets = {"client_secret": "hemmeligt-ord"}
        add_source(session, town.context.catalogue.builder, definition, secrets=secrets, by="karen.krogh")
    before = client.ask("GET", "SETUP", name="dubu")
    wrong = {"version": before["version"], "settings": {"page_size": 0}}
    assert client.ask("PATCH", "SETUP", wrong, status=409, name="dubu")["errors"].keys() == {"page_size"}
    assert client.ask("GET", "SETUP", name="dubu") == before, "nothing is kept"
    change = {"version": before["version"], "title": "Familiesystemet", "settings": {"page_size": 250}}
    changed = client.ask("PATCH", "SETUP", change, name="dubu")
    assert (changed["title"], changed["settings"]["page_size"]) == ("Familiesystemet", 250)
    assert client.ask("PATCH", "SETUP", change, name="dubu") == changed, "sent twice, it is one change"
    other = change | {"title": "Et andet navn"}
    assert client.ask("PATCH", "SETUP", other, status=409, name="dubu")["type"] == "urn:helhed:source_changed"
    assert town.context.catalogue.get("dubu").definition.title == "Familiesystemet", "at once, in this process too"
    (entry, *_) = client.ask("GET", "/api/kilder/dubu/aendringer")
    assert (entry["kind"], entry["changed_by"]) == ("changed", "tine.skov")
    assert set(entry["fields"]) == {"page_size", "title"}


def test_two_sources_of_a_kind_are_told_apart_by_their_titles(client: Client) -> None:
    first = client.ask("POST", "/api/kilder", {"kind": "odata"}, status=201)
    change = {"version": first["version"], "settings": {"environment": "prod"}}
    assert client.ask("PATCH", "SETUP", change, name=first["name"])["title"] is None
    second = client.ask("POST", "/api/kilder", {"kind": "odata"}, status=201)
    assert second["name"] != first["name"]
    assert second["title"] == "Social: DUBU 2"


def test_a_secret_goes_in_and_never_comes_out(client: Client) -> None:
    draft = client.ask("POST", "/api/kilder", {"kind": "odata"}, status=201)
    change = {"version": draft["version"], "secrets": {"client_secret": "hemmeligt-ord"}}
    saved = client.ask("PATCH", "SETUP", change, name="social_2")
    assert saved["secrets"] == ["client_secret"]
    assert "hemmeligt-ord" not in str(client.ask("GET", "SETUP", name="social_2"))
    wrong = {"version": saved["version"], "secrets": {"base_url": "hemmeligt-ord"}}
    refused = client.ask("PATCH", "SETUP", wrong, status=409, name="social_2")
    assert "hemmeligt-ord" not in str(refused)
    client.ask("DELETE", "SETUP", status=204, name="social_2")
    client.ask("GET", "SETUP", status=404, name="social_2")


def test_a_form_that_is_sent_twice_is_saved_once(client: Client, town: Town) -> None:
    client.ask("POST", "/api/kilder", {"kind": "odata"}, status=201)
    page, form = "/kilder/social_2/opsaetning", {"version": "1", "field.client_secret": "hemmeligt-ord"}
    for _ in range(2):
        assert "Kladden er gemt." in client.browser.post(page, **form).text
    assert client.ask("GET", "SETUP", name="social_2")["version"] == 2
    other = client.browser.post(page, **form | {"field.client_secret": "et-andet"})
    assert other.status_code == 409
    assert "har ændret kilden" in other.text
    assert "et-andet" not in other.text
    # The secret of another page does not get through either, and the one that is stored stays.
    with town.context.database.transaction() as session:
        (ciphertext,) = secrets_of(session, "social_2").values()
    decrypted = town.context.catalogue.builder.decrypt("social_2", "client_secret", ciphertext)
    assert decrypted == "hemmeligt-ord"


def test_nobody_else_and_nothing_without_the_token(town: Town) -> None:
    assert town.client("anna.holm").get("/api/kilder/typer").status_code == 403
    assert town.client("tine.skov").http.post("/api/kilder", json={"kind": "sample"}).status_code == 403
