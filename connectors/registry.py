"""Which kinds of connector there are. A new source adds one line here."""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from connectors.base import Connector, ConnectorKind
from connectors.sources.health.connector import HealthConnector
from connectors.sources.health.folder import read_folder_summary
from connectors.sources.social.connector import SocialConnector

CONNECTORS: dict[str, ConnectorKind] = {
    "fhir": HealthConnector,
    "odata": SocialConnector,
}
AREA_KINDS = {"health": "fhir", "social": "odata"}
"""The kind that a source called by its area's name is taken to be, where no sources file says otherwise."""


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


def read_folder(name: str, folder: Path, clock: Callable[[], datetime]) -> Counter[tuple[str, str]]:
    """What becomes of each payload in a folder of files, by type and outcome; nothing is kept.

    Raises:
        KindNotFound: sources of that name are not read from folders.
        connectors.errors.SourceRefused: the folder is missing or may not be read.
    """
    if AREA_KINDS.get(name) != "fhir":
        raise KindNotFound(f"only health data (FHIR bundles) are read from a folder, not {name}")
    return read_folder_summary(folder, name, clock)
