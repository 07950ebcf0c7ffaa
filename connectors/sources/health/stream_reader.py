"""One type of the FHIR interface: what changed, what was deleted, and what is missing."""

from collections import Counter
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime, timedelta

from connectors.absence import still_held
from connectors.base import Batch, ReadContext
from connectors.errors import ConnectorError
from connectors.kit import InvalidValue, raw_payload, version_order
from connectors.retry import Stopped
from connectors.sources.health.bundle_payloads import Entry
from connectors.sources.health.bundles import entry_rejection, with_id
from connectors.sources.health.context import (
    ResourceContext,
    Run,
    patients_with_links,
    resources_by_identifier,
    resources_by_key,
)
from connectors.sources.health.folder import translate_all
from connectors.sources.health.history import read_history_page
from connectors.sources.health.id_comparison import IdComparison
from connectors.sources.health.paging import PagingMonitor
from connectors.sources.health.resources import Json, id_of, last_updated, version_of
from connectors.sources.health.search import NotSupported, Page, fhir_instant, pages
from connectors.sources.health.settings import HealthSettings
from connectors.sources.health.stream_state import OVERLAP, RETRY_UNSUPPORTED, StreamState
from connectors.transports.http import HttpTransport
from schemas.record import QualityFlag, Rejection, RejectionRule, SourceRecord

DAILY = timedelta(days=1)
"""How often ids are compared at least where a server tells of no deletions, or where some are missing without proof."""
HISTORY = "history-type"
"""FHIR's name for the history of all resources of one type."""


