"""What one reading gathers, a batch at a time: records, rejections, and what could not be read to its end."""

import hashlib
import json
from collections import Counter
from typing import TypeVar

from pydantic import JsonValue

from connectors.absence import AbsenceLimits
from connectors.base import Batch, HeldDeletions, ReadContext
from connectors.errors import ConnectorError, RecordRejected, SourceRefused, SourceUnavailable
from connectors.kit import InvalidValue
from connectors.sources.social.activities import translate_aktivitet
from connectors.sources.social.collection import Collection
from connectors.sources.social.generations import NAMELESS, Generation
from connectors.sources.social.odata import NoStatement, ODataService
from connectors.sources.social.payloads import Aktivitet, Payload, Sag, Ydelse
from connectors.sources.social.scalars import read_id
from connectors.sources.social.translate import (
    CaseContext,
    Scope,
    national,
    protected_person,
    translate_sag,
    translate_ydelse,
)
from connectors.sources.social.values import attempt
from connectors.transports.http import AnswerTooLarge
from schemas.record import Cursor, Rejection, RejectionRule, SourceRecord

CLOSED = frozenset({"SagStatus2", "SagStatus5", "SagStatus6", "SagStatus7"})
LARGEST_PAYLOAD = 256 * 1024
"""Bytes of a rejected payload that are still kept for replay."""
MAX_FAILURES = 3
"""So many cases in a row may fail before the source counts as down."""
MIN_CASES = 5
"""If the activities of so many cases were asked for, and none may be read, we lack the right to all of them."""
_TOO_LARGE = InvalidValue("(payload)", RejectionRule.TOO_LARGE)
P = TypeVar("P", bound=Payload)


