from __future__ import annotations

import os
from dataclasses import replace

import pytest

from compare_tui.config.load import Loaded, load
from compare_tui.config.paths import Paths
from compare_tui.config.schema import OpenAIBackend, OpenRouterBackend, Settings
from compare_tui.domain.errors import ConfigError, UsageError
from compare_tui.domain.lanes import LaneSpec
from compare_tui.domain.safe_text import make_safe
from compare_tui.domain.tiers import Tier


def load_user(paths: Paths, text: str, project: str = "") -> Loaded:
    paths.config_file.write_text(text, encoding="utf-8")
    if project:
        paths.project_file.write_text(project, encoding="utf-8")
    return load(paths)


def refusal(paths: Paths, text: str, project: str = "") -> str:
    with pytest.raises(ConfigError) as caught:
        load_user(paths, text, project)
    message = str(caught.value)
    assert "\n" not in message
    assert make_safe(message) == message
    return message.replace(str(paths.config_file), "config.toml")


def test_without_any_file_the_defaults_hold(paths: Paths) -> None:
    loaded = load(paths)
    assert loaded.settings == Settings()
    assert set(loaded.settings.backends) == {"openrouter", "local"}
    assert loaded.lineups == {}


def test_a_later_layer_wins_and_tables_merge(paths: Paths) -> None:
    paths.config_file.write_text('retries = 0\ntheme = "light"\n[timeouts]\nconnect_s = 3\nno_byte_s = 4\n')
    paths.project_file.write_text('theme = "terminal"\n[timeouts]\nno_byte_s = 5.5\n')
    loaded = load(paths, flags={"timeouts": {"turn_s": 9.0}, "tier": "brief"})
    settings = loaded.settings
    assert (settings.retries, settings.theme, settings.tier) == (0, "terminal", Tier.BRIEF)
    assert (settings.timeouts.connect_s, settings.timeouts.no_byte_s, settings.timeouts.turn_s) == (3, 5.5, 9)
    origins = [loaded.merged.origin(key) for key in (("retries",), ("theme",), ("timeouts", "turn_s"), ("enter",))]
    assert origins == [str(paths.config_file), ".compare-tui.toml", "flag", "default"]


def test_a_list_replaces_the_list_below(paths: Paths) -> None:
    loaded = load_user(paths, '[lineups.a]\nlanes = ["x", "y"]\n', '[lineups.a]\nlanes = ["z"]\n')
    assert loaded.lineup("a") == (LaneSpec("z", "openrouter"),)


def test_a_built_in_backend_is_changed_without_repeating_its_kind(paths: Paths) -> None:
    loaded = load_user(paths, '[backends.openrouter]\napi_key_env = "WORK_KEY"\n')
    assert loaded.settings.backends["openrouter"] == OpenRouterBackend(api_key_env="WORK_KEY")


