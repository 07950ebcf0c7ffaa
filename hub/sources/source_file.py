"""The TOML file that defines sources for those who keep configuration in version control."""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import Field, JsonValue, TypeAdapter, ValidationError

from connectors.base import ConnectorKind
from hub.errors import InvalidSetting
from hub.sources.definitions import SourceDefinition, SourceOrigin
from hub.sources.schedule import DEFAULT_SCHEDULE, Schedule
from hub.sources.secret_expiry import check_expiry
from hub.sources.secret_fields import divide, is_reference
from hub.sources.validation import fault_text
from schemas.base import Schema

_JSON = TypeAdapter(dict[str, JsonValue])


class StreamPlan(Schema):
    """How one stream differs from the others of its source."""

    schedule: Schedule | None = None
    is_enabled: bool = True


class FileSource(Schema):
    """One table of the file."""

    definition: SourceDefinition
    secrets: Mapping[str, str] = Field(default_factory=dict, repr=False)
    """Those that stand in the file in clear, by path; they are kept in memory only."""
    schedule: Schedule = DEFAULT_SCHEDULE
    streams: Mapping[str, StreamPlan] = Field(default_factory=dict)

    def plan_of(self, stream: str) -> tuple[Schedule, bool]:
        """When the stream is read, and whether it is."""
        plan = self.streams.get(stream, StreamPlan())
        return plan.schedule or self.schedule, plan.is_enabled


def read_source_file(path: Path, kinds: Mapping[str, ConnectorKind]) -> tuple[FileSource, ...]:
    """The sources that the file defines, in its order.

    Raises:
        InvalidSetting: the file cannot be read, or a table is not as it must be.
    """
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise InvalidSetting(f"HELHED_SOURCES_FILE: {path} cannot be read: {reason}") from None
    for name, table in tables.items():
        if not isinstance(table, dict):
            raise InvalidSetting(f"HELHED_SOURCES_FILE: {name} stands outside the sources; each is a table: [{name}]")
    return tuple(_file_source(name, dict(table), kinds) for name, table in tables.items())


def resolve_references(source: str, settings: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """The settings with what ``{env = "NAME"}`` and ``{file = "path"}`` stand for, at any depth.

    Raises:
        InvalidSetting: a variable is not set, or a file cannot be read.
    """
    return {key: _resolve(source, key, value) for key, value in settings.items()}


def _file_source(name: str, table: dict[str, Any], kinds: Mapping[str, ConnectorKind]) -> FileSource:
    kind = table.pop("connector", None)
    if kind not in kinds:
        raise InvalidSetting(f"source {name}: connector = {kind!r} is not one of: {', '.join(sorted(kinds))}")
    headings = {key: table.pop(key) for key in ("area", "title", "secret_expiry") if key in table}
    plans = {key: table.pop(key) for key in ("schedule", "streams") if key in table}
    plans["streams"] = {
        stream: {
            "is_enabled": plan.get("enabled", True),
            "schedule": {key: value for key, value in plan.items() if key != "enabled"} or None,
        }
        for stream, plan in plans.get("streams", {}).items()
    }
    try:
        schema = kinds[kind].spec()
        settings, secrets = divide(schema, _JSON.validate_python(table))
        definition = SourceDefinition(name=name, kind=kind, settings=settings, origin=SourceOrigin.FILE, **headings)
        check_expiry(name, schema, definition.secret_expiry)
        return FileSource.model_validate({"definition": definition, "secrets": secrets, **plans})
    except ValidationError as error:
        raise InvalidSetting(f"source {name}: {fault_text(error)}") from None


def _resolve(source: str, key: str, value: JsonValue) -> JsonValue:
    if not isinstance(value, dict):
        return value
    if not is_reference(value):
        return {inner: _resolve(source, f"{key}.{inner}", part) for inner, part in value.items()}
    ((way, name),) = value.items()
    if way == "env":
        if str(name) not in os.environ:
            raise InvalidSetting(f"source {source}: {key}: the environment variable {name} is not set")
        return os.environ[str(name)]
    try:
        return Path(str(name)).read_text(encoding="utf-8").strip()
    except (OSError, ValueError):
        raise InvalidSetting(f"source {source}: {key}: the secret's file {name} cannot be read") from None
