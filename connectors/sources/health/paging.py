"""Whether a list that was paged stood still, and from where on it must be read again if it did not. Pure.

A server that pages a living list by offset shifts it when an entry leaves: the first entry of the next page is never
shown. Sorted by time, what was skipped is not older than the page before.
"""

from collections.abc import Iterable
from datetime import UTC, datetime

_ALWAYS = datetime.min.replace(tzinfo=UTC)


class PagingMonitor:
    """Watches one search, page by page."""

    def __init__(self) -> None:
        self.newest: datetime | None = None
        """Newest change seen that is not ahead of the server's time."""
        self.newest_on_first_page: datetime | None = None
        self.safe_until: datetime | None = None
        """Nothing older can have been skipped; None: nothing can."""
        self._page_of: dict[str, int] = {}
        self._newest_until: list[datetime] = []
        self._total: int | None = None
        self._is_sorted = True

    def add(self, resources: Iterable[tuple[str, datetime | None]], total: int | None, *, is_first: bool) -> None:
        """One page: ids with the time of their change, and the server's number of all matches."""
        if is_first:
            self._page_of.clear()
            self._newest_until.clear()
            self._total, self._is_sorted = None, True
        number = len(self._newest_until)
        newest = self._newest_until[-1] if self._newest_until else _ALWAYS
        moved_from = number
        for resource_id, changed_at in resources:
            moved_from = min(moved_from, self._page_of.setdefault(resource_id, number))
            if changed_at is None or changed_at < newest:
                self._is_sorted = False
            newest = max(newest, changed_at or _ALWAYS)
        if total is not None and self._total is not None and total < self._total:
            moved_from = min(moved_from, number - 1)
        if moved_from < number:
            self._doubt(self._newest_until[moved_from])
        self._newest_until.append(newest)
        self._total = total if total is not None else self._total
        if newest != _ALWAYS:
            self.newest = newest if self.newest is None else max(self.newest, newest)
            if number == 0 and self.newest_on_first_page is None:
                self.newest_on_first_page = newest

    def _doubt(self, moment: datetime) -> None:
        safe = moment if self._is_sorted else _ALWAYS
        self.safe_until = safe if self.safe_until is None else min(self.safe_until, safe)
