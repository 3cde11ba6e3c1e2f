"""`models`, `login` and `doctor`, and `ask` at a compare server: the program as a person starts it."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from tests.support.compare_server import CompareServer
from tests.support.process import Ended, run

MODELS = [
    {"id": "a/x", "name": "X", "provider": "A", "tier_access": "paid", "supports_vision": True},
    {"id": "b/y", "name": "Y", "provider": "B", "tier_access": "unregistered", "is_thinking_model": True},
]


class Person:
    """Somebody with a configuration of their own."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.keys = home / "config" / "compare-tui" / "keys.toml"

    def configure(self, url: str, more: str = "") -> None:
        folder = self.home / "config" / "compare-tui"
        folder.mkdir(parents=True, exist_ok=True)
        text = f'[backends.team]\nkind = "compare-server"\nbase_url = "{url}"\n{more}'
        (folder / "config.toml").write_text(text)

    async def does(self, *args: str, piped: str = "", **environ: str) -> Ended:
        folders = {"HOME": str(self.home), "XDG_CONFIG_HOME": str(self.home / "config")}
        folders |= {"XDG_DATA_HOME": str(self.home / "data")}
        return await run(*args, piped=piped.encode(), **folders, **environ)


@pytest.fixture
def person(tmp_path: Path) -> Person:
    return Person(tmp_path)


async def test_ask_sends_one_turn_to_the_server(person: Person) -> None:
    async with CompareServer("CI") as server:
        person.configure(server.url)
        ended = await person.does("ask", "hi", "-m", "a/x@team", "-m", "b/y@team", "--json")
        answers = json.loads(ended.out)["answers"]
        assert (ended.status, [answer["text"] for answer in answers]) == (0, ["Hello, a/x.", "Hello, b/y."])
        assert [answer["cost_source"] for answer in answers] == ["unknown", "unknown"]
        assert all(answer["usage"]["estimated"] for answer in answers)
        assert len(server.bodies) == 1


async def test_a_prompt_too_long_for_the_tier_is_refused_before_it_is_sent(person: Person) -> None:
    async with CompareServer("OCT") as server:
        person.configure(server.url)
        ended = await person.does("ask", "-m", "a/x@team", piped="x" * 5_001)
        assert ended.status == 5
        assert "5,001 characters; the tier standard allows 5,000" in ended.err
        assert server.paths == []
        longer = await person.does("ask", "-m", "a/x@team", "--tier", "extended", piped="x" * 5_001)
        assert (longer.status, server.bodies[0]["tier"]) == (0, "extended")


async def test_models_are_listed_with_locks_and_marks(person: Person) -> None:
    async with CompareServer("CI", models=MODELS) as server:
        person.configure(server.url)
        ended = await person.does("models", "@team")
        assert ended.out == "a/x  locked: paid · vision\nb/y  unregistered · thinking\n"
        listed = json.loads((await person.does("models", "team", "--json")).out)
        assert (listed["backend"], [model["locked"] for model in listed["models"]]) == ("team", [True, False])


async def test_signing_in_keeps_tokens_for_the_user_alone(person: Person) -> None:
    async with CompareServer("CA") as server:
        person.configure(server.url)
        ended = await person.does("login", "team", piped="tester@example.com\nPassw0rd!Long\n")
        assert ended.status == 0
        assert ended.out.startswith("You are signed in at @team as free. 50 of 50 credits")
        assert stat.S_IMODE(person.keys.stat().st_mode) == 0o600
        assert "Passw0rd" not in person.keys.read_text()
        assert "good-access" not in ended.out + ended.err
        await person.does("ask", "hi", "-m", "a/x@team")
        assert server.headers[-1]["authorization"] == "Bearer good-access"
        assert "cookie" not in server.headers[-1]


async def test_a_wrong_password_is_told_and_keeps_nothing(person: Person) -> None:
    async with CompareServer("CI") as server:
        person.configure(server.url)
        ended = await person.does("login", "@team", "--email", "tester@example.com", piped="wrong\n")
        assert (ended.status, ended.out) == (1, "")
        assert "Incorrect email or password" in ended.err
        assert not person.keys.exists()


async def test_a_token_from_a_variable_needs_no_sign_in(person: Person) -> None:
    async with CompareServer("CI") as server:
        person.configure(server.url, 'api_key_env = "TEAM_TOKEN"\n')
        ended = await person.does("login", "team", TEAM_TOKEN="good-access")
        assert (ended.status, ended.out[:35]) == (0, "You are signed in at @team as free.")
        wrong = await person.does("login", "team", TEAM_TOKEN="bad")
        assert (wrong.status, wrong.out) == (1, "")
        assert "@team does not accept the token" in wrong.err


async def test_a_key_is_kept_for_a_backend_that_takes_one(person: Person) -> None:
    ended = await person.does("login", "openrouter", piped="sk-or-123\n")
    assert (ended.status, person.keys.read_text()) == (0, 'openrouter = "sk-or-123"\n')
    assert "sk-or-123" not in ended.out + ended.err


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("models", "@taem"), "The backend taem is not configured."),
        (("login", "local"), "is on this machine"),
        (("login", "team"), "An email is needed"),
        (("login", "team", "--email", "a@b"), "Nothing was typed"),
        (("login", "openrouter", "--email", "a@b"), "takes a key and no email"),
    ],
)
async def test_bad_words_are_one_clear_line(person: Person, args: tuple[str, ...], words: str) -> None:
    person.configure("http://127.0.0.1:9")
    ended = await person.does(*args)
    assert (ended.status, ended.out, ended.err.count("\n")) == (2, "", 1)
    assert words in ended.err


async def test_doctor_walks_the_way_and_shows_each_event(person: Person) -> None:
    async with CompareServer("OCT", models=MODELS) as server:
        person.configure(server.url)
        ended = await person.does("doctor", "@team", "--live")
        assert ended.status == 0
        for words in ("Prefix none", "OCT (October 2025)", '"type": "chunk"', "start 1, chunk 2", "Clean, after"):
            assert words in ended.out


async def test_doctor_ends_with_a_status_where_the_way_ends(person: Person) -> None:
    person.configure("http://127.0.0.1:9")
    ended = await person.does("doctor", "team")
    assert ended.status == 1
    assert "Cannot reach http://127.0.0.1:9" in ended.out


async def test_usage_says_what_is_left_at_servers(person: Person) -> None:
    async with CompareServer("CI") as server:
        person.configure(server.url, '[backends.gone]\nkind = "compare-server"\nbase_url = "http://127.0.0.1:9"\n')
        ended = await person.does("usage")
        assert ended.out.endswith("50 of 50 credits are left at @team; they begin anew 2026-11-23.\n")
        assert "What is left at @gone is not known: Cannot reach" in ended.err
        document = json.loads((await person.does("usage", "--json")).out)
        assert [(quota["backend"], quota["remaining"]) for quota in document["quotas"]] == [("team", 50)]
