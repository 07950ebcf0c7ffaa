"""The comparison of ids: what vanished without a word, and what was never shown (servers lose both).

What the list lacks is read by its id before anything is concluded, as far as there are few; see ``connectors.absence``.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta

from connectors.absence import confirm_gone, judge
from connectors.base import Batch, ReadContext
from connectors.errors import SourceUnavailable
from connectors.retry import Stopped
from connectors.sources.health.context import Run
from connectors.sources.health.history import tombstone
from connectors.sources.health.lookup import Presence, ReadResult, read_by_id
from connectors.sources.health.resources import Json, id_of, last_updated, version_of
from connectors.sources.health.search import ELEMENTS, NotSupported, pages
from connectors.sources.health.settings import HealthSettings
from connectors.sources.health.stream_state import StreamState
from connectors.transports.http import HttpTransport

MAX_READS = 200
"""Ids that one comparison reads one by one."""
CONTROLS = 3
"""Listed ids that are read to see whether a 404 means anything; one may have been deleted meanwhile."""

Listing = dict[str, tuple[str | None, datetime | None]]
"""Ids with version and time of change, as far as the list gives them."""


class IdComparison:
    """Compares the ids that the source lists with those that were read, once."""

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

    def read(
        self,
        overlap: timedelta,
        translate: Callable[[list[Json]], Batch],
        *,
        shown: AbstractSet[str],
        told_gone: AbstractSet[str],
    ) -> Iterator[Batch]:
        """Tombstones for what is gone, records for what was never shown, and what a person must decide.

        *shown* are the ids that the search gave out in this run: those are read before anything is concluded.
        *told_gone* are those of which the history told the deletion in this run: a list that has them lags behind.

        A list that was not whole, one that is held, and one of which the source fell silent, is asked for again in the
        next run.

        Raises:
            SourceUnavailable: there is no list.
            SourceRefused: a person must act.
            Stopped: the run was asked to stop.
        """
        known = self._state.known
        listing = self._list()
        if listing is None:
            self._state.compared_at = None
            yield Batch(skipped={f"{self._type}: id_list_not_whole": 1})
            return
        before = known.live | known.unproven
        released = self._context.releases.get(self._type)
        limits = self._settings.absence_limits
        is_refused = self._type in self._context.refusals
        verdict = judge(
            self._type, known.ids(), listing.keys(), limits=limits, released=released, is_refused=is_refused
        )
        unproven = verdict.known.unproven if verdict.held is None else frozenset[str]()
        # What a person has released is deleted as it was shown, unless the search just gave it out; everything else may
        # still turn out to be there.
        doubtful = unproven | (verdict.gone if released is None else verdict.gone & shown)
        unread = self._unread(listing, overlap)
        back = verdict.back - told_gone
        unread -= told_gone
        questions = [*sorted(doubtful), *sorted(back), *sorted(unread - back)]
        results = self._read_by_id(questions)
        alive = {key: result.resource for key, result in results.items() if result.resource is not None}
        dead = self._believed_gone({key for key in doubtful if _is_gone(results.get(key))}, listing)
        known.replace_ids(confirm_gone(verdict.known, dead))
        # What was listed and could not be read has never been given out: it is not known yet.
        known.live -= listing.keys() - before - alive.keys()
        known.gone |= verdict.back - alive.keys()
        is_silent = len(results) < min(len(questions), MAX_READS)
        if not results.keys() >= unread | back and not is_silent:
            self._state.since = None  # too many to read one by one: the next run reads everything
        waits = verdict.held is not None and not self._context.is_refused(verdict.held)
        self._state.compared_at = None if waits or is_silent else self._run.observed_at
        tombstones = [
            tombstone(self._type, key, self._run, "missing_on_read" if key in dead else "missing_in_id_list")
            for key in sorted(dead | (verdict.gone - alive.keys()))
        ]
        batch = translate(list(alive.values()))
        held = (verdict.held,) if verdict.held is not None else ()
        yield batch.model_copy(update={"records": (*tombstones, *batch.records), "held": held})

    def _list(self) -> Listing | None:
        """Every id there is; None when the list is shorter than the server's own total."""
        now = self._run.observed_at
        params = {"_count": str(self._settings.page_size)}
        if self._state.is_unsupported(ELEMENTS, now):
            return self._list_with(params, may_be_unsupported=False)
        self._state.unsupported.pop(ELEMENTS, None)
        try:
            return self._list_with({ELEMENTS: "id,meta", **params}, may_be_unsupported=True)
        except NotSupported:
            self._state.unsupported[ELEMENTS] = now
            return self._list_with(params, may_be_unsupported=False)

    def _list_with(self, params: dict[str, str], *, may_be_unsupported: bool) -> Listing | None:
        listing: Listing = {}
        unreadable, total = 0, None
        for page in pages(self._transport, self._type, params, may_be_unsupported=may_be_unsupported):
            if page.is_first:
                listing, unreadable, total = {}, 0, None
            total = page.total if page.total is not None else total
            unreadable += len(page.faults)
            for entry in page.entries:
                resource = entry.resource or {}
                resource_id = id_of(resource)
                if resource_id is None or resource.get("resourceType") != self._type:
                    unreadable += 1
                else:
                    listing[resource_id] = (version_of(resource), last_updated(resource))
            if self._context.should_stop():
                raise Stopped
        return None if total is not None and len(listing) + unreadable < total else listing

    def _unread(self, listing: Listing, overlap: timedelta) -> set[str]:
        """Ids whose version was never read, and that the next search will not bring by itself."""
        since, known = self._state.since, self._state.known
        return {
            resource_id
            for resource_id, (version, changed_at) in listing.items()
            if not known.knows_version(resource_id, version)
            and (since is None or changed_at is None or changed_at < since - overlap)
        }

    def _read_by_id(self, ids: Iterable[str]) -> dict[str, ReadResult]:
        """What the source says of each of these ids; of no more than the limit, and only while it answers."""
        results: dict[str, ReadResult] = {}
        for resource_id in ids:
            if len(results) >= MAX_READS:
                break
            if self._context.should_stop():
                raise Stopped
            try:
                results[resource_id] = read_by_id(self._transport, self._type, resource_id)
            except SourceUnavailable:
                break
        return results

    def _believed_gone(self, ids: set[str], listing: Collection[str]) -> set[str]:
        """The same, if the source can be read by id at all: one that it lists must not be called gone as well."""
        if not ids:
            return ids
        controls = self._read_by_id(sorted(listing)[:CONTROLS])
        return ids if any(result.presence is Presence.ALIVE for result in controls.values()) else set()


def _is_gone(result: ReadResult | None) -> bool:
    return result is not None and result.presence is Presence.GONE
