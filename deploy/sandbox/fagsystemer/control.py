"""The one place from which all simulated fagsystemer are told what to do: the day it is, and what goes wrong.

``GET /clock`` says which moment it is in the municipality, ``POST /clock {"day": "2024-05-20"}`` makes it the morning
of that day, ``POST /faults/school {"kind": "cut"}`` lets a server misbehave and ``DELETE /faults/school`` ends that.
"""

from datetime import date

from fastapi import FastAPI
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict

from deploy.sandbox.fagsystemer.faults import Order
from deploy.sandbox.fagsystemer.town import Server, Town


class Day(BaseModel):
    """The day it shall be."""

    model_config = ConfigDict(extra="forbid")

    day: date


def control_app(town: Town) -> FastAPI:
    """The control of a municipality."""
    app = FastAPI(openapi_url=None)

    @app.get("/clock")
    def clock() -> dict[str, str]:
        return {"now": town.clock.now().isoformat(), "day": town.today.isoformat()}

    @app.post("/clock")
    def move(target: Day) -> dict[str, str]:
        town.move_to(target.day)
        return clock()

    @app.post("/faults/{server}", status_code=204)
    def misbehave(server: Server, order: Order) -> None:
        town.order(server, order)

    @app.delete("/faults/{server}", status_code=204)
    def behave(server: Server) -> None:
        town.behave(server)

    @app.exception_handler(ValueError)
    def refuse(_request: object, error: Exception) -> JSONResponse:
        return JSONResponse({"error": str(error)}, 422)

    return app
