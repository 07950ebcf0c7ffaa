"""The stream of citizens: who is in a target group, and, at first and each week, everything there is about them."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from pydantic import ValidationError

from connectors.absence import judge
from connectors.base import Batch, HeldDeletions, ReadContext
from connectors.errors import RecordRejected, SourceUnavailable
from connectors.kit import InvalidValue, validation_fault
from connectors.sources.employment import client, facts
from connectors.sources.employment.citizen_status import died, not_ours
from connectors.sources.employment.client import StarClient
from connectors.sources.employment.entities import ENTITIES, EntityKind
from connectors.sources.employment.fields import Fields
from connectors.sources.employment.people import person_of, protection_of
from connectors.sources.employment.record_builder import Run, Version, make_record, primary, rejected, tombstone
from connectors.sources.employment.search import CaseSystem, citizen_id
from connectors.sources.employment.settings import EmploymentSettings
from connectors.sources.employment.state import CitizensState, Key, checksum
from schemas.identifiers import Identifier
from schemas.record import Party, RejectionRule, SourceRecord

CITIZEN, TARGET_GROUP, CASEWORKER = "Citizen", "Citizen.targetGroup", "Citizen.caseworker"
Make = Callable[[], SourceRecord]


@dataclass
class _Found:
    """What a run has found since its last batch."""

    records: list[SourceRecord]
    rejected: list[RecordRejected]
    skipped: Counter[str]


class CitizensReading:
    """One run of the stream."""

    def __init__(
        self, run: Run, settings: EmploymentSettings, systems: tuple[CaseSystem, StarClient], state: CitizensState
    ) -> None:
        self._run = run
        self._settings = settings
        self._case_system, star = systems
        self._star = star
        self._state = state
        self._kinds = [ENTITIES[name] for name in settings.entities]
        self._found = _Found([], [], Counter())
        self._before = {owner: set(keys) for owner, keys in state.entities.items()}
        self._read: set[str] = set()
        """Citizens of whom everything was read in this run."""

    def batches(self, context: ReadContext) -> Iterator[Batch]:
        """The run, a page of citizens at a time.

        During the first load each batch has a cursor, so that an interrupted one goes on where it stopped; a repair is
        done again from its beginning, since only a whole one shows what is missing.

        Raises:
            SourceUnavailable: no answer, or the search was not complete.
            SourceRefused: a person must act.
        """
        state, now = self._state, self._run.observed_at
        is_first = state.repaired_at is None
        is_repair = is_first or (
            state.repaired_at is not None and now - state.repaired_at >= self._settings.repair_every
        )
        search = self._case_system.search(context.should_stop)
        present: set[str] = set()
        for page in search.pages():
            for row in page:
                key = citizen_id(row)
                if key is not None:
                    present.add(key)
                is_known = key is not None and state.rows.get(key) == checksum(row)
                if not is_known or (is_repair and not is_first):
                    self._citizen(row, key, context)
                if context.should_stop():
                    yield self._batch(None, None)
                    return
            yield self._batch(search.total, state if is_first else None)
        if search.doubt is not None:
            raise SourceUnavailable(search.doubt)
        held = self._conclude(present, context, is_repair=is_repair)
        if is_repair:
            state.repaired_at = now
        yield self._batch(search.total, state, held)

    def _batch(self, total: int | None, state: CitizensState | None, held: tuple[HeldDeletions, ...] = ()) -> Batch:
        collected, self._found = self._found, _Found([], [], Counter())
        return Batch(
            records=tuple(collected.records),
            rejected=tuple(refused.rejection for refused in collected.rejected),
            skipped=dict(collected.skipped),
            total=total,
            cursor=None if state is None else state.cursor(),
            held=held,
        )

    def _citizen(self, row: Any, key: str | None, context: ReadContext) -> None:
        """Everything about one citizen."""
        if key is None:
            fault = InvalidValue("citizenId", RejectionRule.MISSING_FIELD)
            self._found.rejected.append(rejected(fault, CITIZEN, None, row))
            return
        try:
            number, party = self._party(row, key)
        except InvalidValue as fault:
            self._found.rejected.append(rejected(fault, CITIZEN, key, row))
            return
        entities: set[Key] = set()
        if self._keep(CITIZEN, key, row, lambda: self._person(row, key, party)):
            self._end_protection(key)
        else:
            self._keep_protection(row, key, party, entities)
        self._keep(TARGET_GROUP, key, row, lambda: self._target_group(row, key, party))
        is_whole = self._caseworkers(key, party, entities, context)
        if number is not None:
            is_whole = self._entities(number, party, entities, context) and is_whole
        self._state.rows[key] = checksum(row)
        if is_whole:
            self._read.add(key)
            self._state.entities[key] = entities
        else:
            self._state.entities.setdefault(key, set()).update(entities)

    def _party(self, row: Any, key: str) -> tuple[Identifier | None, Party | None]:
        """The citizen's number, and the citizen by every identifier."""
        body = Fields.of(row)
        body.expect("cpr", "civilRegistrationIdentifier")
        number = body.national("cpr", "civilRegistrationIdentifier")
        local = Identifier.local(f"{self._run.source}:citizen", self._run.id(key))
        return number, primary(number, local, body.line("displayName", "navn"))

    def _person(self, row: Any, key: str, party: Party | None) -> SourceRecord:
        body = Fields.of(row)
        return make_record(
            self._run, (CITIZEN, key), person_of(body), version=_unversioned(body), party=party, body=body
        )

    def _keep_protection(self, row: Any, key: str, party: Party | None, entities: set[Key]) -> None:
        """Of a citizen who could not be read that name and address are protected, for the other records name them.

        It is an entity of its own, which ends once the citizen can be read.
        """
        body, own = Fields.of(row), _protection_id(key)
        statement = protection_of(body)
        if statement is not None:
            entities.add((CITIZEN, own))
            version = _unversioned(body)
            self._keep(
                CITIZEN, own, row,
                lambda: make_record(self._run, (CITIZEN, own), statement, version=version, party=party, body=body),
            )  # fmt: skip

    def _end_protection(self, key: str) -> None:
        """The citizen can be read: whether they are protected is said by their own record again."""
        guard = (CITIZEN, _protection_id(key))
        known = [keys for keys in (self._before.get(key), self._state.entities.get(key)) if keys and guard in keys]
        for keys in known:
            keys.discard(guard)
        if known:
            self._found.records.append(tombstone(self._run, guard, "said_by_the_citizens_record"))

    def _target_group(self, row: Any, key: str, party: Party | None) -> SourceRecord:
        body = Fields.of(row)
        has_group = body.text("targetGroupCode") or body.text("targetGroupName")
        if not has_group or body.truth("isActive") is False:
            return tombstone(self._run, (TARGET_GROUP, key), "no_target_group")
        statement = facts.target_group(self._run, body)
        return make_record(
            self._run, (TARGET_GROUP, key), statement, version=_unversioned(body), party=party, body=body
        )

    def _caseworkers(self, key: str, party: Party | None, entities: set[Key], context: ReadContext) -> bool:
        """Those who are responsible; whether the list could be read."""
        listed = self._case_system.caseworkers(key, context.should_stop)
        for item in listed or ():
            try:
                body = Fields.of(item)
                worker = body.required("caseworkerId", "displayName")
                role = body.text("responsibilityTypeCode", "responsibilityName")
                own = f"{key}:{checksum([worker, role])}"
                is_active = body.truth("caseworkerIsActive")
            except InvalidValue as fault:
                self._found.rejected.append(rejected(fault, CASEWORKER, key, item))
                continue
            if is_active is False:
                self._found.skipped[f"{CASEWORKER}: caseworker_inactive"] += 1
                continue
            entities.add((CASEWORKER, own))
            self._keep(CASEWORKER, own, item, partial(self._caseworker, item, own, party))
        return listed is not None

    def _caseworker(self, item: Any, own: str, party: Party | None) -> SourceRecord:
        body = Fields.of(item)
        statement = facts.caseworker(self._run, body)
        return make_record(self._run, (CASEWORKER, own), statement, version=_unversioned(body), party=party, body=body)

    def _entities(self, number: Identifier, party: Party | None, entities: set[Key], context: ReadContext) -> bool:
        """What the services list of the citizen; whether every list could be read."""
        star, is_whole = self._star.stoppable(context.should_stop), True
        for kind in self._kinds:
            answer = star.list(kind, number)
            if answer.code in {client.NOT_OURS, client.DEAD}:
                state = not_ours if answer.code == client.NOT_OURS else died
                record = state(self._run, ("list", _local(party)), party)
                self._found.records += [record] if record else []
                return False  # the other services would say the same
            if answer.code is not None and answer.code != client.NOT_FOUND:
                # A service that has no list, or not of this citizen, says nothing of what is missing.
                self._found.skipped[f"{kind.name}: list_not_offered"] += 1
                is_whole = False
                continue
            listed = answer.body if answer.body is not None else []
            if not isinstance(listed, list):
                fault = InvalidValue("(list)", RejectionRule.WRONG_SHAPE)
                self._found.rejected.append(rejected(fault, kind.name, None, None))
                is_whole = False
                continue
            for item in listed:
                self._entity(kind, item, party, entities)
        return is_whole

    def _entity(self, kind: EntityKind, item: Any, party: Party | None, entities: set[Key]) -> None:
        try:
            entity_id = Fields.of(item).required(*kind.ids)
            self._run.id(entity_id)
        except InvalidValue as fault:
            self._found.rejected.append(rejected(fault, kind.name, None, item))
            return
        entities.add((kind.name, entity_id))

        def make() -> SourceRecord:
            body = Fields.of(item)
            version, statement = Version.of(body), kind.state(self._run, body)
            if statement.fact is None:
                return tombstone(self._run, (kind.name, entity_id), "deleted_by_source", version)
            return make_record(self._run, (kind.name, entity_id), statement, version=version, party=party, body=body)

        self._keep(kind.name, entity_id, item, make)

    def _keep(self, record_type: str, own: str, payload: Any, make: Make) -> bool:
        """Keep the record, or why this one payload cannot become it; whether it could."""
        try:
            self._found.records.append(make())
        except InvalidValue as fault:
            self._found.rejected.append(rejected(fault, record_type, self._run.id(own), payload))
            return False
        except ValidationError as error:
            self._found.rejected.append(rejected(validation_fault(error), record_type, self._run.id(own), payload))
            return False
        return True

    def _conclude(self, present: set[str], context: ReadContext, *, is_repair: bool) -> tuple[HeldDeletions, ...]:
        """What is missing after a complete reading: citizens in each, what they have in a repair."""
        state, held = self._state, []
        verdict_held = self._judge(TARGET_GROUP, set(state.rows), present, context)
        held += verdict_held
        if not is_repair:
            return tuple(held)
        owners = self._read & set(self._before)
        types = {record_type for owner in owners for record_type, _ in self._before[owner]}
        for record_type in sorted(types):
            before = {key[1] for owner in owners for key in self._before[owner] if key[0] == record_type}
            seen = {key[1] for owner in self._read for key in state.entities[owner] if key[0] == record_type}
            held += self._judge(record_type, before, seen, context)
        return tuple(held)

    def _judge(self, record_type: str, before: set[str], seen: set[str], context: ReadContext) -> list[HeldDeletions]:
        state = self._state
        known = state.known(record_type, before)
        released = context.releases.get(record_type)
        verdict = judge(
            record_type,
            known,
            seen,
            limits=self._settings.absence_limits,
            released=released,
            is_refused=record_type in context.refusals,
        )
        state.replace(record_type, known, verdict.known)
        for missing in sorted(verdict.gone):
            self._found.records.append(tombstone(self._run, (record_type, missing), "missing_in_two_readings"))
            if record_type == TARGET_GROUP:
                self._forget(missing)
        self._remember(record_type, set(verdict.known.live | verdict.known.unproven) - seen)
        return [verdict.held] if verdict.held else []

    def _forget(self, citizen: str) -> None:
        """A citizen left the search: case workers go too; what the services said of the citizen stays."""
        for record_type, own in sorted(self._state.entities.pop(citizen, ())):
            if record_type == CASEWORKER:
                self._found.records.append(tombstone(self._run, (record_type, own), "missing_in_two_readings"))
        self._state.rows.pop(citizen, None)

    def _remember(self, record_type: str, missing: set[str]) -> None:
        """What is missing and not gone is still known, so that the next reading judges it."""
        if record_type == TARGET_GROUP:
            return
        for owner, keys in self._before.items():
            if owner in self._state.entities:
                self._state.entities[owner] |= {key for key in keys if key[0] == record_type and key[1] in missing}


def _protection_id(key: str) -> str:
    return f"{key}:protection"


def _unversioned(body: Fields) -> Version:
    """Rows of the case system have no version; two that say the same are one."""
    return Version(None, None, Version.of(body).registered_at)


def _local(party: Party | None) -> str:
    """The case system's id of a citizen, which is no number."""
    return next((each.value for each in party.identifiers if not each.is_national), "") if party else ""
