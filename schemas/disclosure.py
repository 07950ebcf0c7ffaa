"""With which right data goes from one area to another (videregivelse, forvaltningsloven § 28)."""

from enum import StrEnum

from schemas.base import Schema
from schemas.source import Area


class DisclosureBasis(StrEnum):
    """With which right data goes from one area to another (videregivelsesgrundlag, forvaltningsloven § 28)."""

    CONSENT = "consent"
    OVERRIDE = "override"
    """A stated reason (værdispring)."""


class SectionDisclosure(Schema):
    """With which right an area other than the actor's own is shown, and what of it."""

    area: Area
    basis: DisclosureBasis
    cells: frozenset[str] | None = None
    """What of the area, as ``source/category``; None: all of it."""
