"""What adds up on the way to a node, construct by construct (latency model, 2.1)."""

import pytest
from graphs import Attributes, graph

from msdiff.model.graph import Graph
from msdiff.propagate.budgets import SloFigure, evaluate_slo

CALL = {"kind": "call"}


def figure(graph: Graph) -> SloFigure:
    """The figure of the graph's only SLO."""
    (slo,) = graph.slos.values()
    return evaluate_slo(graph, slo)


def steps(figure: SloFigure) -> dict[str, float]:
    """Critical path in order, each element with its ms."""
    return {step.node or str(step.edge): step.amount / 1000 for step in figure.steps}


def test_series_adds_up() -> None:
    found = figure(graph("embed 12 -> search 40 -> write 300", slos={"s": "write p95 400"}))
    assert (found.value, steps(found)) == (352, {"embed": 12, "search": 40, "write": 300})


def test_edge_latency_is_a_step_only_where_it_takes_time() -> None:
    edges = {"a->b": {"latencyMs": 3}, "b->c": {"latencyMs": 0}}
    found = figure(graph("a 1 -> b 2 -> c 4", edges=edges, slos={"s": "c p95 100"}))
    assert (found.value, steps(found)) == (10, {"a": 1, "a->b": 3, "b": 2, "c": 4})


def test_a_join_waits_for_the_slower_input() -> None:
    found = figure(graph("in 5 -> rank 60 -> write 200", "in -> guard 90 -> write", slos={"s": "write p95 400"}))
    assert (found.value, steps(found), found.tie) == (295, {"in": 5, "guard": 90, "write": 200}, False)


def test_equal_inputs_are_a_tie_broken_by_name() -> None:
    found = figure(graph("in 5 -> zeta 60 -> out 1", "in -> alpha 60 -> out", slos={"s": "out p95 400"}))
    assert (found.path, found.tie) == (("in", "alpha", "out"), True)


def test_parallel_uploads_and_the_same_one_after_another() -> None:
    """DeathStarBench's ComposePost: deferred futures run in sequence, though they are drawn side by side."""
    front = [
        f"compose 1 -> {name} {ms} -> post 5" for name, ms in (("text", 6), ("creator", 2), ("media", 2), ("id", 1))
    ]
    apart = figure(graph(*front, "post -> user 4 -> home 7", slos={"s": "home p95 50"}))
    assert (apart.value, apart.path) == (23, ("compose", "text", "post", "user", "home"))
    uploads = [f"compose 1 -> {name} {ms} -> done:exit" for name, ms in (("post", 5), ("user", 4), ("home", 7))]
    together = figure(graph(*uploads, "compose -> text 6 -> done", slos={"s": "done p95 50"}))
    assert together.value == 8
    beside = [f"text -> {name} {ms} -> done:exit" for name, ms in (("post", 5), ("user", 4), ("home", 7))]
    assert figure(graph("compose 1 -> text 6", *beside, slos={"s": "done p95 50"})).value == 14


# --- optional parts, branches, races -------------------------------------------------------------------------------------


def test_an_optional_part_counts_like_any_other_unless_it_runs_aside() -> None:
    chains = ("in 5 -> rank 80 -> write.documents 400", "in -> write.query")
    optional = {"rank->write.documents": {"required": False}}
    assert figure(graph(*chains, edges=optional, slos={"s": "write p95 600"})).value == 485
    aside = {"in->rank": {"kind": "async"}, "rank->write.documents": {"kind": "async"}}
    assert figure(graph(*chains, edges=aside, slos={"s": "write p95 600"})).value == 405


@pytest.mark.parametrize(
    ("nodes", "edges"),
    [
        ({}, {"rank->write.documents": {"required": False}}),
        ({"write": {"inputs.documents.required": False}}, {}),
        ({"rank": {"required": False}}, {}),
    ],
)
def test_an_undeclared_figure_on_an_optional_part_leaves_nothing_open(nodes: Attributes, edges: Attributes) -> None:
    chains = ("in 5 -> rank -> write.documents 400", "in -> write.query")
    found = figure(graph(*chains, nodes=nodes, edges=edges, slos={"s": "write p95 600"}))
    assert (found.verdict, found.value, found.missing) == ("budget-fits", 405, ())
    assert found.notes == ("`rank` is optional and declares no p95 latency: counted as far as it is known",)


