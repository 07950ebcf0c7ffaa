"""The token that a machine sends with a request to the API."""

from fastapi import Request

API = "/api/"
_LONGEST = 16_000


def bearer_token(request: Request) -> str | None:
    """The token; None: there is none. With one, no cookie counts, and pages take none."""
    if not request.url.path.startswith(API):
        return None
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip()[:_LONGEST] if scheme.lower() == "bearer" else None
