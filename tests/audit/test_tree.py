"""The Merkle tree against published vectors, against pymerkle, and against itself."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymerkle import InmemoryTree

from app.audit.tree import (
    EMPTY_ROOT,
    CompactRange,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root_of,
    verify_consistency,
    verify_inclusion,
)

# The reference tree of Certificate Transparency (transparency-dev/merkle, testonly/constants.go).
ENTRIES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
LEAVES = [leaf_hash(entry) for entry in ENTRIES]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
LEAF_0 = "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
LEAF_1 = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
LEAF_4 = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"
NODE_2_3 = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
NODE_4_5 = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"
NODE_6_7 = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
NODE_4_7 = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"

entries = st.lists(st.binary(max_size=8), max_size=70)


@pytest.mark.parametrize("size", range(9))
def test_roots_are_the_published_ones(size: int) -> None:
    assert root_of(LEAVES[:size]).hex() == ROOTS[size]


@pytest.mark.parametrize(
    ("index", "size", "path"),
    [
        (0, 1, []),
        (0, 8, [LEAF_1, NODE_2_3, NODE_4_7]),
        (5, 8, [LEAF_4, NODE_6_7, ROOTS[4]]),
        (2, 3, [ROOTS[2]]),
        (1, 5, [LEAF_0, NODE_2_3, LEAF_4]),
    ],
)
def test_inclusion_proofs_are_the_published_ones(index: int, size: int, path: list[str]) -> None:
    assert [step.hex() for step in inclusion_proof(LEAVES[:size], index)] == path


@pytest.mark.parametrize(
    ("first", "second", "path"),
    [
        (1, 1, []),
        (1, 8, [LEAF_1, NODE_2_3, NODE_4_7]),
        (6, 8, [NODE_4_5, NODE_6_7, ROOTS[4]]),
        (2, 5, [NODE_2_3, LEAF_4]),
    ],
)
def test_consistency_proofs_are_the_published_ones(first: int, second: int, path: list[str]) -> None:
    assert [step.hex() for step in consistency_proof(LEAVES[:second], first)] == path


@given(entries)
def test_roots_and_proofs_are_those_of_another_implementation(inputs: list[bytes]) -> None:
    theirs = InmemoryTree(algorithm="sha256")
    for entry in inputs:
        theirs.append_entry(entry)
    leaves = [leaf_hash(entry) for entry in inputs]
    assert root_of(leaves) == (theirs.get_root() if inputs else EMPTY_ROOT)
    for index in range(len(inputs)):
        proof = theirs.prove_inclusion(index + 1)
        assert inclusion_proof(leaves, index) == proof.path[1:]
        first = index + 1
        older = theirs.get_root(first)
        assert verify_consistency(first, len(leaves), older, root_of(leaves), consistency_proof(leaves, first))


@given(entries, st.lists(st.integers(0, 70), max_size=5))
def test_a_tree_grown_in_any_steps_is_the_same(inputs: list[bytes], cuts: list[int]) -> None:
    leaves = [leaf_hash(entry) for entry in inputs]
    one_by_one, in_steps = CompactRange(), CompactRange()
    for leaf in leaves:
        one_by_one.append(leaf)
    for start, end in pairwise(sorted({0, len(leaves), *(min(cut, len(leaves)) for cut in cuts)})):
        in_steps.extend(leaves[start:end])
    assert one_by_one.root() == in_steps.root() == root_of(leaves)
    assert CompactRange.decode(in_steps.size, in_steps.encode()).root() == one_by_one.root()


@given(st.lists(st.binary(max_size=4), min_size=1, max_size=40), st.data())
def test_a_changed_proof_proves_nothing(inputs: list[bytes], data: st.DataObject) -> None:
    leaves = [leaf_hash(entry) for entry in inputs]
    size, root = len(leaves), root_of(leaves)
    index = data.draw(st.integers(0, size - 1))
    proof = inclusion_proof(leaves, index)
    assert verify_inclusion(leaves[index], index, size, proof, root)
    assert not verify_inclusion(leaf_hash(b"another entry"), index, size, proof, root)
    assert not verify_inclusion(leaves[index], index, size, [*proof, root], root)
    assert not verify_inclusion(leaves[index], size, size, proof, root)
    for at in range(len(proof)):
        changed = [*proof[:at], leaf_hash(proof[at]), *proof[at + 1 :]]
        assert not verify_inclusion(leaves[index], index, size, changed, root)
        assert not verify_inclusion(leaves[index], index, size, proof[:at], root)


@given(st.lists(st.binary(max_size=4), min_size=2, max_size=40), st.data())
def test_a_fork_is_not_consistent(inputs: list[bytes], data: st.DataObject) -> None:
    leaves = [leaf_hash(entry) for entry in inputs]
    first = data.draw(st.integers(1, len(leaves) - 1))
    proof = consistency_proof(leaves, first)
    older, newer = root_of(leaves[:first]), root_of(leaves)
    forked = root_of([leaf_hash(b"a forked entry"), *leaves[1:first]])
    assert verify_consistency(first, len(leaves), older, newer, proof)
    assert not verify_consistency(first, len(leaves), forked, newer, proof)
    assert not verify_consistency(first, len(leaves), older, forked, proof)
    assert not verify_consistency(first, len(leaves), older, newer, [*proof, newer])
    assert not verify_consistency(first, len(leaves), older, newer, proof[:-1])
    assert not verify_consistency(0, len(leaves), older, newer, proof)


@pytest.mark.parametrize(("size", "stored"), [(3, b"x" * 32), (1, b"x" * 31), (0, b"x"), (-1, b"")])
def test_peaks_that_do_not_belong_to_a_size_are_refused(size: int, stored: bytes) -> None:
    with pytest.raises(ValueError, match="peaks"):
        CompactRange.decode(size, stored)


@pytest.mark.parametrize("index", [-1, 8])
def test_there_is_no_proof_for_what_is_not_there(index: int) -> None:
    with pytest.raises(IndexError):
        inclusion_proof(LEAVES, index)
    with pytest.raises(IndexError):
        consistency_proof(LEAVES, index + (index > 0))
