"""Register, list, enable and remove webhooks of alerts: decide, write the line, then act, in one transaction."""

import base64
import secrets
from collections.abc import Collection
from datetime import datetime
from uuid import UUID, uuid4

from pydantic import JsonValue
from sqlalchemy.orm import Session

from hub.access.audit_entry import audit_entry
from hub.access.policy import may
from hub.alerts import delivery_repository as repository
from hub.alerts.delivery_repository import AlertWebhook
from hub.alerts.messages import SECRET_PREFIX, is_address_allowed
from hub.audit.service import write
from hub.errors import MissingRole
from hub.secrets import SecretKeys
from schemas.access import AccessRequest, Actor, AuditAction, AuditObject, AuditOutcome, ObjectKind
from schemas.alert import AlertKind

KEY_BYTES = 32


class WebhookDesk:
    """Does one act with the webhooks for one actor. A refusal is a line, and then ``MissingRole``."""

    def __init__(self, session: Session, actor: Actor, request: AccessRequest, *, now: datetime) -> None:
        self._session, self._actor, self._request, self._now = session, actor, request, now

    def list_webhooks(self, *, start: int, size: int) -> tuple[AlertWebhook, ...]:
        """All of them, without their secrets.

        Raises:
            MissingRole: the actor is no administrator.
        """
        self._require(None, {"change": "listed"})
        return repository.list_webhooks(self._session, start=start, size=size)

    def add(
        self, url: str, kinds: frozenset[AlertKind], hosts: Collection[str], keys: SecretKeys
    ) -> tuple[AlertWebhook, str] | None:
        """Register an address; the secret of its signatures is returned this once and never again.

        None: the address is not HTTPS at one of *hosts* (``HELHED_ALERT_WEBHOOK_HOSTS``); the line is kept.

        Raises:
            MissingRole: as above.
            InvalidSetting: there is no key to encrypt the secret with.
        """
        if not is_address_allowed(url, hosts):
            self._require(None, {"change": "address_refused"})
            return None
        webhook = AlertWebhook(
            id=uuid4(),
            url=url,
            kinds=kinds,
            added_by=self._actor.id,
            added_at=self._now,
            failures=0,
            disabled_at=None,
        )
        self._require(webhook.id, {"change": "added", "kinds": [*sorted(kinds)]})
        secret = SECRET_PREFIX + base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()
        repository.add_webhook(self._session, webhook, keys.encrypt(secret, f"webhook {webhook.id}"))
        return webhook, secret

    def enable(self, webhook_id: UUID) -> bool:
        """Post to it again; False: there is none.

        Raises:
            MissingRole: as above.
        """
        self._require(webhook_id, {"change": "enabled"})
        return repository.enable_webhook(self._session, webhook_id)

    def disable(self, webhook_id: UUID) -> bool:
        """Post nothing to it until it is enabled; what waits is dropped. False: there is none.

        Raises:
            MissingRole: as above.
        """
        self._require(webhook_id, {"change": "disabled"})
        return repository.disable_webhook(self._session, webhook_id, self._now)

    def send_test(self, webhook_id: UUID) -> bool:
        """Post a test to it, as anything else is posted; False: there is none.

        Raises:
            MissingRole: as above.
        """
        self._require(webhook_id, {"change": "tested"})
        return repository.queue_test(self._session, webhook_id, self._now)

    def remove(self, webhook_id: UUID) -> bool:
        """Post to it no more; False: there is none.

        Raises:
            MissingRole: as above.
        """
        self._require(webhook_id, {"change": "removed"})
        return repository.delete_webhook(self._session, webhook_id)

    def _require(self, webhook_id: UUID | None, details: dict[str, JsonValue]) -> None:
        allowed = may(self._actor, AuditAction.CHANGE_WEBHOOK)
        entry = audit_entry(
            self._actor,
            AuditAction.CHANGE_WEBHOOK,
            AuditOutcome.SHOWN if allowed else AuditOutcome.REFUSED,
            self._request,
            self._now,
            about=AuditObject(kind=ObjectKind.WEBHOOK, id=str(webhook_id)) if webhook_id else None,
            details=details,
        )
        write(self._session, entry)
        if not allowed:
            raise MissingRole
