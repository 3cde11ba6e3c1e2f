from __future__ import annotations

import subprocess
import sys


def test_building_a_source_does_not_load_the_http_client() -> None:
    program = """
import sys
from compare_tui.engine.clock import SystemClock
from compare_tui.sources.openai import OpenAISource
from compare_tui.sources.openrouter import OpenRouterSource
from compare_tui.sources.scripted import ScriptedSource
from compare_tui.sources.scripts import built_in_script
from compare_tui.sources.settings import OpenAISettings
settings = OpenAISettings("a", "http://localhost/v1", lambda: None)
OpenAISource(settings, clock=SystemClock())
OpenRouterSource(settings, clock=SystemClock())
print(sorted({"httpx", "httpcore", "anyio", "urllib.request"} & sys.modules.keys()))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=30, check=True)
    assert done.stdout.strip() == "[]"
