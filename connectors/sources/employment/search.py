"""The case system's search for citizens, page by page, with every way in which it is known to go wrong."""

from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from connectors.errors import SourceRefused, SourceUnavailable
from connectors.kit import InvalidValue
from connectors.sources.employment.fields import Fields
from connectors.sources.employment.settings import EmploymentSettings
from connectors.sources.employment.state import checksum
from connectors.transports.http import AnswerTooLarge, HttpSettings, HttpTransport, RequestRefused
from connectors.transports.oauth import ClientCredentials

SMALLEST_PAGE = 25
"""Citizens a page when the answers are too large."""
Row = Any


class CaseSystem:
    """The case system's interface, in the shape of Momentum."""

    def __init__(self, settings: EmploymentSettings) -> None:
        if settings.search_url is None:
            raise AssertionError  # the caller has looked
        headers = {"apikey": settings.search_api_key} if settings.search_api_key else {}
        self._settings = settings
        self._transport = HttpTransport(
            HttpSettings(
                base_url=settings.search_url,
                ca_certificates=settings.ca_certificates,
                client_certificate=settings.client_certificate,
                client_key=settings.client_key,
                patience=settings.patience,
                extra_headers=headers,
            ),
            _login(settings),
        )

    @property
    def server(self) -> HttpTransport:
        """The server of the case system."""
        return self._transport

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def search(self, should_stop: Callable[[], bool]) -> "Search":
        """One reading of the list of citizens."""
        return Search(self._transport.stoppable(should_stop), self._settings)

    def caseworkers(self, citizen_id: str, should_stop: Callable[[], bool]) -> list[Row] | None:
        """Those who are responsible for a citizen; None: the system does not know the citizen, or gives no list.

        Raises:
            SourceUnavailable: later.
            SourceRefused: a person must act.
        """
        path = f"responsibleCaseworkers/all/byCitizen/{quote(citizen_id, safe='')}"
        try:
            answer = self._transport.stoppable(should_stop).get_json(path)
        except RequestRefused as refused:
            if refused.status in {HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY}:
                return None
            raise
        listed = answer.body.get("responsibleCaseworkers") if isinstance(answer.body, Mapping) else answer.body
        return listed if answer.status == HTTPStatus.OK and isinstance(listed, list) else None


class Search:
    """One reading of the list. Whether it was complete is known when the pages have been taken."""

    def __init__(self, transport: HttpTransport, settings: EmploymentSettings) -> None:
        self._transport = transport
        self._settings = settings
        self._ids: set[str] = set()
        self._size = settings.page_size
        self.total: int | None = None
        self.doubt: str | None = None
        """Why the reading does not count as complete; None: it does."""

    def pages(self) -> Iterator[list[Row]]:
        """The citizens that were not on a page before.

        Raises:
            SourceUnavailable: no answer, or none that is a page.
            SourceRefused: a person must act, also where the filter had no effect or there is no last page.
        """
        number, empty_handed = self._settings.search_first_page, 0
        for _ in range(self._settings.max_pages):
            rows, has_more = self._page(number)
            self._check_filter(rows)
            fresh = [row for row in rows if self._is_fresh(row)]
            empty_handed = 0 if fresh else empty_handed + 1
            if fresh:
                yield fresh
            if not has_more:
                break
            # The second page may be the first again, where the first page has another number than we think.
            if not rows or empty_handed > 1:
                what = "is empty" if not rows else "repeats what was on a page before"
                self.doubt = f"a page of the search {what}, but says that there are more"
                break
            number += 1
        else:
            raise SourceRefused(
                f"the search has more than {self._settings.max_pages} pages; set max_pages if that is right",
                advice="search_pages_endless",
            )
        if self.total is not None and len(self._ids) != self.total:
            self.doubt = f"the search names {self.total} citizens and gave {len(self._ids)}"
        elif self.total is not None:
            self.doubt = None

    def _page(self, number: int) -> tuple[list[Row], bool]:
        while True:
            try:
                body = self._transport.post_json("citizensearch", self._question(number)).body
                break
            except AnswerTooLarge:
                if self._size <= SMALLEST_PAGE or number != self._settings.search_first_page:
                    raise
                self._size = max(self._size // 4, SMALLEST_PAGE)
        if not isinstance(body, Mapping) or not isinstance(body.get("data"), list):
            raise SourceUnavailable("POST /citizensearch: the answer is no page of citizens")
        total = body.get("totalSearchCount")
        if isinstance(total, int) and not isinstance(total, bool) and total >= 0:
            self.total = total
        return body["data"], body.get("hasMore") is True

    def _question(self, number: int) -> dict[str, Any]:
        groups = [group.strip() for group in self._settings.target_groups]
        filters = [{"customFilter": False, "fieldName": "targetGroupCode", "values": groups}] if groups else []
        return {"filters": filters, "paging": {"pageNumber": number, "pageSize": self._size}}

    def _is_fresh(self, row: Row) -> bool:
        """Whether the row was not on a page before; one without an id is known by what it says."""
        key = citizen_id(row) or f"#{checksum(row)}"
        is_fresh = key not in self._ids
        self._ids.add(key)
        return is_fresh

    def _check_filter(self, rows: list[Row]) -> None:
        target_groups = {group.strip().casefold() for group in self._settings.target_groups}
        if not target_groups:
            return
        for row in rows:
            group = row.get("targetGroupCode") if isinstance(row, Mapping) else None
            if isinstance(group, str) and group.strip().casefold() not in target_groups:
                raise SourceRefused(
                    "the search gives citizens outside target_groups: the filter had no effect",
                    advice="search_filter_ignored",
                )


def citizen_id(row: Row) -> str | None:
    """The case system's id of the citizen in a row; ``citizenId`` where it has both."""
    try:
        return Fields.of(row).text("citizenId", "id")
    except InvalidValue:
        return None


def _login(settings: EmploymentSettings) -> httpx.Auth | None:
    if not (settings.search_token_url and settings.search_client_id and settings.search_client_secret):
        return None
    return ClientCredentials(
        settings.search_token_url,
        settings.search_client_id,
        settings.search_client_secret.get_secret_value(),
        resource=settings.search_resource,
    )
