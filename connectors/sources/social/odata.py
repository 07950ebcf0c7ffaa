"""OData v4 below ``odata/``: answers, the links between their pages, and errors that stand inside an answer."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

from connectors.errors import SourceRefused, SourceUnavailable
from connectors.transports.http import HttpTransport, JsonAnswer, RequestRefused

Item = dict[str, Any]
MAX_IDLE_PAGES = 20
"""So many pages in a row may have nothing new before a chain of links is abandoned."""
_NEXT_LINKS = ("@odata.nextLink", "@nextLink")
_COUNTS = ("@odata.count", "@count")
_ERRORS = ("error", "@odata.error", "odata.error", "@error")


@dataclass(frozen=True)
class Page:
    """One page of a collection or of a function's answer. Its items are not validated yet."""

    name: str
    items: list[object] = field(repr=False)
    count: int | None
    """Of the whole answer, not of the page; None when the server does not say."""
    next_link: str | None = field(repr=False)
    url: str = field(repr=False)
    """The URL that was requested."""


class NoStatement(Exception):
    """The source says neither what there is nor that there is nothing: not found, gone, or not for us to see.

    Attributes:
        rule: name of the reason, as ``Batch.skipped`` counts it.
    """

    def __init__(self, rule: str) -> None:
        super().__init__(rule)
        self.rule = rule


class ODataService:
    """The interface of one source, for one run."""

    def __init__(self, transport: HttpTransport) -> None:
        self._transport = transport

    def collection_page(self, name: str, params: Mapping[str, str], headers: Mapping[str, str] | None = None) -> Page:
        """The first page that answers *params*.

        Raises:
            SourceUnavailable: it is no collection, or says that it is incomplete.
            SourceRefused: there is no such collection, or the source does not accept the question.
        """
        answer = self._transport.get_json(f"odata/{name}", params, headers)
        if answer.status != HTTPStatus.OK:
            raise SourceRefused(f"{name}: there is no such collection at this address ({answer.status})")
        return read_page(name, answer)

    def next_page(self, page: Page) -> Page:
        """The page that *page* names as the next.

        Raises:
            SourceUnavailable: it is gone, no collection, or says that it is incomplete.
            SourceRefused: the link points to another host.
        """
        answer = self._transport.get_json(self._resolved(page.next_link or "", page.url))
        if answer.status != HTTPStatus.OK:
            raise SourceUnavailable(f"{page.name}: the next page is gone ({answer.status})")
        return read_page(page.name, answer)

    def following(self, page: Page) -> Iterator[Page]:
        """The pages after *page*, to the last one.

        Raises:
            SourceUnavailable: a page cannot be had, or the links lead nowhere.
            SourceRefused: a link points to another host.
        """
        links: set[str] = set()
        idle = 0
        while page.next_link is not None:
            idle = 0 if page.items else idle + 1
            if page.next_link in links or idle > MAX_IDLE_PAGES:
                raise SourceUnavailable(f"{page.name}: the next links do not come to an end")
            links.add(page.next_link)
            page = self.next_page(page)
            yield page

    def activities(self, sag_id: int) -> list[object]:
        """The activities of a case, to the last page.

        Raises:
            NoStatement: the case's activities are not found or not for us to see. That is no empty list.
            SourceUnavailable: no answer, or an incomplete one.
            SourceRefused: a person must act.
        """
        try:
            answer = self._transport.get_json(activities_path(sag_id))
        except RequestRefused as refused:
            if refused.status == HTTPStatus.FORBIDDEN:
                raise NoStatement("not_allowed") from None
            raise
        if answer.status != HTTPStatus.OK:
            raise NoStatement("case_not_found")
        first = read_page("Aktivitet", answer)
        items = [*first.items, *(item for page in self.following(first) for item in page.items)]
        if first.count is not None and first.count > len(items):
            raise SourceUnavailable("Aktivitet: the answer counts more activities of a case than it gives")
        return [self.with_inner_pages("Aktivitet", item) for item in items]

    def with_inner_pages(self, name: str, item: object) -> object:
        """*item* with every expanded list in it read to its last page.

        Raises:
            SourceUnavailable: an inner page cannot be had, or says that it is incomplete.
            SourceRefused: a link points to another host.
        """
        if not isinstance(item, dict):
            return item
        links = {key: link for key, link in item.items() if key.endswith(_NEXT_LINKS) and link is not None}
        if not links:
            return item
        whole = dict(item)
        for key, link in links.items():
            inner = key.partition("@")[0]
            if not isinstance(link, str) or not isinstance(whole.get(inner, []), list):
                raise SourceUnavailable(f"{name}: the next link inside an item cannot be followed")
            first = Page(f"{name}.{inner}", list(whole.get(inner, [])), None, link, self._transport.base_url + "odata/")
            whole[inner] = [*first.items, *(row for page in self.following(first) for row in page.items)]
        return whole

    def _resolved(self, link: str, request_url: str) -> str:
        """A link made absolute. Servers write relative ones from the question, from the service or from the host."""
        if link.startswith("/") or "://" in link.partition("?")[0]:
            return self._transport.checked_next(link)
        base = self._transport.base_url
        service = f"{base}odata/"
        try:
            candidates = [urljoin(start, link) for start in (request_url, service, base)]
        except ValueError:
            raise SourceRefused("a link of the source is no address") from None
        path = unquote(urlsplit(request_url).path)
        same = (candidate for candidate in candidates if unquote(urlsplit(candidate).path) == path)
        from_host = candidates[2] if link.startswith("odata/") else candidates[1]
        return self._transport.checked_next(next(same, from_host))


def activities_path(sag_id: int) -> str:
    """The function that gives the activities of a case."""
    return f"odata/Aktivitet/Default.GetBySag(Id={sag_id})"


def read_page(name: str, answer: JsonAnswer) -> Page:
    """An answer as a page.

    Raises:
        SourceUnavailable: it is no collection, or an error stands in it. The values are not repeated.
    """
    body = answer.body
    if not isinstance(body, dict):
        raise SourceUnavailable(f"{name}: the answer is no OData collection")
    items = body.get("value")
    if _has_error(body) or (isinstance(items, list) and any(_is_error(item) for item in items)):
        raise SourceUnavailable(f"{name}: an error stands in the answer, which is therefore incomplete")
    next_link = _first(body, _NEXT_LINKS)
    if not isinstance(items, list) or not isinstance(next_link, str | None):
        raise SourceUnavailable(f"{name}: the answer is no OData collection")
    return Page(name, items, _count(_first(body, _COUNTS)), next_link, answer.url)


def _has_error(body: Item) -> bool:
    return _first(body, _ERRORS) is not None


def _is_error(item: object) -> bool:
    """Whether a server wrote an error where the next item would have stood."""
    return isinstance(item, dict) and "id" not in item and _has_error(item)


def _first(body: Item, names: tuple[str, ...]) -> object:
    return next((body[name] for name in names if body.get(name) is not None), None)


def _count(value: object) -> int | None:
    """A count, which is text where the server writes 64-bit numbers so."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < len(str(2**63)):
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
