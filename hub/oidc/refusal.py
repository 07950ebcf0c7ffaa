"""Why a login is refused."""

from enum import StrEnum
from http import HTTPStatus

from hub.errors import HubError


class LoginRule(StrEnum):
    """What a login failed by; each has its sentence on the page."""

    STATE = "state"
    """It was begun in another browser, too long ago, or is over already."""
    PROVIDER = "provider"
    """The provider did not let the person in, or the person gave up."""
    TOKEN = "token"  # noqa: S105  a rule, no secret
    """What the provider said is not signed by it, not meant for us, or not of now."""
    LEVEL = "level"
    """The assurance level is below what is demanded."""
    NO_ROLE = "no_role"
    """No function of the person is mapped to a role."""
    LEFT = "left"
    """The organisation says that the employee has left."""
    TAKEN = "taken"
    """The id belongs to another account of the provider."""
    UNAVAILABLE = "unavailable"
    """The provider does not answer."""


class LoginRefused(HubError):
    """A login that leads to no session.

    Attributes:
        rule: by what it failed.
    """

    key = "login_refused"
    status = HTTPStatus.FORBIDDEN

    def __init__(self, rule: LoginRule, detail: str = "") -> None:
        """*detail* is for the log of the process: a name of a claim or of an error, never a value."""
        super().__init__(f"{rule.value}: {detail}" if detail else rule.value)
        self.rule = rule
