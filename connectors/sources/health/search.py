"""FHIR searches and histories: pages followed to the end, every answer checked."""

from collections.abc import Iterator
from datetime import datetime
from urllib.parse import parse_qs, urlsplit

from pydantic import ValidationError

from connectors.errors import SourceRefused, SourceUnavailable
from connectors.sources.health.payloads import Bundle
from connectors.transports.http import HttpTransport

MAX_PAGES = 20_000
GONE = frozenset({404, 410})


def pages(transport: HttpTransport, resource_type: str, params: dict[str, str], path: str = "") -> Iterator[Bundle]:
    """All pages of a search on one type, in the server's order.

    The next link is followed as it stands, after its host was checked. A server that repeats a page, promises
    pages without end, or forgets the search half-way is unavailable: the run starts over from its old cursor.

    Raises:
        SourceUnavailable: no answer, no bundle, or paging that cannot be trusted.
        SourceRefused: a person must act.
    """
    answer = transport.get_json(resource_type + path, params=params)
    if answer.status in GONE:
        raise SourceRefused(
            f"the source has no {resource_type}; leave it out of resource_types", advice="source_refused"
        )
    bundle = read_bundle(resource_type, answer.body)
    _check_echo(bundle, params)
    seen_links: set[str] = set()
    before: tuple[object, ...] | None = None
    for _ in range(MAX_PAGES):
        ids = tuple(_key(bundle, index) for index in range(len(bundle.entry)))
        if ids == before:
            raise SourceUnavailable(f"{resource_type}: the same page came twice")
        yield bundle
        following = bundle.linked("next")
        if following is None:
            return
        if following in seen_links:
            raise SourceUnavailable(f"{resource_type}: paging goes in a circle")
        seen_links.add(following)
        before = ids
        answer = transport.get_json(transport.checked_next(following))
        if answer.status in GONE:
            raise SourceUnavailable(f"{resource_type}: the search expired while it was being paged")
        bundle = read_bundle(resource_type, answer.body)
    raise SourceUnavailable(f"{resource_type}: more than {MAX_PAGES} pages")


def read_bundle(resource_type: str, body: object) -> Bundle:
    """A bundle of search results or history.

    Raises:
        SourceUnavailable: the answer is something else.
    """
    try:
        bundle = Bundle.model_validate(body)
    except ValidationError:
        raise SourceUnavailable(f"{resource_type}: the answer is no FHIR bundle") from None
    if bundle.resource_type != "Bundle" or bundle.type not in {"searchset", "history"}:
        raise SourceUnavailable(f"{resource_type}: the answer is no search result")
    return bundle


def fhir_instant(moment: datetime) -> str:
    """An instant as FHIR's search reads it, in UTC to the millisecond."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _check_echo(bundle: Bundle, params: dict[str, str]) -> None:
    """The server tells in ``self`` which parameters it understood; one that misread the time would leave a hole."""
    asked, told = params.get("_lastUpdated"), bundle.linked("self")
    if asked is None or told is None:
        return
    understood = parse_qs(urlsplit(told).query).get("_lastUpdated")
    if understood is not None and understood != [asked]:
        raise SourceRefused("the source did not search from the time that was asked for")


def _key(bundle: Bundle, index: int) -> object:
    entry = bundle.entry[index]
    if entry.resource is not None:
        meta = entry.resource.get("meta")
        version = meta.get("versionId") if isinstance(meta, dict) else None
        return entry.resource.get("resourceType"), entry.resource.get("id"), version
    return (entry.request.url, entry.response.etag if entry.response else None) if entry.request else index
