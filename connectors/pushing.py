"""Settings of sources that send: whose client certificates may."""

from pydantic import Field, field_validator

from connectors.base import ClientCertificate
from connectors.settings_form import Group, on_form, settings_fault
from schemas.base import Schema

_FINGERPRINT_LENGTH = 64


class PushSettings(Schema):
    """Who may send events for a source. Nobody else may, whatever authority issued their certificate."""

    push_fingerprints: tuple[str, ...] = Field(
        default=(),
        json_schema_extra=on_form(
            "Aftryk af afsenderens certifikat",
            "SHA-256, ét pr. linje; kolon gør ingen forskel. Kun dem, der står her eller nedenfor, må sende hændelser.",
            Group.PUSH,
        ),
    )
    """SHA-256 fingerprints of the client certificates that may send events; colons do not matter."""
    push_subjects: tuple[str, ...] = Field(
        default=(),
        json_schema_extra=on_form(
            "Navn i afsenderens certifikat",
            "Ét pr. linje, fx CN=webhook,O=STAR,C=DK. Navnet overlever, at certifikatet fornys.",
            Group.PUSH,
        ),
    )
    """Subjects that may send events, as RFC 4514 writes them; they outlive a renewed certificate."""

    @field_validator("push_fingerprints")
    @classmethod
    def _plain_fingerprints(cls, fingerprints: tuple[str, ...]) -> tuple[str, ...]:
        plain = tuple(text.replace(":", "").replace(" ", "").lower() for text in fingerprints)
        if not all(len(text) == _FINGERPRINT_LENGTH and set(text) <= set("0123456789abcdef") for text in plain):
            raise settings_fault(
                "a fingerprint has 64 hexadecimal digits (SHA-256)", "Et aftryk har 64 tegn, 0-9 og a-f (SHA-256)."
            )
        return plain

    @property
    def is_pushed_to(self) -> bool:
        """Whether anybody may send."""
        return bool(self.push_fingerprints or self.push_subjects)

    def may_send(self, certificate: ClientCertificate) -> bool:
        """Whether the certificate is one that the settings name, by fingerprint or by subject."""
        return certificate.fingerprint in self.push_fingerprints or certificate.subject in self.push_subjects
