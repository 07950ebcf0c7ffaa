"""``python -m deploy.sandbox.fagsystemer``: all servers on loopback, until SIGTERM or until stdin closes.

Prints one line of JSON with the addresses and the credentials. These are random at every start unless
``SANDBOX_CLIENT_ID`` and ``SANDBOX_CLIENT_SECRET`` are set.
"""

import argparse
import gc
import json
import logging
import os
import secrets
import signal
import socket
import ssl
import sys
from datetime import date
from pathlib import Path
from threading import Event, Thread

import uvicorn
from fastapi import FastAPI

from deploy.sandbox.fagsystemer.control import control_app
from deploy.sandbox.fagsystemer.faults import FaultyServer
from deploy.sandbox.fagsystemer.nexus import ROOT
from deploy.sandbox.fagsystemer.sessions import Credentials
from deploy.sandbox.fagsystemer.town import Server, Town
from deploy.sandbox.municipality.generate import generate

HOST = "127.0.0.1"


def main() -> None:
    """Serve until standard input closes."""
    arguments = _arguments()
    # A connection that is cut on command is no error of the server's.
    logging.getLogger("uvicorn.error").addFilter(lambda record: "without completing" not in record.getMessage())
    credentials = Credentials(
        os.environ.get("SANDBOX_CLIENT_ID") or "helhed",
        os.environ.get("SANDBOX_CLIENT_SECRET") or secrets.token_urlsafe(24),
    )
    town = Town(
        lambda day: generate(arguments.citizens, arguments.seed, day),
        arguments.today,
        credentials,
        arguments.certificates,
        sftp_port=arguments.sftp_port,
    )
    gc.freeze()  # the population stays for good; collecting it again and again would slow every answer
    ports = {
        Server.HEALTH: arguments.fhir_port,
        Server.SOCIAL: arguments.odata_port,
        Server.EMPLOYMENT: arguments.star_port,
    }
    bound = {server: _listen(ports.get(server, 0)) for server in town.apps}
    servers = {
        server: _server(app, arguments.certificates if server is Server.EMPLOYMENT else None)
        for server, app in town.apps.items()
    }
    control, control_socket = _server(control_app(town)), _listen(arguments.control_port)
    stop = Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda _number, _frame: stop.set())
    running = [(servers[server], bound[server]) for server in servers] + [(control, control_socket)]
    threads = [Thread(target=server.run, kwargs={"sockets": [listening]}) for server, listening in running]
    threads.append(Thread(target=town.follow_the_clock, args=(stop,)))
    for thread in threads:
        thread.start()
    while not servers[Server.EMPLOYMENT].started:
        stop.wait(0.01)
    town.tls = servers[Server.EMPLOYMENT].config.ssl
    sys.stdout.write(json.dumps(_addresses(town, bound, control_socket)) + "\n")
    sys.stdout.flush()
    Thread(target=_until_stdin_closes, args=(stop,), daemon=True).start()
    stop.wait()
    for server, _ in running:
        server.should_exit = True
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)  # it counts connections that TLS keeps open
    for thread in threads:
        thread.join()
    town.stop()


def _addresses(town: Town, bound: dict[Server, socket.socket], control: socket.socket) -> dict[str, str | int]:
    health, social, nexus_base = (_base(bound[server]) for server in (Server.HEALTH, Server.SOCIAL, Server.NEXUS))
    return {
        "fhir_url": f"{health}/r4",
        "fhir_token_url": f"{health}/token",
        "odata_url": social,
        "odata_token_url": f"{social}/token",
        "odata_login_url": f"{social}/login",
        "nexus_url": f"{nexus_base}{ROOT}",
        "nexus_token_url": f"{nexus_base}/token",
        "star_url": _base(bound[Server.EMPLOYMENT], "https"),
        "control_url": _base(control),
        "client_id": town.credentials.client_id,
        "client_secret": town.credentials.client_secret,
        "citizens": town.citizens,
        **town.school.addresses(),
    }


def _base(bound: socket.socket, scheme: str = "http") -> str:
    return f"{scheme}://{HOST}:{bound.getsockname()[1]}"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m deploy.sandbox.fagsystemer", description=__doc__)
    parser.add_argument("--citizens", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--today", type=date.fromisoformat, default=date(2023, 9, 12))
    parser.add_argument("--fhir-port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--odata-port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--star-port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--control-port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--certificates", type=Path, required=True, help="folder with those of everybody")
    parser.add_argument("--sftp-port", type=int, default=0, help="0 takes a free one")
    return parser.parse_args()


def _listen(port: int) -> socket.socket:
    """A listening socket; connections queue from now on."""
    bound = socket.create_server((HOST, port), backlog=128)
    # Inherited by accepted connections; asyncio leaves it out on sockets it was handed (40 ms an answer).
    bound.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return bound


def _server(app: FastAPI | FaultyServer, certificates: Path | None = None) -> uvicorn.Server:
    """A server of the application. With certificates: mutual TLS."""
    config = uvicorn.Config(app, access_log=False, log_config=None, lifespan="off", timeout_graceful_shutdown=2)
    if certificates is not None:
        config.ssl_certfile = certificates / "server.pem"
        config.ssl_ca_certs = str(certificates / "ca.pem")
        config.ssl_cert_reqs = ssl.CERT_REQUIRED
    return uvicorn.Server(config)


def _until_stdin_closes(stop: Event) -> None:
    """Ends with the process that started us, even when that one was killed."""
    while os.read(sys.stdin.fileno(), 1):  # unbuffered: a buffered read would hold a lock at the end of the process
        pass
    stop.set()


if __name__ == "__main__":
    main()
