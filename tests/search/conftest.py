"""Both indices, empty, each test its own."""

from collections.abc import Iterator
from uuid import uuid4

import pytest

from hub.db import Database
from search.opensearch import OpenSearchIndex
from search.postgres import PostgresIndex


@pytest.fixture
def postgres_index(database: Database) -> Iterator[PostgresIndex]:
    """The index in PostgreSQL."""
    made = PostgresIndex(database.url.set(drivername="postgresql").render_as_string(hide_password=False))
    made.create()
    yield made
    made.close()


@pytest.fixture
def opensearch_index(opensearch_urls: str) -> Iterator[OpenSearchIndex]:
    """The index in OpenSearch, under a name of its own, removed after the test."""
    made = OpenSearchIndex(opensearch_urls.split(","), name=f"test-{uuid4().hex}", replicas=0)
    made.create()
    yield made
    for index in made._indices._all():
        made._indices.remove(index)
    made.close()
