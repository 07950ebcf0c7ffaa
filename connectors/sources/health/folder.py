"""A folder of FHIR files: KL delivery reports, MedCom messages, single resources; and what becomes of each resource."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from itertools import islice
from pathlib import Path

from connectors.base import Batch
from connectors.errors import RecordRejected
from connectors.sources.health.bundles import ResourceInContext, in_order, unpack
from connectors.sources.health.context import Run
from connectors.sources.health.lookup import LOOKED_UP
from connectors.sources.health.resources import Json
from connectors.sources.health.translate import translate
from connectors.transports.files import read_json_files
from schemas.record import Rejection, RejectionRule, SourceRecord


def read_folder(folder: Path, run: Run, page_size: int = 200) -> Iterator[Batch]:
    """Everything in the folder, oldest statement first; a reference finds its resource in any of the files.

    Unreadable files come as rejections in the first batch.

    Raises:
        SourceRefused: the folder is missing or may not be read.
    """
    by_id: dict[tuple[str, str], Json] = {}
    run = replace(run, look_up=lambda resource_type, resource_id: by_id.get((resource_type, resource_id)))
    resources: list[ResourceInContext] = []
    rejected: list[Rejection] = []
    for file in read_json_files(folder):
        if isinstance(file, Rejection):
            rejected.append(file)
        elif not isinstance(file.content, dict):
            rejected.append(Rejection(record_type="file", field="(file)", rule=RejectionRule.WRONG_SHAPE))
        else:
            for item in unpack(file.content, run):
                if isinstance(item, Rejection):
                    rejected.append(item)
                else:
                    resources.append(item)
    ordered = in_order(resources)
    by_id.update(_latest(ordered))
    pages = iter(ordered)
    total = len(resources) + len(rejected)
    yield translate_all(list(islice(pages, page_size)), rejected, total=total)
    while page := list(islice(pages, page_size)):
        yield translate_all(page, [], total=total)


def _latest(ordered: Iterable[ResourceInContext]) -> dict[tuple[str, str], Json]:
    """Each resource as it was stated last; among those without a time the content decides, never the order of files."""
    by_id: dict[tuple[str, str], tuple[datetime | None, str, Json]] = {}
    for resource, context in ordered:
        key = (str(resource.get("resourceType")), str(resource.get("id")))
        if key[0] not in LOOKED_UP:
            continue
        content, earlier = json.dumps(resource, sort_keys=True), by_id.get(key)
        # They come oldest first: another time is a later one.
        if earlier is None or context.stated_at != earlier[0] or content > earlier[1]:
            by_id[key] = (context.stated_at, content, resource)
    return {key: resource for key, (_, _, resource) in by_id.items()}


def translate_all(
    resources: Iterable[ResourceInContext], rejected: Iterable[Rejection], *, total: int | None = None
) -> Batch:
    """One batch of these resources: records, what was rejected, and how many each rule left out."""
    records: list[SourceRecord] = []
    rejections = list(rejected)
    skipped: Counter[str] = Counter()
    for resource, context in resources:
        try:
            outcome = translate(resource, context)
        except RecordRejected as error:
            rejections.append(error.rejection)
            continue
        if outcome.record is not None:
            records.append(outcome.record)
        else:
            skipped[f"{outcome.resource_type}: {outcome.rule}"] += 1
    return Batch(records=tuple(records), rejected=tuple(rejections), skipped=dict(skipped), total=total)


def read_folder_summary(folder: Path, name: str, clock: Callable[[], datetime]) -> Counter[tuple[str, str]]:
    """How many resources of each type came to what: ``mapped``, ``deleted``, ``skipped: …`` or ``quarantined: …``.

    Raises:
        SourceRefused: the folder is missing or may not be read.
    """
    counts: Counter[tuple[str, str]] = Counter()
    for batch in read_folder(folder, Run(source=name, observed_at=clock())):
        counts.update((record.record_type, "deleted" if record.deleted else "mapped") for record in batch.records)
        counts.update((rejection.record_type, f"quarantined: {rejection.rule}") for rejection in batch.rejected)
        for key, count in batch.skipped.items():
            resource_type, _, rule = key.partition(": ")
            counts[resource_type, f"skipped: {rule}"] += count
    return counts
