"""The health system: a small FHIR R4 server, read only but for the controls under ``/_truth``."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import Depends, FastAPI, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse

from deploy.sandbox.fagsystemer import faults, sessions
from deploy.sandbox.fagsystemer.fhir_resources import Resource, resources, stamp
from deploy.sandbox.fagsystemer.pages import opened
from deploy.sandbox.municipality.truth import Municipality

TYPES = ("Patient", "RelatedPerson", "CarePlan", "Goal", "Encounter", "CareTeam", "Procedure")
_MAX_PAGE = 1000


@dataclass(slots=True)
class Store:
    """Current resources and deletions, and the result sets of searches that are being paged."""

    clock: Callable[[], datetime]
    """The municipality's own time."""
    current: dict[str, dict[str, Resource]] = field(default_factory=lambda: {name: {} for name in TYPES})
    deleted: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    """Type and id to last version and time of deletion."""
    searches: dict[str, list[Resource]] = field(default_factory=dict)
    _shown_until: str = ""

    def now(self) -> str:
        """The municipality's own time as a FHIR instant."""
        return stamp(self.clock())

    def show(self, truth: Municipality) -> None:
        """Hold what is true on another day.

        What is new, changed or gone gets a version and a time after the last: who asks for what changed since the last
        reading is told all of it.
        """
        since, self._shown_until = self._shown_until, self.now()
        every = {(resource["resourceType"], resource["id"]): resource for resource in resources(truth)}
        current = {kind: dict(held) for kind, held in self.current.items()}  # others read the one that is there
        for (kind, key), resource in every.items():
            before = current[kind].get(key)
            if before is None or _without_meta(before) != _without_meta(resource):
                current[kind][key] = resource | {"meta": self._meta(kind, key, resource["meta"], before, since)}
        self.current = current
        for kind, key in [(kind, key) for kind, held in current.items() for key in held if (kind, key) not in every]:
            self.delete(kind, key)

    def _meta(self, kind: str, key: str, meta: Resource, before: Resource | None, since: str) -> Resource:
        deleted, _ = self.deleted.pop((kind, key), ("0", ""))
        version = max(int(before["meta"]["versionId"] if before else deleted) + 1, int(meta["versionId"]))
        when = meta["lastUpdated"] if meta["lastUpdated"] > since else self._shown_until
        return meta | {"versionId": str(version), "lastUpdated": when}

    def ordered(self, kind: str, since: str) -> list[Resource]:
        """Resources changed at or after *since*, oldest first."""
        resources = [resource for resource in self.current[kind].values() if resource["meta"]["lastUpdated"] >= since]
        return sorted(resources, key=lambda resource: (resource["meta"]["lastUpdated"], resource["id"]))

    def delete(self, kind: str, key: str) -> None:
        """Delete: gone from searches, 410 on reading, an entry without resource in the history."""
        gone = self.current[kind].pop(key)
        self.deleted[kind, key] = (str(int(gone["meta"]["versionId"]) + 1), self.now())

    def change(self, kind: str, key: str, fields: Resource) -> None:
        """Replace top-level fields: a new version with a new time."""
        before = self.current[kind][key]
        meta = before["meta"] | {"versionId": str(int(before["meta"]["versionId"]) + 1), "lastUpdated": self.now()}
        self.current[kind][key] = before | fields | {"meta": meta}


def fhir_app(store: Store, credentials: sessions.Credentials) -> faults.FaultyServer:
    """The server of a store."""
    app = FastAPI(openapi_url=None)
    open_sessions = sessions.Sessions(credentials)
    sessions.install(app, open_sessions)

    def known(request: Request) -> None:
        if not open_sessions.knows(request):
            raise HTTPException(401, "token missing or expired", {"WWW-Authenticate": "Bearer"})

    _reading(app, store, Depends(known))
    _single(app, store, Depends(known))
    _opening(app, store)
    _controls(app, store)
    return faults.FaultyServer(app, open_sessions.clear)


