"""A reading that is confined to the cases of a few citizens, because Beskedfordeler told that something changed.

It reads each case by its id, with its activities and efforts, and the cases that are newer than all known ones.
Whatever is missing stays as it was: the next whole reading judges it.
"""

from collections.abc import Callable, Iterator, Mapping

from pydantic import JsonValue

from connectors.base import Batch
from connectors.errors import WholeReadingNeeded
from connectors.retry import Stopped
from connectors.sources.social.collection import NOT_ACCEPTED
from connectors.sources.social.odata import ODataService
from connectors.sources.social.reading import Reading
from connectors.sources.social.scalars import read_id
from connectors.transports.http import AnswerTooLarge, RequestRefused
from schemas.record import Cursor

MOST_CASES = 100
"""So many cases are read one by one; for more a whole reading asks less."""
PAGE = 100


class HintedCases:
    """Asks the source for single cases, and notices when it answers with others.

    Args:
        odata: the interface.
        fields: ``$select`` and ``$expand`` of a case.
    """

    def __init__(self, odata: ODataService, fields: Mapping[str, str]) -> None:
        self._odata = odata
        self._fields = fields

    def case(self, key: int) -> object | None:
        """The case with that id; None: the source does not show it.

        Raises:
            WholeReadingNeeded: the source cannot be asked so.
        """
        items = self._items("Sag", f"id eq {key}", self._fields, lambda item: read_id(item.get("id")) == key)
        return next(iter(items), None)

    def cases_after(self, last: int) -> Iterator[object]:
        """The cases with greater ids, as new ones have.

        Raises:
            WholeReadingNeeded: the source cannot be asked so.
        """
        return self._paged("Sag", "", last, self._fields, lambda _: True)

    def efforts_of(self, key: int) -> Iterator[object]:
        """The efforts of the case with that id.

        Raises:
            WholeReadingNeeded: the source cannot be asked so.
        """
        return self._paged("Ydelse", f"sagId eq {key} and ", 0, {}, lambda item: read_id(item.get("sagId")) == key)

    def _paged(
        self, name: str, condition: str, last: int, fields: Mapping[str, str], fits: Callable[[dict[str, object]], bool]
    ) -> Iterator[object]:
        while True:
            after = last

            def follows(item: dict[str, object], after: int = after) -> bool:
                return (read_id(item.get("id")) or 0) > after and fits(item)

            items = self._items(name, f"{condition}id gt {after}", fields, follows)
            yield from items
            last = max((read_id(item.get("id")) or 0 for item in items), default=0)
            if not items:
                return

    def _items(
        self, name: str, condition: str, fields: Mapping[str, str], fits: Callable[[dict[str, object]], bool]
    ) -> list[dict[str, object]]:
        options = {"$filter": condition, "$orderby": "id", "$top": str(PAGE), **fields}
        try:
            page = self._odata.collection_page(name, options)
        except RequestRefused as refused:
            if refused.status in NOT_ACCEPTED:
                raise WholeReadingNeeded(f"{name}: the source cannot be asked for single rows") from None
            raise
        except AnswerTooLarge:
            raise WholeReadingNeeded(f"{name}: the answer is too large") from None
        items = [item for item in page.items if isinstance(item, dict) and fits(item)]
        if len(items) < len(page.items):
            raise WholeReadingNeeded(f"{name}: the source answers with rows that were not asked for")
        return items


def read_hinted(
    cases: HintedCases, reading: Reading, numbers: frozenset[str], state: Mapping[str, JsonValue]
) -> Iterator[Batch]:
    """The cases of the citizens with these national numbers, and the newest cases; the cursor comes with the batch.

    Args:
        cases: asks the source.
        reading: gathers what is read, compared with the generation before.
        numbers: whom the hints name.
        state: what else the cursor goes on holding.

    Raises:
        SourceUnavailable: an answer is missing or incomplete.
        SourceRefused: a person must act.
        WholeReadingNeeded: too many cases, or the source cannot be asked so.
    """
    keys = reading.cases_of(numbers)
    if keys is None or len(keys) > MOST_CASES:
        raise WholeReadingNeeded("which cases are the citizens' is not known" if keys is None else "too many cases")
    try:
        for key in keys:
            item = cases.case(key)
            if item is None:
                reading.leave_out("Sag: not_shown")
            else:
                _read_case(cases, reading, key, item)
        for item in cases.cases_after(reading.newest_case()):
            _read_case(cases, reading, read_id(item.get("id") if isinstance(item, dict) else None) or 0, item)
    except Stopped:
        yield reading.batch(None)
        return
    for _ in range(reading.count_strangers(numbers)):
        reading.leave_out("Sag: citizen_has_no_case")
    reading.check_finished()
    yield reading.batch(None, Cursor.model_validate({"state": {**reading.narrowed_state(), **state}}))


def _read_case(cases: HintedCases, reading: Reading, key: int, item: object) -> None:
    reading.sag(item)
    for effort in cases.efforts_of(key):
        reading.ydelse(effort)
