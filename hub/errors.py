"""Errors the web turns into a Danish page; the key finds the sentence in hub/web/shell/error_texts.py."""

from collections.abc import Mapping
from enum import StrEnum
from http import HTTPStatus
from uuid import UUID


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


class InvalidPeriod(HubError):
    """What was given is no period of days."""

    key = "period_invalid"
    status = HTTPStatus.UNPROCESSABLE_ENTITY


class UnknownPage(HubError):
    """There is no such page."""

    key = "page_unknown"
    status = HTTPStatus.NOT_FOUND


class InvalidAddress(HubError):
    """Something in the address cannot be read, such as a key that is cut off."""

    key = "address_wrong"
    status = HTTPStatus.NOT_FOUND


class InvalidText(HubError):
    """What was sent holds signs that are no text: NUL, or bytes that are not UTF-8."""

    key = "text_wrong"
    status = HTTPStatus.BAD_REQUEST


class UnreadableBody(HubError):
    """What was sent is no form, no JSON, or was cut off."""

    key = "body_unreadable"
    status = HTTPStatus.BAD_REQUEST


class BodyTooLong(HubError):
    """What was sent is longer than any form of ours."""

    key = "body_too_long"
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE


class WrongMethod(HubError):
    """The page is there, and cannot be asked in that way."""

    key = "method_wrong"
    status = HTTPStatus.METHOD_NOT_ALLOWED


class SourceNotFound(HubError):
    """No source has that name."""

    key = "source_unknown"
    status = HTTPStatus.NOT_FOUND


class SettingsIncomplete(HubError):
    """The settings of a source are not whole; no connector can be made of them yet.

    Attributes:
        errors: what is wrong, in Danish, by field; empty where that is asked for elsewhere.
    """

    key = "settings_incomplete"
    status = HTTPStatus.CONFLICT

    def __init__(self, errors: Mapping[str, str] | None = None) -> None:
        super().__init__()
        self.errors = dict(errors or {})


class FieldsNotApproved(HubError):
    """Nobody has approved which fields the source reads."""

    key = "fields_not_approved"
    status = HTTPStatus.CONFLICT


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


class ActRefused(HubError):
    """An act that was not done; unlike with other errors, the line of the log about it is kept."""

    key = "act_refused"
    status = HTTPStatus.CONFLICT


class TooMany(ActRefused):
    """Too many of it in a short time.

    Attributes:
        retry_after: seconds to wait.
    """

    key = "too_many"
    status = HTTPStatus.TOO_MANY_REQUESTS

    def __init__(self, retry_after: int) -> None:
        super().__init__()
        self.retry_after = retry_after


class NotOnTeam(ActRefused):
    """The actor's place on the team of the citizen's course does not reach that."""

    key = "not_on_team"
    status = HTTPStatus.FORBIDDEN


class DisclosureNotFound(ActRefused):
    """There is no such disclosure, or the actor has nothing to do with it."""

    key = "disclosure_not_found"
    status = HTTPStatus.NOT_FOUND


class NothingToDisclose(ActRefused):
    """The actor does not work with the citizen in an area of which they see all."""

    key = "nothing_to_disclose"
    status = HTTPStatus.FORBIDDEN


class CourseClosed(ActRefused):
    """The actor has no place that reaches that on an open course, or does not work with the citizen."""

    key = "course_closed"
    status = HTTPStatus.FORBIDDEN


class PlanClosed(ActRefused):
    """The actor is not on the citizen's team, or the plan has no such entry."""

    key = "plan_closed"
    status = HTTPStatus.FORBIDDEN


class AlertClosed(ActRefused):
    """There is no such alert, or the actor does not see what it is about."""

    key = "alert_closed"
    status = HTTPStatus.FORBIDDEN


class WebhookNotFound(ActRefused):
    """There is no such webhook; the line about the try is kept."""

    key = "webhook_unknown"
    status = HTTPStatus.NOT_FOUND


class MeetingClosed(ActRefused):
    """The actor is not on the team of the course, or there is no such meeting."""

    key = "meeting_closed"
    status = HTTPStatus.FORBIDDEN


