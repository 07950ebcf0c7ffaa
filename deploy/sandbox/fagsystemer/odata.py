"""The social system: OData v4 in DUBU's shape. Offers no change feed, no versions, no modification times."""

import re
from collections.abc import Iterable
from typing import Annotated, Any

from fastapi import Depends, FastAPI, HTTPException, Query, Request
from fastapi.responses import HTMLResponse

from deploy.sandbox.fagsystemer import faults, sessions
from deploy.sandbox.fagsystemer.odata_rows import Row, Rows, rows
from deploy.sandbox.municipality.truth import Municipality

SERVER_PAGE = 500
"""At most so many rows are answered, whatever is asked: silently, as the real one does."""
_AFTER = re.compile(r"id gt (\d+)")
_NOT_STATUS = re.compile(r"status/brugervendtNoegle ne '(\w+)'")


class _NoSession(Exception):
    """Nobody is logged in."""


def odata_app(truth: Municipality, credentials: sessions.Credentials) -> FastAPI:
    """The server, filled."""
    filled = rows(truth)
    app = FastAPI(openapi_url=None)
    open_sessions = sessions.Sessions(credentials)
    sessions.install(app, open_sessions)
    faults.install(app, faults.Faults(open_sessions.clear))

    def known(request: Request) -> None:
        if open_sessions.knows(request):
            return
        if request.headers.get("authorization"):
            raise HTTPException(401, "token missing or expired", {"WWW-Authenticate": "Bearer"})
        raise _NoSession

    @app.exception_handler(_NoSession)
    def login_page(_request: Request, _error: Exception) -> HTMLResponse:
        """An expired session is answered with 200 and a page for people."""
        return HTMLResponse(faults.LOGIN_PAGE)

    _reading(app, filled, Depends(known))
    _controls(app, filled)
    return app


def _reading(app: FastAPI, filled: Rows, known: Any) -> None:
    @app.get("/odata/Sag", dependencies=[known])
    def cases(asked: Annotated[dict[str, Any], Depends(_asked)]) -> dict[str, object]:
        return _answer(filled.cases.values(), asked)

    @app.get("/odata/Ydelse", dependencies=[known])
    def efforts(asked: Annotated[dict[str, Any], Depends(_asked)]) -> dict[str, object]:
        return _answer(filled.efforts.values(), asked)

    @app.get("/odata/Aktivitet/Default.GetBySag(Id={case})", dependencies=[known])
    def activities(case: int) -> dict[str, object]:
        if case not in filled.cases:
            raise HTTPException(404, "no such case")
        return {"value": filled.activities.get(case, [])}


def _controls(app: FastAPI, filled: Rows) -> None:
    @app.delete("/_truth/{kind}/{key}", status_code=204)
    def delete(kind: str, key: int) -> None:
        if kind == "Aktivitet":
            for listed in filled.activities.values():
                listed[:] = [row for row in listed if row["id"] != key]
        else:
            _table(filled, kind).pop(key)

    @app.patch("/_truth/{kind}/{key}", status_code=204)
    def change(kind: str, key: int, fields: dict[str, Any]) -> None:
        if kind == "Aktivitet":
            for listed in filled.activities.values():
                listed[:] = [row | fields if row["id"] == key else row for row in listed]
        else:
            _table(filled, kind)[key] = _table(filled, kind)[key] | fields

    @app.post("/_truth/Aktivitet/{case}", status_code=204)
    def add(case: int, row: dict[str, Any]) -> None:
        filled.activities.setdefault(case, []).append(row)


def _table(filled: Rows, kind: str) -> dict[int, Row]:
    return {"Sag": filled.cases, "Ydelse": filled.efforts}[kind]


def _asked(
    top: Annotated[int, Query(alias="$top", ge=1)] = SERVER_PAGE,
    skip: Annotated[int, Query(alias="$skip", ge=0)] = 0,
    order: Annotated[str, Query(alias="$orderby")] = "id",
    condition: Annotated[str, Query(alias="$filter")] = "",
    count: Annotated[bool, Query(alias="$count")] = False,
) -> dict[str, Any]:
    """The query options that are understood; ``$select`` and ``$expand`` are tolerated."""
    return {"top": top, "skip": skip, "order": order, "condition": condition, "count": count}


def _answer(found: Iterable[Row], asked: dict[str, Any]) -> dict[str, object]:
    """A page. The count is of all rows that meet the condition on status, as OData counts before paging."""
    hidden = set(_NOT_STATUS.findall(asked["condition"]))
    chosen = [row for row in found if row["status"]["brugervendtNoegle"] not in hidden]
    after = _AFTER.search(asked["condition"])
    if after:
        chosen = [row for row in chosen if row["id"] > int(after[1])]
    chosen.sort(key=lambda row: int(row["id"]), reverse=asked["order"].endswith("desc"))
    page = chosen[asked["skip"] : asked["skip"] + min(asked["top"], SERVER_PAGE)]
    return ({"@odata.count": len(chosen)} if asked["count"] else {}) | {"value": page}
