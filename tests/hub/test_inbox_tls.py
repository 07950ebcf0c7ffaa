"""A certificate is replaced under the listener: the next handshake has it, and a spoilt file changes nothing."""

import logging
import socket
import ssl
from pathlib import Path
from threading import Thread

import pytest
import trustme

from hub.inbox.tls import RenewedContext


@pytest.fixture
def authority(tmp_path: Path) -> trustme.CA:
    made = trustme.CA()
    made.cert_pem.write_to_path(tmp_path / "ca.pem")
    return made


def serial_shown(context: RenewedContext, authority: trustme.CA) -> str:
    """The serial number of the certificate that a caller is shown."""
    trust = ssl.create_default_context()
    authority.configure_trust(trust)
    authority.issue_cert("caller").configure_cert(trust)
    ours, theirs = socket.socketpair()
    server = Thread(target=lambda: context.current().wrap_socket(ours, server_side=True).close())
    server.start()
    with trust.wrap_socket(theirs, server_hostname="localhost") as caller:
        shown = caller.getpeercert()
    server.join()
    ours.close()
    assert shown is not None
    return str(shown["serialNumber"])


def test_a_new_certificate_is_shown_without_a_restart(
    tmp_path: Path, authority: trustme.CA, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "hub.inbox")
    file = tmp_path / "listener.pem"
    authority.issue_cert("localhost").private_key_and_cert_chain_pem.write_to_path(file)
    context = RenewedContext(file, tmp_path / "ca.pem")
    first = serial_shown(context, authority)
    assert serial_shown(context, authority) == first
    assert not caplog.messages
    new = tmp_path / "new.pem"
    authority.issue_cert("localhost").private_key_and_cert_chain_pem.write_to_path(new)
    new.replace(file)
    second = serial_shown(context, authority)
    assert second != first
    file.write_text("half a certifica", encoding="utf-8")
    assert [serial_shown(context, authority) for _ in range(2)] == [second, second]
    file.unlink()
    assert serial_shown(context, authority) == second
    told = ["inbox.certificate_renewed", "inbox.certificate_not_taken", "inbox.certificate_not_taken"]
    assert caplog.messages == told
