"""Two structures that matching stands on: sets that are joined, and numbers that replace one another. Pure.

Both are iterative and take time that grows with the number of what goes in, times at most its logarithm: one person
record may hold thousands of numbers, and a chain of replacements may have any length.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from schemas.identifiers import Identifier


class Key(NamedTuple):
    """An identifier as a value to compare by; the value is left out of ``repr``.

    A tuple, as all that matching makes of each record: a batch compares keys a hundred times a record.
    """

    namespace: str
    value: str
    national: bool
    """Follows from the namespace."""

    def __repr__(self) -> str:
        return f"Key(namespace={self.namespace!r}, national={self.national!r})"

    @classmethod
    def of(cls, identifier: Identifier) -> "Key":
        """The key of an identifier."""
        return cls(identifier.namespace, identifier.value, identifier.is_national)


class DisjointSets:
    """Keys in sets; joining two keys joins their sets."""

    def __init__(self) -> None:
        self._parent: dict[Key, Key] = {}
        self._least: dict[Key, Key] = {}
        self._size: dict[Key, int] = {}
        self.steps = 0
        """How often a key was looked up; tests measure the work by it."""

    def join(self, keys: Iterable[Key]) -> None:
        """Put all of *keys* into one set."""
        first: Key | None = None
        for key in keys:
            self._add(key)
            first = key if first is None else self._union(first, key)

    def find(self, key: Key) -> Key:
        """The key that stands for this key's set; itself when it was never joined."""
        path = []
        while (parent := self._parent.get(key, key)) != key:
            path.append(key)
            key = parent
            self.steps += 1
        for visited in path:
            self._parent[visited] = key
        return key

    def least(self, representative: Key) -> Key:
        """The least key of the set."""
        return self._least[representative]

    def size(self, representative: Key) -> int:
        """How many keys the set has."""
        return self._size.get(representative, 1)

    def members(self) -> Iterator[Key]:
        """All keys that were joined."""
        yield from self._parent

    def _add(self, key: Key) -> None:
        self.steps += 1
        if key not in self._parent:
            self._parent[key] = self._least[key] = key
            self._size[key] = 1

    def _union(self, first: Key, second: Key) -> Key:
        larger, smaller = self.find(first), self.find(second)
        if larger == smaller:
            return larger
        if self._size[larger] < self._size[smaller]:
            larger, smaller = smaller, larger
        self._parent[smaller] = larger
        self._size[larger] += self._size[smaller]
        self._least[larger] = min(self._least[larger], self._least[smaller])
        return larger


class Replacements:
    """Which key stands for which, from statements "these replace those".

    A key is followed to the one that replaced it, as far as there is one and only one. A key in a circle stands for
    itself, and so does one whose successors lead to different keys.
    """

    def __init__(self, statements: Iterable[tuple[Iterable[Key], Iterable[Key]]]) -> None:
        # A statement is a node of its own between old and new keys: n new times m old keys would be n * m edges.
        self._statements: list[tuple[Key, ...]] = []
        self._of_old: dict[Key, list[int]] = defaultdict(list)
        for new, old in statements:
            replaced, successors = frozenset(old), frozenset(new)
            if not (successors and replaced):
                continue
            for key in replaced:
                self._of_old[key].append(len(self._statements))
            self._statements.append(tuple(successors - replaced))
        self.steps = 0
        """How many nodes and edges were visited; tests measure the work by it."""
        self.circular: set[Key] = set()
        """Keys that replace themselves by way of others."""
        self.forked: set[Key] = set()
        """Keys that different keys are said to replace."""
        self._roots: dict[Key, Key] = {}
        self._settle()

    @property
    def replaced(self) -> Iterable[Key]:
        """All keys that are said to be replaced."""
        return self._of_old.keys()

    def root(self, key: Key) -> Key:
        """The key that stands for this one."""
        return self._roots.get(key, key)

    def _settle(self) -> None:
        """Strongly connected components (Tarjan, iterative) come out successors first, so roots are known in time."""
        leads_to: dict[int, frozenset[Key]] = {}
        for component in self._components():
            for node in component:
                if isinstance(node, int):
                    roots = {self.root(key) for key in self._statements[node]}
                    leads_to[node] = frozenset(list(roots)[:2])
            keys = [node for node in component if not isinstance(node, int)]
            if len(keys) > 1:
                self.circular.update(keys)
                continue
            for key in keys:
                roots = {root for statement in self._of_old.get(key, ()) for root in leads_to[statement]}
                if len(roots) == 1:
                    self._roots[key] = roots.pop()
                elif roots:
                    self.forked.add(key)

    def _components(self) -> Iterator[list[Key | int]]:
        index: dict[Key | int, int] = {}
        low: dict[Key | int, int] = {}
        stack: list[Key | int] = []
        open_nodes: set[Key | int] = set()
        for start in self._of_old:
            if start in index:
                continue
            work: list[tuple[Key | int, Iterator[Key | int]]] = [(start, self._successors(start))]
            index[start] = low[start] = len(index)
            stack.append(start)
            open_nodes.add(start)
            while work:
                node, successors = work[-1]
                self.steps += 1
                following = next(successors, None)
                if following is None:
                    work.pop()
                    if work:
                        low[work[-1][0]] = min(low[work[-1][0]], low[node])
                    if low[node] == index[node]:
                        yield self._close(node, stack, open_nodes)
                elif following not in index:
                    index[following] = low[following] = len(index)
                    stack.append(following)
                    open_nodes.add(following)
                    work.append((following, self._successors(following)))
                elif following in open_nodes:
                    low[node] = min(low[node], index[following])

    def _successors(self, node: Key | int) -> Iterator[Key | int]:
        return iter(self._statements[node] if isinstance(node, int) else self._of_old.get(node, ()))

    @staticmethod
    def _close(node: Key | int, stack: list[Key | int], open_nodes: set[Key | int]) -> list[Key | int]:
        component: list[Key | int] = []
        while not component or component[-1] != node:
            component.append(stack.pop())
            open_nodes.discard(component[-1])
        return component
