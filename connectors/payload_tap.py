"""Shows a preview what the source said, beside the record that became of it. Nobody taps during a run."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_TAP: ContextVar[dict[tuple[str, str], object] | None] = ContextVar("payload_tap", default=None)


@contextmanager
def tapped() -> Iterator[dict[tuple[str, str], object]]:
    """Payloads, as the source sent them, by the type and id of their record; as long as the block lasts."""
    payloads: dict[tuple[str, str], object] = {}
    token = _TAP.set(payloads)
    try:
        yield payloads
    finally:
        _TAP.reset(token)


def show_payload(record_type: str, source_id: str, payload: object) -> None:
    """Tell a preview, if there is one, what the record of that type and id is made of."""
    payloads = _TAP.get()
    if payloads is not None:
        payloads[record_type, source_id] = payload
