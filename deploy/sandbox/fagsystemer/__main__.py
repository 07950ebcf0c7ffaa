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
from datetime import date, datetime
from pathlib import Path
from threading import Event, Thread

import uvicorn
from fastapi import FastAPI

from deploy.sandbox.fagsystemer import star_rows
from deploy.sandbox.fagsystemer.fhir import fhir_app
from deploy.sandbox.fagsystemer.odata import odata_app
from deploy.sandbox.fagsystemer.sessions import Credentials
from deploy.sandbox.fagsystemer.sftp import SchoolServer
from deploy.sandbox.fagsystemer.star import JobCentre
from deploy.sandbox.fagsystemer.webhook import Sender
from deploy.sandbox.municipality.generate import generate
from deploy.sandbox.municipality.truth import MORNING
from hub.clock import ShiftedClock

HOST = "127.0.0.1"


def main() -> None:
    """Serve until standard input closes."""
    arguments = _arguments()
    credentials = Credentials(
        os.environ.get("SANDBOX_CLIENT_ID") or "helhed",
        os.environ.get("SANDBOX_CLIENT_SECRET") or secrets.token_urlsafe(24),
    )
    truth = generate(arguments.citizens, arguments.seed, arguments.today)
    fhir, fhir_socket = _server(fhir_app(truth, credentials), arguments.fhir_port)
    odata, odata_socket = _server(odata_app(truth, credentials), arguments.odata_port)
    sender = Sender(arguments.certificates / "star.pem", arguments.certificates / "ca.pem")
    job_centre = JobCentre(star_rows.rows(truth), credentials, sender)
    star, star_socket = _server(job_centre, arguments.star_port, arguments.certificates)
    clock = ShiftedClock(datetime.combine(arguments.today, MORNING))
    school = SchoolServer(
        lambda day: generate(arguments.citizens, arguments.seed, day),
        arguments.today,
        clock.now,
        port=arguments.sftp_port,
    )
    school.start()
    gc.freeze()  # the population stays for good; collecting it again and again would slow every answer
    fhir_base, odata_base = (f"http://{HOST}:{sock.getsockname()[1]}" for sock in (fhir_socket, odata_socket))
    stop = Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda _number, _frame: stop.set())
    servers = ((fhir, fhir_socket), (odata, odata_socket), (star, star_socket))
    threads = [Thread(target=server.run, kwargs={"sockets": [bound]}) for server, bound in servers]
    for thread in threads:
        thread.start()
    addresses = {
        "fhir_url": f"{fhir_base}/r4",
        "fhir_token_url": f"{fhir_base}/token",
        "odata_url": odata_base,
        "odata_token_url": f"{odata_base}/token",
        "odata_login_url": f"{odata_base}/login",
        "star_url": f"https://{HOST}:{star_socket.getsockname()[1]}",
        "client_id": credentials.client_id,
        "client_secret": credentials.client_secret,
        "citizens": len(truth.people),
        **school.addresses(),
    }
    sys.stdout.write(json.dumps(addresses) + "\n")
    sys.stdout.flush()
    Thread(target=_until_stdin_closes, args=(stop,), daemon=True).start()
    stop.wait()
    for server, _ in servers:
        server.should_exit = True
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)  # it counts connections that TLS keeps open
    sender.stop()
    for thread in threads:
        thread.join()
    school.stop()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m deploy.sandbox.fagsystemer", description=__doc__)
    parser.add_argument("--citizens", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--today", type=date.fromisoformat, default=date(2023, 9, 12))
    parser.add_argument("--fhir-port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--odata-port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--star-port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--certificates", type=Path, required=True, help="folder with those of everybody")
    parser.add_argument("--sftp-port", type=int, default=0, help="0 takes a free one")
    return parser.parse_args()


def _server(
    app: FastAPI | JobCentre, port: int, certificates: Path | None = None
) -> tuple[uvicorn.Server, socket.socket]:
    """A server and the listening socket it will take; connections queue from now on. With certificates: mutual TLS."""
    bound = socket.create_server((HOST, port), backlog=128)
    # Inherited by accepted connections; asyncio leaves it out on sockets it was handed (40 ms an answer).
    bound.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    config = uvicorn.Config(app, access_log=False, log_config=None, lifespan="off", timeout_graceful_shutdown=2)
    if certificates is not None:
        config.ssl_certfile = certificates / "server.pem"
        config.ssl_ca_certs = str(certificates / "ca.pem")
        config.ssl_cert_reqs = ssl.CERT_REQUIRED
    return uvicorn.Server(config), bound


def _until_stdin_closes(stop: Event) -> None:
    """Ends with the process that started us, even when that one was killed."""
    while os.read(sys.stdin.fileno(), 1):  # unbuffered: a buffered read would hold a lock at the end of the process
        pass
    stop.set()


if __name__ == "__main__":
    main()