def test_what_an_optional_node_waits_for_is_not_optional() -> None:
    found = figure(
        graph("in 5 -> fetch -> rank 80 -> write 400", nodes={"rank": {"required": False}}, slos={"s": "write p95 600"})
    )
    assert (found.verdict, found.missing) == ("undetermined", ("fetch",))


def test_skip_on_timeout_caps_the_optional_work() -> None:
    """Exponential with mean 100 has p95 299.6 and p99 460.5: at both labels the result is there at the timeout of 200."""
    for label, time in (("p95", 299.6), ("p99", 460.5)):
        edges = {"in->rank": {"timeoutMs": 200, "onTimeout": "skip", "required": False}}
        found = figure(graph(f"in:entry -> rank {time}", edges=edges, slos={"s": f"rank {label} 250"}, label=label))
        assert (found.value, found.bound) == (200, 200)


def test_the_slowest_branch_counts_and_one_that_never_runs_does_not() -> None:
    chains = ("route 10 -> fast 120 -> out.text:exit", "route -> slow 2000 -> out.text")
    both = {
        "route->fast": {"when": "easy", "probability": 0.995},
        "route->slow": {"when": "hard", "probability": 0.005},
    }
    assert figure(graph(*chains, edges=both, slos={"s": "out p95 3000"})).value == 2010
    never = {**both, "route->slow": {"when": "hard", "probability": 0}, "slow->out.text": {"probability": 0}}
    assert figure(graph(*chains, edges=never, slos={"s": "out p95 3000"})).value == 130


def test_a_race_counts_only_on_those_that_cannot_fail() -> None:
    chains = ("in:entry -> cheap 50 -> out.a:exit", "in -> dear 300 -> out.b")
    join = {"out": {"flow.join": "any"}}
    assert figure(graph(*chains, nodes=join, slos={"s": "out p95 500"})).value == 300
    sure = {**join, "cheap": {"availability": 1}}
    assert figure(graph(*chains, nodes=sure, slos={"s": "out p95 500"})).value == 50
    slow_one_sure = {**join, "dear": {"availability": 1}}
    assert figure(graph(*chains, nodes=slow_one_sure, slos={"s": "out p95 500"})).value == 300
    limited = {"in->cheap": {"timeoutMs": 60}}
    assert figure(graph(*chains, nodes=sure, edges=limited, slos={"s": "out p95 500"})).value == 300


def test_two_of_three() -> None:
    chains = [f"in:entry -> {name} {ms} -> out.{name}:exit" for name, ms in (("a", 10), ("b", 20), ("c", 30))]
    sure = {name: {"availability": 1} for name in "abc"}
    join = {"out": {"flow.join": {"k": 2}}}
    assert figure(graph(*chains, nodes={**sure, **join}, slos={"s": "out p95 500"})).value == 20
    assert figure(graph(*chains, nodes=join, slos={"s": "out p95 500"})).value == 30


# --- limits: timeout, fallback, retries, fan-out --------------------------------------------------------------------------


def test_the_fallback_follows_the_timeout() -> None:
    """T + fallback, never the larger of the two."""
    edges = {"in->main": {"timeoutMs": 200, "onTimeout": "fallback", "fallback": "spare"}}
    nodes = {"spare": {"latency.p99Ms": 50, "latency.maxMs": 50}}
    found = figure(graph("in:entry -> main 460.5", edges=edges, nodes=nodes, slos={"s": "main p99 300"}, label="p99"))
    assert (found.value, found.bound) == (250, 250)
    assert steps(found) == {"in": 0, "main": 200, "spare": 50}


def test_a_list_of_fallbacks_adds_up_in_order() -> None:
    nodes = {"main": {"fallback": ["one", "two"]}, "one": {"latency.p95Ms": 50}, "two": {"latency.p95Ms": 70}}
    found = figure(
        graph("in:entry -> main 460", edges={"in->main": {"timeoutMs": 200}}, nodes=nodes, slos={"s": "main p95 900"})
    )
    assert steps(found) == {"in": 0, "main": 200, "one": 50, "two": 70}


