"""Which fields of a connector's settings are secrets, and settings with them taken out and put back. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import JsonValue

Settings = dict[str, JsonValue]
REFERENCES = ("env", "file")


def divide(schema: Mapping[str, JsonValue], settings: Mapping[str, JsonValue]) -> tuple[Settings, dict[str, str]]:
    """The settings without secrets, and the secrets by path (``client_secret``, ``extra_headers.X-Api-Key``).

    Args:
        schema: JSON Schema of the settings; secrets carry ``writeOnly: true``.
        settings: as the schema describes them, whole or not.
    """
    plain: Settings = {}
    secrets: dict[str, str] = {}
    for name, value in settings.items():
        plain_value, secrets_within = _divide(name, value, _property(schema, name, schema), schema)
        secrets |= secrets_within
        if plain_value is not None or value is None:
            plain[name] = plain_value
    return plain, secrets


def merge(settings: Mapping[str, JsonValue], secrets: Mapping[str, str]) -> Settings:
    """The settings with each secret at its path."""
    merged: Settings = dict(settings)
    for path, secret in secrets.items():
        name, _, rest = path.partition(".")
        if rest:
            inner = merged.get(name)
            merged[name] = merge(inner if isinstance(inner, dict) else {}, {rest: secret})
        else:
            merged[name] = secret
    return merged


def is_secret(schema: Mapping[str, JsonValue], path: str) -> bool:
    """Whether the field at *path* is a secret."""
    node: Mapping[str, Any] = schema
    for name in path.split("."):
        node = _property(node, name, schema)
    return _is_write_only(node, schema)


def is_reference(value: JsonValue) -> bool:
    """Whether it stands for a secret kept elsewhere: ``{env = "NAME"}`` or ``{file = "path"}``."""
    return isinstance(value, dict) and len(value) == 1 and next(iter(value)) in REFERENCES


def _divide(
    path: str, value: JsonValue, node: Mapping[str, Any], root: Mapping[str, Any]
) -> tuple[JsonValue, dict[str, str]]:
    if _is_write_only(node, root) and isinstance(value, str):
        return None, {path: value}
    if not isinstance(value, dict) or is_reference(value):
        return value, {}
    inner: Settings = {}
    secrets: dict[str, str] = {}
    for name, part in value.items():
        plain_value, secrets_within = _divide(f"{path}.{name}", part, _property(node, name, root), root)
        secrets |= secrets_within
        if plain_value is not None or part is None:
            inner[name] = plain_value
    return inner, secrets


def _property(node: Mapping[str, Any], name: str, root: Mapping[str, Any]) -> Mapping[str, Any]:
    for option in _options(node, root):
        properties = option.get("properties", {})
        if name in properties:
            return dict(properties[name])
        additional = option.get("additionalProperties")
        if isinstance(additional, dict):
            return additional
    return {}


def _is_write_only(node: Mapping[str, Any], root: Mapping[str, Any]) -> bool:
    return any(option.get("writeOnly") is True for option in _options(node, root))


def _options(node: Mapping[str, Any], root: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The node itself, and what it refers to or offers to choose from."""
    yield node
    reference = node.get("$ref")
    if isinstance(reference, str) and reference.startswith("#/$defs/"):
        yield from _options(root["$defs"][reference.removeprefix("#/$defs/")], root)
    for keyword in ("anyOf", "oneOf", "allOf"):
        for option in node.get(keyword, ()):
            yield from _options(option, root)
