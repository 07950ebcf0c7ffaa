"""The social system: OData v4 in DUBU's shape. Offers no change feed, no versions, no modification times."""

import re
from collections.abc import Iterable
from operator import eq, gt
from typing import Annotated, Any

from fastapi import Depends, FastAPI, HTTPException, Query, Request
from fastapi.responses import HTMLResponse

from deploy.sandbox.fagsystemer import faults, sessions
from deploy.sandbox.fagsystemer.odata_rows import Row, Rows
from deploy.sandbox.fagsystemer.pages import opened

SERVER_PAGE = 500
"""At most so many rows are answered, whatever is asked for: silently, as the real one does."""
_COMPARED = re.compile(r"\b(id|sagId) (eq|gt) (\d+)")
_NOT_STATUS = re.compile(r"status/brugervendtNoegle ne '(\w+)'")


class _NoSession(Exception):
    """Nobody is logged in."""


def odata_app(town: Rows, credentials: sessions.Credentials) -> faults.FaultyServer:
    """The server of these rows."""
    app = FastAPI(openapi_url=None)
    open_sessions = sessions.Sessions(credentials)
    sessions.install(app, open_sessions)

    def require_login(request: Request) -> None:
        if open_sessions.knows(request):
            return
        if request.headers.get("authorization"):
            raise HTTPException(401, "token missing or expired", {"WWW-Authenticate": "Bearer"})
        raise _NoSession

    @app.exception_handler(_NoSession)
    def login_page(_request: Request, _error: Exception) -> HTMLResponse:
        """An expired session is answered with 200 and a page for people."""
        return HTMLResponse(faults.LOGIN_PAGE)

    _reading(app, town, Depends(require_login))
    _opening(app, town)
    _controls(app, town)
    return faults.FaultyServer(app, open_sessions.clear)


def _reading(app: FastAPI, town: Rows, login: Any) -> None:
    @app.get("/odata/Sag", dependencies=[login])
    def cases(options: Annotated[dict[str, Any], Depends(_query_options)]) -> dict[str, object]:
        return _answer(town.cases.values(), options)

    @app.get("/odata/Ydelse", dependencies=[login])
    def efforts(options: Annotated[dict[str, Any], Depends(_query_options)]) -> dict[str, object]:
        return _answer(town.efforts.values(), options)

    @app.get("/odata/Aktivitet/Default.GetBySag(Id={case})", dependencies=[login])
    def activities(case: int) -> dict[str, object]:
        if case not in town.cases:
            raise HTTPException(404, "no such case")
        return {"value": town.activities.get(case, [])}


def _opening(app: FastAPI, town: Rows) -> None:
    @app.get("/sag/{case}")
    def case_page(case: int) -> HTMLResponse:
        """Where Helhed's links into DUBU lead."""
        if case not in town.cases:
            raise HTTPException(404, "no such case")
        row = town.cases[case]
        efforts = [effort for effort in town.efforts.values() if effort["sagId"] == case]
        lines = [f"Status: {row['status']['titel']}", f"Oprettet {row['oprettetDato'][:10]}"]
        lines += [f"Ydelse: {effort['ydelsestype']['titel']}" for effort in efforts]
        return opened("DUBU", f"{row['titel']} {row['sagsnummer']}", lines)


def _controls(app: FastAPI, town: Rows) -> None:
    @app.delete("/_truth/{kind}/{key}", status_code=204)
    def delete(kind: str, key: int) -> None:
        if kind == "Aktivitet":
            for listed in town.activities.values():
                listed[:] = [row for row in listed if row["id"] != key]
        else:
            _table(town, kind).pop(key)

    @app.patch("/_truth/{kind}/{key}", status_code=204)
    def change(kind: str, key: int, fields: dict[str, Any]) -> None:
        if kind == "Aktivitet":
            for listed in town.activities.values():
                listed[:] = [row | fields if row["id"] == key else row for row in listed]
        else:
            _table(town, kind)[key] = _table(town, kind)[key] | fields

    @app.post("/_truth/Aktivitet/{case}", status_code=204)
    def add(case: int, row: dict[str, Any]) -> None:
        town.activities.setdefault(case, []).append(row)


def _table(town: Rows, kind: str) -> dict[int, Row]:
    return {"Sag": town.cases, "Ydelse": town.efforts}[kind]


def _query_options(
    top: Annotated[int, Query(alias="$top", ge=1)] = SERVER_PAGE,
    skip: Annotated[int, Query(alias="$skip", ge=0)] = 0,
    order: Annotated[str, Query(alias="$orderby")] = "id",
    condition: Annotated[str, Query(alias="$filter")] = "",
    count: Annotated[bool, Query(alias="$count")] = False,
) -> dict[str, Any]:
    """The query options that are understood; ``$select`` and ``$expand`` are tolerated."""
    return {"top": top, "skip": skip, "order": order, "condition": condition, "count": count}


def _answer(rows: Iterable[Row], options: dict[str, Any]) -> dict[str, object]:
    """A page. The count is of all rows that meet the condition on status, as OData counts before paging."""
    hidden = set(_NOT_STATUS.findall(options["condition"]))
    matching = [row for row in rows if row["status"]["brugervendtNoegle"] not in hidden]
    for name, operator, text in _COMPARED.findall(options["condition"]):
        matches = gt if operator == "gt" else eq
        matching = [row for row in matching if matches(row[name], int(text))]
    matching.sort(key=lambda row: int(row["id"]), reverse=options["order"].endswith("desc"))
    page = matching[options["skip"] : options["skip"] + min(options["top"], SERVER_PAGE)]
    return ({"@odata.count": len(matching)} if options["count"] else {}) | {"value": page}
