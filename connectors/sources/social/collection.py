"""One entity set, read from its first row to its last, and whether that reading can be called complete."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

from connectors.errors import SourceRefused, SourceUnavailable
from connectors.sources.social.odata import MAX_IDLE_PAGES, ODataService, Page
from connectors.sources.social.scalars import read_id
from connectors.transports.http import AnswerTooLarge, RequestRefused

OPTIONAL = frozenset({"$filter", "$orderby", "$top", "$count", "$select"})
"""Options that a server may lack; without them it is read otherwise. It cannot do without ``$expand``."""
BY_KEY = frozenset({"$filter", "$orderby"})
NOT_ACCEPTED = frozenset(
    {HTTPStatus.BAD_REQUEST, HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.NOT_ACCEPTABLE, HTTPStatus.NOT_IMPLEMENTED}
)
MAX_REPEATED = 50
"""Ids that may come more than once in a reading before it is not believed."""


@dataclass
class Collection:
    """A reading of one entity set.

    Paged by key and not by ``$skip``, which loses and doubles rows while data move. Never with a filter on status:
    closing would count as deletion. A server that cannot be paged by key is read along its next links.
    """

    odata: ODataService
    name: str
    page_size: int
    fields: Mapping[str, str] = field(default_factory=dict)
    """``$select`` and ``$expand``."""
    refused: set[str] = field(default_factory=set)
    """Options that this server does not know; found out once and kept with the cursor."""
    expected: int | None = None
    ids: set[int] = field(default_factory=set)
    without_id: int = 0
    repeated: Counter[int] = field(default_factory=Counter)
    """Ids that came more than once."""
    whole: bool = True
    """False once a page contradicted its own count."""
    too_large: list[int] = field(default_factory=list)
    """Items that alone are longer than an answer may be; they are there, but were not read."""
    _probed: bool = False

    def start(self) -> int | None:
        """How many rows there are before reading; None when the server does not count."""
        self.expected = self._count(0)
        return self.expected

    def pages(self) -> Iterator[list[object]]:
        """Pages of items, each id once a page: the last one counts. Items without a usable id come along unread."""
        if not self.refused & BY_KEY:
            yield from self._by_key()
        if self.refused & BY_KEY:
            yield from self._by_link()

    def is_complete(self) -> bool:
        """Whether the counts before and after agree with what was read, new items aside."""
        if not self.whole or len(self.repeated) > MAX_REPEATED:
            return False
        by_key = not self.refused & BY_KEY
        now = self._count(0)
        if now is None:
            return self.expected is None
        newer = self._count(max(self.ids, default=0)) if by_key else 0
        # An id that came twice is two rows only if the server says so; else a page gave the same row again.
        doubles = sum(self._rows_of(key, times) - 1 for key, times in self.repeated.items())
        least = len(self.ids) + doubles
        most = least + self.without_id
        return least <= now - (newer or 0) <= most and most >= (self.expected or 0)

    def _by_key(self) -> Iterator[list[object]]:
        last = 0
        promised: int | None = None
        withheld: list[object] = []
        while True:
            page, is_border_again = self._page_after(last, promised)
            if self.refused & BY_KEY:
                return
            if page is None:
                yield self._register(withheld)
                last, promised, withheld = self._pass_over(last), None, []
                continue
            if is_border_again and not _keys_beyond(page, last):
                promised, withheld = None, page.items  # all of that one id; what follows is asked for once more
                continue
            page = self._past_empty_pages(page)
            items = page.items if is_border_again else [*withheld, *page.items]
            counted = _keys_beyond(page, last - 1 if is_border_again else last)
            beyond = [key for key in counted if key > last]
            is_last = page.count is not None and len(counted) >= page.count
            if beyond != sorted(beyond) and not is_last:
                self._forget()
                self.refused |= BY_KEY  # the order was ignored: what lies between two pages cannot be known
                return
            if is_last or not beyond:
                yield self._register(items)
                if not is_last and (_keys_beyond(page, 0) or (page.count or 0) > len(page.items)):
                    yield from self._along_links(page)
                return
            last = max(beyond)
            promised = None if page.count is None else page.count - len(counted)
            # A row with the same id may be the first of the next page: then the last one counts.
            withheld = [item for item in items if read_id(_id_of(item)) == last]
            yield self._register([item for item in items if read_id(_id_of(item)) != last])

    def _page_after(self, last: int, promised: int | None) -> tuple[Page | None, bool]:
        """The page after *last*, a smaller one when it is too large; None when its first item alone is.

        When less comes than was *promised*, a row with the id *last* may stand on both sides of the page's end. Then
        the page begins with that id again, which is the second value.
        """
        size = self.page_size
        while True:
            try:
                page = self._ask(last, size)
                if promised is None or page.count is None or page.count >= promised:
                    return page, False
                return self._ask(last - 1, size + min(promised - page.count, MAX_REPEATED)), True
            except AnswerTooLarge:
                if self.refused & BY_KEY:
                    raise
                if size == 1:
                    return None, False
                size = max(1, size // 8)

    def _along_links(self, page: Page) -> Iterator[list[object]]:
        """More was promised, or the same page came again: only the server's own links can lead on."""
        if page.next_link is None:
            self.whole = False
            return
        yield from self._following(page)

    def _by_link(self) -> Iterator[list[object]]:
        size = self.page_size
        while True:
            try:
                page = self._ask(0, size)
                yield self._register(page.items)
                yield from self._following(page)
            except AnswerTooLarge:
                if size == 1:
                    raise
                size = max(1, size // 8)
                self._forget()
            else:
                return

    def _following(self, page: Page) -> Iterator[list[object]]:
        idle = 0
        for following in self.odata.following(page):
            count_before = len(self.ids)
            yield self._register(following.items)
            idle = 0 if len(self.ids) > count_before else idle + 1
            if idle > MAX_IDLE_PAGES:
                self.whole = False
                return

    def _past_empty_pages(self, page: Page) -> Page:
        """The first page with something on it: one may be empty and yet name a next one."""
        if page.items or page.next_link is None:
            return page
        return next((following for following in self.odata.following(page) if following.items), page)

    def _pass_over(self, last: int) -> int:
        """The key of the item after *last*, read without the rest of it."""
        page = self.odata.collection_page(self.name, self._options(last, 1, {"$select": "id"}))
        key = read_id(_id_of(page.items[0])) if page.items else None
        if key is None or key <= last:
            raise SourceUnavailable(f"{self.name}: an item is too large and has no key to pass it by")
        self.ids.add(key)
        self.too_large.append(key)
        return key

    def _register(self, items: list[object]) -> list[object]:
        latest: dict[int, object] = {}
        nameless: list[object] = []
        for item in items:
            key = read_id(_id_of(item))
            if key is None:
                nameless.append(item)
                continue
            if key in latest or key in self.ids:
                self.repeated[key] += 1
            latest[key] = item
        if not self.refused & BY_KEY:
            latest = {key: item for key, item in latest.items() if key not in self.ids}
        self.ids.update(latest)
        self.without_id += len(nameless)
        return [*nameless, *latest.values()]

    def _forget(self) -> None:
        """Begin anew; what was given out already is known again by its content."""
        self.ids, self.without_id, self.repeated = set(), 0, Counter()

    def _rows_of(self, key: int, times: int) -> int:
        """How many rows have this id."""
        if self.refused & BY_KEY:
            return times + 1
        from_key, after_key = self._count(key - 1), self._count(key)
        return 1 if from_key is None or after_key is None else max(1, from_key - after_key)

    def _count(self, after: int) -> int | None:
        if "$count" in self.refused:
            return None
        count = self._fetch(lambda: self._options(after, 1, {"$select": "id"})).count
        if count is None:
            self.refused.add("$count")  # accepted, and ignored
        return count

    def _ask(self, after: int, size: int) -> Page:
        return self._fetch(lambda: self._options(after, size, self.fields), size)

    def _fetch(self, options: Callable[[], dict[str, str]], size: int = 1) -> Page:
        """The answer; asked again without what this server turns out not to know."""
        headers = {"Prefer": f"odata.maxpagesize={size}"} if self.refused & BY_KEY else None
        try:
            return self.odata.collection_page(self.name, options(), headers)
        except RequestRefused as refused:
            if self._probed or refused.status not in NOT_ACCEPTED:
                raise
        self._probed = True
        self.refused |= self.probe()
        if not self.refused <= OPTIONAL:
            raise SourceRefused(f"{self.name}: the source does not accept {', '.join(sorted(self.refused - OPTIONAL))}")
        return self._fetch(options, size)

    def probe(self) -> frozenset[str]:
        """The options that the source refuses, each asked alone.

        Raises:
            SourceRefused: it refuses the question without any.
        """
        least = {} if self._is_refused({"$top": "1"}) else {"$top": "1"}
        if not least:
            self.odata.collection_page(self.name, {})
        options = {"$filter": "id gt 0", "$orderby": "id", "$count": "true", "$select": "id", **self.fields}
        refused = {name for name, value in options.items() if self._is_refused({name: value, **least})}
        return frozenset(refused if least else refused | {"$top"})

    def _is_refused(self, params: Mapping[str, str]) -> bool:
        try:
            self.odata.collection_page(self.name, params)
        except RequestRefused as refused:
            if refused.status in NOT_ACCEPTED:
                return True
            raise
        except AnswerTooLarge:
            return False
        return False

    def _options(self, after: int, size: int, fields: Mapping[str, str]) -> dict[str, str]:
        options = {"$filter": f"id gt {after}", "$count": "true", "$top": str(size), "$orderby": "id", **fields}
        # Along links $top would end the whole answer; there the size is only a preference.
        without = self.refused | BY_KEY | {"$top"} if self.refused & BY_KEY else self.refused
        return {name: value for name, value in options.items() if name not in without}


def _keys_beyond(page: Page, last: int) -> list[int]:
    return [key for item in page.items if (key := read_id(_id_of(item))) is not None and key > last]


def _id_of(item: object) -> object:
    return item.get("id") if isinstance(item, dict) else None
