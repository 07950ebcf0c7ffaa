"""The registry builds a connector from plain settings, or says which kinds there are."""

import pytest

from connectors.base import Connector
from connectors.registry import CONNECTORS, KindNotFound, build
from hub.clock import FixedClock

SETTINGS = {
    "base_url": "https://dubu.example",
    "environment": "test",
    "token_url": "https://dubu.example/token",
    "client_id": "helhed",
    "client_secret": "made-up",
}


def test_a_connector_is_built_from_plain_settings(clock: FixedClock) -> None:
    built = build("odata", "social", SETTINGS, clock.now)
    assert isinstance(built, Connector)
    assert built.source.name == "social"


def test_an_unknown_kind_is_answered_with_those_there_are(clock: FixedClock) -> None:
    with pytest.raises(KindNotFound, match="'soap'") as unknown:
        build("soap", "social", SETTINGS, clock.now)
    assert all(kind in str(unknown.value) for kind in CONNECTORS)
