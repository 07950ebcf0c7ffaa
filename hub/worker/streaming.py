"""The worker's loop that hands the log to a SIEM, when one is set."""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from threading import Event

from hub.audit.forms.choice import EventForm
from hub.audit.receivers import Receiver, build_receiver
from hub.audit.streaming import deliver_next
from hub.context import AppContext
from hub.operation.loop_health import LoopHealth
from hub.worker.loops import Loop, repeat

DELIVER_EVERY = timedelta(seconds=10)
"""Between two attempts, also at a receiver that is away."""


def streaming_loops(context: AppContext) -> Sequence[Loop]:
    """Hand over, until told to stop; no loop where nobody gets the log.

    Raises:
        InvalidSetting: the receiver is not set as it must be.
    """
    receiver = build_receiver(context.settings)
    return [Loop(name="audit.stream", run=partial(_run, context, receiver))] if receiver is not None else []


def deliver_all(context: AppContext, receiver: Receiver, stop: Event) -> None:
    """Hand over all that waits, unless another worker does."""
    form = EventForm(context.settings.audit_stream_format)
    with context.database.leading("audit.stream") as is_ours:
        while is_ours and not stop.is_set():
            if not deliver_next(context.database, receiver, form, context.digest_key, context.clock.now()):
                return


def _run(context: AppContext, receiver: Receiver, health: LoopHealth, stop: Event) -> None:
    repeat(partial(deliver_all, context, receiver, stop), health, stop, pause=DELIVER_EVERY)
