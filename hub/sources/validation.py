"""A definition becomes a connector, or an error that names the field."""

from collections.abc import Callable, Mapping
from datetime import datetime

from pydantic import JsonValue, ValidationError
from pydantic_core import ErrorDetails

from connectors.base import Connector, ConnectorKind
from hub.errors import InvalidSetting
from hub.sources.definitions import SourceDefinition
from schemas.source import SourceSystem


def build_connector(
    definition: SourceDefinition,
    settings: Mapping[str, JsonValue],
    kinds: Mapping[str, ConnectorKind],
    clock: Callable[[], datetime],
) -> Connector:
    """The connector of a source.

    Args:
        definition: of the source.
        settings: the definition's, with secrets in clear.
        kinds: the kinds of connector there are.
        clock: gives the time of observation.

    Raises:
        InvalidSetting: there is no such kind, or the settings are not as it needs them.
    """
    name, kind = definition.name, kinds.get(definition.kind)
    if kind is None:
        raise InvalidSetting(f"source {name}: kind {definition.kind!r} is not one of: {', '.join(sorted(kinds))}")
    try:
        return kind(name, kind.settings_type.model_validate(settings), clock=clock)
    except ValidationError as error:
        raise InvalidSetting(f"source {name}: {fault_text(error)}") from None
    except OSError as error:
        raise InvalidSetting(f"source {name}: a file it names cannot be read: {error.strerror}") from None


def system_of(definition: SourceDefinition, connector: Connector) -> SourceSystem:
    """What the connector declares, with the area and title that were decided instead."""
    decided = {"area": definition.area, "title": definition.title}
    return connector.source.model_copy(update={key: value for key, value in decided.items() if value is not None})


def fault_text(error: ValidationError) -> str:
    """Each fault as ``field: rule``, without the value."""
    return "; ".join(_fault(fault) for fault in error.errors(include_input=False))


def _fault(fault: ErrorDetails) -> str:
    place = ".".join(map(str, fault["loc"]))
    return f"{place}: {fault['msg']}" if place else fault["msg"]
