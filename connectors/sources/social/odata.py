"""OData v4 as DUBU speaks it: counted collections paged by key, and the activities of a case."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from http import HTTPStatus

from pydantic import ValidationError

from connectors.errors import SourceUnavailable
from connectors.sources.social.payloads import Answer
from connectors.transports.http import AnswerTooLarge, HttpTransport

SELECT_SAG = "id,sagsnummer,titel,isSensitive,sagstype,status,kleNummer,oprettetDato,lukketDato,syntetisk"
EXPAND_SAG = "primaerPerson,primaerBehandler,foerstkommendeFrist,sagsparter"
Item = dict[str, object]


@dataclass
class Collection:
    """One entity set, read from the first key to the last.

    Paged by key and not by ``$skip``, which loses and doubles rows while data move. Never with a filter on
    status: closing would look like deletion.
    """

    transport: HttpTransport
    name: str
    page_size: int
    fields: dict[str, str] = field(default_factory=dict)
    expected: int | None = None
    ids: set[int] = field(default_factory=set)
    without_id: int = 0
    whole: bool = True
    """False once a page contradicted its own count."""
    too_large: list[int] = field(default_factory=list)
    """Items that alone are longer than an answer may be; they are there, but were not read."""

    def start(self) -> int:
        """How many items there are before reading."""
        self.expected = self._count("id gt 0")
        return self.expected

    def pages(self) -> Iterator[list[Item]]:
        """Pages of items not seen before, in order of key. Items without a usable id come along unread."""
        last, size = 0, self.page_size
        while True:
            try:
                answer = self._ask(f"id gt {last}", {"$top": str(size), "$orderby": "id", **self.fields})
            except AnswerTooLarge:
                if size > 1:
                    size = max(1, size // 8)
                else:
                    last = self._pass_over(last)
                continue
            size = self.page_size
            fresh = [item for item in answer.value if self._is_fresh(item)]
            yield fresh
            beyond = sum(isinstance(key := item.get("id"), int) and key > last for item in answer.value)
            remaining = answer.count if answer.count is not None else beyond + 1
            reached = max(self.ids, default=0)
            if not answer.value or reached <= last:
                # More was promised, or the same page came again: what is not seen is not known to be gone.
                self.whole = self.whole and (answer.count in (None, 0) if not answer.value else False)
                return
            last = reached
            if remaining <= beyond:
                return

    def is_complete(self) -> bool:
        """Whether the counts before and after agree with what was read, new items aside."""
        if not self.whole:
            return False
        read = len(self.ids) + self.without_id
        newer = self._count(f"id gt {max(self.ids, default=0)}")
        return read == self._count("id gt 0") - newer and read >= (self.expected or 0)

    def _pass_over(self, last: int) -> int:
        """The key of the item after *last*, read without the rest of it."""
        answer = self._ask(f"id gt {last}", {"$top": "1", "$orderby": "id", "$select": "id"})
        key = answer.value[0].get("id") if answer.value else None
        if not isinstance(key, int) or key <= last:
            raise SourceUnavailable(f"{self.name}: an item is too large and has no key to pass it by")
        self.ids.add(key)
        self.too_large.append(key)
        return key

    def _is_fresh(self, item: Item) -> bool:
        key = item.get("id")
        if not isinstance(key, int):
            self.without_id += 1
            return True
        if key in self.ids:
            return False
        self.ids.add(key)
        return True

    def _count(self, condition: str) -> int:
        answer = self._ask(condition, {"$top": "1", "$select": "id"})
        if answer.count is None:
            raise SourceUnavailable(f"{self.name}: the answer has no count")
        return answer.count

    def _ask(self, condition: str, params: dict[str, str]) -> Answer:
        asked = {"$filter": condition, "$count": "true"} | params
        return read_answer(self.name, self.transport.get_json(f"odata/{self.name}", params=asked).body)


def activities_of(transport: HttpTransport, sag_id: int) -> list[Item]:
    """The activities of a case; DUBU gives them whole. None for a case that has gone meanwhile."""
    answer = transport.get_json(f"odata/Aktivitet/Default.GetBySag(Id={sag_id})")
    if answer.status in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE):
        return []
    return list(read_answer("Aktivitet", answer.body).value)


def read_answer(name: str, body: object) -> Answer:
    """An OData answer.

    Raises:
        SourceUnavailable: it is something else; the values are not repeated.
    """
    try:
        return Answer.model_validate(body)
    except ValidationError:
        raise SourceUnavailable(f"{name}: the answer is no OData collection") from None
