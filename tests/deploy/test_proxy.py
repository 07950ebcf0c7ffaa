"""A real nginx with the file that deploy/ ships: people get the pages over TLS, and not what is for operators."""

import shutil
import ssl
import subprocess
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import httpx
import pytest
import trustme

from tests.connectors.sftp_server import free_port, wait_until_open

NGINX = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/sbin:/usr/bin")
SHIPPED = Path(__file__).resolve().parents[2] / "deploy/nginx-pages.conf"
NAME = "helhed.example.dk"


class Echo(BaseHTTPRequestHandler):
    """Answers with the headers that came, as a web server behind the proxy sees them."""

    def do_GET(self) -> None:
        body = str(self.headers).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the library's name
        pass


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """Talks to nginx, before one server that is there and one that is away."""
    if NGINX is None:
        pytest.skip("NGINX IS MISSING: apt-get install nginx-light")
    folder = tmp_path_factory.mktemp("nginx")
    authority = trustme.CA()
    authority.issue_cert(NAME, "127.0.0.1").private_key_and_cert_chain_pem.write_to_path(folder / "pages.pem")
    server = HTTPServer(("127.0.0.1", 0), Echo)
    Thread(target=server.serve_forever, daemon=True).start()
    (folder / "upstream.conf").write_text(
        f"upstream helhed_pages {{ server 127.0.0.1:{free_port()}; server 127.0.0.1:{server.server_port}; }}"
    )
    port, plain = free_port(), free_port()
    shipped = SHIPPED.read_text("utf-8")
    for before, after in {
        "0.0.0.0:443": f"127.0.0.1:{port}",
        "0.0.0.0:80": f"127.0.0.1:{plain}",
        "/etc/nginx/helhed/": f"{folder}/",
    }.items():
        assert before in shipped
        shipped = shipped.replace(before, after)
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "".join(f"{kind}_temp_path {folder / kind};" for kind in kinds)
    head = f"daemon off; master_process off; pid {folder / 'pid'};\nevents {{ }}\n"
    (folder / "nginx.conf").write_text(f"{head}http {{ {temporary}\n{shipped} }}\n")
    context = ssl.create_default_context()
    authority.configure_trust(context)
    command = [NGINX, "-p", str(folder), "-e", str(folder / "error.log"), "-c", str(folder / "nginx.conf")]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        wait_until_open(port)
        with httpx.Client(base_url=f"https://127.0.0.1:{port}", verify=context) as https:
            https.headers["x-plain"] = f"http://127.0.0.1:{plain}"
            yield https
        process.terminate()
    server.shutdown()
    server.server_close()


def test_pages_are_passed_on_without_what_a_browser_claims_of_itself(client: httpx.Client) -> None:
    claims = {"Forwarded": "for=192.0.2.1", "X-Forwarded-For": "192.0.2.1", "traceparent": "00-1-1-01"}
    for _ in range(3):  # the server that is away is passed over
        answer = client.get("/overblik", headers={**claims, "Host": NAME})
        assert answer.status_code == 200
        assert "192.0.2.1" not in answer.text
        assert "traceparent" not in answer.text
        assert f"Host: {NAME}" in answer.text


@pytest.mark.parametrize("path", ["/metrics", "/health/ready", "/health/live"])
def test_what_is_for_operators_is_not_there(client: httpx.Client, path: str) -> None:
    assert client.get(path).status_code == 404


def test_plain_http_leads_to_https_at_the_name(client: httpx.Client) -> None:
    answer = httpx.get(f"{client.headers['x-plain']}/log-ind", headers={"Host": "evil.example"})
    assert (answer.status_code, answer.headers["location"]) == (301, f"https://{NAME}/log-ind")