def test_work_that_is_done_before_its_limit_needs_no_fallback() -> None:
    nodes = {"main": {"fallback": "spare"}, "spare": {"latency.p95Ms": 50}}
    edges = {"in->main": {"timeoutMs": 2000}}
    assert figure(graph("in:entry -> main 150", edges=edges, nodes=nodes, slos={"s": "main p95 300"})).value == 150


def test_nobody_waits_for_a_stand_in_that_nothing_leads_to() -> None:
    chains = ("in 5 -> main 100 -> out 10", "spare -> out")
    found = figure(graph(*chains, nodes={"main": {"fallback": "spare"}}, slos={"s": "out p95 300"}))
    assert (found.value, found.verdict, found.missing) == (115, "budget-fits", ())


RETRY = {"perTryTimeoutMs": 200, "maxAttempts": 3, "backoff.initialMs": 100, "backoff.multiplier": 2}


@pytest.mark.parametrize(("more", "expected"), [({}, 900), ({"timeoutMs": 700}, 700), ({"backoff.maxMs": 150}, 850)])
def test_tries_that_run_into_their_limit(more: Attributes, expected: float) -> None:
    """3 tries of 200 and pauses of 100 and 200, capped by the overall timeout."""
    edges = {"in->model": {**RETRY, **more}}
    nodes = {"model": {"latency.maxMs": 1000}}
    found = figure(graph("in:entry -> model 250", nodes=nodes, edges=edges, slos={"s": "model p95 1000"}))
    assert (found.value, found.bound) == (expected, expected)


def test_a_try_that_fits_is_not_repeated_in_the_budget_but_in_the_hard_bound() -> None:
    edges = {"in->model": RETRY}
    nodes = {"model": {"latency.maxMs": 180}}
    found = figure(graph("in:entry -> model 150", nodes=nodes, edges=edges, slos={"s": "model p95 500"}))
    assert (found.value, found.bound) == (150, 3 * 180 + 300)


def test_an_undeclared_model_behind_an_sdk_s_defaults_takes_half_an_hour_at_the_most() -> None:
    """600 s, and two retries."""
    edges = {"in->model": {"perTryTimeoutMs": 600_000, "maxAttempts": 3}}
    found = figure(graph("in:entry -> model", edges=edges, slos={"s": "model p95 5000"}))
    assert (found.known, found.most, found.bound, found.verdict) == (0, 1_800_000, 1_800_000, "undetermined")


@pytest.mark.parametrize(
    ("fan_out", "expected"),
    [
        ({"count": 10, "maxConcurrency": 4}, 300),
        ({"count": 10}, 100),
        ({"count": 0}, 0),
        ({"count": 4, "maxConcurrency": 4}, 100),
    ],
)
def test_fan_out_runs_in_waves(fan_out: dict[str, int], expected: float) -> None:
    edges = {"in->task": {f"fanOut.{name}": value for name, value in fan_out.items()}}
    assert figure(graph("in:entry -> task 100", edges=edges, slos={"s": "task p95 400"})).value == expected


def test_fan_out_takes_the_label_that_all_of_its_calls_need() -> None:
    """All of two are within p95 where each is within p97.5, so p99 stands in; all of ten would need p99.5."""
    nodes = {"task": {"latency.p99Ms": 140}}
    pair = figure(
        graph("in:entry -> task 100", nodes=nodes, edges={"in->task": {"fanOut.count": 2}}, slos={"s": "task p95 400"})
    )
    assert (pair.value, pair.notes) == (140, ("`task`: p99 stands in for p95 of 2 calls",))
    ten = figure(
        graph("in:entry -> task 100", nodes=nodes, edges={"in->task": {"fanOut.count": 10}}, slos={"s": "task p95 400"})
    )
    assert (ten.value, ten.notes[1]) == (
        140,
        "`task`: all 10 calls stay within its figure in 90.4 % of requests, if they are independent",
    )


