"""Settings of the health source."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, model_validator

from connectors.absence import AbsenceSettings
from connectors.retry import RetryPolicy
from connectors.transports.http import HttpSettings, HttpTransport
from connectors.transports.oauth import ClientCredentials
from schemas.duration import Duration, DurationOrZero

RESOURCE_TYPES = ("Patient", "RelatedPerson", "CarePlan", "Goal", "Encounter", "CareTeam", "Procedure")


class HealthSettings(AbsenceSettings):
    """Settings of the health connector: a FHIR interface with client credentials, or a folder of files."""

    base_url: str | None = Field(default=None, pattern=r"^https?://[^?#]+$")
    """Address of the FHIR interface, e.g. ``https://fhir.example/r4``, as the server writes it in its links."""
    token_url: str | None = None
    """OAuth2: where tokens are issued."""
    client_id: str | None = None
    """OAuth2: the client."""
    client_secret: SecretStr | None = None
    """OAuth2: the client's secret."""
    scope: str | None = None
    """OAuth2: scope, where the server wants one."""
    extra_headers: Mapping[str, SecretStr] = Field(default_factory=dict)
    """Sent with every call, e.g. an API key and a session token."""
    ca_file: Path | None = None
    """Certificates to trust instead of the system's (PEM)."""
    directory: Path | None = None
    """Folder with bundles, instead of an interface."""
    resource_types: tuple[str, ...] = Field(default=RESOURCE_TYPES, min_length=1)
    """Types to read, people first."""
    page_size: int = Field(default=200, ge=1, le=1000)
    """Resources a page."""
    patience: RetryPolicy = RetryPolicy.BRISK
    """How long to try again."""
    compare_every: DurationOrZero = timedelta(days=7)
    """How often all ids are compared, to find what vanished without a word; daily where the server has no history of
    deletions. Zero: never."""
    municipality_code: str | None = Field(default=None, pattern=r"^\d{4}$")
    """Code of the acting municipality."""
    link_template: str | None = Field(default=None, pattern=r"^https?://")
    """Deep link into the fagsystem with ``{type}`` and ``{id}``."""
    expected_cadence: Duration = timedelta(hours=1)
    """At least this often new data should come."""

    @model_validator(mode="after")
    def _one_way_in(self) -> Self:
        remote = (self.base_url, self.token_url, self.client_id, self.client_secret)
        if (self.directory is None) != all(remote) or (self.directory is not None and any(remote)):
            msg = "give either directory, or base_url, token_url, client_id and client_secret"
            raise ValueError(msg)
        return self


def build_transport(settings: HealthSettings) -> HttpTransport | None:
    """The way to the interface; None when a folder is read."""
    if not (settings.base_url and settings.token_url and settings.client_id and settings.client_secret):
        return None
    return HttpTransport(
        HttpSettings(
            base_url=settings.base_url,
            ca_file=settings.ca_file,
            extra_headers=settings.extra_headers,
            patience=settings.patience,
        ),
        ClientCredentials(
            settings.token_url, settings.client_id, settings.client_secret.get_secret_value(), settings.scope
        ),
    )
