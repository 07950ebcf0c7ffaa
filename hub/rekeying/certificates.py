"""A certificate of ours is replaced by another, which is looked at first."""

import os
import ssl
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from hub.errors import InvalidSetting
from hub.inbox.certificates import CertificateFacts, facts_of


def look_at(new: Path, place: Path, now: datetime) -> CertificateFacts:
    """What a file (PEM: certificate, chain and key) says that is to come into *place*.

    Raises:
        InvalidSetting: it cannot be shown, or somebody who meets it would refuse it.
    """
    facts = _facts(new)
    faults = list(faults_of(facts, _facts_if_any(place), now))
    if faults:
        raise InvalidSetting(f"{new} is not taken: {'; '.join(faults)}")
    return facts


def put(new: Path, place: Path) -> Path | None:
    """Put it there, whole or not at all, with the owner and the rights of the one before.

    Returns:
        Where the one before lies, to be put back; None: there was none.

    Raises:
        InvalidSetting: the disk does not take it; nothing is changed then.
    """
    waiting, former = place.with_name(f".{place.name}.new"), place.with_name(f"{place.name}.former")
    try:
        waiting.unlink(missing_ok=True)
        waiting.touch(mode=0o600)
        waiting.write_bytes(new.read_bytes())
        if not place.exists():
            waiting.replace(place)
            return None
        before = place.stat()
        if os.geteuid() == 0:
            os.chown(waiting, before.st_uid, before.st_gid)
        waiting.chmod(before.st_mode & 0o777)
        former.unlink(missing_ok=True)
        former.hardlink_to(place)
        waiting.replace(place)
    except OSError as error:
        raise InvalidSetting(f"{place} cannot be replaced: {error.strerror}; the one of now is still there") from None
    return former


def faults_of(new: CertificateFacts, current: CertificateFacts | None, now: datetime) -> Iterator[str]:
    """Why whoever meets the new one would refuse it; *current* is the one in use, None where nobody can read it."""
    if new.ends <= now:
        yield f"it ended {new.ends:%Y-%m-%d}"
    if now < new.starts:
        yield f"it does not hold before {new.starts:%Y-%m-%d %H:%M} UTC"
    if current is None:
        return
    if new.ends < current.ends:
        yield f"it ends {new.ends:%Y-%m-%d}, before the one of now ({current.ends:%Y-%m-%d})"
    missing = current.names - new.names
    if missing:
        yield f"it is not for {', '.join(sorted(missing))}, as the one of now is"


def _facts(new: Path) -> CertificateFacts:
    try:
        # Without a password OpenSSL would ask on the terminal.
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(new, password="")
        text = new.read_text(encoding="ascii", errors="replace")
    except ssl.SSLError as error:
        if error.reason == "KEY_VALUES_MISMATCH":
            raise InvalidSetting(f"{new} is not taken: its key belongs to another certificate") from None
        raise InvalidSetting(
            f"{new} is not taken: it must be PEM, the certificate first, then its chain, with a key without a password"
        ) from None
    except OSError as error:
        raise InvalidSetting(f"{new} cannot be read: {error.strerror}") from None
    facts = facts_of(text)
    if facts is None:  # OpenSSL takes forms that it alone knows, as TRUSTED CERTIFICATE
        raise InvalidSetting(f"{new} is not taken: it holds no certificate (PEM)")
    return facts


def _facts_if_any(place: Path) -> CertificateFacts | None:
    try:
        return facts_of(place.read_text(encoding="ascii", errors="replace"))
    except OSError:
        return None
