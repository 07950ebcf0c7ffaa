"""The loop that writes beside the backups who was forgotten, where this worker reaches them."""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from threading import Event

from hub.backup.place import BackupPlace
from hub.backup.settings import backup_place
from hub.context import AppContext
from hub.operation.loop_health import LoopHealth
from hub.recovery.register import read_register, save_register
from hub.worker.loops import Loop, repeat

LOOK_EVERY = timedelta(minutes=1)


def backup_loops(context: AppContext) -> Sequence[Loop]:
    """None where ``HELHED_BACKUP_DIR`` is not set; then a timer does it (``helhed backup forgotten``)."""
    if context.settings.backup_dir is None:
        return []
    place = backup_place(context.settings)
    place.make()
    return [Loop(name="backups", run=partial(_write, context, place), may_rest=True)]


def _write(context: AppContext, place: BackupPlace, health: LoopHealth, stop: Event) -> None:
    def step() -> None:
        with context.database.transaction() as session:
            register = read_register(session, context.clock.now())
        save_register(place, register)

    repeat(step, health, stop, pause=LOOK_EVERY)
