"""What this room gives."""

from copy import deepcopy
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from schemas.access import Actor


@dataclass(frozen=True)
class SessionLimits:
    """How long a session lasts."""

    idle: timedelta
    """Without a page."""
    absolute: timedelta
    """Whatever is done in it."""


NO_SESSION = 0
"""In place of a session's number: a machine asks, which has none."""


@dataclass
class LoginSession:
    """The session of a request, with the employee as they are now."""

    number: int
    actor: Actor
    data: dict[str, Any]
    """Changed freely during the request and stored at its end."""
    is_stale: bool
    """Its use was last noted more than a minute ago."""
    needs_renewal: bool = False
    """The claims of its login are to be asked for anew."""
    _before: dict[str, Any] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._before = deepcopy(self.data)

    @property
    def changed(self) -> dict[str, Any]:
        """What the request has put into the data."""
        return {key: value for key, value in self.data.items() if self._before.get(key) != value}

    @property
    def removed(self) -> frozenset[str]:
        """What the request has taken out of the data."""
        return frozenset(self._before.keys() - self.data.keys())


@dataclass(frozen=True)
class ProviderSession:
    """What the login provider knows the session by."""

    subject: str
    session: str | None
    tokens: bytes = field(repr=False)
    """Encrypted."""
    renew_after: timedelta | None
    """When its claims are asked for anew; None: they cannot be."""


@dataclass(frozen=True)
class OpenSession:
    """A session on the employee's list."""

    number: int
    browser: str
    age: timedelta
    """Since the login."""
    unused_for: timedelta
    """Since the latest page, to the minute."""
