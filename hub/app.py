"""The web application: pages, their JSON twins, and nothing else. A root."""

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from hub import __version__
from hub.audit.answers import AnswerCounter
from hub.context import AppContext
from hub.indexing.serving import OverviewReader
from hub.operation.answers import Operation
from hub.web import (
    api,
    api_administration,
    api_alerts,
    api_committee,
    api_connect,
    api_consents,
    api_courses,
    api_disclosures,
    api_links,
    api_log_events,
    api_lookups,
    api_meetings,
    api_overrides,
    api_oversight,
    api_plan,
    api_rights,
    api_rules,
    api_samples,
    api_sources,
    api_trial_actions,
    api_webhooks,
)
from hub.web.citizen.workspace import CITIZEN
from hub.web.middlewares.answer_count import AnswerCountMiddleware
from hub.web.middlewares.body_size_limit import BodySizeLimitMiddleware
from hub.web.middlewares.operations import OperationsMiddleware
from hub.web.middlewares.readable_text import ReadableTextMiddleware
from hub.web.middlewares.request_metrics import RequestMetricsMiddleware
from hub.web.middlewares.security_headers import SecurityHeadersMiddleware
from hub.web.middlewares.unhandled_errors import UnhandledErrorMiddleware
from hub.web.shell import errors
from hub.web.shell.first_loads import FirstLoads
from hub.web.shell.rendering import WEB
from hub.web.workspaces import WORKSPACES

_ROUTERS = (
    api.router,
    CITIZEN.router,
    *(workspace.router for workspace in WORKSPACES if workspace is not CITIZEN),
    api_administration.router,
    api_sources.router,
    api_alerts.router,
    api_webhooks.router,
    api_committee.router,
    api_connect.router,
    api_consents.router,
    api_courses.router,
    api_disclosures.router,
    api_links.router,
    api_meetings.router,
    api_oversight.router,
    api_plan.router,
    api_trial_actions.router,
    api_log_events.router,
    api_lookups.router,
    api_samples.router,
    api_overrides.router,
    api_overrides.units_router,
    api_rights.router,
    api_rights.deletions_router,
    api_rules.router,
)
"""A route is looked for in this order, so what is asked for most comes first."""


def create_app(context: AppContext) -> FastAPI:
    """The application over this context. Whoever made the context closes it."""
    settings = context.settings
    app = FastAPI(
        title="Helhed",
        version=__version__,
        description="The same data as the pages, with the same decisions and the same audit lines.",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        # Their address would repeat whatever host the request named.
        redirect_slashes=False,
        # In one list: of a router that is included in another FastAPI prepares every route a second time at the first
        # request, and looks through all of them once more for each router around them.
        routes=[route for router in _ROUTERS for route in router.routes],
    )
    app.state.context = context
    app.state.reader = OverviewReader(context.index)
    app.state.first_loads = FirstLoads(context.bus)
    app.state.workspaces = WORKSPACES
    app.add_middleware(UnhandledErrorMiddleware)
    app.add_middleware(ReadableTextMiddleware)
    app.add_middleware(BodySizeLimitMiddleware)
    app.add_middleware(OperationsMiddleware, operation=Operation(context))
    app.state.answers = AnswerCounter()
    app.add_middleware(AnswerCountMiddleware, context=context, counter=app.state.answers)
    app.add_middleware(RequestMetricsMiddleware)
    app.add_middleware(SecurityHeadersMiddleware, https=settings.secure_cookies)
    app.mount("/static", StaticFiles(directory=WEB / "static"), name="static")
    errors.install(app)
    return app
