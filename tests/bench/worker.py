"""A worker of the benchmarks: ``helhed worker`` that reads no source but knows them."""

import signal
import sys
from datetime import timedelta
from threading import Event

from hub import log
from hub.services import build_services
from hub.settings import load
from hub.worker.supervisor import run
from schemas.source import SourceSystem


def main() -> None:
    """Process and index until told to end."""
    settings = load()
    log.set_up(settings.log_level)
    context = build_services(settings, sources=tuple(SourceSystem.model_validate_json(one) for one in sys.argv[1:]))
    stop = Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    run(context, {}, every=timedelta(minutes=1), stop=stop)
    context.close()


if __name__ == "__main__":
    main()
