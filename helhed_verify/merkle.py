"""The Merkle tree of RFC 6962: its root from the leaves, and whether a proof holds.

A leaf of the tree is the commitment to a line of the log. What builds the tree shares nothing with this but the two
hashes, so a fault in one of the two is seen by the other.
"""

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import NamedTuple

EMPTY_ROOT = sha256(b"").digest()


def leaf_hash(commitment: bytes) -> bytes:
    """The hash of a leaf (RFC 6962, 2.1)."""
    return sha256(b"\x00" + commitment).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node."""
    return sha256(b"\x01" + left + right).digest()


class Subtree(NamedTuple):
    """The root of a complete subtree over 2 ** height leaves."""

    height: int
    root: bytes


def subtrees(first: int, commitments: Iterable[bytes]) -> list[Subtree]:
    """The largest complete subtrees over leaves that begin at the place *first* of a tree, from left to right.

    Level by level: a million leaves one by one take twice as long.
    """
    nodes = [sha256(b"\x00" + commitment).digest() for commitment in commitments]
    left: list[Subtree] = []
    right: list[Subtree] = []
    place, height = first, 0
    while nodes:
        begin, end = place & 1, len(nodes)
        if begin:
            left.append(Subtree(height, nodes[0]))
        if (place + end) & 1 and end > begin:
            end -= 1
            right.append(Subtree(height, nodes[end]))
        pairs = iter(nodes[begin:end])
        nodes = [
            sha256(b"\x01" + left_node + right_node).digest()
            for left_node, right_node in zip(pairs, pairs, strict=True)
        ]
        place, height = (place + 1) >> 1, height + 1
    return left + right[::-1]


class Frontier:
    """The roots of the complete subtrees of a tree that grows, the largest first; enough to tell its root at any size.

    Attributes:
        size: how many leaves it has.
    """

    def __init__(self) -> None:
        self.size = 0
        self._subtrees: list[bytes] = []

    def extend(self, commitments: Iterable[bytes]) -> None:
        """Add the next leaves."""
        for subtree in subtrees(self.size, commitments):
            self.add(subtree)

    def add(self, subtree: Subtree) -> None:
        """Add the next leaves by the root of the complete subtree over them; it begins at a multiple of its size."""
        height, node = subtree
        place = self.size >> height
        while place & 1:
            node = sha256(b"\x01" + self._subtrees.pop() + node).digest()
            place >>= 1
        self._subtrees.append(node)
        self.size += 1 << height

    def root(self) -> bytes:
        """The root of the tree as it is now."""
        if not self._subtrees:
            return EMPTY_ROOT
        *rest, root = self._subtrees
        for subtree in reversed(rest):
            root = node_hash(subtree, root)
        return root


def includes(commitment: bytes, leaf: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Whether the leaf at that place (from 0) of the tree with *size* leaves is this one (RFC 9162, 2.1.3.2)."""
    if not 0 <= leaf < size:
        return False
    place, last, node = leaf, size - 1, leaf_hash(commitment)
    for sibling in path:
        if last == 0:
            return False
        if place & 1 or place == last:
            node = node_hash(sibling, node)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            node = node_hash(node, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and node == root


def is_consistent(old: tuple[int, bytes], new: tuple[int, bytes], path: Sequence[bytes]) -> bool:
    """Whether the new tree begins with the old one (RFC 9162, 2.1.4.2); each as its size and root."""
    (old_size, old_root), (new_size, new_root) = old, new
    if old_size == new_size:
        return not path and old_root == new_root
    if old_size == 0:
        return not path and old_root == EMPTY_ROOT
    if not 0 < old_size < new_size or not path:
        return False
    nodes = [old_root, *path] if old_size & (old_size - 1) == 0 else list(path)
    place, last = old_size - 1, new_size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    before = after = nodes[0]
    for node in nodes[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            before, after = node_hash(node, before), node_hash(node, after)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            after = node_hash(after, node)
        place, last = place >> 1, last >> 1
    return last == 0 and before == old_root and after == new_root
