"""The Merkle tree of RFC 6962 and RFC 9162: roots from a compact range, proofs and their verification."""

from collections.abc import Iterable, Sequence
from hashlib import sha256

HASH_SIZE = 32
EMPTY_ROOT = sha256(b"").digest()


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of one entry; the 0x00 in front keeps it from ever passing for a node."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of two neighbours."""
    return sha256(b"\x01" + left + right).digest()


class CompactRange:
    """A growing tree as the roots of its perfect subtrees, largest first: O(log n) to keep and to extend."""

    def __init__(self, size: int = 0, peaks: Iterable[bytes] = ()) -> None:
        self.size = size
        self.peaks = list(peaks)
        if size < 0 or len(self.peaks) != size.bit_count() or any(len(p) != HASH_SIZE for p in self.peaks):
            raise ValueError("the peaks do not belong to a tree of this size")

    @classmethod
    def decode(cls, size: int, stored: bytes) -> "CompactRange":
        """Read what `encode` wrote for a tree of this size; raises ValueError for anything else."""
        return cls(size, (stored[at : at + HASH_SIZE] for at in range(0, len(stored), HASH_SIZE)))

    def encode(self) -> bytes:
        """Return the peaks, one after the other."""
        return b"".join(self.peaks)

    def append(self, leaf: bytes) -> None:
        """Add one leaf hash."""
        self._add(leaf, level=0)

    def extend(self, leaves: Sequence[bytes]) -> None:
        """Add many leaf hashes, whole perfect subtrees at a time."""
        at = 0
        while at < len(leaves):
            level = _largest_step(self.size, len(leaves) - at)
            self._add(_perfect_root(leaves[at : at + (1 << level)]), level)
            at += 1 << level

    def root(self) -> bytes:
        """Return the root hash of the tree as it stands."""
        if not self.peaks:
            return EMPTY_ROOT
        root = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            root = node_hash(peak, root)
        return root

    def _add(self, subtree: bytes, level: int) -> None:
        rest = self.size >> level
        while rest & 1:
            subtree = node_hash(self.peaks.pop(), subtree)
            rest >>= 1
        self.peaks.append(subtree)
        self.size += 1 << level


def _largest_step(size: int, available: int) -> int:
    """Return the level of the largest perfect subtree that may come next."""
    level = available.bit_length() - 1
    aligned = (size & -size).bit_length() - 1 if size else level
    return min(level, aligned)


def _perfect_root(hashes: Sequence[bytes]) -> bytes:
    while len(hashes) > 1:
        hashes = [sha256(b"\x01" + hashes[i] + hashes[i + 1]).digest() for i in range(0, len(hashes), 2)]
    return hashes[0]


def root_of(leaves: Sequence[bytes]) -> bytes:
    """Return the root hash over these leaf hashes."""
    tree = CompactRange()
    tree.extend(leaves)
    return tree.root()


def inclusion_proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """Return the path that shows the leaf at an index to be in the tree (RFC 9162, 2.1.3.1)."""
    if not 0 <= index < len(leaves):
        raise IndexError(index)
    if len(leaves) == 1:
        return []
    split = _split(len(leaves))
    left, right = leaves[:split], leaves[split:]
    if index < split:
        return [*inclusion_proof(left, index), root_of(right)]
    return [*inclusion_proof(right, index - split), root_of(left)]


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Say whether a path shows this leaf at this index under this root (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    at, last, found = index, size - 1, leaf
    for step in proof:
        if last == 0:
            return False
        if at & 1 or at == last:
            found = node_hash(step, found)
            at, last = _climb(at, last)
        else:
            found = node_hash(found, step)
        at, last = at >> 1, last >> 1
    return last == 0 and found == root


def consistency_proof(leaves: Sequence[bytes], first: int) -> list[bytes]:
    """Return the path that shows the tree of the first leaves to be the beginning of this one (2.1.4.1)."""
    if not 0 < first <= len(leaves):
        raise IndexError(first)
    return _subproof(leaves, first, complete=True)


def verify_consistency(first: int, second: int, first_root: bytes, second_root: bytes, proof: Sequence[bytes]) -> bool:
    """Say whether a path shows the first tree to be the beginning of the second (RFC 9162, 2.1.4.2)."""
    if not 0 < first <= second:
        return False
    if first == second:
        return not proof and first_root == second_root
    path = [first_root, *proof] if first & (first - 1) == 0 else list(proof)
    if not path:
        return False
    at, last = _skip_left_turns(first - 1, second - 1)
    old = new = path[0]
    for step in path[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            old, new = node_hash(step, old), node_hash(step, new)
            at, last = _climb(at, last)
        else:
            new = node_hash(new, step)
        at, last = at >> 1, last >> 1
    return last == 0 and old == first_root and new == second_root


def _subproof(leaves: Sequence[bytes], first: int, *, complete: bool) -> list[bytes]:
    if first == len(leaves):
        return [] if complete else [root_of(leaves)]
    split = _split(len(leaves))
    left, right = leaves[:split], leaves[split:]
    if first <= split:
        return [*_subproof(left, first, complete=complete), root_of(right)]
    return [*_subproof(right, first - split, complete=False), root_of(left)]


def _split(size: int) -> int:
    """Return the largest power of two smaller than a size."""
    return 1 << (size - 1).bit_length() - 1


def _climb(at: int, last: int) -> tuple[int, int]:
    """Climb from a right edge until the node is a right child or the leftmost one."""
    while not at & 1 and at:
        at, last = at >> 1, last >> 1
    return at, last


def _skip_left_turns(at: int, last: int) -> tuple[int, int]:
    while at & 1:
        at, last = at >> 1, last >> 1
    return at, last
