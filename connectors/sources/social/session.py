"""Login by session cookie, as DUBU has it: an expired session answers 200 with a page of HTML."""

from collections.abc import Generator

import httpx


class SessionCookie(httpx.Auth):
    """Logs in once when there is no session or the session has expired, then repeats the request.

    A login takes DUBU 10 to 35 seconds, so it is never made per call.
    """

    requires_response_body = False

    def __init__(self, login_url: str, user: str, password: str) -> None:
        self._login_url = login_url
        self._form = {"user": user, "password": password}
        self._cookies = httpx.Cookies()

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """The request with the session's cookie; logs in and repeats when HTML comes back."""
        if self._cookies:
            response = yield self._with_cookie(request)
            if not is_login_page(response):
                return
        self._cookies.clear()
        login = yield httpx.Request("POST", self._login_url, data=self._form)
        self._cookies.extract_cookies(login)
        yield self._with_cookie(request)

    def _with_cookie(self, request: httpx.Request) -> httpx.Request:
        request.headers.pop("Cookie", None)
        self._cookies.set_cookie_header(request)
        return request


def is_login_page(response: httpx.Response) -> bool:
    """Whether the answer is a page for people instead of data."""
    content_type: str = response.headers.get("content-type", "")
    return content_type.startswith("text/html")
