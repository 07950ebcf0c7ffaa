"""What a source system is: who owns it, with which right we read it, and what it covers."""

from datetime import timedelta
from enum import StrEnum

from pydantic import Field

from schemas.base import Schema
from schemas.data_category import DataCategory


class Area(StrEnum):
    """The four areas (områder) whose efforts meet in one family."""

    EMPLOYMENT = "employment"
    SCHOOL = "school"
    SOCIAL = "social"
    HEALTH = "health"


class AreaContact(Schema):
    """Whom to call about an area: the administration or unit that answers for it."""

    name: str
    phone: str | None = None


class Sensitivity(StrEnum):
    """How sensitive a source's content is (GDPR art. 6, 9 and 10)."""

    ORDINARY = "ordinary"
    CONFIDENTIAL = "confidential"
    """Fortrolige oplysninger: purely private matters."""
    SPECIAL = "special"
    """Følsomme oplysninger: health and other special categories."""


class CategoryBasis(Schema):
    """With which right a source's data of one sort is read."""

    category: DataCategory
    legal_basis: str
    """Danish, as a paragraph is cited."""


class SourceSystem(Schema):
    """A fagsystem as a connector declares it (kilde)."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    """Short name, also the connector's key in the registry."""
    title: str
    """Danish title as staff know it, e.g. "Social (DUBU)"."""
    area: Area
    authority: str
    """Danish name of the owning administration (dataansvarlig forvaltning)."""
    legal_basis: str
    """Danish: with which right Helhed reads it (gate A of domain.md 2.1)."""
    category_bases: tuple[CategoryBasis, ...] = ()
    """Sorts of data for which the law names a right of its own; of others ``legal_basis`` says it."""
    sensitivity: Sensitivity
    expected_cadence: timedelta
    """At least this often new data should come; after twice that time the source counts as silent."""
    coverage: str
    """Danish sentence: what the source covers."""
    not_covered: tuple[str, ...] = ()
    """Danish: what people might expect here but will not find."""
    retention_days: int = Field(default=1800, ge=30, le=36_500)
    """So many days after the last thing it says of a citizen has ended, Helhed deletes what it has said of them. The
    default is the period that KLE gives nearly every topic (SletningJaevnfoerPersondataloven, P1800D)."""
    deep_link_title: str | None = None
    """Danish name of the system as in "åbn i DUBU"; None when it offers no links."""

    def basis_of(self, category: DataCategory) -> str:
        """With which right its data of that sort is read."""
        bases = {each.category: each.legal_basis for each in self.category_bases}
        return bases.get(category, self.legal_basis)
