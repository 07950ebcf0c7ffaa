"""A worker of the benchmarks: ``helhed worker`` that reads no source but knows them."""

import signal
from threading import Event

from hub import log
from hub.services import build_services
from hub.settings import load
from hub.worker.supervisor import run


def main() -> None:
    """Process and index until told to end."""
    settings = load()
    log.set_up(settings.log_level)
    context = build_services(settings)
    stop = Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    run(context, stop=stop, collecting=False)
    context.close()


if __name__ == "__main__":
    main()
