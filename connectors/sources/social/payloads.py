"""DUBU's own words: what its OData interface answers, reduced to the fields that are read.

Shape: docs/connectors-social.md. Everything not named here (notat, beskrivelse, prioritet, amounts …) is
dropped when an answer is read and never enters. Field names are DUBU's, with underscores for capitals.
"""

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel


class Payload(BaseModel):
    """Root of the payloads: other fields are ignored, values hidden in error texts."""

    model_config = ConfigDict(
        frozen=True,
        extra="ignore",
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
        hide_input_in_errors=True,
        coerce_numbers_to_str=True,
    )


class Kode(Payload):
    """A value of one of DUBU's classifications: key and words."""

    brugervendt_noegle: str | None = None
    titel: str | None = None


class Enhed(Payload):
    """A unit of the organisation."""

    org_enhed_id: str
    titel: str
    telefon: str | None = None


class Behandler(Payload):
    """An employee with their unit."""

    id: str | None = None
    navn: str
    telefon: str | None = None
    enhed: Enhed | None = None


class Adresse(Payload):
    """A person's address."""

    vejnavn: str | None = None
    postnummer: str | None = None
    by: str | None = None
    kommunekode: str | None = None


class Person(Payload):
    """Whom a case is about."""

    id: int
    cprnr: str | None = None
    fornavn: str | None = None
    mellemnavn: str | None = None
    efternavn: str | None = None
    fulde_navn: str | None = None
    foedselsdato: str | None = None
    adressebeskyttelse: bool | None = None
    doedsdato: str | None = None
    adresse: Adresse | None = None
    tidligere_cprnr: tuple[str, ...] | None = None


class Frist(Payload):
    """The next deadline of a case."""

    frist_dato: str | None = None


class Sagspart(Payload):
    """Another person of a case and what they are to its primary person."""

    id: int
    cprnr: str | None = None
    fulde_navn: str | None = None
    rolle: str | None = None
    foraeldremyndighed: bool | None = None
    samme_husstand: bool | None = None
    fra_dato: str | None = None
    til_dato: str | None = None


class Sag(Payload):
    """A case with its primary person and parties."""

    id: int
    sagsnummer: str
    titel: str
    is_sensitive: bool | None = None
    sagstype: Kode | None = None
    status: Kode
    kle_nummer: str | None = None
    oprettet_dato: str | None = None
    lukket_dato: str | None = None
    primaer_person: Person | None = None
    primaer_behandler: Behandler | None = None
    foerstkommende_frist: Frist | None = None
    sagsparter: tuple[Sagspart, ...] | None = None
    syntetisk: bool = False


class SagReference(Payload):
    """Which case something belongs to."""

    sag_id: int


class Vedroerer(Payload):
    """A person an activity is about."""

    relation: str | None = None
    person_id: int | None = None
    cprnr: str | None = None
    fulde_navn: str | None = None


class Aktivitet(Payload):
    """Something that happened in a case: a notification, an assessment, a plan, a goal, or what is not read."""

    id: int
    sag_reference: SagReference
    type: Kode
    undertype: Kode | None = None
    haendelses_dato: str | None = None
    modtaget_dato: str | None = None
    vurderet_dato: str | None = None
    kvittering_dato: str | None = None
    underretter: Kode | None = None
    baggrunde_for_underretning_barnet: tuple[Kode, ...] | None = None
    baggrunde_for_underretning_hjemmet: tuple[Kode, ...] | None = None
    baggrunde_for_underretning_andet: tuple[Kode, ...] | None = None
    lovgrundlag: Kode | None = None
    status: Kode | None = None
    udfald: Kode | None = None
    udfald_dato: str | None = None
    medfoerte_ydelser: tuple[int, ...] | None = None
    vedroerer: tuple[Vedroerer, ...] | None = None
    ufoedt: bool | None = None
    primaer_behandler_navn: str | None = None
    primaer_behandler_id: str | None = None
    frist_dato: str | None = None
    slut_dato: str | None = None
    oprettet_dato: str | None = None
    maal_type: Kode | None = None
    tekst: str | None = None
    angivet_af: str | None = None
    syntetisk: bool = False


class Ydelse(Payload):
    """A granted effort."""

    id: int
    sag_id: int | None = None
    cprnr: str | None = None
    borger_navn: str | None = None
    ydelsestype: Kode
    foranstaltningsparagraf: str | None = None
    kle_nummer: str | None = None
    startdato: str | None = None
    slutdato: str | None = None
    forventet_slutdato: str | None = None
    status: Kode
    leverandoer: Enhed | None = None
    ansvarlig: Behandler | None = None
    formaal: str | None = None
    omfang: str | None = None
    naeste_opfoelgning: str | None = None
    anbefaling: str | None = None
    oprettet_dato: str | None = None
    syntetisk: bool = False


class Answer(Payload):
    """A page of an OData answer; its items are read one by one, so that one bad item does not cost the rest."""

    count: int | None = Field(default=None, alias="@odata.count")
    value: tuple[dict[str, object], ...]
