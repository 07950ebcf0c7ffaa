"""What ``helhed check`` says of the log's proof: its key, each witness, and the SIEM that gets it."""

from collections.abc import Iterator

from hub.audit.receivers import ReceiverFailed, build_receiver
from hub.audit.signing import signer_of
from hub.audit.witnesses import WitnessFailed
from hub.errors import InvalidSetting
from hub.preflight.rules import Finding, failed, ok, warning
from hub.settings import Settings
from hub.worker.sealing import FEWEST_WITNESSES, build_witnesses


def check_log(settings: Settings) -> Iterator[Finding]:
    """One line for the key, one for each witness, one for the SIEM. What only the worker needs is a warning."""
    try:
        yield ok("log key", f"signs as {signer_of(settings).key.name}")
    except InvalidSetting as error:
        yield warning("log key", str(error), "needed where helhed worker runs (docs/audit.md)")
    yield from _check_witnesses(settings)
    try:
        receiver = build_receiver(settings)
        if receiver is not None:
            receiver.check()
            yield ok("log stream", f"{receiver.name} answers")
    except InvalidSetting as error:
        yield failed("log stream", str(error), "correct the setting that it names")
    except ReceiverFailed as error:
        advice = "see HELHED_AUDIT_STREAM_… (docs/audit.md); nothing is lost meanwhile"
        yield warning("log stream", f"{settings.audit_stream_url}: {error}", advice)


def _check_witnesses(settings: Settings) -> Iterator[Finding]:
    try:
        witnesses = build_witnesses(settings)
    except InvalidSetting as error:
        yield failed("log witness", str(error), "correct the setting that it names")
        return
    if len(witnesses) < FEWEST_WITNESSES and not settings.demo:
        advice = "set two of HELHED_AUDIT_WITNESS_FILE, _TOPIC and _URLS where helhed worker runs"
        yield warning("log witness", f"there are {len(witnesses)} of the two that are needed", advice)
    for witness in witnesses:
        try:
            witness.check()
            yield ok("log witness", f"{witness.name} can take checkpoints")
        except WitnessFailed as error:
            yield warning("log witness", f"{witness.name}: {error}", "helhed audit status says how far behind it is")
