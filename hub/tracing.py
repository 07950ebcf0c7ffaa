"""Traces (OpenTelemetry): which steps a request or a record went through, and how long each took.

Off unless ``set_up`` is given an address; then every function here does nothing. A span names a step and counts;
it never holds a person's data or an error's text.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import wraps
from typing import ParamSpec, TypeVar

from opentelemetry import context, trace
from opentelemetry.trace import Link, SpanKind, Status, StatusCode, Tracer
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

HEADER = "ce_traceparent"
"""CloudEvents' attribute for distributed tracing, as a header of a message."""
MOST_LINKS = 32
_EXPORT_WITHIN = 5.0
_TRACEPARENT = "traceparent"
_NOTHING: AbstractContextManager[None] = nullcontext()
_propagator = TraceContextTextMapPropagator()
_tracer: Tracer | None = None
_close: Callable[[], None] = lambda: None  # noqa: E731  a place for the one that set_up makes

Attribute = str | int | bool
Params = ParamSpec("Params")
Result = TypeVar("Result")


def set_up(endpoint: str, service: str) -> None:
    """Send traces to the OTLP/HTTP collector at *endpoint* from now on; call once, in a root. Empty: do nothing."""
    global _tracer, _close
    if not endpoint:
        return
    # The SDK costs a start a tenth of a second, so only those pay who use it.
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415  see above
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415  see above
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415  see above
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415  see above

    provider = TracerProvider(resource=Resource.create({"service.name": f"helhed-{service}"}))
    address = f"{endpoint.rstrip('/')}/v1/traces"
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=address, timeout=_EXPORT_WITHIN)))
    _tracer, _close = provider.get_tracer("helhed"), provider.shutdown


def close() -> None:
    """Send what is left and trace no more."""
    global _tracer  # noqa: PLW0603  see set_up
    _tracer = None
    _close()


def span(name: str, **attributes: Attribute) -> AbstractContextManager[None]:
    """One step, below the step that is under way. *attributes* are counts, and names of the system's own things."""
    return _NOTHING if _tracer is None else _started(_tracer, name, attributes)


def spanned(name: str) -> Callable[[Callable[Params, Result]], Callable[Params, Result]]:
    """A decorator: every call is a step."""

    def decorate(function: Callable[Params, Result]) -> Callable[Params, Result]:
        @wraps(function)
        def traced(*args: Params.args, **kwargs: Params.kwargs) -> Result:
            with span(name):
                return function(*args, **kwargs)

        return traced

    return decorate


def request(traceparent: str) -> AbstractContextManager[None]:
    """A request from outside, below the caller's own step when the header *traceparent* names one."""
    if _tracer is None:
        return _NOTHING
    return _started(_tracer, "web.request", {}, parent=_context(traceparent), kind=SpanKind.SERVER)


def request_was(method: str, route: str, status: int) -> None:
    """Name the request's span; the route is known only once it is answered."""
    if _tracer is None:
        return
    current = trace.get_current_span()
    current.update_name(f"{method} {route}")
    current.set_attributes({"http.request.method": method, "http.route": route, "http.response.status_code": status})


def batch_span(
    name: str, headers: Iterable[Mapping[str, str]], **attributes: Attribute
) -> AbstractContextManager[None]:
    """Work on a batch of messages: below the step that sent the first one, with links to those that sent others."""
    if _tracer is None:
        return _NOTHING
    first, *others = dict.fromkeys(header.get(HEADER, "") for header in headers) or [""]
    links = [Link(trace.get_current_span(_context(other)).get_span_context()) for other in others[:MOST_LINKS]]
    return _started(_tracer, name, attributes, parent=_context(first), kind=SpanKind.CONSUMER, links=links)


@contextmanager
def continue_span(traceparent: str) -> Iterator[None]:
    """Go on below a step that has ended, as ``traceparent`` named it. Empty: below none."""
    if _tracer is None:
        yield
        return
    token = context.attach(_context(traceparent))
    try:
        yield
    finally:
        context.detach(token)


def traceparent() -> str:
    """The step that is under way, as W3C writes it; empty when there is none."""
    carrier: dict[str, str] = {}
    if _tracer is not None:
        _propagator.inject(carrier)
    return carrier.get(_TRACEPARENT, "")


def headers() -> dict[str, str]:
    """The same as headers of a message, so that its processing is linked to this step."""
    current = traceparent()
    return {HEADER: current} if current else {}


def trace_id() -> str:
    """The trace that is under way; empty when there is none."""
    current = trace.get_current_span().get_span_context() if _tracer is not None else trace.INVALID_SPAN_CONTEXT
    return trace.format_trace_id(current.trace_id) if current.is_valid else ""


@contextmanager
def _started(
    tracer: Tracer,
    name: str,
    attributes: Mapping[str, Attribute],
    *,
    parent: context.Context | None = None,
    kind: SpanKind = SpanKind.INTERNAL,
    links: list[Link] | None = None,
) -> Iterator[None]:
    with tracer.start_as_current_span(
        name,
        context=parent,
        kind=kind,
        attributes={f"helhed.{attribute}": value for attribute, value in attributes.items()},
        links=links,
        record_exception=False,  # its text may hold a person's data
        set_status_on_exception=False,
    ) as current:
        try:
            yield
        except Exception as error:
            current.set_status(Status(StatusCode.ERROR, type(error).__name__))
            raise


def _context(traceparent: str) -> context.Context:
    """The context a header names; an empty one for a header that is missing or no header at all."""
    return _propagator.extract({_TRACEPARENT: traceparent}, context=context.Context())