# --- loops and calls ------------------------------------------------------------------------------------------------------


def test_a_node_repeats_what_it_does() -> None:
    found = figure(graph("agent 500", nodes={"agent": {"loop.maxIterations": 5}}, slos={"s": "agent p95 3000"}))
    assert (found.value, steps(found)) == (2500, {"agent": 2500})


def test_a_bounded_cycle_takes_its_bound_times_its_body() -> None:
    nodes = {"agent": {"loop.maxIterations": 5}}
    edges = {"tool->agent": {"latencyMs": 10}}
    chains = ("in:entry 7 -> agent 200 -> tool 300 -> agent", "agent -> out:exit")
    found = figure(graph(*chains, nodes=nodes, edges=edges, slos={"s": "out p95 3000"}))
    assert (found.value, steps(found)) == (
        7 + 5 * 510,
        {"in": 7, "agent": 1000, "tool": 1500, "tool->agent": 50, "out": 0},
    )


def test_a_cycle_inside_a_cycle() -> None:
    chains = ("plan 10 -> agent 20 -> tool 30 -> agent", "agent -> judge 40 -> plan")
    nodes = {"plan": {"loop.maxIterations": 2}, "agent": {"loop.maxIterations": 3}}
    found = figure(graph(*chains, nodes=nodes, slos={"s": "judge p95 9000"}))
    assert found.value == 2 * (10 + 3 * (20 + 30) + 40)


def test_a_cycle_without_bound_has_no_end_and_says_so() -> None:
    found = figure(graph("in:entry -> agent 200 -> tool 300 -> agent", slos={"s": "agent p95 3000"}))
    assert (found.verdict, found.most, found.reason) == (
        "undetermined",
        None,
        "`agent` declares no loop.maxIterations that bounds the cycle through `agent`, `tool`; known are 200 ms",
    )


def test_a_caller_takes_its_own_time_and_its_calls() -> None:
    edges = {"agent->tool": CALL, "agent->model": {**CALL, "latencyMs": 5}}
    chains = ("agent 100 -> tool 300", "agent -> model 500")

    def answered(**said: object) -> SloFigure:
        return figure(graph(*chains, nodes={"agent": said}, edges=edges, slos={"s": "agent p95 900"}))

    sequential = answered(**{"flow.order": "sequential"})
    assert (sequential.value, steps(sequential)) == (905, {"agent": 100, "agent->model": 5, "model": 500, "tool": 300})
    assert answered(**{"flow.order": "parallel"}).value == 605
    undeclared = answered()
    assert (undeclared.verdict, undeclared.known, undeclared.most) == ("undetermined", 605, 905)
    assert undeclared.reason == "`agent` declares no flow.order of its 2 calls; known are 605 to 905 ms"


def test_an_inclusive_figure_replaces_its_calls() -> None:
    edges = {"agent->tool": CALL, "agent->model": CALL}
    nodes = {"agent": {"latency.scope": "inclusive"}}
    found = figure(
        graph("agent 900 -> tool 300", "agent -> model 500", nodes=nodes, edges=edges, slos={"s": "agent p95 1000"})
    )
    assert (found.value, steps(found)) == (900, {"agent": 900})


def test_conditional_calls_exclude_each_other() -> None:
    edges = {"hub->small": {**CALL, "when": "easy"}, "hub->large": {**CALL, "when": "default"}}
    assert figure(graph("hub 10 -> small 100", "hub -> large 700", edges=edges, slos={"s": "hub p95 800"})).value == 710


def test_calls_that_lead_back_are_a_loop() -> None:
    edges = {"one->two": CALL, "two->one": CALL}
    chains = ("one 10 -> two 20 -> one",)
    bounded = {"one": {"loop.maxIterations": 3}}
    assert figure(graph(*chains, nodes=bounded, edges=edges, slos={"s": "one p95 100"})).value == 90
    assert figure(graph(*chains, edges=edges, slos={"s": "one p95 100"})).most is None


