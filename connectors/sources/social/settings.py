"""Settings of the social source."""

from datetime import timedelta
from typing import Self

from pydantic import Field, SecretStr, model_validator

from connectors.absence import AbsenceSettings
from connectors.retry import RetryPolicy
from connectors.settings_form import (
    CLIENT_ID,
    CLIENT_SECRET,
    EXPECTED_CADENCE,
    MUNICIPALITY_CODE,
    PAGE_SIZE,
    PATIENCE,
    SCOPE,
    TOKEN_URL,
    Group,
    on_form,
    settings_fault,
)
from connectors.sources.social.hints import HintSettings
from schemas.duration import Duration


class SocialSettings(HintSettings, AbsenceSettings):
    """Settings of the social connector: an address, and either OAuth2 client credentials or a session login."""

    base_url: str = Field(
        pattern=r"^https?://[^?#]+$",
        json_schema_extra=on_form(
            "Adresse på DUBU", "Begynder med https; snitfladen ligger under den, ved odata/.", Group.ADDRESS
        ),
    )
    """Address of DUBU; the interface is below it at ``odata/``."""
    environment: str = Field(
        pattern=r"^[A-Za-z0-9_-]{1,20}$",
        json_schema_extra=on_form(
            "Miljø",
            "Hvilken udgave af DUBU der læses, fx prod eller test. Numre er kun entydige inden for ét miljø.",
            Group.ADDRESS,
        ),
    )
    """Name of the DUBU environment; DUBU's numbers are unique only within one."""
    page_size: int = Field(default=200, ge=1, le=1000, json_schema_extra=PAGE_SIZE)
    """Cases or efforts a page."""
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
    login_url: str | None = Field(
        default=None,
        json_schema_extra=on_form(
            "Adresse for login",
            "Kun hvis DUBU logges ind i med bruger og adgangskode i stedet for OAuth2.",
            Group.LOGIN,
        ),
    )
    """Session: where user and password are posted."""
    user: str | None = Field(
        default=None,
        json_schema_extra=on_form("Bruger", "Kun med login: den, vi logger ind som.", Group.LOGIN),
    )
    """Session: the user."""
    password: SecretStr | None = Field(
        default=None,
        json_schema_extra=on_form("Adgangskode", "Kun med login. Gemmes krypteret og vises aldrig igen.", Group.LOGIN),
    )
    """Session: the password."""
    municipality_code: str | None = Field(default=None, pattern=r"^\d{4}$", json_schema_extra=MUNICIPALITY_CODE)
    """Code of the acting municipality."""
    patience: RetryPolicy = Field(default=RetryPolicy.BRISK, json_schema_extra=PATIENCE)
    """How long to try again when DUBU does not answer."""
    expected_cadence: Duration = Field(default=timedelta(days=1), json_schema_extra=EXPECTED_CADENCE)
    """At least this often new data should come."""

    @model_validator(mode="after")
    def _one_way_in(self) -> Self:
        oauth = (self.token_url, self.client_id, self.client_secret)
        session = (self.login_url, self.user, self.password)
        if not ((all(oauth) and not any(session)) or (all(session) and not any(oauth))):
            names = ("login_url", "user", "password") if any(session) else ("token_url", "client_id", "client_secret")
            missing = [name for name in names if not getattr(self, name)]
            raise settings_fault(
                "give either token_url, client_id and client_secret, or login_url, user and password",
                "Udfyld enten de tre felter for OAuth2 eller de tre for login, og lad de andre stå tomme.",
                *(missing or names),
            )
        return self