class StreamReader:
    """Reads one type once. The state it was given is what the next run begins with."""

    def __init__(
        self,
        transport: HttpTransport,
        settings: HealthSettings,
        run: Run,
        resource_type: str,
        state: StreamState,
        context: ReadContext,
    ) -> None:
        self._transport = transport
        self._settings = settings
        self._run = run
        self._type = resource_type
        self._state = state
        self._context = context
        self._deleted: dict[str, SourceRecord] = {}
        """The last deletion that the history told of in this run, by id."""
        self._returned: list[tuple[Json, ResourceContext]] = []
        """What the search showed although it was deleted."""

    def read(self) -> Iterator[Batch]:
        """Changes, then deletions from the history, then a cursor; and when it is time the comparison of ids.

        Raises:
            SourceUnavailable: try again from the last cursor given out.
            SourceRefused: a person must act.
            Stopped: the run was asked to stop.
        """
        since = self._state.since
        changed_at: dict[str, datetime | None] = {}
        yield from self._changes(since, changed_at)
        if since is not None:
            yield from self._deletions(since, changed_at)
        if self._returned:
            yield self._returned_batch()
        yield Batch(cursor=self._state.cursor())
        if self._is_time_to_compare():
            comparison = IdComparison(
                self._transport, self._settings, self._run, self._type, self._state, self._context
            )
            shown = changed_at.keys() & self._state.known.live
            deleted_ids = self._deleted.keys() & self._state.known.gone
            yield from comparison.read(OVERLAP, self._batch_of_resources, shown=shown, told_gone=deleted_ids)
            yield Batch(cursor=self._state.cursor())
        elif self._type in self._context.refusals:
            held = still_held(self._type, self._state.known.ids())
            yield Batch(held=(held,) if held is not None else ())

    def _changes(self, since: datetime | None, changed_at: dict[str, datetime | None]) -> Iterator[Batch]:
        params = {"_sort": "_lastUpdated", "_count": str(self._settings.page_size)}
        if since is not None:
            params["_lastUpdated"] = f"ge{fhir_instant(since - OVERLAP)}"
        monitor = PagingMonitor()
        server_time: datetime | None = None
        for page in pages(self._transport, self._type, params):
            if page.is_first and page.server_time is not None:
                server_time = min(server_time or page.server_time, page.server_time)
            resources, batch = self._batch_of_page(page)
            times = [(resource_id, last_updated(resource)) for resource_id, resource in resources.items()]
            changed_at.update(times)
            monitor.add(times, page.total, is_first=page.is_first)
            yield batch
            self._stop_if_asked()
        self._advance(monitor, server_time)

    def _advance(self, monitor: PagingMonitor, server_time: datetime | None) -> None:
        """Move to the newest change seen, but never past the moment at which the search began.

        A server shows resources as they are when their page is read, so the newest change on a later page may lie after
        others that were never shown.
        """
        began_at = server_time or monitor.newest_on_first_page
        if monitor.newest is None or began_at is None:
            return
        limits = [monitor.newest, began_at, self._run.observed_at, monitor.safe_until]
        reached = min(limit for limit in limits if limit is not None)
        if reached > _EARLIEST + OVERLAP:
            self._state.since = max(reached, self._state.since or reached)

    def _deletions(self, since: datetime, changed_at: dict[str, datetime | None]) -> Iterator[Batch]:
        self._read_capability_statement()
        now = self._run.observed_at
        if not self._state.is_unsupported(HISTORY, now):
            self._state.unsupported.pop(HISTORY, None)
            params = {"_since": fhir_instant(since - OVERLAP), "_count": str(self._settings.page_size)}
            try:
                for page in pages(self._transport, self._type, params, "/_history", may_be_unsupported=True):
                    history = read_history_page(page, self._type, self._run)
                    for resource_id, moment in history.alive.items():
                        earlier = changed_at.get(resource_id)
                        changed_at[resource_id] = max(earlier, moment) if earlier and moment else moment or earlier
                    gone = {
                        record.source_id
                        for record in history.tombstones
                        if not _is_later(changed_at.get(record.source_id), record.registered_at)
                    }
                    tombstones = [record for record in history.tombstones if self._is_new_deletion(record, gone)]
                    self._state.known.remove(gone)
                    yield Batch(records=tuple(tombstones), rejected=history.rejected)
                    self._stop_if_asked()
            except NotSupported:
                self._state.unsupported[HISTORY] = now
        if HISTORY in self._state.unsupported:
            yield Batch(skipped={f"{self._type}: no_history_of_deletions": 1})

    def _read_capability_statement(self) -> None:
        """Once in a while, note whether the server says that it has no history of this type."""
        now, read_at = self._run.observed_at, self._state.statement_read_at
        if read_at is not None and now - read_at < RETRY_UNSUPPORTED:
            return
        try:
            statement = self._transport.get_json("metadata").body
        except ConnectorError:
            return  # what the server can do shows when it is asked
        self._state.statement_read_at = now
        if lacks_interaction(statement, self._type, HISTORY):
            self._state.unsupported[HISTORY] = now

    def _is_time_to_compare(self) -> bool:
        every = self._settings.compare_every
        if self._type in self._context.releases:
            return True
        if every <= timedelta():
            return False
        if self._state.compared_at is None:
            return True
        if self._state.known.unproven or HISTORY in self._state.unsupported:
            every = min(every, DAILY)
        return self._run.observed_at - self._state.compared_at >= every

    def _batch_of_page(self, page: Page) -> tuple[dict[str, Json], Batch]:
        """The page's matches by id, and what becomes of them. What was included lends names only."""
        rejected = [entry_rejection(fault, self._type) for fault in page.faults]
        inner = [(entry, with_id(entry)) for entry in page.entries]
        beside = resources_by_key((entry.full_url, resource) for entry, resource in inner)
        patients = patients_with_links(resource for _, resource in inner)
        identified = resources_by_identifier([resource for _, resource in inner])
        context = ResourceContext(self._run, beside=beside, by_identifier=identified, linked_patients=patients)
        matches: list[tuple[Json, ResourceContext]] = []
        others = 0
        for entry, resource in inner:
            if not resource:
                fault = InvalidValue("entry.resource", RejectionRule.MISSING_FIELD)
                rejected.append(fault.rejected(self._type, None, raw_payload(entry.model_dump())).rejection)
            elif _is_match(entry, resource, self._type):
                matches.append((resource, context.at_entry(entry.full_url)))
            elif _mode(entry) != "include":
                others += 1
        resources = {key: resource for resource, _ in matches if (key := id_of(resource)) is not None}
        gone = self._state.known.gone
        self._returned += [match for match in matches if id_of(match[0]) in gone]
        matches = [match for match in matches if id_of(match[0]) not in gone]
        batch = self._batch_of(matches, rejected, page.total, may_be_known=True)
        if others:
            skipped = {**batch.skipped, f"{self._type}: other_type_in_answer": others}
            batch = batch.model_copy(update={"skipped": skipped})
        return resources, batch

    def _batch_of_resources(self, resources: list[Json]) -> Batch:
        return self._batch_of([(resource, ResourceContext(self._run)) for resource in resources], [], None)

    def _is_new_deletion(self, record: SourceRecord, gone: AbstractSet[str]) -> bool:
        """Whether a deletion of the history was not given out yet, or ends what was seen since."""
        before = self._deleted.get(record.source_id)
        if before is None or before.registered_at <= record.registered_at:
            self._deleted[record.source_id] = record
        is_new = self._state.recent.is_new(record)
        return is_new or (record.source_id in gone and record.source_id not in self._state.known.gone)

    def _returned_batch(self) -> Batch:
        """Those that were deleted and that the search showed now: they live again.

        Unless the history still tells of a deletion that is newer: then a search that lags behind has shown them, or a
        backup was restored beside its history.
        """
        returned, self._returned = self._returned, []
        alive = [match for match in returned if not self._is_told_deleted(match[0])]
        self._state.known.revive({key for resource, _ in alive if (key := id_of(resource)) is not None})
        batch = self._batch_of(alive, [], None)
        skipped = (
            {f"{self._type}: deleted_in_history": len(returned) - len(alive)} if len(alive) < len(returned) else {}
        )
        return batch.model_copy(update={"skipped": {**batch.skipped, **skipped}})

    def _is_told_deleted(self, resource: Json) -> bool:
        deletion = self._deleted.get(id_of(resource) or "")
        if deletion is None:
            return False
        order = version_order(version_of(resource))
        if order is not None and deletion.version_order is not None and order > deletion.version_order:
            return False
        return not _is_later(last_updated(resource), deletion.registered_at)

    def _batch_of(
        self,
        matches: list[tuple[Json, ResourceContext]],
        rejected: list[Rejection],
        total: int | None,
        *,
        may_be_known: bool = False,
    ) -> Batch:
        restarted: set[str] = set()
        for resource, _ in matches:
            resource_id = id_of(resource)
            remembers = self._settings.compare_every > timedelta()
            if resource_id is not None and remembers and self._state.known.add(resource_id, version_of(resource)):
                restarted.add(resource_id)
        batch = translate_all(matches, rejected, total=total)
        records: dict[str, SourceRecord] = {}
        skipped = Counter(batch.skipped)
        for record in batch.records:
            before = records.get(record.source_id)
            if before is not None:
                skipped[f"{self._type}: same_id_twice"] += 1
            if before is None or before.registered_at <= record.registered_at:
                records[record.source_id] = without_order(record) if record.source_id in restarted else record
        new = tuple(record for record in records.values() if self._state.recent.is_new(record) or not may_be_known)
        if len(new) < len(records):
            skipped[f"{self._type}: given_out_before"] += len(records) - len(new)
        return batch.model_copy(update={"records": new, "skipped": dict(skipped)})

    def _stop_if_asked(self) -> None:
        if self._context.should_stop():
            raise Stopped


