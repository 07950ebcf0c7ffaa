"""Checkpoints are signed by a key in a file or in a device, and the log outlives a change of key."""

import shutil
import subprocess
from pathlib import Path

import pkcs11
import pytest
from pkcs11 import Attribute, KeyType, Mechanism
from pkcs11.util.ec import encode_named_curve_parameters
from pydantic import SecretStr

from helhed_verify.note import Checkpoint, LogKey, open_note, read_key, sign_checkpoint
from helhed_verify.verification import verify_export
from hub.audit.export import export_lines
from hub.audit.sealing import LogInconsistent, seal_next
from hub.audit.signing import Signer, signer_of, write_private_key
from hub.db import Database
from hub.errors import InvalidSetting
from hub.settings import Settings
from tests.access_town import NOW
from tests.hub.test_audit_seal import write

LOG = "helhed.test/log"
DEVICE = Path("/usr/lib/softhsm/libsofthsm2.so")
ED25519 = "1.3.101.112"


def signs(signer: Signer) -> bool:
    checkpoint = Checkpoint(LOG, 1, b"\1" * 32, NOW)
    return open_note(sign_checkpoint(checkpoint, signer.key, signer.sign), [signer.key]) == checkpoint


def test_a_key_in_a_file_signs_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "audit.pem"
    write_private_key(path)
    assert path.stat().st_mode & 0o777 == 0o600
    signer = signer_of(Settings(audit_key_file=path, audit_log_name=LOG))
    assert signs(signer)
    assert read_key(str(signer.key)) == signer.key
    with pytest.raises(InvalidSetting, match="File exists"):
        write_private_key(path)


@pytest.mark.parametrize(
    ("content", "words"),
    [(None, "No such file"), (b"nonsense", "no Ed25519 key"), (b"", "no Ed25519 key")],
)
def test_a_file_without_a_key_is_one_line(tmp_path: Path, content: bytes | None, words: str) -> None:
    path = tmp_path / "audit.pem"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InvalidSetting, match=words):
        signer_of(Settings(audit_key_file=path, audit_log_name=LOG))


def test_outside_the_demo_there_is_no_log_without_a_key_and_a_name(tmp_path: Path) -> None:
    with pytest.raises(InvalidSetting, match="helhed audit key"):
        signer_of(Settings())
    write_private_key(tmp_path / "key")
    with pytest.raises(InvalidSetting, match="HELHED_AUDIT_LOG_NAME"):
        signer_of(Settings(audit_key_file=tmp_path / "key"))
    with pytest.raises(InvalidSetting, match="no public key"):
        signer_of(Settings(demo=True, audit_former_keys=tmp_path / "key"))


@pytest.fixture
def device(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A real device in software, with an Ed25519 key that it made itself."""
    program = shutil.which("softhsm2-util")
    if program is None or not DEVICE.exists():
        pytest.skip("SOFTHSM IS MISSING: apt-get install softhsm2")
    (tmp_path / "tokens").mkdir()
    (tmp_path / "softhsm2.conf").write_text(f"directories.tokendir = {tmp_path}/tokens\n", encoding="ascii")
    monkeypatch.setenv("SOFTHSM2_CONF", str(tmp_path / "softhsm2.conf"))
    arguments = ["--init-token", "--free", "--label", "helhed", "--pin", "1234", "--so-pin", "5678"]
    subprocess.run([program, *arguments], check=True, capture_output=True)
    library = pkcs11.lib(str(DEVICE))
    library.reinitialize()
    with library.get_token(token_label="helhed").open(rw=True, user_pin="1234") as session:
        curve = {Attribute.EC_PARAMS: encode_named_curve_parameters(ED25519)}
        domain = session.create_domain_parameters(KeyType.EC_EDWARDS, curve, local=True)
        domain.generate_keypair(mechanism=Mechanism.EC_EDWARDS_KEY_PAIR_GEN, store=True, label="helhed-log")
    return Settings(audit_log_name=LOG, audit_pkcs11_module=DEVICE, audit_pkcs11_pin=SecretStr("1234"))


def test_a_device_signs_without_giving_out_its_key(device: Settings) -> None:
    assert signs(signer_of(device))
    with pytest.raises(InvalidSetting, match="PinIncorrect"):
        signer_of(device.model_copy(update={"audit_pkcs11_pin": SecretStr("9999")}))
    with pytest.raises(InvalidSetting, match="NoSuchKey"):
        signer_of(device.model_copy(update={"audit_pkcs11_key": "other"}))
    with pytest.raises(InvalidSetting, match="NoSuchToken"):
        signer_of(device.model_copy(update={"audit_pkcs11_token": "other"}))
    with pytest.raises(InvalidSetting, match="cannot sign"):
        signer_of(device.model_copy(update={"audit_pkcs11_module": Path("/nowhere.so")}))


def test_the_log_goes_on_under_a_new_key_that_knows_the_former(database: Database, tmp_path: Path) -> None:
    for name in ("first", "second"):
        write_private_key(tmp_path / name)
    first = signer_of(Settings(audit_key_file=tmp_path / "first", audit_log_name=LOG))
    settings = Settings(audit_key_file=tmp_path / "second", audit_log_name=LOG)
    _seal(database, first)
    with pytest.raises(LogInconsistent, match="not the log's own"):
        _seal(database, signer_of(settings))
    (tmp_path / "former").write_text(f"{first.key}\n", encoding="utf-8")
    second = signer_of(settings.model_copy(update={"audit_former_keys": tmp_path / "former"}))
    _seal(database, second)
    keys = (second.key, *second.former)
    assert verify_export(export_lines(database), keys).is_whole
    assert not verify_export(export_lines(database), [LogKey(LOG, second.key.public)]).is_whole


def _seal(database: Database, signer: Signer) -> None:
    write(database, 2)
    with database.transaction() as session:
        seal_next(session, signer, NOW)
