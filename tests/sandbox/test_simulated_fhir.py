"""The health system over real HTTP: paging, deletion, login, faults."""

from typing import Any

import httpx
import pytest

from deploy.sandbox.fagsystemer.process import Running

KINDS = ("Patient", "RelatedPerson", "CarePlan", "Encounter")


def pages(client: httpx.Client, kind: str, count: int = 37) -> list[dict[str, Any]]:
    results: list[dict[str, Any]] = []
    address: str | None = f"{client.base_url}{kind}?_lastUpdated=ge1900-01-01&_sort=_lastUpdated&_count={count}"
    while address:
        bundle = client.get(address).raise_for_status().json()
        results += [entry["resource"] for entry in bundle["entry"]]
        address = next((link["url"] for link in bundle["link"] if link["relation"] == "next"), None)
    return results


def test_every_page_brings_each_resource_exactly_once(fhir: httpx.Client, running: Running) -> None:
    for kind in KINDS:
        results = [page["id"] for page in pages(fhir, kind)]
        assert len(results) == len(set(results)) > 0, kind
        times = [page["meta"]["lastUpdated"] for page in pages(fhir, kind)]
        assert times == sorted(times)
    assert len(pages(fhir, "Patient")) == running.citizens + 1  # and one patient with somebody else's number


def test_everything_is_marked_as_made_up(fhir: httpx.Client) -> None:
    tag = {"system": "urn:helhed:synthetic", "code": "true"}
    assert all(tag in page["meta"]["tag"] for kind in KINDS for page in pages(fhir, kind))


def test_a_deletion_is_in_the_history_and_the_resource_is_gone(fhir: httpx.Client, own_servers: Running) -> None:
    before = pages(fhir, "CarePlan")
    gone = before[0]["id"]
    control = own_servers.fhir_url.removesuffix("/r4") + f"/_truth/CarePlan/{gone}"
    httpx.delete(control).raise_for_status()
    assert gone not in {page["id"] for page in pages(fhir, "CarePlan")}
    assert fhir.get(f"CarePlan/{gone}").status_code == 410
    entries = fhir.get("CarePlan/_history", params={"_since": "2023-09-12T07:00:00Z"}).json()["entry"]
    assert [entry["request"] for entry in entries] == [{"method": "DELETE", "url": f"CarePlan/{gone}"}]
    assert "resource" not in entries[0]


def test_a_change_is_a_new_version_that_comes_last(fhir: httpx.Client, own_servers: Running) -> None:
    control = own_servers.fhir_url.removesuffix("/r4") + "/_truth/Patient/p-1"
    httpx.patch(control, json={"birthDate": "1986-07-16"}).raise_for_status()
    last = pages(fhir, "Patient")[-1]
    assert (last["id"], last["birthDate"], last["meta"]["versionId"]) == ("p-1", "1986-07-16", "2")
    assert fhir.get("Patient/p-1").headers["etag"] == 'W/"2"'


def test_nobody_reads_without_a_token(running: Running) -> None:
    assert httpx.get(f"{running.fhir_url}/Patient").status_code == 401
    form = {"grant_type": "client_credentials", "client_id": running.client_id, "client_secret": "wrong"}
    assert httpx.post(running.fhir_token_url, data=form).status_code == 401


def order(running: Running, kind: str, times: int = 1) -> None:
    fault_order = {"kind": kind, "path": "/r4", "times": times, "seconds": 0}
    httpx.post(running.fhir_url.removesuffix("/r4") + "/_faults", json=fault_order).raise_for_status()


@pytest.mark.parametrize(
    ("kind", "status"), [("throttle", 429), ("unavailable", 503), ("expire_tokens", 401), ("html", 200)]
)
def test_a_fault_comes_on_command_and_goes_away(fhir: httpx.Client, running: Running, kind: str, status: int) -> None:
    order(running, kind)
    answer = fhir.get("Patient")
    assert answer.status_code == status
    if kind == "throttle":
        assert answer.headers["retry-after"] == "0"
    if kind == "html":
        assert answer.headers["content-type"].startswith("text/html")
    if kind != "expire_tokens":
        assert fhir.get("Patient").json()["resourceType"] == "Bundle"


def test_the_body_can_be_bent(fhir: httpx.Client, running: Running) -> None:
    whole = fhir.get("Patient", params={"_count": 10}).json()
    order(running, "truncate")
    with pytest.raises(ValueError, match=r"Expecting|Unterminated|delimiter"):
        fhir.get("Patient", params={"_count": 10}).json()
    order(running, "next_host")
    links = fhir.get("Patient", params={"_count": 10}).json()["link"]
    assert any(link["url"].startswith("http://intern-server.invalid") for link in links)
    order(running, "drop_rows")
    assert len(fhir.get("Patient", params={"_count": 10}).json()["entry"]) < len(whole["entry"])
