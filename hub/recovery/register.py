"""Who and what was forgotten or restricted, kept beside the backups, so that a restored database does it again.

A backup is as old as its own list. The register holds names of sources, keyed digests and our keys of who is
restricted; it is encrypted as all there.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from pydantic import Field, ValidationError

from hub.backup.errors import BackupFailed
from hub.backup.place import FORGOTTEN, BackupPlace
from hub.db import Session
from hub.rights.repository import ForgottenDigest, export_digests, lifted_forgettings
from hub.rights.restriction_repository import standing_and_lifted
from hub.sources.forgetting_repository import list_forgettings
from schemas.base import Instant, Schema

_NAME = "%Y%m%dT%H%M%S%fZ"


class ForgottenSource(Schema):
    """A source whose data was forgotten."""

    source: str
    before_run: int
    """What these runs published is let in no more."""
    requested_by: str
    requested_at: Instant


class Register(Schema):
    """Everything that was forgotten, as the database knew it at a moment."""

    taken_at: Instant
    sources: tuple[ForgottenSource, ...] = ()
    citizens: tuple[ForgottenDigest, ...] = ()
    """Digests of who was forgotten; what lapsed by its time limit lapses again by itself."""
    lifted: dict[UUID, Instant] = Field(default_factory=dict)
    """Our former key of citizens of whom sources may tell again, and since when."""
    restricted: dict[UUID, Instant] = Field(default_factory=dict)
    """Our key of citizens whose processing is restricted, and since when."""
    unrestricted: dict[UUID, Instant] = Field(default_factory=dict)
    """The same of those whose restriction was lifted."""

    @property
    def said(self) -> object:
        """What it says, whenever it was taken."""
        return self.model_dump(exclude={"taken_at"})


class SavedRegister(NamedTuple):
    """What all registers beside the backups say together."""

    sources: tuple[ForgottenSource, ...]
    citizens: tuple[ForgottenDigest, ...]
    restricted: dict[UUID, datetime]
    taken_at: datetime | None
    """When the newest was taken; None: there is none."""


def read_register(session: Session, now: datetime) -> Register:
    """What the database knows now."""
    sources = tuple(ForgottenSource.model_validate(row._asdict()) for row in list_forgettings(session))
    citizens = export_digests(session, with_lapsed=False)
    restricted, unrestricted = standing_and_lifted(session)
    return Register(
        taken_at=now,
        sources=sources,
        citizens=citizens,
        lifted=lifted_forgettings(session),
        restricted=restricted,
        unrestricted=unrestricted,
    )


def save_register(place: BackupPlace, register: Register) -> bool:
    """Write it beside the backups unless the newest one there says the same; whether it was written.

    An older one stays: a database that was restored and has not forgotten again must not replace what it does not know.

    Raises:
        BackupFailed: it cannot be written.
    """
    names = place.names(FORGOTTEN)
    if names and _open(place, names[-1]).said == register.said:
        return False
    name = f"{FORGOTTEN}/{register.taken_at.strftime(_NAME)}"
    place.write(name, [register.model_dump_json().encode()], register.taken_at)
    return True


def saved_register(place: BackupPlace) -> SavedRegister:
    """What all registers beside the backups say together.

    Raises:
        BackupFailed: one does not open.
    """
    registers = [_open(place, name) for name in place.names(FORGOTTEN)]
    return SavedRegister(
        sources=_newest_of_each([each for register in registers for each in register.sources]),
        citizens=still_forgotten(registers),
        restricted=still_restricted(registers),
        taken_at=max((register.taken_at for register in registers), default=None),
    )


def prune_registers(place: BackupPlace, oldest_backup: datetime) -> int:
    """Remove registers that only repeat what every backup that is kept knows; the newest before that stays."""
    names = place.names(FORGOTTEN)
    older = [name for name in names if name < oldest_backup.strftime(_NAME)]
    for name in older[:-1]:
        place.remove(f"{FORGOTTEN}/{name}")
    return len(older[:-1])


def _open(place: BackupPlace, name: str) -> Register:
    where = f"{FORGOTTEN}/{name}"
    with place.read(where) as pieces:
        content = b"".join(pieces)
    try:
        return Register.model_validate_json(content)
    except ValidationError:
        raise BackupFailed(f"{where} was written by a newer version of this program; use that one") from None


def _newest_of_each(sources: Sequence[ForgottenSource]) -> tuple[ForgottenSource, ...]:
    newest = {each.source: each for each in sorted(sources, key=lambda each: each.before_run)}
    return tuple(newest.values())


def still_forgotten(registers: Iterable[Register]) -> tuple[ForgottenDigest, ...]:
    """The digests of all registers, but those of citizens of whom sources may tell again since; pure."""
    digests: dict[str, ForgottenDigest] = {}
    lifted: dict[UUID, datetime] = {}
    for register in registers:
        digests |= {each.digest: each for each in register.citizens}
        lifted |= register.lifted
    return tuple(
        each
        for each in digests.values()
        if each.citizen_id is not None
        and (each.citizen_id not in lifted or lifted[each.citizen_id] < each.forgotten_at)
    )


def still_restricted(registers: Iterable[Register]) -> dict[UUID, datetime]:
    """Whose processing is restricted by any of the registers, but those whose restriction was lifted since; pure."""
    restricted: dict[UUID, datetime] = {}
    lifted: dict[UUID, datetime] = {}
    for register in registers:
        for newest, each_time in ((restricted, register.restricted), (lifted, register.unrestricted)):
            newest.update({each: max(at, newest.get(each, at)) for each, at in each_time.items()})
    return {each: at for each, at in restricted.items() if each not in lifted or lifted[each] < at}