def test_an_answer_drawn_as_an_edge_back_is_not_counted_twice() -> None:
    nodes = {"agent": {"loop.maxIterations": 4}}
    edges = {"agent->tool": CALL}
    assert (
        figure(graph("agent 100 -> tool 50 -> agent", nodes=nodes, edges=edges, slos={"s": "agent p95 700"})).value
        == 600
    )


def test_a_callee_shared_by_many_layers_is_explained_once() -> None:
    """Two calls in each of forty layers: 2^40 ways, one step for each node."""
    chains, edges, nodes = [], {}, {}
    for layer in range(40):
        for side in "ab":
            for other in "ab":
                chains.append(f"n{layer:02}{side} 1 -> n{layer + 1:02}{other} 1")
                edges[f"n{layer:02}{side}->n{layer + 1:02}{other}"] = CALL
            nodes[f"n{layer:02}{side}"] = {"flow.order": "sequential"}
    found = figure(graph(*chains, nodes=nodes, edges=edges, slos={"s": "n00a p95 100"}))
    assert found.value == 2**41 - 1
    assert len(found.steps) == 1 + 2 * 40


# --- streaming ------------------------------------------------------------------------------------------------------------


def stream(ttft: float, tpot: float, tokens: int, label: str = "p95") -> Attributes:
    return {f"streaming.ttft.{label}Ms": ttft, f"streaming.tpot.{label}Ms": tpot, "usage.outputTokens": tokens}


def test_a_stream_ends_n_minus_one_tokens_after_its_first() -> None:
    found = figure(graph("model", nodes={"model": stream(200, 20, 256)}, slos={"s": "model p95 6000"}))
    assert found.value == 200 + 255 * 20


def test_first_token_and_completion_of_a_chain() -> None:
    slos = {"first": {"at": "model", "percentile": "p95", "metric": "ttft", "latencyMs": 400}, "last": "model p95 5000"}
    made = graph("fetch 30 -> rank 80 -> model", nodes={"model": stream(250, 15, 300)}, slos=slos)
    assert evaluate_slo(made, made.slos["first"]).value == 360
    assert evaluate_slo(made, made.slos["last"]).value == 30 + 80 + 250 + 299 * 15


def two_stages(**more: object) -> Graph:
    nodes = {"model": stream(200, 20, 100), "guard": {**stream(50, 30, 100), **more}}
    slos = {"first": {"at": "guard", "percentile": "p95", "metric": "ttft", "latencyMs": 400}, "last": "guard p95 5000"}
    return graph("model -> guard", nodes=nodes, edges={"model->guard": {"kind": "stream"}}, slos=slos)


def test_two_streaming_stages_overlap() -> None:
    made = two_stages()
    first, last = (evaluate_slo(made, slo) for slo in made.slos.values())
    assert (first.value, steps(first)) == (250, {"model": 200, "guard": 50})
    assert (last.value, steps(last)) == (250 + 99 * 30, {"model": 200, "guard": 50 + 99 * 30})


def test_a_slow_producer_paces_a_fast_consumer() -> None:
    made = two_stages(**{"streaming.tpot.p95Ms": 1})
    assert steps(evaluate_slo(made, made.slos["last"])) == {"model": 200 + 99 * 20, "guard": 1}


def test_a_guard_that_blocks_turns_first_token_into_completion() -> None:
    made = two_stages(**{"streaming.mode": "block", "latency.p95Ms": 40})
    first, last = (evaluate_slo(made, slo) for slo in made.slos.values())
    assert (first.value, last.value) == (200 + 99 * 20 + 40, 200 + 99 * 20 + 40)


def test_a_stream_runs_through_an_exit_as_it_comes() -> None:
    slos = {"s": {"at": "out", "percentile": "p95", "metric": "ttft", "latencyMs": 400}}
    made = graph(
        "model -> out:exit", nodes={"model": stream(200, 20, 100)}, edges={"model->out": {"kind": "stream"}}, slos=slos
    )
    assert figure(made).value == 200


def test_a_declared_latency_is_the_completion() -> None:
    nodes = {"model": {**stream(200, 20, 100), "latency.p95Ms": 1500}}
    assert figure(graph("model", nodes=nodes, slos={"s": "model p95 2000"})).value == 1500


