"""Settings of the employment source."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, field_validator, model_validator

from connectors.absence import AbsenceSettings
from connectors.retry import RetryPolicy
from connectors.sources.employment.entities import ENTITIES

OUR_ORGANISATION_TYPE = 1
"""STAR's number for municipalities."""


class EmploymentSettings(AbsenceSettings):
    """Settings of the employment connector: who may push, where to look up, and where to search for citizens."""

    base_url: str = Field(pattern=r"^https?://[^?#]+$")
    """Address of STAR's REST services; a service is below it, e.g. at ``fravaer/v1/Fravaer``."""
    client_certificate_file: Path | None = None
    """Our certificate (PEM); STAR wants mutual TLS."""
    client_key_file: Path | None = None
    """Key of our certificate (PEM)."""
    ca_file: Path | None = None
    """Certificates to trust instead of the system's (PEM)."""
    municipality_code: str = Field(pattern=r"^\d{4}$")
    """Code of the municipality; the last three digits are its organisation code at STAR."""
    organisation_type: int = Field(default=OUR_ORGANISATION_TYPE, ge=1, le=99)
    """STAR's number for the kind of organisation; 1 is a municipality."""
    environment: str = Field(default="prod", pattern=r"^[A-Za-z0-9_-]{1,20}$")
    """Name of the environment; ids are unique only within one."""
    service_paths: Mapping[str, str] = Field(default_factory=dict)
    """Path of a service below base_url by entity's name, where it is another than the usual one."""
    entities: tuple[str, ...] = Field(default=tuple(ENTITIES), min_length=1)
    """Kinds of entity to read."""
    push_fingerprints: tuple[str, ...] = ()
    """SHA-256 fingerprints of the client certificates that may send events; colons do not matter."""
    push_subjects: tuple[str, ...] = ()
    """Subjects that may send events, as RFC 4514 writes them; they outlive a renewed certificate."""
    search_url: str | None = Field(default=None, pattern=r"^https?://[^?#]+$")
    """Address of the case system's interface, for the first load and the weekly repair. Empty: events alone."""
    search_token_url: str | None = None
    """OAuth2 of the case system: where tokens are issued."""
    search_client_id: str | None = None
    """OAuth2 of the case system: the client."""
    search_client_secret: SecretStr | None = None
    """OAuth2 of the case system: the client's secret."""
    search_resource: str | None = None
    """OAuth2 of the case system: ``resource``, where the server wants one."""
    search_api_key: SecretStr | None = None
    """Sent to the case system as header ``apikey``."""
    search_first_page: int = Field(default=0, ge=0, le=1)
    """Number of the first page; the interfaces differ."""
    page_size: int = Field(default=250, ge=1, le=1000)
    """Citizens a page."""
    max_pages: int = Field(default=1000, ge=1)
    """A search that has more pages is refused; no municipality has so many."""
    target_groups: tuple[str, ...] = ()
    """Only citizens of these target groups, e.g. ``6.2``. Empty: all."""
    repair_every: timedelta = timedelta(days=7)
    """How often everything is read again, to find what no event told of."""
    patience: RetryPolicy = RetryPolicy.BRISK
    """How long to try again."""
    link_template: str | None = Field(default=None, pattern=r"^https?://")
    """Deep link into the case system with ``{type}`` and ``{id}``."""
    expected_cadence: timedelta = timedelta(days=1)
    """At least this often new data should come."""

    @field_validator("push_fingerprints")
    @classmethod
    def _plain_fingerprints(cls, fingerprints: tuple[str, ...]) -> tuple[str, ...]:
        plain = tuple(text.replace(":", "").replace(" ", "").lower() for text in fingerprints)
        if not all(len(text) == len("00" * 32) and set(text) <= set("0123456789abcdef") for text in plain):
            msg = "a fingerprint has 64 hexadecimal digits (SHA-256)"
            raise ValueError(msg)
        return plain

    @model_validator(mode="after")
    def _whole(self) -> Self:
        login = (self.search_token_url, self.search_client_id, self.search_client_secret)
        if self.search_url is not None and any(login) != all(login):
            msg = "give search_token_url, search_client_id and search_client_secret together"
            raise ValueError(msg)
        if self.search_url is None and any(login):
            msg = "search_token_url, search_client_id and search_client_secret are of no use without search_url"
            raise ValueError(msg)
        unknown = set(self.entities) - set(ENTITIES) | set(self.service_paths) - set(ENTITIES)
        if unknown:
            msg = f"entities and service_paths know only: {', '.join(ENTITIES)}"
            raise ValueError(msg)
        return self

    @property
    def organisation_code(self) -> str:
        """The municipality as STAR writes it: three digits."""
        return str(int(self.municipality_code)).zfill(3)
