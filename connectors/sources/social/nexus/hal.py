"""Nexus's HAL interface: from its root to a named list, page by page, and from half an object to the whole."""

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from connectors.errors import SourceRefused, SourceUnavailable
from connectors.transports.http import HttpTransport, RequestRefused
from schemas.text import normalise_text

Item = dict[str, Any]
LIST_KINDS = ("ACTIVITY_LIST", "CITIZEN_LIST")


class NotAllowed(Exception):
    """Nexus has the thing and does not let us read it."""


class NexusService:
    """The interface of one instance, for one run."""

    def __init__(self, transport: HttpTransport) -> None:
        self._transport = transport
        self._root: Item | None = None

    def pages(self, list_name: str, size: int) -> Iterator[list[object]]:
        """The items of the list with that name, a page at a time. They may be half objects.

        Raises:
            SourceUnavailable: a page cannot be had; the reading is not complete.
            SourceRefused: there is no such list for our user, or the interface is not as it was.
        """
        preferences = self._object("preferences", self._link("preferences", self._root_object()))
        entry = next((entry for entry in _entries(preferences) if _same_name(entry.get("name"), list_name)), None)
        if entry is None:
            raise SourceRefused(f"our user sees no list called {list_name!r}", advice="list_not_found")
        content = self._object("list", self._link("content", self._object("list", self._link("self", entry))), size)
        pages = content.get("pages")
        if not isinstance(pages, list):
            raise SourceUnavailable("list: the answer names no pages")
        for page in pages:
            body = self._get("page", self._link("content", page))
            if not isinstance(body, list):
                raise SourceUnavailable("page: the answer is no list")
            yield body

    def grant(self, item: Item) -> Item | None:
        """The whole grant behind an item of the list; None when it is gone meanwhile.

        Raises:
            NotAllowed: we may not read this one.
            SourceUnavailable: it cannot be had.
            SourceRefused: the interface is not as it was.
        """
        if isinstance(item.get("currentElements"), list) or isinstance(item.get("futureElements"), list):
            return item
        name = next((name for name in ("referencedObject", "self") if _href(item, name)), None)
        if name is None:
            raise NotAllowed
        try:
            answer = self._transport.get_json(self._link(name, item))
        except RequestRefused as refused:
            if refused.status == HTTPStatus.FORBIDDEN:
                raise NotAllowed from None
            raise
        if answer.status != HTTPStatus.OK:
            return None
        if not isinstance(answer.body, dict):
            raise SourceUnavailable("patientGrants: the answer is no grant")
        return answer.body

    def is_accessible(self, number: str) -> bool:
        """Whether Nexus lets us read the citizen with that CPR number; also when it does not know them.

        Raises:
            SourceUnavailable: Nexus does not say.
            SourceRefused: the interface is not as it was.
        """
        address = self._link("patientDetailsSearch", self._root_object())
        answer = self._transport.post_json(address, {"businessKey": number, "keyType": "CPR"})
        return not (isinstance(answer.body, dict) and answer.body.get("isPatientAccessible") is False)

    def _root_object(self) -> Item:
        if self._root is None:
            self._root = self._object("root", "")
        return self._root

    def _object(self, name: str, address: str, size: int | None = None) -> Item:
        body = self._get(name, address, {"pageSize": str(size)} if size else None)
        if not isinstance(body, dict):
            raise SourceUnavailable(f"{name}: the answer is no object")
        return body

    def _get(self, name: str, address: str, params: Mapping[str, str] | None = None) -> object:
        answer = self._transport.get_json(address, params)
        if answer.status != HTTPStatus.OK:
            raise SourceUnavailable(f"{name}: there is nothing at its address any more ({answer.status})")
        return answer.body

    def _link(self, name: str, item: object) -> str:
        href = _href(item, name)
        if href is None:
            raise SourceRefused(f"{name}: the source gives no link to it; our user may lack the right to it")
        return self._transport.checked_next(href)


def _href(item: object, name: str) -> str | None:
    links = item.get("_links") if isinstance(item, dict) else None
    link = links.get(name) if isinstance(links, dict) else None
    href = link.get("href") if isinstance(link, dict) else None
    return href if isinstance(href, str) and href else None


def _entries(preferences: Item) -> Iterator[Item]:
    for kind in LIST_KINDS:
        entries = preferences.get(kind)
        yield from (entry for entry in (entries if isinstance(entries, list) else ()) if isinstance(entry, dict))


def _same_name(name: object, expected: str) -> bool:
    return isinstance(name, str) and normalise_text(name).strip() == normalise_text(expected).strip()
