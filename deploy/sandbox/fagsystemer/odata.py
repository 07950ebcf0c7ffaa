"""The social system: OData v4 in DUBU's shape. Offers no change feed, no versions, no modification times.

That a case has changed is told by Beskedfordeler, beside it.
"""

import re
from collections.abc import Callable, Iterable
from datetime import datetime
from operator import eq, gt
from typing import Annotated, Any

from fastapi import Body, Depends, FastAPI, HTTPException, Query, Request
from fastapi.responses import HTMLResponse

from deploy.sandbox.fagsystemer import faults, sessions
from deploy.sandbox.fagsystemer.beskedfordeler import message
from deploy.sandbox.fagsystemer.odata_rows import Row, Rows
from deploy.sandbox.fagsystemer.pages import opened
from deploy.sandbox.fagsystemer.webhook import Sender
from deploy.sandbox.municipality.truth import Municipality

SERVER_PAGE = 500
"""At most so many rows are answered, whatever is asked for: silently, as the real one does."""
_COMPARED = re.compile(r"\b(id|sagId) (eq|gt) (\d+)")
_NOT_STATUS = re.compile(r"status/brugervendtNoegle ne '(\w+)'")


class _NoSession(Exception):
    """Nobody is logged in."""


class SocialSystem:
    """The rows that the servers hold, and Beskedfordeler's messages about whose case has changed.

    Args:
        rows: what is true on the first day.
        messages: who delivers them; what is told before anybody subscribed waits there.
        now: the municipality's clock.
    """

    def __init__(self, rows: Rows, messages: Sender, now: Callable[[], datetime]) -> None:
        self.rows = rows
        self.messages = messages
        self._now = now

    def show(self, truth: Municipality) -> None:
        """Hold what is true on another day, and tell of each citizen whose case has changed."""
        before = _by_case(self.rows)
        self.rows.show(truth)
        after = _by_case(self.rows)
        for case in sorted(after):
            if after[case] != before.get(case):
                self.tell(case)

    def tell(self, case: int) -> None:
        """Tell that the case has changed."""
        if case in self.rows.cases:
            number = self.rows.cases[case]["primaerPerson"]["cprnr"]
            self.messages.send(number, message(number, self._now()))


def _by_case(rows: Rows) -> dict[int, tuple[Row, list[Row], list[Row]]]:
    """All that a case holds; nobody tells that somebody has a birthday."""
    efforts: dict[int, list[Row]] = {}
    for effort in rows.efforts.values():
        efforts.setdefault(effort["sagId"], []).append(effort)
    return {
        key: (
            row | {"primaerPerson": row["primaerPerson"] | {"alder": None}},
            rows.activities.get(key, []),
            efforts.get(key, []),
        )
        for key, row in rows.cases.items()
    }


def odata_app(system: SocialSystem, credentials: sessions.Credentials) -> faults.FaultyServer:
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

    _reading(app, system.rows, Depends(require_login))
    _opening(app, system.rows)
    _controls(app, system)
    _subscribing(app, system)
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


def _controls(app: FastAPI, system: SocialSystem) -> None:
    town = system.rows

    def change_activities(key: int, changed: Callable[[Row], list[Row]]) -> None:
        for case, listed in town.activities.items():
            if any(row["id"] == key for row in listed):
                listed[:] = [new for row in listed for new in (changed(row) if row["id"] == key else [row])]
                system.tell(case)

    @app.delete("/_truth/{kind}/{key}", status_code=204)
    def delete(kind: str, key: int) -> None:
        if kind == "Aktivitet":
            change_activities(key, lambda _row: [])
        else:
            gone = _table(town, kind).pop(key)
            system.tell(gone.get("sagId", key))

    @app.patch("/_truth/{kind}/{key}", status_code=204)
    def change(kind: str, key: int, fields: dict[str, Any]) -> None:
        if kind == "Aktivitet":
            change_activities(key, lambda row: [row | fields])
        else:
            row = _table(town, kind)[key] = _table(town, kind)[key] | fields
            system.tell(row.get("sagId", key))

    @app.post("/_truth/Aktivitet/{case}", status_code=204)
    def add(case: int, row: dict[str, Any]) -> None:
        town.activities.setdefault(case, []).append(row)
        system.tell(case)


def _subscribing(app: FastAPI, system: SocialSystem) -> None:
    @app.post("/_beskeder", status_code=204)
    def subscribe(url: Annotated[str, Body()], recent: Annotated[int, Body()] = 0) -> None:
        """Send messages there, first of so many cases that changed of late."""
        system.messages.subscribe(url)
        for case in list(system.rows.cases)[:recent]:
            system.tell(case)

    @app.get("/_beskeder")
    def waiting() -> dict[str, int]:
        return {"waiting": system.messages.waiting(), "delivered": system.messages.delivered}


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
