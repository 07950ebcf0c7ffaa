"""The web application: pages, their JSON twins, and nothing else. A root."""

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from starlette.middleware.sessions import SessionMiddleware

from hub.parts import Parts
from hub.web import api, citizen, citizens, errors, login, oversight, sources
from hub.web.security import SecureAnswers
from hub.web.templating import WEB

COOKIE = "helhed"


def create_app(parts: Parts) -> FastAPI:
    """The application over these parts. Whoever made the parts closes them."""
    settings = parts.settings
    app = FastAPI(
        title="Helhed",
        description="The same look-ups as the pages, with the same decisions and the same lines in the log.",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
    )
    app.state.parts = parts
    app.add_middleware(
        SessionMiddleware,
        secret_key=parts.session_key.hex(),
        session_cookie=COOKIE,
        max_age=60 * settings.session_minutes,
        same_site="lax",
        https_only=settings.secure_cookies,
    )
    app.add_middleware(SecureAnswers, https=settings.secure_cookies)
    for pages in (login, citizens, citizen, sources, oversight):
        app.include_router(pages.router, include_in_schema=False)
    app.include_router(api.router)
    app.mount("/static", StaticFiles(directory=WEB / "static"), name="static")
    errors.install(app)
    return app
