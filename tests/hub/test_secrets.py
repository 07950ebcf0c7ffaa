"""Secrets of sources: encrypted, bound to their field, under keys that can be replaced; known by the schema."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue, SecretStr

from connectors.registry import CONNECTORS
from hub.errors import InvalidSetting
from hub.secrets import SecretKeys, secret_keys
from hub.settings import Settings
from hub.sources.secret_fields import divide, is_secret, merge

OLD, NEW = b"o" * 32, b"n" * 32
FIELD = "source:social:client_secret"
HEALTH = CONNECTORS["fhir"].spec()


@given(st.text(), st.text(max_size=40))
def test_a_secret_comes_back_only_where_it_belongs(secret: str, place: str) -> None:
    keys = SecretKeys({"new": NEW})
    ciphertext = keys.encrypt(secret, FIELD)
    assert keys.decrypt(ciphertext, FIELD) == secret
    assert len(secret) < 4 or secret.encode() not in ciphertext
    if place != FIELD:
        with pytest.raises(InvalidSetting):
            keys.decrypt(ciphertext, place)


def test_the_first_key_encrypts_and_older_ones_still_decrypt() -> None:
    ciphertext = SecretKeys({"old": OLD}).encrypt("hush", FIELD)
    both = SecretKeys({"new": NEW, "old": OLD})
    assert both.decrypt(ciphertext, FIELD) == "hush"
    assert not both.is_current(ciphertext)
    assert both.encrypt("hush", FIELD).startswith(b"new.")
    with pytest.raises(InvalidSetting, match="lacks the key old"):
        SecretKeys({"new": NEW}).decrypt(ciphertext, FIELD)
    with pytest.raises(InvalidSetting, match="not the one"):
        SecretKeys({"old": NEW}).decrypt(ciphertext, FIELD)


def test_a_changed_ciphertext_is_refused() -> None:
    keys = SecretKeys({"k": OLD})
    ciphertext = bytearray(keys.encrypt("hush", FIELD))
    ciphertext[-1] ^= 1
    with pytest.raises(InvalidSetting):
        keys.decrypt(bytes(ciphertext), FIELD)


def test_a_key_is_missed_only_when_it_is_needed() -> None:
    none = secret_keys(Settings(demo=False))
    with pytest.raises(InvalidSetting, match="HELHED_SECRET_KEYS is not set"):
        none.encrypt("hush", FIELD)
    demo = secret_keys(Settings(demo=True))
    assert demo.decrypt(demo.encrypt("hush", FIELD), FIELD) == "hush"


@pytest.mark.parametrize("keys", ["", "a", "a:zz", "a:" + "0" * 62, f"a:{'0' * 64},a:{'1' * 64}", f"a.b:{'0' * 64}"])
def test_keys_that_cannot_be_are_refused_without_being_shown(keys: str) -> None:
    with pytest.raises(InvalidSetting, match="HELHED_SECRET_KEYS is not as needed") as told:
        secret_keys(Settings(secret_keys=SecretStr(keys)))
    assert "0000" not in str(told.value)


names = st.text("abcdefgh-", min_size=1, max_size=8)
plain = st.fixed_dictionaries(
    {}, optional={"base_url": st.text(), "page_size": st.integers(), "unknown": st.booleans()}
)
hidden = st.fixed_dictionaries(
    {}, optional={"client_secret": st.text(), "extra_headers": st.dictionaries(names, st.text())}
)


@given(plain, hidden)
def test_no_secret_stays_and_all_come_back(settings: dict[str, JsonValue], secrets: dict[str, JsonValue]) -> None:
    whole = {**settings, **secrets}
    rest, taken = divide(HEALTH, whole)
    assert {name: value for name, value in rest.items() if name != "extra_headers"} == settings
    assert rest.get("extra_headers", {}) == {}
    assert merge(rest, taken) == whole
    assert all(is_secret(HEALTH, path) for path in taken)


def test_a_reference_to_a_secret_is_no_secret() -> None:
    rest, taken = divide(HEALTH, {"client_secret": {"env": "NAME"}, "extra_headers": {"X-Key": {"file": "key"}}})
    assert taken == {}
    assert rest == {"client_secret": {"env": "NAME"}, "extra_headers": {"X-Key": {"file": "key"}}}
    assert not is_secret(HEALTH, "base_url")
