"""What an act can be done to, other than a citizen."""

from enum import StrEnum

from schemas.base import Schema


class ObjectKind(StrEnum):
    """What an act can be done to, other than a citizen."""

    ACTOR = "actor"
    """An employee, by id: whose lines of the log were read, or whose place on a team was changed."""
    SOURCE = "source"
    """A source, by name."""
    INDEX = "index"
    """The index of the search."""
    UNIT = "unit"
    """A unit, by id: whose citizens were searched for."""
    IDENTIFIER = "identifier"
    """A national number, by its keyed digest: it was searched for."""
    IDENTITY_CONFLICT = "identity_conflict"
    """A contradiction about who is who, by its number."""
    IDENTITY_DECISION = "identity_decision"
    """A decision on who is who, by its number."""
    RULE = "rule"
    """A rule of the register, as ``<rule>/<version>``."""
    QUESTION = "question"
    """A DPO's question, as in ``schemas.oversight``; ``details`` say of which days, which table and which file."""
    WEBHOOK = "webhook"
    """A webhook of alerts, by its id."""
    LOGIN_SESSION = "login_session"
    """One of the actor's own sessions, by its number: it was ended from another."""


class AuditObject(Schema):
    """What an act was done to, other than a citizen."""

    kind: ObjectKind
    id: str
