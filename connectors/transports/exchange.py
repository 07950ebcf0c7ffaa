"""Requests and answers over connections that stay open, with the source's login and cookies.

It is the part of ``httpx.Client`` that a source needs. The rest of it (redirects, merging of settings, a line of log
with the whole address) took a third of the processor time of a request.
"""

import ssl
from collections.abc import Mapping

import httpx

_DEFAULT_HEADERS = {
    "Accept": "application/json",
    "Accept-Encoding": "gzip, deflate",
    "Connection": "keep-alive",
    "User-Agent": f"python-httpx/{httpx.__version__}",
}


class Exchange:
    """Connections to one source. Safe to use from several threads."""

    def __init__(
        self, *, verify: ssl.SSLContext, timeout: httpx.Timeout, headers: Mapping[str, str], auth: httpx.Auth | None
    ) -> None:
        self._wire = httpx.HTTPTransport(verify=verify, trust_env=False)
        self._extensions = {"timeout": timeout.as_dict()}
        self._headers = {**_DEFAULT_HEADERS, **headers}
        self._auth = auth or httpx.Auth()
        self._cookies = httpx.Cookies()

    def close(self) -> None:
        """Close the connections."""
        self._wire.close()

    def ask(
        self, method: str, url: httpx.URL, headers: Mapping[str, str], question: Mapping[str, object] | None = None
    ) -> httpx.Response:
        """The answer, with its body still to be read. Whoever asked closes it. A *question* is sent as JSON.

        Raises:
            httpx.TransportError: there is none.
        """
        request = httpx.Request(method, url, headers={**self._headers, **headers}, json=question)
        if self._cookies:
            self._cookies.set_cookie_header(request)
        flow = self._auth.sync_auth_flow(request)
        try:
            response = self._send(next(flow))
            while True:
                try:
                    following = flow.send(response)
                except StopIteration:
                    return response
                except BaseException:
                    response.close()
                    raise
                _read_to_its_end(response)
                response = self._send(following)
        finally:
            flow.close()

    def _send(self, request: httpx.Request) -> httpx.Response:
        request.extensions = {**self._extensions, **request.extensions}
        response = self._wire.handle_request(request)
        response.request = request
        if "set-cookie" in response.headers:
            self._cookies.extract_cookies(response)
        return response


def _read_to_its_end(response: httpx.Response) -> None:
    """So that its connection can be used again."""
    try:
        response.read()
    finally:
        response.close()
