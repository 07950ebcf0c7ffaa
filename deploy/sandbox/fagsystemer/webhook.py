"""Sends events as the Webservicebroker does: again after 2^n - 1 seconds, a citizen's later ones withheld."""

import http.client
import json
import logging
import ssl
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Condition, Thread
from time import monotonic
from urllib.parse import urlsplit

CREATED, UPDATED, DELETED = 1, 2, 3
LONGEST_WAIT = 3 * 3600.0
ANSWER_WITHIN = 10.0

log = logging.getLogger("sandbox.webhook")


@dataclass
class _Queue:
    """What waits for one citizen. The first is tried; the others wait until it is delivered."""

    events: deque[tuple[str, bytes]] = field(default_factory=deque)
    attempts: int = 0
    next_at: float = 0.0


class Sender:
    """Delivers events to the one address that subscribed.

    Args:
        certificate: PEM file with the certificate that is shown, and its key.
        authorities: PEM file of those whose servers are trusted.
        content_type: of what is sent.
        clock: seconds; tests have one of their own.
    """

    def __init__(
        self,
        certificate: Path,
        authorities: Path,
        content_type: str = "application/json",
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._context = ssl.create_default_context(cafile=authorities)
        self._context.load_cert_chain(certificate)
        self._content_type = content_type
        self._clock = clock
        self._url = ""
        self._queues: dict[str, _Queue] = {}
        self._changed = Condition()
        self._stopped = False
        self.delivered = 0
        self._thread = Thread(target=self._deliver, name="webhook", daemon=True)
        self._thread.start()

    def subscribe(self, url: str) -> None:
        """Send there from now on; what waits is tried at once. To repeat it changes nothing."""
        with self._changed:
            self._url = url.rstrip("/")
            for queue in self._queues.values():
                queue.next_at = 0.0
            self._changed.notify()

    def send(self, number: str, body: bytes, path: str = "") -> None:
        """Send it when what was sent of that citizen before is delivered."""
        with self._changed:
            self._queues.setdefault(number, _Queue()).events.append((path, body))
            self._changed.notify()

    def waiting(self) -> int:
        """Events that are not delivered."""
        with self._changed:
            return sum(len(queue.events) for queue in self._queues.values())

    def stop(self) -> None:
        """End; what waits is not delivered."""
        with self._changed:
            self._stopped = True
            self._changed.notify()
        self._thread.join()

    def _deliver(self) -> None:
        while True:
            with self._changed:
                due = self._due()
                while not due and not self._stopped:
                    self._changed.wait(self._pause())
                    due = self._due()
                if self._stopped:
                    return
            for queue in due:
                path, body = queue.events[0]
                is_delivered = self._post(path, body)
                with self._changed:
                    if is_delivered:
                        queue.events.popleft()
                        self.delivered += 1
                        queue.attempts, queue.next_at = 0, 0.0
                    else:
                        queue.attempts += 1
                        queue.next_at = self._clock() + retry_wait(queue.attempts)

    def _due(self) -> list[_Queue]:
        if not self._url:
            return []
        now = self._clock()
        return [queue for queue in self._queues.values() if queue.events and queue.next_at <= now]

    def _pause(self) -> float | None:
        waiting = [queue.next_at for queue in self._queues.values() if queue.events]
        return max(min(waiting) - self._clock(), 0.05) if waiting and self._url else None

    def _post(self, path: str, body: bytes) -> bool:
        parts = urlsplit(self._url)
        connection = http.client.HTTPSConnection(
            parts.hostname or "", parts.port, timeout=ANSWER_WITHIN, context=self._context
        )
        try:
            connection.request("POST", f"{parts.path}{path}", body, {"Content-Type": self._content_type})
            status = connection.getresponse().status
        except OSError as error:
            log.warning("not delivered: %s", type(error).__name__)
            return False
        finally:
            connection.close()
        return 200 <= status < 300  # noqa: PLR2004  any success


def thin_event(entity: str, key: str, *, number: str, version: str, change: int) -> bytes:
    """That an entity of the citizen with that number has changed, as the Webservicebroker tells it."""
    event = {
        "EntitetNavn": entity,
        "EntitetId": key,
        "EksternIdentifier": "00000000-0000-0000-0000-000000000000",
        "VersionIdentifier": version,
        "Identifikation": number,
        "IdentifikationstypeId": 1,
        "Aendringstype": change,
        "Bodyindhold": None,
    }
    return json.dumps(event).encode()


def retry_wait(attempts: int) -> float:
    """Seconds until the next attempt, after so many failed: 2^n - 1, at most three hours."""
    return float(min(2 ** min(attempts, 20) - 1, LONGEST_WAIT))
