"""What a former key made, made anew. In batches of a transaction each: killed at any moment, run it again.

Reads and writes go on meanwhile, because every process finds and opens with all keys it is given (``hub.digest``).
Nothing is read from a source.
"""

from collections.abc import Callable
from typing import NamedTuple

from hub.access.repository import renew_own_digests
from hub.alerts import delivery_repository as alerts
from hub.context import AppContext
from hub.db import Session
from hub.inbox.service import seal_bodies_anew
from hub.matching.digest_repository import BEGINNING, Place, count_identifiers, renew_digests
from hub.oidc.service import seal_tokens_anew
from hub.quarantine.service import seal_payloads_anew
from hub.secrets import PayloadCipher, SecretKeys, login_keys
from hub.sources.service import reencrypt_secrets

Progress = Callable[[int, int], None]
"""Is told how many of how many identifiers were looked at."""
_SEALED = Callable[[Session, int, int, PayloadCipher], tuple[int | None, int]]


class Renewed(NamedTuple):
    """How much was of another key."""

    digests: int
    payloads: int
    """In quarantine, and events that wait."""


def renew_digest_key(context: AppContext, progress: Progress, *, at_once: int = 1000) -> Renewed:
    """Make digests anew and seal what a key derived from a former one sealed, as far as the database holds it.

    The index is filled anew afterwards (``helhed index reindex``), and the bus empties itself.
    """
    with context.database.transaction() as session:
        total = count_identifiers(session)
    place: Place | None = BEGINNING
    read = renewed = 0
    while place is not None:
        with context.database.transaction() as session:
            batch = renew_digests(session, place, at_once, digest_key=context.digest_key)
            # In the same transaction: nobody may look up their own page between the two.
            renew_own_digests(session, batch.renewals)
        place, read, renewed = batch.last, read + batch.read, renewed + batch.renewed
        progress(read, max(total, read))
    payloads = sum(
        _sealed_anew(context, seal, context.payload_cipher) for seal in (seal_payloads_anew, seal_bodies_anew)
    )
    return Renewed(renewed, payloads)


def renew_session_key(context: AppContext) -> int:
    """Seal the tokens of logins with the key that seals now; how many."""
    return _sealed_anew(context, seal_tokens_anew, PayloadCipher(login_keys(context.session_key)))


def renew_secrets(session: Session, context: AppContext, keys: SecretKeys, *, by: str) -> int:
    """Encrypt secrets of sources and keys of webhooks with the first of the secret keys; how many.

    Raises:
        InvalidSetting: a key is missing.
    """
    count = reencrypt_secrets(session, context.catalogue.builder, by=by)
    for webhook_id, secret in alerts.list_secrets(session):
        if not keys.is_current(secret):
            belongs_to = f"webhook {webhook_id}"
            alerts.replace_secret(session, webhook_id, keys.encrypt(keys.decrypt(secret, belongs_to), belongs_to))
            count += 1
    return count


def _sealed_anew(context: AppContext, seal: _SEALED, cipher: PayloadCipher, at_once: int = 200) -> int:
    after: int | None = 0
    total = 0
    while after is not None:
        with context.database.transaction() as session:
            after, count = seal(session, after, at_once, cipher)
        total += count
    return total
