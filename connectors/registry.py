"""Which kinds of connector there are. A new source adds one line here."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from connectors.base import Connector, ConnectorKind, FolderKind
from connectors.sources.employment.connector import EmploymentConnector
from connectors.sources.health.connector import HealthConnector
from connectors.sources.sample.connector import SampleConnector
from connectors.sources.school.connector import SchoolConnector
from connectors.sources.social.connector import SocialConnector
from connectors.sources.social.nexus.connector import NexusConnector

CONNECTORS: dict[str, ConnectorKind] = {
    "fhir": HealthConnector,
    "files": SchoolConnector,
    "nexus": NexusConnector,
    "odata": SocialConnector,
    "sample": SampleConnector,
    "star": EmploymentConnector,
}


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
