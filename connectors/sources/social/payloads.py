"""DUBU's own words: what its OData interface answers, reduced to the fields that are read.

OData names every column that was selected, with null where there is no value. So a column without a default here must
be there: one that is gone was renamed or moved, and to read it as "no value" would tell something wrong.

Shape: docs/connectors-social.md. Everything not named here (notat, beskrivelse, prioritet, amounts …) is
dropped when an answer is read and never enters. Field names are DUBU's, with underscores for capitals.
"""

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

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
    fornavn: Text | None
    mellemnavn: Text | None
    efternavn: Text | None
    fulde_navn: Text | None
    foedselsdato: Text | None
    adressebeskyttelse: bool | None
    doedsdato: Text | None
    adresse: Adresse | None
    tidligere_cprnr: tuple[Text, ...] | None


class Frist(Payload):
    """The next deadline of a case."""

    frist_dato: Text | None = None


class Sagspart(Payload):
    """Another person of a case and what they are to its primary person."""

    id: Id
    cprnr: Text | None
    fulde_navn: Text | None
    rolle: Text | None
    foraeldremyndighed: bool | None
    samme_husstand: bool | None
    fra_dato: Text | None
    til_dato: Text | None


class Sag(Payload):
    """A case with its primary person and parties."""

    id: Id
    sagsnummer: Text
    titel: Line
    is_sensitive: bool | None
    sagstype: Kode | None
    status: Kode
    kle_nummer: Text | None
    oprettet_dato: Text | None
    lukket_dato: Text | None
    primaer_person: Person | None
    primaer_behandler: Behandler | None
    foerstkommende_frist: Frist | None
    sagsparter: tuple[Sagspart, ...] | None
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
    undertype: Kode | None
    haendelses_dato: Text | None = None
    modtaget_dato: Text | None = None
    vurderet_dato: Text | None = None
    kvittering_dato: Text | None = None
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
    sag_id: Id | None
    cprnr: Text | None
    borger_navn: Line | None
    ydelsestype: Kode
    foranstaltningsparagraf: Text | None
    kle_nummer: Text | None
    startdato: Text | None
    slutdato: Text | None
    forventet_slutdato: Text | None
    status: Kode
    leverandoer: Enhed | None
    ansvarlig: Behandler | None
    formaal: Line | None
    omfang: Line | None
    naeste_opfoelgning: Text | None
    anbefaling: Line | None
    oprettet_dato: Text | None
    syntetisk: bool = False
