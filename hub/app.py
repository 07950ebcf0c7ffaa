"""The web application: pages, their JSON twins, and nothing else. A root."""

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from hub import __version__
from hub.context import AppContext
from hub.indexing.serving import OverviewReader
from hub.operation.answers import Operation
from hub.web import (
    api,
    api_administration,
    api_alerts,
    api_connect,
    api_consents,
    api_courses,
    api_disclosures,
    api_links,
    api_overrides,
    api_plan,
    api_rules,
    api_sources,
    api_trial_actions,
)
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
    )
    app.state.context = context
    app.state.reader = OverviewReader(context.index)
    app.state.first_loads = FirstLoads(context.bus)
    app.state.workspaces = WORKSPACES
    app.add_middleware(UnhandledErrorMiddleware)
    app.add_middleware(ReadableTextMiddleware)
    app.add_middleware(BodySizeLimitMiddleware)
    app.add_middleware(OperationsMiddleware, operation=Operation(context))
    app.add_middleware(RequestMetricsMiddleware)
    app.add_middleware(SecurityHeadersMiddleware, https=settings.secure_cookies)
    for workspace in WORKSPACES:
        app.include_router(workspace.router, include_in_schema=False)
    app.include_router(api.router)
    app.include_router(api_administration.router)
    app.include_router(api_sources.router)
    app.include_router(api_alerts.router)
    app.include_router(api_connect.router)
    app.include_router(api_consents.router)
    app.include_router(api_courses.router)
    app.include_router(api_disclosures.router)
    app.include_router(api_links.router)
    app.include_router(api_plan.router)
    app.include_router(api_trial_actions.router)
    app.include_router(api_overrides.router)
    app.include_router(api_overrides.units_router)
    app.include_router(api_rules.router)
    app.mount("/static", StaticFiles(directory=WEB / "static"), name="static")
    errors.install(app)
    return app