class Reading:
    """One generation while it is read; a narrow one reads what was told of, and reads it wholly."""

    def __init__(self, scope: Scope, odata: ODataService, generation: Generation, *, is_narrow: bool = False) -> None:
        self._is_narrow = is_narrow
        self._scope = scope
        self._odata = odata
        self._generation = generation
        self._cases: dict[int, CaseContext] = {}
        self._records: list[SourceRecord] = []
        self._rejected: list[Rejection] = []
        self._skipped: Counter[str] = Counter()
        self._unfinished: ConnectorError | None = None
        self._failures = 0
        self._cases_asked = 0
        self._cases_not_allowed = 0

    def sag(self, item: object) -> None:
        """A case with its person and parties; its activities are asked for when it is open, new or changed.

        Raises:
            SourceUnavailable: the activities of several cases in a row cannot be had.
            SourceRefused: likewise, and a person must act.
        """
        key = read_id(item.get("id")) if isinstance(item, dict) else None
        if key is not None:
            self._generation.begin_case(self._scope.id(key))
        sag = self._parsed(Sag, "Sag", self._with_inner_pages("Sag", item))
        if sag is None:
            if key is not None:
                self._generation.keep_known(self._scope.id(key))
            self._keep_protection(item, key)
            return
        self._generation.note_numbers(self._scope.id(sag.id), _numbers(sag))
        for result in translate_sag(self._scope, sag):
            of_case = None if _record_type(result) == "Sag" else sag.id
            self._take(result, item, of_case)
            if isinstance(result, RecordRejected) and _record_type(result) == "Sag.person":
                self._keep_protection(item, sag.id)
        if sag.primaer_person is None:
            # Parties are relations to the primary person; without one there is no statement about them.
            self._generation.keep_known(self._scope.id(sag.id), ("Sag.part",))
        case = attempt("Sag", self._scope.id(sag.id), lambda: CaseContext.of(self._scope, sag))
        if isinstance(case, RecordRejected):
            self._generation.leave_unread(self._scope.id(sag.id))
            return
        self._cases[sag.id] = case
        is_closed = sag.status.brugervendt_noegle in CLOSED
        if is_closed and not self._is_narrow and self._generation.is_known_as_read(self._scope.id(sag.id)):
            self._generation.keep_known(self._scope.id(sag.id), ("Aktivitet",))
            return
        for activity in self._activities(sag.id):
            self._aktivitet(activity, case)

    def _keep_protection(self, item: object, case: int | None) -> None:
        """Of a person who could not be read, whether name and address are protected."""
        record = protected_person(self._scope, item)
        if record is not None:
            self._take(record, item, case)

    def ydelse(self, item: object) -> None:
        """A granted effort."""
        ydelse = self._parsed(Ydelse, "Ydelse", item)
        if ydelse is None:
            return
        case = None
        if ydelse.sag_id is not None:
            case = self._cases.get(ydelse.sag_id)
            if self._generation.keep("Ydelse", self._scope.id(ydelse.id), self._scope.id(ydelse.sag_id)):
                return
        record = attempt("Ydelse", self._scope.id(ydelse.id), lambda: translate_ydelse(self._scope, ydelse, case))
        self._take(record, item)

    def finish_collection(self, collection: Collection) -> None:
        """What the collection had to pass over is kept as rejected; what belongs to such a case stays as it was."""
        for key in collection.too_large:
            item_id = self._scope.id(key)
            if collection.name == "Sag":
                self._generation.begin_case(item_id)
                self._generation.keep_known(item_id)
            self._take(_TOO_LARGE.rejected(collection.name, item_id), {"id": key})
        if collection.repeated:
            self._skipped[f"{collection.name}: same_id_twice"] += len(collection.repeated)

    def cases_of(self, numbers: frozenset[str]) -> tuple[int, ...] | None:
        """Ids of the known cases of which one of these people is a part; None: no reading has noted whose they are."""
        cases = self._generation.cases_of(numbers)
        return None if cases is None else tuple(sorted(int(case.rpartition(":")[2]) for case in cases))

    def newest_case(self) -> int:
        """The greatest id of a case that was ever seen; 0: none was."""
        cases = self._generation.before.get("Sag", {})
        return max((int(case.rpartition(":")[2]) for case in cases if not case.startswith(NAMELESS)), default=0)

    def count_strangers(self, numbers: frozenset[str]) -> int:
        """How many of these people are no part of any case."""
        return len(numbers - self._generation.people())

    def leave_out(self, rule: str) -> None:
        """Count something that a declared rule leaves out."""
        self._skipped[rule] += 1

    def narrowed_state(self) -> dict[str, JsonValue]:
        """The cursor's state after a narrow reading."""
        return dict(self._generation.narrowed_cursor().state)

    def check_finished(self) -> None:
        """Refuse to call the reading complete when something in it could not be read to its end.

        Raises:
            SourceUnavailable: an answer was missing or incomplete.
            SourceRefused: a person must act.
        """
        if self._unfinished is not None:
            raise self._unfinished
        if self._cases_asked >= MIN_CASES and self._cases_asked == self._cases_not_allowed:
            raise SourceRefused("Aktivitet: we lack the right to read the activities of any case (403)")

    def conclude(self, limits: AbsenceLimits, context: ReadContext) -> tuple[HeldDeletions, ...]:
        """Judge what was missing; the tombstones come with the next batch."""
        conclusion = self._generation.conclude(limits, context)
        self._records.extend(self._generation.tombstones(conclusion, self._scope.source, self._scope.observed_at))
        self._skipped.update({f"{record_type}: absence_not_judged": 1 for record_type in conclusion.not_judged})
        return conclusion.held

    def batch(self, total: int | None, cursor: Cursor | None = None, held: tuple[HeldDeletions, ...] = ()) -> Batch:
        """What was gathered since the last batch."""
        batch = Batch(
            records=tuple(self._records),
            rejected=tuple(self._rejected),
            skipped=dict(self._skipped),
            cursor=cursor,
            held=held,
            total=total,
        )
        self._records, self._rejected, self._skipped = [], [], Counter()
        return batch

    def _with_inner_pages(self, name: str, item: object) -> object:
        try:
            return self._odata.with_inner_pages(name, item)
        except (SourceUnavailable, SourceRefused) as error:
            self._note_failure(error)
            return item

    def _activities(self, sag_id: int) -> list[object]:
        """The activities of a case, as far as the source makes a statement about them."""
        case_id = self._scope.id(sag_id)
        self._cases_asked += 1
        try:
            activities = self._odata.activities(sag_id)
        except NoStatement as nothing:
            self._cases_not_allowed += nothing.rule == "not_allowed"
            self._skipped[f"Aktivitet: {nothing.rule}"] += 1
        except AnswerTooLarge:
            self._take(_TOO_LARGE.rejected("Aktivitet", None), {"sagId": sag_id}, sag_id)
        except (SourceUnavailable, SourceRefused) as error:
            self._note_failure(error)
        else:
            self._failures = 0
            latest = _latest(activities)
            if len(latest) < len(activities):
                self._skipped["Aktivitet: same_id_twice"] += len(activities) - len(latest)
            return latest
        self._generation.leave_unread(case_id)
        return []

    def _note_failure(self, error: ConnectorError) -> None:
        """The rest is still read, but the reading is not complete; a source that goes on failing is left alone."""
        self._unfinished = self._unfinished or error
        self._failures += 1
        if self._failures >= MAX_FAILURES:
            raise error

    def _aktivitet(self, item: object, case: CaseContext) -> None:
        aktivitet = self._parsed(Aktivitet, "Aktivitet", item, case.sag_id)
        if aktivitet is None:
            return
        source_id = self._scope.id(aktivitet.id)
        record = attempt("Aktivitet", source_id, lambda: translate_aktivitet(self._scope, aktivitet, case))
        if record is None:
            self._skipped["Aktivitet: other_kind"] += 1
        else:
            self._take(record, item, case.sag_id)

    def _take(self, result: SourceRecord | RecordRejected, item: object, case: int | None = None) -> None:
        of_case = None if case is None else self._scope.id(case)
        if isinstance(result, SourceRecord):
            changed = self._generation.changed(result, of_case)
            if changed is not None:
                self._records.append(changed)
            return
        rejection = result.rejection
        raw = _serialised(item)
        digest = hashlib.sha256(raw or repr(rejection).encode()).hexdigest()
        source_id = rejection.source_id or f"{NAMELESS}{digest}"
        if self._generation.rejected(rejection.record_type, source_id, digest, of_case):
            is_whole = rejection.rule is not RejectionRule.TOO_LARGE and len(raw) <= LARGEST_PAYLOAD
            self._rejected.append(rejection.model_copy(update={"raw": raw if raw and is_whole else None}))

    def _parsed(self, shape: type[P], record_type: str, item: object, case: int | None = None) -> P | None:
        key = read_id(item.get("id")) if isinstance(item, dict) else None
        source_id = None if key is None else self._scope.id(key)
        parsed = attempt(record_type, source_id, lambda: shape.model_validate(item))
        if isinstance(parsed, RecordRejected):
            self._take(parsed, item, case)
            return None
        return parsed


def _latest(items: list[object]) -> list[object]:
    """The items without those whose id comes again later."""
    keys = [read_id(item.get("id")) if isinstance(item, dict) else None for item in items]
    last = {key: place for place, key in enumerate(keys)}
    return [
        item for place, (key, item) in enumerate(zip(keys, items, strict=True)) if key is None or last[key] == place
    ]


def _numbers(sag: Sag) -> list[str]:
    """The national numbers of everybody in a case, former ones included."""
    person = sag.primaer_person
    own = (person.cprnr, *(person.tidligere_cprnr or ())) if person else ()
    texts = (*own, *(part.cprnr for part in sag.sagsparter or ()))
    return sorted({number.value for text in texts if (number := national(text)) is not None})


def _record_type(result: SourceRecord | RecordRejected) -> str:
    return result.record_type if isinstance(result, SourceRecord) else result.rejection.record_type


def _serialised(item: object) -> bytes:
    """The item for replay; empty when it cannot be written. ASCII, so that half a pair of surrogates can be."""
    try:
        return json.dumps(item, sort_keys=True).encode()
    except (ValueError, RecursionError):
        return b""
