"""The whole API against its own description, as every role: no 5xx, and no answer that the description does not name.

The input is made by schemathesis, from the description alone. ``make attack`` makes more of it.
"""

import os
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.strategies import SearchStrategy
from requests import Session
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import positive_data_acceptance

from tests.web import maja
from tests.web.conftest import Town

pytestmark = pytest.mark.xdist_group("api_contract")
EXAMPLES = int(os.environ.get("HELHED_TEST_API_EXAMPLES", "2"))
"""Of each operation, of each kind of input."""
SEED = int(os.environ.get("HELHED_TEST_API_SEED", "15"))
ROLES = ("anna.holm", "tine.skov", "jens.dam", None, "gitte.berg")
"""An employee, the administrator, the data protection officer; nobody, and a manager, whom most of it refuses."""
OFTEN = ROLES[:3]
"""They send each input of a kind; the others the first."""
ORDER = ("GET", "PATCH", "POST", "DELETE")
"""What is read comes before what changes it."""
BOUNDED = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    phases=(Phase.generate,),
    suppress_health_check=list(HealthCheck),
)


def _inputs(description: dict[str, Any], known: dict[str, str]) -> Iterator[SearchStrategy[schemathesis.Case[Any]]]:
    """Of each operation: what the description allows, the same about what there is, and what it does not allow."""
    results = schemathesis.openapi.from_dict(description).get_all_operations()
    operations = [result.ok() for result in results if isinstance(result, Ok)]
    assert len(operations) > 40, "the description is read whole"
    for operation in sorted(operations, key=lambda operation: ORDER.index(operation.method.upper())):
        named = {key: value for key, value in known.items() if f"{{{key}}}" in operation.path}
        yield operation.as_strategy(schemathesis.GenerationMode.POSITIVE)
        if named:
            yield operation.as_strategy(schemathesis.GenerationMode.POSITIVE, path_parameters=named)
        if operation.body or operation.query or operation.path_parameters:
            yield operation.as_strategy(schemathesis.GenerationMode.NEGATIVE)


def test_the_api_keeps_its_description_as_every_role(town: Town) -> None:
    callers = {}
    for actor_id in ROLES:
        browser, session = town.client(actor_id), Session()
        cookie = "; ".join(f"{name}={value}" for name, value in browser.http.cookies.items())
        callers[actor_id] = session, {"x-csrf-token": browser.token(), "cookie": cookie}
    description = town.client("anna.holm").get("/api/openapi.json").json()
    breaks: set[str] = set()
    answers: set[int] = set()

    is_first = True

    def ask(case: schemathesis.Case[Any]) -> None:
        nonlocal is_first
        actor_ids, is_first = ROLES if is_first else OFTEN, False
        for actor_id in actor_ids:
            session, headers = callers[actor_id]
            # To the server that runs: in the process each call would start an event loop of its own.
            response = case.call(base_url=town.address, session=session, headers=headers)
            answers.add(response.status_code)
            try:
                # What is well formed may be refused: there is no such thing, or it is not for this role.
                case.validate_response(response, excluded_checks=[positive_data_acceptance])
            except FailureGroup as failures:
                breaks.update(
                    f"{actor_id}: {case.operation.label}: {fault.title}: {fault.message}"
                    for fault in failures.exceptions
                )

    for strategy in _inputs(description, {"citizen_id": str(town.ids[maja.MAJA]), "name": "social"}):
        is_first = True
        seed(SEED)(BOUNDED(given(strategy)(ask)))()
    assert not breaks, "\n".join(sorted(breaks))
    assert answers >= {200, 401, 403, 404, 422}, "the API is reached in depth"
