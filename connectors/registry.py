"""Which kinds of connector there are. A new source adds one line here."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from connectors.base import Connector
from connectors.sources.social.connector import SocialConnector

CONNECTORS: dict[str, type[SocialConnector]] = {"odata": SocialConnector}


class KindUnknown(LookupError):
    """There is no connector of that kind; the message lists those there are."""


def build(kind: str, name: str, settings: Mapping[str, Any], clock: Callable[[], datetime]) -> Connector:
    """The connector for one source.

    Args:
        kind: key of ``CONNECTORS``.
        name: short name of the source, as in ``SourceSystem.name``.
        settings: as the connector's ``spec`` describes them, secrets in clear.
        clock: gives the time of observation.

    Raises:
        KindUnknown: there is no such kind.
        pydantic.ValidationError: the settings are not as the connector needs them.
    """
    if kind not in CONNECTORS:
        raise KindUnknown(f"no connector of kind {kind!r}; there are: {', '.join(sorted(CONNECTORS))}")
    made = CONNECTORS[kind]
    return made(name, made.settings_type.model_validate(settings), clock=clock)