def _reading(app: FastAPI, store: Store, authorised: Any) -> None:
    @app.get("/r4/metadata")
    def metadata() -> dict[str, object]:
        rest = [{"mode": "server", "resource": [{"type": name} for name in TYPES]}]
        return {"resourceType": "CapabilityStatement", "fhirVersion": "4.0.1", "status": "active", "rest": rest}

    @app.get("/r4", dependencies=[authorised])
    def next_page(
        request: Request,
        search: Annotated[str, Query(alias="_getpages")],
        offset: Annotated[int, Query(alias="_getpagesoffset", ge=0)],
        count: Annotated[int, Query(alias="_count", ge=1, le=_MAX_PAGE)] = 100,
    ) -> JSONResponse:
        if search not in store.searches:
            raise HTTPException(410, "this search has expired")
        return _page(request, store, search, offset, count)

    @app.get("/r4/{kind}", dependencies=[authorised])
    def search_type(
        request: Request,
        kind: str,
        updated: Annotated[str, Query(alias="_lastUpdated", pattern=r"^ge\d{4}-")] = "ge0001-01-01",
        count: Annotated[int, Query(alias="_count", ge=1, le=_MAX_PAGE)] = 100,
    ) -> JSONResponse:
        search = secrets.token_urlsafe(9)
        store.searches[search] = store.ordered(_kind(kind), _instant(updated[2:]))
        return _page(request, store, search, 0, count)


def _single(app: FastAPI, store: Store, authorised: Any) -> None:
    @app.get("/r4/{kind}/_history", dependencies=[authorised])
    def history(kind: str, since: Annotated[str, Query(alias="_since")] = "0001-01-01") -> JSONResponse:
        entries: list[Resource] = [_entry(resource) for resource in store.ordered(_kind(kind), _instant(since))]
        for (of, key), (version, when) in store.deleted.items():
            if of == kind and when >= _instant(since):
                request = {"method": "DELETE", "url": f"{kind}/{key}"}
                answer = {"status": "204", "lastModified": when, "etag": f'W/"{version}"'}
                entries.append({"request": request, "response": answer})
        return _fhir({"resourceType": "Bundle", "type": "history", "total": len(entries), "entry": entries})

    @app.get("/r4/{kind}/{key}", dependencies=[authorised])
    def read(kind: str, key: str) -> JSONResponse:
        if (kind, key) in store.deleted:
            raise HTTPException(410, "deleted")
        resource = store.current[_kind(kind)].get(key)
        if resource is None:
            raise HTTPException(404, "no such resource")
        return _fhir(resource, {"ETag": f'W/"{resource["meta"]["versionId"]}"'})


def _opening(app: FastAPI, store: Store) -> None:
    @app.get("/vis/{kind}/{key}")
    def resource_page(kind: str, key: str) -> HTMLResponse:
        """Where Helhed's links into Nexus lead."""
        resource = store.current[_kind(kind)].get(key)
        if resource is None:
            raise HTTPException(404, "no such resource")
        lines = (f"Version {resource['meta']['versionId']}", f"Ændret {resource['meta']['lastUpdated'][:10]}")
        return opened("Nexus", f"{kind} {key}", lines)


def _controls(app: FastAPI, store: Store) -> None:
    @app.delete("/_truth/{kind}/{key}", status_code=204)
    def delete(kind: str, key: str) -> None:
        store.delete(kind, key)

    @app.patch("/_truth/{kind}/{key}", status_code=204)
    def change(kind: str, key: str, fields: dict[str, Any]) -> None:
        store.change(kind, key, fields)


def _page(request: Request, store: Store, search: str, offset: int, count: int) -> JSONResponse:
    matches = store.searches[search]
    links = [{"relation": "self", "url": str(request.url)}]
    if offset + count < len(matches):
        following = f"{request.base_url}r4?_getpages={search}&_getpagesoffset={offset + count}&_count={count}"
        links.append({"relation": "next", "url": following})
    entries = [_entry(resource) | {"search": {"mode": "match"}} for resource in matches[offset : offset + count]]
    bundle = {"resourceType": "Bundle", "type": "searchset", "total": len(matches), "link": links, "entry": entries}
    return _fhir(bundle)


def _without_meta(resource: Resource) -> Resource:
    return {name: value for name, value in resource.items() if name != "meta"}


def _entry(resource: Resource) -> Resource:
    return {"fullUrl": f"urn:helhed:{resource['resourceType']}/{resource['id']}", "resource": resource}


def _kind(kind: str) -> str:
    if kind not in TYPES:
        raise HTTPException(404, "no such resource type")
    return kind


def _instant(text: str) -> str:
    """Any FHIR instant or date as UTC text that sorts with ours."""
    try:
        when = datetime.fromisoformat(text)
        return stamp(when if when.tzinfo else when.replace(tzinfo=UTC))
    except (ValueError, OverflowError):
        raise HTTPException(400, "not an instant") from None


def _fhir(body: Resource, headers: dict[str, str] | None = None) -> JSONResponse:
    return JSONResponse(body, headers=headers, media_type="application/fhir+json")
