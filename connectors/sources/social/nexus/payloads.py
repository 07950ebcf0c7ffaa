"""Nexus's own words: a grant as a list of typed elements, reduced to the elements that are read.

Shape: docs/connectors-nexus.md. Everything not named here (prices, accounts, free text, statistics) is dropped when an
answer is read and never enters.
"""

from typing import Any

from pydantic import Field

from connectors.sources.social.payloads import Payload
from connectors.sources.social.scalars import Id, Line, Text


class PatientIdentifier(Payload):
    """The number a citizen is known by."""

    type: Text | None = None
    identifier: Text | None


class Patient(Payload):
    """The citizen a grant is for."""

    id: Id
    patient_identifier: PatientIdentifier | None
    full_name: Line | None = None
    syntetisk: bool = False
    """Made up for tests and demonstration; a real Nexus has no such field."""


class Named(Payload):
    """Something that has a name: a state, a KLE topic."""

    name: Text | None = None


class Paragraph(Payload):
    """The law and its section, in Nexus two texts."""

    name: Text | None = None
    section: Text | None = None


class Supplier(Payload):
    """Who carries the effort out."""

    id: Id
    name: Line


class Municipality(Payload):
    """A municipality with its three-digit code."""

    municipality_code: Text | None = None


class Element(Payload):
    """One element of a grant; which of the fields is set follows from the type."""

    type: Text
    date: Text | None = None
    paragraph: Paragraph | None = None
    supplier: Supplier | None = None
    kle_number: Named | None = None
    municipality: Municipality | None = None


class Grant(Payload):
    """A granted effort (indsats; patientGrant)."""

    id: Id
    version: int | None = Field(default=None, ge=0, lt=2**63)
    name: Line
    patient: Patient | None
    workflow_state: Named | None = None
    current_elements: tuple[dict[str, Any], ...] | None
    """Elements in force; each is read by itself, since one of a type we do not read may hold anything."""
    future_elements: tuple[dict[str, Any], ...] | None = None
    """Elements of what is ordered for later."""


class PatientDetails(Payload):
    """Answer to the search for one citizen."""

    is_patient_accessible: bool | None = None
