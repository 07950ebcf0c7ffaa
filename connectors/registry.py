"""Which kinds of connector there are. A new source adds one line here."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import cache
from importlib import import_module
from typing import Any, cast

from connectors.base import Connector, ConnectorKind, FolderKind

_CLASSES = {
    "fhir": "health.connector:HealthConnector",
    "files": "school.connector:SchoolConnector",
    "nexus": "social.nexus.connector:NexusConnector",
    "odata": "social.connector:SocialConnector",
    "sample": "sample.connector:SampleConnector",
    "star": "employment.connector:EmploymentConnector",
}
"""Module below ``connectors.sources``, and class."""


@cache
def _load(kind: str) -> ConnectorKind:
    module, name = _CLASSES[kind].split(":")
    return cast("ConnectorKind", getattr(import_module(f"connectors.sources.{module}"), name))


class _Kinds(Mapping[str, ConnectorKind]):
    """A connector's module is imported when it is asked for: SSH and AMQP alone are 20 MB that few sources need."""

    def __getitem__(self, kind: str) -> ConnectorKind:
        return _load(kind)

    def __iter__(self) -> Iterator[str]:
        return iter(_CLASSES)

    def __len__(self) -> int:
        return len(_CLASSES)

    def __contains__(self, kind: object) -> bool:
        return kind in _CLASSES


CONNECTORS: Mapping[str, ConnectorKind] = _Kinds()


class KindNotFound(LookupError):
    """There is no connector of that kind; the message lists those there are."""


def build(kind: str, name: str, settings: Mapping[str, Any], clock: Callable[[], datetime]) -> Connector:
    """The connector for one source.

    Args:
        kind: key of ``CONNECTORS``.
        name: short name of the source, as in ``SourceSystem.name``.
        settings: as the connector's ``spec`` describes them, secrets in clear.
        clock: gives the time of observation.

    Raises:
        KindNotFound: there is no such kind.
        pydantic.ValidationError: the settings are not as the connector needs them.
    """
    if kind not in CONNECTORS:
        raise KindNotFound(f"no connector of kind {kind!r}; there are: {', '.join(sorted(CONNECTORS))}")
    connector_class = CONNECTORS[kind]
    return connector_class(name, connector_class.settings_type.model_validate(settings), clock=clock)


def folder_kinds() -> dict[str, FolderKind]:
    """The kinds that read a folder of files as well as a source."""
    return {name: kind for name, kind in CONNECTORS.items() if isinstance(kind, FolderKind)}
