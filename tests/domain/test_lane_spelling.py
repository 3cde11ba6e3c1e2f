from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compare_tui.domain.errors import UsageError
from compare_tui.domain.json_types import Json
from compare_tui.domain.lane_spelling import (
    check_lane_count,
    lanes_of_table,
    parse_lanes,
    spell_lane,
    unknown_keys,
)
from compare_tui.domain.lanes import LaneSpec
from compare_tui.domain.safe_text import make_safe

BACKENDS = ("openrouter", "ollama", "local")


def parse(spelling: str, default_backend: str = "openrouter") -> list[LaneSpec]:
    return parse_lanes(spelling, backends=BACKENDS, default_backend=default_backend)


@pytest.mark.parametrize(
    ("spelling", "model", "backend", "params"),
    [
        ("anthropic/claude-sonnet-4.5", "anthropic/claude-sonnet-4.5", "openrouter", {}),
        ("qwen3:8b@ollama", "qwen3:8b", "ollama", {}),
        ("openai/gpt-5,temperature=0.2,seed=1", "openai/gpt-5", "openrouter", {"temperature": 0.2, "seed": 1}),
        ("a@b@ollama", "a@b", "ollama", {}),
        ("a@Upper", "a@Upper", "openrouter", {}),
        ("a@", "a@", "openrouter", {}),
        ("~author/family-latest:free", "~author/family-latest:free", "openrouter", {}),
        ("m,provider.sort=price", "m", "openrouter", {"provider": {"sort": "price"}}),
        ("m,reasoning.effort=high", "m", "openrouter", {"reasoning": {"effort": "high"}}),
        ("m,a.b.c=1,a.b.d=2", "m", "openrouter", {"a": {"b": {"c": 1, "d": 2}}}),
        ('m,provider={"order":["x"]},provider.sort=price', "m", "openrouter",
         {"provider": {"order": ["x"], "sort": "price"}}),
        ('m,provider.order=["a","b"],seed=1', "m", "openrouter", {"provider": {"order": ["a", "b"]}, "seed": 1}),
        ('m,system="Be brief, please.",seed=1', "m", "openrouter", {"system": "Be brief, please.", "seed": 1}),
        (r'm,system="say \"a,b\"",seed=1', "m", "openrouter", {"system": 'say "a,b"', "seed": 1}),
        ("m,system=don't shout,seed=1", "m", "openrouter", {"system": "don't shout", "seed": 1}),
        ("m, temperature = 0.2 , stop = END", "m", "openrouter", {"temperature": 0.2, "stop": "END"}),
        ("m,a=true,b=null,c=-1e3,d=", "m", "openrouter", {"a": True, "b": None, "c": -1000.0, "d": ""}),
        ("m,a=NaN,b=.5,c=0x10", "m", "openrouter", {"a": "NaN", "b": ".5", "c": "0x10"}),
        ("m,a=b=c", "m", "openrouter", {"a": "b=c"}),
        ('m,"a.b"=1', "m", "openrouter", {"a.b": 1}),
        ('"odd,model"@ollama', "odd,model", "ollama", {}),
    ],
)  # fmt: skip
def test_a_spelling_says_model_backend_and_parameters(
    spelling: str, model: str, backend: str, params: Mapping[str, Json]
) -> None:
    assert parse(spelling) == [LaneSpec(model, backend, params)]


@pytest.mark.parametrize("model", ["@preset/mine", "author/model@preset/mine"])
def test_a_preset_belongs_to_openrouter_whatever_the_default_is(model: str) -> None:
    assert parse(model, default_backend="ollama") == [LaneSpec(model, "openrouter")]
    assert parse(f"{model}@ollama") == [LaneSpec(model, "ollama")]


def test_n_makes_that_many_lanes_with_seeds_that_count_up() -> None:
    lanes = parse("smollm2-135m@local,temperature=0.8,n=3,seed=7")
    assert [lane.params for lane in lanes] == [{"temperature": 0.8, "seed": seed} for seed in (7, 8, 9)]


def test_n_without_a_seed_makes_equal_lanes() -> None:
    assert parse("m,n=2") == [LaneSpec("m", "openrouter")] * 2


