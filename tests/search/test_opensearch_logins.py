"""Logins to OpenSearch made and retired; the part with passwords needs the security plugin, which the sandbox lacks."""

import os
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from search.base import LoginNotChanged, SearchUnavailable
from search.opensearch_client import Cluster
from search.opensearch_logins import add_login, retire_login

SECURED = "HELHED_TEST_OPENSEARCH_SECURED"
"""``https://user:password@host:port CA_FILE`` of an administrator of the security API."""


def test_without_the_security_plugin_it_says_what_is_needed(opensearch_urls: str) -> None:
    cluster = Cluster(opensearch_urls.split(","), login=None, ca=None, answer_within=10)
    with pytest.raises(LoginNotChanged, match="needs the security plugin"):
        add_login(cluster, "helhed", "helhed_2", "only-for-tests")
    with pytest.raises(LoginNotChanged, match="needs the security plugin"):
        retire_login(cluster, "helhed")
    cluster.close()


def test_a_second_login_has_the_rights_of_the_first_and_outlives_it() -> None:
    if not (given := os.environ.get(SECURED)):
        pytest.skip(
            f"OPENSEARCH WITH ITS SECURITY PLUGIN IS MISSING: set {SECURED} to 'https://user:pw@host:port CA_FILE'"
        )
    address, ca = given.split()
    url = httpx.URL(address)
    node, authority = str(url.copy_with(userinfo=b"")), Path(ca)

    def cluster(name: str, password: str) -> Cluster:
        return Cluster([node.rstrip("/")], login=(name, password), ca=authority, answer_within=60)

    name, first, second = f"helhed{uuid4().hex[:8]}", "First-for-tests-17!", "Second-for-tests-17!"
    admin = cluster(url.username, url.password)
    api = "/_plugins/_security/api"
    pattern = [{"index_patterns": [f"{name}*"], "allowed_actions": ["*"]}]
    admin.ask("PUT", f"{api}/roles/{name}", {"index_permissions": pattern})
    admin.ask("PUT", f"{api}/internalusers/{name}", {"password": first, "attributes": {"of": "tests"}})
    admin.ask("PUT", f"{api}/rolesmapping/{name}", {"users": [name]})
    for _ in range(2):  # stopped half way it is run again
        assert add_login(admin, name, f"{name}_2", second) == [name]
    for login in (cluster(name, first), cluster(f"{name}_2", second)):
        assert login.ask("PUT", f"/{name}-index/_doc/1", {"a": 1})["_id"] == "1"
    retire_login(admin, name)
    with pytest.raises(SearchUnavailable, match="refuses our login"):
        cluster(name, first).ask("GET", "/")
    assert cluster(f"{name}_2", second).ask("GET", f"/{name}-index/_doc/1")["found"]
    with pytest.raises(LoginNotChanged, match="has no login"):
        retire_login(admin, name)
    admin.ask("DELETE", f"/{name}-index")
    retire_login(admin, f"{name}_2")
    admin.ask("DELETE", f"{api}/rolesmapping/{name}")
    admin.ask("DELETE", f"{api}/roles/{name}")
