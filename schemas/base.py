"""The root of every schema: frozen, closed, and certain about time zones."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict


def _to_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        msg = "an instant must lie within the years that a clock can show"
        raise ValueError(msg) from None


Instant = Annotated[AwareDatetime, AfterValidator(_to_utc)]


class Schema(BaseModel):
    """Base of all schemas: immutable, unknown fields refused, values hidden in error texts.

    Values are hidden because a validation error is logged, and a value may be personal.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        hide_input_in_errors=True,
        use_attribute_docstrings=True,
        ser_json_timedelta="iso8601",
    )