_EARLIEST = datetime.min.replace(tzinfo=UTC)


def without_order(record: SourceRecord) -> SourceRecord:
    """The same where versions were counted anew: only the time of registration orders it, and that is declared."""
    flag = QualityFlag(field="meta.versionId", rule="version_restarted")
    update = {"version_order": None, "quality": (*record.quality, flag)}
    return SourceRecord.model_validate({**record.model_dump(exclude={"digest"}), **update})


def lacks_interaction(statement: object, resource_type: str, interaction: str) -> bool:
    """Whether a CapabilityStatement lists what can be done with a type, and this is not among it."""
    rest = statement.get("rest") if isinstance(statement, dict) else None
    for server in rest if isinstance(rest, list) else ():
        resources = server.get("resource") if isinstance(server, dict) else None
        for resource in resources if isinstance(resources, list) else ():
            if isinstance(resource, dict) and resource.get("type") == resource_type:
                listed = resource.get("interaction")
                codes = (
                    [item.get("code") for item in listed if isinstance(item, dict)] if isinstance(listed, list) else []
                )
                return bool(codes) and interaction not in codes
    return False


def _mode(entry: Entry) -> str | None:
    return entry.search.mode if entry.search is not None else None


def _is_match(entry: Entry, resource: Json, resource_type: str) -> bool:
    """Whether an entry is what was searched for. A resource without a readable type is, so that it is parked."""
    named = resource.get("resourceType")
    return _mode(entry) not in {"include", "outcome"} and (named == resource_type or not isinstance(named, str))


def _is_later(moment: datetime | None, than: datetime) -> bool:
    return moment is not None and moment > than
