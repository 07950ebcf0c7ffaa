"""Builds a source's connector from its definition and its secrets."""

from collections import ChainMap
from collections.abc import Mapping

from connectors.base import Connector, ConnectorKind
from connectors.registry import CONNECTORS
from hub.clock import Clock
from hub.secrets import SecretKeys
from hub.sources.definitions import SourceDefinition, SourceOrigin
from hub.sources.secret_fields import merge
from hub.sources.source_file import resolve_references
from hub.sources.validation import build_connector


class ConnectorBuilder:
    """Knows the kinds of connector and the keys of the secrets.

    Args:
        keys: encrypt and decrypt the secrets of stored sources.
        clock: gives the connectors their time of observation.
        kinds: the kinds of connector there are.
    """

    def __init__(self, keys: SecretKeys, clock: Clock, kinds: Mapping[str, ConnectorKind] = CONNECTORS) -> None:
        self.kinds: ChainMap[str, ConnectorKind] = ChainMap({}, kinds)  # type: ignore[arg-type]  # the first is written to
        self.keys = keys
        self.clock = clock
        self.file_secrets: dict[str, Mapping[str, str]] = {}
        """What stands in clear in the sources file, by source and path; never stored."""

    def build(self, definition: SourceDefinition, ciphertexts: Mapping[str, bytes]) -> Connector:
        """The connector.

        Args:
            definition: of the source.
            ciphertexts: its secrets as they are stored; a source of a file has none, but references.

        Raises:
            InvalidSetting: a secret cannot be had, or the settings are not as the connector needs them.
        """
        name = definition.name
        if definition.origin is SourceOrigin.FILE:
            settings = merge(resolve_references(name, definition.settings), self.file_secrets.get(name, {}))
        else:
            secrets = {field: self.decrypt(name, field, ciphertext) for field, ciphertext in ciphertexts.items()}
            settings = merge(definition.settings, secrets)
        return build_connector(definition, settings, self.kinds, self.clock.now)

    def encrypt(self, source: str, secrets: Mapping[str, str]) -> dict[str, bytes]:
        """The secrets as they are stored.

        Raises:
            InvalidSetting: there is no key.
        """
        return {field: self.keys.encrypt(secret, _context(source, field)) for field, secret in secrets.items()}

    def decrypt(self, source: str, field: str, ciphertext: bytes) -> str:
        """One secret.

        Raises:
            InvalidSetting: its key is missing, or it is no secret of that field.
        """
        return self.keys.decrypt(ciphertext, _context(source, field))


def _context(source: str, field: str) -> str:
    """What a secret is bound to, so that it can be used for nothing else."""
    return f"source:{source}:{field}"
