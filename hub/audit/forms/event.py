"""A line of the log as every form tells it: what was done in general terms, and nobody by name. Pure.

A form holds our own codes, counts and pseudonyms. Names of citizens, what somebody wrote, ``details`` and national
numbers never come into it, so that no form can forget to leave them out; employees and the citizen's key do only while
the DPO has decided it (``hub.audit.event_names``).
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from hub.clock import danish_day
from hub.digest import event_digest
from hub.log import redact_cpr
from schemas.access import AuditAction, AuditEntry, AuditOutcome


class Deed(StrEnum):
    """What an act is in terms that every standard has."""

    READ = "read"
    QUERY = "query"
    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    LOG_IN = "log_in"
    LOG_OUT = "log_out"


class Subject(StrEnum):
    """What an act is about."""

    DATA = "data"
    """Citizens, and what stands about them."""
    PEOPLE = "people"
    """Employees, machines and what they may."""
    SETTINGS = "settings"
    """Sources, the index, rules, what is sent to whom."""
    LOG = "log"


_A = AuditAction
_DEEDS: Mapping[AuditAction, Deed] = {
    **dict.fromkeys((_A.SEARCH, _A.LIST_CITIZENS, _A.REACH_LIMIT), Deed.QUERY),
    **dict.fromkeys(
        (
            *(_A.DISCLOSE, _A.GIVE_CONSENT, _A.OFFER_COURSE, _A.ADD_TEAM_MEMBER, _A.ADD_COURSE_CITIZEN, _A.MAKE_LINK),
            *(_A.PLAN_MEETING, _A.RECORD_ATTENDANCE, _A.RECORD_DECISION, _A.RECORD_INDICATOR, _A.ENTER_PROGRESS),
        ),
        Deed.CREATE,
    ),
    **dict.fromkeys(
        (
            *(_A.FORGET_SOURCE, _A.ERASE_LOG, _A.REMOVE_TEAM_MEMBER, _A.RELEASE_DELETIONS),
            *(_A.FORGET_CITIZEN, _A.FORGET_AGAIN, _A.RUN_RETENTION),
        ),
        Deed.DELETE,
    ),
    **dict.fromkeys(
        (
            *(_A.OPEN_OVERVIEW, _A.REVEAL, _A.PRINT, _A.USE_OWN_LOGIN, _A.EXPLAIN_POLICY, _A.OPEN_LINK),
            *(
                _A.CHECK_TEST_DATA,
                _A.BACK_UP,
                _A.EXPORT_LOG,
                _A.EXPORT_EVENTS,
                _A.OPEN_OWN_PAGE,
                _A.PRINT_OWN_AGREEMENTS,
                _A.PRINT_CONSENTS,
                _A.PRINT_PLAN,
                _A.PRINT_MEETING,
                _A.USE_DISCLOSURE,
            ),
        ),
        Deed.READ,
    ),
    **dict.fromkeys((_A.LOG_IN, _A.LOG_IN_CITIZEN), Deed.LOG_IN),
    **dict.fromkeys((_A.LOG_OUT, _A.LOG_OUT_CITIZEN), Deed.LOG_OUT),
}
_PEOPLE = frozenset({_A.READ_STAFF, _A.UPDATE_STAFF, _A.CHANGE_ACCOUNT, _A.USE_OWN_LOGIN, _A.LOG_IN, _A.LOG_OUT})
_LOG = frozenset(
    {
        _A.READ_LOG,
        _A.READ_INTEGRITY,
        _A.EXPORT_LOG,
        _A.EXPORT_EVENTS,
        _A.DECIDE_EVENT_NAMES,
        _A.ERASE_LOG,
        _A.READ_OVERRIDES,
        _A.REVIEW_OVERRIDE,
    }
)
_SETTINGS = frozenset(
    {
        *(_A.READ_SOURCES, _A.CONFIGURE_SOURCE, _A.FORGET_SOURCE, _A.PAUSE_SOURCE, _A.RESUME_SOURCE, _A.RUN_SOURCE),
        *(_A.STOP_RUN, _A.RELEASE_DELETIONS, _A.REFUSE_DELETIONS, _A.READ_QUARANTINE, _A.REPLAY_QUARANTINE),
        *(_A.REPAIR_INDEX, _A.REBUILD_INDEX, _A.CHANGE_WEBHOOK, _A.READ_RULES, _A.DECIDE_RULE, _A.READ_POLICY),
        *(
            _A.EXPLAIN_POLICY,
            _A.CHANGE_SUBSCRIPTIONS,
            _A.CHECK_TEST_DATA,
            _A.BACK_UP,
            _A.RESTORE_BACKUP,
            _A.CHANGE_KEYS,
        ),
    }
)


class SealedEntry(NamedTuple):
    """A line with its place in the tree and what is committed to: by these two a receiver knows it again."""

    leaf: int
    commitment: bytes
    seq: int
    entry: AuditEntry


class Event(NamedTuple):
    """A line without anything personal but pseudonyms, or what the DPO has decided that it may name."""

    log: str
    """Name of the log."""
    leaf: int
    """Its place in the tree, from 0 without a gap: what is missing shows."""
    commitment: str
    seq: int
    """By it the DPO finds the line in Tilsyn."""
    at: datetime
    action: AuditAction
    deed: Deed
    subject: Subject
    outcome: AuditOutcome
    actor: str
    actor_name: str | None
    """None: it has pseudonyms alone."""
    on_behalf_of: str | None
    """Of the employee for whom a machine asked."""
    role: str | None
    unit: str | None
    purpose: str | None
    basis: str | None
    citizen: str | None
    areas_shown: tuple[str, ...]
    areas_withheld: tuple[str, ...]
    object_kind: str | None
    object_pseudonym: str | None
    result_count: int | None
    request: str
    act: str | None

    @property
    def id(self) -> str:
        """Names it for ever and everywhere."""
        return f"{self.log}/{self.leaf}"

    @property
    def has_succeeded(self) -> bool:
        """Whether somebody got what they asked for."""
        return self.outcome is AuditOutcome.SHOWN

    @property
    def extras(self) -> dict[str, object]:
        """What no standard has a field for, by name; only what is there."""
        fields: dict[str, object] = {
            "log": self.log,
            "commitment": self.commitment,
            "line": self.seq,
            "outcome": self.outcome.value,
            "on_behalf_of": self.on_behalf_of,
            "purpose": self.purpose,
            "basis": self.basis,
            "citizen": self.citizen,
            "areas_shown": [*self.areas_shown],
            "areas_withheld": [*self.areas_withheld],
            "object_kind": self.object_kind,
            "object": self.object_pseudonym,
            "result_count": self.result_count,
            "act": self.act,
            "names": True if self.actor_name is not None else None,
        }
        return {name: value for name, value in fields.items() if value not in (None, [])}


def event_of(sealed: SealedEntry, log: str, key: bytes, *, names: bool = False) -> Event:
    """The line as every form tells it.

    Args:
        sealed: the line.
        log: name of the log.
        key: makes the pseudonyms, which hold for a quarter of a year.
        names: employees stand with id and name, the citizen with the key; what it was done to has a pseudonym still.
    """
    entry = sealed.entry
    period = quarter(entry.recorded_at)

    def pseudonym(what: str, value: object) -> str:
        return event_digest(what, str(value), period, key)

    def maybe(what: str, value: object | None) -> str | None:
        return None if value is None else pseudonym(what, value)

    def person(value: object | None, what: str) -> str | None:
        if value is None:
            return None
        return redact_cpr(str(value)) if names else pseudonym(what, value)

    return Event(
        log=log,
        leaf=sealed.leaf,
        commitment=sealed.commitment.hex(),
        seq=sealed.seq,
        at=entry.recorded_at,
        action=entry.action,
        deed=deed_of(entry.action),
        subject=subject_of(entry.action),
        outcome=entry.outcome,
        actor=person(entry.actor_id, "actor") or "",
        actor_name=redact_cpr(entry.actor_name) if names else None,
        on_behalf_of=person(entry.on_behalf_of, "actor"),
        role=entry.role,
        unit=None if entry.unit_id is None else redact_cpr(entry.unit_id),
        purpose=entry.purpose,
        basis=entry.basis,
        citizen=person(entry.citizen_id, "citizen"),
        areas_shown=tuple(sorted(entry.sections_shown)),
        areas_withheld=tuple(sorted(entry.sections_withheld)),
        object_kind=entry.object_kind,
        object_pseudonym=maybe("object", entry.object_id),
        result_count=entry.result_count,
        request=pseudonym("request", entry.request_id),
        act=maybe("request", entry.act_id),
    )


def deed_of(action: AuditAction) -> Deed:
    """Whose names begin with ``read`` are read; what stands nowhere above changes something."""
    return _DEEDS.get(action, Deed.READ if action.startswith("read_") else Deed.UPDATE)


def subject_of(action: AuditAction) -> Subject:
    """What an act is about: citizens, unless it is listed otherwise."""
    listed = {Subject.PEOPLE: _PEOPLE, Subject.LOG: _LOG, Subject.SETTINGS: _SETTINGS}
    return next((subject for subject, actions in listed.items() if action in actions), Subject.DATA)


def quarter(moment: datetime) -> str:
    """The quarter of a year in which a pseudonym holds: ``2026-Q4``."""
    day = danish_day(moment)
    return f"{day.year}-Q{(day.month + 2) // 3}"
