"""The digests of identifiers made anew when their key is replaced: from the stored identifiers, no source is read."""

from collections.abc import Collection, Mapping
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

from hub.digest import all_keys, keyed_digest
from schemas.identifiers import Identifier, IdentifierKind

_LIST = text("""
    SELECT namespace, value, national, digest FROM citizen_identifiers
    WHERE (namespace, value) > (:namespace, :value) ORDER BY namespace, value LIMIT :size
""")
_RENEW = text("""
    UPDATE citizen_identifiers SET digest = made.digest
    FROM unnest(cast(:namespaces AS text[]), cast(:values AS text[]), cast(:digests AS text[]))
         AS made (namespace, value, digest)
    WHERE citizen_identifiers.namespace = made.namespace AND citizen_identifiers.value = made.value
""")
_RENEW_CONFLICTS = text("""
    UPDATE identity_conflicts SET digest = made.digest
    FROM unnest(cast(:former AS text[]), cast(:digests AS text[])) AS made (former, digest)
    WHERE identity_conflicts.digest = made.former
""")
_COUNT = text("SELECT count(*) FROM citizen_identifiers")

Place = tuple[str, str]
"""Namespace and value of the last identifier of a batch."""
BEGINNING: Place = ("", "")


class DigestBatch(NamedTuple):
    """What came of a batch."""

    last: Place | None
    """Where the next one begins; None: there was nothing left."""
    read: int
    renewed: int
    renewals: Mapping[str, str]
    """The digest under the key that writes, by the digests under the others: of every identifier of the batch."""


def count_identifiers(session: Session) -> int:
    """How many there are."""
    return int(session.scalar(_COUNT) or 0)


def renew_digests(session: Session, after: Place, size: int, *, digest_key: bytes) -> DigestBatch:
    """Make the digests of the next identifiers anew, and those of conflicts about them, where they are of another key.

    Args:
        session: the caller's transaction.
        after: where the batch before ended.
        size: how many at most.
        digest_key: the key, with those beside it.
    """
    rows = session.execute(_LIST, {"namespace": after[0], "value": after[1], "size": size}).all()
    if not rows:
        return DigestBatch(None, 0, 0, {})
    writing, *others = all_keys(digest_key)
    changed: list[tuple[str, str, str]] = []
    renewals: dict[str, str] = {}
    for row in rows:
        kind = IdentifierKind.CPR if row.national else IdentifierKind.LOCAL
        identifier = Identifier(kind=kind, namespace=row.namespace, value=row.value)
        digest = keyed_digest(identifier, writing)
        renewals.update({keyed_digest(identifier, other): digest for other in others})
        if row.digest != digest:
            changed.append((row.namespace, row.value, digest))
    if changed:
        namespaces, values, digests = (list(column) for column in zip(*changed, strict=True))
        session.execute(_RENEW, {"namespaces": namespaces, "values": values, "digests": digests})
    renew_conflict_digests(session, renewals)
    return DigestBatch((rows[-1].namespace, rows[-1].value), len(rows), len(changed), renewals)


def stored_digests(
    session: Session, sought: Collection[str], *, digest_key: bytes, at_once: int = 5000
) -> dict[str, str]:
    """Under which digest an identifier is stored that one of *sought* names under another key; only where they differ.

    For lists that were written under another key than the database, as after the restore of an older backup. Nothing is
    looked at where there is one key alone.
    """
    keys, place = all_keys(digest_key), BEGINNING
    differing: dict[str, str] = {}
    while len(keys) > 1 and sought:
        rows = session.execute(_LIST, {"namespace": place[0], "value": place[1], "size": at_once}).all()
        if not rows:
            break
        for row in rows:
            kind = IdentifierKind.CPR if row.national else IdentifierKind.LOCAL
            identifier = Identifier(kind=kind, namespace=row.namespace, value=row.value)
            for digest in (keyed_digest(identifier, each) for each in keys):
                if digest != row.digest and digest in sought:
                    differing[digest] = row.digest
        place = (rows[-1].namespace, rows[-1].value)
    return differing


def renew_conflict_digests(session: Session, renewals: Mapping[str, str]) -> None:
    """Let conflicts stand under the digests that are made now, so that each keeps its row and number."""
    if renewals:
        session.execute(_RENEW_CONFLICTS, {"former": list(renewals), "digests": list(renewals.values())})
