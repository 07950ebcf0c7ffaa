"""A folder of FHIR files: KL delivery reports, MedCom messages, single resources; and what becomes of each resource."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path

from connectors.base import Batch
from connectors.errors import RecordRejected
from connectors.sources.health.bundles import Found, in_order, unpack
from connectors.sources.health.context import Json, Run
from connectors.sources.health.translate import translate
from connectors.transports.files import read_json_files
from schemas.record import Rejection, RejectionRule, SourceRecord

LARGEST_KEPT = 256 * 1024
"""Bytes of a rejected payload that are still kept for replay."""


def read_folder(folder: Path, run: Run, page_size: int = 200) -> Iterator[Batch]:
    """Everything in the folder, oldest statement first. Unreadable files come as rejections in the first batch.

    Raises:
        SourceRefused: the folder is missing or may not be read.
    """
    found: list[Found] = []
    rejected: list[Rejection] = []
    for file in read_json_files(folder):
        if isinstance(file, Rejection):
            rejected.append(file)
        elif not isinstance(file.content, dict):
            rejected.append(Rejection(record_type="file", field="(file)", rule=RejectionRule.WRONG_SHAPE))
        else:
            try:
                found += unpack(file.content, run)
            except RecordRejected as error:
                rejected.append(error.rejection)
    resources = iter(in_order(found))
    total = len(found) + len(rejected)
    yield translate_all(list(islice(resources, page_size)), rejected, total=total)
    while page := list(islice(resources, page_size)):
        yield translate_all(page, [], total=total)


def translate_all(found: list[Found], rejected: list[Rejection], *, total: int | None = None) -> Batch:
    """One batch of these resources: records, what was rejected, and how many each rule left out."""
    records: list[SourceRecord] = []
    skipped: Counter[str] = Counter()
    for resource, setting in found:
        try:
            outcome = translate(resource, setting)
        except RecordRejected as error:
            rejected = [*rejected, error.rejection.model_copy(update={"raw": _raw(resource)})]
            continue
        if outcome.record is not None:
            records.append(outcome.record)
        else:
            skipped[f"{outcome.resource_type}: {outcome.rule}"] += 1
    return Batch(records=tuple(records), rejected=tuple(rejected), skipped=dict(skipped), total=total)


def read_folder_summary(folder: Path, name: str, clock: Callable[[], datetime]) -> Counter[tuple[str, str]]:
    """How many resources of each type came to what: ``mapped``, ``deleted``, ``skipped: …`` or ``quarantined: …``.

    Raises:
        SourceRefused: the folder is missing or may not be read.
    """
    counts: Counter[tuple[str, str]] = Counter()
    for batch in read_folder(folder, Run(source=name, observed_at=clock())):
        counts.update((record.record_type, "deleted" if record.deleted else "mapped") for record in batch.records)
        counts.update((one.record_type, f"quarantined: {one.rule}") for one in batch.rejected)
        for what, many in batch.skipped.items():
            kind, _, rule = what.partition(": ")
            counts[kind, f"skipped: {rule}"] += many
    return counts


def _raw(resource: Json) -> bytes | None:
    raw = json.dumps(resource, ensure_ascii=False, sort_keys=True).encode()
    return raw if len(raw) <= LARGEST_KEPT else None
