"""A real nginx in front of the listener, with the file that deploy/ ships: whose word on the sender counts."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from hub.clock import FixedClock
from hub.db import Database
from hub.secrets import PayloadCipher
from tests.connectors.sftp_server import free_port, wait_until_open
from tests.connectors.star_server import Star, serving
from tests.hub.inbox_source import BODY, PATH, Certificates, add_employment, calling, listening, make_inbox
from tests.hub.test_inbox_listener import reasons, stored

NGINX = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/sbin:/usr/bin")
SHIPPED = Path(__file__).parents[2] / "deploy" / "nginx-webhooks.conf"
CLAIMS = ("X-Client-Cert", "X_Client_Cert", "X-Forwarded-Client-Cert", "X-SSL-Client-Cert", "X-SSL-Cert", "Client-Cert")


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return Certificates.make(tmp_path_factory.mktemp("certificates"))


@contextmanager
def nginx(folder: Path, certificates: Certificates, listener: str) -> Iterator[str]:
    """A real nginx as deploy/ ships it, before the listener at that address; skips loudly where it is missing."""
    if NGINX is None:
        pytest.skip("NGINX IS MISSING: apt-get install nginx-light")
    port = free_port()
    shipped = SHIPPED.read_text("utf-8")
    for before, after in {
        "0.0.0.0:443": f"127.0.0.1:{port}",
        "https://127.0.0.1:8443": listener,
        "/etc/nginx/helhed/server.pem": str(certificates.file("listener")),
        "/etc/nginx/helhed/proxy.pem": str(certificates.file("proxy")),
        "/etc/nginx/helhed/senders-ca.pem": str(certificates.folder / "ca.pem"),
        "/etc/nginx/helhed/listener-ca.pem": str(certificates.folder / "ca.pem"),
    }.items():
        assert before in shipped
        shipped = shipped.replace(before, after)
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "".join(f"{kind}_temp_path {folder / kind};" for kind in kinds)
    conf = folder / "nginx.conf"
    conf.write_text(
        f"daemon off; master_process off; pid {folder / 'pid'};\n"
        f"events {{ }}\nhttp {{ access_log off; {temporary}\n{shipped} }}\n",
        "utf-8",
    )
    command = [NGINX, "-p", str(folder), "-e", str(folder / "error.log"), "-c", str(conf)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            wait_until_open(port)
            yield f"https://127.0.0.1:{port}"
        finally:
            process.terminate()


def test_behind_nginx_the_sender_is_who_shook_hands_and_no_header_makes_somebody_else_of_them(
    database: Database,
    cipher: PayloadCipher,
    clock: FixedClock,
    certificates: Certificates,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    claim = quote(certificates.pem("star"))
    proxy = certificates.fingerprint("proxy")
    with serving(Star()) as star_server:
        catalogue = add_employment(database, clock, star_server, [certificates.fingerprint("star")])
        inbox = make_inbox(database, catalogue, cipher, clock)
        with listening(inbox, certificates, proxy) as direct:
            with nginx(tmp_path, certificates, direct) as address:

                def answer(name: str | None, headers: dict[str, str] | None = None) -> int:
                    with calling(address, certificates, name) as caller:
                        return caller.post(PATH, content=BODY, headers=headers).status_code

                assert answer("star") == httpx.codes.ACCEPTED
                # Whatever star claims is taken away; whatever another claims helps nobody.
                assert [answer("star", {name: quote(certificates.pem("other"))}) for name in CLAIMS] == [202] * 6
                assert [answer("other", {name: claim}) for name in CLAIMS] == [403] * 6
                assert [answer(name) for name in ("other", "expired", "foreign", None)] == [403, 400, 400, 400]
            with calling(direct, certificates, "other") as beside_proxy:
                assert beside_proxy.post(PATH, content=BODY, headers={"X-Client-Cert": claim}).status_code == 403
    assert stored(database) == [("0999/fravaer", 7, False)]
    assert reasons(caplog) == ["sender_not_allowed"] * 7 + ["forged_header"]


def test_a_listener_that_is_away_is_a_503_to_the_sender_who_comes_again(
    certificates: Certificates, tmp_path: Path
) -> None:
    nowhere = f"https://127.0.0.1:{free_port()}"
    with nginx(tmp_path, certificates, nowhere) as address, calling(address, certificates, "star") as star:
        answer = star.post(PATH, content=BODY)
        elsewhere = star.get("/oversigt")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert elsewhere.status_code == 404
