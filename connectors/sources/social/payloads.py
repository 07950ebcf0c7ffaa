"""DUBU's own words: what its OData interface answers, reduced to the fields that are read.

What is not there was not given, but a column that stands under another name was renamed: reading it as "no value" would
tell something wrong. The citizen's number and the first day have no default for that reason.

Shape: docs/connectors-social.md. Everything not named here (notat, beskrivelse, prioritet, amounts …) is
dropped when an answer is read and never enters. Field names are DUBU's, with underscores for capitals.
"""

from functools import cache
from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from connectors.renamed import renamed_field
from connectors.sources.social.scalars import Id, Line, Text


class Payload(BaseModel):
    """Root of the payloads: other fields are ignored, values hidden in error texts."""

    model_config = ConfigDict(
        frozen=True,
        extra="ignore",
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
        hide_input_in_errors=True,
    )

    @model_validator(mode="before")
    @classmethod
    def _has_its_columns(cls, row: Any) -> Any:
        if isinstance(row, dict) and (column := renamed_field(row, columns(cls))):
            raise PydanticCustomError("missing", "renamed", {"field": column})
        return row


@cache
def columns(payload: type[Payload]) -> frozenset[str]:
    """The columns that are read, in DUBU's words and in ours."""
    return frozenset(name for key, field in payload.model_fields.items() for name in (key, field.alias or key))


class Kode(Payload):
    """A value of one of DUBU's classifications: key and words."""

    brugervendt_noegle: Text | None = None
    titel: Text | None = None


class Enhed(Payload):
    """A unit of the organisation."""

    org_enhed_id: Text
    titel: Text
    telefon: Text | None = None


class Behandler(Payload):
    """An employee with their unit."""

    id: Text | None = None
    navn: Text
    telefon: Text | None = None
    enhed: Enhed | None = None


class Adresse(Payload):
    """A person's address."""

    vejnavn: Line | None = None
    postnummer: Text | None = None
    by: Line | None = None
    kommunekode: Text | None = None


class Person(Payload):
    """Whom a case is about."""

    id: Id
    cprnr: Text | None
    fornavn: Text | None = None
    mellemnavn: Text | None = None
    efternavn: Text | None = None
    fulde_navn: Text | None = None
    foedselsdato: Text | None = None
    adressebeskyttelse: bool | None = None
    doedsdato: Text | None = None
    adresse: Adresse | None = None
    tidligere_cprnr: tuple[Text, ...] | None = None


class Frist(Payload):
    """The next deadline of a case."""

    frist_dato: Text | None = None


class Sagspart(Payload):
    """Another person of a case and what they are to its primary person."""

    id: Id
    cprnr: Text | None = None
    fulde_navn: Text | None = None
    rolle: Text | None = None
    foraeldremyndighed: bool | None = None
    samme_husstand: bool | None = None
    fra_dato: Text | None = None
    til_dato: Text | None = None


class Sag(Payload):
    """A case with its primary person and parties."""

    id: Id
    sagsnummer: Text
    titel: Line
    is_sensitive: bool | None = None
    sagstype: Kode | None = None
    status: Kode
    kle_nummer: Text | None = None
    oprettet_dato: Text | None = None
    lukket_dato: Text | None = None
    primaer_person: Person | None
    primaer_behandler: Behandler | None = None
    foerstkommende_frist: Frist | None = None
    sagsparter: tuple[Sagspart, ...] | None = None
    syntetisk: bool = False


class SagReference(Payload):
    """Which case something belongs to."""

    sag_id: Id


class Vedroerer(Payload):
    """A person an activity is about."""

    relation: Text | None = None
    person_id: Id | None = None
    cprnr: Text | None = None
    fulde_navn: Text | None = None


class Aktivitet(Payload):
    """Something that happened in a case: a notification, an assessment, a plan, a goal, or what is not read."""

    id: Id
    sag_reference: SagReference
    type: Kode
    undertype: Kode | None = None
    haendelses_dato: Text | None = None
    modtaget_dato: Text | None = None
    vurderet_dato: Text | None = None
    kvittering_dato: Text | None = None
    underretter_orienteret_dato: Text | None = None
    underretter: Kode | None = None
    baggrunde_for_underretning_barnet: tuple[Kode, ...] | None = None
    baggrunde_for_underretning_hjemmet: tuple[Kode, ...] | None = None
    baggrunde_for_underretning_andet: tuple[Kode, ...] | None = None
    lovgrundlag: Kode | None = None
    status: Kode | None = None
    udfald: Kode | None = None
    udfald_dato: Text | None = None
    medfoerte_ydelser: tuple[Id, ...] | None = None
    vedroerer: tuple[Vedroerer, ...] | None = None
    ufoedt: bool | None = None
    primaer_behandler_navn: Text | None = None
    primaer_behandler_id: Text | None = None
    frist_dato: Text | None = None
    slut_dato: Text | None = None
    oprettet_dato: Text | None = None
    maal_type: Kode | None = None
    tekst: Line | None = None
    angivet_af: Line | None = None
    syntetisk: bool = False


class Ydelse(Payload):
    """A granted effort."""

    id: Id
    sag_id: Id | None = None
    cprnr: Text | None
    borger_navn: Line | None = None
    ydelsestype: Kode
    foranstaltningsparagraf: Text | None = None
    kle_nummer: Text | None = None
    startdato: Text | None
    slutdato: Text | None = None
    forventet_slutdato: Text | None = None
    status: Kode
    leverandoer: Enhed | None = None
    ansvarlig: Behandler | None = None
    formaal: Line | None = None
    omfang: Line | None = None
    naeste_opfoelgning: Text | None = None
    anbefaling: Line | None = None
    oprettet_dato: Text | None = None
    syntetisk: bool = False
