"""Who somebody is, to whom they are related, and whom to call: what facts say of people.

Field docs give the Danish term and, where there is one, the name in KL's national model (FKI) or in the OIO standards.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from schemas.base import Schema
from schemas.codes import Coded
from schemas.identifiers import Identifier

Name = Annotated[str, Field(min_length=1, max_length=200)]
Line = Annotated[str, Field(min_length=1, max_length=500)]
"""One line of text for people to read; never a journal note."""


class Unit(Schema):
    """A responsible unit (enhed; OIO: organisationsenhed)."""

    id: str
    """Stable id, scoped by source: ``<source>:<id>``."""
    name: Name
    phone: str | None = None


class Worker(Schema):
    """An employee as a source names them (sagsbehandler, primær behandler)."""

    name: Name
    id: str | None = None
    phone: str | None = None


class Responsible(Schema):
    """Who to call (FKI: indsatsansvarlig; SF1470: Primær behandler, Ansvarlig)."""

    unit: Unit | None = None
    worker: Worker | None = None


class LifeStatus(StrEnum):
    """Status in the civil registration system (CPR-status), reduced to what changes a page."""

    ALIVE = "alive"
    DEAD = "dead"
    MOVED_OUT = "moved_out"
    MISSING = "missing"
    UNBORN = "unborn"


class Address(Schema):
    """Address (adresse). Masked on every page when the person is protected."""

    street: Name | None = None
    postal_code: str | None = None
    town: Name | None = None
    municipality_code: str | None = None


class PersonFact(Schema):
    """Who somebody is (person; CPR, dk-core Patient, DUBU primaerPerson)."""

    kind: Literal["person"] = "person"
    given_name: Name | None = None
    """fornavn (with middle names)."""
    family_name: Name | None = None
    """efternavn."""
    birth_date: date | None = None
    """fødselsdato."""
    life_status: LifeStatus | None = None
    """None: the source does not tell; silence is no statement that somebody is alive."""
    died_on: date | None = None
    name_address_protected: bool = False
    """navne- og adressebeskyttelse (CPR protection type 0001, FHIR meta.security R)."""
    address: Address | None = None
    left_addresses: tuple[Address, ...] | None = None
    """Addresses from which the source says that the person has moved away (FHIR ``Address.use`` old)."""
    replaces: tuple[Identifier, ...] = ()
    """Earlier identifiers of the same person, as this source declares them: national numbers (nyt personnummer), and
    the source's own ids of records that were merged into this one."""
    replaced_by: tuple[Identifier, ...] = ()
    """Identifiers of the record this one was merged into: whoever is named by this record's is that person."""


class RelationKind(StrEnum):
    """What the *other* party is to the primary party (relation)."""

    PARENT = "parent"
    CHILD = "child"
    SIBLING = "sibling"
    PARTNER = "partner"
    GUARDIAN = "guardian"
    OTHER = "other"


CONTACT_PERSON = "ECON"
"""Code of ``relationship_codes``: whom the school calls, of whom nothing more is told; no relative."""


class RelationFact(Schema):
    """A relation between the record's primary party and its other party (relation, Sagspart)."""

    kind: Literal["relation"] = "relation"
    relation: RelationKind
    role: Coded | None = None
    """The exact relation (mormor, plejefar): code list ``relationship_codes``."""
    custody: bool | None = None
    """forældremyndighed: whether the parent of the two holds custody. None: the source does not say; never guessed."""
    shares_household: bool | None = None
    """Whether the two live together. None: the source does not say."""
