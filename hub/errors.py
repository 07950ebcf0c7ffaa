"""Errors the web turns into a Danish page; the key finds the sentence in hub/web/shell/texts.py."""

from http import HTTPStatus


class HubError(Exception):
    """Root of the hub's own errors.

    Attributes:
        key: finds the Danish text; every subclass has its own.
        status: HTTP status when it reaches a page.
    """

    key = "unexpected"
    status = HTTPStatus.INTERNAL_SERVER_ERROR


class CitizenNotFound(HubError):
    """No citizen has that id."""

    key = "citizen_unknown"
    status = HTTPStatus.NOT_FOUND


class UnknownPage(HubError):
    """There is no such page."""

    key = "page_unknown"
    status = HTTPStatus.NOT_FOUND


class InvalidAddress(HubError):
    """Something in the address cannot be read, such as a key that is cut off."""

    key = "address_wrong"
    status = HTTPStatus.NOT_FOUND


class SourceNotFound(HubError):
    """No source has that name."""

    key = "source_unknown"
    status = HTTPStatus.NOT_FOUND


class SourceChanged(HubError):
    """Somebody else has changed the source meanwhile; look at it again and repeat."""

    key = "source_changed"
    status = HTTPStatus.CONFLICT


class LeaseLost(HubError):
    """Another process reads the stream by now, or it was removed; what this run has is not saved."""

    key = "lease_lost"
    status = HTTPStatus.CONFLICT


class HeldDeletionNotFound(HubError):
    """No deletions of that source and type wait for a decision."""

    key = "held_deletion_unknown"
    status = HTTPStatus.NOT_FOUND


class PauseReasonMissing(HubError):
    """A source is switched off for a stated reason only."""

    key = "pause_reason_missing"
    status = HTTPStatus.UNPROCESSABLE_ENTITY


class AccessRefused(HubError):
    """The policy does not open the citizen to the actor; the API says so with the decision."""

    key = "access_refused"
    status = HTTPStatus.FORBIDDEN


class NotLoggedIn(HubError):
    """The page needs a login."""

    key = "not_logged_in"
    status = HTTPStatus.UNAUTHORIZED


class MissingRole(HubError):
    """The actor's role does not reach this page."""

    key = "role_missing"
    status = HTTPStatus.FORBIDDEN


class StaleForm(HubError):
    """The form's token is missing or from another session (CSRF)."""

    key = "form_stale"
    status = HTTPStatus.FORBIDDEN


class DemoOnly(HubError):
    """Only a demo may do this; production needs the municipality's login."""

    key = "demo_only"
    status = HTTPStatus.FORBIDDEN


class StoreUnavailable(HubError):
    """PostgreSQL does not answer: no data, no guess."""

    key = "store_unavailable"
    status = HTTPStatus.SERVICE_UNAVAILABLE


class InvalidSetting(HubError):
    """A setting is missing or cannot be; the message names it, never its value."""

    key = "setting_wrong"
