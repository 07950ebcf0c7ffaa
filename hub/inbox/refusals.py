"""What is said of a sender who was refused: at which field, why, what was there (cut short), and what to do.

Each is a line of the log, and is counted by source and reason for the page of the source.
"""

from collections import Counter
from datetime import timedelta
from threading import Lock

ALLOW = "Compare with push_fingerprints and push_subjects of the source, and ask the sender before you add it."
RENEW = (
    "Ask the sender for a certificate that is in date and issued by an authority of HELHED_LISTEN_CA; the event is "
    "sent again."
)
PROXY = (
    "Only the proxy of HELHED_LISTEN_PROXY_FINGERPRINT may pass a certificate on, once, in X-Client-Cert: let it take "
    "this header away from everybody else, and ask the sender why they sent it."
)
REFUSALS = {
    "handshake": ("(client certificate)", RENEW),
    "certificate_not_valid": ("(client certificate)", RENEW),
    "no_certificate": ("(client certificate)", RENEW),
    "certificate_expired_or_unreadable": ("X-Client-Cert", RENEW),
    "proxy_without_certificate": ("X-Client-Cert", "Let the proxy pass the sender's certificate on (URL-encoded PEM)."),
    "forged_header": ("X-Client-Cert", PROXY),
    "sender_not_allowed": ("(client certificate)", ALLOW),
    "no_such_address": ("(address)", "Give the sender https://HOST/webhooks/SOURCE/…, with the source's name."),
    "no_length": ("Content-Length", "Ask the sender for a Content-Length or chunks."),
    "cut_off": ("(body)", "Nothing to do unless it goes on: the event is sent again."),
    "too_large": ("(body)", "Its beginning is in quarantine; ask the sender what they send."),
    "too_many_of_address": ("(connection)", "Ask the sender to keep connections open and to send over fewer."),
    "too_slow": (
        "(connection)",
        "Nothing to do unless it goes on: the event is sent again.",
    ),
    "too_many_connections": ("(connection)", "Ask the sender to keep connections open, or run another listener."),
}
"""Field and advice by reason."""
REPEATED = frozenset({
    "certificate_not_valid", "certificate_expired_or_unreadable", "proxy_without_certificate", "forged_header",
    "sender_not_allowed",
})  # fmt: skip
"""What a notice tells when it is repeated: somebody with a certificate wants to send. Anybody can knock without one."""
SPELL = timedelta(days=1)
"""Refusals that are no further apart are counted together."""
KNOWN_FOR = timedelta(days=14)
"""So long after the last one they stand on the page."""
_SHOWN = 8
_MOST_NAMES = 200
"""Senders may name any source; beyond so many names they are counted without."""


def refusal_fields(reason: str, value: str = "") -> dict[str, str]:
    """Reason, field, value and advice of one refusal.

    Args:
        reason: why, one of ``REFUSALS``.
        value: what was there: a fingerprint, of which the beginning is enough to compare; else it says nothing.
    """
    field, advice = REFUSALS[reason]
    shown = f"{value[:_SHOWN]}…" if value else "…"
    return {"reason": reason, "field": field, "value": shown, "advice": advice}


class RefusalTally:
    """Counts refusals until they are stored: however many somebody sends, they are few rows."""

    def __init__(self) -> None:
        self._counts = Counter[tuple[str, str]]()
        self._guard = Lock()

    def add(self, source: str, reason: str, times: int = 1) -> None:
        """Count a refusal; *source*: as the sender names it."""
        with self._guard:
            if (source, reason) in self._counts or len(self._counts) < _MOST_NAMES:
                self._counts[source, reason] += times
            else:
                self._counts["", reason] += times

    def take(self) -> dict[tuple[str, str], int]:
        """What was counted since it was last taken."""
        with self._guard:
            counts, self._counts = self._counts, Counter()
            return dict(counts)
