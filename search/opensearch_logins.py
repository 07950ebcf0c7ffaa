"""Logins to OpenSearch's security plugin: another one beside that of now, with its rights, and the former one removed.

https://docs.opensearch.org/latest/security/access-control/api/
"""

import json
from typing import Any
from urllib.parse import quote

from search.base import LoginNotChanged
from search.opensearch_client import Cluster, OpenSearchRefuses

_API = "/_plugins/_security/api"
_COPIED = ("backend_roles", "attributes", "opendistro_security_roles", "description")


def add_login(administrator: Cluster, current: str, new: str, password: str) -> list[str]:
    """Make the login *new* with the rights of *current*; the roles it was given by name.

    Made again it has the password of the last time.

    Raises:
        SearchUnavailable: OpenSearch does not answer, or does not let the administrator in.
        LoginNotChanged: there is no such user, or the administrator may not.
    """
    user = _user(administrator, current)
    if user is None:
        raise LoginNotChanged(
            f"OpenSearch itself does not keep the password of {current}: is it in a directory, change it there"
        )
    rights = {name: user[name] for name in _COPIED if user.get(name)}
    _ask(administrator, "PUT", _path("internalusers", new), {**rights, "password": password})
    given = []
    for role, users in _named(administrator):
        if current in users:
            if new not in users:
                _ask(administrator, "PATCH", _path("rolesmapping", role), _change("add", "/users/-", new))
            given.append(role)
    return given


def retire_login(administrator: Cluster, name: str) -> None:
    """Remove a login and take it out of every role.

    Raises:
        SearchUnavailable: as above.
        LoginNotChanged: as above.
    """
    if _user(administrator, name) is None:
        raise LoginNotChanged(f"OpenSearch has no login {name}")
    for role, users in _named(administrator):
        if name in users:
            place = f"/users/{users.index(name)}"
            _ask(administrator, "PATCH", _path("rolesmapping", role), _change("remove", place))
    _ask(administrator, "DELETE", _path("internalusers", name))


def _user(administrator: Cluster, name: str) -> dict[str, Any] | None:
    answer = _ask(administrator, "GET", _path("internalusers", name))
    return answer.get(name) if isinstance(answer, dict) else None


def _named(administrator: Cluster) -> list[tuple[str, list[str]]]:
    """The roles with the users that are named in their mappings."""
    mappings = _ask(administrator, "GET", f"{_API}/rolesmapping")
    return [(role, list(mapping.get("users") or ())) for role, mapping in mappings.items()]


def _path(kind: str, name: str) -> str:
    return f"{_API}/{kind}/{quote(name, safe='')}"


def _change(verb: str, path: str, value: str | None = None) -> str:
    """As JSON Patch (RFC 6902)."""
    return json.dumps([{"op": verb, "path": path} | ({} if value is None else {"value": value})])


def _ask(administrator: Cluster, method: str, path: str, body: dict[str, Any] | str | None = None) -> Any:
    try:
        return administrator.ask(method, path, body)
    except OpenSearchRefuses as refusal:
        what = f"{method} {path.removeprefix(_API)}"
        raise LoginNotChanged(
            f"OpenSearch refuses {what} ({refusal}): it needs the security plugin, and an administrator whose role is"
            " in plugins.security.restapi.roles_enabled; a reserved role is changed by its certificate alone"
        ) from None
