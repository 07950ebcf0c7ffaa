"""The index in OpenSearch: the common suite."""

import pytest

from search.opensearch import OpenSearchIndex
from tests.contracts.search_index import SearchIndexSuite


@pytest.fixture
def index(opensearch_index: OpenSearchIndex) -> OpenSearchIndex:
    return opensearch_index


class TestOpenSearchIndex(SearchIndexSuite):
    """Every promise of the port."""