def test_lanes_of_a_lineup_are_spelled_or_tables(paths: Paths) -> None:
    text = """
        default_backend = "ollama"
        default_lineup = "both"
        [backends.ollama]
        kind = "openai"
        base_url = "http://localhost:11434/v1"
        [lineups.both]
        lanes = [
            "qwen3:8b,temperature=0",
            { model = "a/b", backend = "openrouter", n = 2, seed = 1, provider.sort = "price" },
        ]
    """
    loaded = load_user(paths, text)
    params = {"provider": {"sort": "price"}}
    assert loaded.lineup("both") == (
        LaneSpec("qwen3:8b", "ollama", {"temperature": 0}),
        LaneSpec("a/b", "openrouter", {**params, "seed": 1}),
        LaneSpec("a/b", "openrouter", {**params, "seed": 2}),
    )
    assert loaded.parse_lanes("m") == [LaneSpec("m", "ollama")]
    assert isinstance(loaded.settings.backends["ollama"], OpenAIBackend)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("retries = \n", "config.toml, line 1, column 11: Invalid value."),
        ("retries = 1\nretries = 2\n", "config.toml, line 2, column 12: Cannot overwrite a value."),
        ('theme = "dark', "config.toml, line 1, column 14: Unterminated string."),
        ("retry = 1\n", "config.toml: retry is not a setting. Did you mean retries?"),
        ("[timeouts]\nconect_s = 1\n", "config.toml: timeouts.conect_s is not a setting. Did you mean connect_s?"),
        ("[backends.openrouter]\napi_key = 'sk-1'\n",
         "config.toml: backends.openrouter.api_key is not a setting. Did you mean api_key_env?"),
        ("[limit]\nanswers_per_minute = 1\n", "config.toml: limit is not a setting. Did you mean limits?"),
        ("retries = 5\n", "config.toml: retries = 5 is not allowed: it must be a whole number from 0 to 2."),
        ("retries = true\n", "retries = true is not allowed: it must be a whole number from 0 to 2."),
        ("mouse = 1\n", "mouse = 1 is not allowed: it must be true or false."),
        ("slow = 3\n", 'slow = 3 is not allowed: it must be one of "auto" or true or false.'),
        ('enter = "return"\n', 'enter = "return" is not allowed: it must be one of "newline", "send".'),
        ('tier = "big"\n', 'tier = "big" is not allowed: it must be one of "brief", "standard", "extended".'),
        ("[timeouts]\nno_byte_s = 0\n",
         "timeouts.no_byte_s = 0 is not allowed: it must be a number over 0, at most 86,400."),
        ("[timeouts]\nno_byte_s = nan\n", "timeouts.no_byte_s = NaN is not allowed"),
        ("timeouts = 3\n", "timeouts = 3 is not allowed: it must be a table."),
        ("backends = 3\n", "backends = 3 is not allowed: it must be tables, such as [backends.NAME]."),
        ("[backends]\nx = 3\n", "backends.x = 3 is not allowed: it must be a table."),
        ("[backends.x]\n", "backends.x has no kind. Known: compare-server, local, openai, openrouter, scripted."),
        ('[backends.x]\nkind = "opnai"\n',
         'backends.x.kind = "opnai" is not allowed: it must be a kind of backend. Did you mean openai?'),
        ("[backends.x]\nkind = [1]\n", "backends.x.kind = [1] is not allowed"),
        ('[backends.x]\nkind = "openai"\n', "backends.x has no base_url, which must be a text that is not empty."),
        ('[backends.x]\nkind = "openai"\nbase_url = "localhost:1"\n',
         "backends.x.base_url = \"localhost:1\" is not allowed: it must be an address that begins with http"),
        ('[backends.x]\nkind = "openai"\nbase_url = "http://a:99999/"\n', "it must be an address, such as"),
        ('[backends.x]\nkind = "local"\nthreads = 3\n', "backends.x.threads is not a setting. Known: kind."),
        ('[backends."A b"]\nkind = "local"\n', 'backends."A b" has a name that no lane can spell.'),
        ('[backends.openrouter]\napi_key_command = []\n', "backends.openrouter.api_key_command = *** is not allowed: "
         "it must be a list, not empty, each entry a text."),
        ('[backends.openrouter]\nparams = { a = 2020-01-01 }\n', "backends.openrouter.params: 2020-01-01 has no form"),
        ('[backends.openrouter]\nparams = { stream = false }\n', "openrouter.params: stream is not a parameter"),
        ('default_backend = "ollama"\n', "default_backend names an unknown backend: ollama. Known: local, openrouter."),
        ('default_backend = "openruter"\n', "unknown backend: openruter. Did you mean openrouter?"),
        ('default_lineup = "x"\n', "default_lineup names an unknown line-up: x. None is configured."),
        ('default_lineup = "evryday"\n[lineups.everyday]\nlanes = ["x"]\n', "Did you mean everyday?"),
        ("[lineups.a]\n", "lineups.a has no lanes, which must be a list, not empty, each entry a text or a table."),
        ("[lineups.a]\nlanes = []\n", "lineups.a.lanes = [] is not allowed: it must be a list, not empty"),
        ('[lineups.a]\nlanes = ["x", 3]\n', "lineups.a.lanes = 3 is not allowed: it must be a text or a table."),
        ('[lineups.a]\nlanes = ["x", "y@lokal"]\n',
         "config.toml: lineups.a.lanes[1]: Lane y@lokal: No backend is called lokal. Did you mean local?"),
        ('[lineups.a]\nlanes = [{ modell = "x" }]\n', "lineups.a.lanes[0]: A lane's table needs a model"),
        ('[lineups.a]\nlanes = [{ model = "x", at = 2020-01-01 }]\n', "lineups.a.lanes[0]: 2020-01-01 has no form"),
        ('[lineups.a]\nlanes = ["x,n=16", "y"]\n', "lineups.a.lanes: 17 lanes are too many"),
        ('"\\u001b[2J" = 1\n', "␛[2J"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_file_key_value_and_what_is_right(paths: Paths, text: str, words: str) -> None:
    assert words in refusal(paths, text)


def test_a_key_in_place_of_its_variable_is_not_shown(paths: Paths) -> None:
    message = refusal(paths, '[backends.openrouter]\napi_key_env = "sk-or-v1-abc"\n')
    assert "sk-or" not in message
    assert "must be the name of an environment variable" in message


def test_a_header_of_another_type_is_not_shown(paths: Paths) -> None:
    message = refusal(paths, '[backends.openrouter]\nheaders = { authorization = ["Bearer sk-1"] }\n')
    assert "sk-1" not in message
    assert "backends.openrouter.headers" in message


def test_a_password_in_an_address_is_refused_and_not_shown(paths: Paths) -> None:
    message = refusal(paths, '[backends.x]\nkind = "openai"\nbase_url = "https://me:hunter2@host/v1"\n')
    assert "hunter2" not in message
    assert "without user, password" in message


def test_a_file_that_is_not_utf8_is_told_with_its_place(paths: Paths) -> None:
    paths.config_file.write_bytes(b'theme = "dark"\nsystem = "\xff"\n')
    with pytest.raises(ConfigError, match="line 2, column 11: This is not UTF-8"):
        load(paths)


def test_a_byte_order_mark_does_no_harm(paths: Paths) -> None:
    paths.config_file.write_bytes(b"\xef\xbb\xbfretries = 1\r\n")
    assert load(paths).settings.retries == 1


def test_a_named_file_must_be_there(paths: Paths) -> None:
    with pytest.raises(ConfigError, match=r"config\.toml does not exist"):
        load(replace(paths, is_config_named=True))


def test_a_directory_in_place_of_the_file_is_told(paths: Paths) -> None:
    paths.config_file.mkdir()
    with pytest.raises(ConfigError, match=r"config\.toml cannot be read: Is a directory"):
        load(paths)


def test_a_file_without_end_is_told(paths: Paths) -> None:
    paths.config_file.symlink_to("/dev/zero")
    with pytest.raises(ConfigError, match="is too long for a configuration: over 1 MiB"):
        load(paths)


@pytest.mark.parametrize("target", ["/dev/zero", "/dev/null", "."])
def test_a_project_cannot_make_the_program_read_a_device(paths: Paths, target: str) -> None:
    paths.project_file.symlink_to(target)
    with pytest.raises(ConfigError, match=r"\.compare-tui\.toml is not a file"):
        load(paths)


def test_a_project_cannot_make_the_program_wait_for_a_pipe(paths: Paths) -> None:
    os.mkfifo(paths.project_file)
    with pytest.raises(ConfigError, match=r"\.compare-tui\.toml is not a file"):
        load(paths)


def test_an_unknown_lineup_is_told_with_the_nearest(paths: Paths) -> None:
    loaded = load_user(paths, '[lineups.everyday]\nlanes = ["x"]\n')
    with pytest.raises(UsageError, match=r"No line-up is called evryday\. Did you mean everyday\?"):
        loaded.lineup("evryday")


@pytest.mark.parametrize(
    ("project", "words"),
    [
        ('[backends.openrouter]\nbase_url = "https://evil.example"\n', "may not set backends.openrouter.base_url."),
        ('[backends.openrouter]\nkind = "openai"\n', "may not set backends.openrouter.kind."),
        ('[backends.openrouter]\napi_key_env = "AWS_SECRET"\n', "may not set backends.openrouter.api_key_env."),
        ('[backends.openrouter]\napi_key_command = ["sh"]\n', "may not set backends.openrouter.api_key_command."),
        ("[backends.openrouter]\nallow_insecure = true\n", "may not set backends.openrouter.allow_insecure."),
        ('[backends.openrouter]\nheaders = { x = "y" }\n', "may not set backends.openrouter.headers."),
        ('[backends.mine]\nbase_url = "https://evil.example"\n', "may not set backends.mine.base_url."),
        ('[backends.new]\nkind = "openai"\nbase_url = "https://e"\napi_key_env = "OPENROUTER_API_KEY"\n',
         "may not set backends.new.api_key_env."),
        ('[backends.new]\nkind = "openai"\nbase_url = "https://e"\napi_key_command = ["sh"]\n',
         "may not set backends.new.api_key_command."),
        ("[limits]\nanswers_per_minute = 100\n", "may lower limits.answers_per_minute = 10, not raise it."),
        ("[limits]\nallow_unknown_prices = true\n", "may not set limits.allow_unknown_prices."),
        (
            "[limits.backends.openrouter]\nbudget_usd_per_day = 9.5\n",
            "may lower limits.backends.openrouter.budget_usd_per_day = 2.5, not raise it.",
        ),
    ],
)  # fmt: skip
def test_a_project_can_neither_move_a_key_nor_run_a_program_nor_raise_a_limit(
    paths: Paths, project: str, words: str
) -> None:
    user = (
        "[limits]\nanswers_per_minute = 10\n[limits.backends.openrouter]\nbudget_usd_per_day = 2.5\n"
        '[backends.mine]\nkind = "openai"\nbase_url = "https://mine.example"\n'
    )
    message = refusal(paths, user, project)
    assert message.startswith(".compare-tui.toml: A project ")
    assert words in message


def test_a_project_may_add_a_backend_and_lower_a_limit(paths: Paths) -> None:
    project = '[limits]\nanswers_per_minute = 5\n[backends.new]\nkind = "openai"\nbase_url = "http://gpu.example/v1"\n'
    loaded = load_user(paths, "[limits]\nanswers_per_minute = 10\n", project)
    assert loaded.settings.domain_limits().answers_per_minute == 5
    assert loaded.project_backends == {"new"}
    notes = loaded.project_notes([LaneSpec("m", "new"), LaneSpec("n", "new"), LaneSpec("o", "openrouter")])
    assert notes == [".compare-tui.toml of this directory sends the lanes @new to http://gpu.example/v1."]


def test_a_file_that_is_both_user_and_project_is_the_users(paths: Paths) -> None:
    paths.project_file.write_text('[backends.openrouter]\napi_key_env = "WORK_KEY"\n')
    loaded = load(replace(paths, config_file=paths.project_file, is_config_named=True))
    assert loaded.settings.backends["openrouter"] == OpenRouterBackend(api_key_env="WORK_KEY")
