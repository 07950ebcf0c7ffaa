"""What is no text is refused on every route and in every parameter: 400, never 500, in the form the reader expects."""

from collections.abc import Iterator

from tests.web.conftest import Town
from tests.web.route_table import route_table
from tests.web.serving import asking_often

NO_TEXT = ["%00", "a%00b", "%FF", "%C3%28", "%ED%A0%80"]


FORM = "application/x-www-form-urlencoded"


def test_no_route_takes_what_is_no_text(town: Town) -> None:
    wrong = []
    browser = town.client("anna.holm")
    token = browser.token()
    table = route_table(town.app)
    assert len(table) > 60
    with asking_often(browser) as ask:
        for entry in table:
            for number, text in enumerate(NO_TEXT):
                addresses = [entry.address(**{name: text}) for name in entry.path_names]
                addresses += [f"{entry.address()}?{name}={text}" for name in (*entry.query_names, "andet")]
                statuses = [ask(entry.method, address, b"", "") for address in addresses[: 2 if number else None]]
                bodies = [f"csrf={token}&{name}={text}".encode() for name in entry.form_names]
                statuses += [ask(entry.method, entry.address(), body, FORM) for body in bodies]
                wrong += [(str(entry), text, status) for status in statuses if status != 400]
    assert wrong == []


def test_no_form_with_files_takes_what_is_no_text(town: Town) -> None:
    browser = town.client("anna.holm")
    token, wrong = browser.token(), []
    part = b'--x\r\ncontent-disposition: form-data; name="%s"\r\n\r\n%s\r\n'
    with asking_often(browser) as ask:
        for entry in route_table(town.app):
            for name in entry.form_names if not entry.is_api else ():
                for text in (b"a\x00b", b"\xff"):
                    body = part % (b"csrf", token.encode()) + part % (name.encode(), text) + b"--x--\r\n"
                    status = ask("POST", entry.address(), body, "multipart/form-data; boundary=x")
                    wrong += [(str(entry), name, status)] if status != 400 else []
    assert wrong == []
    form = b'--x\r\ncontent-disposition: form-data; name="text"\r\n\r\n+AAA-\r\n--x--\r\n'
    kind = {"content-type": "multipart/form-data; charset=utf-7; boundary=x"}
    assert browser.http.post("/soeg", content=form, headers=kind).status_code == 400


def test_what_is_no_form_and_no_json_is_a_fault_of_who_sent_it(town: Town) -> None:
    browser = town.client("tine.skov")
    json = {"content-type": "application/json", "x-csrf-token": browser.token()}
    sent: list[tuple[str, dict[str, str], bytes, int]] = [
        ("/soeg", {"content-type": "multipart/form-data"}, b"x", 400),
        ("/soeg", {"content-type": "multipart/form-data; boundary=x"}, b"--x\r\nno header\r\n\r\n", 400),
        ("/soeg", {"content-type": "multipart/form-data; boundary*=utf-8''%E2%82%AC"}, b"x", 400),
        ("/api/kilder", json, b"[" * 50_000, 400),
        ("/api/kilder", json, b'{"kind": ', 422),
        ("/api/kilder", json, b"x" * 70_000, 413),
        ("/api/kilder", {**json, "content-type": "application/vnd.x+json"}, b'{"kind": "\xff"}', 400),
        ("/api/kilder", {**json, "content-type": "application/vnd.x+json"}, b'{"kind": "\\u0000"}', 400),
    ]
    for address, headers, content, status in sent:
        answer = browser.http.post(address, content=content, headers=headers, follow_redirects=False)
        assert answer.status_code == status, (address, headers, content[:20])
        kind = "application/problem+json" if address.startswith("/api/") else "text/html; charset=utf-8"
        assert answer.headers["content-type"] == kind
        assert "referencenummer" in answer.text.casefold() or "urn:uuid:" in answer.text


def test_no_number_is_taken_that_the_store_cannot_hold(town: Town) -> None:
    """Every whole number of an address, a form or a body has a largest one, so that PostgreSQL is never asked more."""
    unbounded = [
        f"{entry}: {name}"
        for entry in route_table(town.app)
        for name, schema in entry.schemas.items()
        for node in _nodes(schema)
        if node.get("type") == "integer" and not {"maximum", "exclusiveMaximum"} & node.keys()
    ]
    assert unbounded == []


def _nodes(schema: object) -> Iterator[dict[str, object]]:
    if isinstance(schema, dict):
        yield schema
    for part in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ():
        yield from _nodes(part)


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
