"""The index in OpenSearch, empty, each test its own."""

from collections.abc import Iterator
from uuid import uuid4

import pytest

from search.opensearch import OpenSearchIndex


@pytest.fixture
def opensearch_index(opensearch_urls: str) -> Iterator[OpenSearchIndex]:
    """The index in OpenSearch, under a name of its own, removed after the test."""
    made = OpenSearchIndex(opensearch_urls.split(","), name=f"test-{uuid4().hex}", replicas=0)
    made.create()
    yield made
    for index in made._indices._all():
        made._indices.remove(index)
    made.close()
