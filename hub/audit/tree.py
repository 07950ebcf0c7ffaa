"""The tree over the log (RFC 6962), with its leaves and larger subtrees in PostgreSQL (decision 0038)."""

from collections.abc import Sequence

from helhed_verify.merkle import EMPTY_ROOT, leaf_hash, node_hash
from hub.audit import seal_repository as repository
from hub.db import Session

STORED_FROM = 256
"""Leaves of the smallest subtree whose root is stored; smaller ones are computed from their leaves."""

Leaf = tuple[int, bytes]
"""``seq`` of a line, and the commitment to it."""
Range = tuple[int, int]
"""Leaves from the first up to, and without, the second."""


class SealedTree:
    """The tree as it is in the transaction of *session*."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def size(self) -> int:
        """How many leaves there are."""
        return repository.tree_size(self._session)

    def append(self, leaves: Sequence[Leaf]) -> None:
        """Append the leaves in one statement."""
        repository.add_leaves(self._session, self.size(), leaves)

    def root(self, size: int) -> bytes:
        """The root of the tree as it was with so many leaves."""
        return self._root(0, size)

    def inclusion_path(self, leaf: int, size: int) -> list[bytes]:
        """The proof that the leaf at that place (from 0) is in the tree of that size, from below (RFC 6962, 2.1.1)."""
        return [self._root(first, last) for first, last in inclusion_ranges(leaf, size)]

    def consistency_path(self, old_size: int, size: int) -> list[bytes]:
        """The proof that the tree of that size begins with the older one, from below (RFC 6962, 2.1.2)."""
        return [self._root(first, last) for first, last in consistency_ranges(old_size, size)]

    def _root(self, first: int, last: int) -> bytes:
        width = last - first
        if not width:
            return EMPTY_ROOT
        split = _split(width)
        if width == 2 * split or width == 1:
            return self._subtree(first, width)
        return node_hash(self._root(first, first + split), self._root(first + split, last))

    def _subtree(self, first: int, width: int) -> bytes:
        """The root of a complete subtree: its width is a power of two."""
        if width < STORED_FROM:
            nodes = [leaf_hash(each) for each in repository.list_commitments(self._session, first, first + width)]
            while len(nodes) > 1:
                nodes = [node_hash(left, right) for left, right in zip(nodes[::2], nodes[1::2], strict=True)]
            return nodes[0]
        root = repository.get_subtree(self._session, first, width)
        if root is None:
            half = width // 2
            root = node_hash(self._subtree(first, half), self._subtree(first + half, half))
            repository.add_subtree(self._session, first, width, root)
        return root


def inclusion_ranges(leaf: int, size: int) -> list[Range]:
    """The ranges of leaves whose roots are the proof, from below."""
    ranges: list[Range] = []
    first, last = 0, size
    while last - first > 1:
        middle = first + _split(last - first)
        if leaf < middle:
            ranges.append((middle, last))
            last = middle
        else:
            ranges.append((first, middle))
            first = middle
    return ranges[::-1]


def consistency_ranges(old_size: int, size: int) -> list[Range]:
    """The ranges of leaves whose roots are the proof, from below; none where the trees are one, or the old is empty."""
    ranges: list[Range] = []
    first, last, is_whole = 0, size, True
    while 0 < old_size < last - first:
        split = _split(last - first)
        if old_size <= split:
            ranges.append((first + split, last))
            last = first + split
        else:
            ranges.append((first, first + split))
            first, old_size, is_whole = first + split, old_size - split, False
    if ranges and not is_whole:
        ranges.append((first, last))
    return ranges[::-1]


def _split(width: int) -> int:
    """The largest power of two below *width*, where RFC 6962 divides a tree; of one leaf there is none, and it is 1."""
    return 1 << max(width - 1, 1).bit_length() - 1
