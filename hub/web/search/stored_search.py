"""The latest search, kept in the session so that its result has an address of its own and can be gone back to.

The session's row holds no national number: a whole one is kept as its keyed digest, with what the page shows of it;
what looks like a mistyped one is hidden.
"""

from collections.abc import MutableMapping
from dataclasses import dataclass, replace
from typing import Any

from hub.access.citizen_search import digest_of_hidden
from hub.access.redaction import national_in, redact_identifiers
from hub.digest import all_digests
from hub.web.search.present import SearchForm
from hub.web.shell.request_context import SEARCH_KEY, digests_searched_for
from schemas.source import Area


@dataclass(frozen=True)
class PageTurn:
    """Which page of the result: that after a hit, that before one, or the first."""

    after: str | None = None
    before: str | None = None


def without_national_number(form: SearchForm, session: MutableMapping[str, Any], digest_key: bytes) -> SearchForm:
    """The form with numbers replaced by digests; a masked number that comes back is the one kept before."""
    number = national_in(form.text)
    if number is not None:
        return replace(form, text=number.masked, identifier_digests=all_digests(number, digest_key))
    latest = session.get(SEARCH_KEY) or {}
    if form.text == latest.get("text"):
        return replace(
            form,
            text=redact_identifiers(form.text),
            identifier_digests=digests_searched_for(latest),
            typed_digest=latest.get("typed_digest"),
        )
    return replace(form, text=redact_identifiers(form.text), typed_digest=digest_of_hidden(form.text, digest_key))


def store(session: MutableMapping[str, Any], form: SearchForm, turn: PageTurn) -> None:
    """Keep the search."""
    session[SEARCH_KEY] = {
        "text": form.text,
        "identifier_digest": form.identifier_digests[0] if form.identifier_digests else None,  # 0.1.0 reads this one
        "identifier_digests": form.identifier_digests,
        "typed_digest": form.typed_digest,
        "areas": sorted(form.areas),
        "units": sorted(form.units),
        "kle_topics": sorted(form.kle_topics),
        "paragraphs": sorted(form.paragraphs),
        "ongoing_only": form.ongoing_only,
        "own_unit": form.own_unit,
        "after": turn.after,
        "before": turn.before,
    }


def stored(session: MutableMapping[str, Any]) -> tuple[SearchForm, PageTurn] | None:
    """The latest search and the key of its page; None: there is none."""
    search = session.get(SEARCH_KEY)
    if not search:
        return None
    form = SearchForm(
        text=search["text"],
        identifier_digests=digests_searched_for(search),
        typed_digest=search.get("typed_digest"),
        areas=frozenset(Area(area) for area in search["areas"]),
        units=frozenset(search["units"]),
        kle_topics=frozenset(search["kle_topics"]),
        paragraphs=frozenset(search["paragraphs"]),
        ongoing_only=search["ongoing_only"],
        own_unit=search["own_unit"],
    )
    return form, PageTurn(search["after"], search.get("before"))
