"""What one reading gathers, a batch at a time: grants, rejections, and citizens that Nexus does not let us read."""

import hashlib
from collections import Counter
from typing import cast

from pydantic import JsonValue

from connectors.absence import AbsenceLimits
from connectors.base import Batch, HeldDeletions, ReadContext
from connectors.errors import ConnectorError, RecordRejected, SourceRefused, SourceUnavailable
from connectors.kit import raw_payload
from connectors.sources.social.generations import NAMELESS, Generation
from connectors.sources.social.nexus.hal import NexusService, NotAllowed
from connectors.sources.social.nexus.payloads import Grant, Patient
from connectors.sources.social.nexus.translate import (
    ACCESS,
    GRANT,
    Scope,
    is_granted,
    number_of,
    translate_access,
    translate_grant,
)
from connectors.sources.social.scalars import read_id
from connectors.sources.social.translate import national
from connectors.sources.social.values import attempt
from schemas.record import Cursor, Rejection, SourceRecord

MAX_FAILURES = 3
"""So many grants in a row may fail before the source counts as down."""


class Reading:
    """One generation while it is read; with *numbers*, the grants of the citizens who have them, and no others."""

    def __init__(
        self, scope: Scope, nexus: NexusService, cursor: Cursor, numbers: frozenset[str] = frozenset()
    ) -> None:
        self._numbers = numbers
        self._scope = scope
        self._nexus = nexus
        self._generation = Generation.of(cursor)
        # Who may not be read is a positive answer, so it is not judged by absence.
        self._closed = set() if cursor.from_start else set(cast("list[str]", cursor.state.get("closed", [])))
        self._records: list[SourceRecord] = []
        self._rejected: list[Rejection] = []
        self._skipped: Counter[str] = Counter()
        self._seen: set[int] = set()
        self._accessible: dict[str, bool] = {}
        self._refused: dict[str, Patient] = {}
        self._allowed: dict[str, Patient] = {}
        self._unfinished: ConnectorError | None = None
        self._failures = 0

    def take(self, item: object) -> None:
        """One item of the list: the grant behind it, if it is one and we may read it.

        Raises:
            SourceUnavailable: several grants in a row cannot be had.
            SourceRefused: likewise, and a person must act.
        """
        if not isinstance(item, dict):
            self._take(attempt(GRANT, None, lambda: Grant.model_validate(item)), item)
            return
        patient = attempt(GRANT, None, lambda: Patient.model_validate(item.get("patient")))
        if self._numbers and not self._is_hinted(patient):
            return
        key = read_id(item.get("id"))
        if key in self._seen:
            self._skipped[f"{GRANT}: same_id_twice"] += 1
            return
        if key is not None:
            self._seen.add(key)
        try:
            self._look_up(item, patient)
        except NotAllowed:
            self._skipped[f"{GRANT}: not_allowed"] += 1
            self._leave_unread(key)
        except (SourceUnavailable, SourceRefused) as error:
            self._unfinished = self._unfinished or error
            self._failures += 1
            self._leave_unread(key)
            if self._failures >= MAX_FAILURES:
                raise

    def check_finished(self) -> None:
        """Refuse to call the reading complete when something in it could not be had.

        Raises:
            SourceUnavailable: an answer was missing.
            SourceRefused: a person must act.
        """
        if self._unfinished is not None:
            raise self._unfinished

    def conclude(self, limits: AbsenceLimits, context: ReadContext) -> tuple[HeldDeletions, ...]:
        """Judge what was missing, and say who may be read; what follows comes with the next batch."""
        self.tell_access()
        conclusion = self._generation.conclude(limits, context)
        self._records.extend(self._generation.tombstones(conclusion, self._scope.source, self._scope.observed_at))
        self._skipped.update({f"{record_type}: absence_not_judged": 1 for record_type in conclusion.not_judged})
        return conclusion.held

    def tell_access(self) -> None:
        """Say who may be read: a citizen of whom nothing was refused in this reading of all that is theirs."""
        for patient in self._refused.values():
            self._tell_access(patient, is_accessible=False)
        for entity in sorted(self._allowed.keys() - self._refused.keys()):
            self._tell_access(self._allowed[entity], is_accessible=True)

    def cursor(self) -> Cursor:
        """The state after a complete and concluded reading."""
        return self._with_closed(self._generation.cursor())

    def narrowed_cursor(self) -> Cursor:
        """The state after a reading of a few citizens."""
        return self._with_closed(self._generation.narrowed_cursor())

    def _with_closed(self, cursor: Cursor) -> Cursor:
        closed: list[JsonValue] = [*sorted(self._closed)]
        return Cursor(state={**cursor.state, "closed": closed})

    def batch(self, cursor: Cursor | None = None, held: tuple[HeldDeletions, ...] = ()) -> Batch:
        """What was gathered since the last batch."""
        batch = Batch(
            records=tuple(self._records),
            rejected=tuple(self._rejected),
            skipped=dict(self._skipped),
            cursor=cursor,
            held=held,
        )
        self._records, self._rejected, self._skipped = [], [], Counter()
        return batch

    def _is_hinted(self, patient: Patient | RecordRejected) -> bool:
        """Whether it is one of the citizens whom this reading is about."""
        text = None if isinstance(patient, RecordRejected) else number_of(patient)
        number = national(text)
        return number is not None and number.value in self._numbers

    def _look_up(self, item: dict[str, object], patient: Patient | RecordRejected) -> None:
        """Read the grant behind an item.

        Raises:
            NotAllowed: we may not; the citizen's page shall say so.
            SourceUnavailable, SourceRefused: it cannot be had.
        """
        if isinstance(patient, RecordRejected):
            grant = self._nexus.grant(item)
        else:
            number = number_of(patient)
            entity = self._scope.id(patient.id)
            try:
                self._check_access(number)
                grant = self._nexus.grant(item)
            except NotAllowed:
                self._refused[entity] = patient
                raise
            self._allowed[entity] = patient
        self._failures = 0
        if grant is None:
            self._skipped[f"{GRANT}: gone"] += 1
        else:
            self._grant(grant)

    def _check_access(self, number: str | None) -> None:
        if number is None:
            return
        if number not in self._accessible:
            self._accessible[number] = self._nexus.is_accessible(number)
        if not self._accessible[number]:
            raise NotAllowed

    def _tell_access(self, patient: Patient, *, is_accessible: bool) -> None:
        """Say whether the citizen may be read, where that is another answer than before."""
        entity, number = self._scope.id(patient.id), self._generation.number
        if is_accessible is (entity not in self._closed):
            return
        result = attempt(
            ACCESS, entity, lambda: translate_access(self._scope, patient, number, is_accessible=is_accessible)
        )
        if isinstance(result, RecordRejected):
            self._rejected.append(result.rejection)
        else:
            self._records.append(result)
            self._closed ^= {entity}

    def _leave_unread(self, key: int | None) -> None:
        if key is not None:
            self._generation.leave_entity_unread(GRANT, self._scope.id(key))

    def _grant(self, item: dict[str, object]) -> None:
        key = read_id(item.get("id"))
        source_id = None if key is None else self._scope.id(key)
        grant = attempt(GRANT, source_id, lambda: Grant.model_validate(item))
        if isinstance(grant, RecordRejected):
            self._take(grant, item)
        elif not is_granted(grant):
            self._skipped[f"{GRANT}: only_applied"] += 1
        else:
            self._take(attempt(GRANT, source_id, lambda: translate_grant(self._scope, grant)), item)

    def _take(self, result: SourceRecord | RecordRejected | Grant, item: object) -> None:
        if isinstance(result, SourceRecord):
            changed = self._generation.changed(result)
            if changed is not None:
                self._records.append(changed)
        elif isinstance(result, RecordRejected):
            rejection = result.rejection
            raw = raw_payload(item)
            digest = hashlib.sha256(raw or repr(rejection).encode()).hexdigest()
            source_id = rejection.source_id or f"{NAMELESS}{digest}"
            if self._generation.rejected(rejection.record_type, source_id, digest):
                self._rejected.append(rejection.model_copy(update={"raw": raw}))
