"""Tensor shapes: one edge at a time, and over a whole graph."""

import itertools
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from msdiff.model.obligation import Held, Undecided, Violated
from msdiff.propagate.shapes import Match, TensorWire, unify_shapes


def wire(key="a.x->b.y", offered=(), required=(), **more):
    """An edge by its key, with the two shapes."""
    (producer, out_port), (consumer, in_port) = (end.split(".") for end in key.split("->"))
    return TensorWire(key, producer, out_port, consumer, in_port, offered, required, **more)


def match(offered, required, **more):
    return unify_shapes([wire(offered=offered, required=required, **more)])["a.x->b.y"]


def broken(*witnesses):
    return Violated(witnesses=frozenset(witnesses))


def test_equal_sizes_hold():
    assert match((3, 224, 224), (3, 224, 224)) == Match(Held(), False, (3, 224, 224), (3, 224, 224))


def test_sizes_that_differ_are_named_one_by_one():
    found = match((1, 768, 7), (1, 1024, 8))
    assert found == Match(
        broken("dim 1", "dim 2"), False, (1, 768, 7), (1, 1024, 8), (), "dim 1: 768 against 1024; dim 2: 7 against 8"
    )


def test_rank_that_differs():
    assert match((3, 4), (3,)) == Match(broken("rank"), False, (3, 4), (3,), (), "2 dimensions against 1")


@pytest.mark.parametrize(
    ("offered", "required", "dynamic"),
    [
        ((-1, 768), (1, 768), True),
        ((None, 768), (1, 768), True),
        ((1, 768), (-1, 768), False),
        ((-1,), (-1,), False),
        (("n",), (8,), False),
        (("n",), ("m",), False),
    ],
)
def test_free_dimensions_hold_and_say_when_the_producer_leaves_open_what_the_consumer_needs(offered, required, dynamic):
    found = match(offered, required)
    assert (found.outcome, found.dynamic) == (Held(), dynamic)


def test_batching_adds_a_dimension_on_the_side_that_has_it():
    assert match((3, 8), (1, 3, 8), offered_batched=True) == Match(Held(), True, (-1, 3, 8), (1, 3, 8))
    assert match((1, 3, 8), (3, 8), required_batched=True) == Match(Held(), False, (1, 3, 8), (-1, 3, 8))
    assert match((3, 8), (3, 8), offered_batched=True, required_batched=True).outcome == Held()
    assert match((3, 8), (3, 8), offered_batched=True).outcome == broken("rank")


@pytest.mark.parametrize("shape", ["3x4", 3, (True,), (1.5,), (-2,), ((1,),), {"n": 1}, None])
def test_what_is_no_shape_is_undecided(shape):
    assert match(shape, (1,)).outcome == Undecided("the offered shape is not a list of sizes, names and -1")
    assert match((1,), shape).outcome == Undecided("the required shape is not a list of sizes, names and -1")


def test_a_name_is_one_size_throughout_its_node():
    found = match(("n", "n"), (8, 16))
    assert found.outcome == broken("dim 1")
    assert found.why == "dim 1: 8 (`n` of `a`) against 16"


def test_a_name_means_nothing_in_another_node():
    found = unify_shapes([wire("a.x->b.y", ("n",), (8,)), wire("c.x->d.y", ("n",), (16,))])
    assert [one.outcome for one in found.values()] == [Held(), Held()]


def test_a_contradiction_over_several_edges_is_found_at_the_last_one_and_names_those_that_lead_to_it():
    wires = [
        wire("a.x->b.y", (8,), ("n",)),
        wire("b.z->c.y", ("n",), ("m",)),
        wire("c.z->d.y", ("m",), (16,)),
        wire("a.x->e.y", (8,), ("k",)),
    ]
    held = Match(Held(), False)
    assert unify_shapes(wires) == {
        "a.x->b.y": held._replace(offered=(8,), required=("n",)),
        "a.x->e.y": held._replace(offered=(8,), required=("k",)),
        "b.z->c.y": held._replace(offered=("n",), required=("m",)),
        "c.z->d.y": Match(
            broken("dim 0"),
            False,
            ("m",),
            (16,),
            ("a.x->b.y", "b.z->c.y"),
            "dim 0: 8 (`m` of `c`) against 16",
        ),
    }


def test_an_edge_that_does_not_fit_binds_nothing():
    wires = [wire("a.x->b.y", (8,), ("n",)), wire("b.z->c.y", ("n",), (16,)), wire("b.z->d.y", ("n",), (8,))]
    assert {key: one.outcome for key, one in unify_shapes(wires).items()} == {
        "a.x->b.y": Held(),
        "b.z->c.y": broken("dim 0"),
        "b.z->d.y": Held(),
    }