class OverrideNotFound(ActRefused):
    """There is no such stated reason, or it opened nothing."""

    key = "override_unknown"
    status = HTTPStatus.NOT_FOUND


class OwnOverride(ActRefused):
    """Nobody reviews the reason that they stated themselves."""

    key = "override_own"
    status = HTTPStatus.FORBIDDEN


class ReasonMissing(ActRefused):
    """The act is done for a stated reason only."""

    key = "reason_missing"
    status = HTTPStatus.UNPROCESSABLE_ENTITY


class AlreadyDecided(ActRefused):
    """Somebody else, or the machine, has settled it meanwhile."""

    key = "already_decided"


class ShownOutdated(ActRefused):
    """What the actor decided about is not what is there any more."""

    key = "shown_outdated"


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


class TokenRefused(HubError):
    """A machine's token is not valid, or its account is not there or revoked."""

    key = "token_refused"
    status = HTTPStatus.UNAUTHORIZED


class BehalfRefused(HubError):
    """The machine may not ask on behalf of that employee."""

    key = "behalf_refused"
    status = HTTPStatus.FORBIDDEN


class ProviderUnavailable(HubError):
    """The login provider does not answer, and its keys are not known yet."""

    key = "provider_unavailable"
    status = HTTPStatus.SERVICE_UNAVAILABLE


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


class OrganisationNotRead(InvalidSetting):
    """The organisation did not answer, or not wholly; nobody's access is changed."""

    key = "organisation_not_read"


class RunNotPossible(InvalidSetting):
    """No worker would read the source: it is a draft, paused, or none of its streams is enabled."""

    key = "run_not_possible"
    status = HTTPStatus.CONFLICT


class DefinedInFile(InvalidSetting):
    """The source stands in the file of sources, and is changed there."""

    key = "source_defined_in_file"
    status = HTTPStatus.CONFLICT


class RemovalFirst(HubError):
    """The source is still read; it must be removed before what it has said is forgotten."""

    key = "removal_first"
    status = HTTPStatus.CONFLICT


class RunNotFound(HubError):
    """The source has no run of that number."""

    key = "run_unknown"
    status = HTTPStatus.NOT_FOUND


class DecisionRule(StrEnum):
    """Why a decision on who is who was not taken."""

    UNKNOWN_CITIZEN = "unknown_citizen"
    UNKNOWN_CONFLICT = "unknown_conflict"
    """There is none with that number, or it was settled meanwhile."""
    UNKNOWN_RECORD = "unknown_record"
    """The conflict has no such record, or it has changed meanwhile."""
    UNKNOWN_DECISION = "unknown_decision"
    SAME_CITIZEN = "same_citizen"
    ALREADY_MERGED = "already_merged"
    """``citizens``: the one, and who it turned out to be."""
    NOT_MERGED = "not_merged"
    DECLARED_BY_SOURCE = "declared_by_source"
    """No person merged them: the sources declare it."""
    SEVERAL_MERGED = "several_merged"
    """``citizens``: those of whom one must be named."""
    DECIDED_OTHERWISE = "decided_otherwise"
    """``number``: the decision that says the opposite."""
    DECISION_WITHDRAWN = "decision_withdrawn"
    SECOND_PERSON = "second_person"
    """Who proposed it cannot confirm it."""
    NO_OWN_ID = "no_own_id"
    """The record names the person by nothing but the number."""
    CITIZEN_MISSING = "citizen_missing"
    """It must be said who of them it is."""
    AT_THE_SOURCE = "at_the_source"
    """Only the source can mend it."""
    NO_EFFECT = "no_effect"
    """Other decisions, or claims that hang together by the thousand, keep them two."""


class DecisionRefused(HubError):
    """A decision on who is who that cannot be taken.

    Attributes:
        rule: why.
        number: the decision or conflict that the rule is about.
        citizens: the citizens that it is about.
    """

    key = "decision_refused"
    status = HTTPStatus.CONFLICT

    def __init__(self, rule: DecisionRule, *, number: int | None = None, citizens: tuple[UUID, ...] = ()) -> None:
        super().__init__(rule.value)
        self.rule = rule
        self.number = number
        self.citizens = citizens
