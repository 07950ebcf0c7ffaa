"""How far long work has come, and what came of it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from hub.jobs.job import Job, JobState, estimated_end
from hub.web.shell import job_texts as texts
from hub.web.shell.dates import When, clock_text, number_text, of_moment, plural_of
from hub.web.shell.people import who_decided


@dataclass(frozen=True)
class JobProgress:
    """A job as pages show it; the piece of the page is fetched again until it is over."""

    state: str
    is_over: bool
    is_failed: bool
    counted: str | None
    """How many of how many."""
    share: int | None
    """Percent. None: nobody can tell."""
    ends: str | None
    """When it will be done, if it goes on like this."""
    fault: str | None
    results: tuple[str, ...]
    by: str
    at: When
    """When it was asked for; once it is over, when that was."""
    poll: str
    """Address of this piece of the page."""
    page: str
    """Address of the page, for those without scripts."""


def job_progress(job: Job, employees: Mapping[str, str], now: datetime, *, poll: str, page: str) -> JobProgress:
    """What is shown of the job. *poll*: address of the piece; *page*: of the page around it."""
    state = {
        JobState.WAITING: texts.WAITS,
        JobState.RUNNING: texts.RUNS,
        JobState.DONE: texts.DONE,
        JobState.FAILED: texts.FAILED,
    }[job.state]
    is_counted = not job.is_over and job.total is not None
    ends = estimated_end(job, now)
    return JobProgress(
        state=state,
        is_over=job.is_over,
        is_failed=job.state is JobState.FAILED,
        counted=texts.OF.format(done=number_text(job.done), total=number_text(job.total or 0)) if is_counted else None,
        share=min(100 * job.done // job.total, 100) if is_counted and job.total else None,
        ends=texts.ENDS.format(when=f"kl. {clock_text(ends)}") if ends else None,
        fault=_fault(job),
        results=_results(job),
        by=who_decided(job.requested_by, employees),
        at=of_moment(job.ended_at or job.requested_at, now),
        poll=poll,
        page=page,
    )


def _fault(job: Job) -> str | None:
    if job.fault is None:
        return None
    sentences = {**texts.FAULT, **texts.GAVE_UP} if job.is_over else texts.FAULT
    return sentences.get(job.fault, texts.FAULT["unexpected"])


def _results(job: Job) -> tuple[str, ...]:
    if not job.is_over:
        return ()
    lines = tuple(
        f"{number_text(job.result[word])} {plural_of(job.result[word], *forms)}"
        for word, forms in texts.RESULT.items()
        if job.result.get(word)
    )
    return lines or ((texts.NOTHING[job.kind],) if job.state is JobState.DONE else ())
