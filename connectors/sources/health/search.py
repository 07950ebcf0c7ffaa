"""FHIR searches and histories: pages followed to the end, every answer checked for being whole."""

import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urljoin, urlsplit

from pydantic import ValidationError

from connectors.errors import SourceRefused, SourceUnavailable
from connectors.kit import InvalidValue, read_instant
from connectors.sources.health.bundle_payloads import Bundle, Entry, EntryFault, Issue, read_entries, read_outcome
from connectors.sources.health.resources import id_of
from connectors.transports.http import AnswerTooLarge, HttpTransport, JsonAnswer, RequestRefused
from schemas.record import RejectionRule

MAX_PAGES = 20_000
MAX_EMPTY_PAGES = 100
"""So many pages in a row may hold nothing and still promise more."""
GONE = frozenset({404, 410})
ELEMENTS = "_elements"
"""FHIR's search parameter for a part of each resource."""
UNSUPPORTED = frozenset({400, 404, 405, 406, 410, 422, 501})
"""Answers to a request that a server does not know."""
FAILED = frozenset({"error", "fatal"})
INCOMPLETE = frozenset({"incomplete"})
"""Issue codes that say that the answer is not whole, whatever their severity."""
CUT_SHORT = frozenset({"timeout", "too-costly", "throttled", "transient", "no-store", "lock-error", "exception"})
"""Issue codes that say so unless they are for information only."""
HARMLESS = frozenset({"information", "success"})
COARSEST = timedelta(days=1)
"""A server that searches by days begins so much earlier; one that begins earlier still has misread the time."""
AT_OR_AFTER = frozenset({"ge", "gt", "sa"})
_PREFIXED = re.compile(r"([a-z]{2})?(\d{4}.*)")


class NotSupported(Exception):
    """The server does not know this kind of request."""


@dataclass(frozen=True)
class Page:
    """One page of a search or history."""

    entries: tuple[Entry, ...]
    """Those that can be read, without outcomes."""
    faults: tuple[EntryFault, ...]
    """Those that cannot."""
    total: int | None
    """The server's own number of matches, if it gives one."""
    server_time: datetime | None
    """The source's own time when it made the answer; the earlier where it gives two, None where it gives none."""
    is_first: bool
    """Whether a search begins with it; one does again when an answer was too large."""


