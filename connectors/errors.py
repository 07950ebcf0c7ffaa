"""Three errors, named by what to do next; nothing else may leave a connector."""

from schemas.record import Rejection


class ConnectorError(Exception):
    """Root of them. The message is for an administrator: plain, without values from the source.

    Attributes:
        advice: key of the Danish sentence that says what to do (see hub/web/sources/texts.py).
    """

    advice = "connector_error"

    def __init__(self, message: str, *, advice: str | None = None) -> None:
        super().__init__(message)
        if advice is not None:
            self.advice = advice


class SourceUnavailable(ConnectorError):
    """Try again later: the source is down, slow, throttling, or a page was cut off."""

    advice = "source_unavailable"


class EventNotReady(SourceUnavailable):
    """The source works, and does not show yet what it announced: try this event again in a moment."""


class WholeReadingNeeded(ConnectorError):
    """The hints cannot be followed by reading a part: read the whole stream now. Nothing is wrong."""


class SourceRefused(ConnectorError):
    """A person must act: credentials, certificate, address, right or agreement are wrong."""

    advice = "source_refused"


class RecordRejected(ConnectorError):
    """Park this one and go on: the payload could not become a record."""

    advice = "record_rejected"

    def __init__(self, rejection: Rejection) -> None:
        super().__init__(f"{rejection.record_type}: {rejection.field}: {rejection.rule}")
        self.rejection = rejection
