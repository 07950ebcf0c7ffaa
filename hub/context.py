"""The live context a root opens and hands to everything else."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hub.bus.base import Bus
from hub.clock import Clock
from hub.collect.replay import ReplayServices
from hub.db import Database
from hub.quarantine.rules import RejectLimits
from hub.secrets import PayloadCipher
from hub.settings import Settings
from hub.sources.catalogue import SourceCatalogue
from search.base import SearchIndex

if TYPE_CHECKING:  # a worker has no logins
    from hub.oidc.citizen_login import CitizenLogin
    from hub.oidc.service import MunicipalLogin


@dataclass(frozen=True, kw_only=True)
class AppContext:
    """Everything the web and the worker need; made by hub/services.py."""

    settings: Settings
    database: Database
    bus: Bus
    index: SearchIndex
    clock: Clock
    catalogue: SourceCatalogue
    """The sources there are now; ask it per run and per request."""
    digest_key: bytes
    """Keys the digests of national numbers."""
    session_key: bytes
    """Keys the tokens of forms."""
    payload_cipher: PayloadCipher
    """Encrypts payloads in quarantine."""
    login: "MunicipalLogin | None" = None
    """The municipality's login; None in the demo without one, and where nobody logs in."""
    citizen_login: "CitizenLogin | None" = None
    """The login of citizens to *Min side*; None: there is none."""

    @property
    def reject_limits(self) -> RejectLimits:
        """How many items a run of a source may reject before it stops."""
        return RejectLimits(share=self.settings.rejected_share, at_least=self.settings.rejected_at_least)

    @property
    def replay_services(self) -> ReplayServices:
        """What a replay of quarantine works with."""
        return ReplayServices(
            database=self.database,
            bus=self.bus,
            catalogue=self.catalogue,
            cipher=self.payload_cipher,
            digest_key=self.digest_key,
            clock=self.clock,
        )

    def close(self) -> None:
        """Let go of all connections."""
        if self.login is not None:
            self.login.provider.close()
        if self.citizen_login is not None:
            self.citizen_login.provider.close()
        self.catalogue.close()
        self.index.close()
        self.bus.close()
        self.database.close()
