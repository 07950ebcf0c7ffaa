"""Settings of the health source."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, model_validator

from connectors.absence import AbsenceSettings
from connectors.pem import CertificatePem
from connectors.retry import RetryPolicy
from connectors.settings_form import (
    CA_CERTIFICATES,
    CLIENT_ID,
    CLIENT_SECRET,
    EXPECTED_CADENCE,
    LINK_TEMPLATE,
    MUNICIPALITY_CODE,
    PAGE_SIZE,
    PATIENCE,
    SCOPE,
    TOKEN_URL,
    Entry,
    Group,
    on_form,
    settings_fault,
)
from connectors.sources.health.streams import RECORD_TYPES
from connectors.transports.http import HttpSettings, HttpTransport
from connectors.transports.oauth import ClientCredentials
from schemas.duration import Duration, DurationOrZero

TITLES = {info.name: info.danish_title for info in RECORD_TYPES}
RESOURCE_TYPES = ("Patient", "RelatedPerson", "CarePlan", "Goal", "Encounter", "CareTeam", "Procedure")


class HealthSettings(AbsenceSettings):
    """Settings of the health connector: a FHIR interface with client credentials, or a folder of files."""

    base_url: str | None = Field(
        default=None,
        pattern=r"^https?://[^?#]+$",
        json_schema_extra=on_form(
            "Adresse på FHIR-snitfladen",
            "Begynder med https, fx https://fhir.example/r4, og skrives, som kilden selv skriver den.",
            Group.ADDRESS,
        ),
    )
    """Address of the FHIR interface, e.g. ``https://fhir.example/r4``, as the server writes it in its links."""
    token_url: str | None = Field(
        default=None,
        json_schema_extra=TOKEN_URL,
    )
    """OAuth2: where tokens are issued."""
    client_id: str | None = Field(
        default=None,
        json_schema_extra=CLIENT_ID,
    )
    """OAuth2: the client."""
    client_secret: SecretStr | None = Field(
        default=None,
        json_schema_extra=CLIENT_SECRET,
    )
    """OAuth2: the client's secret."""
    scope: str | None = Field(
        default=None,
        json_schema_extra=SCOPE,
    )
    """OAuth2: scope, where the server wants one."""
    extra_headers: Mapping[str, SecretStr] = Field(
        default_factory=dict,
        json_schema_extra=on_form(
            "Felter, der sendes med hver gang",
            "Fx en API-nøgle, hvis leverandøren kræver det. Værdierne gemmes krypteret og vises aldrig igen.",
            Group.LOGIN,
        ),
    )
    """Sent with every call, e.g. an API key and a session token."""
    ca_certificates: CertificatePem | None = Field(default=None, json_schema_extra=CA_CERTIFICATES)
    """Certificates to trust instead of the system's (text of a PEM file)."""
    directory: Path | None = Field(
        default=None,
        json_schema_extra=on_form(
            "Mappe på serveren",
            "En mappe med filer i stedet for en snitflade; vælges kun i konfigurationsfilen.",
            Group.ADDRESS,
            entry=Entry.HIDDEN,
        ),
    )
    """Folder with bundles, instead of an interface."""
    resource_types: tuple[str, ...] = Field(
        default=RESOURCE_TYPES,
        min_length=1,
        json_schema_extra=on_form(
            "Hvad der læses",
            "Fravalgte slags læses slet ikke. Uden borgere kan resten ikke kobles til nogen.",
            Group.CONTENT,
            choices={name: TITLES[name] for name in RESOURCE_TYPES},
        ),
    )
    """Types to read, people first."""
    page_size: int = Field(default=200, ge=1, le=1000, json_schema_extra=PAGE_SIZE)
    """Resources a page."""
    patience: RetryPolicy = Field(default=RetryPolicy.BRISK, json_schema_extra=PATIENCE)
    """How long to try again."""
    compare_every: DurationOrZero = Field(
        default=timedelta(days=7),
        json_schema_extra=on_form(
            "Sammenlign alle nøgler hver",
            "Så findes det, der er forsvundet uden besked. Hver dag, hvis kilden ikke melder sletninger; 0: aldrig.",
            Group.ABSENCE,
        ),
    )
    """How often all ids are compared, to find what vanished without a word; daily where the server has no history of
    deletions. Zero: never."""
    municipality_code: str | None = Field(default=None, pattern=r"^\d{4}$", json_schema_extra=MUNICIPALITY_CODE)
    """Code of the acting municipality."""
    link_template: str | None = Field(default=None, pattern=r"^https?://", json_schema_extra=LINK_TEMPLATE)
    """Deep link into the fagsystem with ``{type}`` and ``{id}``."""
    expected_cadence: Duration = Field(default=timedelta(hours=1), json_schema_extra=EXPECTED_CADENCE)
    """At least this often new data should come."""

    @model_validator(mode="after")
    def _one_way_in(self) -> Self:
        remote = (self.base_url, self.token_url, self.client_id, self.client_secret)
        if (self.directory is None) != all(remote) or (self.directory is not None and any(remote)):
            names = ("base_url", "token_url", "client_id", "client_secret")
            missing = [name for name, value in zip(names, remote, strict=True) if not value]
            raise settings_fault(
                "give either directory, or base_url, token_url, client_id and client_secret",
                "Kilden kan ikke læses uden dette felt.",
                *(missing or names),
            )
        return self


def build_transport(settings: HealthSettings) -> HttpTransport | None:
    """The way to the interface; None when a folder is read."""
    if not (settings.base_url and settings.token_url and settings.client_id and settings.client_secret):
        return None
    return HttpTransport(
        HttpSettings(
            base_url=settings.base_url,
            ca_certificates=settings.ca_certificates,
            extra_headers=settings.extra_headers,
            patience=settings.patience,
        ),
        ClientCredentials(
            settings.token_url, settings.client_id, settings.client_secret.get_secret_value(), settings.scope
        ),
    )
