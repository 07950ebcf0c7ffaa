"""The organisation read from a real server by TLS: page by page, the same day, and never a part of it."""

import json
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs

import pytest
import trustme
from pydantic import SecretStr
from sqlalchemy import text
from typer.testing import CliRunner

from hub import log
from hub.access.organisation_client import OrganisationClient
from hub.access.staff_repository import get_employee, get_reading, list_employees, list_units
from hub.audit.repository import list_entries
from hub.cli import app
from hub.clock import SystemClock
from hub.db import Database
from hub.errors import InvalidSetting, OrganisationNotRead
from hub.oidc.staff_update import fetch_organisation
from hub.operation.loop_health import LoopHealth
from hub.sessions.repository import get_session
from hub.sessions.service import begin, limits_of
from hub.settings import Settings
from hub.worker.staff import AFTER_FAILURE, READ_EVERY, read_and_update
from schemas.access import AuditAction
from schemas.source import Area
from schemas.staff import OrganisationReading
from tests.hub.test_staff import PHONE, SINCE, TODAY, TOP, UNIT, employee

TOKEN = "made-up-token"
Answer = dict[str, Any]


@dataclass
class Organisation:
    """A server that answers as OS2mo does: by GraphQL, two objects a page."""

    people: list[dict[str, Any]]
    units: list[dict[str, Any]] = field(default_factory=lambda: [UNIT, TOP])
    token: str = TOKEN
    unlisted: set[str] = field(default_factory=set)
    """Ids that the pages lose, and that are there when they are asked for."""
    change: Callable[[Answer], Answer] = lambda answer: answer
    """Applied to each answer to the question of employees."""
    questions: list[str] = field(default_factory=list)
    grants: list[str] = field(default_factory=list)

    def answer(self, question: dict[str, Any]) -> Answer:
        """The page that the question's cursor points to."""
        query, variables = question["query"], question["variables"]
        collection = "org_units" if "org_units" in query else "employees"
        self.questions.append(collection)
        objects = self.units if collection == "org_units" else self.people
        if "uuids" in variables:
            objects = [person for person in objects if person["uuid"] in variables["uuids"]]
        elif collection == "employees":
            objects = [person for person in objects if person["uuid"] not in self.unlisted]
        start = int(variables["cursor"] or 0)
        following = str(start + 2) if start + 2 < len(objects) else None
        page = {
            "objects": [{"current": each} for each in objects[start : start + 2]],
            "page_info": {"next_cursor": following},
        }
        whole: Answer = {"data": {collection: page}}
        return self.change(whole) if collection == "employees" else whole


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@contextmanager
def running(organisation: Organisation, authority: trustme.CA) -> Iterator[str]:
    """The address of its GraphQL."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.path == "/token":
                organisation.grants += parse_qs(body.decode())["grant_type"]
                self._send(200, {"access_token": organisation.token, "expires_in": 300})
            elif self.headers["Authorization"] != f"Bearer {organisation.token}":
                self._send(401, {})
            elif self.path != "/graphql/v22":
                self._send(404, {})
            else:
                self._send(200, organisation.answer(json.loads(body)))

        def _send(self, status: int, answer: Answer) -> None:
            content = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the name is the base class's
            """Quiet."""

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]  # a refused certificate is what is tested
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"https://localhost:{server.server_port}/graphql/v22"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def people(*names: str) -> list[dict[str, Any]]:
    return [employee(name, (SINCE, None), unit="U9", addresses=[PHONE]) for name in names]


@pytest.fixture
def files(tmp_path: Path, authority: trustme.CA) -> dict[str, Path]:
    ca, token = tmp_path / "ca.pem", tmp_path / "token"
    authority.cert_pem.write_to_path(ca)
    token.write_text(f"{TOKEN}\n", encoding="ascii")
    return {"organisation_ca": ca, "organisation_token_file": token}


def read(url: str, files: dict[str, Path], known: frozenset[str] = frozenset(), **settings: Any) -> set[str]:
    """User names of those who work today."""
    client = OrganisationClient(Settings(organisation_url=url, **{**files, **settings}))
    try:
        return {member.id for member in client.read(known, TODAY).members if member.works_today}
    finally:
        client.close()


def test_the_command_reads_every_page_and_who_left_is_out_at_once(
    database: Database, authority: trustme.CA, files: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HELHED_DATABASE_URL", database.url.render_as_string(hide_password=False))
    for name in ("HELHED_DIGEST_KEY", "HELHED_SESSION_KEY"):
        monkeypatch.setenv(name, "ab" * 32)
    for name, path in files.items():
        monkeypatch.setenv(f"HELHED_{name.upper()}", str(path))
    monkeypatch.setattr(log, "set_up", lambda *_: None)
    organisation = Organisation(people("a.alm", "b.bo", "c.carl", "d.dam", "e.eg"))
    limits = limits_of(Settings())
    with running(organisation, authority) as url:
        monkeypatch.setenv("HELHED_ORGANISATION_URL", url)
        result = CliRunner().invoke(app, ["actor", "fetch"])
        assert result.exit_code == 0, result.output
        assert "2 units. 5 work here today" in result.output
        assert organisation.questions == ["org_units", "employees", "employees", "employees"]
        with database.transaction() as session:
            anna = get_employee(session, "a.alm")
            assert anna
            assert (anna.title, anna.unit_name, anna.phone) == ("familiebehandler", "Jobcentret", PHONE["value"])
            (jobs, _) = list_units(session, start=0, size=5)
            assert (jobs.kle, jobs.area) == (("15.20",), Area.EMPLOYMENT)
            session.execute(text("UPDATE actors SET roles = '{team_member}'"))
            cookie = begin(session, "e.eg", user_agent="", replaces=None)
        with database.transaction() as session:
            assert get_session(session, cookie, limits) is not None

        organisation.people[1] = employee("b.bo", (SINCE, TODAY - timedelta(days=1)))
        organisation.people.pop()
        result = CliRunner().invoke(app, ["actor", "fetch"])
        assert "3 work here today; 2 have lost their access" in " ".join(result.output.split())
        with database.transaction() as session:
            assert get_session(session, cookie, limits) is None
            actions = [line.entry.action for line in list_entries(session)]
        assert actions.count(AuditAction.UPDATE_STAFF) == 2

        organisation.change = lambda answer: {**answer, "errors": [{"message": "timeout"}]}
        result = CliRunner().invoke(app, ["actor", "fetch"])
        assert result.exit_code == 2
        assert "timeout; nobody's access is changed" in result.output
        with database.transaction() as session:
            dam = get_employee(session, "d.dam")
        assert dam
        assert dam.is_active


def _without(*names: str) -> Callable[[Answer], Answer]:
    def change(answer: Answer) -> Answer:
        page = {name: value for name, value in answer["data"]["employees"].items() if name not in names}
        return {"data": {"employees": page}}

    return change


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda answer: {**answer, "errors": [{"message": "no right to read"}]}, "no right to read"),
        (lambda _: {"data": None}, "did not tell all of its employees"),
        (lambda _: {"data": {"employees": None}}, "did not tell all of its employees"),
        (_without("page_info"), "page_info: Field required"),
        (_without("objects"), "objects: Field required"),
        (
            lambda answer: {"data": {"employees": {**answer["data"]["employees"], "page_info": {"next_cursor": "0"}}}},
            "do not come to an end",
        ),
        (
            lambda _: {"data": {"employees": {"objects": [], "page_info": {"next_cursor": None}}}},
            "employees: Tuple should have at least 1 item",
        ),
        (
            lambda _: {
                "data": {
                    "employees": {"objects": [{"current": {"uuid": "x"}}], "page_info": {"next_cursor": None}},
                }
            },
            "employees.0.user_key: Field required",
        ),
        (lambda _: {"data": {"employees": {"objects": [{}], "page_info": {"next_cursor": None}}}}, "objects.0.current"),
    ],
)
def test_a_part_of_an_answer_is_none(
    authority: trustme.CA, files: dict[str, Path], change: Callable[[Answer], Answer], says: str
) -> None:
    organisation = Organisation(people("a.alm", "b.bo", "c.carl"), change=change)
    with running(organisation, authority) as url, pytest.raises(InvalidSetting) as refused:
        read(url, files)
    assert says in str(refused.value)


def test_an_organisation_without_units_is_not_believed(authority: trustme.CA, files: dict[str, Path]) -> None:
    organisation = Organisation(people("a.alm"), units=[])
    with running(organisation, authority) as url, pytest.raises(OrganisationNotRead, match="no unit"):
        read(url, files)


def test_who_is_lost_between_two_pages_is_asked_for_and_who_has_left_is_not_there(
    authority: trustme.CA, files: dict[str, Path]
) -> None:
    organisation = Organisation(people("a.alm", "b.bo", "c.carl"), unlisted={"uuid-b.bo"})
    with running(organisation, authority) as url:
        assert read(url, files) == {"a.alm", "c.carl"}, "nobody knows of b.bo"
        known = frozenset({"uuid-a.alm", "uuid-b.bo", "uuid-gone"})
        assert read(url, files, known) == {"a.alm", "b.bo", "c.carl"}


def test_a_token_is_fetched_where_one_is_given_out(authority: trustme.CA, files: dict[str, Path]) -> None:
    organisation = Organisation(people("a.alm"))
    with running(organisation, authority) as url:
        token: dict[str, Any] = {
            "organisation_token_file": None,
            "organisation_token_url": url.replace("/graphql/v22", "/token"),
        }
        secret = SecretStr("made-up")
        assert read(url, files, organisation_client_secret=secret, **token) == {"a.alm"}
        assert organisation.grants == ["client_credentials"]
        with pytest.raises(InvalidSetting, match="HELHED_ORGANISATION_CLIENT_SECRET"):
            read(url, files, **token)


def reading(database: Database) -> OrganisationReading:
    with database.transaction() as session:
        stored = get_reading(session)
    assert stored
    return stored


def test_the_worker_reads_each_hour_and_a_failure_is_tried_again_and_changes_nobody(
    database: Database, authority: trustme.CA, files: dict[str, Path], caplog: pytest.LogCaptureFixture
) -> None:
    everybody = people(*(f"person.{number}" for number in range(10)))
    organisation, health, clock = Organisation(list(everybody)), LoopHealth("staff"), SystemClock()
    with running(organisation, authority) as url:
        settings = Settings.model_validate({"organisation_url": url, **files})
        assert read_and_update(database, settings, clock, health) == READ_EVERY
        first = reading(database)
        assert (first.failed_since, first.fault) == (None, "")
        organisation.people = everybody[:2]
        assert read_and_update(database, settings, clock, health) == AFTER_FAILURE
        failed = reading(database)
        assert (failed.read_at, failed.failed_since is not None) == (first.read_at, True)
        assert "8 of 10 employees would lose their access" in failed.fault
        organisation.people, organisation.change = everybody[:9], lambda _: {"errors": [{"message": "busy"}]}
        assert read_and_update(database, settings, clock, health) == AFTER_FAILURE
        assert health.failures == 2
        again = reading(database)
        assert again.failed_since == failed.failed_since, "since the first of those in a row"
        assert "busy" in again.fault
        with database.transaction() as session:
            assert all(each.is_active for each in list_employees(session, "", start=0, size=50))
        organisation.change = lambda answer: answer
        assert read_and_update(database, settings, clock, health) == READ_EVERY
    assert health.failures == 0
    assert (reading(database).failed_since, reading(database).fault) == (None, "")
    with database.transaction() as session:
        last = get_employee(session, "person.9")
    assert last
    assert not last.is_active
    told = [record.fields["error"] for record in caplog.records if record.getMessage() == "staff.not_updated"]  # type: ignore[attr-defined]
    assert "8 of 10 employees would lose their access" in told[0]
    assert "busy" in told[1]


def test_what_is_wrong_is_told_without_the_token(
    database: Database, authority: trustme.CA, files: dict[str, Path], tmp_path: Path
) -> None:
    organisation = Organisation(people("a.alm"))
    with running(organisation, authority) as url:
        faults: dict[str, dict[str, object]] = {
            "credentials": {"organisation_token_file": _file(tmp_path, "another-made-up")},
            "holds no token": {"organisation_token_file": _file(tmp_path, " \n")},
            "HELHED_ORGANISATION_TOKEN_FILE cannot be read": {"organisation_token_file": tmp_path / "none"},
            "certificate is not trusted": {"organisation_ca": _file(tmp_path, trustme.CA().cert_pem.bytes().decode())},
            "HELHED_ORGANISATION_CA": {"organisation_ca": _file(tmp_path, "no certificate")},
            "no GraphQL at HELHED_ORGANISATION_URL (404)": {"organisation_url": f"{url}x"},
            "plain http is accepted on loopback only": {"organisation_url": "http://os2mo.kommune.dk/graphql/v22"},
            "HELHED_ORGANISATION_URL is not set": {"organisation_url": ""},
        }
        for says, wrong in faults.items():
            settings = Settings.model_validate({"organisation_url": url, **files, **wrong})
            with pytest.raises(InvalidSetting) as refused:
                fetch_organisation(database, settings, SystemClock())
            assert says in str(refused.value)
            assert "made-up" not in str(refused.value)


def _file(folder: Path, content: str) -> Path:
    path = folder / f"file-{len(list(folder.iterdir()))}"
    path.write_text(content, encoding="ascii")
    return path
