"""Who keeps checkpoints outside of our reach: a file, a Kafka topic, or a witness over HTTPS (C2SP tlog-witness).

A witness that has a checkpoint makes it impossible to shorten or rewrite the log below it unseen, also for who has the
database and the key.
"""

import base64
import os
import ssl
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Protocol

import httpx

from connectors.retry import Retryable, RetryPolicy, with_retry
from hub.audit.seal_repository import StoredCheckpoint
from hub.bus.base import Bus, BusRefused, BusUnavailable, Message, TopicNotFound

ANSWER_WITHIN = 10.0
"""Seconds a witness may take."""
COSIGNED = "— "
"""What a line with a cosignature begins with."""

ConsistencyPath = Callable[[int, int], Sequence[bytes]]
"""The proof that the tree of the second size begins with that of the first."""


class WitnessFailed(Exception):
    """The witness did not take the checkpoint. The text says why, without anything that it wrote."""


class Witness(Protocol):
    """Somebody who keeps checkpoints."""

    @property
    def name(self) -> str:
        """Names it in the database and on pages; nothing secret."""

    def hand(self, checkpoint: StoredCheckpoint, known_size: int, path: ConsistencyPath) -> str:
        """Hand over a checkpoint; what the witness signed, if it signs.

        Args:
            checkpoint: the newest one.
            known_size: of the newest that the witness has taken; 0: none.
            path: proves that the log only grew.

        Raises:
            WitnessFailed: it was not taken.
        """

    def check(self) -> None:
        """Reach it without handing over anything.

        Raises:
            WitnessFailed: it would take nothing.
        """


@dataclass(frozen=True)
class FileWitness:
    """A file that is only appended to, on another machine or on a medium that is written once."""

    path: Path
    name: str = "file"

    def hand(self, checkpoint: StoredCheckpoint, _known_size: int, _path: ConsistencyPath) -> str:
        """Append the checkpoint, and an empty line after it; it is on the medium when this returns."""
        try:
            handle = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
            try:
                os.write(handle, f"{checkpoint.note}\n".encode())
                os.fsync(handle)
            finally:
                os.close(handle)
        except OSError as error:
            raise WitnessFailed(f"the file cannot be written: {error.strerror}") from None
        return ""

    def check(self) -> None:
        """Whether the file, or one in its folder, could be written."""
        if not os.access(self.path if self.path.exists() else self.path.parent, os.W_OK):
            raise WitnessFailed("the file cannot be written, or its folder is not there")


@dataclass(frozen=True)
class TopicWitness:
    """A Kafka topic without a time limit; whoever reads it has the checkpoints."""

    bus: Bus
    topic: str
    name: str = "topic"

    def hand(self, checkpoint: StoredCheckpoint, _known_size: int, _path: ConsistencyPath) -> str:
        """Publish the checkpoint; the brokers have it when this returns."""
        message = Message(key=self.topic, value=checkpoint.note.encode())
        try:
            try:
                self.bus.publish(self.topic, [message])
            except TopicNotFound:
                self.bus.create({self.topic: 1})
                self.bus.publish(self.topic, [message])
        except (BusUnavailable, BusRefused) as error:
            raise WitnessFailed(f"Kafka does not take it: {type(error).__name__}") from None
        return ""

    def check(self) -> None:
        """Whether the brokers answer."""
        try:
            self.bus.state([self.topic])
        except (BusUnavailable, BusRefused) as error:
            raise WitnessFailed(f"Kafka does not answer: {type(error).__name__}") from None


@dataclass(frozen=True)
class HttpWitness:
    """A witness over HTTPS that checks that the log only grew, and signs what it has seen."""

    url: str
    ca: Path | None = None

    @property
    def name(self) -> str:
        """Its address."""
        return self.url

    def hand(self, checkpoint: StoredCheckpoint, known_size: int, path: ConsistencyPath) -> str:
        """Hand over the checkpoint with the proof from the one it has; its signatures."""
        try:
            return self._add(checkpoint, known_size, path)
        except _KnowsAnother as error:
            # Taken before, and the answer was lost.
            if not 0 <= error.size <= checkpoint.size:
                raise WitnessFailed(f"it has a log of {error.size} lines, ours has {checkpoint.size}") from None
            with suppress(_KnowsAnother):
                return self._add(checkpoint, error.size, path)
            raise WitnessFailed("it takes checkpoints of the log from somebody else") from None

    def check(self) -> None:
        """Whether it is there and we trust it; an empty request is none that it takes."""
        try:
            answer = with_retry(lambda: self._post(""), RetryPolicy.NEVER)
        except Retryable as error:
            raise WitnessFailed(str(error)) from None
        if answer.status_code == HTTPStatus.NOT_FOUND:
            raise WitnessFailed("there is no witness at that address: it answered HTTP 404")

    def _add(self, checkpoint: StoredCheckpoint, known_size: int, path: ConsistencyPath) -> str:
        nodes = [base64.b64encode(node).decode() for node in path(known_size, checkpoint.size)]
        body = "\n".join([f"old {known_size}", *nodes, "", checkpoint.note])
        try:
            answer = with_retry(lambda: self._post(body), RetryPolicy.BRISK)
        except Retryable as error:
            raise WitnessFailed(str(error)) from None
        if answer.status_code == HTTPStatus.CONFLICT and answer.text.strip().isdigit():
            raise _KnowsAnother(int(answer.text))
        if answer.status_code != HTTPStatus.OK:
            raise WitnessFailed(f"it answered HTTP {answer.status_code}")
        return "".join(f"{line}\n" for line in answer.text.splitlines() if line.startswith(COSIGNED))

    def _post(self, body: str) -> httpx.Response:
        trust = ssl.create_default_context(cafile=None if self.ca is None else str(self.ca))
        try:
            answer = httpx.post(
                f"{self.url.rstrip('/')}/add-checkpoint",
                content=body.encode(),
                timeout=ANSWER_WITHIN,
                verify=trust,
                follow_redirects=False,
            )
        except httpx.HTTPError as error:
            raise Retryable(f"it does not answer: {type(error).__name__}") from None
        if answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR or answer.status_code == HTTPStatus.TOO_MANY_REQUESTS:
            raise Retryable(f"it answered HTTP {answer.status_code}")
        return answer


class _KnowsAnother(Exception):
    """The witness has taken a checkpoint of another size."""

    def __init__(self, size: int) -> None:
        super().__init__(size)
        self.size = size