# --- what is undeclared ---------------------------------------------------------------------------------------------------


def test_missing_figures_give_an_interval() -> None:
    chains = ("a 10 -> b -> d 40", "c -> d")
    edges = {"a->b": {"timeoutMs": 150}}
    found = figure(graph(*chains, edges=edges, slos={"s": "d p95 300"}))
    assert (found.known, found.most, found.value, found.verdict) == (50, None, None, "undetermined")
    assert (found.missing, found.reason) == (("b", "c"), "`b` and `c` declare no latency.p95Ms; known are 50 ms")
    without = figure(graph(chains[0], edges=edges, slos={"s": "d p95 300"}))
    assert (without.known, without.most, without.value, without.verdict) == (50, 200, 200, "budget-fits")


def test_the_known_part_alone_may_miss() -> None:
    found = figure(graph("a -> b 500", slos={"s": "b p95 400"}))
    assert (found.verdict, found.value) == ("certain-miss", 500)


def test_only_entries_and_exits_count_nothing() -> None:
    assert figure(graph("in:entry -> b 500 -> out:exit", slos={"s": "out p95 600"})).value == 500
    partly = figure(graph("in:entry -> b 500", nodes={"in": {"latency.p50Ms": 3}}, slos={"s": "b p95 600"}))
    assert (partly.known, partly.verdict, partly.missing) == (503, "undetermined", ("in",))


def test_a_missing_label_is_stood_in_for_by_the_next_higher_never_by_a_lower() -> None:
    nodes = {"b": {"latency.p50Ms": 10, "latency.p99Ms": 90}}
    found = figure(graph("a 5 -> b", nodes=nodes, slos={"s": "b p95 100"}))
    assert (found.value, found.notes) == (95, ("`b`: p99 stands in for p95",))
    lower = figure(graph("a 5 -> b", nodes={"b": {"latency.p50Ms": 10, "latency.meanMs": 12}}, slos={"s": "b p95 100"}))
    assert (lower.known, lower.most, lower.verdict) == (15, None, "undetermined")
    capped = figure(graph("a 5 -> b", nodes={"b": {"latency.p50Ms": 10, "latency.maxMs": 80}}, slos={"s": "b p95 100"}))
    assert (capped.known, capped.most, capped.verdict) == (15, 85, "certain-meet")


def test_what_is_switched_off_takes_no_time() -> None:
    assert figure(graph("a 5 -> b 100 -> c 7", nodes={"b": {"enabled": False}}, slos={"s": "c p95 100"})).value == 12


def test_a_cache_is_not_credited() -> None:
    nodes = {"b": {"cache.hitRatio": 0.9, "cache.hitLatencyMs": 1}}
    assert figure(graph("a 5 -> b 100", nodes=nodes, slos={"s": "b p95 200"})).value == 105


def test_a_call_made_by_who_is_called_hangs_on_the_first_caller() -> None:
    made = graph(
        "n0:entry 3 -> n3", "n5 -> n4 5", "n0 -> n4", "n4 -> n6 7",
        edges={"n0->n4": {"kind": "call"}, "n4->n6": {"kind": "call"}},
        slos={"s": "n6 p95 100"},
    )  # fmt: skip
    found = evaluate_slo(made, made.slos["s"])
    assert (found.known, sum(step.amount for step in found.steps)) == (15, 15_000)


def test_a_fan_out_of_none_adds_nothing_even_where_one_has_no_end() -> None:
    endless = {"streaming.ttft.p95Ms": 1, "streaming.tpot.p95Ms": 5}
    made = graph(
        "n0:entry 3 -> n1 -> n2 7",
        nodes={"n1": endless},
        edges={"n0->n1": {"fanOut.count": 0, "fanOut.maxConcurrency": 1}},
        slos={"s": "n2 p95 100"},
    )
    found = evaluate_slo(made, made.slos["s"])
    assert [(step.node, step.amount) for step in found.steps] == [("n0", 3_000), ("n1", 0), ("n2", 7_000)]
