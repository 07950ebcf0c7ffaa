"""The social source behind a municipality's own certificate authority."""

import ssl
from pathlib import Path

import trustme

from connectors.sources.social.connector import SocialConnector
from connectors.sources.social.settings import SocialSettings
from hub.clock import FixedClock
from hub.web.sources.texts import ADVICE
from tests.connectors.social_server import SECRET, Dubu, serving


def test_a_certificate_of_our_own_authority_is_trusted_when_named_and_refused_when_not(
    tmp_path: Path, clock: FixedClock
) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    with serving(Dubu(), context) as dubu:
        login = {"token_url": f"{dubu.url}/token", "client_id": "helhed", "client_secret": SECRET}
        common = {"base_url": dubu.url, "environment": "test", "patience": "never", **login}

        def connector(**more: object) -> SocialConnector:
            return SocialConnector("social", SocialSettings.model_validate(common | more), clock=clock.now)

        refused = connector().check()
        trusted = connector(ca_certificates=(tmp_path / "ca.pem").read_text()).check()
    assert not refused.ok
    assert "certificate" in refused.message
    assert trusted.ok, trusted.message


def test_a_source_that_does_not_accept_our_certificate_says_so(tmp_path: Path, clock: FixedClock) -> None:
    authority, foreign = trustme.CA(), trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.verify_mode = ssl.CERT_REQUIRED
    foreign.configure_trust(context)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    with serving(Dubu(), context) as dubu:
        login = {"token_url": f"{dubu.url}/token", "client_id": "helhed", "client_secret": SECRET}
        settings = {"base_url": dubu.url, "environment": "test", "patience": "never", **login}
        settings |= {"ca_certificates": (tmp_path / "ca.pem").read_text()}
        result = SocialConnector("social", SocialSettings.model_validate(settings), clock=clock.now).check()
    assert not result.ok
    assert (result.advice, result.advice in ADVICE) == ("certificate_refused", True)
