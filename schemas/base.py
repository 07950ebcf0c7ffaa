"""The root of every schema: frozen, closed, and certain about time zones."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from schemas.attribute_docs import attribute_docs


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
        ser_json_timedelta="iso8601",
    )

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """The JSON schema, in which the docstring below an attribute describes it."""
        schema = handler(core_schema)
        properties = handler.resolve_ref_schema(schema).get("properties", {})
        docs = attribute_docs(cls)
        for name, field in cls.model_fields.items():
            if name in docs and field.description is None:
                for key in {name, field.validation_alias, field.serialization_alias} & properties.keys():
                    properties[key]["description"] = docs[name]
        return schema
