"""The route table of the application, as far as it is sent to."""

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts


def posts(app: FastAPI) -> dict[str, Callable[..., Any]]:
    """The handler of each path that takes a POST, those of included routers with their prefix."""
    handlers: dict[str, Callable[..., Any]] = {
        str(route.path): route.endpoint
        for route in iter_route_contexts(app.routes)
        if "POST" in (route.methods or ()) and route.endpoint
    }
    assert handlers, "the route table is read in vain"
    return handlers
