"""What is no text is refused on every route and in every parameter: 400, never 500, in the form the reader expects."""

import httpx

from tests.web.conftest import Town
from tests.web.route_table import RouteEntry, route_table

NO_TEXT = ["%00", "a%00b", "%FF", "%C3%28", "%ED%A0%80"]


def ask(client: httpx.Client, entry: RouteEntry, address: str, body: str = "") -> httpx.Response:
    headers = {"content-type": "application/x-www-form-urlencoded"} if body else {}
    return client.request(entry.method, address, content=body.encode(), headers=headers, follow_redirects=False)


def test_no_route_takes_what_is_no_text(town: Town) -> None:
    wrong = []
    browser = town.client("anna.holm")
    token = browser.token()
    table = route_table(town.app)
    assert len(table) > 60
    for entry in table:
        for number, text in enumerate(NO_TEXT):
            asked = [entry.address(**{name: text}) for name in entry.path_names]
            asked += [f"{entry.address()}?{name}={text}" for name in (*entry.query_names, "andet")]
            answers = [ask(browser.http, entry, address) for address in asked[: 2 if number else None]]
            answers += [
                ask(browser.http, entry, entry.address(), f"csrf={token}&{name}={text}") for name in entry.form_names
            ]
            wrong += [(str(entry), text, answer.status_code) for answer in answers if answer.status_code != 400]
    assert wrong == []


def test_no_json_with_what_is_no_text_is_taken(town: Town) -> None:
    browser = town.client("tine.skov")
    headers = {"content-type": "application/json", "x-csrf-token": browser.token()}
    posts = [entry for entry in route_table(town.app) if entry.is_api and entry.method == "POST"]
    for body in (b'{"text": "a\\u0000"}', b'{"text": "\xff"}', b'{"text": "\\ud800"}'):
        for entry in posts:
            answer = browser.http.post(entry.address(), content=body, headers=headers)
            assert answer.status_code == 400, entry
            assert answer.headers["content-type"] == "application/problem+json"


def test_cookies_and_headers_that_are_no_text_are_nobodys(town: Town) -> None:
    http = town.client().http
    for header in ("cookie", "x-csrf-token", "authorization", "traceparent", "user-agent", "referer"):
        for value in (b"helhed=\xff\xfe", b"helhed=\xc3\x28; helhed-login=\x80", b"\xf0\x9f\x92\xa9"):
            for address in ("/mine-borgere", "/api/mig", "/log-ind"):
                assert http.get(address, headers={header.encode(): value}, follow_redirects=False).status_code < 500


def test_another_method_is_405_and_says_which_there_are(town: Town) -> None:
    browser = town.client("anna.holm")
    answer = browser.http.request("PUT", "/mine-borgere")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET")
    answer = browser.http.delete("/soeg")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, POST")
    answer = browser.http.delete("/api/soeg")
    assert (answer.status_code, answer.headers["content-type"]) == (405, "application/problem+json")
