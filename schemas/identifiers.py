"""Identifiers of people: their form, and how they are masked.

Rules: a CPR number is text, may change, may be a replacement number with letters, and is never
refused by modulus 11 (numbers without a valid check digit have been issued since 1 October 2007;
cpr.dk, "Personnumre uden kontrolciffer"). Century rule: "Personnummeret i CPR-systemet".
"""

import re
from datetime import date
from enum import StrEnum
from typing import Self

from pydantic import Field

from schemas.base import Schema
from schemas.text import STORABLE, is_storable, normalise_text, without_separators

NATIONAL_NAMESPACE = "cpr"
REPLACEMENT_DAY_OFFSET = 60
_DIGITS = re.compile(r"[0-9]{10}")
_WITH_LETTERS = re.compile(r"[0-9]{6}[0-9A-Z]{4}")
_UUID = re.compile(r"(?:urn:uuid:)?\{?([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})\}?", re.IGNORECASE)
_CENTURY_BREAKS = {"4": (36, 2000, 1900), "9": (36, 2000, 1900)}
_CENTURY_BREAKS |= dict.fromkeys("5678", (57, 2000, 1800))


class IdentifierKind(StrEnum):
    """What sort of identifier this is (domain: personnummer, erstatningspersonnummer, lokalt id)."""

    CPR = "cpr"
    """Personnummer from the civil registration system."""
    ECPR = "ecpr"
    """Erstatningspersonnummer: replacement number (day + 60, or with letters). Also all synthetic people."""
    ADMIN_ECPR = "admin_ecpr"
    """Administrative replacement number kept by one authority only."""
    LOCAL = "local"
    """A source's own id of a person; means something only within its namespace."""


class Identifier(Schema):
    """One identifier of one person. ``repr`` and ``str`` are masked; read ``value`` on purpose."""

    kind: IdentifierKind
    namespace: str = Field(min_length=1, max_length=80, pattern=STORABLE)
    """``cpr`` for national numbers; for local ids ``<source>:<type>``, scoped by environment."""
    value: str = Field(min_length=1, max_length=120, pattern=STORABLE, repr=False)
    """The identifier as text, without hyphen for national numbers."""

    @property
    def is_national(self) -> bool:
        """Whether the identifier names the same person in every source."""
        return self.kind is not IdentifierKind.LOCAL

    @property
    def masked(self) -> str:
        """The identifier as a log or a page may show it: birth date only, or nothing of a local id."""
        if self.is_national and len(self.value) >= len("DDMMYY"):
            return f"{self.value[:6]}-••••"
        return f"{self.namespace}:••••"

    def __repr__(self) -> str:
        return f"Identifier({self.masked})"

    def __str__(self) -> str:
        return self.masked

    @classmethod
    def national(cls, text: str) -> Self:
        """Read a national number from *text* as people and systems write it.

        Hyphens, dashes and blanks of every kind are left out, as are invisible signs. Modulus 11 is never asked.

        Raises:
            ValueError: the text is not shaped like a CPR or replacement number, or its first six
                characters are no date. The text itself is never part of the message.
        """
        value = without_separators(text).upper() if is_storable(text) else ""
        if _DIGITS.fullmatch(value):
            kind = IdentifierKind.ECPR if int(value[:2]) > REPLACEMENT_DAY_OFFSET else IdentifierKind.CPR
        elif _WITH_LETTERS.fullmatch(value):
            kind = IdentifierKind.ECPR
        else:
            msg = "a national number has ten characters, DDMMYY and four more"
            raise ValueError(msg)
        if not _is_date_part(value):
            msg = "the first six characters of a national number are a date (day may be + 60)"
            raise ValueError(msg)
        return cls(kind=kind, namespace=NATIONAL_NAMESPACE, value=value)

    @classmethod
    def local(cls, namespace: str, value: str | int) -> Self:
        """A source's own id of a person; blanks around it do not count, and a UUID is written in one way.

        Raises:
            ValueError: it is empty or too long, or holds control characters.
        """
        text = value if isinstance(value, str) else str(value)
        own = normalise_text(text).strip() if is_storable(text) else text
        is_uuid = _UUID.fullmatch(own)
        return cls(kind=IdentifierKind.LOCAL, namespace=namespace, value=is_uuid[1].lower() if is_uuid else own)


def birth_date_of(identifier: Identifier) -> date | None:
    """The birth date in a national number; None when it has none.

    Only ordinary ten-digit numbers have a century (7th digit). Replacement numbers with letters and
    local ids have no certain date. Day + 60 is read as the day.
    """
    value = identifier.value
    if not identifier.is_national or not _DIGITS.fullmatch(value):
        return None
    day, month, year = int(value[:2]), int(value[2:4]), int(value[4:6])
    if day > REPLACEMENT_DAY_OFFSET:
        day -= REPLACEMENT_DAY_OFFSET
    limit, century, earlier = _CENTURY_BREAKS.get(value[6], (-1, 0, 1900))
    try:
        return date((century if year <= limit else earlier) + year, month, day)
    except ValueError:
        return None


def _is_date_part(value: str) -> bool:
    day, month = int(value[:2]), int(value[2:4])
    if day > REPLACEMENT_DAY_OFFSET:
        day -= REPLACEMENT_DAY_OFFSET
    try:
        # 2000 is a leap year in every reading of the two-digit year that has 29 February at all.
        date(2000, month, day)
    except ValueError:
        return False
    return True