@pytest.mark.parametrize(
    ("spelling", "words"),
    [
        ("", "model is missing"),
        ("@ollama", "model is missing"),
        (",a=1", "model is missing"),
        ("m@olama", "No backend is called olama. Did you mean ollama?"),
        ("claude@20250929", "write claude@20250929@openrouter"),
        ("a,b", "b is not key=value"),
        ("m,a=1,a=2", "a is given twice"),
        ("m,a=1,a.b=2", "exclude each other"),
        ("m,=1", "empty part"),
        ("m,a..b=1", "empty part"),
        ('m,a="x', "quote is not closed"),
        ("m,a=[1,2", "bracket is not closed"),
        ("m,a=1e999", "not finite"),
        ("m,stream=false", "stream is not a parameter"),
        ("m,system=5", "system is a text"),
        ("m,n=0", "n=0 is not allowed: a whole number from 1 to 16"),
        ("m,n=17", "from 1 to 16"),
        ("m,n=1000000000", "from 1 to 16"),
        ("m,n=true", "from 1 to 16"),
        ("m,n=two", "from 1 to 16"),
        ("m,n=2,seed=x", "seed is a whole number"),
        ("m\x1b]2J", "control character"),
        ("m\ud800", "control character"),
        (r'm,a="\ud800"', "half a character"),
        ("m,a=" + "[" * 100_000, "bracket is not closed"),
        ("m,a=" + "[" * 100_000 + "]" * 100_000, "nested too deeply"),
        ("m,a=" + "[" * 40 + "]" * 40, "nested too deeply"),
    ],
)
def test_a_wrong_spelling_is_told_in_one_line(spelling: str, words: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse(spelling)
    message = str(caught.value)
    assert words in message
    assert make_safe(message) == message
    assert "\n" not in message
    assert len(message) < 400


def test_a_table_says_what_is_too_long_for_a_flag() -> None:
    table: dict[str, Json] = {"model": "a,b@c", "backend": "ollama", "n": 2, "seed": 1, "provider": {"sort": "price"}}
    lanes = lanes_of_table(table, backends=BACKENDS, default_backend="openrouter")
    assert [(lane.model, lane.backend, lane.params["seed"]) for lane in lanes] == [
        ("a,b@c", "ollama", s) for s in (1, 2)
    ]


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"backend": "ollama"}, "needs a model"),
        ({"model": 3}, "needs a model"),
        ({"model": "m", "backend": 3}, "backend is a name"),
        ({"model": "m", "backend": "lokal"}, "Did you mean local?"),
        ({"model": "m", "top_p": float("nan")}, "not finite"),
    ],
)
def test_a_wrong_table_is_told_in_one_line(table: dict[str, Json], words: str) -> None:
    with pytest.raises(UsageError, match=words.replace("?", r"\?")):
        lanes_of_table(table, backends=BACKENDS, default_backend="openrouter")


def test_only_keys_that_nobody_knows_are_unknown() -> None:
    (lane,) = parse("m,temperature=1,provider.sort=price,system=x,temprature=2,mirostat=1")
    assert unknown_keys(lane) == ("mirostat", "temprature")


def test_more_than_16_lanes_are_too_many() -> None:
    lanes = [LaneSpec("m", "openrouter")] * 17
    check_lane_count(lanes[:16])
    with pytest.raises(UsageError, match="17 lanes are too many: a comparison holds at most 16"):
        check_lane_count(lanes)


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
SPELLABLE = st.sampled_from(list("abn@.,=\"[]{}' \\/-_0")) | st.characters(exclude_categories=["Cs", "Cc"])
KEYS = TEXTS | st.text(SPELLABLE, max_size=8)
VALUES: st.SearchStrategy[Json] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | KEYS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=6,
)
NO_PARAMETERS = ("n", "system", "model", "messages", "stream", "stream_options")
MODELS = st.text(SPELLABLE, min_size=1, max_size=20).filter(lambda text: text.strip() and make_safe(text) == text)
SPECS = st.builds(
    LaneSpec,
    model=MODELS | st.just("@preset/mine") | st.just("a@preset/b"),
    backend=st.sampled_from(BACKENDS),
    params=st.dictionaries(KEYS.filter(lambda key: key not in NO_PARAMETERS), VALUES, max_size=4),
)


@given(SPECS, st.sampled_from(BACKENDS))
def test_what_is_spelled_is_read_back_the_same(spec: LaneSpec, default_backend: str) -> None:
    assert parse(spell_lane(spec, default_backend), default_backend) == [spec]


@given(st.text(SPELLABLE | st.characters(), max_size=40))
def test_any_text_is_a_lane_or_one_clear_line(text: str) -> None:
    try:
        lanes = parse(text)
    except UsageError:
        return
    assert 1 <= len(lanes) <= 16
    for lane in lanes:
        assert parse(spell_lane(lane, "openrouter")) == [lane]