def test_one_tensor_has_one_size_for_all_who_read_it():
    wires = [wire("a.x->b.y", (-1,), (8,)), wire("a.x->c.y", (-1,), (16,)), wire("a.z->c.w", (-1,), (32,))]
    found = unify_shapes(wires)
    assert [one.outcome for one in found.values()] == [Held(), broken("dim 0"), Held()]
    assert found["a.x->c.y"].through == ("a.x->b.y",)
    assert found["a.x->c.y"].why == "dim 0: 8 (a free dimension of `a.x`) against 16"


def test_an_input_that_leaves_a_dimension_free_takes_different_sizes():
    wires = [wire("a.x->c.y", (8,), (-1,)), wire("b.x->c.y", (16,), (-1,))]
    assert [one.outcome for one in unify_shapes(wires).values()] == [Held(), Held()]


def test_branches_do_not_bind_one_another_but_must_fit_what_always_holds():
    branch = {"conditional": True}
    wires = [wire("a.x->b.y", ("n",), (8,), **branch), wire("a.x->c.y", ("n",), (16,), **branch)]
    assert [one.outcome for one in unify_shapes(wires).values()] == [Held(), Held()]
    always = wire("a.x->z.y", ("n",), (8,))
    found = unify_shapes([*wires, always])
    assert [found[key].outcome for key in ("a.x->b.y", "a.x->c.y", "a.x->z.y")] == [Held(), broken("dim 0"), Held()]
    assert found["a.x->c.y"].through == ("a.x->z.y",)


def test_dynamic_is_judged_with_all_edges_considered():
    wires = [wire("a.x->b.y", (-1,), ("n",)), wire("c.x->b.w", (8,), ("n",))]
    assert {key: one.dynamic for key, one in unify_shapes(wires).items()} == {"a.x->b.y": True, "c.x->b.w": False}


def test_a_long_chain_is_followed():
    wires = [wire(f"n{i:04}.x->n{i + 1:04}.y", ("d",), ("d",)) for i in range(500)]
    ends = [wire("first.x->n0000.y", (8,), ("d",)), wire("n0500.x->zlast.y", ("d",), (9,))]
    found = unify_shapes([*wires, *ends])
    assert [key for key, one in found.items() if one.outcome != Held()] == ["n0500.x->zlast.y"]
    assert len(found["n0500.x->zlast.y"].through) == 501


DIMS = st.sampled_from([1, 2, 3, "p", "q", -1])
WIRES = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 3), DIMS, DIMS).map(
        lambda ends: wire(f"n{ends[0]}.x->n{ends[1]}.y", (ends[2],), (ends[3],))
    ),
    max_size=6,
    unique_by=lambda one: one.key,
)


def satisfiable(wires):
    """Brute force: some size for each name and each free output fits every edge."""
    terms = sorted(
        {
            term
            for one in wires
            for term in (_term(one.producer, one.offered[0], one.out_port), _term(one.consumer, one.required[0], None))
            if isinstance(term, tuple)
        },
        key=str,
    )
    for sizes in itertools.product((1, 2, 3, 4), repeat=len(terms)):
        known = dict(zip(terms, sizes, strict=True))
        if all(_fits(one, known) for one in wires):
            return True
    return False


def _term(node, dim, port):
    if dim == -1:
        return (node, port, "free") if port else "anything"
    return (node, dim) if isinstance(dim, str) else dim


def _fits(one, known):
    offered, required = _term(one.producer, one.offered[0], one.out_port), _term(one.consumer, one.required[0], None)
    return required == "anything" or known.get(offered, offered) == known.get(required, required)


def _same_port_states_one_shape(wires):
    """A port has one shape, whichever edge reads it."""
    outs, ins, kept = {}, {}, []
    for one in wires:
        offered = outs.setdefault(one.producer, one.offered)
        required = ins.setdefault(one.consumer, one.required)
        kept.append(one._replace(offered=offered, required=required))
    return kept


@given(WIRES.map(_same_port_states_one_shape))
def test_all_hold_exactly_where_sizes_exist_that_fit_every_edge(wires):
    assert all(one.outcome == Held() for one in unify_shapes(wires).values()) == satisfiable(wires)


@given(WIRES, st.randoms(use_true_random=False))
def test_the_order_of_edges_does_not_matter(wires, shuffle: random.Random):
    mixed = list(wires)
    shuffle.shuffle(mixed)
    assert unify_shapes(mixed) == unify_shapes(wires)
