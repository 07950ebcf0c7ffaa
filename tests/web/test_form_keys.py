"""Open forms while the session key is replaced: a token under a key that is still known is taken, any other is not."""

from types import SimpleNamespace

import pytest
from fastapi import Request

from hub.digest import KeyRing
from hub.errors import StaleForm
from hub.web.shell.form_token import form_token, require_form_token

FORMER, NEXT = b"former" * 6, b"next" * 9


def request_to(session_key: bytes, browser: str = "a browser") -> Request:
    """A request of that browser to a process that has these keys."""
    state = SimpleNamespace(context=SimpleNamespace(session_key=session_key))
    request = Request({"type": "http", "headers": [], "app": SimpleNamespace(state=state)})
    request.state.browser_id = browser
    return request


def test_a_form_that_was_open_while_the_key_was_replaced_is_taken() -> None:
    rings = (KeyRing(FORMER, [NEXT]), KeyRing(NEXT, [FORMER]))
    assert form_token(request_to(rings[0])) == form_token(request_to(FORMER)) != form_token(request_to(rings[1]))
    for gives in rings:
        for takes in rings:
            require_form_token(request_to(takes), csrf=form_token(request_to(gives)))
    for token in (form_token(request_to(FORMER)), form_token(request_to(NEXT, "another browser")), ""):
        with pytest.raises(StaleForm):
            require_form_token(request_to(NEXT), csrf=token)
