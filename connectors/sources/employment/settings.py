"""Settings of the employment source."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Self

from pydantic import Field, SecretStr, model_validator

from connectors.absence import AbsenceSettings
from connectors.pem import CertificatePem, PrivateKeyPem
from connectors.pushing import PushSettings
from connectors.retry import RetryPolicy
from connectors.settings_form import (
    CA_CERTIFICATES,
    EXPECTED_CADENCE,
    LINK_TEMPLATE,
    MUNICIPALITY_CODE,
    PAGE_SIZE,
    PATIENCE,
    Entry,
    Group,
    on_form,
    settings_fault,
)
from connectors.sources.employment.entities import ENTITIES
from connectors.sources.employment.streams import ENTITY_TYPES
from schemas.duration import Duration

OUR_ORGANISATION_TYPE = 1
"""STAR's number for municipalities."""


class EmploymentSettings(PushSettings, AbsenceSettings):
    """Settings of the employment connector: who may push, where to look up, and where to search for citizens."""

    base_url: str = Field(
        pattern=r"^https?://[^?#]+$",
        json_schema_extra=on_form(
            "Adresse på STAR's tjenester",
            "Begynder med https. Hver tjeneste ligger under den, fx fravaer/v1/Fravaer.",
            Group.ADDRESS,
        ),
    )
    """Address of STAR's REST services; a service is below it, e.g. at ``fravaer/v1/Fravaer``."""
    client_certificate: CertificatePem | None = Field(
        default=None,
        json_schema_extra=on_form(
            "Kommunens certifikat",
            "Certifikatet, som STAR kender kommunen på: en fil i PEM-format, uden den private nøgle.",
            Group.LOGIN,
            entry=Entry.FILE,
        ),
    )
    """Our certificate (text of a PEM file); STAR wants mutual TLS."""
    client_key: PrivateKeyPem | None = Field(
        default=None,
        json_schema_extra=on_form(
            "Nøglen til certifikatet",
            "Den private nøgle i PEM-format, uden adgangskode. Den gemmes krypteret og vises aldrig igen.",
            Group.LOGIN,
            entry=Entry.FILE,
        ),
    )
    """Key of our certificate (text of a PEM file)."""
    ca_certificates: CertificatePem | None = Field(default=None, json_schema_extra=CA_CERTIFICATES)
    """Certificates to trust instead of the system's (text of a PEM file)."""
    municipality_code: str = Field(pattern=r"^\d{4}$", json_schema_extra=MUNICIPALITY_CODE)
    """Code of the municipality; the last three digits are its organisation code at STAR."""
    organisation_type: int = Field(
        default=OUR_ORGANISATION_TYPE,
        ge=1,
        le=99,
        json_schema_extra=on_form("Organisationstype", "STAR's tal for, hvad vi er. En kommune er 1.", Group.LIMITS),
    )
    """STAR's number for the kind of organisation; 1 is a municipality."""
    environment: str = Field(
        default="prod",
        pattern=r"^[A-Za-z0-9_-]{1,20}$",
        json_schema_extra=on_form(
            "Miljø",
            "Hvilken udgave der læses, fx prod eller test. Numre er kun entydige inden for ét miljø.",
            Group.ADDRESS,
        ),
    )
    """Name of the environment; ids are unique only within one."""
    service_paths: Mapping[str, str] = Field(
        default_factory=dict,
        json_schema_extra=on_form(
            "Andre stier til tjenester",
            "Kun hvis STAR har flyttet en tjeneste: navnet, et lighedstegn og stien, én pr. linje.",
            Group.LIMITS,
        ),
    )
    """Path of a service below base_url by entity's name, where it is another than the usual one."""
    entities: tuple[str, ...] = Field(
        default=tuple(ENTITIES),
        min_length=1,
        json_schema_extra=on_form(
            "Hvad der læses",
            "Fravalgte slags læses slet ikke.",
            Group.CONTENT,
            choices={name: ENTITY_TYPES[name].danish_title for name in ENTITIES},
        ),
    )
    """Kinds of entity to read."""
    search_url: str | None = Field(
        default=None,
        pattern=r"^https?://[^?#]+$",
        json_schema_extra=on_form(
            "Adresse på sagssystemet",
            "Her findes borgerne ved første læsning og hver uge. Tom: kun det, som hændelser fortæller, læses.",
            Group.ADDRESS,
        ),
    )
    """Address of the case system's interface, for the first load and the weekly repair. Empty: events alone."""
    search_token_url: str | None = Field(
        default=None,
        json_schema_extra=on_form(
            "Sagssystemets adresse for adgangsbeviser",
            "OAuth2: dér, hvor adgangsbeviser (tokens) udstedes.",
            Group.LOGIN,
        ),
    )
    """OAuth2 of the case system: where tokens are issued."""
    search_client_id: str | None = Field(
        default=None,
        json_schema_extra=on_form(
            "Klientens navn hos sagssystemet", "OAuth2: client id. Leverandøren oplyser det.", Group.LOGIN
        ),
    )
    """OAuth2 of the case system: the client."""
    search_client_secret: SecretStr | None = Field(
        default=None,
        json_schema_extra=on_form(
            "Klientens hemmelighed", "OAuth2: client secret. Gemmes krypteret og vises aldrig igen.", Group.LOGIN
        ),
    )
    """OAuth2 of the case system: the client's secret."""
    search_resource: str | None = Field(
        default=None,
        json_schema_extra=on_form("Ressource", "OAuth2: resource. Kun hvis leverandøren beder om den.", Group.LOGIN),
    )
    """OAuth2 of the case system: ``resource``, where the server wants one."""
    search_api_key: SecretStr | None = Field(
        default=None,
        json_schema_extra=on_form("API-nøgle", "Sendes som apikey. Kun hvis leverandøren beder om den.", Group.LOGIN),
    )
    """Sent to the case system as header ``apikey``."""
    search_first_page: int = Field(
        default=0,
        ge=0,
        le=1,
        json_schema_extra=on_form(
            "Nummer på første side", "0 eller 1; sagssystemerne er forskellige. Leverandøren oplyser det.", Group.LIMITS
        ),
    )
    """Number of the first page; the interfaces differ."""
    page_size: int = Field(default=250, ge=1, le=1000, json_schema_extra=PAGE_SIZE)
    """Citizens a page."""
    max_pages: int = Field(
        default=1000,
        ge=1,
        json_schema_extra=on_form(
            "Højst så mange sider",
            "En søgning med flere sider afvises; så mange borgere har ingen kommune.",
            Group.LIMITS,
        ),
    )
    """A search that has more pages is refused; no municipality has so many."""
    target_groups: tuple[str, ...] = Field(
        default=(),
        json_schema_extra=on_form(
            "Målgrupper", "Kun borgere i disse målgrupper, fx 6.2, én pr. linje. Tom: alle.", Group.CONTENT
        ),
    )
    """Only citizens of these target groups, e.g. ``6.2``. Empty: all."""
    repair_every: Duration = Field(
        default=timedelta(days=7),
        json_schema_extra=on_form(
            "Læs det hele forfra hver", "For at finde det, ingen hændelse har fortalt om.", Group.LIMITS
        ),
    )
    """How often everything is read again, to find what no event told of."""
    patience: RetryPolicy = Field(default=RetryPolicy.BRISK, json_schema_extra=PATIENCE)
    """How long to try again."""
    link_template: str | None = Field(default=None, pattern=r"^https?://", json_schema_extra=LINK_TEMPLATE)
    """Deep link into the case system with ``{type}`` and ``{id}``."""
    expected_cadence: Duration = Field(default=timedelta(days=1), json_schema_extra=EXPECTED_CADENCE)
    """At least this often new data should come."""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.client_certificate is None) != (self.client_key is None):
            raise settings_fault(
                "give client_certificate and client_key together",
                "Certifikat og nøgle hører sammen: vælg begge, eller ingen af dem.",
                "client_certificate",
                "client_key",
            )
        names = ("search_token_url", "search_client_id", "search_client_secret")
        login = [getattr(self, name) for name in names]
        if self.search_url is not None and any(login) != all(login):
            raise settings_fault(
                f"give {names[0]}, {names[1]} and {names[2]} together",
                "Adgang til sagssystemet kræver alle tre: adresse for adgangsbeviser, klientens navn og hemmelighed.",
                *names,
            )
        if self.search_url is None and any(login):
            raise settings_fault(
                f"{names[0]}, {names[1]} and {names[2]} are of no use without search_url",
                "Skriv sagssystemets adresse, eller lad adgangen til det stå tom.",
                "search_url",
            )
        unknown = set(self.entities) - set(ENTITIES) | set(self.service_paths) - set(ENTITIES)
        if unknown:
            raise settings_fault(
                f"entities and service_paths know only: {', '.join(ENTITIES)}",
                f"Der findes kun: {', '.join(ENTITIES)}.",
                "service_paths",
            )
        return self

    @property
    def organisation_code(self) -> str:
        """The municipality as STAR writes it: three digits."""
        return str(int(self.municipality_code)).zfill(3)
