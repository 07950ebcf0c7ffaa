"""Renews a lease while its run goes on, and notices when the run shall end."""

import logging
from threading import Event, Thread
from types import TracebackType
from typing import Self

from hub.db import Database
from hub.errors import LeaseLost, StoreUnavailable
from hub.sources import lease_repository
from hub.sources.definitions import StreamLease

log = logging.getLogger("hub.collect")


class Heartbeat:
    """A thread beside the run: a page of a slow source may take longer than a lease, and a pause must not wait for it.

    Args:
        database: where the lease is.
        lease: the lease; it is renewed until the block ends.
    """

    def __init__(self, database: Database, lease: StreamLease) -> None:
        self._database = database
        self._lease = lease
        self._has_ended, self._must_stop = Event(), Event()
        self._thread = Thread(target=self._beat, name=f"lease.{lease.source}", daemon=True)

    def __enter__(self) -> Self:
        """Begin to renew."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Renew no more."""
        self._has_ended.set()
        self._thread.join()

    def says_stop(self) -> bool:
        """Whether the run shall end: the source is paused, removed or changed, or the lease is lost."""
        return self._must_stop.is_set()

    def _beat(self) -> None:
        while not self._has_ended.wait(lease_repository.RENEW_EVERY.total_seconds()):
            try:
                with self._database.transaction() as session:
                    is_wanted = lease_repository.renew_lease(session, self._lease)
            except StoreUnavailable:
                continue  # the lease may outlast it; if not, the run will see that it is lost
            except LeaseLost:
                is_wanted = False
            except Exception as error:  # noqa: BLE001  without a heartbeat the run must not go on
                log.error("collect.heartbeat_failed", extra={"fields": {"error": type(error).__name__}})  # noqa: TRY400  the text may hold values
                is_wanted = False
            if not is_wanted:
                self._must_stop.set()
                return
