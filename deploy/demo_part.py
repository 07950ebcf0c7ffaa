"""One process of the distributed demo: ``python -m deploy.demo_part web PORT`` or ``… worker``.

What ``helhed serve`` and ``helhed worker`` are in production, in the demo's own time.
"""

import os
import signal
import sys
from threading import Event

import uvicorn

from deploy.demo_distributed import CONTROL, clock_of_the_demo
from deploy.sandbox.clock import follow as follow_clock
from hub import log
from hub.app import create_app
from hub.services import build_services
from hub.settings import Settings
from hub.worker.supervisor import run


def main(kind: str, port: str = "0") -> None:
    """Run until told to end."""
    settings, clock = Settings(), clock_of_the_demo()
    follow_clock(clock, os.environ[CONTROL])
    log.set_up(settings.log_level)
    context = build_services(settings, clock=clock)
    context.catalogue.synchronise()
    if kind == "web":
        uvicorn.run(
            create_app(context), host=settings.host, port=int(port), http="h11", access_log=False, log_config=None
        )
    else:
        stop = Event()
        signal.signal(signal.SIGTERM, lambda *_: stop.set())
        signal.signal(signal.SIGINT, lambda *_: stop.set())
        run(context, stop=stop)
    context.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
