"""Verifies a proof about one line, or about two checkpoints: a few hundred bytes instead of the whole log."""

from collections.abc import Sequence
from typing import Any

from helhed_verify.lines import commitment_to
from helhed_verify.merkle import includes, is_consistent
from helhed_verify.note import InvalidNote, LogKey, open_note
from helhed_verify.verification import CannotVerify

FORMAT = "helhed-audit-proof/1"
INCLUSION = "inclusion"
CONSISTENCY = "consistency"


def verify_proof(proof: dict[str, Any], keys: Sequence[LogKey]) -> str | None:
    """What is wrong with the proof; None: it holds.

    Raises:
        CannotVerify: it is no proof.
    """
    if proof.get("format") != FORMAT:
        raise CannotVerify(f"this is no proof: it does not name the format {FORMAT}")
    try:
        if proof["kind"] == INCLUSION:
            return _inclusion_fault(proof, keys)
        if proof["kind"] == CONSISTENCY:
            return _consistency_fault(proof, keys)
    except InvalidNote as error:
        return f"the checkpoint: {error}"
    except (KeyError, TypeError, ValueError, AttributeError):
        pass
    raise CannotVerify("the proof lacks something, or something in it is not as it must be")


def _inclusion_fault(proof: dict[str, Any], keys: Sequence[LogKey]) -> str | None:
    checkpoint = open_note(proof["checkpoint"], keys)
    commitment = bytes.fromhex(proof["commitment"])
    if "entry" in proof and commitment_to(bytes.fromhex(proof["salt"]), proof["entry"].encode()) != commitment:
        return "the line is not the one that was sealed"
    path = [bytes.fromhex(node) for node in proof["path"]]
    if not includes(commitment, int(proof["leaf"]), checkpoint.size, path, checkpoint.root):
        return "the line does not stand at that place of the log that was signed"
    return None


def _consistency_fault(proof: dict[str, Any], keys: Sequence[LogKey]) -> str | None:
    old, new = open_note(proof["old"], keys), open_note(proof["new"], keys)
    path = [bytes.fromhex(node) for node in proof["path"]]
    if old.log != new.log:
        return "the checkpoints are of two logs"
    if not is_consistent((old.size, old.root), (new.size, new.root), path):
        return "the later log does not begin with the earlier one"
    return None
