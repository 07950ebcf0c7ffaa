"""Every form of the route table redirects or is shown again as an error, so that reload and back repeat nothing.

Most handlers can answer nothing but a redirect, which mypy holds. Each of the others stands in ``EXAMPLES`` with a form
that is right and one that is wrong; a new one fails here until it does.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, get_type_hints

import httpx
import pytest
from fastapi import FastAPI
from fastapi.responses import RedirectResponse

from hub.secrets import SecretKeys
from hub.sources.definitions import SourceDefinition, SourceLifecycle
from hub.sources.service import add_source
from tests.truth.markup import Node, parsed
from tests.web import maja
from tests.web.conftest import Town
from tests.web.routes import posts
from tests.web.serving import Browser

NO_FORM = {"/log-ind/afsluttet"}
"""Sent by the municipality's provider, and not by a browser."""
WITHOUT_A_PAGE = {"/overblik/{citizen_id}/udskrift", "/samtykker/{citizen_id}/udskrift"}
"""Sent by a script; the answer is empty, and the browser stays on its page."""
WITH_A_FILE = {"/tilsyn/rettigheder/{citizen_id}/kopi"}
"""Answered by a file; that it is made again is one more line of the log."""
SHOWN_ONCE = {"/beskeder/webhooks/ny"}
"""Answered by a secret that is kept nowhere, so no other page could show it."""
OF_CITIZENS = {"/min-side/samtykke", "/min-side/ord", "/min-side/ord/{entry_id}"}
"""Sent in a session of *Min side*: tests/web/test_my_page.py."""
PEOPLE = ("anna.holm", "tine.skov", "jens.dam")
"""One for each role."""
REMOTE = {
    "base_url": "https://fagsystem.example",
    "environment": "prod",
    "token_url": "https://fagsystem.example/token",
    "client_id": "helhed",
}
PLACES = {"{name}": "dubu", "{key}": "0" * 16}


@dataclass(frozen=True)
class Example:
    """What somebody changes in a form before it is sent; the rest is sent as the page shows it."""

    page: str
    right: dict[str, str] = field(default_factory=dict)
    wrong: dict[str, str] = field(default_factory=dict)
    """Empty: what is wrong redirects, too, and is told on the page that follows."""


EXAMPLES = {
    "/overblik/{citizen_id}/vis": Example("/overblik/{citizen_id}", {"reason": "Skal skrives på en ansøgning"}),
    "/kilder/{name}/plan": Example("/kilder/dubu/plan", {"every": "2h", "at": ""}, {"every": "når der er tid"}),
    "/kilder/{name}/indstillinger": Example(
        "/kilder/dubu/indstillinger", {"title": "Familiesystemet"}, {"title": "Familiesystemet", "version": "0"}
    ),
    "/kilder/{name}/fjern": Example(
        "/kilder/dubu/fjern", {"data": "behold", "confirmed": "dubu"}, {"data": "behold", "confirmed": "dubuu"}
    ),
    "/kilder/{name}/opsaetning": Example(
        "/kilder/kladde/opsaetning", {"title": "Familiesystemet"}, {"title": "Familiesystemet", "version": "0"}
    ),
}
"""By path, the handlers that may answer with something else than a redirect. The last one here is sent last."""


@pytest.fixture
def desk(town: Town) -> Town:
    """The town with a source that is read and a draft."""
    builder = town.context.catalogue.builder
    builder.keys = SecretKeys({"k1": bytes(32)})
    with town.context.database.transaction() as session:
        for name, lifecycle in (("dubu", SourceLifecycle.ACTIVE), ("kladde", SourceLifecycle.DRAFT)):
            definition = SourceDefinition(name=name, kind="odata", settings=REMOTE, lifecycle=lifecycle)
            add_source(session, builder, definition, secrets={"client_secret": "hemmeligt"}, by="tine.skov")
    town.context.catalogue.expire()
    return town


def forms(app: FastAPI) -> dict[str, Callable[..., Any]]:
    """Handlers of forms, by their path."""
    return {
        path: handler for path, handler in posts(app).items() if not path.startswith("/api/") and path not in NO_FORM
    }


def address_of(path: str, town: Town) -> str:
    """A path with something in its places; what is not there is refused like any other wrong form."""
    path = path.replace("{citizen_id}", str(town.ids[maja.MAJA]))
    for place, value in PLACES.items():
        path = path.replace(place, value)
    return path.replace("{conflict_id}", "1").replace("{decision_id}", "1").replace("{entry_id}", "1")


def test_what_may_answer_something_else_than_a_redirect_has_an_example(town: Town) -> None:
    others = {
        path for path, handler in forms(town.app).items() if get_type_hints(handler)["return"] != RedirectResponse
    }
    assert others == EXAMPLES.keys() | WITHOUT_A_PAGE | WITH_A_FILE | SHOWN_ONCE | OF_CITIZENS


def test_an_empty_form_is_redirected_or_refused_whoever_sends_it(desk: Town) -> None:
    for actor_id in PEOPLE:
        browser = desk.client(actor_id)
        token = {"csrf": browser.token()}
        for path in sorted(forms(desk.app).keys() - {"/log-ud", "/log-ind"}):
            answer = browser.http.post(address_of(path, desk), data=token, follow_redirects=False)
            is_answered = answer.status_code == HTTPStatus.SEE_OTHER or answer.is_client_error
            assert is_answered or path in WITHOUT_A_PAGE | WITH_A_FILE, f"{actor_id} {path}: {answer.status_code}"


def test_a_form_that_is_shown_again_keeps_what_was_typed_and_sent_right_it_redirects(desk: Town) -> None:
    desks = {"overblik": desk.client("anna.holm"), "kilder": desk.client("tine.skov")}
    for path, example in EXAMPLES.items():
        browser = desks[path.split("/")[1]]
        page = address_of(example.page, desk)
        action = f"{page}/vis" if path.endswith("/vis") else page
        if example.wrong:
            answer = send(browser, action, filled_in(browser.get(page), action) | example.wrong)
            assert answer.is_client_error, path
            shown = filled_in(answer, action)
            typed = {name: value for name, value in example.wrong.items() if name != "version"}
            assert typed.items() <= shown.items() or path.endswith("/fjern"), path
        answer = send(browser, action, filled_in(browser.get(page), action) | example.right)
        assert answer.status_code == HTTPStatus.SEE_OTHER, f"{path}: {answer.status_code}"
        for _ in range(2):
            assert browser.http.get(answer.headers["location"]).status_code == HTTPStatus.OK, path


def send(browser: Browser, address: str, fields: dict[str, str]) -> httpx.Response:
    """The answer itself, as a browser gets it before it follows."""
    data = {"csrf": browser.token(), **fields}
    return browser.http.post(address, data=data, follow_redirects=False)


def filled_in(answer: httpx.Response, action: str) -> dict[str, str]:
    """The form that is sent to that address, as the page shows it."""
    form = next(form for form in parsed(answer.text).all("form") if form.attributes.get("action") == action)
    controls = [control for tag in ("input", "textarea", "select") for control in form.all(tag)]
    return {
        control.attributes["name"]: value_of(control)
        for control in controls
        if control.attributes.get("name") not in {None, "csrf", "withheld"}
        and control.attributes.get("type") not in {"file", "checkbox", "radio"}
    }


def value_of(control: Node) -> str:
    """What a browser sends of the control."""
    if control.tag == "textarea":
        return control.text()
    if control.tag == "select":
        options = control.all("option")
        chosen = [option for option in options if "selected" in option.attributes] or options[:1]
        return chosen[0].attributes.get("value", "") if chosen else ""
    return control.attributes.get("value", "")