def pages(
    transport: HttpTransport,
    resource_type: str,
    params: dict[str, str],
    path: str = "",
    *,
    may_be_unsupported: bool = False,
) -> Iterator[Page]:
    """All pages of a search on one type, in the server's order.

    The next link is followed as it stands, after its host was checked. A server that repeats a page, promises
    pages without end, or forgets the search half-way is unavailable: the run starts over from its old cursor. An
    answer too large to read is asked for again in smaller pages, from the beginning, and at last one by one.

    Raises:
        NotSupported: the server does not know the request, and that was to be expected.
        SourceUnavailable: no answer, no bundle, an answer that is not whole, or paging that cannot be trusted.
        SourceRefused: a person must act.
    """
    count = int(params["_count"])
    while True:
        try:
            first = _first_answer(transport, resource_type + path, {**params, "_count": str(count)})
            if first is None:
                if may_be_unsupported:
                    raise NotSupported
                raise SourceRefused(f"the source has no {resource_type}{path}; leave it out of resource_types")
            yield from _follow(transport, resource_type, first, params, count)
        except RequestRefused as error:
            if may_be_unsupported and error.status in UNSUPPORTED:
                raise NotSupported from None
            raise
        except AnswerTooLarge:
            if count == 1 and not path and ELEMENTS not in params:
                yield from _one_by_one(transport, resource_type, params)
                return
            if count == 1:
                raise
            count = max(1, count // 4)
        else:
            return


def read_bundle(resource_type: str, body: object) -> Bundle:
    """A bundle of search results or history that says nothing against being whole.

    Raises:
        SourceUnavailable: the answer is something else, or says that it is not whole.
    """
    _check_outcome(resource_type, body)
    try:
        bundle = Bundle.model_validate(body)
    except ValidationError:
        raise SourceUnavailable(f"{resource_type}: the answer is no FHIR bundle") from None
    if bundle.resource_type != "Bundle" or bundle.type not in {"searchset", "history"}:
        raise SourceUnavailable(f"{resource_type}: the answer is no search result")
    _check_outcome(resource_type, bundle.issues)
    return bundle


def fhir_instant(moment: datetime) -> str:
    """An instant as FHIR's search reads it, in UTC to the millisecond."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _one_by_one(transport: HttpTransport, resource_type: str, params: dict[str, str]) -> Iterator[Page]:
    """The same search by a list of ids, each resource read by itself, so that one too large is that one's fault."""
    for page in pages(transport, resource_type, {**params, ELEMENTS: "id,meta"}):
        entries: list[Entry] = []
        faults = list(page.faults)
        for entry in page.entries:
            resource_id = id_of(entry.resource or {})
            if resource_id is None:
                entries.append(entry)
                continue
            try:
                answer = transport.get_json(f"{resource_type}/{resource_id}")
            except AnswerTooLarge:
                faults.append(EntryFault(InvalidValue("(payload)", RejectionRule.TOO_LARGE), entry.model_dump()))
                continue
            if isinstance(answer.body, dict) and answer.status not in GONE:
                entries.append(Entry(full_url=entry.full_url, resource=answer.body))
        yield replace(page, entries=tuple(entries), faults=tuple(faults))


def _first_answer(transport: HttpTransport, path: str, params: dict[str, str]) -> JsonAnswer | None:
    answer = transport.get_json(path, params=params)
    return None if answer.status in GONE else answer


def _follow(
    transport: HttpTransport, resource_type: str, answer: JsonAnswer, params: dict[str, str], count: int
) -> Iterator[Page]:
    bundle = read_bundle(resource_type, answer.body)
    _check_echo(bundle, params)
    seen_links: set[str] = set()
    keys_before: tuple[object, ...] = ()
    empty_pages = entries_seen = 0
    for number in range(MAX_PAGES):
        page = _page(resource_type, bundle, answer, is_first=number == 0)
        keys = tuple(_key(entry, index) for index, entry in enumerate(page.entries))
        if keys and keys == keys_before:
            raise SourceUnavailable(f"{resource_type}: the same page came twice")
        entries_seen += len(page.entries) + len(page.faults)
        empty_pages = 0 if bundle.entry else empty_pages + 1
        yield page
        following = _next_link(resource_type, bundle, entries_seen, count)
        if following is None:
            return
        if following in seen_links:
            raise SourceUnavailable(f"{resource_type}: paging goes in a circle")
        if empty_pages > MAX_EMPTY_PAGES:
            raise SourceUnavailable(f"{resource_type}: {MAX_EMPTY_PAGES} empty pages in a row that promise more")
        seen_links.add(following)
        keys_before = keys
        answer = transport.get_json(_checked(transport, answer, following))
        if answer.status in GONE:
            raise SourceUnavailable(f"{resource_type}: the search expired while it was being paged")
        bundle = read_bundle(resource_type, answer.body)
    raise SourceUnavailable(f"{resource_type}: more than {MAX_PAGES} pages")


def _page(resource_type: str, bundle: Bundle, answer: JsonAnswer, *, is_first: bool) -> Page:
    entries: list[Entry] = []
    faults: list[EntryFault] = []
    for item in read_entries(bundle):
        if isinstance(item, EntryFault):
            faults.append(item)
            raw_resource = item.raw.get("resource") if isinstance(item.raw, dict) else None
            _check_outcome(resource_type, raw_resource)
        elif read_outcome(item.resource) is not None:
            _check_outcome(resource_type, item.resource)
        else:
            entries.append(item)
    return Page(tuple(entries), tuple(faults), bundle.count, _server_time(bundle, answer), is_first)


def _check_outcome(resource_type: str, resource: object) -> None:
    outcome = read_outcome(resource)
    for issue in outcome.issue if outcome is not None else ():
        if _is_incomplete(issue):
            code = issue.code if issue.code in INCOMPLETE | CUT_SHORT else issue.severity
            raise SourceUnavailable(f"{resource_type}: the source says that its answer is not whole ({code})")


def _is_incomplete(issue: Issue) -> bool:
    severity, code = (issue.severity or "").strip().lower(), (issue.code or "").strip().lower()
    return severity in FAILED or code in INCOMPLETE or (code in CUT_SHORT and severity not in HARMLESS)


def _server_time(bundle: Bundle, answer: JsonAnswer) -> datetime | None:
    times = [answer.server_time] if answer.server_time is not None else []
    text = bundle.meta.get("lastUpdated") if isinstance(bundle.meta, dict) else None
    with contextlib.suppress(InvalidValue):
        made_at = read_instant("Bundle.meta.lastUpdated", text) if isinstance(text, str) else None
        times += [made_at] if made_at is not None else []
    return min(times, default=None)


def _next_link(resource_type: str, bundle: Bundle, entries_seen: int, count: int) -> str | None:
    links = bundle.links("next")
    url = next((link.url for link in links if link.url), None)
    if url is None and links:
        # A relation without an address ends some servers' last page. It must then look like a last page.
        total = bundle.count
        is_last = entries_seen >= total if total is not None else len(bundle.entry or ()) < count
        if not is_last:
            raise SourceUnavailable(f"{resource_type}: the next link has no address")
    return url


def _checked(transport: HttpTransport, answer: JsonAnswer, link: str) -> str:
    try:
        return transport.checked_next(urljoin(answer.url, link) if link.startswith("?") else link)
    except SourceRefused as error:
        raise SourceRefused(
            f"{error} (a FHIR server behind a proxy must write its public address in links; "
            "or set base_url to the address that it writes)",
            advice=error.advice,
        ) from None


def _check_echo(bundle: Bundle, params: dict[str, str]) -> None:
    """The server tells in ``self`` which parameters it understood; one that misread the time would leave a hole.

    Raises:
        SourceRefused: it searched from another time than was asked for, or not from a time on.
    """
    since = _instant_of(params.get("_lastUpdated", "")[2:])
    link = next((link.url for link in bundle.links("self") if link.url), None)
    if since is None or link is None:
        return
    for values in _query_values(link):
        for value in values.split(","):
            prefixed = _PREFIXED.fullmatch(value.strip().replace(" ", "+"))
            understood = _instant_of(prefixed[2]) if prefixed else None
            if prefixed is None or understood is None:
                continue
            if prefixed[1] not in AT_OR_AFTER or not since - COARSEST <= understood <= since:
                raise SourceRefused("the source did not search from the time that was asked for")


def _query_values(link: str) -> list[str]:
    try:
        return parse_qs(urlsplit(link).query).get("_lastUpdated", [])
    except ValueError:
        return []


def _instant_of(text: str) -> datetime | None:
    """An instant from a search parameter. A date alone is its beginning in UTC, the earliest that can be meant here."""
    is_date = re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) is not None
    try:
        return read_instant("_lastUpdated", f"{text}T00:00:00Z" if is_date else text)
    except InvalidValue:
        return None


def _key(entry: Entry, index: int) -> object:
    if entry.resource is not None:
        meta = entry.resource.get("meta")
        version = meta.get("versionId") if isinstance(meta, dict) else None
        return str(entry.resource.get("resourceType")), str(entry.resource.get("id")), str(version)
    return (entry.request.url, entry.response.etag if entry.response else None) if entry.request else index
